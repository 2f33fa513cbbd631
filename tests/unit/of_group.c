/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups and meters on the wire: random ones there and back in every version, and as the real ovs-ofctl prints them; messages by
 * hand, malformed ones with their error.
 */
#include "of_hand.h"

#include <unistd.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "ovs_ofctl.h"

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/version.h"
#include "../../src/ctl/of/group/group.h"
#include "../../src/ctl/of/group/method.h"
#include "../../src/ctl/of/meter/meter.h"

#define ROUNDS 400

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err) || of_actions_build(&err);
}

/* --- random groups -------------------------------------------------------------------------------------------------- */

static const char *const types[] = { "all", "select", "indirect", "ff" };

static void random_bucket(struct sw_str *s, unsigned type, uint8_t version, uint64_t *seed)
{
	static const char *const does[] = { "output:1", "dec_ttl,output:2", "drop", "group:7",
		"pop_vlan,output:65279", "set_queue:5,output:6", "resubmit(,3)", "IN_PORT", "LOCAL",
		"CONTROLLER:65535", "mod_dl_dst:02:00:00:00:00:01,output:3", /* 1.0's */
		"set_field:02:00:00:00:00:01->eth_dst,output:3", "push_vlan:0x8100,output:4",
		"set_field:0x1234->reg3,output:9" };
	enum { OF_ALL_VERSIONS = 10, OF_10_TOO };
	unsigned i = swtest_rand(seed) % (version == OF10 ? OF_10_TOO : RTE_DIM(does) - 1);

	if (version != OF10 && i >= OF_ALL_VERSIONS)
		i++;
	sw_str_add(s, ",bucket=");
	if (type == SW_GROUP_SELECT && swtest_rand(seed) % 2)
		sw_str_add(s, "weight:%u,", (unsigned)(swtest_rand(seed) % 65536));
	if (type == SW_GROUP_FF || (type == SW_GROUP_SELECT && swtest_rand(seed) % 3 == 0)) {
		bool both = swtest_rand(seed) % 4 == 0;

		if (both || swtest_rand(seed) % 2)
			sw_str_add(s, "watch_port:%u,watch_group:%u,",
				(unsigned)(1 + swtest_rand(seed) % 9),
				(unsigned)(swtest_rand(seed) % 9));
		else
			sw_str_add(s, "watch_port:LOCAL,");
	}
	sw_str_add(s, "actions=%s", does[i]);
}

static struct sw_group_conf random_group(uint8_t version, uint64_t *seed)
{
	bool wide = of_group_is_wide(version);
	unsigned type = swtest_rand(seed) % RTE_DIM(types);
	unsigned n = type == SW_GROUP_INDIRECT ? 1 : swtest_rand(seed) % 6;
	struct sw_str s = { 0 };
	struct sw_group_change change;
	struct sw_err err;

	sw_str_add(&s, "group_id=%u,type=%s", (unsigned)(swtest_rand(seed) % 5000), types[type]);
	if (wide && type == SW_GROUP_SELECT && swtest_rand(seed) % 2)
		sw_str_add(&s, ",selection_method=%s",
			swtest_rand(seed) % 3
				? "hash,selection_method_param=0x123456789a,"
				  "fields(ip_src=255.255.0.0,tcp_dst,in_port,reg4=0xff00)"
				: "dp_hash");
	for (unsigned i = 0; i < n; i++)
		random_bucket(&s, type, version, seed);
	if (sw_group_parse(s.s, SW_GROUP_ADD, &change, &err))
		fail_msg("%s: %s", s.s, err.text);
	free(s.s);
	for (unsigned i = 0; wide && i < n; i++)
		change.conf.buckets[i].id = 10 * i + swtest_rand(seed) % 10;
	return change.conf;
}

/* As it comes in a message, without head. */
static void put_group_mod(
	struct of_buf *out, uint8_t version, unsigned command, const struct sw_group_conf *conf)
{
	size_t at;

	of_put_u16(out, command);
	of_put_u8(out, conf->type);
	of_put_u8(out, 0);
	of_put_u32(out, conf->id);
	at = out->len;
	if (of_group_is_wide(version)) {
		of_room(out, 4);
		of_put_u32(out, SW_BUCKET_ALL);
	}
	of_put_buckets(out, conf, version);
	if (!of_group_is_wide(version))
		return;
	of_patch_u16(out, at, out->len - at - 8);
	of_put_group_method(out, conf, version);
}

static void groups_there_and_back(void **state)
{
	uint64_t seed = swtest_seed(0x6a09);

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t version = versions[i % RTE_DIM(versions)];
		struct sw_group_conf conf = random_group(version, &seed);
		struct of_group_mod mod;
		struct of_buf buf = { 0 };

		put_group_mod(&buf, version, 0, &conf);
		assert_int_equal(buf.len % 8, 0);
		assert_error(
			of_get_group_mod(of_cursor(buf.bytes, buf.len), version, &mod), OF_FINE);
		assert_int_equal(mod.change.verb, SW_GROUP_ADD);
		assert_true(sw_group_equal(&mod.change.conf, &conf));
		sw_group_fini(&mod.change.conf);
		sw_group_fini(&conf);
		of_buf_fini(&buf);
	}
}

/* What ovs-ofctl prints of groups, in our words. Before 1.5 it does not print the ids of buckets, which are in order. */
static void compare_groups(char *printed, struct sw_group_conf *want, unsigned n)
{
	unsigned seen = 0;
	char *line;

	while ((line = strsep(&printed, "\n"))) {
		struct sw_group_change got;
		struct sw_err err;

		line = strstr(line, " group_id=");
		if (!line)
			continue;
		assert_true(seen < n);
		if (sw_group_parse(line + 1, SW_GROUP_ADD, &got, &err))
			fail_msg("%s: %s", line, err.text);
		if (!sw_group_equal(&got.conf, &want[seen]))
			fail_msg("%s", line);
		sw_group_fini(&got.conf);
		seen++;
	}
	assert_int_equal(seen, n);
}

static void groups_to_ovs(void **state)
{
	enum { N = 60 };
	uint64_t seed = swtest_seed(0x6a10);

	for (unsigned v = 0; v < RTE_DIM(versions); v++) {
		uint8_t version = versions[v];
		struct sw_group_conf conf[N];
		struct of_buf buf = { 0 };
		char path[] = "/tmp/swtest-of-XXXXXX", *out;
		size_t at = of_begin(&buf, version, version == OF10 ? 17 : 19, 1);
		int fd = mkstemp(path), status;

		of_hex_buf(&buf, version == OF10 ? "ffff0000 00002320 00000008 00000000"
						 : "00070000 00000000");
		for (unsigned i = 0; i < N; i++) {
			conf[i] = random_group(version, &seed);
			of_put_group_desc(&buf, &conf[i], version);
		}
		of_end(&buf, at);
		assert_int_equal(write(fd, buf.bytes, buf.len), buf.len);
		out = ovs_run(&status, "ofp-parse", path, NULL);
		close(fd);
		unlink(path);
		of_buf_fini(&buf);
		if (out)
			compare_groups(out, conf, N);
		for (unsigned i = 0; i < N; i++)
			sw_group_fini(&conf[i]);
		if (!out)
			skip();
		free(out);
	}
}

/* --- groups by hand --------------------------------------------------------------------------------------------------- */

static void group_is(uint8_t version, const char *hex, const char *text)
{
	struct of_bytes b = of_hex(hex);
	struct sw_str s = { 0 };
	struct of_group_mod mod;

	assert_error(of_get_group_mod(of_at(&b), version, &mod), OF_FINE);
	sw_group_print(&mod.change.conf, &s);
	assert_string_equal(s.s, text);
	sw_group_fini(&mod.change.conf);
	free(s.s);
}

static void group_refused(uint8_t version, const char *hex, enum of_error error)
{
	struct of_bytes b = of_hex(hex);
	struct of_group_mod mod;

	assert_error(of_get_group_mod(of_at(&b), version, &mod), error);
	sw_group_fini(&mod.change.conf);
}

#define HEAD13	 "0000 00 00 00000005"
#define SELECT13 "0000 01 00 00000005"
#define BUCKET13 "0020 0000 ffffffff ffffffff 00000000 0000 0010 00000001 0000 000000000000"

static void groups_of_13(void **state)
{
	group_is(OF13, HEAD13, "group_id=5,type=all");
	group_is(OF13, HEAD13 BUCKET13, "group_id=5,type=all,bucket=bucket_id:0,actions=output:1");
	group_is(OF14, SELECT13 "0010 0007 00000003 00000004 00000000",
		"group_id=5,type=select,bucket=bucket_id:0,weight:7,watch_port:3,watch_group:4,actions=drop");
	group_refused(OF13, "0000 04 00 00000005", OFPGMFC_BAD_TYPE);
	group_refused(OF13, "0003 00 00 00000005", OFPGMFC_BAD_COMMAND);
	group_refused(OF13, "0005 00 00 00000005", OFPGMFC_BAD_COMMAND);
	group_refused(OF13, "0006 00 00 00000005", OFPGMFC_BAD_COMMAND);
	group_refused(OF13, "0002 00 00 00000005" BUCKET13, OFPGMFC_INVALID_GROUP);
	group_refused(OF13, "0000 02 00 00000005", OFPGMFC_INVALID_GROUP);
	group_refused(OF13, "0000 02 00 00000005" BUCKET13 BUCKET13, OFPGMFC_INVALID_GROUP);
	group_refused(OF13, "0000 03 00 00000005" BUCKET13, OFPGMFC_INVALID_GROUP);
	group_refused(OF13, HEAD13 "0010 0001 ffffffff ffffffff 00000000", OFPGMFC_INVALID_GROUP);
	group_refused(
		OF13, HEAD13 "0010 0000 00000001 ffffffff 00000000", OFPGMFC_WATCH_UNSUPPORTED);
	group_refused(OF13, SELECT13 "0010 0001 ffffff01 ffffffff 00000000", OFPGMFC_BAD_WATCH);
	group_refused(OF13, SELECT13 "0010 0001 00000000 ffffffff 00000000", OFPGMFC_BAD_WATCH);
	group_refused(OF13, SELECT13 "0010 0001 ffffffff ffffff01 00000000", OFPGMFC_BAD_WATCH);
	group_refused(OF13, HEAD13 "0008 0000 ffffffff", OFPGMFC_BAD_BUCKET);
	group_refused(OF13, HEAD13 "0018 0000 ffffffff ffffffff 00000000", OFPGMFC_BAD_BUCKET);
	group_refused(
		OF13, HEAD13 "0014 0000 ffffffff ffffffff 00000000 00000000", OFPGMFC_BAD_BUCKET);
	/* its action is too long, unknown, not for sets */
	group_refused(OF13,
		HEAD13 "0020 0000 ffffffff ffffffff 00000000 0000 0018 00000001 0000 000000000000",
		OFPBAC_BAD_LEN);
	group_refused(OF13, HEAD13 "0018 0000 ffffffff ffffffff 00000000 0063 0008 00000001",
		OFPBAC_BAD_TYPE);
	group_refused(OF13,
		HEAD13 "0020 0000 ffffffff ffffffff 00000000 0000 0010 fffffff9 0000 000000000000",
		OFPBAC_BAD_OUT_PORT);
}

#define HEAD15(command, bucket, len) command " 01 00 00000005 " len " 0000 " bucket
#define ADD15(len)		     HEAD15("0000", "ffffffff", len)
#define METHOD(len, exp, type)	     "ffff " len exp type "00000000"
#define HASH			     "68617368 00000000 00000000 00000000 0000000000000009"

static void groups_of_15(void **state)
{
	group_is(OF15,
		ADD15("0030") "0030 0010 00000003 0000 0010 00000001 0000 000000000000"
			      "0000 0008 0002 0000 0001 0008 00000006 0002 0008 00000007",
		"group_id=5,type=select,bucket=bucket_id:3,weight:2,watch_port:6,watch_group:7,actions=output:1");
	group_is(OF15, ADD15("0010") "0008 0000 00000003 0008 0000 00000004",
		"group_id=5,type=select,bucket=bucket_id:3,actions=drop,bucket=bucket_id:4,actions=drop");
	group_is(OF15,
		ADD15("0000") METHOD("0036", "0000154d", "00000001") HASH
		"00000e04 ffff0000 80001c02 ffff 0000",
		"group_id=5,type=select,selection_method=hash,selection_method_param=9,"
		"fields(ip_src=255.255.0.0,tcp_dst)");
	group_refused(
		OF15, ADD15("0010") "0008 0000 00000003 0008 0000 00000003", OFPGMFC_BAD_BUCKET);
	group_refused(OF15, ADD15("0008") "0008 0000 ffffff01", OFPGMFC_BAD_BUCKET);
	group_refused(OF15, ADD15("0008") "0008 0008 00000001", OFPGMFC_BAD_BUCKET);
	group_refused(OF15, ADD15("0010") "0008 0000 00000001", OFPBRC_BAD_LEN);
	group_refused(OF15, ADD15("0010") "0010 0000 00000001 0003 0008 00000001", OFPBPC_BAD_TYPE);
	group_refused(OF15, ADD15("0010") "0010 0000 00000001 0000 0006 00000001", OFPBPC_BAD_LEN);
	group_refused(OF15, ADD15("0010") "0010 0000 00000001 0000 0010 00000001", OFPBPC_BAD_LEN);
	group_refused(OF15,
		ADD15("0018") "0018 0000 00000001 0000 0008 00010000 0000 0008 00010000",
		OFPBPC_DUP_TYPE);
	group_refused(OF15, HEAD15("0003", "ffffffff", "0000"), OFPGMFC_BAD_BUCKET);
	group_refused(OF15, HEAD15("0005", "ffffff01", "0000"), OFPGMFC_BAD_BUCKET);
	group_refused(
		OF15, HEAD15("0005", "00000001", "0008") "0008 0000 00000001", OFPGMFC_BAD_BUCKET);
	group_refused(OF15, ADD15("0000") METHOD("0028", "00002320", "00000001") HASH,
		OFPBPC_BAD_EXPERIMENTER);
	group_refused(OF15, ADD15("0000") METHOD("0028", "0000154d", "00000002") HASH,
		OFPBPC_BAD_EXP_TYPE);
	group_refused(OF15,
		ADD15("0000") METHOD("0028", "0000154d", "00000001")
			HASH METHOD("0028", "00001540", "00000001") HASH,
		OFPBPC_DUP_TYPE);
	group_refused(OF15,
		HEAD15("0003", "00000001", "0000") METHOD("0028", "0000154d", "00000001") HASH,
		OFPBPC_BAD_VALUE);
	group_refused(OF15,
		ADD15("0000")
			METHOD("0028", "0000154d", "00000001") "68617369 00000000 00000000 00000000"
							       "0000000000000009",
		OFPBPC_BAD_VALUE);
	group_refused(OF15, ADD15("0000") "ffff 0010 0000154d 00000001 00000000", OFPBPC_BAD_LEN);
	group_refused(OF15,
		ADD15("0000") METHOD("0036", "0000154d", "00000001") HASH
		"00000e04 ffff0000 80001c02 ffff 0000"
		"0000000000000000",
		OFPBPC_BAD_LEN);
	group_refused(OF15,
		ADD15("0000") METHOD("0038", "0000154d", "00000001") HASH
		"00000e04 ffff0000 00000e04 ffff0000",
		OFPBMC_DUP_FIELD);
	group_refused(OF15,
		ADD15("0000") METHOD("0030", "0000154d", "00000001") HASH "00000f04 ffff0000",
		OFPBMC_BAD_LEN);
	group_refused(OF15,
		ADD15("0000") METHOD("0034", "0000154d", "00000001") HASH
		"00000f08 ffff0000 ffffffff 00000000",
		OFPBMC_BAD_MASK);
}

static void too_many_buckets(void **state)
{
	struct of_buf buf = { 0 };
	struct of_group_mod mod;

	of_hex_buf(&buf, HEAD13);
	for (unsigned i = 0; i <= SW_BUCKETS_MAX; i++)
		of_hex_buf(&buf, "0010 0000 ffffffff ffffffff 00000000");
	assert_error(of_get_group_mod(of_cursor(buf.bytes, buf.len), OF13, &mod),
		OFPGMFC_OUT_OF_BUCKETS);
	sw_group_fini(&mod.change.conf);
	buf.len -= 16;
	assert_error(of_get_group_mod(of_cursor(buf.bytes, buf.len), OF13, &mod), OF_FINE);
	assert_int_equal(mod.change.conf.n_buckets, SW_BUCKETS_MAX);
	sw_group_fini(&mod.change.conf);
	of_buf_fini(&buf);
}

/* --- meters -------------------------------------------------------------------------------------------------------------- */

static struct sw_meter_conf random_meter(uint64_t *seed)
{
	static const uint32_t ids[] = { 1, 77, SW_METER_MAX, SW_METER_CONTROLLER,
		SW_METER_SLOWPATH };
	struct sw_meter_conf m = { .id = ids[swtest_rand(seed) % RTE_DIM(ids)] };

	m.packets = swtest_rand(seed) % 2;
	m.burst = swtest_rand(seed) % 2;
	m.stats = swtest_rand(seed) % 2;
	m.n_bands = 1 + swtest_rand(seed) % SW_METER_BANDS_MAX;
	m.bands = sw_xcalloc(m.n_bands, sizeof(m.bands[0]));
	for (unsigned i = 0; i < m.n_bands; i++) {
		struct sw_meter_band *b = &m.bands[i];

		b->type = swtest_rand(seed) % 2 ? SW_METER_DROP : SW_METER_DSCP_REMARK;
		b->rate = 1 + swtest_rand(seed) % UINT32_MAX;
		b->burst = m.burst ? 1 + swtest_rand(seed) % 1000 : 0;
		b->prec_level = b->type == SW_METER_DROP ? 0 : 1 + swtest_rand(seed) % 3;
	}
	return m;
}

static void meters_there_and_back(void **state)
{
	uint64_t seed = swtest_seed(0x3e7e);

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sw_meter_conf conf = random_meter(&seed);
		struct of_buf buf = { 0 };
		struct of_meter_mod mod;

		of_put_meter_conf(&buf, &conf);
		of_patch_u16(&buf, 0, i % 2); /* the length is where the command is */
		assert_error(of_get_meter_mod(of_cursor(buf.bytes, buf.len), &mod), OF_FINE);
		assert_int_equal(mod.verb, i % 2 ? SW_METER_MODIFY : SW_METER_ADD);
		assert_true(sw_meter_equal(&mod.conf, &conf));
		sw_meter_fini(&mod.conf);
		sw_meter_fini(&conf);
		of_buf_fini(&buf);
	}
}

static void meter_refused(const char *hex, enum of_error error)
{
	struct of_bytes b = of_hex(hex);
	struct of_meter_mod mod;

	assert_error(of_get_meter_mod(of_at(&b), &mod), error);
	sw_meter_fini(&mod.conf);
}

#define BAND "0001 0010 00000064 00000000 00000000"

static void meters_by_hand(void **state)
{
	struct of_buf many = { 0 };
	struct of_meter_mod mod;

	meter_refused("0000 0001 00000005" BAND, OF_FINE);
	meter_refused("0000 0000 00000005" BAND, OF_FINE);
	meter_refused("0000 0001 00000005 0001 0010 00000064 00000003 00000000", OF_FINE);
	meter_refused("0002 0000 ffffffff", OF_FINE);
	meter_refused("0002 00ff 00000009 0077 0003", OF_FINE); /* the rest says nothing then */
	meter_refused("0003 0001 00000005" BAND, OFPMMFC_BAD_COMMAND);
	meter_refused("0000 0003 00000005" BAND, OFPMMFC_BAD_FLAGS);
	meter_refused("0000 0011 00000005" BAND, OFPMMFC_BAD_FLAGS);
	meter_refused("0000 0001 00000000" BAND, OFPMMFC_INVALID_METER);
	meter_refused("0000 0001 ffff0001" BAND, OFPMMFC_INVALID_METER);
	meter_refused("0000 0001 ffffffff" BAND, OFPMMFC_INVALID_METER);
	meter_refused("0002 0000 00000000", OFPMMFC_INVALID_METER);
	meter_refused("0000 0001 00000005", OFPMMFC_INVALID_METER);
	meter_refused("0000 0001 00000005 0003 0010 00000064 00000000 00000000", OFPMMFC_BAD_BAND);
	meter_refused("0000 0001 00000005 ffff 0010 00000064 00000000 00000000", OFPMMFC_BAD_BAND);
	meter_refused("0000 0001 00000005 0001 0018 00000064 00000000 00000000 0000000000000000",
		OFPMMFC_BAD_BAND);
	meter_refused("0000 0001 00000005 0001 0008 00000064", OFPMMFC_BAD_BAND);
	meter_refused("0000 0001 00000005 0001 0010 00000064", OFPBRC_BAD_LEN);
	meter_refused("0000 0001 00000005 0001 0010 00000000 00000000 00000000", OFPMMFC_BAD_RATE);
	meter_refused("0000 0005 00000005" BAND, OFPMMFC_BAD_BURST);
	meter_refused(
		"0000 0001 00000005 0002 0010 00000064 00000000 00 000000", OFPMMFC_BAD_BAND_VALUE);
	meter_refused(
		"0000 0001 00000005 0002 0010 00000064 00000000 04 000000", OFPMMFC_BAD_BAND_VALUE);
	of_hex_buf(&many, "0000 0001 00000005");
	for (unsigned i = 0; i <= SW_METER_BANDS_MAX; i++)
		of_hex_buf(&many, BAND);
	assert_error(of_get_meter_mod(of_cursor(many.bytes, many.len), &mod), OFPMMFC_OUT_OF_BANDS);
	sw_meter_fini(&mod.conf);
	of_buf_fini(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_there_and_back),
		cmocka_unit_test(groups_to_ovs),
		cmocka_unit_test(groups_of_13),
		cmocka_unit_test(groups_of_15),
		cmocka_unit_test(too_many_buckets),
		cmocka_unit_test(meters_there_and_back),
		cmocka_unit_test(meters_by_hand),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

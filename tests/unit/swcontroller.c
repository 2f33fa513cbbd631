/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts of swcontroller: the table of stations against a list, rules of packets against a parser of the packets,
 * flow-mods against what the switch reads of them, versions, methods.
 */
#include "swtest.h"

#include <stdbool.h>

#include <sw/err.h>
#include <sw/field.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "fields_oracle.h"
#include "flow_gen.h"
#include "packet.h"

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/version.h"
#include "../../src/ctl/of/flow/flow.h"
#include "../../src/ctl/of/codec/hello.h"
#include "../../tools/swcontroller/method.h"
#include "../../tools/swcontroller/names.h"
#include "../../tools/swcontroller/packet.h"
#include "../../tools/swcontroller/mods.h"
#include "../../tools/swcontroller/stations.h"

static uint64_t rng;

static int setup(void **state)
{
	struct sw_err err;

	rng = swtest_seed(20261129);
	return sw_reg_seal(&err) || of_actions_build(&err);
}

/* --- stations -------------------------------------------------------------------------------------------- */

#define FEW \
	500 /* that no set of four has too many of is not certain; so they are checked, not assumed */

struct known {
	uint64_t key;
	uint32_t port, seen;
};
static struct known known[FEW];

static void mark(void *arg, uint64_t key)
{
	unsigned *n = arg;

	for (unsigned i = 0; i < FEW; i++)
		if (known[i].key == key) {
			known[i].key = 0;
			++*n;
		}
}

/* What is found is what was learned last; what is not found is old, or was pushed out by others. */
static void test_stations(void **state)
{
	struct stations *s = stations_create();
	uint32_t now = 0xffffff00; /* the clock may go round */
	unsigned lost = 0, asked = 0, moved = 0;

	for (unsigned round = 0; round < 200000; round++, now += swtest_rand(&rng) % 64 == 0) {
		uint8_t mac[6] = { 2, 0, 0, 0, swtest_rand(&rng) % 2, swtest_rand(&rng) % 250 };
		struct known *k = &known[mac[4] * 250 + mac[5]];
		uint64_t key = station_key(7, mac);
		uint32_t port, before;

		if (swtest_rand(&rng) % 4) {
			port = stations_find(s, key, now);
			if (port == STATION_UNKNOWN)
				lost += k->key && now - k->seen <= STATIONS_AGE;
			else
				assert_true(
					k->key && port == k->port && now - k->seen <= STATIONS_AGE);
			asked++;
			continue;
		}
		port = swtest_rand(&rng) % 3;
		before = stations_learn(s, key, port, now);
		if (before != STATION_UNKNOWN) {
			assert_true(k->key && before == k->port && before != port);
			moved++;
		}
		*k = (struct known){ key, port, now };
	}
	assert_true(moved > 1000 && asked > 100000);
	assert_true(lost < asked / 50);
	lost = 0;
	stations_forget(s, 1, mark, &lost);
	assert_true(lost > 0);
	for (unsigned i = 0; i < FEW; i++)
		assert_true(!known[i].key || stations_find(s, known[i].key, known[i].seen) != 1);
	free(s);
}

static void ignore(void *arg, uint64_t key)
{
}

/* A flood of addresses: memory and count stay, who is heard of now and then stays. */
static void test_flood(void **state)
{
	const uint8_t quiet[6] = { 2, 1, 2, 3, 4, 5 };
	struct stations *s = stations_create();
	unsigned found = 0;

	for (uint32_t i = 0; i < 1000000; i++) {
		uint8_t mac[6] = { 2, 0xff, i >> 24, i >> 16, i >> 8, i };

		if (i % 1000 == 0)
			stations_learn(s, station_key(1, quiet), 5, i / 1000);
		stations_learn(s, station_key(1, mac), 6, i / 1000);
		found += stations_find(s, station_key(1, quiet), i / 1000) == 5;
	}
	assert_int_equal(s->n, STATIONS_SETS * STATIONS_WAYS);
	assert_true(found > 900000);
	stations_forget(s, 6, ignore, NULL);
	assert_true(s->n <= 1);
	free(s);
}

/* --- packets --------------------------------------------------------------------------------------------- */

static void check_packet(const struct packet_bytes *b, uint32_t wildcards, unsigned *deep)
{
	uint32_t port =
		swtest_rand(&rng) % 4 ? swtest_rand(&rng) % 100 + 1 : (uint32_t)swtest_rand(&rng);
	struct sw_match match;
	struct sw_fields f;
	struct oracle_at at;
	struct packet p;

	if (!packet_read(of_cursor(b->b, b->len), port, &p)) {
		assert_true(b->len < 14);
		return;
	}
	packet_match(&p, wildcards, &match);
	oracle_fields(b->b, b->len, port, &f, &at);
	for (size_t i = 0; i < sizeof(f); i++)
		if ((((uint8_t *)&f)[i] & ((uint8_t *)&match.mask)[i]) !=
			((uint8_t *)&match.value)[i])
			fail_msg("the rule of a packet of %u bytes does not match it, byte %zu",
				(unsigned)b->len, i);
	deep[0] += match.mask.tp_src != 0;
	deep[1] += match.mask.arp_op != 0;
	deep[2] += match.mask.vlan_tci == RTE_BE16(0xffff);
}

/* A rule always matches the packet it was made of, and says as much as it can. */
static void test_packets(void **state)
{
	static const uint8_t arp[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0,
		2 };
	static const uint32_t masks[] = { 0, 0x2820f0, 0x2000ec, 0x3fffff, 0x100000 };
	struct packet_bytes b = { 0 };
	unsigned deep[3] = { 0 };

	for (unsigned i = 0; i < 400000; i++) {
		packet_random(&b, &rng);
		if (i % 2)
			packet_damage(&b, &rng);
		check_packet(&b, masks[i % 5], deep);
	}
	assert_true(deep[0] > 10000 && deep[2] > 10000);
	memcpy(b.b, arp, sizeof(arp));
	b.len = sizeof(arp);
	deep[1] = 0;
	check_packet(&b, 0, deep);
	assert_int_equal(deep[1], 1);
}

/* --- flow-mods ------------------------------------------------------------------------------------------- */

/* From the wire a rule also keeps the flags that say how it was to be added. */
#define HOW_FLAGS 6 /* OFPFF_CHECK_OVERLAP, OFPFF_RESET_COUNTS */

static bool same_change(const struct sw_rule_change *a, const struct sw_rule_change *b)
{
	return a->verb == b->verb && a->conf.table == b->conf.table &&
	       !((a->conf.flags ^ b->conf.flags) & ~HOW_FLAGS) &&
	       a->conf.priority == b->conf.priority &&
	       a->conf.idle_timeout == b->conf.idle_timeout &&
	       a->conf.hard_timeout == b->conf.hard_timeout && a->conf.cookie == b->conf.cookie &&
	       !memcmp(&a->conf.match, &b->conf.match, sizeof(a->conf.match)) &&
	       a->check_overlap == b->check_overlap;
}

static void check_sent(const struct sw_rule_change *change, uint8_t version, const char *text)
{
	struct of_buf b = { 0 };
	struct sw_rule_change got;
	enum of_error error;

	if (!mods_put(&b, change, version, NO_BUFFER)) {
		assert_int_equal(b.len, 0);
		assert_int_equal(version, OF10);
		of_buf_fini(&b);
		return;
	}
	assert_int_equal(b.bytes[2] << 8 | b.bytes[3], b.len);
	error = of_get_flow_mod(of_cursor(b.bytes + OF_HEAD, b.len - OF_HEAD), version,
		version == OF10 ? OF_FLOW_10 : OF_FLOW_OXM, false, &got);
	if (error)
		fail_msg("%s: %s", text, of_error_name(error));
	if (!same_change(&got, change))
		fail_msg("%s: is read otherwise", text);
	sw_instructions_fini(&got.conf.does);
	of_buf_fini(&b);
}

static void test_flow_mods(void **state)
{
	unsigned said[2] = { 0 };

	for (unsigned i = 0; i < 3000; i++) {
		enum gen_version version = i % 2 ? GEN_13 : GEN_10;
		struct sw_rule_change change;
		struct sw_str text = { 0 };
		struct of_buf b = { 0 };
		struct sw_err err;

		gen_rule(&text, version, &rng);
		if (!sw_rule_parse_line(text.s, &change, &err)) {
			change.conf.importance = 0;
			said[0] += mods_put(&b, &change, OF10, NO_BUFFER);
			said[1]++;
			check_sent(&change, version == GEN_10 ? OF10 : OF13, text.s);
			sw_instructions_fini(&change.conf.does);
		}
		of_buf_fini(&b);
		free(text.s);
	}
	assert_true(said[1] > 1500 && said[0] > 500);
}

/* What 1.0 has no words for is not sent as something else. */
static void test_not_in_10(void **state)
{
	static const char *const rules[] = { "table=1,actions=drop",
		"ipv6,ipv6_src=::1,actions=drop", "actions=goto_table:1",
		"actions=write_actions(output:1)", "actions=meter:1,output:1", "delete cookie=1/1",
		"reg0=1,actions=drop", "no_packet_counts,actions=drop", "actions=clear_actions",
		"actions=write_metadata:1" };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct sw_rule_change change;
		struct of_buf b = { 0 };
		struct sw_err err;

		assert_int_equal(sw_rule_parse_line(rules[i], &change, &err), 0);
		if (mods_put(&b, &change, OF10, NO_BUFFER))
			fail_msg("\"%s\" was sent in OpenFlow 1.0", rules[i]);
		assert_true(mods_put(&b, &change, OF13, NO_BUFFER));
		sw_instructions_fini(&change.conf.does);
		of_buf_fini(&b);
	}
}

/* --- small ones ------------------------------------------------------------------------------------------ */

static void test_versions(void **state)
{
	const uint32_t ours = OF_V10_V13;

	assert_int_equal(of_hello_agree(ours, OF15, 0), OF13);
	assert_int_equal(of_hello_agree(ours, OF13, 0), OF13);
	assert_int_equal(of_hello_agree(ours, OF10, 0), OF10);
	assert_int_equal(of_hello_agree(ours, 2, 0), 0);
	assert_int_equal(of_hello_agree(ours, 0, 0), 0);
	assert_int_equal(of_hello_agree(ours, OF15, OF_ALL), OF13);
	assert_int_equal(of_hello_agree(ours, OF15, OF_V15 | OF_V10), OF10);
	assert_int_equal(of_hello_agree(ours, OF15, OF_V14_UP), 0);
	assert_int_equal(of_hello_agree(OF_V13, OF10, 0), 0);
}

static void check_method(const char *text, const char *want)
{
	char got[METHOD_TEXT];
	struct method m;
	struct sw_err err;

	if (method_parse(text, &m, &err))
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(address_text((struct sockaddr *)&m.address, got), want);
	assert_int_equal(m.passive, text[0] == 'p');
	assert_int_equal(m.tls, strstr(text, "ssl:") != NULL);
}

static void test_methods(void **state)
{
	check_method("ptcp:", "0.0.0.0:6653");
	check_method("ptcp:77", "0.0.0.0:77");
	check_method("ptcp:77:127.0.0.1", "127.0.0.1:77");
	check_method("pssl::127.0.0.1", "127.0.0.1:6653");
	check_method("ptcp:0:[::1]", "[::1]:0");
	check_method("tcp:127.0.0.1", "127.0.0.1:6653");
	check_method("ssl:127.0.0.1:1", "127.0.0.1:1");
	check_method("tcp:[fe80::1]", "[fe80::1]:6653");
	check_method("tcp:[fe80::1]:9", "[fe80::1]:9");
	check_method("punix:/x/y", "/x/y");
	check_method("unix:z", "z");
}

struct said {
	uint8_t version;
	uint16_t type, code;
	const char *data;
	size_t len;
	const char *want;
};
#define DATA(text) text, sizeof(text) - 1

static void test_errors(void **state)
{
	static const struct said all[] = {
		{ OF13, 5, 1, DATA(""), "OFPFMFC_TABLE_FULL" },
		{ OF10, 3, 0, DATA(""), "OFPFMFC_TABLE_FULL" },
		{ OF13, 5, 1, DATA("\4\16\0\10\0\0\0\1"), "OFPFMFC_TABLE_FULL, about flow_mod" },
		{ OF13, 77, 3, DATA(""), "of type 77, code 3" },
		{ OF13, 0, 0, DATA("no \33[1mversion"), "OFPHFC_INCOMPATIBLE: no .[1mversion" },
		{ OF13, 0xffff, 2301, DATA("ONF\0\4\16\0\10\0\0\0\1"),
			"OFPBFC_EPERM, about flow_mod" },
		{ OF13, 0xffff, 2301, DATA("ABCD"), "of type 2301, code 0" },
		{ OF10, 0xb0c2, 0, DATA("\0\0\43\40\0\1\2\3"), "NXBRC_MUST_BE_ZERO" },
		{ OF10, 0xb0c2, 0, DATA("\0"), "of type 45250, code 0" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct said *s = &all[i];
		char text[ERROR_TEXT];

		error_text(s->version, s->type, s->code, of_cursor(s->data, s->len), text);
		assert_string_equal(text, s->want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stations),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_flow_mods),
		cmocka_unit_test(test_not_in_10),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

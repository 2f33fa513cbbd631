/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups and meters by controllers: changed, told of, named by rules, which go with them.
 */
#include "of_rules.h"

#include <rte_common.h>

#include <sw/err.h>
#include <sw/group.h>
#include <sw/text.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/group/group.h"
#include "../../src/ctl/of/group/method.h"

enum { ADD = 0, MODIFY = 1, DELETE = 2, INSERT = 3, REMOVE = 5, ADD_OR_MOD = 0x8000 };

#define XID 0x99

/* --- what a controller does ------------------------------------------------------------------------------------------ */

static const enum sw_group_verb verbs[] = { SW_GROUP_ADD, SW_GROUP_MODIFY, SW_GROUP_DELETE,
	SW_GROUP_INSERT_BUCKETS, 0, SW_GROUP_REMOVE_BUCKETS };

static void put_group_mod(struct of_buf *out, uint8_t version, unsigned command, const char *text)
{
	struct sw_group_change change;
	struct sw_err err;
	size_t at, wide;

	if (sw_group_parse(text, verbs[command & 7], &change, &err))
		fail_msg("%s: %s", text, err.text);
	at = version == OF10 ? of_begin_experimenter(out, version, XID, OF_NICIRA, 31)
			     : of_begin(out, version, 15, XID);
	of_put_u16(out, command);
	of_put_u8(out, change.conf.type);
	of_put_u8(out, 0);
	of_put_u32(out, change.conf.id);
	wide = out->len;
	if (of_group_is_wide(version)) {
		of_room(out, 4);
		of_put_u32(out, change.bucket);
	}
	of_put_buckets(out, &change.conf, version);
	if (of_group_is_wide(version)) {
		of_patch_u16(out, wide, out->len - wide - 8);
		of_put_group_method(out, &change.conf, version);
	}
	of_end(out, at);
	sw_group_fini(&change.conf);
}

static void group_mod(int fd, uint8_t version, unsigned command, const char *text)
{
	struct of_buf buf = { 0 };

	put_group_mod(&buf, version, command, text);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void group_mod_fails(
	int fd, uint8_t version, unsigned command, const char *text, uint16_t type, uint16_t code)
{
	group_mod(fd, version, command, text);
	if (version == OF10) {
		const struct op_message *m = op_hear_type(fd, 1);

		assert_int_equal(op_u16(m, 0), 0xb0c2);
		assert_int_equal(op_u32(m, 4), OF_NICIRA);
		assert_int_equal(op_u16(m, 8), type);
		assert_int_equal(op_u16(m, 10), code);
	} else {
		op_hear_error(fd, type, code);
	}
}

/* Groups as they are told, a line each. */
static char *group_dump(int fd, uint8_t version)
{
	struct sw_str s = { 0 };
	bool more = true;

	sw_str_add(&s, "%s", "");
	if (version == OF10)
		op_say(fd, version, 16, XID,
			"ffff0000 00002320 00000008 00000000 fffffffc 00000000");
	else
		op_say(fd, version, 18, XID,
			version < OF15 ? "00070000 00000000"
				       : "00070000 00000000 fffffffc 00000000");
	while (more) {
		const struct op_message *m = op_hear_type(fd, version == OF10 ? 17 : 19);
		struct of_cursor c = of_cursor(m->body, m->len);

		of_skip(&c, 2);
		more = of_u16(&c) & 1;
		of_skip(&c, version == OF10 ? 12 : 4);
		while (of_left(&c)) {
			struct sw_group_change change = { .verb = SW_GROUP_ADD };
			struct of_cursor entry = of_sub(&c, op_u16(m, c.at - m->body)), buckets;

			of_skip(&entry, 2);
			change.conf.type = of_u8(&entry);
			of_skip(&entry, 1);
			change.conf.id = of_u32(&entry);
			buckets = entry;
			if (of_group_is_wide(version)) {
				uint16_t len = of_u16(&entry);

				of_skip(&entry, 6);
				buckets = of_sub(&entry, len);
				assert_int_equal(of_get_group_properties(entry, &change), OF_FINE);
			}
			assert_false(entry.over);
			assert_int_equal(of_get_buckets(buckets, version, &change), OF_FINE);
			sw_group_print(&change.conf, &s);
			sw_str_add(&s, "\n");
			sw_group_fini(&change.conf);
		}
	}
	return s.s;
}

static void groups_are(int fd, uint8_t version, const char *want)
{
	char *got = group_dump(fd, version);

	assert_string_equal(got, want);
	free(got);
}

static unsigned ref_count(int fd, uint32_t id)
{
	char request[64];
	const struct op_message *m;

	snprintf(request, sizeof(request), "00060000 00000000 %08x 00000000", id);
	op_say(fd, OF13, 18, XID, request);
	m = op_hear_type(fd, 19);
	assert_int_equal(op_u32(m, 8 + 4), id);
	return op_u32(m, 8 + 8);
}

/* --- groups ------------------------------------------------------------------------------------------------------------- */

static void changed(void **state)
{
	static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

	for (unsigned i = 0; i < RTE_DIM(versions); i++) {
		uint8_t v = versions[i];
		int fd = or_dial(v);

		group_mod(fd, v, ADD, "group_id=5,type=all,bucket=output:1");
		group_mod(fd, v, ADD,
			"group_id=4,type=select,bucket=weight:3,output:1,bucket=output:2");
		group_mod_fails(fd, v, ADD, "group_id=5,type=all", 6, 0);
		group_mod(fd, v, MODIFY, "group_id=5,type=indirect,bucket=dec_ttl,output:3");
		group_mod_fails(fd, v, MODIFY, "group_id=6,type=all", 6, 8);
		group_mod(fd, v, ADD_OR_MOD, "group_id=6,type=all");
		group_mod(fd, v, ADD_OR_MOD, "group_id=6,type=all,bucket=group:5");
		groups_are(fd, v,
			"group_id=4,type=select,bucket=bucket_id:0,weight:3,actions=output:1,"
			"bucket=bucket_id:1,actions=output:2\n"
			"group_id=5,type=indirect,bucket=bucket_id:0,actions=dec_ttl,output:3\n"
			"group_id=6,type=all,bucket=bucket_id:0,actions=group:5\n");
		group_mod(fd, v, DELETE, "group_id=6");
		group_mod(fd, v, DELETE, "group_id=77");
		group_mod(fd, v, DELETE, "");
		groups_are(fd, v, "");
		op_close(fd);
	}
}

static void chained(void **state)
{
	int fd = or_dial(OF13);

	group_mod(fd, OF13, ADD, "group_id=1,type=all,bucket=output:1");
	group_mod(fd, OF13, ADD, "group_id=2,type=all,bucket=group:1");
	group_mod_fails(fd, OF13, ADD, "group_id=3,type=all,bucket=group:9", 2, 9);
	group_mod_fails(fd, OF13, ADD, "group_id=3,type=all,bucket=group:3", 6, 7);
	group_mod_fails(fd, OF13, MODIFY, "group_id=1,type=all,bucket=group:2", 6, 7);
	group_mod_fails(fd, OF13, DELETE, "group_id=1", 6, 9);
	assert_int_equal(ref_count(fd, 1), 1);
	assert_int_equal(ref_count(fd, 2), 0);
	group_mod(fd, OF13, DELETE, "");
	groups_are(fd, OF13, "");
	op_close(fd);
}

static void buckets_changed(void **state)
{
	static const uint8_t versions[] = { OF10, OF15 };

	for (unsigned i = 0; i < RTE_DIM(versions); i++) {
		uint8_t v = versions[i];
		int fd = or_dial(v);

		group_mod(fd, v, ADD,
			"group_id=1,type=select,selection_method=hash,fields(ip_src),bucket=bucket_id:5,output:1");
		group_mod(fd, v, INSERT,
			"group_id=1,command_bucket_id=first,bucket=bucket_id:7,output:2");
		group_mod(fd, v, INSERT,
			"group_id=1,command_bucket_id=5,bucket=bucket_id:8,output:3");
		group_mod_fails(fd, v, INSERT,
			"group_id=1,command_bucket_id=last,bucket=bucket_id:8,output:3", 6, 16);
		group_mod_fails(fd, v, INSERT,
			"group_id=1,command_bucket_id=77,bucket=bucket_id:9,output:3", 6, 15);
		group_mod_fails(fd, v, INSERT,
			"group_id=2,command_bucket_id=last,bucket=bucket_id:8,output:3", 6, 8);
		group_mod_fails(fd, v, REMOVE, "group_id=1,command_bucket_id=77", 6, 15);
		groups_are(fd, v,
			"group_id=1,type=select,selection_method=hash,fields(ip_src),"
			"bucket=bucket_id:7,actions=output:2,bucket=bucket_id:8,actions=output:3,"
			"bucket=bucket_id:5,actions=output:1\n");
		group_mod(fd, v, REMOVE, "group_id=1,command_bucket_id=8");
		group_mod(fd, v, REMOVE, "group_id=1,command_bucket_id=last");
		groups_are(fd, v,
			"group_id=1,type=select,selection_method=hash,fields(ip_src),"
			"bucket=bucket_id:7,actions=output:2\n");
		group_mod(fd, v, REMOVE, "group_id=1,command_bucket_id=all");
		groups_are(fd, v, "group_id=1,type=select,selection_method=hash,fields(ip_src)\n");
		group_mod(fd, v, DELETE, "");
		op_close(fd);
	}
}

/* Rules are counted once each, whatever they name how often; and go with the group. */
static void rules_of_groups(void **state)
{
	int fd = or_dial(OF13), ten = or_dial(OF10), fourteen = or_dial(OF14);
	const struct op_message *m;
	struct of_buf buf = { 0 };

	op_say(fd, OF13, 9, 1, "0000 0080"); /* wants news */
	op_say(fourteen, OF14, 9, 1, "0000 0080");
	op_echo(fourteen, OF14);
	or_flow_mod(fd, OF13, OR_ADD, "table=1,ip,actions=group:1");
	op_hear_error(fd, 2, 9);
	or_flow_mod(ten, OF10, OR_ADD, "table=1,ip,actions=group:1");
	m = op_hear_type(ten, 1);
	assert_int_equal(op_u16(m, 0), 0xb0c2);
	assert_int_equal(op_u32(m, 8), 0x00020009);
	group_mod(fd, OF13, ADD, "group_id=1,type=all,bucket=output:1");
	group_mod(fd, OF13, ADD, "group_id=2,type=all,bucket=output:2");
	or_flow_mod(fd, OF13, OR_ADD, "table=1,ip,actions=group:1,group:1");
	or_flow_mod(fd, OF13, OR_ADD, "table=1,arp,actions=clone(group:1),group:2");
	or_flow_mod(fd, OF13, OR_ADD,
		"table=2,mpls,send_flow_rem,cookie=7,actions=write_actions(group:2)");
	or_flow_mod(fd, OF13, OR_ADD, "table=2,ipv6,actions=output:1");
	assert_int_equal(ref_count(fd, 1), 2);
	assert_int_equal(ref_count(fd, 2), 2);
	or_flow_mod(fd, OF13, OR_DELETE, "out_group=1");
	assert_int_equal(ref_count(fd, 1), 0);
	/* One message behind the other in a turn: the rule was there when the group went. */
	or_put_flow_mod(&buf, OF13, false, 1, OR_ADD, "table=3,ip,actions=group:2");
	put_group_mod(&buf, OF13, DELETE, "group_id=2");
	op_say_raw(fd, buf.bytes, buf.len);
	m = op_hear_type(fd, 11);
	assert_int_equal(op_u32(m, 4), 7);
	assert_int_equal(m->body[10], 3); /* OFPRR_GROUP_DELETE */
	m = op_hear_type(fourteen, 11);
	assert_int_equal(m->body[10], 3);
	or_expect(fd, OF13, "table=2, ipv6 actions=output:1\n");
	of_buf_fini(&buf);
	group_mod(fd, OF13, DELETE, "");
	or_clear(fd, OF13);
	op_close(fd);
	op_close(ten);
	op_close(fourteen);
}

/* Answers of many parts, made while the peer takes them. */
static void many_groups(void **state)
{
	enum { N = 3000, EACH = 40 + 4 * 16 };
	int fd = or_dial(OF15);
	unsigned seen = 0;
	bool more = true;

	for (unsigned i = 0; i < N; i++) {
		char text[128];

		snprintf(text, sizeof(text),
			"group_id=%u,type=all,bucket=1,bucket=2,bucket=3,bucket=4", i * 3);
		group_mod(fd, OF15, ADD, text);
	}
	or_flow_mod(fd, OF15, OR_ADD, "table=1,ip,actions=group:2997");
	op_say(fd, OF15, 18, XID, "00060000 00000000 fffffffc 00000000");
	while (more) {
		const struct op_message *m = op_hear_type(fd, 19);

		more = op_u16(m, 2) & 1;
		for (size_t at = 8; at < m->len; at += EACH, seen++) {
			assert_int_equal(op_u16(m, at), EACH);
			assert_int_equal(op_u32(m, at + 4), 3 * seen);
			assert_int_equal(op_u32(m, at + 8), seen == 999);
		}
	}
	assert_int_equal(seen, N);
	group_mod(fd, OF15, DELETE, "");
	op_say(fd, OF15, 18, XID, "00060000 00000000 fffffffc 00000000");
	assert_int_equal(op_hear_type(fd, 19)->len, 8);
	or_expect(fd, OF15, "");
	op_close(fd);
}

static void group_features(void **state)
{
	int fd = or_dial(OF13), ten = or_dial(OF10);
	const struct op_message *m;

	op_say(fd, OF13, 18, XID, "00080000 00000000");
	m = op_hear_type(fd, 19);
	assert_int_equal(m->len, 8 + 40);
	assert_int_equal(op_u32(m, 8), 0x0f);
	assert_int_equal(op_u32(m, 8 + 8), 65536);
	assert_int_equal(op_u32(m, 8 + 24) & 1u << 22, 1u << 22); /* a group in a bucket */
	op_say(ten, OF10, 16, XID, "ffff0000 00002320 00000009 00000000");
	m = op_hear_type(ten, 17);
	assert_int_equal(m->len, 16 + 40);
	assert_int_equal(op_u32(m, 16 + 24), 0x0fff);
	op_say(fd, OF13, 5, XID, "");
	assert_int_equal(op_u32(op_hear_type(fd, 6), 16) & 8, 8); /* OFPC_GROUP_STATS */
	/* one that is not there is left out */
	op_say(fd, OF13, 18, XID, "00060000 00000000 00000063 00000000");
	assert_int_equal(op_hear_type(fd, 19)->len, 8);
	op_say(ten, OF10, 16, XID, "ffff0000 00002320 00000008 00000000 00000063 00000000");
	assert_int_equal(op_hear_type(ten, 17)->len, 16);
	op_close(fd);
	op_close(ten);
}

/* --- meters ------------------------------------------------------------------------------------------------------------- */

#define BAND	 "0001 0010 00000064 00000000 00000000"
#define ADD5	 "0000 0001 00000005" BAND
#define STATS(n) "00090000 00000000 " n " 00000000"
#define CONFS(n) "000a0000 00000000 " n " 00000000"

static void meters(void **state)
{
	static const uint8_t versions[] = { OF13, OF14, OF15 };

	for (unsigned i = 0; i < RTE_DIM(versions); i++) {
		uint8_t v = versions[i];
		int fd = or_dial(v);
		const struct op_message *m;

		or_flow_mod(fd, v, OR_ADD, "table=1,ip,actions=meter:5,output:1");
		op_hear_error(fd, 12, 3);
		op_say(fd, v, 29, XID, ADD5);
		op_say(fd, v, 29, XID, ADD5);
		op_hear_error(fd, 12, 1);
		op_say(fd, v, 29, XID, "0001 0001 00000006" BAND);
		op_hear_error(fd, 12, 3);
		op_say(fd, v, 29, XID, "0001 0001 00000006 0001");
		op_hear_error(fd, 1, 6);
		op_say(fd, v, 29, XID,
			"0000 000e 00000009 0001 0010 00000007 00000003 00000000"
			"0002 0010 00000005 00000002 01 000000");
		or_flow_mod(fd, v, OR_ADD, "table=1,ip,actions=meter:5,output:1");
		or_flow_mod(fd, v, OR_ADD, "table=1,arp,actions=output:1");
		op_say(fd, v, 18, XID, CONFS("ffffffff"));
		m = op_hear_type(fd, 19);
		assert_int_equal(m->len, 8 + 24 + 40);
		assert_int_equal(op_u32(m, 8), 0x00180001);
		assert_int_equal(op_u32(m, 8 + 24), 0x0028000e);
		assert_int_equal(op_u32(m, 8 + 24 + 8 + 16), 0x00020010);
		assert_int_equal(op_u32(m, 8 + 24 + 8 + 28), 0x01000000);
		op_say(fd, v, 18, XID, STATS("00000005"));
		m = op_hear_type(fd, 19);
		assert_int_equal(m->len, 8 + 40 + 16);
		assert_int_equal(op_u32(m, 8), 5);
		assert_int_equal(op_u16(m, 8 + 4), 40 + 16);
		assert_int_equal(op_u32(m, 8 + 12), 1); /* rules */
		op_say(fd, v, 18, XID, STATS("00000063"));
		op_hear_error(fd, 12, 3);
		op_say(fd, v, 18, XID, CONFS("00000063"));
		op_hear_error(fd, 12, 3);
		op_say(fd, v, 18, XID, "000b0000 00000000");
		m = op_hear_type(fd, 19);
		assert_int_equal(op_u32(m, 8), 65536);
		assert_int_equal(op_u32(m, 8 + 4), 6);
		assert_int_equal(op_u32(m, 8 + 8), 15);
		op_say(fd, v, 29, XID, "0002 0000 00000005");
		or_expect(fd, v, "table=1, arp actions=output:1\n");
		op_say(fd, v, 29, XID, "0002 0000 ffffffff");
		op_say(fd, v, 18, XID, STATS("ffffffff"));
		assert_int_equal(op_hear_type(fd, 19)->len, 8);
		or_clear(fd, v);
		op_close(fd);
	}
}

/* A slave may look and not touch. */
static void slaves(void **state)
{
	int fd = or_dial(OF13);

	op_say(fd, OF13, 24, XID, "00000003 00000000 0000000000000001");
	op_hear_type(fd, 25);
	op_say(fd, OF13, 29, XID, ADD5);
	op_hear_error(fd, 1, 10);
	group_mod_fails(fd, OF13, ADD, "group_id=5,type=all,bucket=output:1", 1, 10);
	groups_are(fd, OF13, "");
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed),
		cmocka_unit_test(chained),
		cmocka_unit_test(buckets_changed),
		cmocka_unit_test(rules_of_groups),
		cmocka_unit_test(many_groups),
		cmocka_unit_test(group_features),
		cmocka_unit_test(meters),
		cmocka_unit_test(slaves),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}

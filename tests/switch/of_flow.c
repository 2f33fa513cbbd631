/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules by OpenFlow: flow-mods of every version and Nicira's, what is refused and with which error. Random rules are
 * added and read back in each version.
 */
#include "of_rules.h"

#include <sw/err.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../lib/ctltest.h"
#include "../unit/flow_gen.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

static void verbs(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]);

		or_flow_mod(fd, versions[v], OR_ADD, "priority=5,tcp,tp_dst=80,actions=output:1");
		or_flow_mod(fd, versions[v], OR_ADD,
			"priority=5,tcp,tp_dst=81,cookie=7,actions=output:2");
		or_flow_mod(fd, versions[v], OR_ADD, "table=3,priority=5,ip,actions=drop");
		or_expect(fd, versions[v],
			"priority=5,tcp,tp_dst=80 actions=output:1\n"
			"cookie=0x7, priority=5,tcp,tp_dst=81 actions=output:2\n"
			"table=3, priority=5,ip actions=drop\n");
		or_flow_mod(fd, versions[v], OR_MODIFY, "tcp,actions=output:9");
		or_flow_mod(fd, versions[v], OR_MODIFY_STRICT,
			"priority=5,tcp,tp_dst=81,actions=output:8");
		or_flow_mod(fd, versions[v], OR_ADD,
			"priority=5,tcp,tp_dst=80,idle_timeout=9,actions=output:7");
		or_flow_mod(fd, versions[v], OR_DELETE_STRICT, "table=3,priority=6,ip");
		or_expect(fd, versions[v],
			versions[v] == OF10 /* sets the cookie, too */
				? "idle_timeout=9, priority=5,tcp,tp_dst=80 actions=output:7\n"
				  "priority=5,tcp,tp_dst=81 actions=output:8\n"
				  "table=3, priority=5,ip actions=drop\n"
				: "idle_timeout=9, priority=5,tcp,tp_dst=80 actions=output:7\n"
				  "cookie=0x7, priority=5,tcp,tp_dst=81 actions=output:8\n"
				  "table=3, priority=5,ip actions=drop\n");
		or_flow_mod(fd, versions[v], OR_DELETE_STRICT, "table=3,priority=5,ip");
		or_flow_mod(fd, versions[v], OR_DELETE, "out_port=8");
		or_expect(fd, versions[v],
			"idle_timeout=9, priority=5,tcp,tp_dst=80 actions=output:7\n");
		op_close(fd);
	}
}

static void cookies(void **state)
{
	for (unsigned v = 1; v < 4; v++) {
		int fd = or_dial(versions[v]);

		or_flow_mod(fd, versions[v], OR_ADD, "cookie=0x11,priority=1,ip,actions=output:1");
		or_flow_mod(fd, versions[v], OR_ADD, "cookie=0x12,priority=1,arp,actions=output:1");
		or_flow_mod(
			fd, versions[v], OR_ADD, "cookie=0x21,priority=1,ipv6,actions=output:1");
		or_flow_mod(fd, versions[v], OR_MODIFY, "cookie=0x10/0xf0,actions=output:2");
		or_expect(fd, versions[v],
			"cookie=0x11, priority=1,ip actions=output:2\n"
			"cookie=0x12, priority=1,arp actions=output:2\n"
			"cookie=0x21, priority=1,ipv6 actions=output:1\n");
		or_flow_mod(fd, versions[v], OR_DELETE, "cookie=0x01/0x0f");
		or_expect(fd, versions[v], "cookie=0x12, priority=1,arp actions=output:2\n");
		or_flow_mod(fd, versions[v], OR_MODIFY, "udp,actions=output:3"); /* adds nothing */
		or_expect(fd, versions[v], "cookie=0x12, priority=1,arp actions=output:2\n");
		op_close(fd);
	}
}

/* 1.0 without tables: rules are added to table 0, changed and deleted in all; a modify may add. */
static void ten_without_tables(void **state)
{
	int fd = or_dial(OF10), later = or_dial(OF13);

	op_say(fd, OF10, 4, 1, "00002320 0000000f 00 00000000000000");
	or_flow_mod(later, OF13, OR_ADD, "table=2,priority=1,ip,actions=output:1");
	or_flow_mod(later, OF13, OR_ADD, "table=5,priority=1,ip,actions=output:1");
	or_expect(later, OF13,
		"table=2, priority=1,ip actions=output:1\ntable=5, priority=1,ip actions=output:1\n");
	or_flow_mod(fd, OF10, OR_MODIFY, "ip,actions=output:3");
	or_expect(fd, OF10,
		"table=2, priority=1,ip actions=output:3\ntable=5, priority=1,ip actions=output:3\n");
	or_flow_mod(fd, OF10, OR_MODIFY_STRICT, "priority=7,arp,actions=output:4");
	or_expect(fd, OF10,
		"priority=7,arp actions=output:4\ntable=2, priority=1,ip actions=output:3\n"
		"table=5, priority=1,ip actions=output:3\n");
	or_flow_mod(fd, OF10, OR_MODIFY, "arp,cookie=5,actions=output:5");
	or_flow_mod(fd, OF10, OR_DELETE, "table=0,ip"); /* no table is said */
	or_expect(fd, OF10, "cookie=0x5, priority=7,arp actions=output:5\n");
	op_close(fd);
	op_close(later);
}

/* The struct of 1.0 itself, flow-mod and stats. */
static void ten_plain(void **state)
{
	int fd = or_dial(OF10);
	struct of_buf buf = { 0 };
	char *got;

	or_put_flow_mod(&buf, OF10, false, 1, OR_ADD,
		"priority=5,cookie=3,idle_timeout=7,tcp,nw_src=10.0.0.0/8,tp_dst=80,dl_vlan=5,"
		"actions=mod_dl_src:02:00:00:00:00:01,output:1");
	op_say_raw(fd, buf.bytes, buf.len);
	got = or_dump(fd, OF10, false);
	assert_string_equal(got,
		"cookie=0x3, idle_timeout=7, priority=5,tcp,dl_vlan=5,nw_src=10.0.0.0/8,"
		"tp_dst=80 actions=mod_dl_src:02:00:00:00:00:01,output:1\n");
	free(got);
	of_buf_fini(&buf);
	op_close(fd);
}

/* Fixed part of a flow-mod of 1.3: cookie and mask, table, command, timeouts and priority, buffer, ports, flags. */
#define FLOW_MOD(table, command, buffer, flags)                                      \
	"0000000000000000 0000000000000000 " table command " 0000 0000 8000 " buffer \
	" ffffffff ffffffff " flags " 0000 "

static void refused(void **state)
{
	static const struct {
		const char *body;
		uint16_t type, code;
	} cases[] = {
		{ FLOW_MOD("00", "00", "ffffffff", "0000"), 1, 6 }, /* no match */
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000 00000000", 1, 6 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0014 00000000", 4, 1 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0000 0004 00000000", 4, 0 },
		{ FLOW_MOD("00", "05", "ffffffff", "0000") "0001 0004 00000000", 5, 6 },
		{ FLOW_MOD("fe", "00", "ffffffff", "0000") "0001 0004 00000000", 5, 2 },
		{ FLOW_MOD("ff", "00", "ffffffff", "0000") "0001 0004 00000000", 5, 2 },
		{ FLOW_MOD("ff", "01", "ffffffff", "0000") "0001 0004 00000000", 5, 2 },
		{ FLOW_MOD("00", "00", "ffffffff", "0020") "0001 0004 00000000", 5, 7 },
		{ FLOW_MOD("00", "00", "00000001", "0000") "0001 0004 00000000", 1, 8 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0009 80001401 06 000000 0000 0000",
			4, 9 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000 0063 0008 00000000",
			3, 0 },
		{ FLOW_MOD("05", "00", "ffffffff", "0000") "0001 0004 00000000 0001 0008 05 000000",
			3, 2 },
		{ FLOW_MOD("05", "00", "ffffffff", "0000") "0001 0004 00000000 0001 0008 04 000000",
			3, 2 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000 0001 0008 fe 000000",
			3, 2 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000 0001 0009 04 000000",
			3, 7 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000"
							   "0004 0010 00000000 0018 0008 00000000",
			2, 10 },
		{ FLOW_MOD("00", "00", "ffffffff",
			  "0000") "0001 0004 00000000"
				  "0004 0018 00000000 0000 0010 fffffff9 0000 000000000000",
			2, 4 },
		{ FLOW_MOD("00", "00", "ffffffff",
			  "0000") "0001 0004 00000000"
				  "0004 0018 00000000 0000 0010 ffffffff 0000 000000000000",
			2, 4 },
		{ FLOW_MOD("00", "00", "ffffffff", "0000") "0001 0004 00000000 0003 0018 00000000"
							   "ffff 0010 00002320 0011 000000000000",
			2, 0 }, /* exit is not for sets */
	};
	int fd = or_dial(OF13);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		op_say(fd, OF13, 14, i, cases[i].body);
		op_hear_error(fd, cases[i].type, cases[i].code);
		or_expect(fd, OF13, "");
	}
	/* A delete takes every table, and its instructions mean nothing. */
	op_say(fd, OF13, 14, 1,
		FLOW_MOD("ff", "03", "00000009", "0000") "0001 0004 00000000"
							 "0001 0008 00 000000");
	op_echo(fd, OF13);
	op_close(fd);
}

/* Its ports look at no rules: who adds some is told, alone and in a bundle, who deletes some may. */
static void cross_connect(void **state)
{
	ct_ok("add-br br1 -- set interface br1 type=dummy -- add-port br1 x1 -- set interface x1 "
	      "type=dummy");
	for (unsigned v = 1; v < 4; v++) {
		int fd;

		ct_ok("rule del br1 -- rule add br1 tcp,actions=LOCAL udp,actions=LOCAL");
		ct_ok("set bridge br1 other_config:cross-connect=true");
		op_turn(5);
		assert_string_equal(
			ct_text("get bridge br1 status"), "{rules-not-looked-at=\"2\"}\n");
		fd = op_dial_as("br1", versions[v]);
		op_hush(fd, versions[v]);
		or_flow_mod(fd, versions[v], OR_ADD, "priority=5,ip,actions=output:1");
		op_hear_error(fd, 5, 4);
		or_flow_mod(fd, versions[v], OR_MODIFY, "tcp,actions=output:1");
		op_hear_error(fd, 5, 4);
		or_flow_mod(fd, versions[v], OR_DELETE, "udp");
		or_expect(fd, versions[v], "tcp actions=LOCAL\n");
		ct_ok("remove bridge br1 other_config cross-connect");
		op_turn(5);
		assert_string_equal(ct_text("get bridge br1 status"), "{}\n");
		or_flow_mod(fd, versions[v], OR_MODIFY, "tcp,actions=output:1");
		or_expect(fd, versions[v], "tcp actions=output:1\n");
		op_close(fd);
	}
	ct_ok("rule del br1");
	ct_ok("set bridge br1 other_config:cross-connect=true");
	assert_string_equal(ct_text("get bridge br1 status"), "{}\n");
	ct_ok("del-br br1");
}

static void overlap(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]);

		or_flow_mod(fd, versions[v], OR_ADD, "priority=5,tcp,tp_dst=80,actions=output:1");
		or_flow_mod(
			fd, versions[v], OR_ADD, "priority=5,check_overlap,ip,actions=output:2");
		op_hear_error(fd, versions[v] == OF10 ? 3 : 5, versions[v] == OF10 ? 1 : 3);
		or_flow_mod(
			fd, versions[v], OR_ADD, "priority=6,check_overlap,ip,actions=output:2");
		or_expect(fd, versions[v],
			"priority=5,tcp,tp_dst=80 actions=output:1\npriority=6,ip actions=output:2\n");
		op_close(fd);
	}
}

/* Several in one turn: those that are fine are done, the others get their errors, in order. */
static void many_in_a_turn(void **state)
{
	int fd = or_dial(OF13);
	struct of_buf buf = { 0 };

	for (unsigned i = 0; i < 1000; i++) {
		char text[100];

		snprintf(text, sizeof(text), "priority=%u,tcp,tp_dst=%u,actions=output:1", i % 10,
			i);
		or_put_flow_mod(&buf, OF13, false, i, OR_ADD, text);
		if (i % 100 == 99) { /* goes back */
			of_begin(&buf, OF13, 14, 0xbad00 + i);
			of_hex_buf(&buf,
				FLOW_MOD("05", "00", "ffffffff", "0000") "0001 0004 00000000"
									 "0001 0008 05 000000");
			of_patch_u16(&buf, buf.len - 64 + 2, 64);
		}
	}
	op_say_raw(fd, buf.bytes, buf.len);
	for (unsigned i = 99; i < 1000; i += 100) {
		const struct op_message *m = op_hear_type(fd, 1);

		assert_int_equal(m->xid, 0xbad00 + i);
	}
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 ff000000 ffffffff ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	assert_int_equal(op_u32(op_hear_type(fd, 19), 8 + 16), 1000);
	of_buf_fini(&buf);
	or_clear(fd, OF13);
	op_close(fd);
}

/* --- random ------------------------------------------------------------------------------------------------------------ */

/* Groups and meters that are named and not there, beside the wire. */
static void make_named(const struct sw_instructions *does)
{
	const struct of_bridge *of = of_bridge_next(NULL);
	struct sw_meter_band band = { .type = SW_METER_DROP, .rate = 1000 };
	uint32_t missing;

	while (!sw_groups_known(of->groups, does, false, &missing)) {
		struct sw_group_change add = { .verb = SW_GROUP_ADD, .conf.id = missing };

		assert_int_equal(sw_groups_change(of->groups, &add, NULL), SW_GROUP_FINE);
	}
	while (!sw_meters_known(of->meters, does, false, &missing)) {
		struct sw_meter_conf add = { .id = missing, .n_bands = 1, .bands = &band };

		assert_int_equal(
			sw_meters_change(of->meters, SW_METER_ADD, &add, NULL), SW_METER_FINE);
	}
}

/* Can workers do it? Asked beside the wire. */
static bool is_doable(const struct sw_rule_change *change)
{
	struct sw_rules *rules = of_bridge_next(NULL)->rules;
	struct sw_rule_change copy = *change;
	enum sw_rule_fault fault;

	sw_instructions_copy(&copy.conf.does, &change->conf.does);
	sw_rules_begin(rules);
	fault = sw_rules_stage(rules, &copy, NULL);
	sw_rules_abort(rules);
	sw_instructions_fini(&copy.conf.does);
	return fault == SW_RULE_FINE;
}

/* Rules by text are added by wire and come back the same; a model keeps the last of each place. */
static void random_rules(void **state)
{
	static const uint8_t as[GEN_VERSIONS] = { OF10, OF13, OF15 };
	uint64_t seed = swtest_seed(0x0f30);

	for (unsigned g = 0; g < GEN_VERSIONS; g++) {
		int fd = or_dial(as[g]);
		struct sw_str want = { 0 };
		unsigned n = 0;

		op_hush(fd, as[g]);
		sw_str_add(&want, "%s", "");
		for (unsigned i = 0; i < 400; i++) {
			struct sw_str rule = { 0 }, line = { 0 };
			struct sw_rule_change change;
			struct sw_err err;
			struct of_buf buf = { 0 };
			char text[4000];

			gen_rule(&rule, g, &seed);
			/* its own place */
			snprintf(text, sizeof(text), "metadata=%u,%s", i, rule.s);
			free(rule.s);
			if (sw_rule_parse(text, SW_RULE_ADD, &change, &err) ||
				change.conf.does.goto_table == 0)
				continue;
			if (!is_doable(&change)) {
				sw_instructions_fini(&change.conf.does);
				continue;
			}
			if (as[g] == OF10) /* not to be had there */
				change.conf.importance = 0;
			make_named(&change.conf.does);
			or_put_flow_mod(&buf, as[g], as[g] == OF10, i, OR_ADD, text);
			op_say_raw(fd, buf.bytes, buf.len);
			if (as[g] == OF10)
				change.conf.flags = 0; /* nor are they told */
			if (as[g] == OF13)
				change.conf.importance = 0;
			sw_rule_print(&change.conf, NULL, 0, SW_RULE_SHOW_RULE, &line);
			sw_str_add(&want, "%s\n", line.s);
			free(line.s);
			sw_instructions_fini(&change.conf.does);
			of_buf_fini(&buf);
			n++;
		}
		assert_true(n > 50);
		or_expect(fd, as[g], want.s);
		free(want.s);
		or_clear(fd, as[g]);
		op_close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs),
		cmocka_unit_test(cookies),
		cmocka_unit_test(ten_without_tables),
		cmocka_unit_test(ten_plain),
		cmocka_unit_test(refused),
		cmocka_unit_test(cross_connect),
		cmocka_unit_test(overlap),
		cmocka_unit_test(many_in_a_turn),
		cmocka_unit_test(random_rules),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}

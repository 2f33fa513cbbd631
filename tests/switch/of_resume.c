/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * controller(pause) and NXT_RESUME: packets that stop for a controller, and go on behind the action when it sends them back, with
 * what it changed; what they do when rules changed meanwhile.
 */
#include "of_paused.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/packet_in.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../lib/ctltest.h"
#include "../lib/packet.h"

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/head.h"

#define HANDLE_LEAST 24

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* --- going on ----------------------------------------------------------------------------------------------------- */

static void all_versions(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = rp_dial(versions[v]);
		struct paused p;

		rp_rule(fd, versions[v],
			"actions=output:3,controller(pause,userdata=01.02),output:2");
		/* No flow is kept of it: each packet stops. */
		for (unsigned i = 0; i < 3; i++) {
			rp_stop(fd, rp_frame(i), &p);
			ts_expect(rp_port[3], rp_frame(i));
			ts_quiet();
			assert_true(rp_find(&p, RP_CONTINUATION) + HANDLE_LEAST <= p.b + p.len);
			rp_go_on(fd, versions[v], &p);
			ts_expect(rp_port[2], rp_frame(i));
			ts_quiet();
		}
		or_clear(fd, versions[v]);
		op_close(fd);
	}
}

/* Through resubmits, tables, the stack and the action set, whose rules go while it waits. */
static void levels(void **state)
{
	static const char *const rules[] = {
		"table=0,actions=set_field:7->reg0,push:reg0[],resubmit(,1),output:2,write_actions(output:3),"
		"goto_table:3",
		"table=1,actions=set_field:9->reg0,resubmit(,2),pop:reg1[],exit",
		"table=2,actions=controller(pause,max_len=4),set_field:1->metadata",
		"table=3,priority=5,reg0=9,reg1=7,metadata=1,actions=in_port",
		"table=3,priority=4,actions=drop",
	};
	int fd = rp_dial(OF13);
	struct paused p;

	for (unsigned gone = 0; gone < 3; gone++) {
		for (unsigned i = 0; i < 5; i++)
			rp_rule(fd, OF13, rules[i]);
		if (gone ==
			2) { /* an exit in an inner list ends the outer ones, but for the action set */
			rp_rule(fd, OF13, "table=0,actions=write_actions(output:3),goto_table:4");
			rp_rule(fd, OF13, "table=4,actions=resubmit(,1),output:2");
		} else {
			rp_rule(fd, OF13,
				"table=1,actions=set_field:9->reg0,resubmit(,2),pop:reg1[]");
		}
		rp_stop(fd, rp_frame(gone), &p);
		ts_quiet();
		if (gone) {
			or_flow_mod(fd, OF13, OR_DELETE, "table=0");
			or_flow_mod(fd, OF13, OR_DELETE, "table=1");
			or_flow_mod(fd, OF13, OR_DELETE, "table=2");
			op_echo(fd, OF13);
			ts_turn();
			ts_turn();
		}
		rp_go_on(fd, OF13, &p);
		if (gone < 2) {
			ts_expect(rp_port[2], rp_frame(gone));
			ts_expect(rp_port[1], rp_frame(gone));
		}
		ts_expect(rp_port[3], rp_frame(gone));
		ts_quiet();
	}
	or_clear(fd, OF13);
	op_close(fd);
}

/* Lists and buckets on packets of their own: they alone wait. */
static void within(void **state)
{
	int fd = rp_dial(OF15);
	struct paused p, q;

	rp_rule(fd, OF15, "actions=clone(controller(pause),output:2),output:3");
	rp_stop(fd, rp_frame(1), &p);
	ts_expect(rp_port[3], rp_frame(1));
	ts_quiet();
	rp_go_on(fd, OF15, &p);
	ts_expect(rp_port[2], rp_frame(1));
	ts_quiet();
	ct_ok("add-group br0 group_id=7,type=all,bucket=output:3,bucket=resubmit(,4),bucket=resubmit(,4)");
	rp_rule(fd, OF15, "table=4,actions=controller(pause),output:2");
	rp_rule(fd, OF15, "actions=group:7,in_port");
	ts_send(rp_port[1], rp_frame(2));
	ts_turn();
	assert_int_equal(sw_packet_in_run(8), 2);
	rp_hear(fd, &p);
	rp_hear(fd, &q);
	ts_expect(rp_port[3], rp_frame(2));
	ts_expect(rp_port[1], rp_frame(2));
	ts_quiet();
	/* The group may be gone. */
	or_flow_mod(fd, OF15, OR_DELETE, "table=0");
	op_echo(fd, OF15);
	ct_ok("del-groups br0 group_id=7");
	ts_turn();
	rp_go_on(fd, OF15, &q);
	ts_expect(rp_port[2], rp_frame(2));
	rp_go_on(fd, OF15, &p);
	ts_expect(rp_port[2], rp_frame(2));
	ts_quiet();
	or_clear(fd, OF15);
	op_close(fd);
}

/* Who is told by the action set is told of the rule and table that the packet came to last, before or after it stopped. */
static void set_of_the_last_rule(void **state)
{
	static const char *const last[] = { "drop", "controller(pause)" };
	int fd = rp_dial(OF13);
	struct paused p;

	ct_ok("add-group br0 group_id=7,type=all,bucket=controller");
	rp_rule(fd, OF13,
		"table=0,cookie=0x11,actions=controller(pause),write_actions(group:7),goto_table:2");
	for (unsigned i = 0; i < 2; i++) {
		char text[80];

		snprintf(text, sizeof(text), "table=2,cookie=0x22,actions=%s", last[i]);
		rp_rule(fd, OF13, text);
		rp_stop(fd, rp_frame(i), &p);
		for (unsigned k = 0; k < i + 1; k++) {
			assert_int_equal(rp_find(&p, RP_TABLE)[4], k ? 2 : 0);
			rp_go_on(fd, OF13, &p);
			assert_int_equal(sw_packet_in_run(8), 1);
			rp_hear(fd, &p);
		}
		assert_int_equal(rp_find(&p, RP_TABLE)[4], 2);
		assert_int_equal(rp_find(&p, RP_COOKIE)[8 + 7], 0x22);
	}
	or_clear(fd, OF13);
	ct_ok("del-groups br0");
	op_close(fd);
}

/* It stops again, at what it came to after it had gone on, and what was left from the first time is done at the end. */
static void again(void **state)
{
	int fd = rp_dial(OF14);
	struct paused p;

	rp_rule(fd, OF14, "table=0,actions=resubmit(,1),output:2");
	rp_rule(fd, OF14, "table=1,actions=controller(pause,id=0),resubmit(,2),in_port");
	rp_rule(fd, OF14,
		"table=2,actions=controller(pause),output:3,bundle(eth_src,0,hrw,ofport,members:3)");
	rp_stop(fd, rp_frame(5), &p);
	or_flow_mod(fd, OF14, OR_DELETE, "table=0");
	or_flow_mod(fd, OF14, OR_DELETE, "table=1");
	op_echo(fd, OF14);
	rp_go_on(fd, OF14, &p);
	assert_int_equal(sw_packet_in_run(8), 1);
	rp_hear(fd, &p);
	ts_quiet();
	or_clear(fd, OF14);
	ts_turn();
	ts_turn();
	rp_go_on(fd, OF14, &p);
	ts_expect(rp_port[3], rp_frame(5));
	ts_expect(rp_port[3], rp_frame(5));
	ts_expect(rp_port[1], rp_frame(5));
	ts_expect(rp_port[2], rp_frame(5));
	ts_quiet();
	op_close(fd);
}

/* Of a controller's own packet: its list goes on, as that of a rule. */
static void of_packet_out(void **state)
{
	static const char actions[] =
		"controller(pause),bundle(eth_src,0,hrw,ofport,members:2,2),output:3,in_port";
	struct sw_actions *list = NULL;
	struct of_buf buf = { 0 };
	int fd = rp_dial(OF13);
	uint8_t bytes[64];
	struct paused p;
	struct sw_err err;
	size_t at, from;

	assert_int_equal(sw_actions_parse(actions, &list, &err), 0);
	at = of_begin(&buf, OF13, 13, RP_XID);
	of_put_u32(&buf, UINT32_MAX);
	of_put_u32(&buf, 1); /* from port 1 */
	from = buf.len;
	of_room(&buf, 8);
	of_put_actions(&buf, list, OF13);
	of_patch_u16(&buf, from, buf.len - from - 8);
	of_put(&buf, bytes, ts_bytes(bytes, rp_frame(3)));
	of_end(&buf, at);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
	sw_actions_free(list);
	op_echo(fd, OF13);
	ts_turn();
	assert_int_equal(sw_packet_in_run(8), 1);
	rp_hear(fd, &p);
	ts_quiet();
	rp_go_on(fd, OF13, &p);
	ts_expect(rp_port[2], rp_frame(3));
	ts_expect(rp_port[3], rp_frame(3));
	ts_expect(rp_port[1], rp_frame(3));
	ts_quiet();
	op_close(fd);
}

/* --- what the controller changes ------------------------------------------------------------------------------------ */

static void changed(void **state)
{
	int fd = rp_dial(OF13);
	struct paused p;
	uint8_t *at;

	rp_rule(fd, OF13, "actions=set_field:2->reg0,controller(pause),output:reg0[0..15]");
	rp_stop(fd, rp_frame(1), &p);
	at = rp_find(&p, RP_METADATA);
	for (unsigned i = 4; i + 8 <= (unsigned)(at[2] << 8 | at[3]); i++)
		if (!memcmp(at + i, "\0\1\0\4\0\0\0\2", 8)) /* NXM_NX_REG0 */
			at[i + 7] = 3;
	p.b[4 + 5] = 7; /* the packet is first: the last byte of its destination */
	rp_go_on(fd, OF13, &p);
	ts_expect(rp_port[3], ({
		struct ts_frame f = rp_frame(1);
		f.dst = MAC(7);
		f;
	}));
	ts_quiet();
	/* Fields that it leaves out are 0; without any they are as they were. */
	rp_stop(fd, rp_frame(1), &p);
	at = rp_find(&p, RP_METADATA);
	memmove(at, at + ((at[3] + 7) & ~7), p.b + p.len - at - ((at[3] + 7) & ~7));
	p.len -= 24;
	rp_go_on(fd, OF13, &p);
	ts_expect(rp_port[2], rp_frame(1));
	ts_quiet();
	or_clear(fd, OF13);
	op_close(fd);
}

/* --- the end of a connection (fin_timeout) --------------------------------------------------------------------------- */

/* Is there a rule that is printed with this, in any table? */
static bool has_rule(const char *part)
{
	const struct sw_rules *rules = sw_bridge_rules(sw_bridge_by_name("br0"));
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	bool found = false;

	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		struct sw_str text = { 0 };
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
		found |= strstr(text.s, part) != NULL;
		free(text.s);
	}
	return found;
}

/* TCP from 10.0.0.1 to 10.0.0.2, with FIN. */
static void stop_fin(int fd, struct paused *p)
{
	struct packet_bytes fin = { .len = 0 };

	packet_hex(&fin, "020000000002 020000000001 0800");
	packet_hex(&fin, "4500 0028 0000 0000 40 06 66ce 0a000001 0a000002");
	packet_hex(&fin, "03e8 07d0 00000001 00000001 5011 0100 0000 0000");
	packet_fill(&fin, 0, 6);
	ts_send_bytes(rp_port[1], fin.b, fin.len);
	ts_turn();
	assert_int_equal(sw_packet_in_run(8), 1);
	rp_hear(fd, p);
}

/* And control does what was asked for. */
static void go_on_and_learn(int fd, const struct paused *p)
{
	rp_go_on(fd, OF13, p);
	sw_packet_in_run(8);
}

#define ENDS                                              \
	"priority=5,tcp,nw_dst=10.0.0.2,idle_timeout=50," \
	"actions=set_field:10.0.0.9->ip_dst,resubmit(,1),fin_timeout(idle_timeout=7),output:2"

/* The rule is meant whose actions it is one of, whatever became of the packet: not one of the same priority that takes it by now, nor one
 * that came in its place. */
static void ends(void **state)
{
	int fd = rp_dial(OF13);
	struct paused p;

	rp_rule(fd, OF13, ENDS);
	rp_rule(fd, OF13, "priority=5,tcp,nw_dst=10.0.0.9,idle_timeout=40,actions=output:3");
	rp_rule(fd, OF13,
		"table=1,tcp,nw_dst=10.0.0.9,idle_timeout=60,actions=set_field:10.0.0.8->ip_dst,"
		"controller(pause),fin_timeout(idle_timeout=8),controller(pause)");
	stop_fin(fd, &p);
	go_on_and_learn(fd, &p);
	assert_true(has_rule("idle_timeout=8, tcp,nw_dst=10.0.0.9 "));
	assert_true(has_rule("idle_timeout=50, priority=5,tcp,nw_dst=10.0.0.2 "));
	rp_hear(fd, &p);
	go_on_and_learn(fd, &p);
	assert_true(has_rule("idle_timeout=7, priority=5,tcp,nw_dst=10.0.0.2 "));
	assert_true(has_rule("idle_timeout=40, priority=5,tcp,nw_dst=10.0.0.9 "));
	assert_int_equal(sw_dummy_sent_drop(rp_port[2]), 1);
	or_flow_mod(fd, OF13, OR_DELETE, "table=0");
	or_flow_mod(fd, OF13, OR_DELETE, "table=1");
	rp_rule(fd, OF13, "table=1,actions=controller(pause)");
	rp_rule(fd, OF13, ENDS);
	stop_fin(fd, &p);
	or_flow_mod(fd, OF13, OR_DELETE, "table=0");
	op_echo(fd, OF13);
	while (sw_rcu_poll()) /* what comes may lie where it was */
		ts_turn();
	rp_rule(fd, OF13, ENDS);
	go_on_and_learn(fd, &p);
	assert_true(has_rule("idle_timeout=50, priority=5,tcp,nw_dst=10.0.0.2 "));
	assert_int_equal(sw_dummy_sent_drop(rp_port[2]), 1);
	ts_quiet();
	or_clear(fd, OF13);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_versions),
		cmocka_unit_test(levels),
		cmocka_unit_test(within),
		cmocka_unit_test(set_of_the_last_rule),
		cmocka_unit_test(again),
		cmocka_unit_test(of_packet_out),
		cmocka_unit_test(changed),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, rp_setup, rp_teardown);
}

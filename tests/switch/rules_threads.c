/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers take packets through rules while control changes them: a rule and the one it goes to in one commit, so
 * that half of it would lose packets; rules with other masks, which change the keys of kept flows; many rules at once;
 * members of the bridge; all rules but NORMAL. Not one packet is lost or doubled, and (under the thread and address
 * sanitizers) nobody touches what is gone.
 */
#include "realworkers.h"

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/port.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#define ROUNDS 300
#define EACH   20 /* packets a round */

static struct sw_bridge *bridge;
static struct sw_bridge_conf conf = {
	.name = "br0", .mac_table_size = 8192, .mac_aging_time = 300
};
static struct sw_member_conf member[4];
static struct sw_port *in, *b, *c, *d;

static void inject(unsigned round)
{
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0x40,
		0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 1, 0, 0, 0, 80, 0, 26 };

	for (unsigned i = 0; i < EACH; i++) {
		frame[29] = i % 5;
		frame[35] = round + i;
		assert_int_equal(sw_dummy_rx(in, 0, frame, sizeof(frame)), 0);
	}
}

static void stage(const char *text, enum sw_rule_verb verb)
{
	struct sw_rule_change change;
	struct sw_err err;

	if (sw_rule_parse(text, verb, &change, &err))
		fail_msg("%s: %s", text, err.text);
	if (sw_rules_stage(sw_bridge_rules(bridge), &change, &err))
		fail_msg("%s: %s", text, err.text);
	sw_instructions_fini(&change.conf.does);
}

static void one(const char *text, enum sw_rule_verb verb)
{
	sw_rules_begin(sw_bridge_rules(bridge));
	stage(text, verb);
	sw_rules_commit(sw_bridge_rules(bridge));
}

/* Table 0 and the rule of table 1 that it needs, both others than before. */
static void change_both(unsigned round)
{
	struct sw_str first = { 0 }, second = { 0 };

	sw_str_add(&first, "priority=1,in_port=1,actions=set_field:%u->reg0,goto_table:1", round);
	sw_str_add(&second, "table=1,reg0=%u,ip,nw_src=10.0.0.0/%u,actions=output:%u", round,
		16 + round % 8, 2 + round % 2);
	sw_rules_begin(sw_bridge_rules(bridge));
	stage("table=1", SW_RULE_DELETE);
	stage(second.s, SW_RULE_ADD);
	stage(first.s, SW_RULE_ADD);
	sw_rules_commit(sw_bridge_rules(bridge));
	free(first.s);
	free(second.s);
}

static void add_many(unsigned round)
{
	sw_rules_begin(sw_bridge_rules(bridge));
	for (unsigned i = 0; i < 50; i++) {
		struct sw_str text = { 0 };

		sw_str_add(&text,
			"cookie=5,priority=5,udp,nw_src=10.0.0.%u,tp_src=%u,actions=dec_ttl,output:3",
			i % 5, (round + i) % 256);
		stage(text.s, SW_RULE_ADD);
		free(text.s);
	}
	sw_rules_commit(sw_bridge_rules(bridge));
}

static void apply(unsigned n)
{
	struct sw_err err = { 0 };

	if (sw_bridge_set(bridge, &conf, member, n, &err))
		fail_msg("%s", err.text);
}

static void change(unsigned round)
{
	switch (round % 6) {
	case 0:
		add_many(round);
		break;
	case 1:
		one("priority=7,udp,nw_dst=10.1.0.1/255.255.0.255,tp_dst=80,actions=output:2",
			SW_RULE_ADD);
		break;
	case 2:
		one("cookie=5/-1", SW_RULE_DELETE);
		one("udp,nw_dst=10.1.0.1/255.255.0.255", SW_RULE_DELETE);
		break;
	case 3:
		apply(round % 4 ? 4 : 3);
		break;
	case 4:
		one("priority=9,in_port=1,vlan_tci=0/0x1000,actions=clone(set_field:02:00:00:00:00:07->eth_dst),output:3",
			SW_RULE_ADD);
		one("vlan_tci=0/0x1000", SW_RULE_DELETE);
		break;
	default:
		one("udp,nw_src=10.0.0.3,actions=set_field:10.9.9.9->ip_src,output:2", SW_RULE_ADD);
		one("udp,nw_src=10.0.0.3", SW_RULE_DELETE);
	}
}

static void test_rules_change_under_traffic(void **state)
{
	static const uint32_t numbers[] = { 1, 2, 3, 4 };
	struct sw_lane_stats sum;
	struct sw_err err;

	in = rw_port("in");
	b = rw_port("b");
	c = rw_port("c");
	d = rw_port("d");
	bridge = sw_bridge_create(&conf, &err);
	assert_non_null(bridge);
	for (unsigned i = 0; i < 4; i++)
		member[i] = (struct sw_member_conf){ .port = (struct sw_port *[]){ in, b, c, d }[i],
			.all_vlans = true,
			.number = numbers[i] };
	apply(3);
	change_both(0);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		inject(round);
		change_both(round);
		change(round);
		rw_wait_sent(EACH, (struct sw_port *[]){ b, c }, 2);
	}
	one("cookie=5/-1", SW_RULE_DELETE);
	sw_pmd_port_stats(in, &sum);
	assert_int_equal(sum.rx_packets, EACH * ROUNDS);
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		assert_int_equal(sum.drops[i], 0);
	sw_bridge_destroy(bridge);
	rw_port_gone(in);
	rw_port_gone(b);
	rw_port_gone(c);
	rw_port_gone(d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_change_under_traffic),
	};

	return cmocka_run_group_tests(tests, rw_setup, rw_teardown);
}

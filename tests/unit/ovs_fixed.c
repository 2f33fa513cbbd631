/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which texts of rules, groups and meters are taken and which refused, against the real ovs-ofctl. Where we differ on
 * purpose, the table says why, and that is tested as well. Skipped where ovs-ofctl is not installed.
 */
#include "swtest.h"

#include <rte_common.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/group.h>
#include <sw/meter.h>
#include <sw/reg.h>
#include <sw/rule_text.h>

#include "ovs_ofctl.h"

enum { BOTH = 3, NONE = 0, WE = 1, THEY = 2 };

struct fixed {
	const char *text;
	int who; /* takes it */
	const char *why;
};

static bool ours_takes_rule(const char *text)
{
	struct sw_rule_change c;

	if (sw_rule_parse(text, SW_RULE_ADD, &c, NULL))
		return false;
	sw_instructions_fini(&c.conf.does);
	return true;
}

/* It prints what it would send, and says so if a switch would refuse that. */
static bool they_take(const char *command, const char *versions, const char *text)
{
	int status;
	char *out = ovs_run(&status, "-O", versions, command, text, NULL);
	bool bad;

	if (!out)
		skip();
	bad = strstr(out, "***decode error");
	free(out);
	return !status && !bad;
}

#define VERSIONS "OpenFlow13,OpenFlow14,OpenFlow15"

static bool they_take_rule(const char *text)
{
	return they_take("parse-flow", VERSIONS, text);
}

static void compare_fixed(const struct fixed *all, unsigned n, bool (*ours)(const char *),
	bool (*theirs)(const char *))
{
	unsigned bad = 0;

	for (unsigned i = 0; i < n; i++) {
		int who = (ours(all[i].text) ? WE : 0) | (theirs(all[i].text) ? THEY : 0);

		if (who != all[i].who) {
			print_error("\"%s\": %s, %s\n", all[i].text,
				who & WE ? "we take it" : "we refuse",
				who & THEY ? "they take it" : "they refuse");
			bad++;
		}
		assert_true((all[i].who == WE || all[i].who == THEY) == (all[i].why != NULL));
	}
	assert_int_equal(bad, 0);
}

#define SETS_KIND \
	"OpenFlow 1.3.5, 7.2.5, allows it; they write nothing that says which headers follow"

static const struct fixed rules[] = {
	{ "actions=drop", BOTH, NULL },
	{ "actions=", BOTH, NULL },
	{ "", NONE, NULL },
	{ "tcp", NONE, NULL },
	{ "actions=2,,3", BOTH, NULL },
	{ "actions=2 3", BOTH, NULL },
	{ "actions=2;3", NONE, NULL },
	{ "action=2", BOTH, NULL },
	{ "actions=drop,2", NONE, NULL },
	{ "actions=2,drop", NONE, NULL },
	{ "actions=output:none", NONE, NULL },
	{ "actions=unset", NONE, NULL },
	{ "actions=output(port=1,max_len=10)", NONE, NULL },
	{ "actions=output(port=normal,max_len=100)", NONE, NULL },
	{ "actions=push_vlan:0x9100", NONE, NULL },
	{ "dl_vlan=3,actions=pop_vlan,pop_vlan", NONE, NULL },
	{ "actions=pop_vlan", NONE, NULL },
	{ "actions=mod_nw_src:1.2.3.4", NONE, NULL },
	{ "ip,actions=mod_tp_dst:80", NONE, NULL },
	{ "ip,actions=mod_nw_tos:3", NONE, NULL },
	{ "ip,actions=mod_nw_ecn:4", NONE, NULL },
	{ "actions=mod_vlan_vid:4096", NONE, NULL },
	{ "actions=mod_vlan_pcp:8", NONE, NULL },
	{ "actions=dec_ttl", NONE, NULL },
	{ "actions=resubmit()", NONE, NULL },
	{ "actions=resubmit(,)", NONE, NULL },
	{ "actions=resubmit:in_port", NONE, NULL },
	{ "actions=note:1", NONE, NULL },
	{ "actions=fin_timeout(idle_timeout=5)", NONE, NULL },
	{ "actions=2,meter:0", NONE, NULL },
	{ "actions=set_field:1->ip_proto", NONE, NULL },
	{ "ip,actions=set_field:1->ip_proto", WE, SETS_KIND },
	{ "actions=set_field:0x800->eth_type", WE, SETS_KIND },
	{ "mpls,actions=set_field:1->mpls_bos", WE, SETS_KIND },
	{ "actions=set_field:1->ipv6_exthdr", NONE, NULL },
	{ "actions=load:256->reg0[0..7]", NONE, NULL },
	{ "actions=load:1->reg0[31..32]", NONE, NULL },
	{ "actions=load:1->reg0[3..1]", NONE, NULL },
	{ "tcp,actions=move:reg0->tcp_dst", NONE, NULL },
	{ "actions=move:tcp_src[]->reg0[0..15]", NONE, NULL },
	{ "ip,actions=push_mpls:0x8847,dec_ttl", NONE, NULL },
	{ "ip,actions=pop_mpls:0x800", NONE, NULL },
	{ "mpls,actions=pop_mpls:0x800,dec_ttl", BOTH, NULL },
	{ "actions=multipath(symmetric_l4,50,iter_hash,17,24,reg0[0..3])", NONE, NULL },
	{ "actions=learn(load:5->eth_type)", WE, SETS_KIND },
	{ "actions=learn(load:5->tcp_flags)", NONE, NULL },
	{ "actions=learn(table=1,foo=3)", NONE, NULL },
	{ "actions=learn(ip_src=1.2.3.4)", NONE, NULL },
	{ "actions=apply_actions(output:1)", NONE, NULL },
	{ "actions=goto_table:1,2", NONE, NULL },
	{ "actions=clear_actions,2", NONE, NULL },
	{ "actions=write_metadata:5,write_metadata:6", NONE, NULL },
	{ "actions=2,priority=3", NONE, NULL },
	{ "actions=foo", NONE, NULL },
	{ "actions=ct_foo(1)", NONE, NULL },
	{ "priority=65536,actions=2", NONE, NULL },
	{ "priority=,actions=2", NONE, NULL },
	{ "idle_timeout=65536,actions=2", NONE, NULL },
	{ "table=300,actions=2", NONE, NULL },
	{ "cookie=1/1,actions=2", NONE, NULL },
	{ "out_port=3,actions=2", NONE, NULL },
	{ "out_group=3,actions=2", NONE, NULL },
	{ "foo=3,actions=2", NONE, NULL },
	{ "foo,actions=2", NONE, NULL },
	{ "tp_dst=80,tcp,actions=2", BOTH, NULL },
	{ "duration=5s,n_packets=3,n_bytes=4,idle_age=3,hard_age=3,actions=2", BOTH, NULL },
	{ "actions=mod_vlan_vid:5", BOTH, NULL },
	{ "tcp,actions=mod_tp_dst:80", BOTH, NULL },
	{ "actions=set_mpls_label:5", NONE, NULL },
	{ "mpls,actions=set_mpls_label:5,set_mpls_tc:1", BOTH, NULL },

	{ "tp_dst=80,actions=2", THEY,
		"it drops the port, with a log line, and matches everything" },
	{ "ip,tp_dst=80,actions=2", THEY, "the same: all of IP" },
	{ "tcp,udp,actions=2", THEY, "the last wins there" },
	{ "in_port=1,in_port=2,actions=2", THEY, "the last wins there" },
	{ "priority=1,priority=2,actions=2", THEY, "the last wins there" },
	{ "cookie=1,cookie=2,actions=2", THEY, "the last wins there" },
	{ "cookie=-1,actions=2", THEY, "it is read as no cookie there" },
	{ "send_flow_rem=1,actions=2", THEY, "the value is ignored there, 0 as well" },
	{ "table=0x3,actions=2", WE,
		"numbers are numbers; there it is looked for as the name of a table" },
	{ "table=254,actions=2", THEY, "254 tables here: 0 to 253" },
	{ "table=255,actions=2", THEY, "there it means table 0" },
	{ "actions=goto_table:254", THEY, "254 tables here" },
	{ "actions=goto_table:255", THEY, "there is no such table anywhere" },
	{ "actions=resubmit(1,2,ct)", NONE, NULL },
	{ "actions=write_metadata:0xff/0xf", THEY, "bits outside of the mask would be lost" },
	{ "actions=set_field:5->vlan_vid", NONE, NULL },
	{ "dl_vlan=3,actions=set_field:5->vlan_vid", WE,
		"only a VLAN that is there can be meant; ovs-ofctl sends what the switch refuses" },
	{ "actions=push_mpls:0x800", NONE, NULL },
	{ "actions=output:0", BOTH, NULL },
	{ "actions=output:70000", WE, "ports have 32 bits" },
	{ "actions=group:4294967295", THEY, "no group has that number (OFPG_MAX)" },
	{ "actions=bundle_load(eth_src,0,hrw,ofport,reg0[0..7],members:4,8)", NONE, NULL },
	{ "actions=2,meter:1", WE, "an action since OpenFlow 1.5; there an instruction only" },
	{ "mpls,actions=copy_ttl_in,copy_ttl_out", WE, "OpenFlow has them, Open vSwitch has not" },
	{ "actions=push_pbb:0x88e7,pop_pbb", WE, "OpenFlow has them, Open vSwitch has not" },
	{ "actions=write_actions(note:01)", NONE, NULL },
	{ "actions=write_actions(pop_vlan,dec_ttl)", BOTH, NULL },
	{ "actions=write_actions(set_field:1.2.3.4->ip_src)", WE,
		"a set runs later, when the packet may be IP; what lacks the field stays as it is" },
	{ "actions=write_actions(output:1,output:2)", BOTH, NULL },
	{ "actions=move:in_port->reg0", WE, "a port has 32 bits" },
	{ "actions=in_port,controller(pause)", BOTH, NULL },
	{ "ip,actions=ct(commit)", THEY, "not supported yet" },
	{ "actions=conjunction(1,1/2)", BOTH, NULL },
	{ "actions=conjunction(1,1/1)", NONE, NULL },
	{ "actions=conjunction(1,1/65)", NONE, NULL },
	{ "actions=conjunction(1,0/2)", NONE, NULL },
	{ "actions=conjunction(1,3/2)", NONE, NULL },
	{ "actions=conjunction(1)", NONE, NULL },
	{ "actions=conjunction(1,1/2),note:01", BOTH, NULL },
	{ "actions=conjunction(1,1/2),output:1", NONE, NULL },
	{ "actions=conjunction(1,1/2),goto_table:2", NONE, NULL },
	{ "actions=write_actions(conjunction(1,1/2))", NONE, NULL },
	{ "actions=load:1->NXM_NX_CONJ_ID[]", NONE, NULL },
	{ "actions=sample(probability=5)", THEY, "not supported yet" },
	{ "actions=ct_clear", THEY, "not supported yet" },
	{ "actions=encap(ethernet)", THEY, "not supported yet" },
	{ "dl_vlan=1,actions=push_vlan:0x8100,push_vlan:0x8100", WE,
		"there two tags are the most" },
	{ "actions=clone(2", THEY, "brackets must pair" },
	{ "actions=output:1:2", NONE, NULL },
};

static void test_fixed_rules(void **state)
{
	compare_fixed(rules, RTE_DIM(rules), ours_takes_rule, they_take_rule);
}

static bool ours_takes_line(const char *text)
{
	struct sw_rule_change c;

	if (sw_rule_parse_line(text, &c, NULL))
		return false;
	sw_instructions_fini(&c.conf.does);
	return true;
}

/* There is no switch: who gets as far as to look for it has read the text. */
static bool they_would_send(const char *command, const char *strict, const char *text)
{
	int status;
	char *out = ovs_run(&status, "-O", VERSIONS, "--no-names", command, "unix:/nonexistent",
		text, strict, NULL);
	bool yes;

	if (!out)
		skip();
	yes = strstr(out, "connecting to");
	free(out);
	return yes;
}

static bool they_take_line(const char *text)
{
	static const char *const commands[][3] = {
		{ "add ", "add-flow", NULL },
		{ "modify ", "mod-flows", NULL },
		{ "modify_strict ", "mod-flows", "--strict" },
		{ "delete ", "del-flows", NULL },
		{ "delete_strict ", "del-flows", "--strict" },
	};

	for (unsigned i = 0; i < RTE_DIM(commands); i++) {
		size_t len = strlen(commands[i][0]);

		if (!strncmp(text, commands[i][0], len))
			return they_would_send(commands[i][1], commands[i][2], text + len);
	}
	fail_msg("%s begins with no verb", text);
	return false;
}

static const struct fixed lines[] = {
	{ "add table=1,tcp,actions=2", BOTH, NULL },
	{ "delete ", BOTH, NULL },
	{ "delete table=1", BOTH, NULL },
	{ "delete tcp,out_port=2,out_group=3", BOTH, NULL },
	{ "delete cookie=3/-1", BOTH, NULL },
	{ "delete cookie=3", NONE, NULL },
	{ "delete priority=3", NONE, NULL },
	{ "delete_strict tcp,priority=3", BOTH, NULL },
	{ "delete tcp,actions=2", NONE, NULL },
	{ "delete idle_timeout=3", NONE, NULL },
	{ "delete check_overlap", NONE, NULL },
	{ "modify tcp", NONE, NULL },
	{ "modify tcp,actions=2", BOTH, NULL },
	{ "modify cookie=1/-1,cookie=2,tcp,actions=2", BOTH, NULL },
	{ "modify_strict cookie=3,priority=4,tcp,actions=2", BOTH, NULL },
	{ "modify tcp,importance=4,actions=2", NONE, NULL },
	{ "modify tcp,idle_timeout=4,hard_timeout=5,actions=2", BOTH, NULL },
	{ "add cookie=3/-1,actions=2", NONE, NULL },
	{ "modify table=255,actions=2", THEY, "there it means table 0" },
	{ "modify cookie=3/1,actions=2", THEY, "no cookie could fit" },
};

static void test_fixed_lines(void **state)
{
	compare_fixed(lines, RTE_DIM(lines), ours_takes_line, they_take_line);
}

static bool ours_takes_group(const char *text)
{
	struct sw_group_change c;

	if (sw_group_parse(text, SW_GROUP_ADD, &c, NULL))
		return false;
	sw_group_fini(&c.conf);
	return true;
}

static bool they_take_group(const char *text)
{
	return they_take("parse-group", "OpenFlow15", text);
}

static const struct fixed groups[] = {
	{ "group_id=1,type=all", BOTH, NULL },
	{ "group_id=1,type=all,bucket=drop", BOTH, NULL },
	{ "group_id=1,type=all,bucket=", NONE, NULL },
	{ "group_id=1", NONE, NULL },
	{ "type=all", NONE, NULL },
	{ "group_id=0xffffff00,type=all", BOTH, NULL },
	{ "group_id=0xffffff01,type=all", NONE, NULL },
	{ "group_id=1,type=some", NONE, NULL },
	{ "group_id=1,type=indirect,bucket=1,bucket=2", NONE, NULL },
	{ "group_id=1,type=ff,bucket=1", NONE, NULL },
	{ "group_id=1,type=ff,bucket=watch_port:any,1", NONE, NULL },
	{ "group_id=1,type=ff,bucket=watch_group:0xffffffff,1", NONE, NULL },
	{ "group_id=1,type=all,bucket=watch_port:1,1", NONE, NULL },
	{ "group_id=1,type=select,bucket=watch_port:1,1", BOTH, NULL },
	{ "group_id=1,type=all,bucket=weight:3,1", NONE, NULL },
	{ "group_id=1,type=all,bucket=1,weight:3", NONE, NULL },
	{ "group_id=1,type=select,bucket=1,weight:3", BOTH, NULL },
	{ "group_id=1,type=select,bucket=weight=0,1", BOTH, NULL },
	{ "group_id=1,type=select,bucket=weight:65536,1", NONE, NULL },
	{ "group_id=1,type=all,foo=3,bucket=1", NONE, NULL },
	{ "group_id=1,type=all,command_bucket_id=3,bucket=1", NONE, NULL },
	{ "group_id=1,type=all,bucket=bucket_id:1,1,bucket=bucket_id:1,2", NONE, NULL },
	{ "group_id=1,type=all,bucket=bucket_id:0xffffff01,1", NONE, NULL },
	{ "group_id=1,type=all,selection_method=hash,bucket=1", NONE, NULL },
	{ "group_id=1,type=select,selection_method_param=3,bucket=1", NONE, NULL },
	{ "group_id=1,type=select,fields(eth_src),bucket=1", NONE, NULL },
	{ "group_id=1,type=select,selection_method=dp_hash,fields(eth_src),bucket=1", NONE, NULL },
	{ "group_id=1,type=select,selection_method=foo,bucket=1", NONE, NULL },
	{ "group_id=1,type=select,selection_method=hash,fields(eth_src,foo),bucket=1", NONE, NULL },
	{ "group_id=1,type=select,selection_method=hash,fields(ip_src,ip_src),bucket=1", NONE,
		NULL },
	{ "group_id=1,type=select,selection_method=hash,fields(ip_src=0.0.0.0),bucket=1", NONE,
		NULL },
	{ "group_id=1,type=select,selection_method=hash,fields(),bucket=1", BOTH, NULL },
	{ "group_id=1,type=all,bucket(1)", NONE, NULL },
	{ "group_id=1 type=all bucket=1 bucket=2", BOTH, NULL },

	{ "group_id=all,type=all,bucket=1", THEY, "every group cannot be added" },
	{ "group_id=1,type=all,type=select,bucket=1", BOTH, NULL },
	{ "group_id=1,type=ff,bucket=watch_port:LOCAL,1", WE, "it is a port that can go down" },
	{ "group_id=1,type=all,bucket=push:reg0", THEY, "not for action sets; would never run" },
	{ "group_id=1,type=all,bucket=exit", THEY, "the same" },
	{ "group_id=1,type=all,bucket=note:01", THEY, "the same" },
	{ "group_id=1,type=all,bucket=bucket_id:1,1,bucket=2,bucket=3", WE,
		"ids that are not given are the lowest that are free; there they clash" },
};

static void test_fixed_groups(void **state)
{
	compare_fixed(groups, RTE_DIM(groups), ours_takes_group, they_take_group);
}

static bool ours_takes_meter(const char *text)
{
	struct sw_meter_conf conf;

	if (sw_meter_parse(text, &conf, NULL))
		return false;
	sw_meter_fini(&conf);
	return true;
}

static bool they_take_meter(const char *text)
{
	return they_would_send("add-meter", NULL, text);
}

static const struct fixed meters[] = {
	{ "meter=1,kbps,burst,stats,bands=type=drop,rate=100,burst_size=20", BOTH, NULL },
	{ "meter=1 kbps bands=type=drop rate=100", BOTH, NULL },
	{ "meter=1 kbps band=type=drop rate=100", BOTH, NULL },
	{ "meter=1 pktps bands=type=dscp_remark rate=100 prec_level=1", BOTH, NULL },
	{ "meter=1 kbps pktps bands=type=drop rate=100", THEY, "two units: what is it?" },
	{ "meter=1 bands=type=drop rate=100", NONE, NULL },
	{ "meter=1 kbps", NONE, NULL },
	{ "meter=1 kbps bands=", NONE, NULL },
	{ "meter=1 kbps bands=type=drop", NONE, NULL },
	{ "meter=1 kbps bands=type=drop rate=0", NONE, NULL },
	{ "kbps bands=type=drop rate=5", NONE, NULL },
	{ "meter=controller kbps bands=type=drop rate=5", BOTH, NULL },
	{ "meter=slowpath kbps bands=type=drop rate=5", BOTH, NULL },
	{ "meter=0 kbps bands=type=drop rate=5", NONE, NULL },
	{ "meter=0xffff0000 kbps bands=type=drop rate=5", BOTH, NULL },
	{ "meter=0xffff0001 kbps bands=type=drop rate=5", NONE, NULL },
	{ "meter=1 kbps bands=type=drop rate=5 burst_size=3", NONE, NULL },
	{ "meter=1 kbps burst bands=type=drop rate=5", NONE, NULL },
	{ "meter=1 kbps bands=type=drop rate=5 type=drop rate=6", BOTH, NULL },
	{ "meter=1 kbps bands=type=drop rate=5,bands=type=drop rate=6", NONE, NULL },
	{ "meter=1 kbps foo bands=type=drop rate=5", NONE, NULL },
	{ "meter=1 kbps bands=rate=5", NONE, NULL },
	{ "meter=1 kbps bands=type=foo rate=5", NONE, NULL },
	{ "meter=1 kbps bands=type=drop rate=5 prec_level=3", NONE, NULL },
	{ "meter=1 kbps bands=type=dscp_remark rate=5", NONE, NULL },
	{ "meter=all kbps bands=type=drop rate=5", THEY, "every meter cannot be added" },
};

static void test_fixed_meters(void **state)
{
	compare_fixed(meters, RTE_DIM(meters), ours_takes_meter, they_take_meter);
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_rules),
		cmocka_unit_test(test_fixed_lines),
		cmocka_unit_test(test_fixed_groups),
		cmocka_unit_test(test_fixed_meters),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions beyond their text: what packets of a match can bear, and what is known of them afterwards; places in action
 * sets; lists, their holders, their equality.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/learn.h>
#include <sw/text.h>

SW_USE(action_type, output);

static int check(const char *match, const char *text, struct sw_match *after, struct sw_err *err)
{
	struct sw_instructions does;
	struct sw_match m = { 0 };
	char *copy = strdup(match), *p = copy, *word;
	int rc;

	while ((word = strsep(&p, ","))) {
		char *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		if (*word && sw_match_add(&m, word, value, err))
			fail_msg("%s: %s", match, err->text);
	}
	free(copy);
	if (sw_instructions_parse(text, &does, err))
		fail_msg("%s: %s", text, err->text);
	rc = sw_instructions_check(&does, &m, err);
	sw_actions_check(does.apply, &m, NULL);
	if (after)
		*after = m;
	sw_instructions_fini(&does);
	return rc;
}

static void bears(const char *match, const char *text)
{
	struct sw_err err = { 0 };

	if (check(match, text, NULL, &err))
		fail_msg("%s actions=%s: %s", match, text, err.text);
}

static void lacks(const char *match, const char *text)
{
	struct sw_err err = { 0 };

	if (!check(match, text, NULL, &err))
		fail_msg("%s actions=%s was accepted", match, text);
	assert_int_equal(err.code, SW_CODE_INVALID);
	assert_true(err.text[0]);
}

static void test_bears_fields(void **state)
{
	bears("tcp", "set_field:80->tcp_dst");
	lacks("udp", "set_field:80->tcp_dst");
	lacks("ip", "set_field:80->tcp_dst");
	lacks("", "set_field:1.2.3.4->ip_src");
	bears("ip", "mod_nw_src:1.2.3.4,mod_nw_tos:4,dec_ttl,mod_nw_ttl:3");
	lacks("arp", "mod_nw_src:1.2.3.4");
	bears("arp", "set_field:1.2.3.4->arp_spa");
	lacks("ipv6", "mod_nw_dst:1.2.3.4");
	bears("ipv6", "mod_nw_ecn:1,dec_ttl,set_field:::1->ipv6_dst");
	lacks("arp", "dec_ttl");
	bears("udp", "mod_tp_dst:5");
	bears("sctp", "mod_tp_src:5");
	lacks("icmp", "mod_tp_src:5");
	lacks("ip", "mod_tp_src:5");
	bears("tcp", "fin_timeout(idle_timeout=5)");
	lacks("udp", "fin_timeout(idle_timeout=5)");
	bears("",
		"load:5->reg0[],move:reg0[]->reg1[],set_field:00:00:00:00:00:01->eth_dst,push:in_port[]");
	bears("tcp", "move:tcp_src[]->tcp_dst[]");
	lacks("tcp", "move:tcp_src[]->udp_dst[]");
	lacks("", "move:tcp_src[]->reg0[0..15]");
	lacks("", "push:tcp_src[]");
	lacks("udp", "pop:tcp_src[]");
	lacks("", "output:tcp_src[]");
	lacks("", "multipath(eth_src,0,hrw,2,0,tcp_src[])");
	lacks("", "bundle_load(eth_src,0,hrw,ofport,tcp_src[],members:1)");
	lacks("", "clone(dec_ttl)");
	bears("ip", "clone(dec_ttl),dec_ttl");
}

static void test_bears_headers(void **state)
{
	struct sw_match after;
	struct sw_err err = { 0 };

	lacks("", "set_field:4101->vlan_vid");
	lacks("", "load:5->vlan_vid[]");
	lacks("", "set_field:3->vlan_pcp");
	lacks("", "pop_vlan");
	bears("dl_vlan=5", "set_field:4101->vlan_vid,set_field:3->vlan_pcp,pop_vlan");
	lacks("dl_vlan=5", "pop_vlan,pop_vlan");
	bears("", "push_vlan:0x8100,set_field:4101->vlan_vid,pop_vlan");
	lacks("", "push_vlan:0x8100,pop_vlan,pop_vlan");
	bears("", "mod_vlan_vid:5,set_field:3->vlan_pcp");
	bears("", "mod_vlan_pcp:5,pop_vlan");
	bears("dl_vlan=5", "move:reg0[0..11]->vlan_vid[0..11],pop_vlan");
	lacks("", "move:reg0[0..11]->vlan_vid[0..11]");
	/* What is behind a label is not at hand. */
	lacks("ip", "push_mpls:0x8847,dec_ttl");
	bears("ip",
		"push_mpls:0x8847,set_field:5->mpls_label,dec_mpls_ttl,copy_ttl_out,copy_ttl_in");
	lacks("", "dec_mpls_ttl");
	lacks("ip", "pop_mpls:0x0800");
	bears("mpls", "pop_mpls:0x0800,set_field:1.2.3.4->ip_src,dec_ttl");
	lacks("mpls", "pop_mpls:0x0800,set_field:5->mpls_label");
	lacks("mpls", "pop_mpls:0x0800,mod_tp_src:5");
	bears("mpls", "pop_mpls:0x8847,set_mpls_ttl:3");
	bears("tcp", "push_mpls:0x8847,pop_mpls:0x0800,dec_ttl");
	bears("", "push_pbb:0x88e7,set_field:7->pbb_isid,pop_pbb");
	lacks("dl_vlan=5", "push_pbb:0x88e7,pop_vlan");
	lacks("", "pop_pbb");
	lacks("ip", "push_pbb:0x88e7,pop_pbb,dec_ttl");
	/* What says which headers follow makes others of them. */
	bears("", "set_field:0x0806->eth_type,set_field:1->arp_op");
	lacks("ip", "set_field:0x0806->eth_type,set_field:1.2.3.4->ip_src");
	lacks("ip", "load:1->eth_type[0],set_field:1.2.3.4->ip_src");
	lacks("ip", "move:reg0[0..15]->eth_type[],set_field:1.2.3.4->ip_src");
	bears("ip", "set_field:17->ip_proto,set_field:5->udp_src");
	lacks("tcp", "set_field:17->ip_proto,set_field:5->tcp_src");
	lacks("tcp", "move:reg0[0..7]->NXM_OF_IP_PROTO[],set_field:5->tcp_src");
	bears("tcp", "set_field:6->ip_proto,set_field:0x0800->eth_type,set_field:5->tcp_src");
	lacks("", "set_field:6->ip_proto");
	lacks("ip", "set_field:1->mpls_bos");
	bears("icmp6", "set_field:135->icmpv6_type,set_field:::1->nd_target");
	lacks("icmp6,icmpv6_type=135", "set_field:128->icmpv6_type,set_field:::1->nd_target");
	assert_int_equal(check("tcp,tcp_dst=80", "set_field:17->ip_proto", &after, &err), 0);
	assert_int_equal(after.mask.tp_dst, 0);
	/* And what is known afterwards. */
	assert_int_equal(check("dl_vlan=5", "push_vlan:0x8100", &after, &err), 0);
	assert_int_equal(after.value.vlan_tci, rte_cpu_to_be_16(0x1005));
	assert_int_equal(check("dl_vlan=5", "set_field:4102->vlan_vid", &after, &err), 0);
	assert_int_equal(after.value.vlan_tci, rte_cpu_to_be_16(0x1006));
	assert_int_equal(check("", "load:7->reg0[0..3],move:reg1[]->reg0[]", &after, &err), 0);
	assert_int_equal(after.mask.reg[0], 0);
	assert_int_equal(check("", "move:reg1[]->reg0[],load:7->reg0[0..3]", &after, &err), 0);
	assert_int_equal(after.mask.reg[0], rte_cpu_to_be_32(0xf));
	assert_int_equal(after.value.reg[0], rte_cpu_to_be_32(0x7));
}

static void test_bears_learn(void **state)
{
	bears("", "learn(eth_type=0x800,ip_src=1.2.3.4)");
	lacks("", "learn(ip_src=1.2.3.4)");
	lacks("", "learn(eth_type=0x800,ip_dst[]=ip_src[])");
	bears("ip", "learn(eth_type=0x800,ip_dst[]=ip_src[])");
	bears("ip", "learn(eth_type[],ip_dst[]=ip_src[])");
	lacks("", "learn(eth_type[],ip_dst=1.2.3.4)");
	bears("udp", "learn(eth_type=0x800,nw_proto=17,udp_dst[]=udp_src[])");
	lacks("udp", "learn(eth_type=0x800,udp_dst[]=udp_src[])");
	lacks("", "learn(load:5->ip_src[])");
	bears("", "learn(eth_type=0x800,load:5->ip_src[])");
	bears("", "learn(eth_dst[]=eth_src[],output:in_port[0..15])");
	lacks("", "learn(eth_dst[]=eth_src[],output:tcp_src[])");
	lacks("", "learn(result_dst=tcp_src[0])");
}

static void test_bears_set(void **state)
{
	bears("",
		"write_actions(dec_ttl,set_field:80->tcp_dst,pop_vlan,group:1,output:2,resubmit(,3),meter:1)");
	lacks("", "write_actions(note:01)");
	bears("ip", "conjunction(1,1/2),note:01,conjunction(2,2/3)");
	lacks("ip", "conjunction(1,1/2),output:1");
	lacks("ip", "conjunction(1,1/2),goto_table:2");
	lacks("ip", "meter:1,conjunction(1,1/2)");
	lacks("ip", "clone(conjunction(1,1/2))");
	lacks("ip", "write_actions(conjunction(1,1/2))");
	lacks("", "write_actions(output:1,push:reg0)");
	lacks("", "write_actions(clone(1))");
	lacks("", "write_actions(learn())");
	lacks("", "write_actions(controller(id=1))");
	lacks("", "table");
	lacks("", "write_actions(table)");
	lacks("", "clone(table)");
}

static void test_names_action(void **state)
{
	struct sw_err err = { 0 };

	assert_int_equal(check("", "output:1,mod_nw_src:1.2.3.4", NULL, &err), -EINVAL);
	assert_string_equal(err.given, "mod_nw_src:1.2.3.4");
	assert_string_equal(err.path, "actions[1]");
	assert_non_null(strstr(err.allowed, "eth_type=0x0800"));
	assert_int_equal(check("", "output:1,clone(pop_vlan)", NULL, &err), -EINVAL);
	assert_string_equal(err.given, "pop_vlan");
}

/* --- sets and lists --- */

static bool replaces(const char *later, const char *earlier)
{
	struct sw_actions *a, *b;
	bool yes;

	assert_int_equal(sw_actions_parse(later, &a, NULL), 0);
	assert_int_equal(sw_actions_parse(earlier, &b, NULL), 0);
	yes = sw_action_replaces(&a->a[0], &b->a[0]);
	sw_actions_free(a);
	sw_actions_free(b);
	return yes;
}

static void test_places(void **state)
{
	static const char *const order[] = { "copy_ttl_in", "pop_vlan", "pop_pbb", "pop_mpls:0x800",
		"push_mpls:0x8847", "push_pbb:0x88e7", "push_vlan:0x8100", "copy_ttl_out",
		"dec_ttl", "dec_mpls_ttl", "set_field:1->reg0", "set_queue:1", "group:1",
		"output:1" };
	struct sw_actions *list;
	unsigned last = SW_PLACE_NONE;

	/* OpenFlow 1.3.5, 5.10. */
	for (unsigned i = 0; i < RTE_DIM(order); i++) {
		assert_int_equal(sw_actions_parse(order[i], &list, NULL), 0);
		assert_true(list->a[0].type->set_place > last);
		last = list->a[0].type->set_place;
		assert_true(last < SW_PLACES);
		sw_actions_free(list);
	}
	assert_true(replaces("output:1", "output:2"));
	assert_true(replaces("output:reg0", "output:2"));
	assert_true(replaces("push_vlan:0x8100", "push_vlan:0x88a8"));
	assert_false(replaces("output:1", "group:2"));
	assert_false(replaces("pop_vlan", "pop_mpls:0x800"));
	assert_true(replaces("set_field:1->reg0", "set_field:2/7->reg0"));
	assert_false(replaces("set_field:1/7->reg0", "set_field:2->reg0"));
	assert_false(replaces("set_field:1->reg0", "set_field:2->reg1"));
	assert_false(replaces("set_field:1->reg0", "move:reg1->reg0"));
}

static void test_lists(void **state)
{
	struct sw_actions *list = NULL, *other;
	struct sw_instructions a, b;

	for (unsigned i = 0; i < 1000; i++) {
		struct sw_action *slot = sw_actions_add(&list);

		assert_null(slot->type);
		slot->type = &sw_action_type_output;
		slot->output.port = i;
	}
	assert_int_equal(list->n, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(list->a[i].output.port, i);
	other = sw_actions_share(list);
	sw_actions_free(list);
	assert_int_equal(other->a[999].output.port, 999);
	sw_actions_free(other);
	assert_null(sw_actions_share(NULL));
	sw_actions_free(NULL);
	assert_true(sw_actions_equal(NULL, NULL));
	/* A copy stays when the first goes. */
	assert_int_equal(sw_instructions_parse("clone(note:01),write_actions(2)", &a, NULL), 0);
	sw_instructions_copy(&b, &a);
	assert_true(sw_instructions_equal(&a, &b));
	sw_instructions_fini(&a);
	assert_int_equal(b.apply->a[0].nested.list->a[0].note.bytes[0], 1);
	assert_false(sw_instructions_equal(&a, &b));
	sw_instructions_fini(&b);
}

/* A text of so many words is taken, of one more refused. */
static void limited(const char *head, const char *word, unsigned most, const char *tail)
{
	struct sw_str text = { 0 };
	struct sw_actions *list;
	struct sw_err err;

	for (unsigned n = most; n <= most + 1; n++) {
		text.len = 0;
		sw_str_add(&text, "%s", head);
		for (unsigned i = 0; i < n; i++)
			sw_str_add(&text, "%s%s", i ? "," : "", word);
		sw_str_add(&text, "%s", tail);
		assert_int_equal(sw_actions_parse(text.s, &list, &err), n == most ? 0 : -ENOSPC);
		if (n > most)
			assert_int_equal(err.code, SW_CODE_LIMIT);
		sw_actions_free(list);
	}
	free(text.s);
}

static void test_limits(void **state)
{
	limited("", "1", SW_ACTIONS_MAX, "");
	limited("learn(", "reg0", SW_LEARN_SPECS_MAX, ")");
	limited("bundle(eth_src,0,hrw,ofport,members:", "1", 2048, ")");
	limited("dec_ttl(", "1", 64, ")");
}

/* What differs in one place is not equal. */
static void test_equal(void **state)
{
	static const char *const all[] = { "output:1", "output:2", "output(port=1,max_len=20)",
		"output(port=1,max_len=21)", "output:reg0[0]", "output:reg0[1]", "output:reg1[0]",
		"controller:1", "controller(id=1)", "controller(id=2)", "controller(userdata=01)",
		"controller(userdata=02)", "controller(userdata=01.02)", "controller(meter_id=1)",
		"controller(reason=group)", "enqueue:1:1", "enqueue:1:2", "group:1", "group:2",
		"load:1->reg0", "set_field:1->reg0", "set_field:2->reg0", "set_field:1/1->reg0",
		"move:reg0->reg1", "move:reg1->reg0", "move:reg0[0]->reg1[0]", "push:reg0",
		"pop:reg0", "dec_ttl", "dec_ttl(0)", "dec_ttl(1)", "dec_ttl(1,2)", "clone(1)",
		"clone(2)", "clone(1,2)", "note:01", "note:02", "note:01.00",
		"fin_timeout(idle_timeout=1)", "fin_timeout(hard_timeout=1)", "resubmit:1",
		"resubmit(,1)", "resubmit(1,1)", "multipath(eth_src,0,hrw,2,0,reg0)",
		"multipath(nw_src,0,hrw,2,0,reg0)", "multipath(eth_src,1,hrw,2,0,reg0)",
		"multipath(eth_src,0,modulo_n,2,0,reg0)", "multipath(eth_src,0,hrw,3,0,reg0)",
		"multipath(eth_src,0,hrw,2,1,reg0)", "multipath(eth_src,0,hrw,2,0,reg1)",
		"bundle(eth_src,0,hrw,ofport,members:1)", "bundle(eth_src,0,hrw,ofport,members:2)",
		"bundle(eth_src,0,hrw,ofport,members:1,2)",
		"bundle(eth_src,1,hrw,ofport,members:1)",
		"bundle_load(eth_src,0,hrw,ofport,reg0,members:1)",
		"bundle_load(eth_src,0,hrw,ofport,reg1,members:1)", "learn()", "learn(table=2)",
		"learn(priority=2)", "learn(cookie=2)", "learn(limit=2)", "learn(reg0=1)",
		"learn(reg0=2)", "learn(reg0=reg1)", "learn(reg0)", "learn(load:1->reg0)",
		"learn(result_dst=reg0[0])", "learn(send_flow_rem)", "learn(output:reg0)", "exit",
		"pop_vlan", "mod_nw_ttl:1", "mod_nw_ttl:2", "set_mpls_ttl:1" };
	struct sw_actions *a, *b;

	for (unsigned i = 0; i < RTE_DIM(all); i++)
		for (unsigned j = 0; j < RTE_DIM(all); j++) {
			assert_int_equal(sw_actions_parse(all[i], &a, NULL), 0);
			assert_int_equal(sw_actions_parse(all[j], &b, NULL), 0);
			if (sw_actions_equal(a, b) != (i == j))
				fail_msg("%s and %s", all[i], all[j]);
			sw_actions_free(a);
			sw_actions_free(b);
		}
}

/* Each descriptor says what people need, and its text is read again. */
static void test_descriptors(void **state)
{
	const struct sw_action_type *t;

	SW_REG_FOREACH (action_type, const struct sw_action_type *, t) {
		assert_non_null(t->help);
		assert_non_null(t->usage);
		assert_non_null(t->parse);
		assert_true(t->set_place < SW_PLACES);
	}
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bears_fields),
		cmocka_unit_test(test_bears_headers),
		cmocka_unit_test(test_bears_learn),
		cmocka_unit_test(test_bears_set),
		cmocka_unit_test(test_names_action),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

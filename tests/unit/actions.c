/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions and instructions as text: what is read and how it is printed, what is refused and where the error points.
 */
#include "swtest.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/learn.h>
#include <sw/text.h>

SW_USE(action_type, output);
SW_USE(action_type, controller);
SW_USE(action_type, set_field);
SW_USE(action_type, load);
SW_USE(field, reg0);

/* Reads as the text `out` (NULL: the same), which reads back the same. */
static void reads(const char *in, const char *out)
{
	struct sw_instructions does, again;
	struct sw_err err = { 0 };
	struct sw_str text = { 0 };

	if (sw_instructions_parse(in, &does, &err))
		fail_msg("%s: %s (%s)", in, err.text, err.path);
	sw_instructions_print(&does, &text);
	assert_string_equal(text.s, out ? out : in);
	if (sw_instructions_parse(text.s, &again, &err))
		fail_msg("%s: %s (%s)", text.s, err.text, err.path);
	assert_true(sw_instructions_equal(&does, &again));
	sw_instructions_fini(&again);
	sw_instructions_fini(&does);
	free(text.s);
}

/* Refused with a code (no such action or field is invalid, too), at a column (0: whatever). */
static void refuses_as(const char *in, enum sw_code code, unsigned column)
{
	struct sw_instructions does;
	struct sw_err err = { 0 };
	char path[32];

	if (!sw_instructions_parse(in, &does, &err))
		fail_msg("\"%s\" was accepted", in);
	if (err.code != code && !(code == SW_CODE_INVALID && err.code == SW_CODE_NOT_FOUND))
		fail_msg("\"%s\": %s", in, err.text);
	assert_true(err.text[0]);
	snprintf(path, sizeof(path), "column %u", column);
	if (column && strcmp(path, err.path))
		fail_msg("\"%s\": %s at %s, not at %s", in, err.text, err.path, path);
	assert_int_equal(strncmp(err.path, "column ", 7), 0);
}

static void refuses(const char *in, unsigned column)
{
	refuses_as(in, SW_CODE_INVALID, column);
}

static void test_output(void **state)
{
	reads("2", "output:2");
	reads("output:2,3,LOCAL", "output:2,output:3,LOCAL");
	reads("in_port,IN_PORT,normal,FLOOD,all,local", "IN_PORT,IN_PORT,NORMAL,FLOOD,ALL,LOCAL");
	reads("output:NORMAL", "NORMAL");
	reads("2 3\t4,,5,", "output:2,output:3,output:4,output:5");
	reads("controller,controller:128,output:controller,CONTROLLER:7",
		"CONTROLLER:65535,CONTROLLER:128,CONTROLLER:65535,CONTROLLER:7");
	reads("output(port=1,max_len=100)", NULL);
	reads("output(max_len=100,port=in_port)", "output(port=IN_PORT,max_len=100)");
	reads("output:reg0[0..15],output:NXM_NX_REG1[],output:reg2,output:reg3[4]",
		"output:reg0[0..15],output:reg1[],output:reg2[],output:reg3[4]");
	reads("", "drop");
	reads("drop", NULL);
	refuses("drop,2", 6);
	refuses("2,drop", 3);
	refuses("2,output:none", 3);
	refuses("unset", 1);
	refuses("output:", 1);
	refuses("output", 1);
	refuses("output:reg0[0..32]", 1);
	refuses("output:reg0[3..2]", 1);
	refuses("output:reg0[+3]", 1);
	refuses("output:reg0[3]x", 1);
	refuses("output:2 , output(port=1,max_len=13)", 26);
	refuses("output(port=1)", 1);
	refuses("output(max_len=20)", 1);
	refuses("output(port=1,max_len=20,x=3)", 26);
	refuses("output(port=normal,max_len=20)", 1);
	refuses("4294967041", 1);
	refuses("2;3", 1);
	refuses("outptu:2", 1);
	refuses("output:xxreg0", 1);
	reads("output:xxreg0[0..63]", NULL);
}

static void test_controller(void **state)
{
	struct sw_actions *list;

	reads("controller(max_len=100,reason=no_match,id=5,userdata=01.02.03,meter_id=4)",
		"controller(reason=no_match,max_len=100,id=5,userdata=01.02.03,meter_id=4)");
	reads("controller(reason=invalid_ttl),controller(id=3)", NULL);
	reads("controller(),controller(userdata=)", "CONTROLLER:65535,CONTROLLER:65535");
	reads("controller(userdata=0a0b)", "controller(userdata=0a.0b)");
	reads("controller(userdata=01,userdata=02)", "controller(userdata=02)");
	refuses("controller(reason=foo)", 12);
	refuses("controller(id=65536)", 12);
	refuses("controller(userdata=1)", 12);
	refuses("controller(userdata=01.)", 12);
	refuses("2,controller(id=1,foo=3)", 19);
	reads("controller(meter_id=3,pause,max_len=5)", "controller(max_len=5,pause,meter_id=3)");
	/* What OpenFlow's output can say is output. */
	assert_int_equal(sw_actions_parse("controller:10,controller(id=1)", &list, NULL), 0);
	assert_ptr_equal(list->a[0].type, &sw_action_type_output);
	assert_int_equal(list->a[0].output.port, SW_OFPP_CONTROLLER);
	assert_int_equal(list->a[0].output.max_len, 10);
	assert_ptr_equal(list->a[1].type, &sw_action_type_controller);
	assert_int_equal(list->a[1].controller.reason, 1);
	sw_actions_free(list);
}

static void test_queue_group_meter(void **state)
{
	reads("set_queue:3,pop_queue,enqueue:1:2,enqueue(3,4),enqueue:LOCAL:1",
		"set_queue:3,pop_queue,enqueue:1:2,enqueue:3:4,enqueue:LOCAL:1");
	refuses("set_queue:4294967295", 1);
	refuses("pop_queue:1", 1);
	refuses("enqueue:1", 1);
	refuses("enqueue:normal:1", 1);
	refuses("enqueue:1:x", 1);
	reads("group:1,group:0xffffff00", "group:1,group:4294967040");
	refuses("group:4294967041", 1);
	refuses("group:", 1);
	reads("meter:1,output:2", NULL);
	reads("output:2,meter:1,output:3", NULL);
	refuses("meter:0", 1);
	refuses("output:1,meter:0", 10);
	refuses("meter:4294901761", 1);
}

static void test_set(void **state)
{
	struct sw_actions *list;

	reads("set_field:1.2.3.4->ip_src,set_field:10.0.0.0/255.0.0.0->nw_dst",
		"set_field:1.2.3.4->ip_src,set_field:10.0.0.0/8->ip_dst");
	reads("set_field:00:11:22:33:44:55->eth_src", NULL);
	reads("set_field:::1->ipv6_src", NULL);
	reads("set_field:0x5/0x7->reg0", NULL);
	reads("set_field:0x800->eth_type,set_field:1->mpls_bos", NULL);
	reads("set_field:80->tp_dst", "set_field:80->tcp_dst");
	reads("set_field:5->vlan_vid", "set_field:4101->vlan_vid");
	reads("set_field:0x123456789abcdef0123456789abcdef->xxreg0", NULL);
	reads("set_mpls_label:5,set_mpls_tc:3", "set_field:5->mpls_label,set_field:3->mpls_tc");
	reads("load:5->reg0[0..15],load:0x1->NXM_NX_REG1[31],load:7->metadata",
		"load:0x5->reg0[0..15],load:0x1->reg1[31],load:0x7->metadata[]");
	reads("load:0x001122334455->eth_src,load:1->eth_dst[40]",
		"load:0x1122334455->eth_src[],load:0x1->eth_dst[40]");
	reads("load:0xffffffffffffffffffffffffffffffff->xxreg3",
		"load:0xffffffffffffffffffffffffffffffff->xxreg3[]");
	reads("load:0->in_port", "load:0->in_port[]");
	reads("load:9->NXM_OF_IN_PORT[]", "load:0x9->in_port[]");
	refuses("set_field:5/3->reg0", 1);
	refuses("set_field:5->reg0[0..3]", 1);
	refuses("set_field:5", 1);
	refuses("set_field:->reg0", 1);
	refuses("set_field:6->tcp_flags", 1);
	refuses("set_field:1.2.3->ip_src", 1);
	refuses("set_field:5->foo", 1);
	refuses("load:256->reg0[0..7]", 1);
	refuses("load:0x1ffffffffffffffffffffffffffffffff->xxreg3", 1);
	refuses("load:1->reg0[31..32]", 1);
	refuses("load:1->nw_tos", 1);
	refuses("load:x->reg0", 1);
	/* Which bits they are. */
	assert_int_equal(
		sw_actions_parse("load:5->reg0[4..7],set_field:9->vlan_vid", &list, NULL), 0);
	assert_ptr_equal(list->a[0].type, &sw_action_type_load);
	assert_ptr_equal(list->a[0].set.field, &sw_field_reg0);
	assert_memory_equal(list->a[0].set.value, "\0\0\0\x50", 4);
	assert_memory_equal(list->a[0].set.mask, "\0\0\0\xf0", 4);
	assert_ptr_equal(list->a[1].type, &sw_action_type_set_field);
	assert_memory_equal(list->a[1].set.value, "\x10\x09", 2);
	assert_memory_equal(list->a[1].set.mask, "\x1f\xff", 2);
	sw_actions_free(list);
}

static void test_mod(void **state)
{
	reads("mod_dl_src:00:00:00:00:00:01,mod_dl_dst:ff:ff:ff:ff:ff:ff", NULL);
	reads("mod_nw_src:1.2.3.4,mod_nw_dst:1.2.3.5,mod_nw_tos:8,mod_nw_ecn:1", NULL);
	reads("mod_tp_src:80,mod_tp_dst:65535", NULL);
	reads("mod_vlan_vid:5,mod_vlan_pcp:7,mod_vlan_vid:0", NULL);
	reads("set_tunnel:5,set_tunnel:0x100000000,set_tunnel64:7",
		"set_tunnel:0x5,set_tunnel64:0x100000000,set_tunnel:0x7");
	refuses("mod_vlan_vid:4096", 1);
	refuses("mod_vlan_pcp:8", 1);
	refuses("mod_nw_tos:3", 1);
	refuses("mod_nw_tos:256", 1);
	refuses("mod_nw_ecn:4", 1);
	refuses("mod_dl_src:1", 1);
	refuses("mod_dl_src", 1);
	refuses("mod_nw_src:10.0.0.0/8", 1);
	refuses("mod_tp_src:65536", 1);
	refuses("set_tunnel:", 1);
}

static void test_headers(void **state)
{
	reads("push_vlan:0x8100,push_vlan:0x88a8,push_vlan:33024",
		"push_vlan:0x8100,push_vlan:0x88a8,push_vlan:0x8100");
	reads("pop_vlan,strip_vlan", "pop_vlan,pop_vlan");
	reads("push_mpls:0x8847,push_mpls:0x8848,pop_mpls:0x0800", NULL);
	reads("push_pbb:0x88e7,pop_pbb", NULL);
	reads("dec_ttl,dec_ttl(),dec_ttl(0),dec_ttl(1,2)",
		"dec_ttl,dec_ttl,dec_ttl(0),dec_ttl(1,2)");
	reads("mod_nw_ttl:5,set_nw_ttl:6", "mod_nw_ttl:5,mod_nw_ttl:6");
	reads("dec_mpls_ttl,set_mpls_ttl:5,set_mpls_ttl(6)",
		"dec_mpls_ttl,set_mpls_ttl(5),set_mpls_ttl(6)");
	reads("copy_ttl_in,copy_ttl_out", NULL);
	refuses("push_vlan:0x9100", 1);
	refuses("push_vlan", 1);
	refuses("push_vlan:0", 1);
	refuses("pop_vlan:1", 1);
	refuses("push_mpls:0x0800", 1);
	refuses("pop_mpls:0", 1);
	refuses("pop_mpls:0x05ff", 1);
	refuses("push_pbb:0x8100", 1);
	refuses("dec_ttl(65536)", 9);
	refuses("dec_ttl(1,x)", 11);
	refuses("mod_nw_ttl:256", 1);
}

static void test_flow(void **state)
{
	reads("resubmit:1,resubmit(1),resubmit(1,2),resubmit(,3),resubmit(in_port,4),resubmit(5,)",
		"resubmit:1,resubmit:1,resubmit(1,2),resubmit(,3),resubmit(,4),resubmit:5");
	reads("resubmit( LOCAL , 3 )", "resubmit(LOCAL,3)");
	refuses("resubmit()", 1);
	refuses("resubmit(,)", 1);
	refuses("resubmit:in_port", 1);
	refuses("resubmit(,254)", 1);
	refuses("resubmit(,255)", 1);
	refuses("resubmit(1,2,3)", 1);
	refuses("resubmit(1,2,3,4)", 0);
	refuses_as("resubmit(1,2,ct)", SW_CODE_UNSUPPORTED, 1);
	reads("clone(output:1,push_vlan:0x8100,output:2),output:3", NULL);
	reads("clone()", "clone(drop)");
	reads("clone(clone(1),2)", "clone(clone(output:1),output:2)");
	refuses("output:3,clone(1,2,foo)", 20);
	refuses("clone(1,clone(2,drop))", 17);
	refuses("clone(1", 1);
	refuses_as("clone(clone(clone(clone(clone(clone(clone(clone(clone(1)))))))))",
		SW_CODE_LIMIT, 0);
	reads("exit,output:2", NULL);
	reads("note:01.02.03,note:,note:0102", "note:01.02.03,note:,note:01.02");
	refuses("note:1", 1);
	refuses("note:01..02", 1);
	reads("fin_timeout(idle_timeout=5),fin_timeout(hard_timeout=3,idle_timeout=1),fin_timeout()",
		"fin_timeout(idle_timeout=5),fin_timeout(idle_timeout=1,hard_timeout=3),fin_timeout()");
	refuses("fin_timeout(5)", 13);
	reads("conjunction(1234,1/2),conjunction( 4294967295 , 64/64 )",
		"conjunction(1234,1/2),conjunction(4294967295,64/64)");
	refuses("conjunction(1,1/1)", 1);
	refuses("conjunction(1,1/65)", 1);
	refuses("conjunction(1,0/2)", 1);
	refuses("conjunction(1,3/2)", 1);
	refuses("conjunction(1,2)", 1);
	refuses("conjunction(1)", 1);
	refuses("conjunction", 1);
}

static void test_stack(void **state)
{
	reads("move:reg0[0..15]->reg1[16..31]", NULL);
	reads("move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]", "move:eth_src[]->eth_dst[]");
	reads("move:in_port->reg0[0..15]", "move:in_port[0..15]->reg0[0..15]");
	reads("move:reg0[0..15]->in_port", "move:reg0[0..15]->in_port[0..15]");
	reads("move:in_port->reg0", "move:in_port[]->reg0[]");
	reads("check_pkt_larger(1500)->NXM_NX_REG0[3],2",
		"check_pkt_larger(1500)->reg0[3],output:2");
	refuses("check_pkt_larger(1500)", 1);
	refuses("check_pkt_larger(70000)->reg0[0]", 1);
	refuses("check_pkt_larger(100)->reg0[0..1]", 1);
	refuses("check_pkt_larger(100)->reg0", 1);
	refuses("check_pkt_larger(100)->tcp_flags[0]", 1);
	refuses("check_pkt_larger(100)->reg0[0]x", 1);
	refuses("clone(2)->reg0[0]", 8);
	refuses("dec_ttl(2)->reg0[0]", 10);
	refuses("controller(id=2)->reg0[0]", 12);
	reads("push:reg0[1..5],pop:reg1,push:NXM_OF_IN_PORT[]",
		"push:reg0[1..5],pop:reg1[],push:in_port[]");
	refuses("move:reg0->tcp_dst", 1);
	reads("move:reg0[0..15]->eth_type", "move:reg0[0..15]->eth_type[]");
	refuses("move:reg0", 1);
	refuses("pop:tcp_flags", 1);
	refuses("push:", 1);
	refuses("push:foo", 1);
}

static void test_choice(void **state)
{
	reads("multipath(eth_src,50,modulo_n,1,0,reg0[])", NULL);
	reads("multipath( symmetric_l4 , 50 , hrw , 12 , 0 , NXM_NX_REG0[0..3] )",
		"multipath(symmetric_l4,50,hrw,12,0,reg0[0..3])");
	reads("multipath(symmetric_l3,0,iter_hash,16,24,reg0[0..3])", NULL);
	refuses("multipath(symmetric_l4,50,iter_hash,17,24,reg0[0..3])", 1);
	refuses("multipath(symmetric_l4,50,iter_hash,0,24,reg0[0..3])", 1);
	refuses("multipath(symmetric_l4,50,iter_hash,12,24)", 1);
	refuses("multipath(foo,50,hrw,12,24,reg0)", 1);
	refuses("multipath(eth_src,50,foo,12,24,reg0)", 1);
	refuses("multipath(eth_src,50,hrw,12,24,tcp_flags)", 1);
	refuses("multipath", 1);
	refuses("multipath(eth_src,50,modulo_n,1,0,xxreg0)", 1);
	refuses("bundle_load(eth_src,0,hrw,ofport,xxreg0,members:4)", 0);
	reads("bundle(eth_src,0,hrw,ofport,members:4,8)", NULL);
	reads("bundle(eth_src,0,hrw,ofport,slaves:4,8)",
		"bundle(eth_src,0,hrw,ofport,members:4,8)");
	reads("bundle(symmetric_l3l4+udp,7,active_backup,ofport,members:)", NULL);
	reads("bundle_load(nw_src,0,hrw,ofport,reg0[],members:4,LOCAL)", NULL);
	refuses("bundle_load(eth_src,0,hrw,ofport,reg0[0..7],members:4,8)", 34);
	refuses("bundle_load(eth_src,0,hrw,ofport,members:4,8)", 0);
	refuses("bundle(eth_src,0,hrw,ofport,reg0[],members:4,8)", 29);
	refuses("bundle(eth_src,0,hrw,ofport)", 0);
	refuses("bundle(eth_src,0,hrw,members:4,8)", 1);
	refuses("bundle(eth_src,0,hrw,ofport,members:4,x)", 39);
}

static void test_learn(void **state)
{
	const struct sw_learn *l;
	struct sw_actions *list;

	reads("learn()", "learn(table=1)");
	reads("learn(table=1,idle_timeout=10,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
	      "output:NXM_OF_IN_PORT[])",
		"learn(table=1,idle_timeout=10,vlan_tci[0..11],eth_dst[]=eth_src[],output:in_port[])");
	reads("learn(priority=5,cookie=0x12,hard_timeout=3,fin_idle_timeout=2,fin_hard_timeout=9,send_flow_rem,"
	      "delete_learned,limit=5,result_dst=reg0[3],eth_type=0x800,ip_src=1.2.3.4)",
		"learn(table=1,hard_timeout=3,fin_idle_timeout=2,fin_hard_timeout=9,priority=5,send_flow_rem,"
		"delete_learned,cookie=0x12,limit=5,result_dst=reg0[3],eth_type=0x800,ip_src=1.2.3.4)");
	reads("learn(table=2,load:in_port->reg0[0..15],load:5->reg1,vlan_tci[0..11]=7,load:reg2->reg3)",
		"learn(table=2,load:in_port[0..15]->reg0[0..15],load:0x5->reg1[],vlan_tci[0..11]=0x7,"
		"load:reg2[]->reg3[])");
	refuses("learn(table=254)", 7);
	refuses("learn(table=1,foo=3)", 15);
	refuses("learn(table=1,eth_dst=ip_src)", 15);
	refuses("learn(load:5->tcp_flags)", 7);
	refuses("learn(load:5)", 7);
	refuses("learn(load:256->reg0[0..7])", 7);
	refuses("learn(eth_type=0x12345)", 7);
	refuses("learn(result_dst=reg0[0..1])", 7);
	refuses("learn(output:foo)", 7);
	refuses("learn(send_flow_rem=1)", 7);
	refuses("learn(tcp)", 7);
	assert_int_equal(
		sw_actions_parse(
			"learn(eth_type=0x800,ip_src[]=ip_dst[],load:5->reg0[4..7])", &list, NULL),
		0);
	l = list->a[0].learn;
	assert_int_equal(l->priority, 32768);
	assert_int_equal(l->n, 3);
	assert_true(l->specs[0].given && !l->specs[1].given && l->specs[2].given);
	assert_memory_equal(l->specs[0].value + 14, "\x08\x00", 2);
	assert_int_equal(l->specs[2].what, SW_LEARN_LOAD);
	assert_int_equal(l->specs[2].value[15], 5);
	assert_int_equal(l->specs[2].dst.from, 4);
	assert_int_equal(l->specs[2].dst.n, 4);
	sw_actions_free(list);
}

static void test_instructions(void **state)
{
	struct sw_instructions does;

	reads("meter:3,output:1,clear_actions,write_actions(output:3,group:4),write_metadata:0x5/0xff,goto_table:4",
		NULL);
	reads("clear_actions", NULL);
	reads("write_actions()", "drop");
	reads("write_actions(drop),goto_table:3", "goto_table:3");
	reads("write_metadata:5", "write_metadata:0x5");
	reads("goto_table:253", NULL);
	refuses("goto_table:254", 1);
	refuses("goto_table:1,2", 14);
	refuses("2,clear_actions,3", 17);
	refuses("clear_actions,2", 15);
	refuses("2,write_actions(output:3),4", 27);
	refuses("write_metadata:5,write_metadata:6", 18);
	refuses("write_metadata:0xff/0xf", 1);
	refuses("goto_table:1,goto_table:1", 14);
	refuses("meter:1,meter:2", 9);
	refuses("clear_actions,meter:2", 15);
	refuses("clear_actions:1", 1);
	refuses("drop,goto_table:3", 6);
	refuses("clear_actions,write_actions(1,foo)", 31);
	refuses("write_actions(1,drop)", 17);
	refuses("apply_actions(1)", 1);
	assert_int_equal(sw_instructions_parse(
				 "meter:7,2,write_metadata:0x10/0xf0,goto_table:9", &does, NULL),
		0);
	assert_int_equal(does.meter, 7);
	assert_int_equal(does.apply->n, 1);
	assert_null(does.write);
	assert_true(does.metadata == rte_cpu_to_be_64(0x10));
	assert_true(does.metadata_mask == rte_cpu_to_be_64(0xf0));
	assert_int_equal(does.goto_table, 9);
	sw_instructions_fini(&does);
	assert_int_equal(does.goto_table, -1);
}

static void test_unsupported(void **state)
{
	static const char *const names[] = { "ct(commit)", "nat", "ct_clear",
		"sample(probability=5)", "encap(ethernet)", "decap", "delete_field:x",
		"dec_nsh_ttl" };

	for (unsigned i = 0; i < RTE_DIM(names); i++)
		refuses_as(names[i], SW_CODE_UNSUPPORTED, 1);
}

static void test_words(void **state)
{
	refuses("clone(2))", 9);
	refuses("2,\"abc", 3);
	refuses("2,output:\"abc", 3);
	refuses("clone(2)x", 9);
	refuses("=5", 1);
	refuses("2,(3)", 3);
	refuses("ab\"c", 3);
	refuses("\"2\"x", 4);
	reads("\"LOCAL\"", "LOCAL");
}

/* --- ports by name --- */

static const char *const ports[] = { "eth0", "p:1", "reg0", "exit", "veth-a.5" };

static const char *name_of(void *arg, uint32_t port)
{
	return port >= 10 && port < 10 + RTE_DIM(ports) ? ports[port - 10] : NULL;
}

static uint32_t port_of(void *arg, const char *name)
{
	for (unsigned i = 0; i < RTE_DIM(ports); i++)
		if (!strcmp(ports[i], name))
			return 10 + i;
	return SW_OFPP_ANY;
}

static void test_port_names(void **state)
{
	static const struct sw_port_names names = { .name_of = name_of, .port_of = port_of };

	sw_port_names_use(&names);
	reads("eth0,\"eth0\",10,output:\"eth0\"",
		"output:eth0,output:eth0,output:eth0,output:eth0");
	reads("output:p:1,\"p:1\",enqueue:p:1:5,resubmit(p:1,3),resubmit:p:1",
		"output:p:1,output:p:1,enqueue:p:1:5,resubmit(p:1,3),resubmit:p:1");
	reads("bundle(eth_src,0,hrw,ofport,members:p:1,veth-a.5,p:1,3)", NULL);
	reads("output(port=p:1,max_len=99)", NULL);
	/* A word that is an action is one; a port comes before a field. */
	reads("exit,\"exit\",output:exit", "exit,output:exit,output:exit");
	reads("output:reg0,output:reg0[],output:reg1", "output:reg0,output:reg0[],output:reg1[]");
	refuses("eth1", 1);
	sw_port_names_use(NULL);
	refuses("eth0", 1);
	reads("output:10", NULL);
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_controller),
		cmocka_unit_test(test_queue_group_meter),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_mod),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_learn),
		cmocka_unit_test(test_instructions),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_port_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

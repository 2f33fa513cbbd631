/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conjunctive matches by real packets (ovs-fields(7), "Conjunctive Match Fields"): which rule a packet gets, who counts it, that kept
 * flows follow each change and no other, what is too much, and what a trace says.
 */
#include "testrules.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/flow.h>
#include <sw/mem.h>
#include <sw/rule_text.h>
#include <sw/text.h>
#include <sw/trace.h>

#include "../../src/pipeline/rule/rules_ctl.h"
#include "packet.h"

#define PORTS 4

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(br->bridge);
}

/* From 10.0.0.SRC to 10.0.0.DST, in by port 1. */
static void make(struct packet_bytes *p, unsigned src, unsigned dst)
{
	p->len = 0;
	tr_udp(p, &(struct tr_udp){ .src = 10u << 24 | src,
			  .dst = 10u << 24 | dst,
			  .sport = 1,
			  .dport = 80,
			  .len = 60 });
}

static void send(unsigned src, unsigned dst)
{
	struct packet_bytes p;

	make(&p, src, dst);
	tr_send(port[1], &p);
	sw_pmd_turn(0);
}

#define EXPECT(...) tr_expect(port, PORTS, (const unsigned[PORTS]){ __VA_ARGS__ })

static enum sw_rule_fault stage(const char *text, enum sw_rule_verb verb, struct sw_err *err)
{
	struct sw_rule_change c;
	enum sw_rule_fault fault;

	if (sw_rule_parse(text, verb, &c, err))
		fail_msg("%s: %s", text, err->text);
	fault = sw_rules_stage(rules(), &c, err);
	sw_instructions_fini(&c.conf.does);
	return fault;
}

static void change(const char *text, enum sw_rule_verb verb)
{
	struct sw_err err;

	sw_rules_begin(rules());
	if (stage(text, verb, &err))
		fail_msg("%s: %s", text, err.text);
	sw_rules_commit(rules());
}

static void remove_rule(const char *text)
{
	change(text, SW_RULE_DELETE_STRICT);
}

/* The example of ovs-fields(7), and all else to port 3. */
static void documented(void)
{
	static const unsigned src[] = { 1, 4, 6, 7 }, dst[] = { 2, 5, 7, 8 };
	char text[128];

	tr_rule(br, "priority=7,conj_id=1234,actions=output:2");
	tr_rule(br, "priority=1,actions=output:3");
	for (unsigned i = 0; i < RTE_DIM(src); i++) {
		snprintf(text, sizeof(text),
			"priority=100,ip,nw_src=10.0.0.%u,actions=conjunction(1234,1/2)", src[i]);
		tr_rule(br, text);
		snprintf(text, sizeof(text),
			"priority=100,ip,nw_dst=10.0.0.%u,actions=note:01.02.03,conjunction(1234, 2/2)",
			dst[i]);
		tr_rule(br, text);
	}
}

static void test_documented(void **state)
{
	documented();
	for (unsigned round = 0; round < 3; round++)
		for (unsigned s = 1; s < 10; s++)
			for (unsigned d = 1; d < 10; d++) {
				bool both = (s == 1 || s == 4 || s == 6 || s == 7) &&
					    (d == 2 || d == 5 || d == 7 || d == 8);

				send(s, d);
				EXPECT(0, both, !both, 0);
			}
	assert_int_equal(tr_rule_packets(br, 0, 7), 3 * 16);
	assert_int_equal(tr_rule_packets(br, 0, 1), 3 * (81 - 16));
	assert_int_equal(tr_rule_packets(br, 0, 100), 0);
}

/* Rules of higher and of the same priority go before it, whatever its own rule has. */
static void test_priority(void **state)
{
	documented();
	tr_rule(br, "priority=100,udp,nw_src=10.0.0.4,actions=output:4");
	send(4, 2);
	EXPECT(0, 0, 0, 1);
	remove_rule("priority=100,udp,nw_src=10.0.0.4");
	tr_rule(br, "priority=99,udp,nw_src=10.0.0.4,actions=output:4");
	send(4, 2);
	EXPECT(0, 0, 0, 1); /* it goes before the conjunction's rule of priority 7, too */
	change("priority=200,conj_id=1234,actions=output:2", SW_RULE_ADD);
	send(4, 2);
	EXPECT(0, 1, 0, 0);
	send(4, 3);
	EXPECT(0, 0, 0, 1);
	/* Clauses are gathered before it is found, and count no more than it. */
	tr_rule(br, "priority=150,ip,nw_src=10.0.0.99,actions=conjunction(3,1/2)");
	tr_rule(br, "priority=150,ip,nw_dst=10.0.0.99,actions=conjunction(3,2/2)");
	tr_rule(br, "priority=100,udp,nw_src=10.0.0.4,actions=in_port");
	send(4, 2);
	EXPECT(1, 0, 0, 0);
}

/* A conjunction without a rule is as if it had not been met: one of a lower priority is. */
static void test_next(void **state)
{
	documented();
	tr_rule(br, "priority=50,udp,actions=conjunction(5,1/2),conjunction(5,2/2)");
	tr_rule(br, "priority=40,udp,actions=output:4");
	tr_rule(br, "priority=60,conj_id=5,actions=in_port");
	send(1, 2);
	EXPECT(0, 0, 0, 1); /* 1234 is met, and the rule of priority 40 is what that finds */
	send(9, 2);
	EXPECT(1, 0, 0, 0);
	remove_rule("priority=40,udp");
	remove_rule("priority=7,conj_id=1234");
	remove_rule("priority=1");
	send(1, 2);
	EXPECT(1, 0, 0, 0); /* nothing takes 1234: id 5 is next */
}

/* Of several that are met in one priority the lowest id; n belongs to the id; rules of another priority do not count. */
static void test_ids(void **state)
{
	tr_rule(br, "priority=9,conj_id=1,actions=in_port");
	tr_rule(br, "priority=9,conj_id=2,actions=output:2");
	tr_rule(br, "priority=9,conj_id=3,actions=output:3");
	tr_rule(br,
		"priority=20,ip,actions=conjunction(3,1/2),conjunction(2,1/2),conjunction(1,1/3)");
	tr_rule(br,
		"priority=20,udp,actions=conjunction(2,2/2),conjunction(1,2/3),conjunction(3,2/2)");
	tr_rule(br, "priority=21,udp,nw_src=10.0.0.1,actions=conjunction(1,3/3)");
	tr_rule(br,
		"priority=20,udp,nw_src=10.0.0.1,actions=conjunction(1,3/4),conjunction(1,2/2)");
	send(1, 1);
	EXPECT(0, 1, 0, 0);
	tr_rule(br, "priority=20,udp,nw_src=10.0.0.1,actions=conjunction(1,3/3)");
	send(1, 1);
	EXPECT(1, 0, 0, 0);
	send(2, 1);
	EXPECT(0, 1, 0, 0);
	remove_rule("priority=9,conj_id=2");
	send(2, 1);
	EXPECT(0, 0, 1, 0);
}

/* 64 dimensions. */
static void test_dimensions(void **state)
{
	char text[128];

	tr_rule(br, "priority=1,actions=output:3");
	tr_rule(br, "priority=9,conj_id=7,actions=output:2");
	for (unsigned k = 1; k <= 64; k++) {
		send(1, 1);
		EXPECT(0, 0, 1, 0);
		/* Each another mask, so that all take the packet. */
		snprintf(text, sizeof(text),
			"priority=30,reg%u=0/0x%x,udp,actions=conjunction(7,%u/64)", k % 16,
			1u << k / 16, k);
		tr_rule(br, text);
	}
	send(1, 1);
	EXPECT(0, 1, 0, 0);
}

static uint64_t walks(void)
{
	struct sw_flow_stats s;

	assert_true(sw_flow_stats(0, &s));
	return s.walks;
}

/* Flows are kept; a change of a clause is met by the next packet of those it is about, and the others are not walked again. */
static void test_kept(void **state)
{
	uint64_t before;

	documented();
	for (unsigned i = 0; i < 3; i++) {
		send(1, 2);
		send(9, 2);
		send(4, 5);
		EXPECT(0, 2, 1, 0);
	}
	before = walks();
	for (unsigned i = 0; i < 10; i++) {
		send(1, 2);
		send(9, 2);
		send(4, 5);
		EXPECT(0, 2, 1, 0);
	}
	assert_int_equal(walks(), before);
	tr_rule(br, "priority=100,ip,nw_src=10.0.0.9,actions=conjunction(1234,1/2)");
	send(1, 2);
	send(4, 5);
	EXPECT(0, 2, 0, 0);
	assert_int_equal(walks(), before);
	send(9, 2);
	EXPECT(0, 1, 0, 0);
	remove_rule("priority=100,ip,nw_src=10.0.0.9");
	send(9, 2);
	EXPECT(0, 0, 1, 0);
	assert_int_equal(walks(), before + 2);
	remove_rule("priority=100,ip,nw_dst=10.0.0.5");
	send(4, 5);
	EXPECT(0, 0, 1, 0);
	remove_rule("priority=7,conj_id=1234");
	send(1, 2);
	EXPECT(0, 0, 1, 0);
	tr_rule(br, "priority=7,conj_id=1234,actions=output:4");
	send(1, 2);
	EXPECT(0, 0, 0, 1);
}

/* Rules of an address that become others and clauses again, at once or not at all. */
static void test_modified(void **state)
{
	struct sw_err err;

	documented();
	send(1, 2);
	EXPECT(0, 1, 0, 0);
	change("ip,nw_src=10.0.0.1,actions=output:4", SW_RULE_MODIFY);
	send(1, 2);
	EXPECT(0, 0, 0, 1);
	sw_rules_begin(rules());
	assert_int_equal(
		stage("ip,nw_src=10.0.0.1,actions=conjunction(1234,1/2)", SW_RULE_MODIFY, &err), 0);
	sw_rules_abort(rules());
	send(1, 2);
	EXPECT(0, 0, 0, 1);
	change("ip,nw_src=10.0.0.1,actions=conjunction(1234,1/2)", SW_RULE_MODIFY);
	send(1, 2);
	EXPECT(0, 1, 0, 0);
	/* A table that has none any more. */
	change("ip,actions=output:4", SW_RULE_MODIFY);
	ts_turn();
	send(1, 2);
	send(9, 9);
	EXPECT(0, 0, 1, 1);
	change("ip,nw_src=10.0.0.1,actions=conjunction(1234,1/2)", SW_RULE_MODIFY);
	change("ip,nw_dst=10.0.0.2,actions=conjunction(1234,2/2)", SW_RULE_MODIFY);
	send(1, 2);
	EXPECT(0, 1, 0, 0);
}

/* Many masks, so that a sieve says where to look. */
static void test_many_masks(void **state)
{
	char text[160];

	tr_rule(br, "priority=1,actions=output:3");
	tr_rule(br, "priority=9,conj_id=7,actions=output:2");
	for (unsigned i = 0; i < 2000; i++) {
		unsigned net = (i << 8) & ~((1u << (8 + i % 8)) - 1),
			 ports = (0xffff << i % 11) & 0xffff;

		snprintf(text, sizeof(text),
			"priority=%u,udp,nw_src=11.%u.%u.0/%u,tp_dst=0x%x/0x%x,actions=output:4",
			200 + i % 50, net >> 16 & 255, net >> 8 & 255, 24 - i % 8, (i << 5) & ports,
			ports);
		tr_rule(br, text);
	}
	for (unsigned bits = 8; bits <= 32; bits++) {
		/* A network that 10.0.0.3 is in. */
		snprintf(text, sizeof(text),
			"priority=100,ip,nw_src=10.0.0.%u/%u,actions=conjunction(7,%u/25)",
			3 & ~((1u << (32 - bits)) - 1), bits, bits - 7);
		tr_rule(br, text);
	}
	for (unsigned i = 0; i < 200; i++)
		ts_turn();
	send(3, 1);
	EXPECT(0, 1, 0, 0);
	send(2, 1);
	EXPECT(0, 0, 1, 0);
}

static uint64_t dropped(const char *reason)
{
	return ts_drops(port[1], reason);
}

/* A packet that more rules take than a lookup keeps is lost for that, and counted; it holds nobody else up. */
static void test_too_many(void **state)
{
	char text[128];

	documented();
	for (unsigned i = 0; i < 1023; i++) {
		snprintf(text, sizeof(text),
			"priority=%u,udp,nw_src=10.0.0.9,actions=conjunction(%u,1/2)", 1000 + i, i);
		tr_rule(br, text);
	}
	send(9, 1);
	EXPECT(0, 0, 1, 0);
	send(9, 2); /* the 1024th is that of its destination */
	EXPECT(0, 0, 1, 0);
	assert_int_equal(dropped("rule_too_long"), 0);
	tr_rule(br, "priority=2050,udp,nw_src=10.0.0.9,actions=conjunction(1,1/2)");
	send(9, 1);
	EXPECT(0, 0, 1, 0);
	send(9, 2);
	send(1, 2);
	EXPECT(0, 1, 0, 0);
	assert_int_equal(dropped("rule_too_long"), 1);
	/* One that is better than all of them ends it. */
	tr_rule(br, "priority=3000,udp,nw_src=10.0.0.9,tp_dst=80,actions=output:4");
	send(9, 2);
	EXPECT(0, 0, 0, 1);
}

/* As many clauses as a rule may have, in several rules. */
static void test_many_clauses(void **state)
{
	struct sw_str a = { 0 }, b = { 0 };

	documented();
	tr_rule(br, "priority=300,conj_id=1999,actions=output:4");
	sw_str_add(&a, "priority=100,udp,tp_src=1,actions=");
	sw_str_add(&b, "priority=100,udp,tp_dst=80,actions=");
	for (unsigned i = 0; i < 2000; i++) {
		sw_str_add(&a, "%sconjunction(%u,1/2)", i ? "," : "", 1999 - i);
		sw_str_add(&b, "%sconjunction(%u,%u/2)", i ? "," : "", i, i == 1999 ? 2 : 1);
	}
	tr_rule(br, a.s);
	tr_rule(br, b.s);
	send(1, 2); /* 1234 comes first */
	send(1, 1);
	EXPECT(0, 1, 0, 1);
	free(a.s);
	free(b.s);
}

/* The bridge has room for so many for each rule that it may have, and they give it back. */
static void test_room(void **state)
{
	struct sw_err err;

	rules_limit(rules(), SW_TABLE_ALL, 2);
	sw_rules_begin(rules());
	assert_int_equal(
		stage("ip,actions=conjunction(1,1/2),conjunction(2,1/2),conjunction(3,1/2),"
		      "conjunction(4,1/2),conjunction(5,1/2)",
			SW_RULE_ADD, &err),
		0);
	assert_int_equal(
		stage("arp,actions=conjunction(1,1/2),conjunction(2,1/2),conjunction(3,1/2),"
		      "conjunction(4,1/2)",
			SW_RULE_ADD, &err),
		SW_RULE_TABLE_FULL);
	assert_string_equal(err.text, "the bridge is full (8 conjunctions in all rules)");
	assert_int_equal(
		stage("ip,actions=conjunction(1,1/2),conjunction(2,1/2),conjunction(3,1/2),"
		      "conjunction(4,1/2)",
			SW_RULE_MODIFY, &err),
		SW_RULE_TABLE_FULL);
	assert_int_equal(
		stage("arp,actions=conjunction(1,1/2),conjunction(2,1/2),conjunction(3,1/2)",
			SW_RULE_ADD, &err),
		0);
	sw_rules_commit(rules());
	tr_no_rules(br);
	tr_rule(br,
		"ip,actions=conjunction(1,1/2),conjunction(2,1/2),conjunction(3,1/2),conjunction(4,1/2),"
		"conjunction(5,1/2),conjunction(6,1/2),conjunction(7,1/2),conjunction(8,1/2)");
	tr_no_rules(br);
	rules_limit(rules(), SW_TABLE_ALL, 1000);
}

/* --- traces --- */

static struct sw_trace_conj told[8];
static unsigned n_told;
static uint32_t told_id;

static void on_enter(void *arg, const struct sw_port *p, const struct sw_fields *fields)
{
}

static void on_table(void *arg, const struct sw_trace_table *t)
{
	assert_true(t->n_conj <= RTE_DIM(told));
	n_told = t->n_conj;
	memcpy(told, t->conj, n_told * sizeof(told[0]));
	told_id = rte_be_to_cpu_32(t->fields->conj_id);
}

static void on_output(void *arg, const struct sw_port *p, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
}

static void on_drop(void *arg, const struct sw_port *p, const struct sw_drop *why)
{
}

static void trace(unsigned src, unsigned dst)
{
	static const struct sw_trace_ear ear = { NULL, on_enter, on_table, NULL, NULL, NULL, NULL,
		on_output, NULL, on_drop };
	struct packet_bytes p;
	struct sw_err err;

	make(&p, src, dst);
	assert_int_equal(sw_trace_run(&ear, port[1], p.b, p.len, NULL, &err), 0);
}

static void expect_told(unsigned i, uint32_t id, uint64_t dims, bool leads)
{
	assert_true(i < n_told);
	assert_int_equal(told[i].id, id);
	assert_int_equal(told[i].priority, 100);
	assert_int_equal(told[i].n, 2);
	assert_int_equal(told[i].dims, dims);
	assert_int_equal(told[i].leads, leads);
}

static void test_trace(void **state)
{
	documented();
	tr_rule(br, "priority=100,udp,actions=conjunction(9,2/2)");
	trace(1, 2);
	assert_int_equal(n_told, 2);
	expect_told(0, 9, 2, false);
	expect_told(1, 1234, 3, true);
	assert_int_equal(told_id, 1234);
	trace(1, 1);
	assert_int_equal(n_told, 2);
	expect_told(1, 1234, 1, false);
	assert_int_equal(told_id, 0);
	remove_rule("priority=7,conj_id=1234");
	remove_rule("priority=1");
	trace(1, 2);
	expect_told(1, 1234, 3, false);
	assert_int_equal(told_id, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, ts_teardown)
	const struct CMUnitTest tests[] = { TEST(documented), TEST(priority), TEST(next), TEST(ids),
		TEST(dimensions), TEST(kept), TEST(modified), TEST(many_masks), TEST(too_many),
		TEST(many_clauses), TEST(room), TEST(trace) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rules program costs, alone: bursts of prebuilt packets straight into it, as in l2.c. Flows are of TCP over IPv4;
 * `flows` of them in random order, all with a rule that takes them.
 *
 *	build/tests/perf/perf_flows [core]
 *
 * kept: found in the flow cache. odd: first fragments, kept by their fields. walked: nothing is kept, so each packet goes through the
 * tables each time (and end where a rule counts it down). changed: kept, with a rule of another flow changed before each 12th
 * burst: 100,000 times a second at 38 Mpps. new: each packet of a flow that was not seen before, or long ago. trapped: kept,
 * while a trap waits for a packet that never comes (swctl trace --live).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <sw/trap.h>
#include <sw/rcu.h>
#include <sw/worker.h>

#include "../../src/pipeline/exec/cache.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "rig.h"
#include "swtest.h"

static struct rig rig;
static bool fragments; /* first ones, which have ports */
static bool changing, renewing;
static uint32_t fresh;

#define CHANGE_EACH 12 /* bursts */

static void change(const char *text, enum sw_rule_verb verb)
{
	rig_rule(&rig, verb, text);
}

static void fill(struct rte_mbuf *m, uint32_t f)
{
	uint8_t *p;

	rig_flow(m, f);
	p = rte_pktmbuf_mtod(m, uint8_t *);
	p[20] = fragments ? 0x20 : 0x40;
}

/* A rule of a flow that never comes, there and gone again in turn. */
static void change_another(void)
{
	static unsigned n;
	char text[128];

	snprintf(text, sizeof(text),
		"tcp,nw_src=11.0.%u.%u,nw_dst=10.200.0.1,tp_src=%u,tp_dst=80%s", n >> 9 & 255,
		n >> 1 & 255, n / 2 % 50000, n % 2 ? "" : ",actions=drop");
	change(text, n % 2 ? SW_RULE_DELETE : SW_RULE_ADD);
	n++;
}

static uint64_t one(uint32_t flows)
{
	struct rte_mbuf **pkts = &rig.pkt[rig.next % PACKETS];
	static unsigned turn;
	uint64_t start;

	rig.next += SW_BURST;
	for (unsigned i = 0; i < SW_BURST; i++)
		fill(pkts[i], renewing ? fresh++ % (1u << 24) : swtest_rand(&rig.random) % flows);
	if (changing && !(turn++ % CHANGE_EACH))
		change_another();
	start = rte_rdtsc_precise();
	rig_run(&rig, 0, pkts, SW_BURST);
	return rte_rdtsc_precise() - start;
}

static double measure(uint32_t flows)
{
	return rig_measure(one, flows);
}

static double odd(uint32_t flows)
{
	double cost;

	fragments = true;
	cost = measure(flows);
	fragments = false;
	return cost;
}

/* The same with each packet walked. */
static double walked(uint32_t flows)
{
	double cost;

	rig_walk_all(&rig, true);
	cost = measure(flows < 100000 ? flows : 100000);
	rig_walk_all(&rig, false);
	return cost;
}

static double changed(uint32_t flows)
{
	double cost;

	changing = true;
	cost = measure(flows);
	changing = false;
	return cost;
}

static double renewed(uint32_t flows)
{
	double cost;

	renewing = true;
	cost = measure(flows);
	renewing = false;
	return cost;
}

static double trapped(uint32_t flows)
{
	const struct sw_match never = { .mask.eth_type = UINT16_MAX };
	struct sw_trap *trap = sw_trap_set(rig.bridge, NULL, &never, 1, NULL);
	double cost = measure(flows);

	sw_trap_remove(trap);
	sw_rcu_poll();
	return cost;
}

static void show(const char *what, uint32_t flows)
{
	double kept = measure(flows);

	printf("%-30s %8u flows  kept %6.1f  trapped %6.1f  changed %6.1f  odd %6.1f  new %6.1f  walked %6.1f cycles a packet\n",
		what, flows, kept, trapped(flows), changed(flows), odd(flows), renewed(flows),
		walked(flows));
	fflush(stdout);
}

static void enter(void)
{
	rig_enter(&rig, &(struct scene){ "rules", 2, false, false, { -1, -1 }, 10 });
	change("", SW_RULE_DELETE);
	rules_limit(sw_bridge_rules(rig.bridge), 0, 1u << 21);
}

static const uint32_t sizes[] = { 1, 1000, 100000, 1000000 };

/* Rules, ended by NULL. */
static void show_rules(const char *what, const char *const *rule)
{
	change("", SW_RULE_DELETE);
	for (; *rule; rule++)
		change(*rule, SW_RULE_ADD);
	for (unsigned i = 0; i < RTE_DIM(sizes); i++)
		show(what, sizes[i]);
	change("", SW_RULE_DELETE);
}

static void show_rule_a_flow(void)
{
	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		for (uint32_t f = i ? sizes[i - 1] : 0; f < sizes[i]; f++) {
			struct sw_str t = { 0 };

			rig_flow_match(&t, f);
			sw_str_add(&t, ",actions=output:2");
			change(t.s, SW_RULE_ADD);
			free(t.s);
		}
		show("a rule a flow, one mask", sizes[i]);
	}
	change("", SW_RULE_DELETE);
}

int main(int argc, char **argv)
{
	static const char *const port[] = { "in_port=1,actions=output:2", NULL };
	static const char *const set[] = {
		"tcp,nw_dst=10.0.0.0/8,actions=set_field:02:00:00:00:00:09->eth_dst,dec_ttl,output:2",
		NULL
	};
	static const char *const larger[] = {
		"tcp,nw_src=10.0.0.0/8,nw_dst=10.0.0.0/8,tp_dst=80,actions=check_pkt_larger(1514)->reg0[0],resubmit(,1)",
		"table=1,reg0=0,actions=output:2", "table=1,reg0=1,actions=drop", NULL
	};

	rig_pin(argc, argv);
	rig_start(&rig);
	sw_worker_count_set(1);
	caches_create(1 << 21);
	enter();
	show_rules("one rule, by port", port);
	show_rules("one rule: set, dec_ttl, output", set);
	show_rule_a_flow();
	/* The last, as keys have what rules asked for some seconds longer than the rules are there. */
	show_rules("check_pkt_larger, two tables", larger);
	return 0;
}

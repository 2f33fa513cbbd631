/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What pipelines of several tables cost: bursts of prebuilt packets straight into the rules program, each packet of another
 * flow.
 *
 *	build/tests/perf/perf_pipeline [core [bits]]
 *
 * Five tables: tenants by source prefix (metadata), an access list of 1,000 rules as ClassBench makes them, routes by
 * destination prefix (registers, MAC addresses), what tenants may do (metadata), then groups by route. All but the
 * access list have 2^bits rules. *goto* and *resubmit* are two ways to say the same.
 *
 * walked: flows are not kept, so that each packet goes through all tables; new: the flow cache included;
 * kept: 1,000 flows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/worker.h>

#include "../../src/pipeline/exec/cache.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "class_rules.h"
#include "rig.h"
#include "swtest.h"

#define SAMPLE	  (1u << 18) /* packets: more than caches of the CPU hold */
#define KEPT	  1000
#define ACL_RULES 1000

static struct rig rig;
static struct sw_fields *sample;
static uint32_t at, flows;

static uint64_t one(uint32_t n)
{
	struct rte_mbuf **pkts = &rig.pkt[rig.next % PACKETS];
	uint64_t start;

	rig.next += SW_BURST;
	for (unsigned i = 0; i < SW_BURST; i++) {
		at = (at + 1) % flows;
		rig_packet(pkts[i], &sample[at]);
	}
	start = rte_rdtsc_precise();
	rig_run(&rig, 0, pkts, SW_BURST);
	return rte_rdtsc_precise() - start;
}

static double measure(uint32_t n)
{
	flows = n;
	return rig_measure(one, n == KEPT ? KEPT : 0);
}

static double walked(void)
{
	double cost;

	rig_walk_all(&rig, true);
	cost = measure(SAMPLE);
	rig_walk_all(&rig, false);
	return cost;
}

static void add_acl(const struct class_rule *acl, const char *to)
{
	struct sw_rules *rules = sw_bridge_rules(rig.bridge);
	char text[64];

	snprintf(text, sizeof(text), "table=1,actions=%s", to);
	for (unsigned i = 0; i < ACL_RULES; i++) {
		struct sw_rule_change c;
		struct sw_err err;

		if (sw_rule_parse(text, SW_RULE_ADD, &c, &err))
			exit(1);
		c.conf.match = acl[i].match;
		c.conf.priority = acl[i].priority;
		sw_rules_begin(rules);
		if (sw_rules_stage(rules, &c, &err))
			exit(1);
		sw_rules_commit(rules);
		sw_instructions_fini(&c.conf.does);
	}
}

/* One rule of each of four tables, for the i-th of 2^bits prefixes. */
static void add_prefix(uint32_t i, unsigned bits, const char *const to[4])
{
	uint32_t net = bits ? i << (32 - bits) : 0;
	char text[4][160];

	snprintf(text[0], sizeof(text[0]), "table=0,ip,nw_src=%u.%u.%u.%u/%u,actions=%s%u%s",
		net >> 24, net >> 16 & 255, net >> 8 & 255, net & 255, bits,
		*to[0] == 'g' ? "write_metadata:" : "set_field:", i,
		*to[0] == 'g' ? "," : "->metadata,");
	strcat(text[0], to[0]);
	snprintf(text[1], sizeof(text[1]),
		"table=2,ip,nw_dst=%u.%u.%u.%u/%u,actions=set_field:%u->reg0,set_field:02:00:00:00:00:09->eth_dst,%s",
		net >> 24, net >> 16 & 255, net >> 8 & 255, net & 255, bits, i, to[2]);
	snprintf(text[2], sizeof(text[2]), "table=3,metadata=%u,ip,actions=%s", i, to[3]);
	snprintf(text[3], sizeof(text[3]), "table=4,reg0=%u,actions=group:%u", i, 1 + i % 2);
	for (unsigned k = 0; k < 4; k++)
		rig_rule(&rig, SW_RULE_ADD, text[k]);
}

static void show(
	const char *what, const struct class_rule *acl, unsigned bits, const char *const to[4])
{
	double all, new, kept;
	uint64_t random = 77;

	rig_rule(&rig, SW_RULE_DELETE, "");
	for (uint32_t i = 0; i < 1u << bits; i++)
		add_prefix(i, bits, to);
	add_acl(acl, to[1]);
	while (sw_rcu_poll())
		;
	for (unsigned i = 0; i < SAMPLE; i++)
		class_packet(&acl[(swtest_rand(&random) >> 32) % ACL_RULES], &random, &sample[i]);
	all = walked();
	new = measure(SAMPLE);
	kept = measure(KEPT);
	printf("%-9s 2^%-2u rules a table: walked %6.0f  new %6.0f  kept %5.0f cycles a packet\n",
		what, bits, all, new, kept);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const char *const gotos[4] = { "goto_table:1", "goto_table:2", "goto_table:3",
		"goto_table:4" };
	static const char *const resubmits[4] = { "resubmit(,1)", "resubmit(,2)", "resubmit(,3)",
		"resubmit(,4)" };
	static const unsigned sizes[] = { 3, 10, 16 };
	struct class_rule *acl = class_rules(CLASS_ACL, ACL_RULES, 1);

	rig_pin(argc, argv);
	rig_start(&rig);
	sw_worker_count_set(1);
	caches_create(1 << 13);
	rig_enter(&rig, &(struct scene){ "pipeline", 2, false, false, { -1, -1 }, 10 });
	rules_limit(sw_bridge_rules(rig.bridge), 0, 1u << 21);
	rig_group(&rig, "group_id=1,type=indirect,bucket=output:2");
	rig_group(&rig, "group_id=2,type=select,bucket=output:2,bucket=output:2");
	sample = malloc(SAMPLE * sizeof(*sample));
	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		if (argc > 2 && (unsigned)atoi(argv[2]) != sizes[i])
			continue;
		show("goto", acl, sizes[i], gotos);
		show("resubmit", acl, sizes[i], resubmits);
	}
	free(sample);
	free(acl);
	return 0;
}

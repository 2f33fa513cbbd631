/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tables of rules cost, alone: rules as ClassBench makes them (tests/lib/class_rules.h), one mask, many
 * masks, conjunctions of two and of three dimensions. Packets are of flows that are new each time.
 *
 *	build/tests/perf/perf_rules [core [set [rules]]]
 *
 * lookup: cycles a packet of a lookup in one table, in bursts of 32 and of 1. new flow: all of the rules program, cache
 * included, by bursts of 32 into a sink; walked: the same where none is kept; kept: of 1,000 flows. add:
 * microseconds a rule, each a commit of its own; MB: what they take.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/worker.h>

#include "../../src/pipeline/exec/cache.h"
#include "../../src/pipeline/rule/lookup.h"
#include "class_rules.h"
#include "rig.h"
#include "swtest.h"

#define BURSTS 4001
#define SAMPLE 400000 /* packets made beforehand: more than caches of the CPU hold */
#define KEPT   1000

static struct rig rig;
static struct sw_rules *rules;
static struct class_rule *rule;
static unsigned n_rules;
static struct sw_fields *sample;

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static void add_one(const struct class_rule *r)
{
	struct sw_rule_change c;
	struct sw_err err;

	if (sw_rule_parse("actions=output:2", SW_RULE_ADD, &c, &err))
		die(err.text);
	c.conf.match = r->match;
	c.conf.priority = r->priority;
	sw_rules_begin(rules);
	if (sw_rules_stage(rules, &c, &err))
		die(err.text);
	sw_rules_commit(rules);
	sw_instructions_fini(&c.conf.does);
}

static void remove_all(void)
{
	struct sw_rule_change c;
	struct sw_err err;

	if (sw_rule_parse("", SW_RULE_DELETE, &c, &err))
		die(err.text);
	sw_rules_begin(rules);
	if (sw_rules_stage(rules, &c, &err))
		die(err.text);
	sw_rules_commit(rules);
	while (sw_rcu_poll())
		;
}

static double resident_mb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all = 0, resident = 0;

	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		die("/proc/self/statm is not as it was");
	fclose(f);
	return resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double median(uint64_t *cycles, unsigned packets)
{
	qsort(cycles, BURSTS, sizeof(cycles[0]), by_value);
	return (double)cycles[BURSTS / 2] / packets;
}

/* The next packets of the sample; the fields are in the cache of the CPU, as after extraction. */
static void take(struct sw_fields *key, unsigned n, unsigned of)
{
	static unsigned at;

	for (unsigned i = 0; i < n; i++) {
		at = (at + 1) % of;
		key[i] = sample[at];
	}
}

static double lookup_cost(unsigned n)
{
	static uint64_t cycles[BURSTS];
	struct rule_reader reader = { .version = rules_version(rules), .worker = 0 };
	struct sw_fields key[SW_BURST];
	const struct sw_fields *keys[SW_BURST];
	const struct sw_rule *found[SW_BURST];

	for (unsigned i = 0; i < SW_BURST; i++)
		keys[i] = &key[i];
	for (unsigned i = 0; i < 2 * BURSTS; i++) {
		uint64_t start;

		take(key, n, SAMPLE);
		start = rte_rdtsc_precise();
		rules_lookup(rules, &reader, 0, keys, found, n);
		cycles[i % BURSTS] = rte_rdtsc_precise() - start;
		for (unsigned k = 0; k < n; k++)
			if (!found[k])
				die("a packet that a rule takes found none");
	}
	return median(cycles, n);
}

static double program_cost(unsigned flows)
{
	static uint64_t cycles[BURSTS];
	struct sw_fields key[SW_BURST];

	for (unsigned i = 0; i < 2 * BURSTS; i++) {
		struct rte_mbuf **pkts = &rig.pkt[rig.next % PACKETS];
		uint64_t start;

		rig.next += SW_BURST;
		take(key, SW_BURST, flows);
		for (unsigned k = 0; k < SW_BURST; k++)
			rig_packet(pkts[k], &key[k]);
		start = rte_rdtsc_precise();
		rig_run(&rig, 0, pkts, SW_BURST);
		cycles[i % BURSTS] = rte_rdtsc_precise() - start;
	}
	return median(cycles, SW_BURST);
}

static void make_sample(void)
{
	uint64_t random = 77;

	for (unsigned i = 0; i < SAMPLE; i++)
		class_packet(&rule[(swtest_rand(&random) >> 32) % n_rules], &random, &sample[i]);
}

/* Of the rules that are there, with packets of the sample. */
static void report(const char *what, double add_us, double mb)
{
	struct sw_rule_table_stats before, t;
	double burst, one, all, new, kept;

	sw_rules_table_stats(rules, 0, &before);
	burst = lookup_cost(SW_BURST);
	sw_rules_table_stats(rules, 0, &t);
	one = lookup_cost(1);
	rig_walk_all(&rig, true);
	all = program_cost(SAMPLE);
	rig_walk_all(&rig, false);
	new = program_cost(SAMPLE);
	kept = program_cost(KEPT);
	printf("%-12s %7u rules %4u masks %4u tuples, %5.1f probes | lookup %6.0f, single %6.0f | new flow %6.0f, "
	       "walked %6.0f, kept %4.0f | add %4.1f us %4.0f MB\n",
		what, t.rules, t.masks, t.tuples,
		(double)(t.probes - before.probes) / (t.lookups - before.lookups), burst, one, new,
		all, kept, add_us, mb);
	fflush(stdout);
	remove_all();
}

static void show(const char *what)
{
	uint64_t start = rte_rdtsc();
	double mb = resident_mb(), add_us;

	for (unsigned i = 0; i < n_rules; i++) {
		add_one(&rule[i]);
		if (i % 64 == 0)
			sw_rcu_poll();
	}
	add_us = (rte_rdtsc() - start) * 1e6 / rte_get_tsc_hz() / n_rules;
	while (sw_rcu_poll())
		;
	mb = resident_mb() - mb;
	make_sample();
	report(what, add_us, mb);
	free(rule);
}

/* 1,000 clause rules of ten conjunctions: sources, destinations, ports; each packet meets one. */
static void conjunctions(unsigned dims)
{
	unsigned each = 100 / dims;
	uint64_t random = 77, start = rte_rdtsc();
	double mb = resident_mb();
	char text[128];

	for (unsigned id = 0; id < 10; id++) {
		for (unsigned i = 0; i < dims * each; i++) {
			static const char *const match[] = { "nw_src=10.0.%u.%u",
				"nw_dst=10.1.%u.%u", "tp_dst=%u%u" };
			unsigned n = snprintf(text, sizeof(text), "priority=100,tcp,");

			n += snprintf(text + n, sizeof(text) - n, match[i % dims], 10 + id,
				10 + i / dims);
			snprintf(text + n, sizeof(text) - n, ",actions=conjunction(%u,%u/%u)",
				id + 1, i % dims + 1, dims);
			rig_rule(&rig, SW_RULE_ADD, text);
		}
		snprintf(text, sizeof(text), "conj_id=%u,actions=output:2", id + 1);
		rig_rule(&rig, SW_RULE_ADD, text);
	}
	for (unsigned i = 0; i < SAMPLE; i++) {
		struct sw_fields *f = &sample[i];
		unsigned id = 10 + (swtest_rand(&random) >> 32) % 10;
		uint64_t r = swtest_rand(&random) >> 8;

		memset(f, 0, sizeof(*f));
		f->in_port = rte_cpu_to_be_32(1);
		f->eth_type = rte_cpu_to_be_16(0x0800);
		f->ip_proto = 6;
		memcpy(f->ip_src, (uint8_t[]){ 10, 0, id, 10 + r % each }, 4);
		memcpy(f->ip_dst, (uint8_t[]){ 10, 1, id, 10 + (r >> 8) % each }, 4);
		f->tp_src = r >> 16;
		f->tp_dst = rte_cpu_to_be_16(id * 100 + 10 + (r >> 32) % each);
	}
	snprintf(text, sizeof(text), "conj %uD", dims);
	report(text, (rte_rdtsc() - start) * 1e6 / rte_get_tsc_hz() / 1000, resident_mb() - mb);
}

static void classes(enum class_kind kind, unsigned n)
{
	char what[32];

	snprintf(what, sizeof(what), "%s %uk", class_kind_name[kind], n / 1000);
	n_rules = n;
	rule = class_rules(kind, n, 1);
	show(what);
}

/* n rules with a mask each (as many as there are), or all with one. */
static void masks(unsigned n, bool one)
{
	struct class_rule *r = calloc(n, sizeof(*r));
	uint64_t random = 5;
	char what[32];

	for (unsigned i = 0; i < n; i++) {
		uint32_t bits[2] = { one ? ~0u : ~0u << (24 - i % 25),
			one ? ~0u : ~0u << (32 - 4 - i / 25 % 25) };
		uint64_t v = swtest_rand(&random);

		if (!one && i >= 625)
			r[i].match.mask.tp_dst = 0xffff;
		r[i].priority = one ? 1000 : 1000 + swtest_rand(&random) % 1000;
		r[i].match.mask.eth_type = 0xffff;
		r[i].match.value.eth_type = rte_cpu_to_be_16(0x0800);
		for (unsigned k = 0; k < 2; k++) {
			uint32_t b = rte_cpu_to_be_32(bits[k]), a = (uint32_t)(v >> 32 * k) & b;

			memcpy(k ? r[i].match.mask.ip_dst : r[i].match.mask.ip_src, &b, 4);
			memcpy(k ? r[i].match.value.ip_dst : r[i].match.value.ip_src, &a, 4);
		}
		r[i].match.value.tp_dst = (v >> 20) & r[i].match.mask.tp_dst;
	}
	rule = r;
	n_rules = n;
	snprintf(what, sizeof(what), one ? "one mask" : "masks %u", n);
	show(what);
}

static bool wanted(int argc, char **argv, const char *set, unsigned n)
{
	return (argc < 3 || !strcmp(argv[2], set)) && (argc < 4 || (unsigned)atoi(argv[3]) == n);
}

int main(int argc, char **argv)
{
	static const unsigned sizes[] = { 1000, 10000, 100000 };

	rig_pin(argc, argv);
	rig_start(&rig);
	sw_worker_count_set(1);
	caches_create(1 << 13);
	rig_enter(&rig, &(struct scene){ "rules", 2, false, false, { -1, -1 }, 10 });
	rules = sw_bridge_rules(rig.bridge);
	sample = malloc(SAMPLE * sizeof(*sample));
	remove_all();
	if (wanted(argc, argv, "one", 100000))
		masks(100000, true);
	for (unsigned n = 10; n <= 1000; n = n == 10 ? 200 : n * 5)
		if (wanted(argc, argv, "masks", n))
			masks(n, false);
	for (unsigned dims = 2; dims <= 3; dims++)
		if (wanted(argc, argv, "conj", dims))
			conjunctions(dims);
	for (unsigned k = 0; k < CLASS_KINDS; k++)
		for (unsigned i = 0; i < RTE_DIM(sizes); i++)
			if (wanted(argc, argv, class_kind_name[k], sizes[i]))
				classes(k, sizes[i]);
	free(sample);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingress programs for callgrind: each scene once with N and once with 2N packets. instructions.py runs it
 * under valgrind, counts what measured_burst does, between calls of scene_part, and takes the
 * difference: instructions of N packets, with nothing else in it.
 *
 * Everything is the same in each run: the packets, and the secret of the station hash, which decides how
 * often a station is in its second bucket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <rte_mbuf.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/simd.h>
#include <sw/worker.h>

#include "class_rules.h"
#include "rig.h"
#include "swtest.h"

#define WARM 64 /* bursts */

/* The rooms' own call ends here: no two runs shall hash differently. */
ssize_t getrandom(void *to, size_t len, unsigned flags)
{
	memset(to, 0x5a, len);
	return len;
}

__attribute__((noinline)) void measured_burst(
	struct rig *rig, unsigned from, struct rte_mbuf **pkts);
__attribute__((noinline)) void scene_part(void);

void measured_burst(struct rig *rig, unsigned from, struct rte_mbuf **pkts)
{
	rig_run(rig, from, pkts, SW_BURST);
}

/* callgrind writes its counts whenever this is entered. */
void scene_part(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Bursts from all ports in turn, or from one. */
static void run(struct rig *rig, const struct scene *sc, int from, unsigned bursts)
{
	for (unsigned i = 0; i < bursts; i++) {
		unsigned port = from < 0 ? i % sc->ports : (unsigned)from;

		measured_burst(rig, port, rig_fill(rig, sc, port, SW_BURST));
	}
}

static uint64_t sent(const struct rig *rig)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < PORTS; i++)
		n += rig->lane[i]->stats.tx_packets;
	return n;
}

static void play(struct rig *rig, const struct scene *sc, int from, unsigned bursts)
{
	uint64_t before;

	rig_enter(rig, sc);
	run(rig, sc, from, WARM);
	before = sent(rig);
	scene_part();
	run(rig, sc, from, bursts);
	scene_part();
	run(rig, sc, from, 2 * bursts);
	scene_part();
	/* What is dropped is cheap, and what is flooded is sent twice: neither is the scene. */
	if (sent(rig) - before != 3ull * bursts * SW_BURST) {
		fprintf(stderr, "%s: not each packet left by one port\n", sc->what);
		exit(1);
	}
	printf("%s\n", sc->what);
	rig_leave(rig);
}

/* --- by rules: flows that are kept --- */

#define FLOWS 1000

struct rules_scene {
	const char *what;
	const char *const *rules; /* ended by NULL */
	const char *does;	  /* with it a rule a flow, too */
	const char *group;	  /* group 3, or NULL */
	bool fragments, walked, tagged;
};

static void add_tag(struct rte_mbuf *m)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(p - 4, p, 12);
	memcpy(rte_pktmbuf_prepend(m, 4) + 12, "\x81\x00\x00\x05", 4);
}

static void fill_flows(struct rig *rig, const struct rules_scene *sc, struct rte_mbuf **pkts)
{
	for (unsigned i = 0; i < SW_BURST; i++) {
		rig_flow(pkts[i], swtest_rand(&rig->random) % FLOWS);
		if (sc->fragments)
			rte_pktmbuf_mtod(pkts[i], uint8_t *)[20] = 0x20;
		if (sc->tagged)
			add_tag(pkts[i]);
	}
}

static void run_flows(struct rig *rig, const struct rules_scene *sc, unsigned bursts)
{
	for (unsigned i = 0; i < bursts; i++) {
		struct rte_mbuf **pkts = &rig->pkt[rig->next % PACKETS];

		rig->next += SW_BURST;
		fill_flows(rig, sc, pkts);
		measured_burst(rig, 0, pkts);
	}
}

static void play_rules(struct rig *rig, const struct rules_scene *sc, unsigned bursts)
{
	uint64_t before;

	rig_enter(rig, &(struct scene){ sc->what, 2, false, false, { -1, -1 }, 10 });
	rig_rule(rig, SW_RULE_DELETE, "");
	rig_group(rig, "group_id=1,type=indirect,bucket=output:2");
	rig_group(rig, "group_id=2,type=select,bucket=output:2,bucket=output:2");
	if (sc->group)
		rig_group(rig, sc->group);
	for (unsigned i = 0; sc->rules && sc->rules[i]; i++)
		rig_rule(rig, SW_RULE_ADD, sc->rules[i]);
	for (uint32_t f = 0; sc->does && f < FLOWS; f++) {
		struct sw_str text = { 0 };

		rig_flow_match(&text, f);
		sw_str_add(&text, ",actions=%s", sc->does);
		rig_rule(rig, SW_RULE_ADD, text.s);
		free(text.s);
	}
	rig_walk_all(rig, sc->walked);
	run_flows(rig, sc, 8 * FLOWS / SW_BURST); /* each flow is kept, or none */
	before = sent(rig);
	scene_part();
	run_flows(rig, sc, bursts);
	scene_part();
	run_flows(rig, sc, 2 * bursts);
	scene_part();
	if (sent(rig) - before != 3ull * bursts * SW_BURST) {
		fprintf(stderr, "%s: not each packet left by one port\n", sc->what);
		exit(1);
	}
	rig_walk_all(rig, false);
	printf("%s\n", sc->what);
	rig_leave(rig);
}

/* --- by many masks: packets that are walked each time --- */

#define CLASS_RULES 1000

static void add_class_rules(struct rig *rig, const struct class_rule *rule)
{
	struct sw_rules *rules = sw_bridge_rules(rig->bridge);
	struct sw_rule_change c;
	struct sw_err err;

	for (unsigned i = 0; i < CLASS_RULES; i++) {
		if (sw_rule_parse("actions=output:2", SW_RULE_ADD, &c, &err))
			exit(1);
		c.conf.match = rule[i].match;
		c.conf.priority = rule[i].priority;
		sw_rules_begin(rules);
		if (sw_rules_stage(rules, &c, &err))
			exit(1);
		sw_rules_commit(rules);
		sw_instructions_fini(&c.conf.does);
	}
	while (sw_rcu_poll())
		; /* the sieve is made */
}

static void run_walked(struct rig *rig, const struct class_rule *rule, unsigned bursts)
{
	for (unsigned i = 0; i < bursts; i++) {
		struct rte_mbuf **pkts = &rig->pkt[rig->next % PACKETS];
		struct sw_fields key;

		rig->next += SW_BURST;
		for (unsigned k = 0; k < SW_BURST; k++) {
			class_packet(
				&rule[swtest_rand(&rig->random) % CLASS_RULES], &rig->random, &key);
			rig_packet(pkts[k], &key);
		}
		measured_burst(rig, 0, pkts);
	}
}

static void play_walked(struct rig *rig, const char *what, unsigned bursts)
{
	struct class_rule *rule = class_rules(CLASS_ACL, CLASS_RULES, 1);
	uint64_t before;

	rig_enter(rig, &(struct scene){ what, 2, false, false, { -1, -1 }, 10 });
	rig_rule(rig, SW_RULE_DELETE, "");
	add_class_rules(rig, rule);
	rig_walk_all(rig, true);
	run_walked(rig, rule, WARM);
	before = sent(rig);
	scene_part();
	run_walked(rig, rule, bursts);
	scene_part();
	run_walked(rig, rule, 2 * bursts);
	scene_part();
	if (sent(rig) - before != 3ull * bursts * SW_BURST) {
		fprintf(stderr, "%s: not each packet left by one port\n", what);
		exit(1);
	}
	printf("%s\n", what);
	free(rule);
	rig_walk_all(rig, false);
	rig_leave(rig);
}

#define DEEP 40

/* As many tables as a logical network has. */
static void play_deep(struct rig *rig, unsigned bursts)
{
	static char text[DEEP][64];
	const char *rules[DEEP + 1] = { 0 };

	for (unsigned i = 0; i + 1 < DEEP; i++) {
		snprintf(text[i], sizeof(text[i]), "table=%u,ip,actions=goto_table:%u", i, i + 1);
		rules[i] = text[i];
	}
	snprintf(text[DEEP - 1], sizeof(text[0]), "table=%u,tcp,tp_dst=80,actions=output:2",
		DEEP - 1);
	rules[DEEP - 1] = text[DEEP - 1];
	play_rules(rig, &(struct rules_scene){ "rules-deep", rules }, bursts);
}

/* Two routers: packets are looked for again before the second (exec/recirc.h). */
static void play_again(struct rig *rig, unsigned bursts)
{
	static const char *const again[] = {
		"in_port=1,ip,actions=dec_ttl,set_field:02:00:00:00:00:09->eth_src,goto_table:1",
		"table=1,tcp,actions=dec_ttl,set_field:02:00:00:00:00:0a->eth_src,output:2", NULL
	};

	play_rules(rig, &(struct rules_scene){ "rules-again", again }, bursts);
}

static void play_all_rules(struct rig *rig, unsigned bursts)
{
	static const char *const port[] = { "in_port=1,actions=output:2", NULL };
	static const char *const tables[] = { "in_port=1,actions=write_metadata:1,goto_table:1",
		"table=1,metadata=1,tcp,actions=set_field:02:00:00:00:00:09->eth_dst,goto_table:2",
		"table=2,ip,nw_dst=10.200.0.0/16,actions=dec_ttl,goto_table:3",
		"table=3,tcp,tp_dst=80,actions=output:2", NULL };
	static const char *const pipeline[] = { "in_port=1,actions=write_metadata:1,goto_table:1",
		"table=1,udp,actions=drop", "table=1,tcp,tp_dst=80,actions=goto_table:2",
		"table=2,ip,nw_dst=10.200.0.0/16,actions=set_field:5->reg0,set_field:02:00:00:00:00:09->eth_dst,goto_table:3",
		"table=3,metadata=1,ip,actions=goto_table:4", "table=4,reg0=5,actions=group:1",
		NULL };
	static const char *const larger[] = {
		"in_port=1,actions=check_pkt_larger(1514)->reg0[0],resubmit(,1)",
		"table=1,tcp,reg0=0,actions=output:2", "table=1,reg0=1,actions=drop", NULL
	};

	/* Each flow goes one of 16 ways, so that neighbours go different ones. */
	static const char *const lists[] = { "priority=1,ip,actions=goto_table:1",
		"table=1,tcp,nw_src=0.0.0.0/0.0.0.3,actions=write_metadata:0/0xff,goto_table:2",
		"table=1,tcp,nw_src=0.0.0.1/0.0.0.3,actions=write_metadata:1/0xff,goto_table:2",
		"table=1,tcp,nw_src=0.0.0.2/0.0.0.3,actions=write_metadata:2/0xff,goto_table:2",
		"table=1,tcp,nw_src=0.0.0.3/0.0.0.3,actions=write_metadata:3/0xff,goto_table:2",
		"table=2,tcp,nw_src=0.0.0.0/0.0.0.12,actions=write_metadata:0x100/0xff00,goto_table:3",
		"table=2,tcp,nw_src=0.0.0.4/0.0.0.12,actions=write_metadata:0x200/0xff00,goto_table:3",
		"table=2,tcp,nw_src=0.0.0.8/0.0.0.12,actions=write_metadata:0x100/0xff00,goto_table:3",
		"table=2,tcp,nw_src=0.0.0.12/0.0.0.12,actions=write_metadata:0x200/0xff00,goto_table:3",
		"table=3,tcp,metadata=0x100/0xff00,tp_dst=80,actions=goto_table:4",
		"table=3,tcp,metadata=0x200/0xff00,tp_dst=80,actions=goto_table:4",
		"table=4,ip,metadata=0x100/0xff00,actions=group:1",
		"table=4,ip,metadata=0x200/0xff00,actions=group:2", NULL };
	static const char *const walked[] = { "in_port=1,actions=load:7->NXM_NX_REG0[],group:3",
		"table=1,tcp,tp_dst=80,actions=output:2", NULL };
	static const char select[] =
		"group_id=3,type=select,bucket=resubmit(,1),bucket=move:NXM_NX_REG0[0..15]->NXM_NX_REG1[0..15],resubmit(,1)";
	static const char failover[] =
		"group_id=3,type=ff,bucket=watch_port:1,resubmit(,1),bucket=watch_port:2,output:2";
	static const char *const pop[] = { "in_port=1,dl_vlan=5,actions=pop_vlan,resubmit(,1)",
		"table=1,tcp,vlan_tci=0/0x1fff,actions=output:2", NULL };
	sw_worker_count_set(1);
	play_rules(rig, &(struct rules_scene){ "rules-port", port }, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-5t", .does = "output:2" }, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-tables", tables }, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-lists", lists }, bursts);
	play_deep(rig, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-larger", larger }, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-pop", pop, .tagged = true }, bursts);
	play_again(rig, bursts);
	play_rules(rig, &(struct rules_scene){ "rules-select", walked, .group = select }, bursts);
	play_rules(
		rig, &(struct rules_scene){ "rules-failover", walked, .group = failover }, bursts);
	play_rules(rig,
		&(struct rules_scene){ "rules-fragments", .does = "output:2", .fragments = true },
		bursts);
	play_rules(
		rig, &(struct rules_scene){ "rules-pipeline", pipeline, .walked = true }, bursts);
	play_walked(rig, "rules-walked", bursts);
}

int main(int argc, char **argv)
{
	static struct rig rig;
	unsigned bursts = argc > 1 ? atoi(argv[1]) : 0;

	if (!bursts) {
		fprintf(stderr, "usage: perf_instructions BURSTS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	rig_start(&rig);
	sw_simd_limit(SW_SIMD_BASE);
	play(&rig, &(struct scene){ "cross-connect", 2, true, false, { -1, -1 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "l2-one-way", 2, false, false, { -1, -1 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "l2-mixed", PORTS, false, true, { -1, -1 }, 125 }, -1, bursts);
	play(&rig, &(struct scene){ "vlan-push", 2, false, false, { -1, 10 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "vlan-pop", 2, false, false, { -1, 10 }, 1000 }, 1, bursts);
	play_all_rules(&rig, bursts);
	sw_simd_limit(SW_SIMD_AVX2);
	if (sw_simd() != SW_SIMD_AVX2)
		return 0; /* instructions.py knows */
	play(&rig, &(struct scene){ "l2-one-way-avx2", 2, false, false, { -1, -1 }, 1000 }, 0,
		bursts);
	play(&rig, &(struct scene){ "l2-mixed-avx2", PORTS, false, true, { -1, -1 }, 125 }, -1,
		bursts);
	play(&rig, &(struct scene){ "vlan-push-avx2", 2, false, false, { -1, 10 }, 1000 }, 0,
		bursts);
	play(&rig, &(struct scene){ "vlan-pop-avx2", 2, false, false, { -1, 10 }, 1000 }, 1,
		bursts);
	play_walked(&rig, "rules-walked-avx2", bursts);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What groups and meters cost: bursts of prebuilt packets straight into the rules program, all flows kept in the cache.
 *
 *	build/tests/perf/perf_groups [core]
 *
 * And one meter alone, by one thread and by two, beside a bucket under a spin lock, which is what it could have been.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_spinlock.h>

#include <sw/err.h>
#include <sw/group.h>
#include <sw/groups.h>
#include <sw/meter.h>
#include <sw/meters.h>
#include <sw/worker.h>

#include "../../src/pipeline/exec/cache.h"
#include "../../src/pipeline/meter/meter.h"
#include "rig.h"
#include "swtest.h"

static struct rig rig;
static bool lost; /* packets are dropped */

static void must(int rc, const char *text, const struct sw_err *err)
{
	if (!rc)
		return;
	fprintf(stderr, "%s: %s\n", text, err->text);
	exit(1);
}

static void rule(const char *text)
{
	rig_rule(&rig, SW_RULE_ADD, text);
}

static void group(const char *text)
{
	rig_group(&rig, text);
}

static void meter(const char *text)
{
	struct sw_meter_conf conf = { 0 };
	struct sw_err err;

	must(sw_meter_parse(text, &conf, &err), text, &err);
	must(sw_meters_change(sw_bridge_meters(rig.bridge), SW_METER_ADD, &conf, &err), text, &err);
	sw_meter_fini(&conf);
}

static void fill(struct rte_mbuf *m, uint32_t f)
{
	rte_mbuf_refcnt_set(m, lost ? 2 : 1); /* the rig's packets are never freed */
	rig_flow(m, f);
}

static uint64_t one(uint32_t flows)
{
	struct rte_mbuf **pkts = &rig.pkt[rig.next % PACKETS];
	uint64_t start;

	rig.next += SW_BURST;
	for (unsigned i = 0; i < SW_BURST; i++)
		fill(pkts[i], swtest_rand(&rig.random) % flows);
	rig.w->now_tsc = start = rte_rdtsc_precise();
	rig_run(&rig, 0, pkts, SW_BURST);
	return rte_rdtsc_precise() - start;
}

static double measure(uint32_t flows)
{
	return rig_measure(one, flows);
}

static void show(const char *what, const char *actions)
{
	char text[200];

	snprintf(text, sizeof(text), "tcp,nw_dst=10.0.0.0/8,actions=%s", actions);
	rule(text);
	printf("%-46s %6.1f %6.1f %6.1f\n", what, measure(1), measure(1000), measure(100000));
	fflush(stdout);
}

static void run_programs(void)
{
	rig_enter(&rig, &(struct scene){ "groups", PORTS, false, false, { -1, -1 }, 10 });
	group("group_id=1,type=indirect,bucket=output:2");
	group("group_id=2,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3");
	group("group_id=3,type=select,bucket=output:2,bucket=output:3,bucket=output:4,bucket=output:5,"
	      "bucket=output:6,bucket=output:7,bucket=output:8,bucket=output:2");
	group("group_id=4,type=all,bucket=output:2,bucket=output:3");
	group("group_id=5,type=indirect,bucket=group:1");
	group("group_id=6,type=indirect,bucket=move:NXM_NX_REG0[]->NXM_NX_REG1[],output:2");
	meter("meter=1 kbps bands=type=drop rate=4000000000");
	meter("meter=2 pktps bands=type=drop rate=1");
	meter("meter=3 kbps bands=type=dscp_remark rate=4000000000 prec_level=1 type=drop rate=4200000000");
	printf("cycles a packet, with so many flows: %18s %6s %6s\n", "1", "1000", "100k");
	show("output", "output:2");
	show("set_field, output", "set_field:02:00:00:00:00:09->eth_dst,output:2");
	show("group indirect", "group:1");
	show("group in a group", "group:5");
	show("group ff", "group:2");
	show("group select, 8 buckets", "group:3");
	show("two outputs", "output:2,output:3");
	show("group all, 2 buckets", "group:4");
	show("group that is walked", "group:6");
	show("clone: a list of one op", "clone(output:2)");
	show("meter, one band", "meter:1,output:2");
	show("meter, two bands", "meter:3,output:2");
	lost = true;
	show("meter that drops all", "meter:2,output:2");
	lost = false;
	rig_leave(&rig);
}

/* --- one meter alone --- */

struct locked {
	rte_spinlock_t lock;
	uint64_t last, tokens, size, rate;
} __rte_cache_aligned;

static struct locked locked;
static struct sw_meter *alone;
static int go, running;

static bool locked_pass(uint64_t now, uint64_t cost)
{
	bool pass;

	rte_spinlock_lock(&locked.lock);
	if (now > locked.last) {
		locked.tokens += (now - locked.last) * locked.rate;
		if (locked.tokens > locked.size)
			locked.tokens = locked.size;
		locked.last = now;
	}
	pass = locked.tokens >= cost;
	if (pass)
		locked.tokens -= cost;
	rte_spinlock_unlock(&locked.lock);
	return pass;
}

struct job {
	unsigned id, burst;
	bool lock;
	double cycles; /* a burst */
};

static void *meter_job(void *arg)
{
	struct job *job = arg;
	struct rte_mbuf pkt = { .pkt_len = 60 }, *pkts[SW_BURST];
	struct sw_worker w = { .id = job->id };
	uint64_t start, rounds = 0, passed = 0;
	int8_t hit[SW_BURST];
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(job->id, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (unsigned i = 0; i < SW_BURST; i++)
		pkts[i] = &pkt;
	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE))
		;
	start = rte_rdtsc();
	while ((w.now_tsc = rte_rdtsc()) - start < rte_get_tsc_hz() / 4) {
		/* Four bursts a turn, as a worker with four busy queues has. */
		for (unsigned i = 0; i < 4; i++, rounds++)
			passed += job->lock ? locked_pass(w.now_tsc, locked.rate * job->burst)
					    : !meter_pass(alone, &w, pkts, job->burst, hit);
	}
	job->cycles = (double)(rte_rdtsc() - start) / rounds;
	return NULL;
}

static void run_alone(const char *what, const char *conf_text, bool lock)
{
	for (unsigned burst = 1; burst <= 32; burst += 31)
		for (unsigned threads = 1; threads <= 2; threads++) {
			pthread_t thread[2];
			struct job job[2] = { { 0, burst, lock, 0 }, { 1, burst, lock, 0 } };
			struct sw_meter_conf id = { .id = 9 };
			struct sw_err err;

			sw_meters_change(sw_bridge_meters(rig.bridge), SW_METER_DELETE, &id, &err);
			meter(conf_text);
			alone = meter_find(sw_bridge_meters(rig.bridge), 9);
			go = running = 0;
			for (unsigned i = 0; i < threads; i++)
				pthread_create(&thread[i], NULL, meter_job, &job[i]);
			while (__atomic_load_n(&running, __ATOMIC_SEQ_CST) < (int)threads)
				sched_yield();
			__atomic_store_n(&go, 1, __ATOMIC_RELEASE);
			for (unsigned i = 0; i < threads; i++)
				pthread_join(thread[i], NULL);
			printf("%-30s burst %2u, %u thread%s %7.1f cycles a burst\n", what, burst,
				threads, threads > 1 ? "s:" : ": ", job[0].cycles);
			fflush(stdout);
		}
}

int main(int argc, char **argv)
{
	rig_pin(argc, argv);
	rig_start(&rig);
	sw_worker_count_set(2);
	caches_create(1 << 21);
	run_programs();
	rig_enter(&rig, &(struct scene){ "meters", 2, false, false, { -1, -1 }, 10 });
	locked.rate = rte_get_tsc_hz();
	locked.size = UINT64_MAX / 4;
	locked.tokens = locked.size;
	run_alone(
		"leases, within the rate", "meter=9 pktps bands=type=drop rate=4000000000", false);
	run_alone("leases, 1000 packets/s", "meter=9 pktps bands=type=drop rate=1000", false);
	run_alone("leases, 10M packets/s", "meter=9 pktps bands=type=drop rate=10000000", false);
	run_alone("spin lock", "meter=9 pktps bands=type=drop rate=1", true);
	rig_leave(&rig);
	return 0;
}

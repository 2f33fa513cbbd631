/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters: every fault of the store; token buckets against exact arithmetic, with times and sizes at random; several threads
 * on one bucket.
 */
#include "swtest.h"

#include <pthread.h>
#include <stdbool.h>

#include <rte_cycles.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rcu.h>

#include "../../src/pipeline/meter/meters_ctl.h"

static struct sw_meters *meters;
static unsigned voids;

static void count_void(void *arg)
{
	voids++;
}

static int setup(void **state)
{
	sw_worker_count_set(4);
	meters = meters_create(NULL, count_void, NULL);
	voids = 0;
	return 0;
}

static int teardown(void **state)
{
	meters_destroy(meters);
	while (sw_rcu_poll())
		;
	return 0;
}

static enum sw_meter_fault change(enum sw_meter_verb verb, const char *text)
{
	struct sw_meter_conf conf = { 0 };
	struct sw_err err = { 0 };
	enum sw_meter_fault fault;

	if (verb == SW_METER_DELETE ? sw_meter_parse_id(text, &conf.id, &err)
				    : sw_meter_parse(text, &conf, &err))
		fail_msg("%s: %s", text, err.text);
	err.text[0] = 0;
	fault = sw_meters_change(meters, verb, &conf, &err);
	sw_meter_fini(&conf);
	assert_true(!fault == !err.text[0]);
	return fault;
}

static void fine(enum sw_meter_verb verb, const char *text)
{
	assert_int_equal(change(verb, text), SW_METER_FINE);
}

static void test_faults(void **state)
{
	struct sw_meter_conf conf = { .id = 5 };
	struct sw_err err;
	const struct sw_meter *m;

	fine(SW_METER_ADD, "meter=5 kbps bands=type=drop rate=1000");
	fine(SW_METER_ADD, "meter=controller pktps bands=type=drop rate=10");
	fine(SW_METER_ADD, "meter=1 pktps bands=type=drop rate=10");
	assert_int_equal(
		change(SW_METER_ADD, "meter=5 kbps bands=type=drop rate=7"), SW_METER_EXISTS);
	assert_int_equal(
		change(SW_METER_MODIFY, "meter=6 kbps bands=type=drop rate=7"), SW_METER_UNKNOWN);
	assert_int_equal(sw_meter_conf(sw_meters_find(meters, 5))->bands[0].rate, 1000);
	conf.n_bands = 1;
	conf.bands = &(struct sw_meter_band){ .type = SW_METER_DROP, .rate = 0 };
	assert_int_equal(sw_meters_change(meters, SW_METER_MODIFY, &conf, &err), SW_METER_INVALID);
	assert_int_equal(sw_meter_conf(sw_meters_find(meters, 5))->bands[0].rate, 1000);
	m = sw_meters_next(meters, -1);
	assert_int_equal(sw_meter_conf(m)->id, 1);
	m = sw_meters_next(meters, 5);
	assert_int_equal(sw_meter_conf(m)->id, SW_METER_CONTROLLER);
	assert_null(sw_meters_next(meters, SW_METER_CONTROLLER));
	fine(SW_METER_MODIFY, "meter=5 kbps bands=type=dscp_remark rate=1 prec_level=1");
	assert_int_equal(voids, 1);
	fine(SW_METER_DELETE, "meter=6");
	fine(SW_METER_DELETE, "meter=controller");
	assert_null(meter_at(meters->controllers, 0));
	fine(SW_METER_DELETE, "meter=all");
	assert_null(sw_meters_next(meters, -1));
}

static void test_limit(void **state)
{
	struct sw_meter_band band = { .type = SW_METER_DROP, .rate = 1 };
	struct sw_meter_conf conf = { .n_bands = 1, .bands = &band };
	struct sw_err err;

	for (conf.id = 1; conf.id <= SW_METERS_MAX; conf.id++)
		assert_int_equal(
			sw_meters_change(meters, SW_METER_ADD, &conf, &err), SW_METER_FINE);
	assert_int_equal(
		sw_meters_change(meters, SW_METER_ADD, &conf, &err), SW_METER_OUT_OF_METERS);
}

static void test_known(void **state)
{
	struct sw_instructions does = { .goto_table = -1, .meter = 3 };
	uint32_t missing = 0;

	assert_false(sw_meters_known(meters, &does, false, &missing));
	assert_int_equal(missing, 3);
	fine(SW_METER_ADD, "meter=3 pktps bands=type=drop rate=10");
	assert_true(sw_meters_known(meters, &does, false, &missing));
}

/* --- against exact arithmetic --- */

typedef unsigned __int128 big;

/* A bucket of real numbers: tokens in parts of 1/hz, or of 1/125 hz where bytes count. */
struct model {
	big tokens, size;
	uint64_t last, rate, hz;
	bool packets;
};

static big model_cost(const struct model *m, uint64_t len)
{
	return m->packets ? (big)125 * m->hz : (big)len * m->hz;
}

static bool model_pass(struct model *m, uint64_t now, uint64_t len)
{
	m->tokens += (big)125 * m->rate * (now - m->last);
	m->last = now;
	if (m->tokens > m->size)
		m->tokens = m->size;
	if (m->tokens < model_cost(m, len))
		return false;
	m->tokens -= model_cost(m, len);
	return true;
}

static struct model model_of(const struct sw_meter *m, big extra)
{
	const struct sw_meter_band *band = &m->conf.bands[0];
	struct model model = { .rate = band->rate, .hz = rte_get_tsc_hz(), .packets = m->packets };

	model.size = (big)125 * (band->burst ? band->burst : band->rate) * model.hz + 125 * extra;
	model.tokens = model.size;
	return model;
}

/*
 * A single worker's packets of one size, in bursts at random times: what passes is never less than the exact bucket lets
 * through, nor more than one larger by a lease.
 */
static void run_model(struct sw_meter *m, uint64_t *rng)
{
	struct model low = model_of(m, 0), high = model_of(m, m->band[0].lease);
	struct rte_mbuf pkt = { .pkt_len = 60 + swtest_rand(rng) % 1440 }, *pkts[SW_BURST];
	struct sw_worker w = { .id = swtest_rand(rng) % 4, .now_tsc = 1 };
	uint64_t least = 0, most = 0, passed = 0;
	double seconds = (m->packets ? 1 : pkt.pkt_len * 8e-3) / m->band[0].rate;

	for (unsigned i = 0; i < SW_BURST; i++)
		pkts[i] = &pkt;
	for (unsigned step = 0; step < 3000; step++) {
		unsigned n = 1 + swtest_rand(rng) % SW_BURST;
		int8_t hit[SW_BURST];
		bool any = meter_pass(m, &w, pkts, n, hit);

		for (unsigned i = 0; i < n; i++) {
			passed += !any || hit[i] < 0;
			least += model_pass(&low, w.now_tsc, pkt.pkt_len);
			most += model_pass(&high, w.now_tsc, pkt.pkt_len);
		}
		if (passed + 1 < least || passed > most + 1)
			fail_msg("step %u: %lu packets passed, expected %lu to %lu", step,
				(unsigned long)passed, (unsigned long)least, (unsigned long)most);
		if (swtest_rand(rng) % 4)
			w.now_tsc +=
				swtest_rand(rng) % (uint64_t)(40 * seconds * rte_get_tsc_hz() + 2);
	}
}

static void test_model(void **state)
{
	uint64_t rng = swtest_seed(9);

	for (unsigned round = 0; round < 200; round++) {
		struct sw_meter_band band = { .type = SW_METER_DROP };
		struct sw_meter_conf conf = { .id = round + 1, .n_bands = 1, .bands = &band };
		struct sw_err err;

		conf.packets = swtest_rand(&rng) % 2;
		conf.burst = swtest_rand(&rng) % 2;
		band.rate = 1 + (swtest_rand(&rng) >> (32 + swtest_rand(&rng) % 32));
		band.burst =
			conf.burst ? 1 + (swtest_rand(&rng) >> (40 + swtest_rand(&rng) % 20)) : 0;
		assert_int_equal(
			sw_meters_change(meters, SW_METER_ADD, &conf, &err), SW_METER_FINE);
		run_model(meter_find(meters, conf.id), &rng);
	}
}

/* --- several threads --- */

#define THREADS 3

struct job {
	struct sw_meter *m;
	unsigned id;
	uint64_t asked, passed, until;
};

static void *hammer(void *arg)
{
	struct job *job = arg;
	struct rte_mbuf pkt = { .pkt_len = 100 }, *pkts[4] = { &pkt, &pkt, &pkt, &pkt };
	struct sw_worker w = { .id = job->id };

	while ((w.now_tsc = rte_rdtsc()) < job->until || job->asked < 4000) {
		int8_t hit[4];
		bool any = meter_pass(job->m, &w, pkts, 4, hit);

		job->asked += 4;
		for (unsigned i = 0; i < 4; i++)
			job->passed += !any || hit[i] < 0;
	}
	return NULL;
}

/* For a tenth of a second or more; together no more than the bucket, what comes in, and what was leased. How much less
 * depends on the machine: a thread that does not run asks for nothing, but each asks for more than the bucket has. */
static void test_threads(void **state)
{
	pthread_t thread[THREADS];
	struct job job[THREADS] = { 0 };
	const unsigned leased = 1000 / METER_LEASE_PART + 1; /* at most, by each */
	uint64_t start, passed = 0, most, packets = 0;
	struct sw_meter_stats s;

	fine(SW_METER_ADD, "meter=1 pktps burst bands=type=drop rate=2000000 burst_size=1000");
	start = rte_rdtsc();
	for (unsigned i = 0; i < THREADS; i++) {
		job[i] = (struct job){ meter_find(meters, 1), i, 0, 0,
			start + rte_get_tsc_hz() / 10 };
		assert_int_equal(pthread_create(&thread[i], NULL, hammer, &job[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		passed += job[i].passed;
	}
	most = 1000 + 2000000.0 * (rte_rdtsc() - start) / rte_get_tsc_hz() + THREADS * leased;
	if (passed > most || passed < 1000 - THREADS * leased)
		fail_msg("%lu packets passed, expected up to %lu", (unsigned long)passed,
			(unsigned long)most);
	sw_meter_stats(sw_meters_find(meters, 1), &s);
	packets = s.packets - s.band[0].packets;
	assert_int_equal(packets, passed);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_faults),
		TEST(test_limit),
		TEST(test_known),
		TEST(test_model),
		TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, swtest_setup_eal, NULL);
}

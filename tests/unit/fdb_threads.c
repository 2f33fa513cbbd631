/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table under several writers at once: two workers learn, move and look up the same
 * stations in a table too small for them, the first ages it, control flushes, adds, deletes, walks and
 * copies it to tables of other sizes.
 * What must hold at any moment: a station is only ever found on ports it was seen on. What must hold
 * at the end: what is counted is what is there. Made for the thread sanitizer, too.
 */
#include "swtest.h"

#include <pthread.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/rcu.h>

#include "../../src/pipeline/fdb.h"
#include "../../src/pipeline/fdb_ctl.h"

#define STATIONS 400
#define SIZE	 300
#define KINDS	 8 /* station n is seen on ports n % KINDS and n % KINDS + KINDS only */
#define WORKERS	 2
#define COPIES	 50 /* their memory stays until the end */
#ifdef __SANITIZE_THREAD__
#define ROUNDS 100000
#else
#define ROUNDS 600000
#endif

static struct sw_fdb *fdb;
static struct sw_worker *worker[WORKERS];
static uint32_t running;
static unsigned copies;

static uint64_t key_of(unsigned n)
{
	return fdb_key(n % 3, (uint64_t)(n + 1) << 16);
}

static struct rte_ether_addr mac_of(unsigned n)
{
	uint64_t key = key_of(n);
	struct rte_ether_addr mac;

	memcpy(&mac, &key, 6);
	return mac;
}

static void look_and_learn(struct sw_worker *w, uint64_t r)
{
	struct fdb_table *t = fdb->table;
	unsigned n = (r >> 32) % STATIONS, other = (r >> 48) % STATIONS;
	uint16_t port = n % KINDS + (r & 1 ? KINDS : 0);
	uint32_t seen = fdb_find(t, fdb_first(t, fdb_hash(t, key_of(n))), key_of(n));
	uint32_t to = fdb_find(t, fdb_first(t, fdb_hash(t, key_of(other))), key_of(other));

	if (seen != FDB_MISS && (seen & FDB_PORT_MASK) % KINDS != n % KINDS)
		abort();
	if (to != FDB_MISS && (to & FDB_PORT_MASK) % KINDS != other % KINDS)
		abort();
	if (seen != fdb_fresh(t, port, w->now_s))
		fdb_learn(t, w, key_of(n), seen, port);
}

static void *work(void *arg)
{
	const struct sw_housekeep *ageing = sw_reg_find(&sw_reg_kind_housekeep, "fdb_age");
	struct sw_worker *w = arg;
	uint64_t random = 77 + w->id;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i % 64 == 0)
			w->now_s = sw_clock_s();
		look_and_learn(w, swtest_rand(&random));
		if (w->id == 0 && i % 512 == 0)
			ageing->slice(w);
	}
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void walk(struct sw_fdb *of)
{
	struct sw_fdb_entry e[64];
	uint64_t cursor = 0;

	do {
		unsigned n = sw_fdb_walk(of, &cursor, e, 64);

		while (n--) {
			unsigned station =
				(e[n].mac.addr_bytes[2] | e[n].mac.addr_bytes[3] << 8) - 1;

			assert_true(station < STATIONS);
			assert_int_equal(e[n].port % KINDS, station % KINDS);
			assert_int_equal(e[n].vid, station % 3);
		}
	} while (cursor);
}

/* As the table is copied it changes; the copy is for control alone. */
static void copy(uint64_t r)
{
	struct sw_fdb other = *fdb;
	struct fdb_table *old;
	struct sw_err err;

	assert_int_equal(fdb_resize(&other, SIZE + 1 + (r >> 8) % SIZE, &old, &err), 0);
	walk(&other);
	fdb_retire(other.table);
}

static void control(uint64_t r)
{
	unsigned n = (r >> 32) % STATIONS;
	struct rte_ether_addr mac = mac_of(n);
	struct sw_err err;

	switch (r % 8) {
	case 0:
		sw_fdb_flush_port(fdb, (r >> 8) % (2 * KINDS));
		break;
	case 1:
		sw_fdb_flush_vlan(fdb, (r >> 8) % 3);
		break;
	case 2:
		sw_fdb_add_static(fdb, n % 3, &mac, n % KINDS, &err);
		break;
	case 3:
	case 4:
		sw_fdb_del(fdb, n % 3, &mac, &err);
		break;
	case 5:
		fdb_set_limit(fdb, (r >> 8) % (2 * KINDS), (r >> 16) % 60);
		break;
	case 6:
		sw_clock_warp((r >> 8) % 20000);
		break;
	default:
		walk(fdb);
		if (copies++ < COPIES)
			copy(r);
	}
}

static unsigned counted(void)
{
	struct sw_fdb_entry e[64];
	uint64_t cursor = 0;
	unsigned n = 0;

	do
		n += sw_fdb_walk(fdb, &cursor, e, 64);
	while (cursor);
	return n;
}

static void test_threads(void **state)
{
	uint64_t random = swtest_seed(4711);
	pthread_t thread[WORKERS];
	struct sw_fdb_stats s;
	unsigned held = 0;

	running = WORKERS;
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, worker[i]), 0);
	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE))
		control(swtest_rand(&random));
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(thread[i], NULL);
	walk(fdb);
	fdb_set_ageing(fdb, 3600); /* the walk hides what is over age and not yet swept */
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		held += (uint32_t)fdb->table->holds[i];
	sw_fdb_stats(fdb, &s);
	assert_int_equal(held + s.statics, s.current);
	assert_int_equal(counted(), s.current);
	assert_true(s.current <= SIZE);
	assert_true(s.learned > 0); /* how often the rest happens depends on who runs when */
	sw_fdb_flush(fdb);
	sw_fdb_stats(fdb, &s);
	assert_int_equal(s.current, s.statics);
	assert_int_equal(counted(), s.statics);
}

static int setup(void **state)
{
	struct sw_err err;

	swtest_eal();
	sw_clock_stop();
	fdb = fdb_create("threads", SIZE, 300, &err);
	for (unsigned i = 0; i < WORKERS; i++) {
		if (posix_memalign((void **)&worker[i], 64, sizeof(*worker[i])))
			return -1;
		memset(worker[i], 0, sizeof(*worker[i]));
		worker[i]->id = i;
		worker[i]->now_s = sw_clock_s();
	}
	return fdb ? 0 : -1;
}

static int teardown(void **state)
{
	fdb_destroy(fdb);
	sw_rcu_poll();
	for (unsigned i = 0; i < WORKERS; i++)
		free(worker[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

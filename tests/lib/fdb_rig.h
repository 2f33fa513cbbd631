/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared by the tests of the station table: a worker, a warped clock, and the steps of the L2 program on
 * one key.
 */
#ifndef FDB_RIG_H
#define FDB_RIG_H

#include "swtest.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/rcu.h>

#include "../../src/pipeline/fdb.h"
#include "../../src/pipeline/fdb_ctl.h"

#define AGEING 300

static struct sw_worker *w;
static const struct sw_housekeep *ageing;

static inline int setup(void **state)
{
	swtest_eal();
	sw_clock_stop();
	if (!w && posix_memalign((void **)&w, 64, sizeof(*w)))
		return -1;
	memset(w, 0, sizeof(*w));
	w->now_s = sw_clock_s();
	ageing = sw_reg_find(&sw_reg_kind_housekeep, "fdb_age");
	return 0;
}

static inline struct sw_fdb *make(uint32_t max)
{
	struct sw_err err = { 0 };
	struct sw_fdb *fdb = fdb_create("test", max, AGEING, &err);

	assert_non_null(fdb);
	return fdb;
}

static inline void drop(struct sw_fdb *fdb)
{
	fdb_destroy(fdb);
	assert_int_equal(sw_rcu_poll(), 0);
}

static inline uint64_t key_of(unsigned n)
{
	return fdb_key(n % 5 * 100, 0x020000000000ull | (uint64_t)n << 8);
}

static inline struct rte_ether_addr mac_of(unsigned n)
{
	uint64_t key = key_of(n);
	struct rte_ether_addr mac;

	memcpy(&mac, &key, 6);
	return mac;
}

static inline uint16_t vid_of(unsigned n)
{
	return n % 5 * 100;
}

static inline uint32_t look(struct sw_fdb *fdb, uint64_t key)
{
	struct fdb_table *t = fdb->table;
	uint32_t val = fdb_find(t, fdb_first(t, fdb_hash(t, key)), key);

	return val == FDB_MISS || fdb_alive(t, val) ? val : FDB_MISS;
}

/* As the L2 program does it. */
static inline bool learn(struct sw_fdb *fdb, uint64_t key, uint16_t port)
{
	struct fdb_table *t = fdb->table;
	uint32_t seen = fdb_find(t, fdb_first(t, fdb_hash(t, key)), key);

	return seen == fdb_fresh(t, port, w->now_s) || fdb_learn(t, w, key, seen, port);
}

/* Slices until the table was gone through once from its start. */
static inline void sweep(struct sw_fdb *fdb)
{
	uint32_t passes = fdb->table->passes;

	w->now_s = sw_clock_s();
	while (fdb->table->passes < passes + 2)
		ageing->slice(w);
}

static inline void warp(struct sw_fdb *fdb, uint32_t seconds)
{
	sw_clock_warp(seconds * 1000ull);
	sweep(fdb);
}

static inline unsigned walk_count(struct sw_fdb *fdb)
{
	struct sw_fdb_entry e[256];
	uint64_t cursor = 0;
	unsigned n = 0;

	do
		n += sw_fdb_walk(fdb, &cursor, e, 256);
	while (cursor);
	return n;
}

static inline uint32_t current(struct sw_fdb *fdb)
{
	struct sw_fdb_stats stats;

	sw_fdb_stats(fdb, &stats);
	return stats.current;
}

#endif

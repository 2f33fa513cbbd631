/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table where a model cannot say what is right or would be too slow: counters, refusals, full
 * tables and their fairness, a million stations, generations and ages that wrap, other sizes, the
 * spread of the hash. fdb_model.c has the rest.
 */
#include "fdb_rig.h"

#include <errno.h>

static void test_counts(void **state)
{
	struct sw_fdb *fdb = make(1000);
	struct sw_fdb_stats s;
	struct rte_ether_addr mac = mac_of(5);
	struct sw_err err;

	for (unsigned i = 0; i < 10; i++)
		assert_true(learn(fdb, key_of(i), 1));
	assert_true(learn(fdb, key_of(0), 2));
	fdb_set_limit(fdb, 3, 1);
	assert_true(learn(fdb, key_of(20), 3));
	assert_false(learn(fdb, key_of(21), 3));
	assert_false(learn(fdb, key_of(0), 3)); /* a move is refused too, the station stays */
	assert_int_equal(look(fdb, key_of(0)) & FDB_PORT_MASK, 2);
	assert_int_equal(sw_fdb_add_static(fdb, vid_of(5), &mac, 9, &err), 0);
	assert_true(learn(fdb, key_of(5), 1)); /* static ones do not move */
	assert_int_equal(look(fdb, key_of(5)) & FDB_PORT_MASK, 9);
	warp(fdb, AGEING + 1);
	sw_fdb_stats(fdb, &s);
	assert_int_equal(s.max, 1000);
	assert_int_equal(s.current, 1);
	assert_int_equal(s.statics, 1);
	assert_int_equal(s.learned, 11);
	assert_int_equal(s.moved, 1);
	assert_int_equal(s.refused_limit, 2);
	assert_int_equal(s.expired, 10);
	sw_fdb_stats_clear(fdb);
	sw_fdb_stats(fdb, &s);
	assert_int_equal(s.learned + s.moved + s.refused_limit + s.expired, 0);
	assert_int_equal(s.current, 1);
	drop(fdb);
}

static void test_refuses_control(void **state)
{
	struct sw_fdb *fdb = make(10);
	struct rte_ether_addr group = { { 1, 0, 0, 0, 0, 1 } }, mac = mac_of(1);
	struct sw_err err = { 0 };

	assert_int_equal(sw_fdb_add_static(fdb, 1, &group, 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "01:00:00:00:00:01"));
	assert_int_equal(sw_fdb_add_static(fdb, 4096, &mac, 1, &err), -EINVAL);
	assert_string_equal(err.allowed, "0 to 4095");
	assert_int_equal(sw_fdb_del(fdb, 7, &mac, &err), -ENOENT);
	assert_non_null(strstr(err.text, "VLAN 7"));
	for (unsigned i = 0; i < 10; i++) {
		mac = mac_of(i);
		assert_int_equal(sw_fdb_add_static(fdb, vid_of(i), &mac, 1, &err), 0);
	}
	mac = mac_of(10);
	assert_int_equal(sw_fdb_add_static(fdb, vid_of(10), &mac, 1, &err), -ENOSPC);
	mac = mac_of(3); /* a change of port needs no room */
	assert_int_equal(sw_fdb_add_static(fdb, vid_of(3), &mac, 2, &err), 0);
	assert_int_equal(look(fdb, key_of(3)) & FDB_PORT_MASK, 2);
	assert_int_equal(current(fdb), 10);
	assert_false(learn(fdb, key_of(11), 1));
	drop(fdb);
}

/* One port fills the table; the others still find room, up to an equal share; it gets no more. */
static void fairness(uint32_t max)
{
	struct sw_fdb *fdb = make(max);
	struct sw_fdb_stats s;
	unsigned share[3] = { 0 };

	for (unsigned i = 0; i < max; i++)
		assert_true(learn(fdb, key_of(i), 0));
	assert_false(learn(fdb, key_of(max), 0));
	for (unsigned i = 0; i < 20 * max; i++) {
		learn(fdb, fdb_key(1, 0x03000000ull + 977 * i), 1);
		learn(fdb, fdb_key(1, 0x04000000ull + 977 * i), 2);
		assert_true(current(fdb) <= max);
	}
	for (unsigned i = 0; i < 3; i++)
		share[i] = (uint32_t)fdb->table->holds[i];
	assert_int_equal(share[0] + share[1] + share[2], max);
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(share[i], max / 3 - 1 - max / 16, max / 3 + 2 + max / 16);
	sw_fdb_stats(fdb, &s);
	assert_true(s.evicted >= share[1] + share[2]);
	assert_true(s.refused_full > 0);
	assert_int_equal(walk_count(fdb), max);
	drop(fdb);
}

static void test_full(void **state)
{
	fairness(10);
	fairness(64);
	fairness(1000);
	fairness(8192);
}

/* A static entry takes the place of a learned one wherever there is one. */
static void test_static_in_full_table(void **state)
{
	struct sw_fdb *fdb = make(1000);
	struct sw_err err;

	for (unsigned i = 0; i < 1000; i++)
		assert_true(learn(fdb, key_of(i), i % 3));
	for (unsigned i = 5000; i < 6000; i++) {
		struct rte_ether_addr mac = mac_of(i);

		assert_int_equal(sw_fdb_add_static(fdb, vid_of(i), &mac, 4, &err), 0);
	}
	for (unsigned i = 5000; i < 6000; i++)
		assert_int_equal(look(fdb, key_of(i)) & FDB_PORT_MASK, 4);
	assert_int_equal(walk_count(fdb), 1000);
	assert_int_equal(current(fdb), 1000);
	drop(fdb);
}

/* As large as it gets, every station found; forgetting a port is one step, its slots are used again. */
static void test_million(void **state)
{
	struct sw_fdb *fdb = make(1000000);
	struct sw_fdb_stats s;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 1000000; i++)
			assert_true(learn(
				fdb, fdb_key(i % 4095, 0x0200ull | (uint64_t)i << 16), i % 5));
		assert_int_equal(current(fdb), 1000000);
		for (unsigned i = 0; i < 1000000; i++) {
			uint32_t val = look(fdb, fdb_key(i % 4095, 0x0200ull | (uint64_t)i << 16));

			assert_true(val != FDB_MISS && (val & FDB_PORT_MASK) == i % 5);
		}
		assert_false(learn(fdb, fdb_key(0, 0xee00), 0));
		sw_fdb_flush_port(fdb, 3);
		assert_int_equal(current(fdb), 800000);
		assert_int_equal(look(fdb, fdb_key(3, 0x0200ull | 3 << 16)), FDB_MISS);
		sw_fdb_flush(fdb);
		assert_int_equal(current(fdb), 0);
	}
	sw_fdb_stats(fdb, &s);
	assert_int_equal(s.learned, 2000000);
	assert_int_equal(s.evicted + s.expired + s.refused_full, 2);
	assert_int_equal(walk_count(fdb), 0);
	drop(fdb);
}

/* More flushes than generations, with and without sweeps in between: nothing comes back. */
static void test_generation_wraps(void **state)
{
	struct sw_fdb *fdb = make(1000);

	assert_true(learn(fdb, key_of(999), 2));
	for (unsigned i = 0; i < 1500; i++) {
		assert_true(learn(fdb, key_of(i % 700), 1));
		assert_int_equal(current(fdb), 2);
		sw_fdb_flush_port(fdb, 1);
		assert_int_equal(current(fdb), 1);
		assert_int_equal(look(fdb, key_of(i % 700)), FDB_MISS);
		assert_int_equal(look(fdb, key_of((i + 350) % 700)), FDB_MISS);
		assert_int_equal(walk_count(fdb), 1);
		if (i > 1000 && i % 100 == 0)
			sweep(fdb);
	}
	assert_int_equal(look(fdb, key_of(999)) & FDB_PORT_MASK, 2);
	drop(fdb);
}

static void test_ageing(void **state)
{
	struct sw_fdb *fdb = make(100);

	learn(fdb, key_of(1), 1);
	learn(fdb, key_of(2), 1);
	warp(fdb, AGEING);
	assert_true(look(fdb, key_of(1)) != FDB_MISS);
	learn(fdb, key_of(2), 1);
	warp(fdb, 1);
	assert_int_equal(look(fdb, key_of(1)), FDB_MISS);
	assert_true(look(fdb, key_of(2)) != FDB_MISS);
	fdb_set_ageing(fdb, 3600); /* what is there lives by the new time */
	warp(fdb, 3599);
	assert_true(look(fdb, key_of(2)) != FDB_MISS);
	warp(fdb, 1);
	assert_int_equal(look(fdb, key_of(2)), FDB_MISS);
	drop(fdb);
}

/* Second of last use wraps at 8192; a worker may stand still for longer than that. */
static void test_age_wraps(void **state)
{
	struct sw_fdb *fdb = make(100);
	struct rte_ether_addr mac = mac_of(7);
	struct sw_err err;

	assert_int_equal(sw_fdb_add_static(fdb, vid_of(7), &mac, 3, &err), 0);
	for (unsigned i = 0; i < 10; i++) {
		learn(fdb, key_of(1), 1);
		warp(fdb, i ? 8192 * i - 5 : 8100);
		assert_int_equal(look(fdb, key_of(1)), FDB_MISS);
		assert_int_equal(current(fdb), 1);
	}
	for (unsigned i = 0; i < 60; i++) { /* refreshed over several wraps */
		learn(fdb, key_of(1), 1);
		warp(fdb, 299);
		assert_true(look(fdb, key_of(1)) != FDB_MISS);
	}
	assert_int_equal(look(fdb, key_of(7)), FDB_STATIC | 3);
	drop(fdb);
}

/* Another worker's clock may be a little ahead of the sweeper's. */
static void test_clock_ahead(void **state)
{
	struct sw_fdb *fdb = make(100);

	w->now_s = sw_clock_s() + 5;
	learn(fdb, key_of(1), 1);
	sweep(fdb);
	assert_true(look(fdb, key_of(1)) != FDB_MISS);
	assert_int_equal(fdb_age(look(fdb, key_of(1)), w->now_s), 0);
	drop(fdb);
}

/* Nor does a sweeper whose clock is a moment behind the table's take all for too old. */
static void test_clock_behind(void **state)
{
	struct sw_fdb *fdb;

	sw_clock_warp(1000);
	fdb = make(100);
	w->now_s = sw_clock_s() - 1;
	learn(fdb, key_of(1), 1);
	for (unsigned i = 0; i < 4; i++)
		ageing->slice(w);
	assert_true(look(fdb, key_of(1)) != FDB_MISS);
	drop(fdb);
}

static void test_resize(void **state)
{
	struct sw_fdb *fdb = make(1000);
	struct rte_ether_addr mac = mac_of(2000);
	struct fdb_table *old;
	struct sw_err err = { 0 };
	uint64_t age;

	for (unsigned i = 0; i < 1000; i++)
		learn(fdb, key_of(i), i % 4);
	assert_int_equal(sw_fdb_add_static(fdb, vid_of(2000), &mac, 6, &err), 0);
	warp(fdb, 100);
	assert_int_equal(fdb_resize(fdb, 5000, &old, &err), 0);
	fdb_retire(old);
	assert_int_equal(walk_count(fdb), 1000);
	for (unsigned i = 0, found = 0; i < 1000; i++) {
		uint32_t val = look(fdb, key_of(i));

		found += val != FDB_MISS;
		age = val == FDB_MISS ? 100 : fdb_age(val, sw_clock_s());
		assert_int_equal(age, 100);
		assert_true(i < 999 || found == 999);
	}
	assert_int_equal(look(fdb, key_of(2000)), FDB_STATIC | 6);
	assert_int_equal(fdb_resize(fdb, 50, &old, &err), 0);
	fdb_retire(old);
	assert_int_equal(current(fdb), 50);
	assert_int_equal(look(fdb, key_of(2000)), FDB_STATIC | 6);
	assert_int_equal(fdb_resize(fdb, 50, &old, &err), 0);
	assert_null(old);
	for (unsigned i = 0; i < 20; i++) {
		mac = mac_of(3000 + i);
		assert_int_equal(sw_fdb_add_static(fdb, vid_of(3000 + i), &mac, 6, &err), 0);
	}
	assert_int_equal(fdb_resize(fdb, 20, &old, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "21 static"));
	assert_int_equal(current(fdb), 50);
	drop(fdb);
}

/* A table that was made ready has what was there then; a flush in between counts, and another size does not. */
static void test_prepared(void **state)
{
	struct sw_fdb *fdb = make(1000);
	struct rte_ether_addr mac = mac_of(2000);
	struct fdb_table *old, *ready;
	struct sw_err err = { 0 };

	for (unsigned i = 0; i < 100; i++)
		learn(fdb, key_of(i), i % 4);
	assert_int_equal(sw_fdb_add_static(fdb, vid_of(2000), &mac, 6, &err), 0);
	fdb_prepare_begin(fdb);
	fdb_prepare_fill(fdb, 5000);
	ready = fdb->ready;
	learn(fdb, key_of(500), 1); /* is learned again when it sends again */
	fdb_set_limit(fdb, 2, 7);
	fdb_set_ageing(fdb, AGEING + 1);
	assert_int_equal(fdb_resize(fdb, 5000, &old, &err), 0);
	fdb_retire(old);
	assert_ptr_equal(fdb->table, ready);
	assert_int_equal(current(fdb), 101);
	assert_int_equal(look(fdb, key_of(500)), FDB_MISS);
	assert_int_equal(fdb->table->limit[2], 7);
	assert_int_equal(fdb->table->ageing, AGEING + 1);
	assert_int_equal(look(fdb, key_of(2000)), FDB_STATIC | 6);

	fdb_prepare_begin(fdb);
	sw_fdb_flush_port(fdb, 1);
	fdb_prepare_fill(fdb, 8000);
	assert_int_equal(fdb_resize(fdb, 8000, &old, &err), 0);
	fdb_retire(old);
	assert_int_equal(current(fdb), 1); /* all that was learned, since some had to go */
	assert_int_equal(look(fdb, key_of(2000)), FDB_STATIC | 6);

	learn(fdb, key_of(1), 1);
	fdb_prepare_begin(fdb);
	fdb_prepare_fill(fdb, 9000);
	assert_int_equal(fdb_resize(fdb, 100, &old, &err), 0);
	fdb_retire(old);
	assert_null(fdb->ready);
	assert_int_equal(current(fdb), 2);
	fdb_prepare_begin(fdb);
	fdb_prepare_fill(fdb, 9000); /* and goes with the bridge */
	drop(fdb);
}

/* Addresses that differ only in their last bytes, or only in the VLAN, spread as random ones would. */
static void test_spread(void **state)
{
	struct sw_fdb *fdb = make(100000);
	struct fdb_table *t = fdb->table;

	for (unsigned kind = 0; kind < 4; kind++) {
		uint8_t *load = calloc(t->mask + 1, 1);
		unsigned over = 0;

		for (unsigned i = 0; i < 100000; i++) {
			uint64_t n = __builtin_bswap64((uint64_t)i) >> 16; /* last byte highest */
			uint64_t key = kind == 0   ? fdb_key(1, n)
				       : kind == 1 ? fdb_key(i % 4096, (uint64_t)(i / 4096) << 40)
				       : kind == 2 ? fdb_key(1, (uint64_t)i * 256)
						   : fdb_key(i / 25, i % 25);

			over += load[fdb_first(t, fdb_hash(t, key)) - t->buckets]++ >= FDB_WAYS;
		}
		free(load);
		/* 100000 in 65536 buckets of five: 0.35 % overflow when they fall at random. */
		assert_in_range(over, 0, 1000);
	}
	drop(fdb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_counts, setup),
		cmocka_unit_test_setup(test_refuses_control, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_static_in_full_table, setup),
		cmocka_unit_test_setup(test_million, setup),
		cmocka_unit_test_setup(test_generation_wraps, setup),
		cmocka_unit_test_setup(test_ageing, setup),
		cmocka_unit_test_setup(test_age_wraps, setup),
		cmocka_unit_test_setup(test_clock_ahead, setup),
		cmocka_unit_test_setup(test_clock_behind, setup),
		cmocka_unit_test_setup(test_resize, setup),
		cmocka_unit_test_setup(test_prepared, setup),
		cmocka_unit_test_setup(test_spread, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

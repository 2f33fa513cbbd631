/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table against a naive model (an array that is searched), by seeded random operations:
 * learning, moves, limits, static entries, deletes, every kind of flush, and time.
 */
#include "fdb_rig.h"

#include <errno.h>

#define UNIVERSE    3000 /* different stations */
#define MODEL_PORTS 7

struct station {
	bool present, is_static;
	uint16_t port;
	uint32_t seen_s;
};

static struct station model[UNIVERSE];
static uint32_t model_limit[MODEL_PORTS];

static unsigned model_count(int port, bool statics)
{
	unsigned n = 0;

	for (unsigned i = 0; i < UNIVERSE; i++)
		n += model[i].present && (port < 0 || model[i].port == port) &&
		     (statics || !model[i].is_static);
	return n;
}

static void model_learn(unsigned n, uint16_t port)
{
	struct station *s = &model[n];

	if (s->present && s->is_static)
		return;
	if ((!s->present || s->port != port) && model_limit[port] &&
		model_count(port, false) >= model_limit[port])
		return;
	*s = (struct station){ .present = true, .port = port, .seen_s = w->now_s };
}

static void model_forget(int port, int vid)
{
	for (unsigned i = 0; i < UNIVERSE; i++)
		if (!model[i].is_static && (port < 0 || model[i].port == port) &&
			(vid < 0 || vid_of(i) == vid))
			model[i].present = false;
}

static void model_age(void)
{
	for (unsigned i = 0; i < UNIVERSE; i++)
		if (!model[i].is_static && w->now_s - model[i].seen_s > AGEING)
			model[i].present = false;
}

static void check_against_model(struct sw_fdb *fdb)
{
	struct sw_fdb_entry e[64];
	uint64_t cursor = 0;
	unsigned walked = 0, present = model_count(-1, true);

	for (unsigned i = 0; i < UNIVERSE; i++) {
		uint32_t val = look(fdb, key_of(i));

		assert_int_equal(val != FDB_MISS, model[i].present);
		if (!model[i].present)
			continue;
		assert_int_equal(val & FDB_PORT_MASK, model[i].port);
		assert_int_equal(!!(val & FDB_STATIC), model[i].is_static);
		if (!model[i].is_static)
			assert_int_equal(fdb_age(val, w->now_s), w->now_s - model[i].seen_s);
	}
	do {
		unsigned n = sw_fdb_walk(fdb, &cursor, e, 64);

		walked += n;
		while (n--) {
			unsigned i = e[n].mac.addr_bytes[1] | e[n].mac.addr_bytes[2] << 8;

			assert_true(i < UNIVERSE && model[i].present);
			assert_int_equal(e[n].vid, vid_of(i));
			assert_int_equal(e[n].port, model[i].port);
		}
	} while (cursor);
	assert_int_equal(walked, present);
	assert_int_equal(current(fdb), present);
}

static void random_control(struct sw_fdb *fdb, uint64_t r, unsigned n, uint16_t port)
{
	struct rte_ether_addr mac = mac_of(n);
	struct sw_err err;

	switch (r % 8) {
	case 0:
		assert_int_equal(sw_fdb_add_static(fdb, vid_of(n), &mac, port, &err), 0);
		model[n] = (struct station){ .present = true, .is_static = true, .port = port };
		break;
	case 1:
	case 2:
		assert_int_equal(
			sw_fdb_del(fdb, vid_of(n), &mac, &err), model[n].present ? 0 : -ENOENT);
		model[n] = (struct station){ 0 };
		break;
	case 3:
		sw_fdb_flush_port(fdb, port);
		model_forget(port, -1);
		break;
	case 4:
		sw_fdb_flush_vlan(fdb, vid_of(n));
		model_forget(-1, vid_of(n));
		break;
	case 5:
		model_limit[port] = r >> 8 & 1 ? model_count(port, false) + (r >> 9) % 40 : 0;
		fdb_set_limit(fdb, port, model_limit[port]);
		break;
	case 6:
		if (r >> 8 & 1)
			break;
		sw_fdb_flush(fdb);
		model_forget(-1, -1);
		break;
	default:
		warp(fdb, (r >> 8) % 200);
		model_age();
	}
}

/* UNIVERSE stations fit in 3000 slots of the limit, so nothing is refused for room. */
static void test_model(void **state)
{
	uint64_t seed = swtest_seed(20261122);
	struct sw_fdb *fdb = make(UNIVERSE);

	memset(model, 0, sizeof(model));
	memset(model_limit, 0, sizeof(model_limit));
	for (unsigned op = 0; op < 200000; op++) {
		uint64_t r = swtest_rand(&seed);
		unsigned n = (r >> 40) % UNIVERSE;
		uint16_t port = (r >> 32) % MODEL_PORTS;

		if (r % 500) {
			learn(fdb, key_of(n), port);
			model_learn(n, port);
		} else {
			random_control(fdb, r / 500, n, port);
		}
		if (op % 1000 == 0)
			check_against_model(fdb);
	}
	check_against_model(fdb);
	drop(fdb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_model, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

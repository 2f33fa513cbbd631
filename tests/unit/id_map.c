/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects by ids: against an array, and read by a thread while it changes.
 */
#include "swtest.h"

#include <pthread.h>
#include <stdbool.h>

#include <sw/rcu.h>

#include "../../src/pipeline/id_map.h"

#define IDS 300

struct thing {
	uint32_t id;
	unsigned made;
};

static struct thing *there[IDS], *gone[IDS]; /* gone: it left and is in the map as such */
static uint32_t id_of[IDS];
static uint64_t rng;

static struct thing *make(uint32_t id)
{
	struct thing *t = calloc(1, sizeof(*t));

	t->id = id;
	return t;
}

/* Some ids are neighbours, some are anywhere, the first and last of all are among them. */
static void choose_ids(void)
{
	for (unsigned i = 0; i < IDS; i++)
		id_of[i] = i < 100   ? i
			   : i < 200 ? UINT32_MAX - 300 + i
				     : (uint32_t)swtest_rand(&rng) | 1u << 20;
	id_of[100] = UINT32_MAX;
}

static void check_all(const struct id_map *map)
{
	int64_t id = -1;
	unsigned n = 0;
	struct thing *t;

	for (unsigned i = 0; i < IDS; i++) {
		assert_ptr_equal(id_map_find(map, id_of[i]), there[i]);
		assert_ptr_equal(id_map_find_left(map, id_of[i]), there[i] ? there[i] : gone[i]);
		n += there[i] != NULL;
	}
	assert_int_equal(map->n, n);
	for (; (t = id_map_next(map, id)); id = t->id, n--)
		assert_true(t->id > id);
	assert_int_equal(n, 0);
}

static void forget(unsigned i)
{
	free(there[i]);
	free(gone[i]);
	there[i] = gone[i] = NULL;
}

static void model_set(struct id_map *map, unsigned i)
{
	forget(i);
	there[i] = make(id_of[i]);
	id_map_set(map, id_of[i], there[i]);
}

static void model_leave(struct id_map *map, unsigned i)
{
	id_map_leave(map, id_of[i]);
	if (!there[i])
		return;
	gone[i] = there[i];
	there[i] = NULL;
}

/* What is there, or what left; but not that in the name of something else. */
static void model_remove(struct id_map *map, unsigned i)
{
	static const struct thing other;

	id_map_remove_left(map, id_of[i], &other);
	id_map_remove_left(map, id_of[i], gone[i] ? gone[i] : there[i]);
	id_map_remove(map, id_of[i]);
	forget(i);
}

static void test_model(void **state)
{
	struct id_map map;

	rng = swtest_seed(3);
	choose_ids();
	id_map_init(&map, true);
	for (unsigned step = 0; step < 60000; step++) {
		unsigned i = swtest_rand(&rng) % IDS;
		bool add = swtest_rand(&rng) % (step % 8000 < 4000 ? 4 : 2);

		if (add)
			model_set(&map, i);
		else if (swtest_rand(&rng) % 2)
			model_leave(&map, i);
		else
			model_remove(&map, i);
		if (step % 97 == 0)
			check_all(&map);
		sw_rcu_poll();
	}
	check_all(&map);
	for (unsigned i = 0; i < IDS; i++)
		forget(i);
	while (sw_rcu_poll())
		;
	id_map_fini(&map);
}

/* --- a reader beside the writer --- */

static struct id_map shared;
static int stop;
static uint64_t found, wrong;

/* Even ids are always there. */
static void *read_it(void *arg)
{
	uint64_t seed = 5;

	sw_rcu_online(0);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint32_t id = swtest_rand(&seed) % 256;
		const struct thing *t = id_map_find(&shared, id);

		wrong += t ? t->id != id : id % 2 == 0;
		found += t != NULL;
		sw_rcu_quiescent(0);
	}
	sw_rcu_offline(0);
	return NULL;
}

static void replace(uint32_t id, struct thing *t)
{
	struct thing *old = id_map_find(&shared, id);

	if (t)
		id_map_set(&shared, id, t);
	else
		id_map_remove(&shared, id);
	if (old)
		sw_rcu_defer(free, old);
}

static void test_threads(void **state)
{
	pthread_t reader;

	rng = swtest_seed(4);
	id_map_init(&shared, false);
	for (uint32_t id = 0; id < 256; id += 2)
		replace(id, make(id));
	assert_int_equal(pthread_create(&reader, NULL, read_it, NULL), 0);
	for (unsigned step = 0; step < 200000; step++) {
		uint32_t id = swtest_rand(&rng) % 4096;

		if (id >= 256)
			id |= 1;
		replace(id, id % 2 && swtest_rand(&rng) % 2 ? NULL : make(id));
		sw_rcu_poll();
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(reader, NULL);
	assert_int_equal(wrong, 0);
	assert_true(found > 100);
	for (uint32_t id = 0; id < 4096; id++)
		replace(id, NULL);
	while (sw_rcu_poll())
		;
	id_map_fini(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, swtest_setup_eal, NULL);
}

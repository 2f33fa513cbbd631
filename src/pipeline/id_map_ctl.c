/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changing a map of ids while workers look into it.
 *
 * Control thread only.
 */
#include "id_map.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_random.h>

#include <sw/ids.h>
#include <sw/mem.h>

#define SLOTS_MIN 16

#define GONE ((void *)ID_MAP_LEFT)

static struct id_table *table_create(uint64_t slots)
{
	struct id_table *t = sw_xcalloc(1, sizeof(*t) + slots * sizeof(t->slot[0]));

	t->mask = slots - 1;
	t->secret = rte_rand() | 1;
	return t;
}

void id_map_init(struct id_map *map, bool sorted)
{
	memset(map, 0, sizeof(*map));
	map->table = table_create(SLOTS_MIN);
	map->sorted = sorted;
}

void id_map_fini(struct id_map *map)
{
	free(map->table);
	free(map->ids);
}

/* The slot of the id, or the free one where it would be. */
static struct id_slot *slot_of(struct id_table *t, uint32_t id)
{
	uint64_t i = id_map_hash(t, id);

	while (t->slot[i & t->mask].object && t->slot[i & t->mask].id != id)
		i++;
	return &t->slot[i & t->mask];
}

/* Where the id is among the sorted ones, or would be. */
static unsigned place_of(const struct id_map *map, uint32_t id)
{
	return sw_ids_place(map->ids, map->n, sizeof(map->ids[0]), id);
}

static bool is_kept(const struct id_slot *s)
{
	return s->object && s->object != GONE;
}

/* Four slots for each that is there or left: only then is it made anew again when as many have come or gone. */
static void rebuild(struct id_map *map)
{
	struct id_table *old = map->table, *t;

	map->used = 0;
	for (uint64_t i = 0; i <= old->mask; i++)
		map->used += is_kept(&old->slot[i]);
	t = table_create(rte_align64pow2(RTE_MAX(SLOTS_MIN, 4ull * (map->used + 1))));
	for (uint64_t i = 0; i <= old->mask; i++)
		if (is_kept(&old->slot[i]))
			*slot_of(t, old->slot[i].id) = old->slot[i];
	sw_rcu_set(map->table, t);
	sw_rcu_defer(free, old);
}

static bool is_there(const struct id_slot *s)
{
	return s->object && !((uintptr_t)s->object & ID_MAP_LEFT);
}

static void add_id(struct id_map *map, uint32_t id)
{
	unsigned at = map->sorted ? place_of(map, id) : 0;

	if (!map->sorted) {
		map->n++;
		return;
	}
	if (map->n == map->size) {
		map->size = RTE_MAX(16u, 2 * map->size);
		map->ids = sw_xrealloc(map->ids, map->size, sizeof(map->ids[0]));
	}
	memmove(&map->ids[at + 1], &map->ids[at], (map->n - at) * sizeof(map->ids[0]));
	map->ids[at] = id;
	map->n++;
}

void id_map_set(struct id_map *map, uint32_t id, void *object)
{
	struct id_slot *s = slot_of(map->table, id);

	if (!s->object && (map->used + 1) * 2 > map->table->mask + 1) {
		rebuild(map);
		s = slot_of(map->table, id);
	}
	if (!is_there(s))
		add_id(map, id);
	if (!s->object) {
		map->used++;
		s->id = id;
	}
	sw_rcu_set(s->object, object);
}

static void drop_id(struct id_map *map, uint32_t id)
{
	unsigned at = map->sorted ? place_of(map, id) : 0;

	map->n--;
	if (map->sorted)
		memmove(&map->ids[at], &map->ids[at + 1], (map->n - at) * sizeof(map->ids[0]));
}

void id_map_remove(struct id_map *map, uint32_t id)
{
	struct id_slot *s = slot_of(map->table, id);

	if (!is_there(s))
		return;
	drop_id(map, id);
	sw_rcu_set(s->object, GONE);
}

void id_map_leave(struct id_map *map, uint32_t id)
{
	struct id_slot *s = slot_of(map->table, id);

	if (!is_there(s))
		return;
	drop_id(map, id);
	sw_rcu_set(s->object, (void *)((uintptr_t)s->object | ID_MAP_LEFT));
}

void id_map_remove_left(struct id_map *map, uint32_t id, const void *object)
{
	struct id_slot *s = slot_of(map->table, id);

	if (s->object == (void *)((uintptr_t)object | ID_MAP_LEFT))
		sw_rcu_set(s->object, GONE);
}

void *id_map_next(const struct id_map *map, int64_t id)
{
	unsigned at = id < 0 ? 0 : place_of(map, (uint32_t)id + 1);

	if (id >= UINT32_MAX || at >= map->n)
		return NULL;
	return id_map_find(map, map->ids[at]);
}

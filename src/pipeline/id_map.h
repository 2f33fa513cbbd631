/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects by 32-bit ids that people and controllers choose: groups, meters. An array of slots that are probed one after
 * another. A slot's id never changes while workers may see the array: what is removed leaves a mark, a slot is used
 * again by the same id only, and when half of them are used another array is published. What leaves is found no more but by
 * who asks for it so, until it is removed: workers on their way by what was there before need it.
 *
 * room: pipeline (private). Writer: control. Readers: workers (RCU); an object that is found is there until the turn
 * ends.
 */
#ifndef PIPELINE_ID_MAP_H
#define PIPELINE_ID_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include <sw/rcu.h>

struct id_slot {
	void *object; /* NULL: never used; its address and ID_MAP_LEFT: it left; that alone: removed */
	uint32_t id;
};

struct id_table {
	uint64_t mask;	 /* slots - 1 */
	uint64_t secret; /* odd: nobody can choose ids that fall together */
	struct id_slot slot[];
};

struct id_map {
	struct id_table *table; /* rcu */
	/* Control's: how many there are, slots that are not free, and of a sorted map all ids, ascending. */
	bool sorted;
	unsigned n, size, used;
	uint32_t *ids;
};

#define ID_MAP_LEFT 1ul

static inline uint64_t id_map_hash(const struct id_table *t, uint32_t id)
{
	uint64_t h = (id + 1ull) * t->secret;

	return (h ^ h >> 32) * t->secret >> 32;
}

/* What the slot of the id has, or NULL. */
static inline void *id_map_look(const struct id_map *map, uint32_t id)
{
	const struct id_table *t = sw_rcu_get(map->table);

	for (uint64_t i = id_map_hash(t, id);; i++) {
		const struct id_slot *s = &t->slot[i & t->mask];
		void *object = sw_rcu_get(s->object);

		if (unlikely(!object))
			return NULL;
		if (likely(s->id == id))
			return object;
	}
}

/* The object with the id, or NULL. Workers, control. */
static inline void *id_map_find(const struct id_map *map, uint32_t id)
{
	void *object = id_map_look(map, id);

	return likely(!((uintptr_t)object & ID_MAP_LEFT)) ? object : NULL;
}

/* The same, also when it left. */
static inline void *id_map_find_left(const struct id_map *map, uint32_t id)
{
	return (void *)((uintptr_t)id_map_look(map, id) & ~ID_MAP_LEFT);
}

/* Control. init makes it empty; fini frees it, not the objects, when no worker is left. */
void id_map_init(struct id_map *map, bool sorted);
void id_map_fini(struct id_map *map);

/* Put an object there (at an even address), in place of the one that was or that left, which the caller frees after a grace period. */
void id_map_set(struct id_map *map, uint32_t id, void *object);
void id_map_remove(struct id_map *map, uint32_t id);
/* It leaves; and is removed when no worker asks for it any more, if no other one came in its place. */
void id_map_leave(struct id_map *map, uint32_t id);
void id_map_remove_left(struct id_map *map, uint32_t id, const void *object);

/* Of a sorted map the one with the lowest id above `id` (first: -1), or NULL. */
void *id_map_next(const struct id_map *map, int64_t id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects by 32-bit ids that people and controllers choose: groups, meters. An array of slots that are probed one after
 * another. A slot's id never changes while workers may see the array: what is removed leaves a mark, a slot is used
 * again by the same id only, and when half of them are used another array is published.
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
	void *object; /* NULL: never used; id_map_gone: removed */
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

extern char id_map_gone;

static inline uint64_t id_map_hash(const struct id_table *t, uint32_t id)
{
	uint64_t h = (id + 1ull) * t->secret;

	return (h ^ h >> 32) * t->secret >> 32;
}

/* The object with the id, or NULL. Workers, control. */
static inline void *id_map_find(const struct id_map *map, uint32_t id)
{
	const struct id_table *t = sw_rcu_get(map->table);

	for (uint64_t i = id_map_hash(t, id);; i++) {
		const struct id_slot *s = &t->slot[i & t->mask];
		void *object = sw_rcu_get(s->object);

		if (unlikely(!object))
			return NULL;
		if (likely(s->id == id))
			return likely(object != &id_map_gone) ? object : NULL;
	}
}

/* Control. init makes it empty; fini frees it, not the objects, when no worker is left. */
void id_map_init(struct id_map *map, bool sorted);
void id_map_fini(struct id_map *map);

/* Put an object there, in place of the one that was, which the caller frees after a grace period. */
void id_map_set(struct id_map *map, uint32_t id, void *object);
void id_map_remove(struct id_map *map, uint32_t id);

/* Of a sorted map the one with the lowest id above `id` (first: -1), or NULL. */
void *id_map_next(const struct id_map *map, int64_t id);

#endif

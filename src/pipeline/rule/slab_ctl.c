/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slabs: a page of rules of one size of one table. A bitmap says which slots are free. Counters of its rules come with
 * the page, lines of their own a worker, so that no two workers write one line.
 *
 * Control thread only; a rule is given back when no worker reads it or counts for it any more.
 */
#include "slab.h"

#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, size)   ((void)(p))
#define ASAN_UNPOISON_MEMORY_REGION(p, size) ((void)(p))
#endif

#include <sw/mem.h>

#include "chunk.h"
#include "store.h"

#define POS_SHIFT 8 /* of a place: slab above, slot below */

static struct sw_rule *rule_at(struct rule_slab *slab, unsigned slot)
{
	return (struct sw_rule *)((char *)(slab + 1) + (size_t)slot * slab->size);
}

static void enter(struct rule_slab *slab, struct rule_slab **list)
{
	slab->next = *list;
	slab->at = list;
	if (*list)
		(*list)->at = &slab->next;
	*list = slab;
}

static void leave(struct rule_slab *slab)
{
	*slab->at = slab->next;
	if (slab->next)
		slab->next->at = slab->at;
	slab->at = NULL;
}

static void place(struct rule_table *table, struct rule_slab *slab)
{
	unsigned pos = table->slab_free;

	while (pos < table->slabs && table->slab[pos])
		pos++;
	if (pos == table->slabs) {
		if (table->slabs == table->slab_size) {
			table->slab_size = RTE_MAX(16u, table->slab_size * 2);
			table->slab =
				sw_xrealloc(table->slab, table->slab_size, sizeof(table->slab[0]));
			table->slab_uses = sw_xrealloc(
				table->slab_uses, table->slab_size, sizeof(table->slab_uses[0]));
		}
		table->slabs++;
	}
	table->slab[pos] = slab;
	table->slab_uses[pos] = 0;
	table->slab_free = pos + 1;
	slab->pos = pos;
}

static struct rule_slab *make(struct sw_rules *rules, struct rule_table *table, unsigned kind)
{
	struct rule_counts *counts;
	struct rule_chunk *chunk;
	struct rule_slab *slab = rule_page_take(rules->workers, &chunk, &counts);

	if (!slab)
		return NULL;
	memset(slab, 0, sizeof(*slab));
	slab->counts = counts;
	slab->table = table;
	slab->chunk = chunk;
	slab->workers = rules->workers;
	slab->size = sizeof(struct sw_rule) + (kind + 1) * RTE_CACHE_LINE_SIZE;
	slab->most = (RULE_SLAB_SIZE - sizeof(*slab)) / slab->size;
	slab->free = (1u << slab->most) - 1;
	ASAN_POISON_MEMORY_REGION(slab + 1, RULE_SLAB_SIZE - sizeof(*slab));
	place(table, slab);
	enter(slab, &table->roomy[kind]);
	return slab;
}

static void give_back(struct rule_slab *slab)
{
	slab->table->slab[slab->pos] = NULL;
	slab->table->slab_free = RTE_MIN(slab->table->slab_free, slab->pos);
	free(slab->base);
	ASAN_UNPOISON_MEMORY_REGION(slab + 1, RULE_SLAB_SIZE - sizeof(*slab));
	rule_page_put(slab->chunk, slab);
}

struct sw_rule *rule_alloc(struct sw_rules *rules, struct rule_table *table, unsigned words)
{
	unsigned kind = words ? (words - 1) / 8 : 0;
	struct rule_slab *slab = table->roomy[kind];
	struct sw_rule *rule;
	unsigned slot;

	RTE_BUILD_BUG_ON((RULE_SLAB_SIZE - sizeof(*slab)) / (sizeof(*rule) + 64) != RULE_SLAB_MOST);
	if (!slab)
		slab = make(rules, table, kind);
	if (!slab)
		return NULL;
	slot = __builtin_ctz(slab->free);
	slab->free &= slab->free - 1;
	if (!slab->free)
		leave(slab);
	rule = rule_at(slab, slot);
	ASAN_UNPOISON_MEMORY_REGION(rule, slab->size);
	memset(rule, 0, sizeof(*rule) + RULE_FEW * sizeof(rule->value[0]));
	rule->table = table->id;
	rule->slot = slot;
	return rule;
}

void rule_free(struct sw_rule *rule)
{
	struct rule_slab *slab = rule_slab_of(rule);
	unsigned slot = rule->slot;

	RTE_ASSERT(!(slab->free >> slot & 1));
	for (unsigned i = 0; i < slab->workers; i++)
		memset(&slab->counts[i].of[slot], 0, sizeof(slab->counts[i].of[slot]));
	if (slab->base)
		memset(&slab->base[slot], 0, sizeof(slab->base[slot]));
	ASAN_POISON_MEMORY_REGION(rule, slab->size);
	if (!slab->free)
		enter(slab, &slab->table->roomy[(slab->size - sizeof(*rule)) / 64 - 1]);
	slab->free |= 1u << slot;
	if (__builtin_popcount(slab->free) == slab->most) {
		leave(slab);
		give_back(slab);
	}
}

struct sw_rule *rule_walk(const struct rule_table *table, uint64_t *at)
{
	for (uint64_t pos = *at >> POS_SHIFT; pos < table->slabs; *at = ++pos << POS_SHIFT) {
		struct rule_slab *slab = table->slab[pos];
		unsigned slot = *at & ((1u << POS_SHIFT) - 1);
		uint32_t used;

		if (!slab || slot >= slab->most)
			continue;
		used = ~slab->free & ((1u << slab->most) - 1) & ~0u << slot;
		if (!used)
			continue;
		slot = __builtin_ctz(used);
		*at = (pos << POS_SHIFT) + slot + 1;
		return rule_at(slab, slot);
	}
	return NULL;
}

struct sw_rule *rule_in_slab(const struct rule_table *table, unsigned pos, unsigned slot)
{
	struct rule_slab *slab = table->slab[pos];

	return slab && slot < slab->most && !(slab->free >> slot & 1) ? rule_at(slab, slot) : NULL;
}

static struct rule_count sum(const struct rule_slab *slab, unsigned slot)
{
	struct rule_count all = { 0 };

	for (unsigned i = 0; i < slab->workers; i++) {
		const struct rule_count *c = &slab->counts[i].of[slot];

		all.packets += __atomic_load_n(&c->packets, __ATOMIC_RELAXED);
		all.bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
		all.used_8 = RTE_MAX(all.used_8, __atomic_load_n(&c->used_8, __ATOMIC_RELAXED));
	}
	return all;
}

struct rule_count rule_counts(const struct sw_rule *rule)
{
	const struct rule_slab *slab = rule_slab_of(rule);
	struct rule_count all = sum(slab, rule->slot);

	if (slab->base) {
		all.packets -= slab->base[rule->slot].packets;
		all.bytes -= slab->base[rule->slot].bytes;
		all.used_8 = RTE_MAX(all.used_8, slab->base[rule->slot].used_8);
	}
	return all;
}

struct rule_count rule_counts_based(const struct sw_rule *rule)
{
	const struct rule_slab *slab = rule_slab_of(rule);

	return slab->base ? slab->base[rule->slot] : (struct rule_count){ 0 };
}

void rule_counts_base(struct sw_rule *rule, const struct rule_count *base)
{
	struct rule_slab *slab = rule_slab_of(rule);
	struct rule_count now;

	if (!base) {
		now = sum(slab, rule->slot);
		now.used_8 = rule_counts(rule).used_8;
		base = &now;
	}
	if (!slab->base && !base->packets && !base->bytes && !base->used_8)
		return;
	if (!slab->base)
		slab->base = sw_xcalloc(RULE_SLAB_MOST, sizeof(slab->base[0]));
	slab->base[rule->slot] = *base;
}

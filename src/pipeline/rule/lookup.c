/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lookups of workers: the table's view says how.
 *
 * Workers; control may read what is published, too.
 */
#include "lookup.h"

#include <rte_prefetch.h>

#include "conj.h"
#include "store.h"

static const struct sw_fields reads_nothing;

static const struct rule_view *view_of(const struct sw_rules *rules, unsigned table)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);

	return t ? sw_rcu_get(t->view) : NULL;
}

uint64_t rules_version(const struct sw_rules *rules)
{
	return __atomic_load_n(&rules->version, __ATOMIC_ACQUIRE);
}

uint64_t rules_changed(const struct sw_rules *rules, unsigned table)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);

	return t ? __atomic_load_n(&t->changed, __ATOMIC_RELAXED) : 0;
}

/* Of a kind that the table has; NULL: its changes do not concern such packets. */
static const uint64_t *stamp_of(const struct sw_rules *rules, unsigned kind, unsigned table,
	const struct rule_places *places)
{
	const struct rule_stamps *stamps = sw_rcu_get(rules->stamps[kind]);

	if (unlikely(kind == PLACE_CONJ) && rule_places_mark(places) == RULE_MARK_NONE)
		return NULL;
	return &stamps->slot[place_slot(places, kind, table)];
}

static uint32_t kinds_of(const struct rule_table *t)
{
	return __atomic_load_n(&t->places, __ATOMIC_ACQUIRE);
}

void rules_fetch_stamps(const struct sw_rules *rules, unsigned table,
	const struct rule_places *const *places, unsigned n)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);

	for (uint32_t kinds = t ? kinds_of(t) : 0; kinds; kinds &= kinds - 1)
		for (unsigned i = 0; i < n; i++)
			rte_prefetch0(stamp_of(rules, __builtin_ctz(kinds), table, places[i]));
}

bool rules_changed_at(const struct sw_rules *rules, unsigned table, uint64_t after,
	const struct rule_places *places)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);
	uint64_t last;

	if (!t || __atomic_load_n(&t->changed, __ATOMIC_RELAXED) <= after)
		return false;
	if (!places)
		return true;
	last = __atomic_load_n(&t->changed_wide, __ATOMIC_RELAXED);
	for (uint32_t kinds = kinds_of(t); kinds; kinds &= kinds - 1) {
		const uint64_t *stamp = stamp_of(rules, __builtin_ctz(kinds), table, places);

		if (stamp)
			last = RTE_MAX(last, __atomic_load_n(stamp, __ATOMIC_RELAXED));
	}
	return last > after;
}

bool rules_has_table(const struct sw_rules *rules, unsigned table)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);

	return t && __atomic_load_n(&t->tuples, __ATOMIC_RELAXED);
}

bool rules_has_further(const struct sw_rules *rules)
{
	return __atomic_load_n(&rules->further, __ATOMIC_RELAXED);
}

const struct sw_fields *rules_reads(const struct sw_rules *rules, unsigned table)
{
	const struct rule_view *view = view_of(rules, table);

	return view ? &view->reads : &reads_nothing;
}

static void add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static void count(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_rule *const *found, unsigned n)
{
	struct rule_table_counts *c = &rules->counts[reader->worker];
	unsigned matches = 0;

	for (unsigned i = 0; i < n; i++)
		matches += found[i] != NULL;
	add(&c->of[table].matches, matches);
	add(&c->of[table].misses, n - matches);
}

void rules_count_lookup(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_rule *found)
{
	if (likely(reader->worker < rules->workers))
		count(rules, reader, table, &found, 1);
}

void rules_count_matches(
	struct sw_rules *rules, const struct rule_reader *reader, unsigned table, unsigned n)
{
	add(&rules->counts[reader->worker].of[table].matches, n);
}

void rules_count_normal(
	struct sw_rules *rules, const struct sw_worker *w, unsigned n, uint64_t bytes)
{
	const struct sw_rule *rule = sw_rcu_get(rules->normal);

	if (unlikely(!rule)) /* others have come, and this worker still has the program of before */
		return;
	rule_count_add(rule, w, n, bytes);
	add(&rules->counts[w->id].of[rule->table].matches, n);
}

void rules_count_misses(struct sw_rules *rules, const struct rule_reader *reader,
	const uint64_t *tables, unsigned n)
{
	struct rule_table_counts *c = &rules->counts[reader->worker];

	for (unsigned i = 0; i < 4; i++)
		for (uint64_t left = tables[i]; left; left &= left - 1)
			add(&c->of[i * 64 + __builtin_ctzll(left)].misses, n);
}

uint32_t rules_look(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_fields *const *keys, const struct sw_rule **found, unsigned n)
{
	const struct rule_view *view = view_of(rules, table);
	struct rule_look look = { .version = reader->version,
		.key = (const uint64_t *const *)keys,
		.found = found,
		.marks = reader->marks,
		.n = n };

	found[0] = NULL; /* by itself: of one, no memset() is called */
	for (unsigned i = 1; i < n; i++)
		found[i] = NULL;
	if (view)
		view->look(view, &look);
	if (likely(reader->worker < rules->workers))
		add(&rules->counts[reader->worker].of[table].probes, look.probes);
	return unlikely(look.over) ? RULES_TOO_LONG : look.steps;
}

uint32_t rules_lookup(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_fields *const *keys, const struct sw_rule **found, unsigned n)
{
	uint32_t steps = rules_look(rules, reader, table, keys, found, n);

	if (likely(reader->worker < rules->workers))
		count(rules, reader, table, found, n);
	return steps;
}

const struct sw_rule *rules_lookup_told(const struct sw_rules *rules,
	const struct rule_reader *reader, unsigned table, const struct sw_fields *key,
	const struct rule_conj_ear *ear)
{
	const struct rule_view *view = view_of(rules, table);
	const uint64_t *words = (const uint64_t *)key;
	const struct sw_rule *found = NULL;
	struct rule_look look = {
		.version = reader->version, .key = &words, .found = &found, .n = 1, .ear = ear
	};

	if (view)
		view->look(view, &look);
	return found;
}

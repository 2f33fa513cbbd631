/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What workers ask of the rules of a bridge. Once a burst: which version is it; then any number of lookups in
 * its tables at that version, each for many packets at once.
 *
 *	struct rule_reader reader = { .version = rules_version(rules), .worker = w->id };
 *	rules_lookup(rules, &reader, table, keys, found, n);
 *	for each found: rule_code_at(found[i], reader.version)->does
 *
 * What is found is good until the worker's turn ends. No locks, no waiting; cost: see README.md.
 *
 * room: pipeline (private). Thread: workers; control may look, too, as worker SW_WORKER_MAX, uncounted.
 */
#ifndef RULE_LOOKUP_H
#define RULE_LOOKUP_H

#include <string.h>

#include <sw/worker.h>

#include "place.h"
#include "rule.h"

struct rule_reader {
	uint64_t version;
	unsigned worker; /* id */
	uint8_t *
		marks; /* NULL, or where a lookup that returns steps puts the mark of each packet (place.h) */
};

/* What is visible now, for the whole of a burst. */
uint64_t rules_version(const struct sw_rules *rules);

/* Has the table rules, staged ones and those that ended a short time ago among them? */
bool rules_has_table(const struct sw_rules *rules, unsigned table);
/* Has it, or had it, any table but the first? */
bool rules_has_further(const struct sw_rules *rules);

/* For each of n <= SW_BURST keys, the visible rule of the table with the highest priority, or NULL. Two rules
 * of one priority: either. Returns what conjunctions took, in steps (conj.h): RULES_TOO_LONG: more than they may, and one of the packets has
 * no rule for that. */
#define RULES_TOO_LONG UINT32_MAX
uint32_t rules_lookup(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_fields *const *keys, const struct sw_rule **found, unsigned n);

/* The same for who may not use what is found: nothing is counted but probes, each lookup when it is used. */
uint32_t rules_look(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_fields *const *keys, const struct sw_rule **found, unsigned n);
void rules_count_lookup(struct sw_rules *rules, const struct rule_reader *reader, unsigned table,
	const struct sw_rule *found);

/* Without a search, as flows that were kept say: n packets that rules of the table took, or that none took in these (a bit each). */
void rules_count_matches(
	struct sw_rules *rules, const struct rule_reader *reader, unsigned table, unsigned n);
void rules_count_misses(struct sw_rules *rules, const struct rule_reader *reader,
	const uint64_t *tables, unsigned n);

/* So, too, n packets that the L2 program took at once, since one rule says NORMAL for all of them: it has counted them. */
void rules_count_normal(
	struct sw_rules *rules, const struct sw_worker *w, unsigned n, uint64_t bytes);

/* The version that changed the table last. */
uint64_t rules_changed(const struct sw_rules *rules, unsigned table);

/* Was the table changed after a version so that packets of these places (place.h; NULL: of any) may find something else in
 * it? At most at the version that the caller reads. Costs one load while the table is not changed, one more for each kind of place when it is. */
bool rules_changed_at(const struct sw_rules *rules, unsigned table, uint64_t after,
	const struct rule_places *places);

/* Have on the way what rules_changed_at looks at for n packets when the table has changed. */
void rules_fetch_stamps(const struct sw_rules *rules, unsigned table,
	const struct rule_places *const *places, unsigned n);

/* Which bits any rule of the table looks at, or has looked at not long ago; all zeros for a table without rules.
 * Read the version first: then no rule of that version looks at others. Good until the turn ends. */
const struct sw_fields *rules_reads(const struct sw_rules *rules, unsigned table);

/* What the rule does at a version at which it is visible. */
static inline struct rule_code *rule_code_at(const struct sw_rule *rule, uint64_t version)
{
	const struct rule_change *c = sw_rcu_get(rule->changed);

	while (c && c->begin > version)
		c = sw_rcu_get(c->older);
	return c ? c->code : sw_rcu_get(rule->code);
}

/* What the rule matches. */
static inline void rule_match_get(const struct sw_rule *rule, struct sw_match *match)
{
	uint64_t *value = (uint64_t *)&match->value, *mask = (uint64_t *)&match->mask;

	memset(match, 0, sizeof(*match));
	for (unsigned i = 0; i < rule->mask->n; i++) {
		value[rule->mask->at[i]] = rule->value[i];
		mask[rule->mask->at[i]] = rule->mask->word[i];
	}
}

/* Where the worker counts packets of the rule. */
static inline struct rule_count *rule_count(const struct sw_rule *rule, unsigned worker)
{
	return &rule_slab_of(rule)->counts[worker].of[rule->slot];
}

static inline void rule_count_to(
	struct rule_count *c, const struct sw_worker *w, uint64_t packets, uint64_t bytes)
{
	__atomic_store_n(&c->packets, c->packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&c->bytes, c->bytes + bytes, __ATOMIC_RELAXED);
	if (c->used_8 != w->now_8)
		__atomic_store_n(&c->used_8, w->now_8, __ATOMIC_RELAXED);
}

static inline void rule_count_add(
	const struct sw_rule *rule, const struct sw_worker *w, uint64_t packets, uint64_t bytes)
{
	rule_count_to(rule_count(rule, w->id), w, packets, bytes);
}

#endif

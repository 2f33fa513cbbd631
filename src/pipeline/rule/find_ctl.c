/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding rules by match: those that are the same, that lie within, that overlap (OpenFlow 1.3.5, 6.4).
 *
 * A tuple whose mask lies within that of the match has all rules that could be meant in one chain. Rules of other
 * groups are looked at one by one, in the order of memory, once for all of them: about 20 ns each.
 *
 * Control thread only.
 */
#include "find.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "code.h"
#include "group.h"
#include "mask.h"
#include "slab.h"
#include "tuple_ctl.h"

void rule_match_init(struct rule_match *m, const struct sw_match *from)
{
	RTE_BUILD_BUG_ON(sizeof(struct sw_fields) != sizeof(m->value));
	RTE_BUILD_BUG_ON(offsetof(struct rule_match, space) !=
			 offsetof(struct rule_match, mask) + offsetof(struct rule_mask, word));
	memcpy(m->bits, &from->mask, sizeof(m->bits));
	memcpy(m->value, &from->value, sizeof(m->value));
	memset(&m->mask, 0, sizeof(m->mask));
	for (unsigned w = 0; w < RULE_WORDS; w++) {
		m->value[w] &= m->bits[w];
		if (!m->bits[w])
			continue;
		m->mask.words |= 1u << w;
		m->mask.at[m->mask.n] = w;
		m->mask.word[m->mask.n++] = m->bits[w];
	}
}

void rule_filter_init(struct rule_filter *f, const struct sw_rule_change *change)
{
	bool ends = change->verb == SW_RULE_DELETE || change->verb == SW_RULE_DELETE_STRICT;

	rule_match_init(&f->match, &change->conf.match);
	f->cookie = change->cookie;
	f->cookie_mask = change->cookie_mask;
	f->out_port = ends ? change->out_port : SW_OFPP_ANY;
	f->out_group = ends ? change->out_group : SW_OFPP_ANY;
	f->strict = change->verb == SW_RULE_DELETE_STRICT || change->verb == SW_RULE_MODIFY_STRICT;
	f->priority = change->conf.priority;
}

static bool takes_other(const struct rule_filter *f, const struct sw_rule *rule)
{
	if ((rule->cookie ^ f->cookie) & f->cookie_mask)
		return false;
	return rule_code_outputs(rule_code_last(rule), f->out_port) &&
	       rule_code_groups(rule_code_last(rule), f->out_group);
}

bool rule_filter_takes(const struct rule_filter *f, const struct sw_rule *rule)
{
	if (!rule_mask_within(&f->match.mask, rule->mask) ||
		!rule_agrees(rule, &f->match.mask, f->match.value))
		return false;
	if (f->strict &&
		(rule->priority != f->priority || rule->mask->words != f->match.mask.words ||
			!rule_mask_within(rule->mask, &f->match.mask)))
		return false;
	return takes_other(f, rule);
}

struct sw_rule *rule_find_same(const struct rule_table *table, const struct rule_mask *mask,
	const struct rule_match *match, uint16_t priority)
{
	const struct rule_group *g = rule_group_find(table, mask);

	for (unsigned link = 0; g && link < 2; link++) {
		struct sw_rule *rule = NULL;

		if (g->tuple[link])
			rule = rule_tuple_chain(g->tuple[link], match->value);
		for (; rule && rule->priority >= priority; rule = rule->next[link])
			if (rule->priority == priority && rule->mask == mask && rule_lives(rule) &&
				rule_agrees(rule, mask, match->value))
				return rule;
	}
	return NULL;
}

/* Who is looked at in a search. */
struct search {
	struct rule_table *table;
	const struct rule_match *match;
	bool (*visit)(struct search *s, struct sw_rule *rule); /* true: stop */
};

static bool scan(struct search *s)
{
	struct sw_rule *rule;
	uint64_t at = 0;

	while ((rule = rule_walk(s->table, &at))) {
		__builtin_prefetch((char *)rule + 2 * RULE_SLAB_SIZE / 8);
		if (rule_lives(rule) && rule->group->scan && s->visit(s, rule))
			return true;
	}
	return false;
}

/* Rules that are linked twice are met by the first link alone. */
static bool search_chain(struct search *s, const struct rule_tuple *t)
{
	struct sw_rule *rule = rule_tuple_chain(t, s->match->value), *next;

	for (; rule; rule = next) {
		next = rule->next[t->link];
		if (!rule_lives(rule) || !rule->group->fits || rule->group->scan ||
			__builtin_ctz(rule->linked) != t->link)
			continue;
		if (s->visit(s, rule))
			return true;
	}
	return false;
}

/* Visit the rules of groups that fit which agree with the match, and some more. */
static bool search(struct search *s)
{
	bool any = false;

	for (struct rule_group *g = s->table->group; g; g = g->next) {
		g->scan = false;
		for (unsigned link = 0; g->fits && link < 2; link++)
			g->scan |= g->tuple[link] &&
				   !rule_mask_within(g->tuple[link]->mask, &s->match->mask);
		any |= g->scan;
	}
	if (any && scan(s))
		return true;
	for (const struct rule_tuple *t = s->table->tuple; t; t = t->next)
		if (rule_mask_within(t->mask, &s->match->mask) && search_chain(s, t))
			return true;
	return false;
}

struct each {
	struct search search;
	const struct rule_filter *filter;
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg);
	struct sw_rules *rules;
	void *arg;
	unsigned n;
};

static bool visit_each(struct search *s, struct sw_rule *rule)
{
	struct each *e = sw_container_of(s, struct each, search);

	if (!rule_agrees(rule, &s->match->mask, s->match->value) || !takes_other(e->filter, rule))
		return false;
	e->n++;
	e->fn(e->rules, rule, e->arg);
	return false;
}

unsigned rule_find_each(struct rule_table *table, const struct rule_filter *f,
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg), struct sw_rules *rules,
	void *arg)
{
	struct each e = { { table, &f->match, visit_each }, f, fn, rules, arg, 0 };

	if (f->strict) {
		const struct rule_mask *mask = rule_mask_find(f->match.bits);
		struct sw_rule *rule =
			mask ? rule_find_same(table, mask, &f->match, f->priority) : NULL;

		if (rule)
			visit_each(&e.search, rule);
		return e.n;
	}
	for (struct rule_group *g = table->group; g; g = g->next)
		g->fits = rule_mask_within(&f->match.mask, g->mask);
	search(&e.search);
	return e.n;
}

struct overlap {
	struct search search;
	uint16_t priority;
	struct sw_rule *found;
};

static bool visit_overlap(struct search *s, struct sw_rule *rule)
{
	struct overlap *o = sw_container_of(s, struct overlap, search);

	if (rule->priority != o->priority)
		return false;
	for (unsigned i = 0; i < rule->mask->n; i++) {
		unsigned w = rule->mask->at[i];

		if ((rule->value[i] ^ s->match->value[w]) & rule->mask->word[i] & s->match->bits[w])
			return false;
	}
	o->found = rule;
	return true;
}

struct sw_rule *rule_find_overlap(
	struct rule_table *table, const struct rule_match *match, uint16_t priority)
{
	struct overlap o = { { table, match, visit_overlap }, priority, NULL };

	for (struct rule_group *g = table->group; g; g = g->next)
		g->fits = true;
	search(&o.search);
	return o.found;
}

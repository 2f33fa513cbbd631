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
	const struct rule_search *in;
	const struct rule_match *match;
	bool (*visit)(struct search *s, struct sw_rule *rule); /* true: stop */
};

/* true: it is over, or stopped. */
static bool scan(struct search *s)
{
	const struct rule_search *in = s->in;
	struct sw_rule *rule;

	while (*in->looks && (rule = rule_walk(in->table, &in->walk->at))) {
		__builtin_prefetch((char *)rule + 2 * RULE_SLAB_SIZE / 8);
		--*in->looks;
		if (rule_lives(rule) && rule->group->scan && s->visit(s, rule))
			return true;
	}
	return *in->looks;
}

/* Each rule once, in the first of the tuples that it is in; those of groups that are scanned were seen. */
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

/* Which groups are looked through rule by rule: those that fit, of a tuple that has bits which the match lacks. */
static bool mark_scans(const struct rule_table *table, const struct rule_match *match)
{
	bool any = false;

	for (struct rule_group *g = table->group; g; g = g->next) {
		g->scan = false;
		for (unsigned link = 0; g->fits && link < 2; link++)
			g->scan |= g->tuple[link] &&
				   !rule_mask_within(g->tuple[link]->mask, &match->mask);
		any |= g->scan;
	}
	return any;
}

static void mark_fits(const struct rule_table *table, const struct rule_match *within)
{
	for (struct rule_group *g = table->group; g; g = g->next)
		g->fits = !within || rule_mask_within(&within->mask, g->mask);
}

/* Groups that fit are marked. Visit their rules which agree with the match, and some more; true: it is over. */
static bool search(struct search *s)
{
	struct rule_walking *walk = s->in->walk;

	if (!walk->begun) {
		walk->begun = true;
		walk->scans = mark_scans(s->in->table, s->match);
	}
	if (walk->scans && !scan(s))
		return false;
	for (const struct rule_tuple *t = s->in->table->tuple; t; t = t->next)
		if (rule_mask_within(t->mask, &s->match->mask) && search_chain(s, t))
			break;
	return true;
}

struct each {
	struct search search;
	const struct rule_filter *filter;
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg);
	struct sw_rules *rules;
	void *arg;
};

static bool visit_each(struct search *s, struct sw_rule *rule)
{
	struct each *e = sw_container_of(s, struct each, search);

	if (!rule_agrees(rule, &s->match->mask, s->match->value) || !takes_other(e->filter, rule))
		return false;
	e->fn(e->rules, rule, e->arg);
	return false;
}

/* So many may have to be looked at; those that ended count, too, until they are freed. */
static uint64_t rule_slots(const struct rule_table *table)
{
	return (uint64_t)table->slabs * RULE_SLAB_MOST;
}

bool rule_find_is_long(const struct rule_search *s, const struct rule_filter *f)
{
	if (f->strict || rule_slots(s->table) <= *s->looks)
		return false;
	mark_fits(s->table, &f->match);
	return mark_scans(s->table, &f->match);
}

bool rule_overlap_is_long(const struct rule_search *s, const struct rule_match *match)
{
	if (rule_slots(s->table) <= *s->looks)
		return false;
	mark_fits(s->table, NULL);
	return mark_scans(s->table, match);
}

static bool find_strict(struct each *e)
{
	const struct rule_filter *f = e->filter;
	const struct rule_mask *mask = rule_mask_find(f->match.bits);
	struct sw_rule *rule = NULL;

	if (mask)
		rule = rule_find_same(e->search.in->table, mask, &f->match, f->priority);
	if (rule)
		visit_each(&e->search, rule);
	return true;
}

bool rule_find_some(const struct rule_search *s, const struct rule_filter *f,
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg), struct sw_rules *rules,
	void *arg)
{
	struct each e = { { s, &f->match, visit_each }, f, fn, rules, arg };

	if (f->strict)
		return find_strict(&e);
	if (!s->walk->begun)
		mark_fits(s->table, &f->match);
	return search(&e.search);
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

bool rule_find_overlap(const struct rule_search *s, const struct rule_match *match,
	uint16_t priority, struct sw_rule **found)
{
	struct overlap o = { { s, match, visit_overlap }, priority, NULL };
	bool over;

	if (!s->walk->begun)
		mark_fits(s->table, NULL);
	over = search(&o.search);
	*found = o.found;
	return over;
}

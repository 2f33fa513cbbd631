/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sieves as control writes them. One is made in the background, in shares: the rules are walked once to see how many
 * different values each column has, which says how many sets it gets, and once more to fill these. Rules
 * that come meanwhile are put into both sieves. Then it takes the place of the one before.
 *
 * Columns are fields, or what masks of tuples leave of them (columns_ctl.c); those that turn out to keep hardly
 * anything out are left out (trial_ctl.c). A sieve is made anew when half of its chains have come or gone since, or the
 * tuples have doubled.
 *
 * Control thread only.
 */
#include "sieve_ctl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_debug.h>

#include <sw/mem.h>

#include "chunk.h"
#include "columns.h"
#include "find.h"
#include "limbo.h"
#include "mask.h"
#include "slab.h"
#include "trial.h"
#include "view_ctl.h"

#define FEW	  6    /* tuples: asked one by one, without a sieve */
#define SHARE	  1024 /* rules in one step */
#define SETS_MOST 65536
#define HUGE_SIZE (1u << 20)

/* A sieve that is being made. */
struct rule_sieving {
	struct sw_rules *rules;
	struct rule_table *table;
	struct rule_sieve *sieve;
	uint64_t at;				     /* in the table */
	bool sized, filling;			     /* its columns have sets; these are filled */
	uint64_t seen[RULE_COLUMNS][SETS_MOST / 64]; /* hashes of values, a bit each */
	struct rule_trial trial;
};

bool rule_sieved(const struct rule_table *table)
{
	return table->sieve && table->tuples > FEW;
}

/* --- tuples --- */

static bool covers(const struct rule_column *column, const struct rule_mask *mask)
{
	return (rule_mask_word(mask, column->word) & column->mask) == column->mask;
}

static void set_bit(uint64_t *set, unsigned place, bool to)
{
	uint64_t word = set[place / 64], bit = 1ull << place % 64;

	__atomic_store_n(&set[place / 64], to ? word | bit : word & ~bit, __ATOMIC_RELAXED);
}

static void enter(struct rule_sieve *s, struct rule_tuple *t)
{
	unsigned place = 0;

	while (place < s->words * 64u && s->tuple[place])
		place++;
	if (place == s->words * 64u) {
		s->full = true;
		t->place[s->side] = RULE_NO_PLACE;
		return;
	}
	s->tuple[place] = t;
	t->place[s->side] = place;
	for (unsigned c = 0; c < s->columns; c++)
		set_bit(s->column[c].open, place, !covers(&s->column[c], t->mask));
}

static void leave(struct rule_sieve *s, struct rule_tuple *t)
{
	if (!rule_has_place(s, t))
		return;
	s->tuple[t->place[s->side]] = NULL;
	t->place[s->side] = RULE_NO_PLACE;
}

void rule_sieve_enter(struct rule_table *table, struct rule_tuple *t)
{
	t->place[0] = t->place[1] = RULE_NO_PLACE;
	if (table->sieve)
		enter(table->sieve, t);
	if (table->sieving)
		enter(table->sieving->sieve, t);
}

void rule_sieve_leave(struct rule_table *table, struct rule_tuple *t)
{
	if (table->sieve)
		leave(table->sieve, t);
	if (table->sieving)
		leave(table->sieving->sieve, t);
}

/* --- rules --- */

static void put(struct rule_sieve *s, const struct rule_tuple *t, const struct sw_rule *rule)
{
	unsigned place = t->place[s->side];

	if (place == RULE_NO_PLACE)
		return;
	for (unsigned c = 0; c < s->columns; c++) {
		struct rule_column *column = &s->column[c];

		if (covers(column, t->mask))
			set_bit(column->set + rule_set_of(column, rule_word(rule, column->word),
						      s->words),
				place, true);
	}
}

static void see(struct rule_sieving *job, const struct rule_tuple *t, const struct sw_rule *rule)
{
	const struct rule_sieve *s = job->sieve;

	for (unsigned c = 0; c < s->columns; c++) {
		const struct rule_column *column = &s->column[c];
		size_t at;

		if (!covers(column, t->mask))
			continue;
		at = rule_set_of(column, rule_word(rule, column->word), 1);
		job->seen[c][at / 64] |= 1ull << at % 64;
	}
}

/* --- a new one --- */

static void sieve_free(struct rule_sieve *s)
{
	rule_ready_cancel(&s->ready);
	if (s->mapped)
		munmap(s->memory, s->mapped);
	else
		free(s->memory);
	free(s);
}

static void sieve_ripe(struct sw_rules *rules, struct rule_limbo *item)
{
	sieve_free(sw_container_of(item, struct rule_sieve, limbo));
}

static void check(struct sw_rules *rules, struct rule_table *table);

static void job_end(struct rule_sieving *job)
{
	job->table->sieving = NULL;
	free(job);
}

/* How many sets: half as many again as values, and what that is as a power of two. */
static uint32_t sets_for(const struct rule_sieving *job, unsigned column)
{
	uint32_t seen = 0;

	for (unsigned i = 0; i < SETS_MOST / 64; i++)
		seen += __builtin_popcountll(job->seen[column][i]);
	return RTE_MIN((uint32_t)SETS_MOST, rte_align32pow2(RTE_MAX(16u, seen + seen / 2)));
}

/* Empty sets for each column, as many as it says; false: there is no memory, and all is as it was. */
static bool make_sets(struct rule_sieve *s)
{
	size_t words = 0, mapped;
	char *p;

	for (unsigned c = 0; c < s->columns; c++)
		words += (s->column[c].last + 1ull) * s->words;
	mapped = words * 8 > HUGE_SIZE ? RTE_ALIGN_CEIL(words * 8, RULE_SLAB_SIZE) : 0;
	p = mapped ? rule_map(mapped) : rule_align(words * 8);
	if (!p)
		return false;
	s->memory = p;
	s->mapped = mapped;
	for (unsigned c = 0; c < s->columns; c++) {
		s->column[c].set = (uint64_t *)p;
		p += (s->column[c].last + 1ull) * s->words * 8;
	}
	return true;
}

/* Without columns that are not worth it, whose whole pages go back. */
static void leave_out(struct rule_sieving *job)
{
	struct rule_sieve *s = job->sieve;
	unsigned all = s->columns;

	s->columns = rule_trial_order(&job->trial, s);
	for (unsigned c = s->columns; s->mapped && c < all; c++) {
		uintptr_t from = (uintptr_t)s->column[c].set;
		uintptr_t to = from + (s->column[c].last + 1ull) * s->words * 8;

		from = RTE_ALIGN_CEIL(from, RULE_SLAB_SIZE);
		to = RTE_ALIGN_FLOOR(to, RULE_SLAB_SIZE);
		if (from < to)
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
}

static void step(void *arg);

static void fill(struct rule_sieving *job)
{
	job->filling = true;
	sw_rcu_defer(step, job);
}

static void sets_ready(struct rule_ready *r)
{
	struct rule_sieving *job = sw_container_of(r, struct rule_sieve, ready)->job;

	if (!job->rules->dying)
		fill(job);
}

/* Sets for the columns, as many as were seen to be needed, and then filled; without memory there is no new sieve. */
static void size(struct rule_sieving *job)
{
	struct rule_sieve *s = job->sieve;

	job->sized = true;
	for (unsigned c = 0; c < s->columns; c++)
		s->column[c].last = sets_for(job, c) - 1;
	if (!make_sets(s)) {
		free(s);
		job_end(job);
	} else if (s->mapped) {
		rule_ready_begin(&s->ready, s->memory, s->mapped, sets_ready);
	} else {
		fill(job);
	}
}

/* The sieve is full: it takes the place of the one before. */
static void finish(struct rule_sieving *job)
{
	struct sw_rules *rules = job->rules;
	struct rule_table *table = job->table;
	struct rule_sieve *old = table->sieve;

	leave_out(job);
	table->sieve = job->sieve;
	if (old)
		rule_limbo_add(rules, &old->limbo, sieve_ripe);
	rule_view_stale(rules, table);
	rule_views_refresh(rules);
	rule_limbo_kick(rules);
	job_end(job);
	check(rules, table); /* what came meanwhile: perhaps nothing changes for long after this */
}

static void do_rule(struct rule_sieving *job, const struct sw_rule *rule)
{
	for (unsigned link = 0; link < 2; link++) {
		const struct rule_tuple *t;

		if (!(rule->linked >> link & 1))
			continue;
		t = rule->group->tuple[link];
		if (job->filling)
			put(job->sieve, t, rule);
		else
			see(job, t, rule);
	}
	if (job->filling && rule->linked)
		rule_trial_note(&job->trial, job->sieve, rule);
}

static void step(void *arg)
{
	struct rule_sieving *job = arg;
	const struct sw_rule *rule = NULL;

	if (job->rules->dying)
		return; /* it is freed with the table */
	for (unsigned i = 0; i < SHARE; i++) {
		rule = rule_walk(job->table, &job->at);
		if (!rule)
			break;
		do_rule(job, rule);
	}
	if (rule) {
		sw_rcu_defer(step, job);
		return;
	}
	job->at = 0;
	if (!job->sized)
		size(job);
	else
		finish(job);
}

static int by_best(const void *a, const void *b)
{
	const struct rule_tuple *x = *(struct rule_tuple *const *)a;
	const struct rule_tuple *y = *(struct rule_tuple *const *)b;

	return (x->best < y->best) - (x->best > y->best);
}

/* Tuples with the best rules come first, so that a round asks them first. */
static void enter_all(struct rule_sieve *s, struct rule_tuple **tuple, unsigned n)
{
	qsort(tuple, n, sizeof(*tuple), by_best);
	for (unsigned i = 0; i < n; i++)
		enter(s, tuple[i]);
}

static void begin(struct sw_rules *rules, struct rule_table *table)
{
	struct rule_tuple **tuple = sw_xcalloc(table->tuples, sizeof(struct rule_tuple *));
	struct rule_sieving *job = sw_xcalloc(1, sizeof(*job));
	struct rule_sieve *s = job->sieve = sw_xcalloc(1, sizeof(*s));
	unsigned n = 0;

	for (struct rule_tuple *t = table->tuple; t; t = t->next) {
		tuple[n++] = t;
		s->keys += t->keys;
	}
	s->side = table->sieve ? !table->sieve->side : 0;
	s->tuples = n;
	s->words = n <= 48 ? 1 : n <= 96 ? 2 : 4;
	rule_columns_choose(s, tuple, n);
	for (unsigned c = 0; c < s->columns; c++)
		s->column[c].last = SETS_MOST - 1;
	enter_all(s, tuple, n);
	free(tuple);
	s->job = job;
	job->rules = rules;
	job->table = table;
	table->sieving = job;
	table->sieve_changes = 0;
	sw_rcu_defer(step, job);
}

static void check(struct sw_rules *rules, struct rule_table *table)
{
	const struct rule_sieve *s = table->sieve;

	if (table->sieving || table->tuples <= FEW)
		return;
	if (!s || table->sieve_changes > s->keys / 2 + 512 || table->tuples > 2 * s->tuples ||
		(s->full && s->words < RULE_PLACE_WORDS))
		begin(rules, table);
}

void rule_sieve_add(struct sw_rules *rules, const struct rule_tuple *t, const struct sw_rule *rule)
{
	struct rule_table *table = rule->group->table;

	if (table->sieve)
		put(table->sieve, t, rule);
	if (table->sieving && table->sieving->filling)
		put(table->sieving->sieve, t, rule);
	else if (table->sieving)
		see(table->sieving, t, rule);
	table->sieve_changes++;
	check(rules, table);
}

void rule_sieve_gone(struct sw_rules *rules, struct rule_table *table)
{
	table->sieve_changes++;
	check(rules, table);
}

void rule_sieves_free(struct rule_table *table)
{
	if (table->sieve)
		sieve_free(table->sieve);
	if (!table->sieving)
		return;
	sieve_free(table->sieving->sieve);
	free(table->sieving);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Views: for each table that changed its shape, the template that fits it now, published before the version
 * of the commit. A table whose rules came and went in the tuples that it has needs no other view.
 *
 * Control thread only.
 */
#include "view_ctl.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/simd.h>

#include "conj.h"
#include "limbo.h"
#include "sieve_ctl.h"
#include "tuple_ctl.h"

static rule_look_fn *look_of(const struct rule_table *table, bool sieved)
{
	if (table->clausal)
		return rule_look_conj;
#ifdef __x86_64__
	if (sw_simd() == SW_SIMD_AVX2)
		return sieved ? rule_look_sieve_avx2 : rule_look_tuples_avx2;
#endif
	return sieved ? rule_look_sieve : rule_look_tuples;
}

void rule_view_stale(struct sw_rules *rules, struct rule_table *table)
{
	if (table->stale)
		return;
	table->stale = true;
	table->next_stale = rules->stale;
	rules->stale = table;
}

/* What no rule looks at any more leaves the mask when enough groups have gone to pay for the walk. */
static void reads_anew(struct rule_table *table)
{
	uint64_t *reads = (uint64_t *)&table->reads;

	if (table->gone <= table->groups)
		return;
	table->gone = 0;
	memset(reads, 0, sizeof(table->reads));
	for (const struct rule_group *g = table->group; g; g = g->next)
		for (unsigned i = 0; i < g->mask->n; i++)
			reads[g->mask->at[i]] |= g->mask->word[i];
}

static int by_best(const void *a, const void *b)
{
	const struct rule_probe *x = a, *y = b;

	return (x->best < y->best) - (x->best > y->best);
}

static void place(struct rule_view *view, struct rule_tuple *t)
{
	unsigned at = t->place[view->sieve->side];

	view->tuple[at] = t;
	view->places[at / 64] |= 1ull << at % 64;
}

static struct rule_view *make(struct rule_table *table)
{
	const struct rule_sieve *sieve = rule_sieved(table) ? table->sieve : NULL;
	size_t probes = table->tuples * sizeof(struct rule_probe);
	size_t places = sieve ? sieve->words * 64 * sizeof(struct rule_tuple *) : 0;
	struct rule_view *view = sw_xcalloc(1, sizeof(*view) + probes + places);

	view->sieve = sieve;
	view->tuple = (const struct rule_tuple **)&view->probe[table->tuples];
	for (struct rule_tuple *t = table->tuple; t; t = t->next) {
		if (!t->n_best && t->left > t->rules / 4)
			rule_tuple_rate(t);
		if (rule_has_place(sieve, t))
			place(view, t);
		else
			view->probe[view->n++] = (struct rule_probe){ t, t->best };
	}
	qsort(view->probe, view->n, sizeof(view->probe[0]), by_best);
	view->look = look_of(table, sieve);
	view->reads = table->reads;
	return view;
}

static void view_ripe(struct sw_rules *rules, struct rule_limbo *item)
{
	free(sw_container_of(item, struct rule_view, limbo));
}

void rule_views_refresh(struct sw_rules *rules)
{
	struct rule_table *table;

	while ((table = rules->stale)) {
		struct rule_view *old = table->view;

		rules->stale = table->next_stale;
		table->stale = false;
		reads_anew(table);
		sw_rcu_set(table->view, table->tuples ? make(table) : NULL);
		if (old)
			rule_limbo_add(rules, &old->limbo, view_ripe);
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Template: tables with clause rules, packet by packet. Tuples are asked as the other templates ask them, but a chain is gone
 * through to its first rule that is no clause rule, and the clause rules before it are gathered. See conj.h.
 *
 * Workers; control for traces.
 */
#include "conj.h"

#include <string.h>

#include <rte_byteorder.h>

#include "chain.h"
#include "clause.h"
#include "place.h"

/* A clause rule that takes the packet. */
struct soft {
	const struct rule_code *code;
	uint32_t at; /* clauses before it are done with */
	uint16_t priority;
};

struct seek {
	const struct rule_view *view;
	const uint64_t *key;
	uint64_t version;
	const struct sw_rule *found; /* the best that is no clause rule, */
	int32_t best;		     /* and its priority, or -1 */
	struct soft *soft;	     /* NULL: clause rules are passed over */
	unsigned n_soft, probes, steps;
	uint8_t mark; /* of conjunctions that are met */
	bool over;
};

static void add_soft(struct seek *s, const struct sw_rule *rule, const struct rule_code *code)
{
	if (!s->soft)
		return;
	if (s->n_soft == CONJ_RULES)
		s->over = true;
	else
		s->soft[s->n_soft++] = (struct soft){ code, 0, rule->priority };
}

static void seek_chain(struct seek *s, const struct sw_rule *rule, unsigned link)
{
	for (; rule && rule->priority > s->best && !s->over; rule = sw_rcu_get(rule->next[link])) {
		const struct rule_code *code;

		s->steps++;
		if (!rule_takes(rule, s->key) || !rule_visible(rule, s->version))
			continue;
		code = rule_code_at(rule, s->version);
		if (!code->n_clauses) {
			s->found = rule;
			s->best = rule->priority;
			return;
		}
		add_soft(s, rule, code);
	}
}

static void seek_tuple(struct seek *s, const struct rule_tuple *t)
{
	const struct rule_buckets *buckets = sw_rcu_get(t->hash);
	uint64_t hash = rule_hash_any(t->mask, s->key);
	const struct rule_bucket *b = &buckets->bucket[hash & buckets->mask];

	s->probes++;
	s->steps++;
	for (; b; b = sw_rcu_get(b->more))
		for (unsigned hit = rule_signed(b, rule_sign(hash)); hit; hit &= hit - 1)
			seek_chain(s, rule_in_slot(b, __builtin_ctz(hit)), t->link);
}

static void seek_sieved(struct seek *s)
{
	const struct rule_sieve *sieve = s->view->sieve;

	for (unsigned w = 0; w < sieve->words; w++) {
		uint64_t left = s->view->places[w];

		for (unsigned c = 0; c < sieve->columns && left; c++) {
			const struct rule_column *column = &sieve->column[c];
			const uint64_t *set =
				column->set +
				rule_set_of(column, s->key[column->word], sieve->words);

			left &= __atomic_load_n(&set[w], __ATOMIC_RELAXED) |
				__atomic_load_n(&column->open[w], __ATOMIC_RELAXED);
		}
		for (; left; left &= left - 1) {
			const struct rule_tuple *t = s->view->tuple[w * 64 + __builtin_ctzll(left)];

			if (__atomic_load_n(&t->best, __ATOMIC_RELAXED) > s->best)
				seek_tuple(s, t);
		}
	}
}

static void seek(struct seek *s)
{
	const struct rule_view *view = s->view;

	s->best = -1;
	if (view->sieve)
		seek_sieved(s);
	for (unsigned i = 0; i < view->n && (int32_t)view->probe[i].best > s->best; i++)
		seek_tuple(s, view->probe[i].tuple);
}

/* What is there with an id in its place, and without clause rules. */
static const struct sw_rule *seek_id(struct seek *s, uint32_t id)
{
	struct sw_fields fields;
	struct seek again = { .view = s->view,
		.key = (const uint64_t *)&fields,
		.version = s->version,
		.steps = s->steps };

	memcpy(&fields, s->key, sizeof(fields));
	fields.conj_id = rte_cpu_to_be_32(id);
	seek(&again);
	s->steps = again.steps;
	s->probes += again.probes;
	return again.found;
}

/* Highest priority first (Shell's sort). */
static void sort(struct soft *soft, unsigned n)
{
	static const uint16_t gaps[] = { 301, 132, 57, 23, 10, 4, 1 };

	for (unsigned g = 0; g < RTE_DIM(gaps); g++)
		for (unsigned i = gaps[g]; i < n; i++) {
			struct soft one = soft[i];
			unsigned at = i;

			for (; at >= gaps[g] && soft[at - gaps[g]].priority < one.priority;
				at -= gaps[g])
				soft[at] = soft[at - gaps[g]];
			soft[at] = one;
		}
}

static uint64_t all_of(uint64_t key)
{
	unsigned n = rule_clause_n(key);

	return n == 64 ? UINT64_MAX : (1ull << n) - 1;
}

/* The next conjunction, by rising id, that the rules soft[0..n) have clauses of, and its dimensions that they meet. */
static bool next_clause(struct seek *s, struct soft *soft, unsigned n, struct rule_clause *out)
{
	*out = (struct rule_clause){ .key = UINT64_MAX };
	for (unsigned i = 0; i < n; i++) {
		const struct rule_clause *c = soft[i].code->clauses + soft[i].at;

		if (soft[i].at == soft[i].code->n_clauses || c->key > out->key)
			continue;
		if (c->key < out->key)
			*out = (struct rule_clause){ .key = c->key };
		out->dims |= c->dims;
	}
	if (out->key == UINT64_MAX)
		return false;
	for (unsigned i = 0; i < n; i++)
		soft[i].at += soft[i].at < soft[i].code->n_clauses &&
			      soft[i].code->clauses[soft[i].at].key == out->key;
	s->steps += 1 + n / 8;
	return true;
}

/* Of one priority: what the first of its conjunctions that leads to something leads to. */
static const struct sw_rule *meet(
	struct seek *s, struct soft *soft, unsigned n, const struct rule_conj_ear *ear)
{
	const struct sw_rule *found = NULL;
	struct rule_clause c;

	while (!found && !s->over && next_clause(s, soft, n, &c)) {
		uint32_t id = rule_clause_id(c.key);

		if (c.dims == all_of(c.key)) {
			found = seek_id(s, id);
			s->mark = rule_marks(s->mark, rule_mark_of(id));
		}
		if (ear)
			ear->heard(
				ear->arg, soft->priority, id, rule_clause_n(c.key), c.dims, found);
		s->over = s->steps > CONJ_STEPS;
	}
	return found;
}

static const struct sw_rule *look_one(struct seek *s, const struct rule_conj_ear *ear)
{
	const struct sw_rule *found = NULL;

	seek(s);
	if (s->over)
		return NULL;
	sort(s->soft, s->n_soft);
	for (unsigned i = 0, n; i < s->n_soft && !found; i += n) {
		if (s->soft[i].priority <= s->best)
			break;
		for (n = 1; i + n < s->n_soft && s->soft[i + n].priority == s->soft[i].priority;)
			n++;
		found = meet(s, s->soft + i, n, ear);
	}
	return s->over ? NULL : found ? found : s->found;
}

void rule_look_conj(const struct rule_view *view, struct rule_look *look)
{
	struct soft soft[CONJ_RULES];

	for (unsigned i = 0; i < look->n; i++) {
		struct seek s = {
			.view = view, .key = look->key[i], .version = look->version, .soft = soft
		};

		look->found[i] = look_one(&s, look->ear);
		look->probes += s.probes;
		if (look->marks)
			look->marks[i] = s.mark;
		if (!s.n_soft && !s.over)
			continue;
		look->steps += s.steps;
		look->over |= s.over;
	}
}

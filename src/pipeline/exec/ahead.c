/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ahead.h. In rounds: in each, every packet is looked for in one table more. A round begins with the rules that the one before
 * found, in three steps over all of them, as each step reads what the one before fetched: rule, its actions, what they
 * come to.
 *
 * Workers.
 */
#include "ahead.h"

#include <string.h>

#include <rte_prefetch.h>

#include "../field/extract.h"
#include "have.h"
#include "run_set.h"

/* Packets that are to be looked for. */
struct front {
	unsigned n, round;
	bool mixed;	      /* not all in the same table */
	uint8_t at[SW_BURST]; /* place in the burst */
	uint8_t table[SW_BURST];
	const struct sw_fields *key[SW_BURST];
	const struct sw_rule *rule[SW_BURST]; /* found; NULL: none, or it was not looked for */
};

static void note(struct walk *walk, unsigned round, unsigned place, const struct sw_rule *rule)
{
	struct walk_ahead *a = &walk->ahead;

	a->rule[place][round] = rule;
	a->n[place] = round + 1;
	if (rule)
		rte_prefetch0(rule_count(rule, walk->reader.worker));
}

/* False: it was too much for one of them, and their walks ask one by one. */
static bool ask_table(struct walk *walk, unsigned table, const struct sw_fields *const *key,
	const struct sw_rule **rule, unsigned n)
{
	return likely(rules_look(walk->prog->rules, &walk->reader, table, key, rule, n) !=
		      RULES_TOO_LONG);
}

/* Those of one table, that of k; they are taken out of `left`. */
static void ask_some(struct walk *walk, struct front *f, unsigned k, uint32_t *left)
{
	const struct sw_fields *key[SW_BURST];
	const struct sw_rule *rule[SW_BURST];
	uint8_t who[SW_BURST];
	unsigned n = 0;
	bool done;

	for (uint32_t some = *left; some; some &= some - 1) {
		unsigned i = __builtin_ctz(some);

		if (f->table[i] != f->table[k])
			continue;
		who[n] = i;
		key[n++] = f->key[i];
		*left &= ~(1u << i);
	}
	done = ask_table(walk, f->table[k], key, rule, n);
	for (unsigned i = 0; i < n; i++) {
		f->rule[who[i]] = done ? rule[i] : NULL;
		if (done)
			note(walk, f->round, f->at[who[i]], rule[i]);
	}
}

static void ask(struct walk *walk, struct front *f)
{
	uint32_t left = UINT32_MAX >> (SW_BURST - f->n);

	RTE_BUILD_BUG_ON(SW_BURST != 32);
	if (unlikely(f->mixed)) {
		while (left)
			ask_some(walk, f, __builtin_ctz(left), &left);
		return;
	}
	if (!ask_table(walk, f->table[0], f->key, f->rule, f->n)) {
		f->n = 0;
		return;
	}
	for (unsigned i = 0; i < f->n; i++)
		note(walk, f->round, f->at[i], f->rule[i]);
}

static bool changes_fields(const struct code *code)
{
	return code->n_ahead || code->metadata_mask;
}

/* False: the packet is lost. */
static bool do_op(struct sw_fields *fields, const struct op *op)
{
	if (op->ahead == OP_AHEAD_SET)
		op_set_ahead(fields, op);
	if (op->ahead != OP_AHEAD_TTL || !have(fields, SW_PRE_IP))
		return true;
	return fields->ip_ttl-- > 1;
}

/* Fields as the rule leaves them for the next table. */
static bool do_rule(struct sw_fields *fields, const struct code *code)
{
	for (unsigned i = 0; i < code->n_ahead; i++)
		if (!do_op(fields, &code->apply[i]))
			return false;
	if (code->n_ahead == code->n_apply)
		fields->metadata = (fields->metadata & ~code->metadata_mask) |
				   (code->metadata & code->metadata_mask);
	return true;
}

/* Is it known where packet k goes next, by its rule's actions? */
static bool go_on(struct walk *walk, struct front *f, unsigned k, const struct code *code)
{
	struct sw_fields *later = &walk->ahead.later[f->at[k]];

	if (code->ahead < 0)
		return false;
	f->table[k] = code->ahead == 255 ? f->rule[k]->table : code->ahead;
	if (!changes_fields(code))
		return true;
	if (f->key[k] != later) {
		*later = *f->key[k];
		f->key[k] = later;
	}
	return do_rule(later, code);
}

/* From k to the front. */
static void move(struct front *f, unsigned to, unsigned k)
{
	f->at[to] = f->at[k];
	f->table[to] = f->table[k];
	f->key[to] = f->key[k];
	f->rule[to] = f->rule[k];
}

/* Who is looked for in the next round? */
static void advance(struct walk *walk, struct front *f)
{
	const struct rule_code *code[SW_BURST];
	unsigned n = 0, on = 0;

	for (unsigned i = 0; i < f->n; i++) {
		if (!f->rule[i])
			continue;
		code[n] = rule_code_at(f->rule[i], walk->reader.version);
		rte_prefetch0(code[n]);
		move(f, n++, i);
	}
	for (unsigned i = 0; i < n; i++) {
		rte_prefetch0(code[i]->ops);
		rte_prefetch0((const char *)code[i]->ops + RTE_CACHE_LINE_SIZE);
	}
	f->mixed = false;
	for (unsigned i = 0; i < n; i++) {
		if (!go_on(walk, f, i, code[i]->ops))
			continue;
		move(f, on, i);
		f->mixed |= f->table[on++] != f->table[0];
	}
	f->n = on;
}

void walk_look_ahead(struct walk *walk, struct rte_mbuf *const *pkts, const uint8_t *at, unsigned n)
{
	bool further = rules_has_further(walk->prog->rules);
	struct front f;

	f.n = n;
	f.mixed = false;
	for (unsigned i = 0; i < n; i++) {
		struct sw_fields *fields = &walk->ahead.fields[at[i]];

		f.at[i] = at[i];
		f.table[i] = FIRST_TABLE;
		f.key[i] = fields;
		fields_extract(pkts[at[i]], walk->prog->number, fields);
	}
	for (f.round = 0; f.n && f.round < AHEAD_TABLES; f.round++) {
		ask(walk, &f);
		if (!further)
			break;
		advance(walk, &f);
	}
}

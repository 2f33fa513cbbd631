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
	unsigned n;
	bool mixed;	      /* not all in the same table */
	uint8_t at[SW_BURST]; /* place in the burst */
	uint8_t table[SW_BURST];
	const struct sw_fields *key[SW_BURST];
	const struct sw_rule *rule[SW_BURST]; /* found; NULL: none, or it was not looked for */
};

static void note(struct walk *walk, unsigned place, const struct sw_rule *rule)
{
	struct walk_ahead *a = &walk->ahead;

	a->rule[place][a->n[place]++] = rule;
	if (rule)
		rte_prefetch0(rule_count(rule, walk->reader.worker));
}

/* Packets to look for in one table: their places in the burst, their fields, what is found. */
struct asked {
	unsigned table, n;
	const uint8_t *at;
	const struct sw_fields *const *key;
	const struct sw_rule **rule;
};

static void note_marks(struct walk *walk, const struct asked *q)
{
	for (unsigned i = 0; i < q->n; i++) {
		uint8_t *mark = &walk->ahead.mark[q->at[i]];

		*mark = rule_marks(*mark, walk->marks[i]);
	}
}

/* False: it was too much for one of them, and their walks ask one by one. */
static bool ask_table(struct walk *walk, const struct asked *q)
{
	uint32_t steps =
		rules_look(walk->prog->rules, &walk->reader, q->table, q->key, q->rule, q->n);

	if (unlikely(steps))
		note_marks(walk, q);
	if (unlikely(steps == RULES_TOO_LONG))
		return false;
	for (unsigned i = 0; i < q->n; i++)
		note(walk, q->at[i], q->rule[i]);
	return true;
}

/* Those of one table, that of k; they are taken out of `left`. */
static void ask_some(struct walk *walk, struct front *f, unsigned k, uint32_t *left)
{
	const struct sw_fields *key[SW_BURST];
	const struct sw_rule *rule[SW_BURST];
	uint8_t who[SW_BURST], at[SW_BURST];
	struct asked q = { .table = f->table[k], .at = at, .key = key, .rule = rule };
	bool done;

	for (uint32_t some = *left; some; some &= some - 1) {
		unsigned i = __builtin_ctz(some);

		if (f->table[i] != q.table)
			continue;
		who[q.n] = i;
		at[q.n] = f->at[i];
		key[q.n++] = f->key[i];
		*left &= ~(1u << i);
	}
	done = ask_table(walk, &q);
	for (unsigned i = 0; i < q.n; i++)
		f->rule[who[i]] = done ? rule[i] : NULL;
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
	if (!ask_table(walk, &(struct asked){ f->table[0], f->n, f->at, f->key, f->rule }))
		f->n = 0;
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
		walk->ahead.mark[at[i]] = RULE_MARK_NONE;
		fields_extract(pkts[at[i]], walk->prog->number, fields);
	}
	for (unsigned round = 0; f.n && round < AHEAD_TABLES; round++) {
		ask(walk, &f);
		if (!further)
			break;
		advance(walk, &f);
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk through the tables (OpenFlow 1.3.5, 5.3 to 5.10): look up, gather what the rule says, go to the table it
 * names, and at the end do the action set.
 *
 * Workers. Rules name later tables only, so a walk without resubmits ends by itself; resubmits are counted.
 */
#include "walk.h"

#include <string.h>

#include <rte_debug.h>

#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/flow.h>
#include <sw/packet_in.h>

#include "../rule/lookup.h"
#include "pause.h"
#include "prog.h"
#include "run_controller.h"
#include "run_output.h"
#include "run_set.h"
#include "walk_reread.h"

SW_USE(drop, table_miss);

SW_REGISTER(drop, fragment) = {
	.name = "fragment",
	.help = "a fragment of an IP packet, and a controller asked the bridge to drop these: ovs-ofctl set-frags BRIDGE normal",
	.as = SW_DROP_RX_DROPPED,
};

struct op *walk_put(struct walk *walk, const struct op *op)
{
	struct op *put;

	if (unlikely(walk->n_ops == WALK_OPS)) {
		walk->too_long = true;
		return NULL;
	}
	put = &walk->ops[walk->n_ops++];
	*put = *op;
	return put;
}

static bool walk_over(const struct walk *walk)
{
	return walk->exit | walk->lost | walk->too_long;
}

void walk_ops(struct walk *walk, const struct op *ops, unsigned n)
{
	unsigned i;

	for (i = 0; i < n && !walk_over(walk); i++) {
		if (ops[i].walk)
			ops[i].walk(walk, &ops[i]);
		else
			walk_put(walk, &ops[i]);
	}
	if (unlikely(walk->left) && !walk->left->n_frames)
		i--; /* where it stopped */
	if (unlikely(i < n))
		pause_note(walk, PAUSE_OPS, &ops[i], n - i);
}

static bool covers(const uint8_t *mask, const uint8_t *other, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (other[i] & ~mask[i])
			return false;
	return true;
}

static bool replaces(const struct op *op, const struct op *before)
{
	return before->walk == op->walk && before->set.field == op->set.field &&
	       covers(op->set.mask, before->set.mask, op->set.field->size);
}

/*
 * One that writes fields goes behind the others. One before it that it covers goes, where nothing between them reads
 * fields or says which there are, so that the set stays short.
 */
static void write_field(struct walk *walk, const struct op *op)
{
	for (unsigned i = walk->n_sets; i-- > 0 && op_is_set(op);) {
		const struct op *before = walk->set_field[i];

		if (replaces(op, before)) {
			walk->n_sets--;
			memmove(&walk->set_field[i], &walk->set_field[i + 1],
				(walk->n_sets - i) * sizeof(walk->set_field[0]));
			break;
		}
		if (before->walk != walk_set || op->walk != walk_set)
			break;
	}
	if (walk->n_sets == WALK_SETS)
		walk->too_long = true;
	else
		walk->set_field[walk->n_sets++] = op;
}

/* An action takes the place of the one that was written before (5.10). */
static void write_set(struct walk *walk, const struct code *code)
{
	for (unsigned i = 0; i < code->n_write; i++) {
		const struct op *op = &code->write[i];
		unsigned place = code->write_place[i];

		if (place == SW_PLACE_SET) {
			write_field(walk, op);
			continue;
		}
		walk->set[place] = op;
		walk->places |= 1u << place;
	}
}

void walk_set_clear(struct walk *walk)
{
	walk->places = 0;
	walk->n_sets = 0;
}

/* In order of places. A group goes before an output, and that before a resubmit: one of them is done, the last. */
void walk_set_run(struct walk *walk)
{
	uint32_t left = walk->places;

	if (likely(!(left | walk->n_sets)))
		return;
	if (left & 1u << SW_PLACE_GROUP)
		left &= ~(1u << SW_PLACE_OUTPUT);
	if (left & (1u << SW_PLACE_GROUP | 1u << SW_PLACE_OUTPUT))
		left &= ~(1u << SW_PLACE_RESUBMIT);
	walk->in_set = true;
	for (unsigned place = 0; place < SW_PLACES; place++) {
		if (left & 1u << place)
			walk_ops(walk, walk->set[place], 1);
		if (place != SW_PLACE_SET)
			continue;
		for (unsigned i = 0; i < walk->n_sets; i++)
			walk_ops(walk, walk->set_field[i], 1);
	}
	walk->in_set = false;
	if (unlikely(walk->lost))
		pause_note(walk, PAUSE_SET_END, NULL, 0);
	walk_set_clear(walk);
}

static void write_metadata(struct walk *walk, const struct code *code)
{
	walk->fields.metadata = (walk->fields.metadata & ~code->metadata_mask) |
				(code->metadata & code->metadata_mask);
}

static void note_table(struct walk *walk, uint8_t table)
{
	uint64_t bit = 1ull << table % 64;

	walk->table = table;
	if (!walk->n_tables)
		walk->first_table = table;
	walk->n_tables += !(walk->tables[table / 64] & bit);
	walk->tables[table / 64] |= bit;
}

/* Where changes of rules would concern what is looked up now (../rule/place.h). */
static void note_places(struct walk *walk)
{
	if (walk->wide | walk->asked_live | walk->timed)
		return; /* they are of no use */
	if (walk->lookups == 1) {
		rule_places_of(&walk->fields, &walk->where);
		rule_place_bytes_of(&walk->fields, &walk->where_of);
		return;
	}
	walk->wide |= !rule_place_bytes_are(&walk->where_of, &walk->fields);
}

/* What conjunctions take counts as lookups. */
static void charge(struct walk *walk, uint32_t steps)
{
	if (likely(!steps))
		return;
	walk->mark = rule_marks(walk->mark, walk->marks[0]);
	if (steps == RULES_TOO_LONG)
		walk->too_long = true;
	else
		walk->lookups += steps / WALK_STEPS;
}

/* What was asked ahead counts when it is used. */
static const struct sw_rule *take_found(struct walk *walk, uint8_t table)
{
	const struct sw_rule *rule = *walk->found++;

	RTE_ASSERT(!rule || rule->table == table);
	walk->n_found--;
	rules_count_lookup(walk->prog->rules, &walk->reader, table, rule);
	return rule;
}

static const struct code *look_up(struct walk *walk, uint8_t table, rte_be32_t in_port)
{
	const struct sw_fields *fields = &walk->fields;
	rte_be32_t own = fields->in_port;
	const struct sw_rule *rule;

	if (++walk->lookups > WALK_LOOKUPS)
		walk->too_long = true;
	if (walk_over(walk))
		return NULL;
	note_table(walk, table);
	walk->fields.in_port = in_port;
	if (walk->keep)
		note_places(walk);
	if (walk->n_found)
		rule = take_found(walk, table);
	else
		charge(walk,
			rules_lookup(walk->prog->rules, &walk->reader, table, &fields, &rule, 1));
	walk->fields.in_port = own;
	if (unlikely(walk->ear))
		walk->ear->table(walk, table, in_port, rule);
	if (!rule)
		return NULL;
	walk->rule = rule;
	if (walk->n_hits < WALK_HITS)
		walk->hits[walk->n_hits++] = rule;
	return rule_code_at(rule, walk->reader.version)->ops;
}

/* A packet that a table has no rule for is lost, its action set too (5.4), but for what OpenFlow 1.0 tells its controllers; a
 * resubmit has done nothing. */
static void miss(struct walk *walk)
{
	static const uint16_t any;

	if (walk->depth)
		return;
	walk->x->why = SW_ID(drop, table_miss);
	walk_set_clear(walk);
	if (walk->prog->asked & SW_BRIDGE_TELL_MISSES && !walk_over(walk))
		walk_tell(walk, SW_PACKET_IN_NO_MATCH, &any, 1);
}

/* What a rule says behind its list; returns the table to go to, or -1. */
static inline int leave(struct walk *walk, const struct code *code)
{
	if (code->clear)
		walk_set_clear(walk);
	write_set(walk, code);
	if (code->outputs)
		walk_tell_output(walk);
	write_metadata(walk, code);
	return code->goto_table;
}

void walk_table(struct walk *walk, uint8_t table, rte_be32_t in_port)
{
	for (int next = table; next >= 0; in_port = walk->fields.in_port) {
		const struct code *code;

		if (unlikely(!walk_fresh(walk))) {
			pause_note_table(walk, next, in_port);
			return;
		}
		code = look_up(walk, next, in_port);
		if (!code) {
			miss(walk);
			return;
		}
		if (code->meter)
			walk_ops(walk, code->meter, 1);
		walk_ops(walk, code->apply, code->n_apply);
		if (walk_over(walk)) {
			pause_note(walk, PAUSE_RULE, code, 0);
			return;
		}
		next = leave(walk, code);
	}
}

void walk_rest(struct walk *walk, const struct code *code)
{
	int next = leave(walk, code);

	if (next >= 0)
		walk_table(walk, next, walk->fields.in_port);
}

/* What follows the last op that sends is for nothing; that one may have the packets themselves. */
static void finish(struct walk *walk, unsigned from)
{
	unsigned last = walk->n_ops;

	for (unsigned i = from; i < walk->n_ops; i += 1 + walk->ops[i].nested)
		if (walk->ops[i].sends)
			last = i;
	if (last == walk->n_ops) {
		walk->n_ops = from;
		return;
	}
	walk->ops[last].last = true;
	walk->n_ops = last + 1 + walk->ops[last].nested;
}

/* Where it stopped, all is for what goes on. */
void walk_finish(struct walk *walk)
{
	if (likely(!walk->left))
		finish(walk, 0);
}

bool walk_open(struct walk *walk, struct walk_inner *inner, const struct op *op)
{
	if (!walk_put(walk, op))
		return false;
	walk->inner++;
	inner->at = walk->n_ops - 1;
	inner->fields = walk->fields;
	inner->stale = walk->stale;
	inner->counted_down = walk->counted_down;
	return true;
}

void walk_close(struct walk *walk, const struct walk_inner *inner)
{
	finish(walk, inner->at + 1);
	walk->ops[inner->at].nested = walk->n_ops - inner->at - 1;
	walk->fields = inner->fields;
	walk_tell_output(walk); /* what was written to the set stays there */
	walk->stale = inner->stale;
	walk->counted_down = inner->counted_down;
	walk->inner--;
}

void walk_begin(struct walk *walk)
{
	walk->stale = walk->once = walk->too_long = walk->exit = walk->lost = walk->counted_down =
		walk->asked_live = walk->asked_groups = walk->in_groups = walk->timed =
			walk->asked_length = walk->wide = walk->packet_out = walk->in_set = false;
	walk->rule = NULL;
	walk->resumed = NULL;
	walk->depth = walk->inner = walk->groups = walk->lookups = walk->n_tables = 0;
	memset(walk->tables, 0, sizeof(walk->tables));
	walk->n_ops = walk->n_hits = walk->n_stack = walk->n_snaps = 0;
	walk->pausing = walk->left = NULL;
	walk_set_clear(walk);
	walk->fields.actset_output = RTE_BE32(SW_OFPP_UNSET);
}

/* Flows that were set by hand, before all tables. What they do not take goes on as if they were not there. */
static bool by_hand(struct walk *walk)
{
	const struct code *code;
	unsigned n_found = walk->n_found;

	if (likely(!rules_has_table(walk->prog->rules, SW_TABLE_BY_HAND)))
		return false;
	walk->n_found = 0;
	code = look_up(walk, SW_TABLE_BY_HAND, walk->fields.in_port);
	walk->n_found =
		code ? 0
		     : n_found; /* what was found is of a walk that begins with the first table */
	if (code)
		walk_ops(walk, code->apply, code->n_apply);
	return code;
}

static void tables(struct walk *walk, uint8_t table)
{
	if (!by_hand(walk))
		walk_table(walk, table, walk->fields.in_port);
	walk->exit = false;
	if (unlikely(walk->ear))
		walk->ear->set(walk);
	if (likely(!walk->lost))
		walk_set_run(walk);
	else
		pause_note(walk, PAUSE_SET, NULL, 0);
}

/* As if a rule of the table dropped it: a change of rules there asks again. */
static void drop_fragment(struct walk *walk, uint8_t table)
{
	walk->x->why = SW_ID(drop, fragment);
	walk->n_found = 0;
	walk->lookups = 1;
	note_table(walk, table);
	if (walk->keep)
		note_places(walk);
}

void walk_run(struct walk *walk, uint8_t table)
{
	walk_begin(walk);
	if (unlikely(walk->prog->asked & SW_BRIDGE_DROP_FRAGMENTS) && walk->fields.ip_frag)
		drop_fragment(walk, table);
	else
		tables(walk, table);
	walk_finish(walk);
}

void walk_tables(struct walk *walk)
{
	walk->packet_out = false;
	tables(walk, 0);
	walk->packet_out = true;
	walk->rule = NULL;
}

void walk_packet_out(struct walk *walk, const struct op *ops, unsigned n)
{
	walk_begin(walk);
	walk->table = 0;
	walk->packet_out = true;
	walk->keep = false;
	walk->n_found = 0;
	walk_ops(walk, ops, n);
	finish(walk, 0);
}

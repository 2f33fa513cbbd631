/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling instructions: each action's descriptor appends its ops; then all is put into one block of memory.
 *
 * Control thread only.
 */
#include "code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_hash_crc.h>

#include <sw/err.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(action_code);

struct op *code_add(struct code_draft *draft)
{
	if (draft->n == draft->size) {
		draft->size = RTE_MAX(4u, 2 * draft->size);
		draft->ops = sw_xrealloc(draft->ops, draft->size, sizeof(*draft->ops));
	}
	return memset(&draft->ops[draft->n++], 0, sizeof(*draft->ops));
}

struct op *code_add_change(struct code_draft *draft,
	void (*walk)(struct walk *walk, const struct op *op),
	enum op_changed (*change)(
		struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op))
{
	struct op *op = code_add(draft);

	op->walk = walk;
	op->change = change;
	op->changes = true;
	return op;
}

void code_reads(struct code_draft *draft, const struct sw_field *field)
{
	sw_field_add(field, &draft->reads);
}

static void add_mask(struct sw_fields *mask, const struct sw_fields *more)
{
	const uint64_t *from = (const uint64_t *)more;
	uint64_t *to = (uint64_t *)mask;

	for (unsigned i = 0; i < sizeof(*mask) / 8; i++)
		to[i] |= from[i];
}

void code_reads_mask(struct code_draft *draft, const struct sw_fields *mask)
{
	add_mask(&draft->reads, mask);
}

void code_reads_add(struct sw_fields *mask, const struct code *code)
{
	add_mask(mask, code->reads);
}

struct code_own {
	struct code_own *next;
	void *data;
	void (*forget)(void *data);
	void (*used)(void *data, int by);
};

void code_owns(struct code_draft *draft, void *data, void (*forget)(void *data),
	void (*used)(void *data, int by))
{
	struct code_own *own = sw_xcalloc(1, sizeof(*own));

	*own = (struct code_own){ draft->own, data, forget, used };
	draft->own = own;
}

void code_used(const struct code *code, int by)
{
	for (; code; code = code->inner)
		for (const struct code_own *own = code->own; own; own = own->next)
			own->used(own->data, by);
}

static void owns_free(struct code_own *own)
{
	while (own) {
		struct code_own *next = own->next;

		own->forget(own->data);
		free(own);
		own = next;
	}
}

void code_points(struct code_draft *draft, uint64_t number)
{
	draft->points = true;
	draft->hash = rte_hash_crc_8byte(number, draft->hash);
}

uint32_t code_hash(const struct code *code)
{
	uint32_t hash = rte_hash_crc_8byte(
		code->metadata ^ code->metadata_mask << 1, code->hash ^ (uint16_t)code->goto_table);

	return rte_hash_crc(code->write_place, code->n_write, hash);
}

/* Those from `from` on, of one action. */
static void hash_ops(struct code_draft *draft, unsigned from)
{
	for (unsigned i = from; i < draft->n && !draft->points; i++)
		draft->hash = rte_hash_crc(&draft->ops[i], sizeof(draft->ops[i]), draft->hash);
	draft->hash = rte_hash_crc_8byte(draft->n, draft->hash);
	draft->points = false;
}

static int compile_list(struct code_draft *draft, const struct sw_actions *list, struct sw_err *err)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const char *name = list->a[i].type->name;
		const struct sw_action_code *kind = sw_reg_find(&sw_reg_kind_action_code, name);
		unsigned from = draft->n;

		if (!kind)
			return sw_err_set(
				err, SW_CODE_UNSUPPORTED, "the action %s is not there yet", name);
		if (kind->compile(draft, &list->a[i], err))
			return -EINVAL;
		hash_ops(draft, from);
	}
	return 0;
}

static int compile_meter(struct code_draft *draft, uint32_t meter, struct sw_err *err)
{
	const struct sw_action_code *kind = sw_reg_find(&sw_reg_kind_action_code, "meter");
	struct sw_action a = { .id = meter };

	if (!meter)
		return 0;
	if (!kind)
		return sw_err_set(err, SW_CODE_UNSUPPORTED, "meters are not there yet");
	return kind->compile(draft, &a, err);
}

/* In a set every action is one op: those that are more are not allowed in it. */
static uint8_t *places_of(const struct sw_actions *write)
{
	uint8_t *places = sw_xcalloc(write ? write->n : 1, 1);

	for (unsigned i = 0; write && i < write->n; i++)
		places[i] = write->a[i].type->set_place;
	return places;
}

static bool changes_output(const struct code *code)
{
	for (unsigned i = 0; i < code->n_write; i++)
		if (code->write_place[i] == SW_PLACE_OUTPUT ||
			code->write_place[i] == SW_PLACE_GROUP)
			return true;
	return code->clear;
}

static struct code *assemble(struct code_draft *draft, const unsigned *ends)
{
	size_t size = sizeof(struct code) + draft->n * sizeof(struct op);
	struct code *code = sw_xcalloc(1, size + sizeof(*code->reads));

	RTE_BUILD_BUG_ON(sizeof(*code) % _Alignof(struct sw_fields) ||
			 sizeof(struct op) % _Alignof(struct sw_fields));
	if (draft->n)
		memcpy(code->ops, draft->ops, draft->n * sizeof(struct op));
	code->meter = ends[0] ? code->ops : NULL;
	code->apply = code->ops + ends[0];
	code->n_apply = ends[1] - ends[0];
	code->write = code->ops + ends[1];
	code->n_write = ends[2] - ends[1];
	code->reads = (struct sw_fields *)((char *)code + size);
	*code->reads = draft->reads;
	code->hash = draft->hash;
	code->inner = draft->inner;
	code->own = draft->own;
	draft->inner = NULL;
	draft->own = NULL;
	return code;
}

/* As applied, or written to the action set, that is the same: nothing follows. */
static uint32_t plain_of(const struct code *code)
{
	if (code->meter || code->metadata_mask || code->goto_table >= 0 ||
		code->n_apply + code->n_write > 1)
		return 0;
	return code->n_apply + code->n_write ? op_port(code->ops) : SW_OFPP_ANY;
}

static void find_next(struct code *code)
{
	unsigned i = 0;

	code->ahead = -1;
	if (code->meter || code->n_apply > UINT16_MAX)
		return;
	while (i < code->n_apply && code->apply[i].ahead != OP_AHEAD_RESUBMIT) {
		if (code->apply[i].walk && code->apply[i].ahead == OP_AHEAD_NOTHING)
			return;
		i++;
	}
	code->n_ahead = i;
	code->ahead = i < code->n_apply ? code->apply[i].resubmit.table : code->goto_table;
}

uint64_t code_serial;

static struct code *create(const struct sw_instructions *does, bool packet_out,
	struct sw_rules *rules, struct sw_err *err)
{
	struct code_draft draft = { .packet_out = packet_out, .rules = rules };
	struct code *code = NULL;
	unsigned ends[3];

	if (compile_meter(&draft, does->meter, err))
		goto done;
	ends[0] = draft.n;
	if (compile_list(&draft, does->apply, err))
		goto done;
	ends[1] = draft.n;
	if (compile_list(&draft, does->write, err))
		goto done;
	ends[2] = draft.n;
	code = assemble(&draft, ends);
	code->clear = does->clear;
	code->goto_table = does->goto_table;
	code->metadata = does->metadata;
	code->metadata_mask = does->metadata_mask;
	code->write_place = places_of(does->write);
	code->outputs = changes_output(code);
	code->plain = plain_of(code);
	find_next(code);
	code->refs = 1;
	code->serial = code_serial + 1;
	__atomic_store_n(&code_serial, code->serial, __ATOMIC_RELEASE);
done:
	code_destroy(draft.inner);
	owns_free(draft.own);
	free(draft.ops);
	return code;
}

/* NULL is fine. */
static struct code *hold(struct code *code, struct sw_actions *a, struct sw_actions *b)
{
	if (!code)
		return NULL;
	code->held[0] = sw_actions_share(a);
	code->held[1] = sw_actions_share(b);
	return code;
}

struct code *code_create(const struct sw_instructions *does, struct sw_err *err)
{
	return hold(create(does, false, NULL, err), does->apply, does->write);
}

struct code *code_create_bucket(
	struct sw_actions *list, struct sw_actions *held, struct sw_err *err)
{
	struct sw_instructions does = { .apply = list, .goto_table = -1 };

	return hold(create(&does, false, NULL, err), held, NULL);
}

struct code *code_create_packet_out(
	struct sw_actions *list, struct sw_rules *rules, struct sw_err *err)
{
	struct sw_instructions does = { .apply = list, .goto_table = -1 };

	return hold(create(&does, true, rules, err), list, NULL);
}

const struct code *code_inner(
	struct code_draft *draft, const struct sw_actions *list, struct sw_err *err)
{
	struct sw_instructions does = { .apply = (struct sw_actions *)list, .goto_table = -1 };
	struct code *code = create(&does, draft->packet_out, draft->rules, err), **end;

	if (!code)
		return NULL;
	code_reads_add(&draft->reads, code);
	code_points(draft, code_hash(code));
	for (end = &draft->inner; *end; end = &(*end)->inner)
		;
	*end = code;
	return code;
}

void code_destroy(struct code *code)
{
	while (code && !__atomic_sub_fetch(&code->refs, 1, __ATOMIC_ACQ_REL)) {
		struct code *next = code->inner; /* nobody but us has it */

		owns_free(code->own);
		sw_actions_free(code->held[0]);
		sw_actions_free(code->held[1]);
		free((void *)code->write_place);
		free(code);
		code = next;
	}
}

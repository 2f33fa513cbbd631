/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the instructions of a rule, or the actions of a group's bucket, to ops. How an action becomes ops is registered
 * in the file of its ops, under the name of its action type:
 *
 *	SW_REGISTER(action_code, dec_ttl) = { .name = "dec_ttl", .help = "...", .compile = compile };
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_EXEC_CODE_H
#define PIPELINE_EXEC_CODE_H

#include <sw/action.h>
#include <sw/reg.h>

#include "coded.h"

struct sw_err;

struct code_draft {
	unsigned n, size;
	struct op *ops;
	struct sw_fields reads;
	struct code *inner; /* of lists within it */
	struct code_own *own;
	bool points; /* the op that was added last has pointers: see code_points */
	uint32_t hash;
	bool packet_out;	/* of a packet that a controller sends: it may go to the tables */
	struct sw_rules *rules; /* likewise, to these; NULL: it is not sent */
};

struct sw_action_code {
	const char *name; /* of the action type */
	const char *help; /* what workers do */
	/* 0, or an error: what workers cannot do. */
	int (*compile)(struct code_draft *draft, const struct sw_action *a, struct sw_err *err);
};
SW_REG_KIND_DECLARE(action_code);

/* One more op, zeroed; valid until the next. */
struct op *code_add(struct code_draft *draft);

/* One that changes headers of packets, and the walk's fields as they then are. */
struct op *code_add_change(struct code_draft *draft,
	void (*walk)(struct walk *walk, const struct op *op),
	enum op_changed (*change)(
		struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op));

/* The bits of a field are needed with the values that packets came with. */
void code_reads(struct code_draft *draft, const struct sw_field *field);
void code_reads_mask(struct code_draft *draft, const struct sw_fields *mask);

/* The op that was added last has a pointer to what its action has, so that its bytes are not the same for equal actions:
 * a number that is goes into code_hash in their place. */
void code_points(struct code_draft *draft, uint64_t number);

/* The code frees it, by `forget`, when it goes itself, and tells it, by `used`, of rules that do what it is of (code_used). */
void code_owns(struct code_draft *draft, void *data, void (*forget)(void *data),
	void (*used)(void *data, int by));

/* So many more rules do it, as staged (by 1 or -1). */
void code_used(const struct code *code, int by);

/* The code of a list within a list: it lives as long as the code of the whole. NULL with err. */
const struct code *code_inner(
	struct code_draft *draft, const struct sw_actions *list, struct sw_err *err);

/* Add what the ops read to a mask. */
void code_reads_add(struct sw_fields *mask, const struct code *code);

/* The same for codes of equal instructions. */
uint32_t code_hash(const struct code *code);

/* NULL with err: an action that workers cannot do. Ops point to what actions have: the code holds the lists, too, and of `list` of a
 * bucket those whose actions are in it. code_destroy after a grace period, when it is forgotten but for packets that wait to
 * go on with it (pause.h); NULL is fine. */
struct code *code_create(const struct sw_instructions *does, struct sw_err *err);
struct code *code_create_bucket(
	struct sw_actions *list, struct sw_actions *held, struct sw_err *err);
struct code *code_create_packet_out(
	struct sw_actions *list, struct sw_rules *rules, struct sw_err *err);
void code_destroy(struct code *code);

#endif

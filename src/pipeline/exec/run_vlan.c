/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tags pushed and popped (OpenFlow 1.3.5, 5.12): a new outermost tag has the VLAN and priority of the one that was
 * outermost, or 0.
 *
 * Workers but for the compiling. Lengths that offloads carry are not corrected: nothing comes with one (src/port).
 */
#include <string.h>

#include "../field/proto.h"
#include "cache_class.h"
#include "code.h"
#include "headers.h"
#include "run_set.h"
#include "walk_reread.h"

#define TAG_AT	12 /* offset of the outermost tag */
#define TAG_LEN 4

/* A third tag is what the fields take for the EtherType: how many there are only the packet tells. */
static void walk_push(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	if (walk->fields.vlan_tci)
		walk->stale = true;
	walk->fields.vlan_tci |= RTE_BE16(SW_VLAN_PRESENT);
	walk_put(walk, op);
}

static enum op_changed push_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	uint8_t tag[TAG_LEN] = { 0 };

	if (!h->payload)
		return OP_CHANGED; /* not a whole Ethernet header */
	if (h->tag)
		memcpy(tag, h->tag, sizeof(tag));
	memcpy(tag, &op->ethertype, sizeof(op->ethertype));
	tag[2] &= 0xef; /* DEI */
	if (!headers_insert(x, m, TAG_AT, TAG_LEN))
		return OP_LOST;
	memcpy(rte_pktmbuf_mtod_offset(*m, uint8_t *, TAG_AT), tag, sizeof(tag));
	return OP_MOVED;
}

static int compile_push(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_push, push_one)->ethertype = a->ethertype;
	return 0;
}
SW_REGISTER(action_code, push_vlan) = {
	.name = "push_vlan",
	.help = "puts a tag before all others",
	.compile = compile_push,
};

/* --- OpenFlow 1.0 and 1.1: a tag is added where there is none --- */

static void walk_mod(struct walk *walk, const struct op *op)
{
	struct op push = { .walk = walk_push,
		.change = push_one,
		.changes = true,
		.ethertype = RTE_BE16(ETH_VLAN) };

	if (!walk_fresh(walk))
		return;
	if (!walk->fields.vlan_tci)
		walk_push(walk, &push);
	walk_set(walk, op);
}

static enum op_changed mod_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	static const struct op push = { .ethertype = RTE_BE16(ETH_VLAN) };
	const uint8_t mask[2] = { op->set.mask[0] & 0xef, op->set.mask[1] }; /* not the DEI */
	enum op_changed changed = OP_CHANGED;
	uint8_t *tci;

	if (!h->payload)
		return OP_CHANGED; /* not a whole Ethernet header */
	if (!h->tag)
		changed = push_one(x, m, h, &push);
	if (changed == OP_LOST)
		return OP_LOST;
	tci = rte_pktmbuf_mtod_offset(*m, uint8_t *, TAG_AT + 2);
	for (unsigned i = 0; i < 2; i++)
		tci[i] = (tci[i] & ~mask[i]) | (op->set.value[i] & mask[i]);
	return changed;
}

static int compile_mod(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op_set_init(op, a->set.field, a->set.value, a->set.mask);
	op->walk = walk_mod;
	op->change = mod_one;
	return 0;
}
SW_REGISTER(action_code, mod_vlan_vid) = {
	.name = "mod_vlan_vid",
	.help = "writes the VLAN of the outermost tag, or adds a tag",
	.compile = compile_mod,
};
SW_REGISTER(action_code, mod_vlan_pcp) = {
	.name = "mod_vlan_pcp",
	.help = "writes the priority of the outermost tag, or adds a tag",
	.compile = compile_mod,
};

/* Has a packet that has a tag no other? Its key tells. Where headers may lie elsewhere by now than in the packet, that is not known. */
static bool has_one(const struct walk *walk)
{
	const struct rte_mbuf *m = walk->x->pkts[0];

	for (unsigned i = 0; i < walk->n_ops; i++)
		if (walk->ops[i].changes && walk->ops[i].walk != walk_set &&
			walk->ops[i].hops != OP_HOPS_DOWN)
			return false;
	return !cache_has_two_tags(m, rte_pktmbuf_mtod(m, const uint8_t *));
}

/* What was the second tag is the first now. */
static void walk_pop(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	if (!walk->fields.vlan_tci)
		return;
	walk->fields.vlan_tci = 0;
	walk->stale = !has_one(walk);
	walk_put(walk, op);
}

static enum op_changed pop_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (h->tag)
		headers_remove(*m, TAG_AT, TAG_LEN);
	return OP_MOVED;
}

static int compile_pop(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_pop, pop_one);
	return 0;
}
SW_REGISTER(action_code, pop_vlan) = {
	.name = "pop_vlan",
	.help = "takes the outermost tag off",
	.compile = compile_pop,
};
SW_REGISTER(action_code, strip_vlan) = {
	.name = "strip_vlan",
	.help = "takes the outermost tag off",
	.compile = compile_pop,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers of provider backbone bridges pushed and popped (OpenFlow 1.3.5, 5.12; IEEE 802.1ah, 9.7). A new one goes before all
 * there is and has the frame's own addresses, the service of an outer one that was there, or 0, and the priority of the
 * outermost tag. One that is taken off leaves the customer's addresses, and tags that were before it.
 *
 * Workers but for the compiling.
 */
#include <stddef.h>
#include <string.h>

#include "../field/proto.h"
#include "code.h"
#include "have.h"
#include "headers.h"
#include "walk_reread.h"

#define ADDRESSES  12 /* both */
#define I_TAG_LEN  6  /* type and TCI */
#define HEADER_LEN (ADDRESSES + I_TAG_LEN)
#define I_SID	   RTE_BE32(0x00ffffff) /* of the TCI */

/* What is behind the tag is not the packet's any more. */
static void walk_push(struct walk *walk, const struct op *op)
{
	struct sw_fields *f = &walk->fields;
	size_t from = offsetof(struct sw_fields, mpls_lse);

	if (!walk_fresh(walk))
		return;
	f->pbb_isid &= I_SID;
	f->eth_type = RTE_BE16(ETH_PBB);
	f->vlan_tci = 0;
	memset((uint8_t *)f + from, 0, sizeof(*f) - from);
	walk_put(walk, op);
}

static enum op_changed push_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	uint8_t header[HEADER_LEN] = { 0 };

	if (!h->payload)
		return OP_CHANGED; /* not a whole Ethernet header */
	memcpy(header, h->l2, ADDRESSES);
	memcpy(header + ADDRESSES, &op->ethertype, sizeof(op->ethertype));
	if (h->pbb)
		memcpy(header + ADDRESSES + 3, h->pbb + 1, 3);
	if (h->tag)
		header[ADDRESSES + 2] = h->tag[2] & 0xe0;
	if (!headers_insert(x, m, 0, HEADER_LEN))
		return OP_LOST;
	memcpy(rte_pktmbuf_mtod(*m, uint8_t *), header, sizeof(header));
	return OP_MOVED;
}

static int compile_push(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_push, push_one)->ethertype = a->ethertype;
	return 0;
}
SW_REGISTER(action_code, push_pbb) = {
	.name = "push_pbb",
	.help = "puts a backbone header before all others",
	.compile = compile_push,
};

/* The customer's headers are not known yet. */
static void walk_pop(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	if (!have(&walk->fields, SW_PRE_PBB))
		return;
	walk->stale = true;
	walk_put(walk, op);
}

static enum op_changed pop_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	/* TCI, addresses, EtherType of the customer. */
	if (!h->pbb || h->pbb + 4 + ADDRESSES + 2 > h->l2 + h->m->data_len)
		return OP_CHANGED;
	memcpy(h->l2, h->pbb + 4, ADDRESSES);
	headers_remove(*m, h->pbb - 2 - h->l2, HEADER_LEN);
	return OP_MOVED;
}

static int compile_pop(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_pop, pop_one)->hops = OP_HOPS_NEW;
	have_reads(&draft->reads, SW_PRE_PBB);
	return 0;
}
SW_REGISTER(action_code, pop_pbb) = {
	.name = "pop_pbb",
	.help = "takes the outermost backbone header off",
	.compile = compile_pop,
};

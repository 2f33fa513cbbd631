/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Labels pushed and popped (OpenFlow 1.3.5, 5.12). A new one is a copy of the outermost; the first of a packet has
 * label 0, the bottom of the stack bit, and the TTL of IP, or 0 (Open vSwitch: 64).
 *
 * Workers but for the compiling. The label goes between the EtherType that counts and what is behind it.
 */
#include <stddef.h>
#include <string.h>

#include "../field/proto.h"
#include "code.h"
#include "headers.h"
#include "walk_reread.h"

#define LSE_LEN	   4
#define LSE_BOTTOM RTE_BE32(1 << 8)
#define TTL_NONE   0 /* what is labelled has none: as all that cannot be copied (5.12.1) */

static bool is_mpls(rte_be16_t type)
{
	return type == RTE_BE16(ETH_MPLS) || type == RTE_BE16(ETH_MPLS_MCAST);
}

static bool is_ip(rte_be16_t type)
{
	return type == RTE_BE16(ETH_IPV4) || type == RTE_BE16(ETH_IPV6);
}

/* The fields of what is behind the label are not those of the packet any more: the service of a backbone header, too, which
 * push_pbb would copy. */
static void hide_rest(struct sw_fields *f)
{
	size_t from = offsetof(struct sw_fields, ip_proto);

	f->pbb_isid = 0;
	memset((uint8_t *)f + from, 0, sizeof(*f) - from);
}

static void walk_push(struct walk *walk, const struct op *op)
{
	struct sw_fields *f = &walk->fields;

	if (!walk_fresh(walk))
		return;
	if (is_mpls(f->eth_type))
		f->mpls_lse &= ~LSE_BOTTOM;
	else
		f->mpls_lse =
			LSE_BOTTOM |
			rte_cpu_to_be_32(is_ip(f->eth_type) && f->ip_proto | f->ip_ttl ? f->ip_ttl
										       : TTL_NONE);
	f->eth_type = op->ethertype;
	hide_rest(f);
	walk_put(walk, op);
}

static enum op_changed push_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	unsigned at = h->payload - h->l2;
	uint8_t lse[LSE_LEN] = { 0, 0, 1, TTL_NONE };

	if (!h->payload)
		return OP_CHANGED;
	if (h->mpls) {
		memcpy(lse, h->mpls, sizeof(lse));
		lse[2] &= 0xfe;
	} else if (h->ip4 || h->ip6) {
		lse[3] = h->ip4 ? h->ip4[8] : h->ip6[7];
	}
	if (!headers_insert(x, m, at, LSE_LEN))
		return OP_LOST;
	memcpy(rte_pktmbuf_mtod_offset(*m, uint8_t *, at), lse, sizeof(lse));
	memcpy(rte_pktmbuf_mtod_offset(*m, uint8_t *, at - 2), &op->ethertype, 2);
	return OP_MOVED;
}

static int compile_push(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add_change(draft, walk_push, push_one);

	op->ethertype = a->ethertype;
	op->hops = OP_HOPS_NEW;
	draft->reads.ip_ttl = 0xff; /* it becomes the label's */
	return 0;
}
SW_REGISTER(action_code, push_mpls) = {
	.name = "push_mpls",
	.help = "puts a label before what is behind the EtherType",
	.compile = compile_push,
};

static void walk_pop(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	if (!is_mpls(walk->fields.eth_type))
		return;
	walk->fields.eth_type = op->ethertype;
	walk->fields.mpls_lse = 0;
	walk->stale = true;
	walk_put(walk, op);
}

static enum op_changed pop_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (!h->mpls)
		return OP_CHANGED;
	memcpy(h->payload - 2, &op->ethertype, 2);
	headers_remove(*m, h->payload - h->l2, LSE_LEN);
	return OP_MOVED;
}

static int compile_pop(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add_change(draft, walk_pop, pop_one);

	op->ethertype = a->ethertype;
	op->hops = OP_HOPS_NEW;
	return 0;
}
SW_REGISTER(action_code, pop_mpls) = {
	.name = "pop_mpls",
	.help = "takes the outermost label off; the packet is of the type that is given then",
	.compile = compile_pop,
};

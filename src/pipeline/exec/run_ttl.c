/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hop counts of IP and MPLS (OpenFlow 1.3.5, 5.12 "Change-TTL"). A packet whose count would come to 0 is lost, and told to
 * controllers that want it, as it is then.
 *
 * Workers but for the compiling. Each packet's own count decides: lists are shared by packets with different ones.
 */
#include <stddef.h>

#include <rte_hash_crc.h>

#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/packet_in.h>

#include "checksum.h"
#include "code.h"
#include "have.h"
#include "headers.h"
#include "run_controller.h"
#include "run_set.h"
#include "run_ttl.h"
#include "walk_reread.h"

SW_USE(field, mpls_ttl);
SW_USE(field, nw_ttl);

SW_REGISTER(drop, ttl_exceeded) = {
	.name = "ttl_exceeded",
	.help = "a rule counts its TTL or hop limit down, and it was 1 or 0: a loop, or a sender far away",
	.as = SW_DROP_RX_DROPPED,
};

/* Controllers of the ids that the op has are told, of id 0 where it has none. */
static void lose(struct walk *walk, const struct op *op)
{
	static const uint16_t zero;
	unsigned n = op->controllers.n;

	if (walk->prog->asked & SW_BRIDGE_TELL_TTL)
		walk_tell(
			walk, SW_PACKET_IN_INVALID_TTL, n ? op->controllers.ids : &zero, n ? n : 1);
	walk->lost = true;
	walk->x->why = SW_ID(drop, ttl_exceeded);
}

/* Keys tell packets at their end from others, for which lists hold. Where it was counted down already, it may be at its end
 * by now: that is looked at anew. False: the walk stops for it, else what it comes to holds for this packet. */
static bool may_count_down(struct walk *walk)
{
	if (walk->counted_down && walk_stop(walk))
		return false;
	walk->once |= walk->counted_down;
	return true;
}

/* A packet at its end is lost here. */
static void walk_dec(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk) || !have(&walk->fields, SW_PRE_IP) || !may_count_down(walk))
		return;
	if (walk->fields.ip_ttl <= 1) {
		lose(walk, op);
		return;
	}
	walk_put(walk, op);
	walk->fields.ip_ttl--;
	walk->counted_down = true;
}

/* The byte of the header, or NULL. */
static uint8_t *ttl_of(const struct headers *h)
{
	return h->ip4 ? h->ip4 + 8 : h->ip6 ? h->ip6 + 7 : NULL;
}

static void decrement(const struct headers *h, uint8_t *ttl)
{
	uint32_t was = h->ip4 ? checksum_sum(h->ip4 + 8, 1) : 0;

	(*ttl)--;
	if (h->ip4)
		checksum_fix(h->ip4 + 10, was, checksum_sum(h->ip4 + 8, 1));
}

static enum op_changed dec_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	uint8_t *ttl = ttl_of(h);

	if (ttl && *ttl <= 1) {
		sw_drop_one(x->in, SW_ID(drop, ttl_exceeded), *m);
		return OP_LOST;
	}
	if (ttl)
		decrement(h, ttl);
	return OP_CHANGED;
}

/* Behind a third tag there may be one that the fields do not know: 0. Without any: HOPS_ANY. */
static unsigned hops_left(const struct sw_fields *f)
{
	if (have(f, SW_PRE_MPLS))
		return rte_be_to_cpu_32(f->mpls_lse) & 0xff;
	if (have(f, SW_PRE_IP))
		return f->ip_ttl;
	if (f->eth_type == RTE_BE16(ETH_VLAN) || f->eth_type == RTE_BE16(ETH_QINQ))
		return 0;
	return HOPS_ANY;
}

bool walk_may_end(struct walk *walk, unsigned downs)
{
	if (likely(!downs || !(walk->prog->asked & SW_BRIDGE_TELL_TTL)))
		return false;
	if (!walk_fresh(walk))
		return false;
	walk->once |= walk->counted_down || downs > 1;
	return hops_left(&walk->fields) <= downs;
}

static int compile_dec(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add_change(draft, walk_dec, dec_one);

	op->ahead = OP_AHEAD_TTL;
	op->hops = OP_HOPS_DOWN;
	have_reads(&draft->reads, SW_PRE_IP);
	op->controllers.n = a->controllers.n;
	op->controllers.ids = a->controllers.ids;
	if (a->controllers.n)
		code_points(draft,
			rte_hash_crc(a->controllers.ids, a->controllers.n * sizeof(uint16_t), 0));
	return 0;
}
SW_REGISTER(action_code, dec_ttl) = {
	.name = "dec_ttl",
	.help = "counts the TTL or hop limit down; loses the packet at the end of it",
	.compile = compile_dec,
};

static void walk_dec_mpls(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk) || !have(&walk->fields, SW_PRE_MPLS) || !may_count_down(walk))
		return;
	if ((rte_be_to_cpu_32(walk->fields.mpls_lse) & 0xff) <= 1) {
		lose(walk, op);
		return;
	}
	walk_put(walk, op);
	walk->fields.mpls_lse -= RTE_BE32(1);
	walk->counted_down = true;
}

static enum op_changed dec_mpls_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (h->mpls && h->mpls[3] <= 1) {
		sw_drop_one(x->in, SW_ID(drop, ttl_exceeded), *m);
		return OP_LOST;
	}
	if (h->mpls)
		h->mpls[3]--;
	return OP_CHANGED;
}

static int compile_dec_mpls(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	have_reads(&draft->reads, SW_PRE_MPLS);
	code_add_change(draft, walk_dec_mpls, dec_mpls_one)->hops = OP_HOPS_DOWN;
	return 0;
}
SW_REGISTER(action_code, dec_mpls_ttl) = {
	.name = "dec_mpls_ttl",
	.help = "counts the TTL of the outermost label down; loses the packet at the end of it",
	.compile = compile_dec_mpls,
};

static int compile_ttl(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	const uint8_t all = UINT8_MAX;

	op_set_init(code_add(draft), &sw_field_nw_ttl, &a->ttl, &all);
	have_reads(&draft->reads, sw_field_nw_ttl.prereq);
	return 0;
}
SW_REGISTER(action_code, mod_nw_ttl) = {
	.name = "mod_nw_ttl",
	.help = "writes the TTL or hop limit",
	.compile = compile_ttl,
};

static int compile_mpls_ttl(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	const uint8_t all = UINT8_MAX;

	op_set_init(code_add(draft), &sw_field_mpls_ttl, &a->ttl, &all);
	have_reads(&draft->reads, sw_field_mpls_ttl.prereq);
	return 0;
}
SW_REGISTER(action_code, set_mpls_ttl) = {
	.name = "set_mpls_ttl",
	.help = "writes the TTL of the outermost label",
	.compile = compile_mpls_ttl,
};

/* --- from one header to the next (OpenFlow 1.3.5, 5.12) --- */

/* The TTL of what is under the outermost label: another label, or IP told by its version. NULL: neither. */
static uint8_t *inner_ttl(const struct headers *h, bool *ip4)
{
	uint8_t *p = h->mpls ? h->mpls + 4 : NULL;
	unsigned left = p ? h->l2 + h->m->data_len - p : 0;

	*ip4 = false;
	if (!p)
		return NULL;
	if (!(h->mpls[2] & 1))
		return left >= 4 ? p + 3 : NULL;
	*ip4 = left >= 20 && p[0] >> 4 == 4;
	if (*ip4)
		return p + 8;
	return left >= 40 && p[0] >> 4 == 6 ? p + 7 : NULL;
}

/* What the fields know of the label's TTL is void; what is under it they do not know. */
static void walk_copy(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	walk->stale = true;
	walk_put(walk, op);
}

static enum op_changed copy_out_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	bool ip4;
	const uint8_t *ttl = inner_ttl(h, &ip4);

	if (ttl)
		h->mpls[3] = *ttl;
	return OP_CHANGED;
}

static enum op_changed copy_in_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	bool ip4;
	uint8_t *ttl = inner_ttl(h, &ip4);
	uint32_t was;

	if (!ttl)
		return OP_CHANGED;
	was = ip4 ? checksum_sum(ttl, 1) : 0;
	*ttl = h->mpls[3];
	if (ip4)
		checksum_fix(ttl + 2, was, checksum_sum(ttl, 1));
	return OP_CHANGED;
}

static int compile_copy_out(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_copy, copy_out_one)->hops = OP_HOPS_NEW;
	return 0;
}
SW_REGISTER(action_code, copy_ttl_out) = {
	.name = "copy_ttl_out",
	.help = "gives the outermost label the TTL of what is under it",
	.compile = compile_copy_out,
};

static int compile_copy_in(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add_change(draft, walk_copy, copy_in_one)->hops = OP_HOPS_NEW;
	return 0;
}
SW_REGISTER(action_code, copy_ttl_in) = {
	.name = "copy_ttl_in",
	.help = "gives what is under the outermost label its TTL",
	.compile = compile_copy_in,
};

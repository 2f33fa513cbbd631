/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A link's number by hash, into a field (Open vSwitch's multipath; RFC 2992 for the algorithms).
 *
 * Workers but for the compiling. What is hashed is part of a flow's key, so a kept flow has its link.
 */
#include <sw/multipath.h>

#include "code.h"
#include "flow_hash.h"
#include "have.h"
#include "run_move.h"
#include "walk_reread.h"

#define HRW_MOST \
	64	 /* links; more would take too long for a packet: iter_hash, as Open vSwitch does */
#define TRIES 64 /* of iter_hash: half of them fail at most */

static uint32_t highest(uint32_t hash, uint32_t n)
{
	uint32_t best = 0, most = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t weight = flow_hash_again(hash, i);

		if (i && weight <= most)
			continue;
		best = i;
		most = weight;
	}
	return best;
}

/* `modulo` is fitting when it is n at least, and not much more. */
static uint32_t iterate(uint32_t hash, uint32_t n, uint32_t modulo)
{
	if (modulo < n || modulo / 2 > n)
		modulo = rte_align32pow2(n);
	for (uint32_t i = 0; i < TRIES; i++) {
		uint32_t link = flow_hash_again(hash, i) % modulo;

		if (link < n)
			return link;
	}
	return hash % n;
}

static uint32_t link_of(const struct sw_multipath *m, uint32_t hash)
{
	switch (m->algorithm) {
	case SW_MULTIPATH_MODULO_N:
		return hash % m->n_links;
	case SW_MULTIPATH_HASH_THRESHOLD:
		return (uint64_t)hash * m->n_links >> 32;
	case SW_MULTIPATH_HRW:
		if (m->n_links <= HRW_MOST)
			return highest(hash, m->n_links);
		return iterate(hash, m->n_links, 0);
	case SW_MULTIPATH_ITER_HASH:
		break;
	}
	return iterate(hash, m->n_links, m->arg);
}

static void walk_multipath(struct walk *walk, const struct op *op)
{
	const struct sw_multipath *m = op->multipath;

	if (!walk_fresh(walk))
		return;
	walk_bits_set(walk, &m->dst, link_of(m, flow_hash(&walk->fields, m->fields, m->basis)));
}

static int compile_multipath(
	struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	const struct sw_multipath *m = a->multipath;
	struct op *op = code_add(draft);

	op->walk = walk_multipath;
	op->multipath = m;
	code_points(draft, m->fields << 16 ^ m->algorithm << 20 ^ m->basis);
	code_points(draft, (uint64_t)m->n_links << 32 | m->arg);
	flow_hash_reads(&draft->reads, m->fields);
	have_reads(&draft->reads, m->dst.field->prereq);
	return 0;
}
SW_REGISTER(action_code, multipath) = {
	.name = "multipath",
	.help = "hashes the packet, and writes the number of a link into a field",
	.compile = compile_multipath,
};

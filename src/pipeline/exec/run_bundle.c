/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One of some ports that can send: out by it, or its number into a field (Open vSwitch's bundle and bundle_load).
 *
 * Workers but for the compiling. The choice is made by the walk, and a flow that is kept with it is void as soon as a
 * link falls or comes back, or a port joins or leaves (walk_live.h).
 */
#include <string.h>

#include <sw/err.h>
#include <sw/multipath.h>

#include "code.h"
#include "flow_hash.h"
#include "have.h"
#include "run_move.h"
#include "run_output.h"
#include "walk_live.h"
#include "walk_reread.h"

#define NO_PORT 0xffff /* what bundle_load writes when no member can send: OFPP_NONE of 16 bits */

/* Reserved ports stand for several or for another one: they are taken for live, as Open vSwitch does. */
static bool member_lives(struct walk *walk, uint32_t port)
{
	return (port >= SW_OFPP_MAX && port != SW_OFPP_LOCAL) || walk_port_lives(walk, port);
}

/* Index of the first that is live; of HRW the one with the highest weight. -1: none. */
static int choose(struct walk *walk, const struct sw_bundle *b)
{
	uint32_t hash = flow_hash(&walk->fields, b->fields, b->basis), most = 0;
	int best = -1;

	for (unsigned i = 0; i < b->n; i++) {
		uint32_t weight;

		if (!member_lives(walk, b->members[i]))
			continue;
		if (b->algorithm == SW_BUNDLE_ACTIVE_BACKUP)
			return i;
		weight = flow_hash_again(hash, i);
		if (best >= 0 && weight <= most)
			continue;
		best = i;
		most = weight;
	}
	return best;
}

static void walk_bundle(struct walk *walk, const struct op *op)
{
	const struct sw_bundle *b = op->bundle;
	int chosen;

	if (!walk_fresh(walk))
		return;
	chosen = choose(walk, b);
	if (chosen >= 0)
		walk_output(walk, b->members[chosen]);
}

static void walk_load(struct walk *walk, const struct op *op)
{
	const struct sw_bundle *b = op->bundle;
	uint32_t port = NO_PORT;
	int chosen;

	if (!walk_fresh(walk))
		return;
	chosen = choose(walk, b);
	if (chosen >= 0)
		port = b->members[chosen];
	/* Fields hold reserved ports as those of 16 bits, as output:FIELD takes them. */
	walk_bits_set(walk, &b->dst, port >= SW_OFPP_MAX ? port & 0xffff : port);
}

static int members_fault(const struct sw_bundle *b, struct sw_err *err)
{
	for (unsigned i = 0; i < b->n; i++)
		if (b->members[i] == SW_OFPP_TABLE || b->members[i] == SW_OFPP_CONTROLLER)
			return sw_err_set(err, SW_CODE_INVALID,
				"bundle: %s is no port that a packet can be sent out of",
				b->members[i] == SW_OFPP_TABLE ? "TABLE" : "CONTROLLER");
	return 0;
}

static int compile_bundle(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	const struct sw_bundle *b = a->bundle;
	struct op *op = code_add(draft);

	op->walk = b->dst.field ? walk_load : walk_bundle;
	op->bundle = b;
	code_points(draft, b->fields << 16 ^ b->algorithm << 20 ^ b->basis);
	for (unsigned i = 0; i < b->n; i++)
		code_points(draft, b->members[i]);
	flow_hash_reads(&draft->reads, b->fields);
	if (b->dst.field)
		have_reads(&draft->reads, b->dst.field->prereq);
	return members_fault(b, err);
}
SW_REGISTER(action_code, bundle) = {
	.name = "bundle",
	.help = "sends out by one of some ports that are up, chosen by a hash",
	.compile = compile_bundle,
};
SW_REGISTER(action_code, bundle_load) = {
	.name = "bundle_load",
	.help = "writes the number of one of some ports that are up into a field",
	.compile = compile_bundle,
};

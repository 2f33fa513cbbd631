/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets to controllers (OpenFlow 1.3.5, 5.12 and 7.4.1; Open vSwitch's controller()): by output to CONTROLLER or by
 * the action with more to say.
 *
 * Workers but for the compiling. What the fields are when the walk comes by goes along.
 */
#include "run_controller.h"

#include <string.h>

#include <rte_hash_crc.h>

#include <sw/drop.h>

#include "../meter/meter.h"
#include "code.h"
#include "packet_in.h"
#include "pause.h"
#include "prog.h"
#include "walk.h"

SW_USE(drop, meter);

SW_REGISTER(drop, controller_full) = {
	.name = "controller_full",
	.help = "a rule sends it to controllers, and more of such packets come than the control thread takes: rules that "
		"handle the traffic, or a meter, keep it away",
	.as = SW_DROP_RX_DROPPED,
};

SW_REGISTER(drop, no_packet_in) = {
	.name = "no_packet_in",
	.help = "no rule matches it but that for the rest, which sends to controllers, and the port was asked not to: "
		"ovs-ofctl mod-port BRIDGE PORT packet-in",
	.as = SW_DROP_RX_DROPPED,
};

static bool is_miss_rule(const struct walk *walk)
{
	const struct sw_rule *rule = walk->rule;

	return rule ? !rule->priority && !rule->mask->n : walk->as && walk->as->miss;
}

static uint64_t cookie_of(const struct walk *walk)
{
	if (walk->rule)
		return walk->rule->cookie;
	return walk->as ? walk->as->cookie : UINT64_MAX;
}

static uint8_t reason_of(const struct walk *walk, const struct op *op)
{
	if (op->controller.reason != SW_PACKET_IN_ACTION)
		return op->controller.reason;
	if (walk->packet_out)
		return SW_PACKET_IN_PACKET_OUT;
	if (walk->groups)
		return SW_PACKET_IN_GROUP;
	if (walk->in_set)
		return SW_PACKET_IN_ACTION_SET;
	return is_miss_rule(walk) ? SW_PACKET_IN_NO_MATCH : SW_PACKET_IN_ACTION;
}

static void walk_controller(struct walk *walk, const struct op *op)
{
	struct walk_snap *snap = &walk->snap[walk->n_snaps];
	struct op *put;

	if (walk->n_snaps == WALK_SNAPS) {
		walk->too_long = true;
		return;
	}
	snap->reason = reason_of(walk, op);
	if (snap->reason == SW_PACKET_IN_NO_MATCH && walk->prog->no_packet_in) {
		walk->x->why = SW_ID(drop, no_packet_in);
		walk->lost |= op->controller.pause; /* nobody resumes it */
		return;
	}
	snap->cookie = cookie_of(walk);
	snap->pause = NULL;
	snap->table = walk->table;
	snap->fields = walk->fields;
	put = walk_put(walk, op);
	if (!put)
		return;
	put->controller.snap = snap;
	if (op->controller.pause)
		pause_begin(walk, snap);
	walk->n_snaps++;
}

/* What is left to do goes along. false: there is no room for it. */
static bool take_pause(struct sw_worker *w, const struct walk_snap *snap, struct sw_packet_in *in)
{
	in->pauses = snap->pause;
	in->pause = NULL;
	return !snap->pause || pause_post(w, snap->pause, in);
}

static void run_controller(struct exec *x, const struct op *op)
{
	const struct walk_snap *snap = op->controller.snap;

	for (unsigned i = 0; i < x->n; i++) {
		struct sw_packet_in *in;

		if (unlikely(!meter_lets_in(
			    x->prog->meters, x->version, x->w, op->controller.meter, x->pkts[i]))) {
			x->why = SW_ID(drop, meter);
			continue;
		}
		in = packet_in_next(x->w);
		if (!in || !take_pause(x->w, snap, in)) {
			x->why = SW_ID(drop, controller_full);
			return;
		}
		in->rules = x->prog->rules;
		in->m = x->pkts[i];
		in->cookie = snap->cookie;
		in->max_len = op->controller.max_len;
		in->controller = op->controller.id;
		in->meter = op->controller.meter;
		in->table = snap->table;
		in->reason = snap->reason;
		in->by_itself = op->controller.by_itself;
		in->fields = snap->fields;
		in->data = userdata_take(op->controller.data);
		rte_pktmbuf_refcnt_update(in->m, 1);
		packet_in_post(x->w);
		x->sent |= !op->controller.by_itself;
	}
}

void op_controller_init(struct op *op, uint16_t max_len)
{
	op->sends = true;
	op->fixed = false; /* it takes the fields along */
	op->walk = walk_controller;
	op->run = run_controller;
	memset(&op->controller, 0, sizeof(op->controller));
	op->controller.max_len = max_len;
	op->controller.reason = SW_PACKET_IN_ACTION;
}

void walk_tell(struct walk *walk, uint8_t reason, const uint16_t *ids, unsigned n)
{
	struct op op = { 0 };
	unsigned before = walk->n_ops;

	op_controller_init(&op, SW_NO_BUFFER);
	op.controller.reason = reason;
	op.controller.by_itself = true;
	op.controller.id = ids[0];
	if (reason == SW_PACKET_IN_NO_MATCH) {
		walk->rule = NULL;
		walk->as = NULL;
	}
	walk_controller(walk, &op);
	if (walk->n_ops == before)
		return;
	op = walk->ops[before];
	for (unsigned i = 1; i < n && !walk->too_long; i++) {
		op.controller.id = ids[i];
		walk_put(walk, &op);
	}
}

static void forget(void *data)
{
	userdata_put(data);
}

static void used(void *data, int by)
{
}

static int compile_controller(
	struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	/* All of a packet that is to come back must go out. */
	op_controller_init(op, a->controller.pause ? SW_NO_BUFFER : a->controller.max_len);
	op->controller.pause = a->controller.pause;
	op->controller.reason = a->controller.reason;
	op->controller.id = a->controller.id;
	op->controller.meter = a->controller.meter;
	if (!a->controller.n_data)
		return 0;
	op->controller.data = userdata_create(a->controller.data, a->controller.n_data);
	code_owns(draft, op->controller.data, forget, used);
	code_points(
		draft, rte_hash_crc(a->controller.data, a->controller.n_data, a->controller.id));
	return 0;
}
SW_REGISTER(action_code, controller) = {
	.name = "controller",
	.help = "sends to controllers, up to a length",
	.compile = compile_controller,
};

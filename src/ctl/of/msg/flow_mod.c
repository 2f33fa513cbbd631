/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow-mods (1.0.1, 4.6, 5.3.3; 1.3.5, 6.4, 7.3.4.1; Nicira's NXT_FLOW_MOD). Those that come one behind the other in a turn are
 * staged together and become visible at once, before anything else is done for anybody: a change of the rules costs
 * workers and us the same for one rule as for many. One that is refused is taken out alone. One that has to look at many rules is
 * a staging of its own, made in slices while nobody else changes the bridge; if the peer goes in the middle, it is taken back.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/bridge.h>
#include <sw/mem.h>

#include "../bridge.h"
#include "../conn/reply.h"
#include "../flow/flow.h"
#include "../large.h"
#include "../monitors.h"

static enum of_flow_form form_of(const struct of_msg *msg)
{
	return msg->id->form == OF_EXPERIMENTER ? OF_FLOW_NXM
	       : msg->version == OF10		? OF_FLOW_10
						: OF_FLOW_OXM;
}

/* What would make rules where ports look at none. Those that were there before can be deleted. */
static bool is_in_vain(const struct of_conn *c, const struct sw_rule_change *change)
{
	return sw_bridge_is_cross_connect(c->bridge->bridge) && change->verb != SW_RULE_DELETE &&
	       change->verb != SW_RULE_DELETE_STRICT;
}

static enum of_error read_mod(
	struct of_conn *c, const struct of_msg *msg, struct sw_rule_change *change)
{
	enum of_error error = of_get_flow_mod(
		msg->body, msg->version, form_of(msg), c->session.table_ids, change);

	return !error && is_in_vain(c, change) ? OFPFMFC_EPERM : error;
}

/* As a part of a bundle. */
static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct sw_rule_change change;
	enum of_error error = read_mod(c, msg, &change);

	if (!error && now)
		error = of_stage_flow_mod(c->bridge, &change);
	if (!error && now)
		of_monitors_mark(c->bridge, c, msg->xid);
	sw_instructions_fini(&change.conf.does);
	return error;
}

/* --- one that takes long ----------------------------------------------------------------------------------------------- */

static enum of_error large_piece(struct of_bridge *of, void *arg)
{
	return of_stage_flow_mod(of, arg);
}

static void large_free(void *arg)
{
	struct sw_rule_change *change = arg;

	sw_instructions_fini(&change->conf.does);
	free(change);
}

static const struct of_large_kind large = { large_piece, large_free };

static void begin_large(
	struct of_conn *c, const struct of_msg *msg, const struct sw_rule_change *change)
{
	struct sw_rule_change *copy = sw_xcalloc(1, sizeof(*copy));

	*copy = *change;
	of_large_begin(c, msg, &large, copy);
}

static enum of_error flow_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct sw_rule_change change;
	enum of_error error = read_mod(c, msg, &change);

	of_bridge_stage(c->bridge);
	if (!error)
		error = of_stage_flow_mod(c->bridge, &change);
	if (error == OF_MORE) {
		begin_large(c, msg, &change);
		return OF_FINE;
	}
	if (!error)
		of_monitors_mark(c->bridge, c, msg->xid);
	sw_instructions_fini(&change.conf.does);
	return error;
}

SW_REGISTER(of_message, flow_mod) = {
	.name = "flow_mod",
	.help = "add, modify or delete rules",
	.ids = { { OF_V10, OF_PLAIN, 0, 14, 64, 8 }, { OF_V13_UP, OF_PLAIN, 0, 14, 48, 8 },
		{ OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 13, 32, 8 } },
	.changes = true,
	.staged = true,
	.handle = flow_mod,
	.stage = stage,
};

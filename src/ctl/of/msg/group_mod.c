/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Group-mods (1.3.5, 6.7, 7.3.4.2; 1.5.1, 7.3.4.3; Nicira's NXT_GROUP_MOD for 1.0). Rules that send to a group that is deleted go with
 * it. Each is visible to workers at once.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/mem.h>

#include "../../staged.h"
#include "../bridge.h"
#include "../conn/reply.h"
#include "../group/group.h"
#include "../large.h"
#include "../monitors.h"
#include "requestforward.h"

/* Rules that go with it first, in pieces. */
static enum of_error stage_piece(struct of_bridge *of, void *arg)
{
	struct of_group_mod *mod = arg;

	if (staged_group_takes(of->bridge, &mod->change))
		return OF_MORE;
	return of_change_group(of->groups, mod, true);
}

static void large_free(void *arg)
{
	struct of_group_mod *mod = arg;

	sw_group_fini(&mod->change.conf);
	free(mod);
}

static const struct of_large_kind large = { stage_piece, large_free };

static enum of_error begin_large(
	struct of_conn *c, const struct of_msg *msg, const struct of_group_mod *mod)
{
	struct of_group_mod *copy = sw_xcalloc(1, sizeof(*copy));

	*copy = *mod;
	of_large_begin(c, msg, &large, copy);
	return OF_FINE;
}

static enum of_error group_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct of_bridge *of = c->bridge;
	struct of_group_mod mod;
	enum of_error error = of_get_group_mod(msg->body, msg->version, &mod);

	if (!error && staged_group_takes_many(of->bridge, &mod.change))
		return begin_large(c, msg, &mod);
	if (!error)
		error = of_change_group(of->groups, &mod, false);
	if (!error)
		of_forward_request(c, msg, OFPRFR_GROUP_MOD);
	sw_group_fini(&mod.change.conf);
	return error;
}

static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct of_group_mod mod;
	enum of_error error = of_get_group_mod(msg->body, msg->version, &mod);

	if (!error && now)
		error = stage_piece(c->bridge, &mod);
	if (!error && now)
		of_monitors_mark(c->bridge, c, msg->xid);
	sw_group_fini(&mod.change.conf);
	return error;
}

static bool after(struct of_conn *c, const struct of_msg *msg)
{
	of_forward_request(c, msg, OFPRFR_GROUP_MOD);
	return true;
}

SW_REGISTER(of_message, group_mod) = {
	.name = "group_mod",
	.help = "add, modify or delete groups and their buckets",
	.ids = { { OF_V13_V14, OF_PLAIN, 0, 15, 8, 8 }, { OF_V15, OF_PLAIN, 0, 15, 16, 8 },
		{ OF_V10, OF_EXPERIMENTER, OF_NICIRA, 31, 16, 8 } },
	.changes = true,
	.handle = group_mod,
	.stage = stage,
	.after = after,
};

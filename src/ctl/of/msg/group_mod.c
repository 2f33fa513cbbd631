/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Group-mods (1.3.5, 6.7, 7.3.4.2; 1.5.1, 7.3.4.3; Nicira's NXT_GROUP_MOD for 1.0). Rules that send to a group that is deleted go with
 * it. Each is visible to workers at once.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../conn/reply.h"
#include "../group/group.h"
#include "../monitors.h"

static enum of_error group_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct of_group_mod mod;
	enum of_error error = of_get_group_mod(msg->body, msg->version, &mod);

	if (!error)
		error = of_change_group(c->bridge->groups, &mod, false);
	sw_group_fini(&mod.change.conf);
	return error;
}

static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct of_group_mod mod;
	enum of_error error = of_get_group_mod(msg->body, msg->version, &mod);

	if (!error && now)
		error = of_change_group(c->bridge->groups, &mod, true);
	if (!error && now)
		of_monitors_mark(c->bridge, c, msg->xid);
	sw_group_fini(&mod.change.conf);
	return error;
}

SW_REGISTER(of_message, group_mod) = {
	.name = "group_mod",
	.help = "add, modify or delete groups and their buckets",
	.ids = { { OF_V13_V14, OF_PLAIN, 0, 15, 8, 8 }, { OF_V15, OF_PLAIN, 0, 15, 16, 8 },
		{ OF_V10, OF_EXPERIMENTER, OF_NICIRA, 31, 16, 8 } },
	.changes = true,
	.handle = group_mod,
	.stage = stage,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups: what they are, what they counted, what they may be (1.3.5, 7.3.5.9 to 7.3.5.11; 1.5.1, 7.3.5.10 to 7.3.5.12; Nicira's for 1.0). A
 * group that is asked for and is not there is left out, as Open vSwitch does it.
 *
 * Thread: control.
 */
#include "../action/action.h"
#include "../bridge.h"
#include "../group/group.h"
#include "entries.h"

SW_USE(action_type, group);

#define TYPES	  0x0f /* all, select, indirect, fast failover */
#define N_TYPES	  4
#define ACTIONS10 0x0fff /* output to enqueue */

enum {
	OFPGFC_SELECT_WEIGHT = 1 << 0,
	OFPGFC_SELECT_LIVENESS = 1 << 1,
	OFPGFC_CHAINING = 1 << 2,
	OFPGFC_CHAINING_CHECKS = 1 << 3,
};
#define CAPABILITIES \
	(OFPGFC_SELECT_WEIGHT | OFPGFC_SELECT_LIVENESS | OFPGFC_CHAINING | OFPGFC_CHAINING_CHECKS)

static const void *next(struct of_conn *c, const struct of_entries *e, int64_t last)
{
	if (e->asked == SW_GROUP_ALL)
		return sw_groups_next(c->bridge->groups, last);
	return last < 0 ? sw_groups_find(c->bridge->groups, e->asked) : NULL;
}

static uint32_t id_of(const void *group)
{
	return sw_group_conf(group)->id;
}

static void put_desc(const struct of_entries *e, struct of_buf *out, const void *group)
{
	of_put_group_desc(out, sw_group_conf(group), e->parts.version);
}

static void put_stats(const struct of_entries *e, struct of_buf *out, const void *group)
{
	of_put_group_stats(out, group, of_users_of(&e->users, id_of(group)));
}

static void count(struct of_users *users, const struct sw_action *a)
{
	if (a->type == &sw_action_type_group)
		of_users_count(users, a->id);
}

static const struct of_entries_kind descs = { next, id_of, put_desc, NULL };
static const struct of_entries_kind stats = { next, id_of, put_stats, count };

/* Before 1.5 all are asked for their descriptions. */
static uint32_t asked(const struct of_msg *msg)
{
	struct of_cursor body = msg->body;

	return of_left(&body) ? of_u32(&body) : SW_GROUP_ALL;
}

static enum of_error group_desc(struct of_conn *c, const struct of_msg *msg)
{
	of_entries_begin(c, msg, &descs, asked(msg));
	return OF_FINE;
}

static enum of_error group_stats(struct of_conn *c, const struct of_msg *msg)
{
	of_entries_begin(c, msg, &stats, asked(msg));
	return OF_FINE;
}

/* --- features ----------------------------------------------------------------------------------------------------------- */

static void add_bit(void *arg, uint16_t number)
{
	uint32_t *bits = arg;

	if (number < 32)
		*bits |= 1u << number;
}

static enum of_error group_features(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply_multipart(msg);
	uint32_t actions = 0;

	if (msg->version == OF10)
		actions = ACTIONS10;
	else
		of_actions_each(msg->version, true, add_bit, &actions);
	of_put_u32(out, TYPES);
	of_put_u32(out, CAPABILITIES);
	for (unsigned i = 0; i < N_TYPES; i++)
		of_put_u32(out, SW_GROUPS_MAX);
	for (unsigned i = 0; i < N_TYPES; i++)
		of_put_u32(out, actions);
	of_send(c, out);
	return OF_FINE;
}

SW_REGISTER(of_message, group_stats) = {
	.name = "group_stats",
	.help = "what groups and their buckets counted",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 6, 8, 0 },
		{ OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 7, 8, 0 } },
	.handle = group_stats,
};
SW_REGISTER(of_message, group_desc) = {
	.name = "group_desc",
	.help = "groups and their buckets",
	.ids = { { OF_V13_V14, OF_MULTIPART, 0, 7, 0, 0 }, { OF_V15, OF_MULTIPART, 0, 7, 8, 0 },
		{ OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 8, 8, 0 } },
	.handle = group_desc,
};
SW_REGISTER(of_message, group_features) = {
	.name = "group_features",
	.help = "which groups there can be",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 8, 0, 0 },
		{ OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 9, 0, 0 } },
	.handle = group_features,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The groups of a bridge (OpenFlow 1.3.5, 5.6, 6.7): changed by people and controllers, run by workers, who find a group
 * when a packet comes that a rule sends there. A changed group is another object; the old one, and one that is deleted, goes when
 * no worker reads a version of the rules before that any more.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_GROUPS_H
#define SW_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/group.h>
#include <sw/reg.h>

struct sw_bridge;
struct sw_err;
struct sw_groups; /* of a bridge */

#define SW_GROUPS_MAX  65536 /* of a bridge */
#define SW_BUCKETS_MAX 256   /* of a group */

struct sw_groups *sw_bridge_groups(struct sw_bridge *bridge);

enum sw_group_fault { /* why a change was refused, beside err's sentence */
	SW_GROUP_FINE,
	SW_GROUP_EXISTS,
	SW_GROUP_UNKNOWN,
	SW_GROUP_INVALID,
	SW_GROUP_OUT_OF_GROUPS,
	SW_GROUP_OUT_OF_BUCKETS,
	SW_GROUP_LOOP,	   /* it would come back to itself */
	SW_GROUP_NO_GROUP, /* a bucket names a group that is not there */
	SW_GROUP_CHAINED,  /* DELETE: another group sends to it */
	SW_GROUP_BUCKET_EXISTS,
	SW_GROUP_BUCKET_UNKNOWN,
	SW_GROUP_BAD_ACTION, /* that workers cannot do */
};

/* Make a change; the conf stays the caller's. DELETE also ends the rules that use the group, and is fine where there is
 * none. Nothing changes on error. */
enum sw_group_fault sw_groups_change(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err);

/* A staging of groups, meters and rules: begun instead of sw_rules_begin, with whose rules it lasts; any changes of groups, by
 * sw_meters_stage of meters and by sw_rules_stage of rules; then commit all, which packets see at once, or take all back. A rule may send to
 * a group that was staged before it. Nobody else changes any of these meanwhile; who looks at groups sees those that are in force. */
void sw_groups_begin(struct sw_groups *groups);
enum sw_group_fault sw_groups_stage(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err);
void sw_groups_commit(struct sw_groups *groups);
void sw_groups_abort(struct sw_groups *groups);
/* The same, but what follows for rules is left to the caller: sw_rules_settle, sw_rules_take_back with sw_rules_abort (sw/rule_slices.h). */
void sw_groups_publish(struct sw_groups *groups);
void sw_groups_discard(struct sw_groups *groups);

/* Who hears of each group that came, changed or went: it is as sw_groups_find has it. Rules that went with it are seen by nobody before. */
struct sw_group_listener {
	const char *name;
	const char *help;
	void (*heard)(const struct sw_groups *groups, uint32_t id);
};
SW_REG_KIND_DECLARE(group_listener);

/* Is it there, as staged? */
bool sw_groups_has(const struct sw_groups *groups, uint32_t id);
/* Are the groups there that the instructions send to, as they are in force or, for what belongs to the staging, as staged? Else one
 * that is not: who adds the rule, or sends the packet, refuses it. */
bool sw_groups_known(const struct sw_groups *groups, const struct sw_instructions *does,
	bool staged, uint32_t *missing);

/* All of them, in order of ids: the one after `id` (first: -1), or NULL; good until control returns to its loop. */
struct sw_group;
const struct sw_group *sw_groups_next(const struct sw_groups *groups, int64_t id);
const struct sw_group *sw_groups_find(const struct sw_groups *groups, uint32_t id);
const struct sw_group_conf *sw_group_conf(const struct sw_group *group);

struct sw_group_stats {
	uint64_t packets, bytes, made_ms; /* made: sw_clock_ms() */
	unsigned rules; /* buckets of other groups that send to it; rules are not counted here */
	unsigned users; /* rules that do */
	struct sw_bucket_stats {
		uint64_t packets, bytes;
	} bucket[SW_BUCKETS_MAX]; /* as many as the conf has */
};
void sw_group_stats(const struct sw_group *group, struct sw_group_stats *out);
unsigned sw_groups_count(const struct sw_groups *groups, enum sw_group_type type);

#endif

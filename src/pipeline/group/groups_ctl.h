/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The groups of a bridge for the bridge itself, and what the files of this folder do for each other.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_GROUP_GROUPS_CTL_H
#define PIPELINE_GROUP_GROUPS_CTL_H

#include "group.h"

struct sw_meters;
struct sw_rules;

/* Without groups. Where rules are NULL nobody keeps what walks came to. Counters are for as many workers as sw_worker_count() says
 * now. */
struct sw_groups *groups_create(struct sw_rules *rules);

/* Stagings of these groups are of the meters, too, which are there as long as they are. */
void groups_stage_with(struct sw_groups *groups, struct sw_meters *meters);

/* No program of the bridge is run on packets that come from now on; it goes after a grace period. */
void groups_destroy(struct sw_groups *groups);

/* All bits that walks through groups look at, added to a mask; those of groups that went are among them until a while after groups_rest(),
 * which is to be called now and then. */
void groups_read(const struct sw_groups *groups, struct sw_fields *reads);
void groups_rest(struct sw_groups *groups);

/* --- of this folder --- */

#define GROUP_BUCKETS_MAX 262144 /* of all groups of a bridge: memory is bounded */

/* The object of a conf, which it takes over on success (then conf is empty). NULL with err: an action that workers
 * cannot do. Not yet in the map; group_free when no worker can have it. */
struct sw_group *group_create(struct sw_group_conf *conf, struct sw_err *err);
void group_free(struct sw_group *g);

/* The actions of a bucket in the order in which an action set runs them. NULL with err. */
struct code *bucket_compile(struct sw_actions *actions, struct sw_err *err);

/* Ids of groups that the bucket's actions send to: fn of each. */
void bucket_each_group(
	const struct sw_bucket_conf *b, void (*fn)(void *arg, uint32_t id), void *arg);

/* May the conf take its place among the others: are the groups there that it sends to, and is there no way back to it? */
enum sw_group_fault group_check_chain(
	struct sw_groups *groups, const struct sw_group_conf *conf, struct sw_err *err);

/* Its buckets send to others (by 1) or do no more (by -1). */
void group_count_refs(struct sw_groups *groups, const struct sw_group_conf *conf, int by);

/* Does it send to one that is walked? And which are walked now, or will be from the version on, when `coming`, which walks, takes its
 * place. */
bool group_sends_to_walked(const struct sw_groups *groups, const struct sw_group_conf *conf);
void groups_mark_walked(struct sw_groups *groups, const struct sw_group *coming, uint64_t version);

/* It is walked from the version on. And: one that was leaves sight, or has left it. */
void group_walked(struct sw_groups *groups, struct sw_group *g, uint64_t version);
void group_walked_goes(struct sw_groups *groups, const struct sw_group *g);
void group_walked_went(struct sw_groups *groups, const struct sw_group *g);

/* How often it counts a TTL down at most, as others are now (struct sw_group); and what that makes of those that send to one that
 * changed, with `coming` (or NULL) in the place of the one with its id. */
unsigned group_count_downs(const struct sw_groups *groups, const struct sw_group *g);
void groups_spread_downs(struct sw_groups *groups, const struct sw_group *coming);

/* INSERT_BUCKETS, REMOVE_BUCKETS: `to` becomes what the group is afterwards. */
enum sw_group_fault group_insert_buckets(struct sw_group_conf *to, const struct sw_group_conf *from,
	const struct sw_group_change *change, struct sw_err *err);
enum sw_group_fault group_remove_buckets(struct sw_group_conf *to, const struct sw_group_conf *from,
	const struct sw_group_change *change, struct sw_err *err);

/* Those who listen hear of it: it came, is another one, or went. */
void groups_tell(const struct sw_groups *groups, uint32_t id);

/* The version of the rules that workers read who begin a turn now; and the one that a change is seen from which no staging makes: where it
 * matters to flows that are kept, one that begins with it, by groups_move(). Then nothing that was kept holds, if it voids that. */
uint64_t groups_version(const struct sw_groups *groups);
uint64_t groups_next_version(const struct sw_groups *groups, bool matters);
void groups_move(struct sw_groups *groups, uint64_t version, bool voids);

/* In the map under its id, seen from the version on, in the place of `old` (NULL: of none). */
void group_enter(
	struct sw_groups *groups, struct sw_group *g, struct sw_group *old, uint64_t version);
/* Another one is in its place: it goes after a grace period. */
void group_retire(struct sw_group *g);
/* These, in order of ids, are deleted: who reads the version or one after it finds them no more. Once no worker that begins a turn
 * reads one before it, they have left: those who listen are told, and they go after two grace periods. */
void groups_leave(
	struct sw_groups *groups, struct sw_group *const *list, unsigned n, uint64_t version);
void groups_left(struct sw_groups *groups, struct sw_group *const *list, unsigned n);

/* `g` is made from `old`, which it is to follow: which of its buckets are those that were there? */
void group_keep_buckets(struct sw_group *g, const struct sw_group *old);
/* `g` takes the place of `old`: what was counted goes on. And what was counted since, when no worker has it any more. */
void group_stats_follow(struct sw_group *g, struct sw_group *old);
void group_stats_settle(struct sw_group *now, struct sw_group *old);

#endif

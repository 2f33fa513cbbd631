/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The meters of a bridge for the bridge itself.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_METER_METERS_CTL_H
#define PIPELINE_METER_METERS_CTL_H

#include "meter.h"

struct sw_rules;

/* Without meters. `lists_void` as that of groups_create. */
struct sw_meters *meters_create(
	struct sw_rules *rules, void (*lists_void)(void *arg), void *lists_arg);

/* Their part of a staging of groups (sw/groups.h), whose rules are in one, too: begun, then placed, so that packets meet them from the
 * version on, and settled when the rules are committed; or taken back. */
void meters_begin(struct sw_meters *meters);
void meters_stage_place(struct sw_meters *meters, uint64_t version);
void meters_stage_settle(struct sw_meters *meters);
void meters_abort(struct sw_meters *meters);

/* No program of the bridge is run on packets that come from now on; it goes after a grace period. */
void meters_destroy(struct sw_meters *meters);

/* --- of this folder --- */

/* How many there are, as staged. */
unsigned meters_staged_count(const struct sw_meters *meters);

/* Not yet in the map; meter_free when no worker can have it. */
struct sw_meter *meter_create(const struct sw_meters *meters, const struct sw_meter_conf *conf);
void meter_free(struct sw_meter *m);

/* Can it be added or modified, as staged? */
enum sw_meter_fault meter_check(const struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err);

/* In the map under its id, seen from the version of the rules on, in the place of `old` (NULL: of none). And those who listen hear of it. */
void meter_enter(
	struct sw_meters *meters, struct sw_meter *m, struct sw_meter *old, uint64_t version);
void meters_tell(const struct sw_meters *meters, uint32_t id);

/* `m` takes the place of `old` and goes on from there. What was counted since, added. */
void meter_follow(struct sw_meter *m, struct sw_meter *old);
void meter_stats_move(struct sw_meter *to, struct sw_meter *from);

/* Another one is in its place: it goes after a grace period. */
void meter_retire(struct sw_meter *m);
/* It is deleted, and named by no rule that is seen now: it goes after two. */
void meter_take_out(struct sw_meters *meters, struct sw_meter *m);

#endif

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

/* No program of the bridge is run on packets that come from now on; it goes after a grace period. */
void meters_destroy(struct sw_meters *meters);

#endif

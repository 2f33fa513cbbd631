/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order in which an action set runs, whatever the order it was written in (OpenFlow 1.3.5, 5.10; what Open
 * vSwitch adds is in ovs-actions(7), "Action Sets"). An action's place is sw_action_type.set_place.
 *
 * A set has one action of each place, the one written last, but any number of SW_PLACE_SET, in the order in which
 * they were written. Of GROUP, OUTPUT and RESUBMIT the first that is there runs, the others do not.
 *
 * room: pipeline. Thread: any; constants and a pure function.
 */
#ifndef SW_ACTION_SET_H
#define SW_ACTION_SET_H

#include <stdbool.h>

struct sw_action;

enum sw_action_place {
	SW_PLACE_NONE, /* not allowed in a set */
	SW_PLACE_COPY_TTL_IN,
	SW_PLACE_POP_VLAN, /* pops from the outside in, pushes from the inside out */
	SW_PLACE_POP_PBB,
	SW_PLACE_POP_MPLS,
	SW_PLACE_PUSH_MPLS,
	SW_PLACE_PUSH_PBB,
	SW_PLACE_PUSH_VLAN,
	SW_PLACE_COPY_TTL_OUT,
	SW_PLACE_DEC_TTL,
	SW_PLACE_DEC_MPLS_TTL,
	SW_PLACE_SET, /* fields: set_field, load, move, mod_* */
	SW_PLACE_METER,
	SW_PLACE_SET_QUEUE,
	SW_PLACE_GROUP,
	SW_PLACE_OUTPUT,
	SW_PLACE_RESUBMIT,
	SW_PLACES
};

/* May `earlier` go from a set because `later` is written into it? Of SW_PLACE_SET: when `later` sets all of the
 * field that `earlier` sets, and no `move` that stands between reads it. */
bool sw_action_replaces(const struct sw_action *later, const struct sw_action *earlier);

#endif

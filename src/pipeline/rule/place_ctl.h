/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stamps of a bridge's places (place.h).
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_PLACE_CTL_H
#define RULE_PLACE_CTL_H

#include "store.h"

/* Into a mask that is made: of which kind the places of its rules are. */
void rule_mask_note_places(struct rule_mask *mask);

/* The place of the rule of a step that is about to be the next of the staging: in the step, and of a large staging in a set, so that a
 * commit need not look at each again. */
void rule_place_note(struct sw_rules *rules, struct rule_staged *step);

/* What is staged concerns packets of these places from the next version on: to be said before that is published. */
void rule_places_stamp(struct sw_rules *rules);
/* All packets. */
void rule_places_stamp_all(struct sw_rules *rules);
/* It is taken back. */
void rule_places_forget(struct sw_rules *rules);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stamps of a bridge's places (place.h).
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_PLACE_CTL_H
#define RULE_PLACE_CTL_H

#include "store.h"

/* What is staged concerns packets of these places from the next version on: to be said before that is published. */
void rule_places_stamp(struct sw_rules *rules);

#endif

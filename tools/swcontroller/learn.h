/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The learning switch: who is where, where a packet goes, and the rule that sends those like it there.
 */
#ifndef SWCONTROLLER_LEARN_H
#define SWCONTROLLER_LEARN_H

#include <stdint.h>

#include <sw/action.h>

#include "../../src/ctl/of/codec/cursor.h"

extern const struct sw_action_type sw_action_type_output, sw_action_type_enqueue,
	sw_action_type_set_queue;

struct peer;

/* The body of a packet_in. */
void learn_take(struct peer *p, struct of_cursor c);

/* A port is gone or down: forget the stations behind it, and the rules that send there. */
void learn_forget(struct peer *p, uint32_t port);

#endif

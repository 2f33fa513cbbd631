/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stored changes of the configuration, for whoever wants to hear of each: subscriptions, events, later
 * OVSDB's monitors and OpenFlow's.
 *
 *	SW_REGISTER(change_listener, shiny) = { .name = "shiny", .help = "...", .hear = fn };
 *
 * Called once a transaction, in the order of generations, after it is on the disk and in force. What it
 * changed is told by draft_diff_next(); rows never change and may be kept with row_ref().
 *
 * room: ctl. Thread: control; a listener must not take long (10 ms are for all of them together).
 */
#ifndef CTL_CHANGE_H
#define CTL_CHANGE_H

#include <stdint.h>

#include <jansson.h>

#include <sw/reg.h>

struct draft;

struct change {
	uint64_t generation; /* after it */
	const char *user;
	const json_t *commands; /* arrays of words; NULL: none, the switch's own */
	const struct draft *draft;
};

struct sw_change_listener {
	const char *name;
	const char *help;
	void (*hear)(const struct change *change);
};
SW_REG_KIND_DECLARE(change_listener);

/* Tell all listeners; by transactions alone. */
void change_tell(const struct change *change);

#endif

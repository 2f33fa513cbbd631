/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow monitors of a connection (1.4.1, 7.3.5.17; ONF's extension 187 for 1.3; Nicira's NXST_FLOW_MONITOR for 1.0): rules that come,
 * change and go are told as they do. A change that the connection itself has asked for is told by the number of its message alone, unless
 * the monitor wants all of it.
 *
 * A peer that takes too little is told that monitoring pauses; then only ends of rules it knows of are told, until there is room: what
 * changed meanwhile follows, and that it goes on.
 *
 * Thread: control.
 */
#ifndef CTL_OF_MONITORS_H
#define CTL_OF_MONITORS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

#include "codec/error.h"

struct of_bridge;
struct of_conn;
struct of_id;
struct of_msg;
struct of_parts;

#define OF_MONITORS_MAX 256 /* of a connection */

/* Flags, Nicira's but for the last, which came with 1.4. */
enum {
	OF_MONITOR_INITIAL = 1 << 0,
	OF_MONITOR_ADD = 1 << 1,
	OF_MONITOR_DELETE = 1 << 2,
	OF_MONITOR_MODIFY = 1 << 3,
	OF_MONITOR_ACTIONS = 1 << 4,  /* what rules do is told */
	OF_MONITOR_OWN = 1 << 5,      /* own changes in full */
	OF_MONITOR_ONLY_OWN = 1 << 6, /* and those alone */
};

struct of_monitor {
	uint32_t id;
	uint8_t flags;
	struct sw_rule_change filter; /* as for a DELETE */
};

bool of_monitor_has(const struct of_conn *c, uint32_t id);
/* It is not there yet, and there is room. */
void of_monitor_add(struct of_conn *c, const struct of_msg *msg, const struct of_monitor *m);
bool of_monitor_remove(struct of_conn *c, uint32_t id); /* false: it is not there */
unsigned of_monitors_room(const struct of_conn *c);	/* how many more it may have */
void of_monitors_free(struct of_conn *c);

/* The rules that the last n monitors want at first, as the answer to the request; it becomes the connection's work. */
void of_monitors_begin(struct of_conn *c, const struct of_msg *msg, unsigned n);

/* There may be room again: where it was paused, what changed becomes its work. */
void of_monitors_resume(struct of_conn *c);

/* Changes of rules that are staged: who asked for those since the last call, by which message. Forgotten by _end. */
void of_monitors_mark(struct of_bridge *of, const struct of_conn *c, uint32_t xid);
void of_monitors_end(struct of_bridge *of);

#endif

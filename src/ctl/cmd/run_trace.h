/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command trace, and its --live, which follows real packets (sw/trap.h).
 *
 * Thread: control.
 */
#ifndef CTL_CMD_RUN_TRACE_H
#define CTL_CMD_RUN_TRACE_H

#include <sw/cmd.h>

struct sw_bridge;
struct sw_err;
struct sw_match;
struct sw_port;

/* --why=RULE, --names, --live, --count=N */
enum { TRACE_WHY, TRACE_NAMES, TRACE_LIVE, TRACE_COUNT };

/* The port that the match says by in_port, which it has whole. 0 or an error: there is none. */
int trace_port_of(struct sw_bridge *bridge, const struct sw_match *match,
	const struct sw_port **port, struct sw_err *err);

/* sw_cmd.run with --live: sleeps until its packets have come. */
int trace_live(struct sw_call *call, struct sw_err *err);

#endif

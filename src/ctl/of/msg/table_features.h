/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What tables can do, as it is told and as it may be asked for. Thread: control.
 */
#ifndef CTL_OF_TABLE_FEATURES_H
#define CTL_OF_TABLE_FEATURES_H

#include <sw/rule.h>

#include "../conn/reply.h"

enum { /* each but MATCH and WILDCARDS with a _MISS of the next number */
	OFPTFPT_INSTRUCTIONS = 0,
	OFPTFPT_NEXT_TABLES = 2,
	OFPTFPT_WRITE_ACTIONS = 4,
	OFPTFPT_APPLY_ACTIONS = 6,
	OFPTFPT_MATCH = 8,
	OFPTFPT_WILDCARDS = 10,
	OFPTFPT_WRITE_SETFIELD = 12,
	OFPTFPT_APPLY_SETFIELD = 14,
	OFPTFPT_WRITE_COPYFIELD = 18, /* 1.5, as the next */
	OFPTFPT_APPLY_COPYFIELD = 20,
};
#define OFPTFF_INGRESS 1 /* 1.5 */

/* Instructions of a table, a bit each by number: goto_table (1) to meter (6), which 1.5 lacks; the last table goes nowhere. */
#define OF_INSTRUCTIONS(version, table) \
	(((version) < OF15 ? 0x7eull : 0x3eull) & ~((table) < SW_TABLES - 1 ? 0ull : 2ull))

/* A part of a request with tables in it; *done: it was the last, and all of it is in force. An error is told once a request. */
enum of_error of_features_take(struct of_conn *c, const struct of_msg *msg, bool *done);
/* Did parts of the same request come before? */
bool of_features_begun(const struct of_conn *c, const struct of_msg *msg);
/* What has come of one without its end is forgotten. */
void of_features_forget(struct of_conn *c);

#endif

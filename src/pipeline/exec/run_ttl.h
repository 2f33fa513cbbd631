/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets whose hop count ends here.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_RUN_TTL_H
#define PIPELINE_EXEC_RUN_TTL_H

#include <stdbool.h>

struct walk;

/* Counted down behind what gives the packet another one: any may end there. */
#define HOPS_ANY 255u

/* May the packet be lost where it is counted down so often at most (0: never; HOPS_ANY), and does somebody want to be told of
 * that? Then its walk goes through groups that others need no walk for. A walk of others is not kept where packets that have fewer
 * left would be lost by what it comes to. False as well where the walk stops (walk_stop). */
bool walk_may_end(struct walk *walk, unsigned downs);

#endif

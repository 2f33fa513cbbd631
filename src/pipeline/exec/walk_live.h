/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks that ask which ports can send.
 *
 * room: pipeline (private). Thread: as walk.h.
 */
#ifndef PIPELINE_EXEC_WALK_LIVE_H
#define PIPELINE_EXEC_WALK_LIVE_H

#include "walk.h"

/* Before port_lives() is asked: what the walk comes to holds no longer than the answer. */
static inline void walk_asks_live(struct walk *walk)
{
	if (!walk->asked_live)
		walk->live = ports_serial(walk->prog);
	walk->asked_live = true;
}

static inline bool walk_port_lives(struct walk *walk, uint32_t number)
{
	walk_asks_live(walk);
	return port_lives(walk->prog, number);
}

#endif

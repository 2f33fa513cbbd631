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

/* Would counting it down lose the packet, and does somebody want to be told of that? Then its walk goes through groups that others
 * need no walk for. */
bool walk_at_end(struct walk *walk);

#endif

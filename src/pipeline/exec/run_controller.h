/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The op that sends packets to controllers.
 *
 * room: pipeline (private). Thread: control and workers.
 */
#ifndef PIPELINE_EXEC_RUN_CONTROLLER_H
#define PIPELINE_EXEC_RUN_CONTROLLER_H

#include "op.h"

/* At most max_len bytes of each. */
void op_controller_init(struct op *op, uint16_t max_len);

struct walk;

/* Workers: the packet is sent, to controllers of these ids, for a reason that no action is (NO_MATCH: no rule, unless its port is not to tell; INVALID_TTL). It is lost
 * for the reason it is lost for all the same. */
void walk_tell(struct walk *walk, uint8_t reason, const uint16_t *ids, unsigned n);

#endif

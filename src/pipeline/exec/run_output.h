/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Output for other actions: to a port that a walk finds out, to a queue of one.
 *
 * room: pipeline (private). Thread: op_output_init control and workers; walk_output workers.
 */
#ifndef PIPELINE_EXEC_RUN_OUTPUT_H
#define PIPELINE_EXEC_RUN_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct op;
struct walk;

/* How a port is sent to. false: TABLE, which only packets have that controllers send. */
bool op_output_init(struct op *op, uint32_t port);

/* As if `output` named it: a number or SW_OFPP_*. TABLE, which no rule may name, is nothing. */
void walk_output(struct walk *walk, uint32_t port);

/* The port of an `output` or `output_reg`; SW_OFPP_ANY: the one that a field says. */
uint32_t op_output_port(const struct op *op);

/* The field actset_output becomes what the action set is now (OpenFlow 1.5.1, 7.2.3.7): UNSET where it has a group, or no output. */
void walk_tell_output(struct walk *walk);

#endif

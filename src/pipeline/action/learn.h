/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two halves of action learn.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_LEARN_H
#define PIPELINE_ACTION_LEARN_H

struct sw_action;
struct sw_err;

/* What is not given, as ovs-ofctl has it. */
#define LEARN_TABLE    1
#define LEARN_PRIORITY 32768

int learn_parse(struct sw_action *a, const char *text, struct sw_err *err);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of rules by commands, as items of a batch.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_RUN_RULE_H
#define CTL_CMD_RUN_RULE_H

#include <stdbool.h>

struct batch;
struct slice;
struct sw_call;
struct sw_err;
struct sw_instructions;

enum { RULE_REPLACE, RULE_DIFF }; /* verbs of run_rule_replace.c */

/* A staging of the bridge's rules, from begin to end. */
void rule_begin(struct batch *b);
void rule_end(struct batch *b, bool commit);
int rule_undo(struct batch *b, const struct slice *slice);
/* Stage one, in the staging that is open: what it names must be there. `item`: a struct sw_rule_change. */
int rule_stage(struct batch *b, void *item, struct sw_err *err);
/* The groups and meters that it names are there. */
int rule_check_named(const struct batch *b, const struct sw_instructions *does, struct sw_err *err);
void rule_fini(void *item);

/* An error where the ports of the call's bridge look at no rules. */
int rule_check_looked_at(const struct sw_call *call, struct sw_err *err);

#endif

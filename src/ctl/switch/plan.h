/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a changed draft to what runs: the steps that make the running switch what the draft says, in
 * order, each with its way back.
 *
 *	run:	make and change ports, make bridges, then publish all changed bridges at once
 *	finish:	(stored) close the ports and bridges that are gone from the configuration
 *	undo:	the way back in reverse order, ending with the old publication
 *
 * What fails in a tolerant plan (start-up, a port that is tried again) or of a bridge's own local port is
 * noted at the port and does not stop the plan.
 *
 * Thread: control. One plan at a time; each of run, undo and finish calls done once, later or at once.
 */
#ifndef CTL_PLAN_H
#define CTL_PLAN_H

#include <stdbool.h>

#include <jansson.h>

#include <sw/err.h>

struct draft;
struct plan;
struct slice;

/* A plan that is still to be made, in slices: 0 or SLICE_MORE. */
struct plan *plan_new(const struct draft *draft, bool tolerant);
int plan_make(struct plan *plan, const struct slice *slice);
void plan_free(struct plan *plan);

/* A made plan that tries the ports again that could not be opened; NULL when there is none. */
struct plan *plan_new_retry(const struct draft *draft);

/* What it would do, a sentence a step. */
json_t *plan_describe(const struct plan *plan);

void plan_run(struct plan *plan, void (*done)(void *arg, int rc), void *arg);
void plan_undo(struct plan *plan, void (*done)(void *arg, int rc), void *arg);
void plan_finish(struct plan *plan, void (*done)(void *arg, int rc), void *arg);

/* Why run failed, and the command of the transaction that asked for it, or -1. */
const struct sw_err *plan_error(const struct plan *plan, int *command);

#endif

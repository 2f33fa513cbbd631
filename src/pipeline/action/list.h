/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts of the parser of lists that instructions use, whose words stand between actions.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_LIST_H
#define PIPELINE_ACTION_LIST_H

#include "action.h"

/* Add the action that a word is. */
int list_take(struct sw_actions **list, const struct word *w, struct sw_err *err);

/* A list with "drop" in it becomes NULL, if it is the only one of so many words; the last stands at `last`. */
int list_drop(struct sw_actions **list, unsigned words, size_t last, struct sw_err *err);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What multipath and bundle share.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_HASH_H
#define PIPELINE_ACTION_HASH_H

#include "action.h"

/* Words of enum sw_hash_fields, ended by NULL. */
extern const char *const hash_names[];

/* Arguments are missing. */
int arg_usage(const char *what, const char *usage, const char *given, struct sw_err *err);

#endif

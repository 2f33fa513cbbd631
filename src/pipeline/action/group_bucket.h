/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets of groups as text.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_GROUP_BUCKET_H
#define PIPELINE_ACTION_GROUP_BUCKET_H

#include <sw/group.h>

#include "action.h"

/* Add what stands behind "bucket="; an id that is not given is SW_GROUP_ANY. */
int group_read_bucket(struct sw_group_change *change, const char *text, struct sw_err *err);

/* With its ",bucket=". */
void group_print_bucket(
	const struct sw_group_conf *conf, const struct sw_bucket_conf *b, struct sw_str *out);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The property of a group that says how buckets are selected: Netronome's extension (Open vSwitch's selection_method), a name, a
 * parameter, and fields with the bits of them that are hashed.
 *
 * Thread: control.
 */
#ifndef CTL_OF_GROUP_METHOD_H
#define CTL_OF_GROUP_METHOD_H

#include <sw/group.h>

#include "../codec/buf.h"
#include "../codec/cursor.h"
#include "../codec/error.h"

/* Properties that fill the cursor. */
enum of_error of_get_group_properties(struct of_cursor c, struct sw_group_change *change);
void of_put_group_method(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version);

#endif

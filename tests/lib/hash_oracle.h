/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which link or member a hash chooses, naively. The hash itself is the switch's (exec/flow_hash.h), of fields that the caller
 * has read in another way.
 */
#ifndef HASH_ORACLE_H
#define HASH_ORACLE_H

#include <stdbool.h>

#include <sw/field.h>
#include <sw/multipath.h>

unsigned oracle_link(const struct sw_fields *f, const struct sw_multipath *m);

/* Index of the member, of those that are live; -1: none is. */
int oracle_member(const struct sw_fields *f, const struct sw_bundle *b, const bool *live);

#endif

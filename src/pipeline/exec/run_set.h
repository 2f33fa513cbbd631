/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ops that write a field, for actions that come to that: set_field, load, move, mod_*, pop.
 *
 * room: pipeline (private). Thread: op_set_init control and workers; the others workers.
 */
#ifndef PIPELINE_EXEC_RUN_SET_H
#define PIPELINE_EXEC_RUN_SET_H

#include <stddef.h>

#include "op.h"

/* An op that writes the bits of `mask`: sw_field_bytes(field) bytes each, big-endian. */
void op_set_init(
	struct op *op, const struct sw_field *field, const uint8_t *value, const uint8_t *mask);

/* What a packet must have for the field to be written. */
static inline enum sw_prereq set_needs(const struct sw_field *field)
{
	return field->offset == offsetof(struct sw_fields, vlan_tci) ? SW_PRE_VLAN : field->prereq;
}

/* Its walk, and what that does to the fields alone. */
void walk_set(struct walk *walk, const struct op *op);
/* The same of a field that says which headers follow; is an op one of the two? */
void walk_set_kind(struct walk *walk, const struct op *op);
static inline bool op_is_set(const struct op *op)
{
	return op->walk == walk_set || op->walk == walk_set_kind;
}
void op_set_ahead(struct sw_fields *fields, const struct op *op);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bits of a field as a walk knows them.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_RUN_MOVE_H
#define PIPELINE_EXEC_RUN_MOVE_H

#include <stdbool.h>
#include <stdint.h>

struct sw_bits;
struct sw_fields;
struct sw_learn_spec;
struct walk;

/* The lowest 64 of them, as a number. False: the walk stops to look at the packet (walk_stop). */
bool walk_bits(struct walk *walk, const struct sw_bits *bits, uint64_t *value);

/* What a spec of learn takes of the packet, or gives, into the field that it is for; fields are fresh (walk_fresh). */
void walk_spec(struct walk *walk, const struct sw_learn_spec *spec, struct sw_fields *to);

/* Write a number into them, in the walk and on its list; what is above it is 0. Fields are fresh, too. */
void walk_bits_set(struct walk *walk, const struct sw_bits *bits, uint64_t value);

#endif

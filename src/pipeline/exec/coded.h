/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A rule's instructions, or the actions of a bucket, as code_ctl.c compiles them.
 *
 * room: pipeline (private). Thread: compiled by control, then constant; workers.
 */
#ifndef PIPELINE_EXEC_CODED_H
#define PIPELINE_EXEC_CODED_H

#include "op.h"

/* What workers need of it lies together, before what is control's. */
struct code {
	const struct op *meter; /* NULL: none */
	int16_t goto_table;	/* -1: none */
	/* The table that a walk looks into next, where it is known what the packet's fields are then: as the first n_ahead of
	 * apply leave them, and, where that is all of them, with the metadata. -1: it is not known, or there is none. */
	int16_t ahead;
	uint16_t n_ahead;
	bool clear, outputs; /* outputs: it changes where the action set sends to */
	rte_be64_t metadata, metadata_mask;
	unsigned n_apply, n_write;
	const struct op *apply, *write;
	const uint8_t *write_place; /* by op of write: below SW_PLACES */
	uint32_t plain;		 /* port of its one output; SW_OFPP_ANY: it does nothing; 0: more */
	uint64_t serial;	 /* of each another one, rising (code_serial) */
	uint32_t hash;		 /* the same for codes of equal instructions; from here control's */
	struct sw_fields *reads; /* mask of what its ops need, beside what tables match */
	struct code *inner;	 /* of lists within it: the next of a chain */
	struct code_own *own;
	struct sw_actions *held[2]; /* its ops point to what these have */
	/* Its owner's, and of packets that wait to go on with it (pause.h): taken by workers, given back to control. */
	uint64_t refs;
	struct op ops[] __attribute__((aligned(16)));
};

/* The last that was given: a code that is compiled from now on has a higher one. Written by control. */
extern uint64_t code_serial;

#endif

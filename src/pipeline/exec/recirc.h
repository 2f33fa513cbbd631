/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recirculation. What a walk finds holds for all packets with the same bytes, as long as it looks at no others. Headers that its own ops
 * reveal (under a label that is popped, behind a second tag, of another type that is written), a hop count that is counted down twice, or
 * a DSCP that a meter writes are none that the key of its packets tells. Where something is to look at such, the walk stops (walk_stop),
 * and notes what is left of it (pause.h). Its list is kept with that. Packets on which the list was run are looked for again, by what they
 * are then and by the number of the list; those that are not found walk on from there, and what that comes to is kept likewise.
 *
 * What is left says all that later tables may see beside the packet: registers, metadata, ports, stack, action set; lists that leave
 * something else have other numbers, which are never given again. A number is found by packets of the list alone, and so while it holds.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_RECIRC_H
#define PIPELINE_EXEC_RECIRC_H

#include "op.h"

struct cache;
struct sw_pause;
struct walk;

/* So often a packet is looked for again, as in Open vSwitch; then its walk holds for it alone. */
#define RECIRC_MOST 8

/* Packets that came in are to remember their length, as rules count that, whatever becomes of them; and so long they were all in all. */
void recirc_mark(const struct exec *x);
uint64_t recirc_bytes(const struct exec *x);

/* Go on with x's packets, by the list of the number; 0: it is not kept. Consumes them. `left` stays as it is meanwhile. */
void recirc_run(struct exec *x, struct cache *c, const struct sw_pause *left, uint64_t number);

/* The walk of x's one packet from where it stopped. The caller has set prog, masks, reader and keep. */
void recirc_walk(struct exec *x, struct walk *walk, const struct sw_pause *left);
/* What a walk came to that stopped, for its packet: its list, then what is left to do. Consumes it. */
void recirc_walked(struct exec *x, struct cache *c, const struct walk *walk, uint64_t number);

#endif

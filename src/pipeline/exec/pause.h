/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks that stop for a controller (controller(pause)) and go on later. The action stops its walk; while that is left again, from the
 * innermost list out, each list and each rule notes what it had yet to do (pause_note): no walk that does not stop has anything to
 * note. A clone and a bucket of a group end what was noted, as they end what an exit ends; what comes behind them is done.
 *
 * A pause is one block of memory without pointers into itself: built in the walk, copied into a ring of the worker when the packet
 * is sent, from there by control to where it waits for the controller (pause_ctl.c), and handed to worker 0 with the packet.
 * It refers to ops: the codes they are of, which are those of the rules that the walk hit, get a reference each.
 *
 * In the same way walks stop that need to look at packets anew, and go on at once (recirc.h).
 *
 * room: pipeline (private). Thread: as each line says.
 */
#ifndef PIPELINE_EXEC_PAUSE_H
#define PIPELINE_EXEC_PAUSE_H

#include <stddef.h>

#include <sw/action_set.h>
#include <sw/field.h>
#include <sw/pause.h>
#include <sw/worker.h>

#include "../rule/ref.h"

struct code;
struct op;
struct sw_packet_in;
struct sw_rules;
struct walk;
struct walk_snap;

#define PAUSE_BYTES 8192	 /* of one at most */
#define PAUSE_RING  (512 * 1024) /* bytes that a worker may have waiting; a power of two */

enum pause_kind {
	PAUSE_OPS,     /* the rest of a list */
	PAUSE_RULE,    /* of a rule, behind its list */
	PAUSE_SET,     /* to run the action set */
	PAUSE_SET_END, /* it was being run: what is in it now is for nothing */
	PAUSE_TABLE,   /* a table that was not looked into yet */
};

/* What one level of the walk has yet to do, and what it knew. */
struct pause_frame {
	const void *at; /* ops; the rule's code */
	uint64_t cookie;
	struct rule_ref rule; /* the last two: of the rule, if it is one's */
	uint16_t n;
	uint8_t kind, table, depth, groups; /* at most WALK_DEPTH */
	bool miss, in_set, packet_out;
	uint8_t pad[3];
	rte_be32_t in_port; /* what a table is looked into with */
};

struct sw_pause {
	const struct sw_rules *rules; /* of the bridge; with `serial`: it may be gone */
	uint32_t serial;
	uint32_t number; /* of the port that the packet came in on */
	uint32_t size;	 /* bytes of it all */
	uint32_t places; /* of the action set, as in struct walk */
	uint16_t n_owners, n_sets, n_frames;
	uint8_t n_stack;
	uint8_t stage; /* how often packets were looked at anew before */
	struct sw_fields fields;
	const struct op *set[SW_PLACES];
	/* Behind each other: codes that have a reference, ops that write fields in the set, the stack, frames from the innermost. */
	uint64_t rest[];
};

#define PAUSE_HEAD offsetof(struct sw_pause, rest)

static inline const struct code **pause_owners(const struct sw_pause *p)
{
	return (const struct code **)p->rest;
}

static inline const struct op **pause_sets(const struct sw_pause *p)
{
	return (const struct op **)(pause_owners(p) + p->n_owners);
}

static inline void *pause_stack(const struct sw_pause *p)
{
	return pause_sets(p) + p->n_sets;
}

static inline struct pause_frame *pause_frames(const struct sw_pause *p)
{
	return (struct pause_frame *)((char *)pause_stack(p) + 16u * p->n_stack);
}

struct pause_ring {
	uint32_t head __rte_cache_aligned; /* in bytes; written by the worker */
	uint32_t tail __rte_cache_aligned; /* written by control */
	uint8_t bytes[PAUSE_RING] __rte_cache_aligned;
};

/* By worker; NULL until control has prepared it. One more, always NULL, for a trace: nothing waits for it. */
extern struct pause_ring *pause_rings[SW_WORKER_MAX + 1];

/* Workers. The walk stops here, for the packet of the snap; too much is left to do: it is too long. */
void pause_begin(struct walk *walk, struct walk_snap *snap);
/* The same at no packet-in's: it stops with what is left of it (recirc.h) in up to `room` bytes. NULL: it does not, as more may be needed. */
struct sw_pause *pause_begin_within(struct walk *walk, size_t room);
/* On the way out of a walk that is over: what is left to do there, if it stopped. */
void pause_note(struct walk *walk, enum pause_kind kind, const void *at, unsigned n);
void pause_note_table(struct walk *walk, uint8_t table, rte_be32_t in_port);
/* Nothing outside of here is left. */
void pause_end(struct walk *walk);
/* Into the worker's ring, with references. false: it is full. */
bool pause_post(struct sw_worker *w, const struct sw_pause *p, struct sw_packet_in *in);
/* The walk of a packet that goes on with it; fields and `keep` of the walk are set. */
void pause_walk(struct walk *walk, const struct sw_pause *p);

/* Control. */
void pause_prepare(void);
void pause_fini(void);
void pause_handed(
	unsigned worker, const struct sw_packet_in *in); /* what the ring has of it is done with */
void pause_free(struct sw_pause *p);			 /* one that was kept; NULL is fine */

#endif

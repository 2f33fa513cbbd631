/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of controllers on their way to worker 0: one ring, single producer (control), single consumer (the worker).
 *
 * What a packet needs of its bridge is found by its gate when the packet is done, not when it is posted: the bridge may
 * have other ports by then, or be gone. A gate is held by its bridge and by each packet in the ring; control alone counts.
 *
 * room: pipeline (private). Thread: as each line says.
 */
#ifndef PIPELINE_EXEC_PACKET_OUT_H
#define PIPELINE_EXEC_PACKET_OUT_H

#include <stdint.h>
#include <sys/queue.h>

#include <sw/packet_out.h>
#include <sw/worker.h>

#include "../l2.h"
#include "prog.h"

struct code;
struct sw_pause;
struct sw_program_job;

/* Of a membership; published and retired with it: both programs as a packet needs them that came in by no port. */
struct packet_out_view {
	struct rules_prog prog; /* but for what it is NORMAL by */
	struct l2 normal;
};

struct packet_out_gate {
	const struct packet_out_view *view; /* rcu; NULL: the bridge is gone */
	unsigned refs;			    /* control's, as the next two */
	uint64_t posted, no_buffer;
	struct sw_lane lane; /* of no port: what its packets lose that came in on none */
};

struct packet_out {
	struct packet_out_gate *gate;
	struct rte_mbuf *m;	  /* the worker takes it */
	struct code *code;	  /* NULL: it goes on with this */
	struct sw_pause *resumed; /* by the fields that it has */
	uint32_t in_port;
	struct sw_fields fields;
	unsigned learns; /* so many rules its actions ask for; control's, as the next two */
	uint32_t ticket;
	STAILQ_ENTRY(packet_out) learning; /* it is done, and what it asked for is not */
	/* Written by the worker, read when it is done: it asked for rules, and the place behind the last of its wishes. */
	bool wished;
	uint32_t wishes;
};

struct packet_out_ring {
	uint32_t head __rte_cache_aligned; /* written by control */
	uint32_t reaped;		   /* control's */
	uint32_t tail __rte_cache_aligned; /* written by the worker: before it all is done */
	struct packet_out *at[SW_PACKET_OUT_RING];
};
extern struct packet_out_ring packet_out_ring;
extern int packet_out_fd;

/* Control. */
struct packet_out_gate *packet_out_gate_create(void);
void packet_out_view_init(struct packet_out_view *view, const struct sw_program_job *job);
/* The bridge is no more: what waits for it is lost. */
void packet_out_gate_shut(struct packet_out_gate *gate);
/* Wishes were done (wish.h): packets that asked for them are, too. */
void packet_out_learned(void);
/* A packet into the ring, if it has room: *ticket as in sw_packet_out_post. `code` or `resumed` is the packet's only when it is fine. */
enum sw_packet_out_fault packet_out_post(struct packet_out_gate *gate,
	const struct sw_packet_out *out, struct code *code, struct sw_pause *resumed,
	uint32_t *ticket, struct sw_err *err);
/* Of the bridge, as long as it is there (bridge_ctl.c). */
struct packet_out_gate *bridge_gate(const struct sw_bridge *bridge);

#endif

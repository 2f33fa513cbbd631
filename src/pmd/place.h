/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the room: where the queues and lanes of a port are. Written by place_ctl.c, read by
 * stats_ctl.c. Control thread only; workers see lanes and lists, never this.
 */
#ifndef PMD_PLACE_H
#define PMD_PLACE_H

#include "load.h"
#include "pmd.h"

#define FRAME_OVERHEAD 18 /* Ethernet header and one VLAN tag, without FCS */

/* From attach to the end of detach. */
struct placement {
	struct sw_lane *lanes[SW_WORKER_MAX]; /* one a worker */
	struct pmd_queue **queues;	      /* by queue number */
	struct load_ring *loads;	      /* likewise */
	unsigned n_queues;
	struct placement *next;	 /* while leaving: of the same place */
	struct place *place;	 /* while leaving */
	void (*done)(void *arg); /* while leaving */
	void *done_arg;
};

/* One a port index. */
struct place {
	uint64_t serial;	   /* of the port whom the counts belong to */
	struct placement *now;	   /* attached, or NULL */
	struct placement *leaving; /* detached, workers may still touch it */
	struct sw_lane_stats gone; /* what earlier placements had counted */
	uint16_t *home; /* by queue number: the worker that polls it whenever it is there */
	unsigned n_home;
};

extern struct place *pmd_places[SW_PORT_MAX];
struct place *pmd_place_of(const struct sw_port *port);

/* A queue was given to a worker, or taken from it; then publish what changed. */
void pmd_queue_give(struct placement *pl, unsigned queue, uint16_t worker);
void pmd_queue_take(struct pmd_queue *q);
void pmd_publish_lists(void);

/* move_ctl.c: have another worker poll the queue. False: it is on its way already. */
bool pmd_queue_move(struct place *place, unsigned queue, uint16_t to);

/* Add what the lanes counted. */
void pmd_placement_sum(const struct placement *pl, struct sw_lane_stats *sum);

#endif

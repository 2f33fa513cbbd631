/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One port's receiver: finds our packets, whatever tags they carry now, and tells what became of each
 * flow. Of each it is known whether it belongs to this run, came out where it should, in order, and how long
 * it took.
 *
 * The receiving core alone writes; others may read the counters.
 */
#ifndef SWGEN_RX_H
#define SWGEN_RX_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "latency.h"
#include "layout.h"
#include "track.h"

struct rx_counters {
	uint64_t frames, bytes; /* all that came; bytes in memory */
	uint64_t received;	/* ours, each once */
	uint64_t reordered, late, duplicates;
	uint64_t wrong_way;	 /* ours, but out of the port they went in by */
	uint64_t stale;		 /* ours, of another run */
	uint64_t foreign;	 /* not ours */
	uint64_t tags[3];	 /* ours with no, one, two tags */
	uint64_t cycles;	 /* of turns that received something */
	uint64_t pauses, paused; /* longer than pause_cycles between two turns; cycles in them */
};

struct receiver {
	uint16_t port_id, queues;
	uint16_t l3_type; /* as in memory */
	bool any;	  /* whatever comes is what was sent: replay */
	uint8_t data_of_l3;
	uint32_t expect; /* run and direction, as in the payload */
	uint32_t flows;
	struct track *tracks; /* NULL: nothing is sent this way */
	struct rx_counters n;
	uint64_t last_turn, pause_cycles;
	uint32_t since; /* stamp: the end of the last pause */
	struct latency latency;
	struct latency steady; /* of packets sent since the last pause */
} __rte_cache_aligned;

/* Take what has come; how many frames. */
unsigned rx_turn(struct receiver *r);

#endif

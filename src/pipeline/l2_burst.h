/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The L2 program's burst on its way through the stages: what is known of each packet, side by side.
 *
 * room: pipeline (private). Thread: workers; on the stack of l2_run.
 */
#ifndef PIPELINE_L2_BURST_H
#define PIPELINE_L2_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_prefetch.h>

#include <sw/worker.h>

#include "fdb.h"

#define L2_TYPE_TAGGED 0x0081	/* 0x8100 as loaded little-endian */
#define L2_EXTREME_OUI 0x2be000 /* 00:e0:2b, where three reserved unicast addresses are */

enum { L2_SRC, L2_DST, L2_ENDS }; /* a packet's two stations */

struct l2_burst {
	unsigned n;
	bool one_way;	  /* all packets go to one port in one shape */
	uint32_t max_len; /* of the input port: no packet is longer */
	struct rte_mbuf *pkt[SW_BURST];
	uint64_t tag[SW_BURST];		 /* L2_TAG */
	uint64_t key[SW_BURST][L2_ENDS]; /* of the stations, and their first buckets */
	const struct fdb_bucket *at[SW_BURST][L2_ENDS];
	uint32_t seen[SW_BURST]; /* value of the source */
	uint32_t to[SW_BURST];	 /* value of the destination */
};

/* Have both buckets of a packet on the way into the cache. */
static inline void l2_fetch(const struct l2_burst *b, unsigned i)
{
	rte_prefetch0(b->at[i][L2_SRC]);
	rte_prefetch0(b->at[i][L2_DST]);
}

#endif

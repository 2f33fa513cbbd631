/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction's sender: draws a flow, builds packets for it or takes them from a capture, and sends them
 * when they are due. Packets the device does not take stay and are tried again with a new stamp, so that a
 * sequence number is used once and for a packet that was sent.
 *
 * The sending core alone writes; others may read the counters.
 */
#ifndef SWGEN_TX_H
#define SWGEN_TX_H

#include <stdbool.h>
#include <stdint.h>

#include "build.h"
#include "pace.h"
#include "random.h"
#include "replay.h"
#include "zipf.h"

#define BURST 32

struct rte_mbuf;
struct rte_mempool;

struct tx_counters {
	uint64_t sent, bytes; /* bytes in memory, without FCS */
	uint64_t turns,
		full;	    /* turns with something to send; those in which the device took less */
	uint64_t no_buffer; /* turns without buffers: all are under way */
	uint64_t cycles;    /* of turns that sent something */
};

struct sender {
	uint16_t port_id;
	enum dist dist;
	struct pace pace;
	unsigned least; /* wait until so many are due */
	uint64_t limit; /* packets in all */
	struct random random;
	uint32_t turn_flow; /* next in turn */
	unsigned turn_size;
	const struct mix *mix;
	const struct zipf *zipf;
	uint32_t *seq; /* next of each flow */
	struct rte_mempool *pool;
	const struct replay *replay; /* NULL: built packets */
	struct replay_at replay_at;
	unsigned first, pending; /* in burst */
	struct rte_mbuf *burst[BURST];
	unsigned n_ahead; /* buffers of the next burst, whose lines of cache were asked for */
	struct rte_mbuf *ahead[BURST];
	struct tx_counters n;
	struct build build;
} __rte_cache_aligned;

/* Send what is due, at most `most`; how many went. */
unsigned tx_turn(struct sender *s, uint64_t now, unsigned most);

/* Nothing is left to send. */
bool tx_done(const struct sender *s);

/* Free what was built and not sent, which was not counted, and buffers for more. */
void tx_drop_pending(struct sender *s);

#endif

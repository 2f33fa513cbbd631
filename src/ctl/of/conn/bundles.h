/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles of a connection: messages that are kept as they came until they are committed together (1.4.1, 6.8). All bundles of a
 * bridge together have OF_BUNDLE_BYTES at most.
 *
 * Thread: control.
 */
#ifndef CTL_OF_BUNDLES_H
#define CTL_OF_BUNDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "../codec/message.h"

struct of_conn;

#define OF_BUNDLES_MAX	16		    /* of a connection */
#define OF_BUNDLE_BYTES (256 * 1024 * 1024) /* of a bridge */
#define OF_BUNDLE_MS	10000		    /* nothing came for so long: it is discarded */

struct of_chunk;

/* A commit that waits for its time (schedule.h): when, and what is to be answered. */
struct of_due {
	uint64_t at_ns;
	struct of_msg request; /* without a body */
	uint8_t head[64];
};

struct of_bundle {
	TAILQ_ENTRY(of_bundle) list;
	uint32_t id;
	uint16_t flags;
	bool closed;
	uint64_t used_ms;
	struct of_chunk *first, *last;
	size_t bytes;
	uint32_t xid;	    /* of the message that opened it */
	struct of_due *due; /* NULL: it is not scheduled */
};
TAILQ_HEAD(of_bundles, of_bundle);

struct of_bundle *of_bundle_find(struct of_conn *c, uint32_t id);
/* NULL: there are too many. */
struct of_bundle *of_bundle_open(
	struct of_conn *c, const struct of_msg *msg, uint32_t id, uint16_t flags);
void of_bundle_discard(struct of_conn *c, struct of_bundle *b);
void of_bundles_discard_all(struct of_conn *c);

/* Keep a copy of a whole message; false: there is no room. */
bool of_bundle_keep(struct of_conn *c, struct of_bundle *b, const uint8_t *bytes, size_t len);

/* The messages in their order: from a place of zeros on; NULL at the end. */
struct of_bundle_at {
	struct of_chunk *chunk;
	size_t at;
};
const uint8_t *of_bundle_next(const struct of_bundle *b, struct of_bundle_at *at, size_t *len);

/* As if they were touched now: what comes for them may be here, and wait. */
void of_bundles_touch(struct of_conn *c, uint64_t now_ms);
/* Discard those that nobody has touched for long and that are not scheduled, and say so; each second. */
void of_bundles_sweep(struct of_conn *c, uint64_t now_ms);

#endif

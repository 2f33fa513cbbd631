/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See bundles.h: messages lie one behind the other in chunks, none across two. Control thread.
 */
#include "bundles.h"

#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/mem.h>

#include "../bridge.h"
#include "reply.h"

#define CHUNK (256 * 1024)

struct of_chunk {
	struct of_chunk *next;
	size_t len;
	uint8_t bytes[CHUNK];
};

struct of_bundle *of_bundle_find(struct of_conn *c, uint32_t id)
{
	struct of_bundle *b;

	TAILQ_FOREACH (b, &c->bundles, list)
		if (b->id == id)
			return b;
	return NULL;
}

struct of_bundle *of_bundle_open(
	struct of_conn *c, const struct of_msg *msg, uint32_t id, uint16_t flags)
{
	struct of_bundle *b;
	unsigned n = 0;

	TAILQ_FOREACH (b, &c->bundles, list)
		n++;
	if (n >= OF_BUNDLES_MAX)
		return NULL;
	b = sw_xcalloc(1, sizeof(*b));
	b->id = id;
	b->flags = flags;
	b->xid = msg->xid;
	b->used_ms = sw_clock_ms();
	TAILQ_INSERT_TAIL(&c->bundles, b, list);
	return b;
}

void of_bundle_discard(struct of_conn *c, struct of_bundle *b)
{
	struct of_chunk *chunk;

	while ((chunk = b->first)) {
		b->first = chunk->next;
		free(chunk);
	}
	c->bridge->bundle_bytes -= b->bytes;
	TAILQ_REMOVE(&c->bundles, b, list);
	free(b->due);
	free(b);
}

void of_bundles_discard_all(struct of_conn *c)
{
	while (!TAILQ_EMPTY(&c->bundles))
		of_bundle_discard(c, TAILQ_FIRST(&c->bundles));
}

/* A chunk with room for so many bytes; what a chunk takes is counted when it is made. */
static struct of_chunk *room_for(struct of_conn *c, struct of_bundle *b, size_t len)
{
	struct of_chunk *chunk = b->last;

	if (chunk && chunk->len + len <= CHUNK)
		return chunk;
	if (c->bridge->bundle_bytes + sizeof(*chunk) > OF_BUNDLE_BYTES)
		return NULL;
	chunk = sw_xcalloc(1, sizeof(*chunk));
	c->bridge->bundle_bytes += sizeof(*chunk);
	b->bytes += sizeof(*chunk);
	if (b->last)
		b->last->next = chunk;
	else
		b->first = chunk;
	b->last = chunk;
	return chunk;
}

bool of_bundle_keep(struct of_conn *c, struct of_bundle *b, const uint8_t *bytes, size_t len)
{
	struct of_chunk *chunk = room_for(c, b, len);

	if (!chunk)
		return false;
	memcpy(chunk->bytes + chunk->len, bytes, len);
	chunk->len += len;
	b->used_ms = sw_clock_ms();
	return true;
}

const uint8_t *of_bundle_next(const struct of_bundle *b, struct of_bundle_at *at, size_t *len)
{
	const uint8_t *message;

	if (!at->chunk)
		at->chunk = b->first;
	if (at->chunk && at->at == at->chunk->len) {
		if (!at->chunk->next)
			return NULL;
		at->chunk = at->chunk->next;
		at->at = 0;
	}
	if (!at->chunk)
		return NULL;
	message = at->chunk->bytes + at->at;
	*len = message[2] << 8 | message[3];
	at->at += *len;
	return message;
}

void of_bundles_touch(struct of_conn *c, uint64_t now_ms)
{
	struct of_bundle *b;

	TAILQ_FOREACH (b, &c->bundles, list)
		b->used_ms = now_ms;
}

void of_bundles_sweep(struct of_conn *c, uint64_t now_ms)
{
	struct of_bundle *b, *next;

	for (b = TAILQ_FIRST(&c->bundles); b; b = next) {
		struct of_msg msg = { .version = c->version, .xid = b->xid };

		next = TAILQ_NEXT(b, list);
		if (now_ms - b->used_ms < OF_BUNDLE_MS || b == c->committing || b->due)
			continue;
		of_bundle_discard(c, b);
		of_send_error(c, OFPBFC_TIMEOUT, &msg);
	}
}

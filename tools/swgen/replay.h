/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture file as traffic: read whole, then sent at its own pace, a multiple of it, or as fast as asked.
 *
 * replay_read on the main thread before traffic; the rest inline for the sending loop.
 */
#ifndef SWGEN_REPLAY_H
#define SWGEN_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;

struct replay_frame {
	uint64_t ns; /* after the first */
	uint64_t at; /* in bytes */
	uint32_t len;
};

struct replay {
	struct replay_frame *frames;
	uint8_t *bytes;
	uint32_t n;
	double cycles_per_ns; /* of its pace; 0: not paced by it */
	bool loop;
};

struct replay_at {
	uint32_t next;
	uint64_t start; /* when frame 0 was or will be due; 0: not begun */
};

/* Every frame of a capture with Ethernet headers. 0 or negative errno. */
int replay_read(struct replay *r, const char *path, struct sw_err *err);
void replay_fini(struct replay *r);

static inline bool replay_over(const struct replay *r, const struct replay_at *at)
{
	return at->next == r->n && !r->loop;
}

/* Back to the first frame, one mean gap after the last. */
static inline void replay_again(const struct replay *r, struct replay_at *at)
{
	uint64_t span = r->frames[r->n - 1].ns;

	at->start += (uint64_t)((span + span / r->n) * r->cycles_per_ns);
	at->next = 0;
}

/* How many of the next `most` frames are due, up to the end of the file. */
static inline unsigned replay_due(
	const struct replay *r, struct replay_at *at, uint64_t now, unsigned most)
{
	unsigned n = 0;

	if (!at->start)
		at->start = now;
	if (at->next == r->n && r->loop)
		replay_again(r, at);
	if (r->n - at->next < most)
		most = r->n - at->next;
	if (!r->cycles_per_ns)
		return most;
	while (n < most &&
		now >= at->start + (uint64_t)(r->frames[at->next + n].ns * r->cycles_per_ns))
		n++;
	return n;
}

static inline const struct replay_frame *replay_next(const struct replay *r, struct replay_at *at)
{
	return &r->frames[at->next++];
}

#endif

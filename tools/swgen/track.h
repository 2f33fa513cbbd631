/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of one flow's packets that came back: 32 bytes a flow, so that a million of them are 32 MB
 * and a packet costs one line of cache. Sequence numbers of a flow begin with 0.
 *
 * A packet is reordered when its number is below the one expected (RFC 4737, section 3.3). The last 128
 * numbers are remembered one by one: of those a second copy is a duplicate. One that comes later still is
 * taken for reordered and counted as late: whether it is a second copy cannot be told.
 *
 * Inline for the receiving loop; the receiving core alone writes.
 */
#ifndef SWGEN_TRACK_H
#define SWGEN_TRACK_H

#include <stdint.h>

#define TRACK_WINDOW 128

struct track {
	uint32_t next;	   /* one above the highest number seen */
	uint32_t received; /* without duplicates */
	uint32_t reordered;
	uint32_t duplicates;
	uint64_t seen[2]; /* bit n: number next - 1 - n came */
};

enum track_news { TRACK_IN_ORDER, TRACK_REORDERED, TRACK_LATE, TRACK_DUPLICATE };

static inline void track_shift(struct track *t, uint32_t by)
{
	unsigned __int128 seen = (unsigned __int128)t->seen[1] << 64 | t->seen[0];

	seen = by < TRACK_WINDOW ? seen << by | 1 : 1;
	t->seen[0] = seen;
	t->seen[1] = seen >> 64;
}

static inline enum track_news track_behind(struct track *t, uint32_t behind)
{
	uint64_t bit = 1ULL << behind % 64;

	if (behind < TRACK_WINDOW) {
		if (t->seen[behind / 64] & bit) {
			t->duplicates++;
			return TRACK_DUPLICATE;
		}
		t->seen[behind / 64] |= bit;
	}
	t->received++;
	t->reordered++;
	return behind < TRACK_WINDOW ? TRACK_REORDERED : TRACK_LATE;
}

static inline enum track_news track_see(struct track *t, uint32_t seq)
{
	int32_t ahead = seq - t->next;

	if (ahead < 0)
		return track_behind(t, t->next - 1 - seq);
	if (ahead == 0) {
		t->seen[1] = t->seen[1] << 1 | t->seen[0] >> 63;
		t->seen[0] = t->seen[0] << 1 | 1;
	} else {
		track_shift(t, ahead + 1);
	}
	t->next = seq + 1;
	t->received++;
	return TRACK_IN_ORDER;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How old a stored rule is, for its hard timeout. Two clocks say something of that, and neither all: how long the machine runs
 * (sw_clock_ms), which nobody sets, but begins anew with each start of the machine and says nothing of a time when it was off; and the time of
 * day, which may be set forward and back at any time, and is anything before it was set.
 *
 *  - The machine has not started since: the first clock alone counts, whatever was set meanwhile. Also over a kill -9.
 *  - It has: what the file's last batch shows by the first clock, and by the time of day what went by since that batch. Each batch has both
 *    clocks, and one is written when the time of day was set (persist_sweep), so that a rule's age never mixes two of them.
 *  - The time of day is earlier than in that batch, or in one of the two it is from before TIME_SET_MS, so that nobody
 *    has set it yet: then nothing counts for the time in between. A rule lives longer by that, not shorter.
 *  - It is far later: so long it was off. That cannot be told from a clock that was set while it was.
 *
 * Thread: any.
 */
#ifndef CTL_PERSIST_AGE_H
#define CTL_PERSIST_AGE_H

#include <stdbool.h>
#include <stdint.h>

#include "../table/atom.h"

struct persist_moment {
	uint64_t up_ms, wall_ms; /* sw_clock_ms, sw_clock_wall_ms */
};
struct persist_moment persist_now(void);

/* Milliseconds since made_ms, which is of up_ms: of a file whose last batch is of `last`, as of `now`. Any numbers are fine. */
uint64_t persist_age(uint64_t made_ms, const struct persist_moment *last,
	const struct persist_moment *now, bool same_boot);

/* This start of the machine (random/boot_id of proc(5)); zeros: it is not known, and no other is the same. */
struct uuid persist_boot(void);
bool persist_boot_is(const struct uuid *boot);
void persist_boot_use(
	const struct uuid *boot); /* as if it were this one (tests); NULL: the real one */

#endif

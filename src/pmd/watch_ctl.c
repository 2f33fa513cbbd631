/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker that does not come round any more: stuck in a device, or its core taken away. Packets of its
 * queues stop, and so do grace periods, so ports that were detached never close: worth a line in the log
 * that says which worker, and one when it is back. Looked at with the events, ten times a second; a
 * sleeping worker comes round after every sleep. Looks are counted, not time: when the whole process or
 * machine stood still, nobody is stuck.
 *
 * Control thread only.
 */
#include "pmd.h"

#include <sw/log.h>

SW_LOG_USE(pmd);

#define LOOKS_A_SECOND 10
#define STUCK_LOOKS    (5 * LOOKS_A_SECOND)

/* The worker counts meanwhile; a whole word, so the race is meant. */
__attribute__((no_sanitize("thread"))) static uint64_t turns_of(const struct pmd_worker *pw)
{
	return __atomic_load_n(&pw->turns, __ATOMIC_RELAXED);
}

void pmd_watch(struct pmd_worker *pw)
{
	uint64_t turns = turns_of(pw);

	if (pw->stepped)
		return;
	if (turns != pw->watched_turns) {
		if (pw->still_looks >= STUCK_LOOKS)
			sw_warn("worker %u on core %u comes round again, after %u s", pw->w.id,
				pw->core, pw->still_looks / LOOKS_A_SECOND);
		pw->watched_turns = turns;
		pw->still_looks = 0;
	} else if (++pw->still_looks == STUCK_LOOKS) {
		sw_error("worker %u on core %u has not come round for %u s: its ports carry "
			 "nothing, and detached ports wait for it",
			pw->w.id, pw->core, STUCK_LOOKS / LOOKS_A_SECOND);
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the L2 program counts where it is not asked by rules: a burst for the port, and for the one rule that says NORMAL
 * for all packets, because of which they are here. Out of line, so that the program keeps its registers.
 *
 * Workers.
 */
#include "l2.h"
#include "rule/lookup.h"

void l2_count(
	struct sw_worker *w, const struct l2 *self, struct sw_lane *in, unsigned n, uint64_t bytes)
{
	in->stats.rx_packets += n;
	in->stats.rx_bytes += bytes;
	rules_count_normal(self->rules, w, n, bytes);
}

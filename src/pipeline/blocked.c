/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program of ports that are not to receive: all is counted and lost, for a reason that says why. A port that is to receive runs
 * another program, so that no packet is asked about this.
 *
 * Workers.
 */
#include "blocked.h"

#include <sw/drop.h>

void blocked_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct blocked *self = (const struct blocked *)ingress;

	in->stats.rx_bytes += sw_bytes(pkts, n);
	in->stats.rx_packets += n;
	sw_drop_many(in, self->why, pkts, n);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cross-connect program: everything of one port leaves by the other, untouched. It reads the length
 * in the packet buffer and nothing of the packet, so rx_multicast and rx_broadcast stay 0 on its ports,
 * and whether a frame is well formed is for its receiver to say.
 *
 * Workers.
 */
#include "xconnect.h"

#include <sw/drop.h>
#include <sw/stage.h>

SW_USE(stage, forward);

SW_REGISTER(drop, no_peer) = {
	.name = "no_peer",
	.help = "the bridge is a cross-connect and the other port is missing: it takes exactly two",
	.as = SW_DROP_RX_DROPPED,
};

void xconnect_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct xconnect *self = (const struct xconnect *)ingress;
	struct sw_lane *out = self->has_peer ? sw_lane_of(w, self->peer) : NULL;
	uint64_t bytes = 0;
	uint32_t longest = 0;

	for (unsigned i = 0; i < n; i++) {
		uint32_t len = pkts[i]->pkt_len;

		bytes += len;
		longest = RTE_MAX(longest, len);
	}
	in->stats.rx_packets += n;
	in->stats.rx_bytes += bytes;
	if (unlikely(!out)) {
		sw_drop_many(in, SW_ID(drop, no_peer), pkts, n);
		return;
	}
	if (likely(longest <= sw_lane_max_len(out))) {
		sw_send_many(w, out, pkts, n);
	} else {
		for (unsigned i = 0; i < n; i++)
			sw_send(w, out, pkts[i]);
	}
	sw_stage_end(w, SW_ID(stage, forward), n);
}

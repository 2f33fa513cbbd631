/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the kernel's packets to ours, for the kernel-backed classes; see gso.h for what is finished.
 *
 * Worker code. A packet whose checksum was completed here, or that the kernel vouches for, is marked
 * RTE_MBUF_F_RX_L4_CKSUM_GOOD, which saves merge.c a pass over it on the way out.
 */
#include "intake.h"

#include <rte_ether.h>

#include <string.h>

SW_USE(drop, no_buffer);

SW_REGISTER(drop, gso_unsupported) = {
	.name = "gso_unsupported",
	.help = "a super-packet that cannot be cut in software: turn that offload off at the sender (ethtool -K)",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, gso_malformed) = {
	.name = "gso_malformed",
	.help = "the offload header that came with the packet contradicts it",
	.as = SW_DROP_RX_ERRORS,
};

/* Segments and completed packets have good checksums; so do those the kernel checked. */
static void mark_good(struct rte_mbuf *m, uint8_t flags)
{
	if (flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID))
		m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}

int intake_take(struct intake *in, const struct virtio_net_hdr *vh, struct frame_tag tag,
	struct rte_mbuf *m, uint32_t len, struct rte_mbuf **out)
{
	uint8_t *at = m ? rte_pktmbuf_mtod(m, uint8_t *) : intake_packet(in);

	*out = NULL;
	switch (gso_open(&in->gso, vh, at, len)) {
	case GSO_WHOLE:
		break;
	case GSO_SEGMENTS:
		if (m)
			memcpy(intake_packet(in), at, len);
		in->gso.pkt = intake_packet(in);
		in->cutting = true;
		in->tag = tag;
		return INTAKE_OK;
	case GSO_UNSUPPORTED:
		return SW_ID(drop, gso_unsupported);
	case GSO_MALFORMED:
		return SW_ID(drop, gso_malformed);
	}
	if (m) {
		m->data_len = (uint16_t)len;
		m->pkt_len = len;
		frame_push_tag(m, tag);
		*out = m;
	} else {
		*out = frame_build(tag, at, RTE_ETHER_HDR_LEN, at + RTE_ETHER_HDR_LEN,
			len - RTE_ETHER_HDR_LEN);
		if (!*out)
			return SW_ID(drop, no_buffer);
	}
	mark_good(*out, vh->flags);
	return INTAKE_OK;
}

unsigned intake_cut(struct intake *in, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	uint8_t hdr[GSO_HDR_MAX];
	const uint8_t *payload;
	unsigned got = 0;

	while (got < n) {
		uint32_t len = gso_next(&in->gso, hdr, &payload);

		if (!len) {
			in->cutting = false;
			break;
		}
		pkts[got] = frame_build(in->tag, hdr, in->gso.hdr_len, payload, len);
		if (pkts[got])
			mark_good(pkts[got++], VIRTIO_NET_HDR_F_NEEDS_CSUM);
		else
			lane->stats.drops[SW_ID(drop, no_buffer)]++;
	}
	return got;
}

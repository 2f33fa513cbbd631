/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "system", worker half: AF_PACKET (packet(7)).
 *
 * Receive. The socket gives struct virtio_net_hdr with each packet (PACKET_VNET_HDR), so that checksums
 * only begun and super-packets of up to 64 KiB, which every veth sends by default, can be finished here
 * (gso.c). A TPACKET_V2 ring says what is waiting, so that polling an idle port is one read of memory.
 * Its slots are too small for any byte of a packet: with PACKET_COPY_THRESH the kernel then queues each
 * packet whole on the socket, in the order of the slots, and recv() brings it straight into a buffer.
 * Packets in the ring itself would be cheaper for small ones, but with PACKET_VNET_HDR a single packet
 * of a segmentation kind that the header cannot say (UFO of an old guest, SCTP) makes Linux (seen with
 * 6.18) mark the slot as taken for ever: the ring never moves again. Here such a packet fails its recv()
 * with EINVAL and is counted.
 * One recv() a packet, not recvmmsg(): that one reports an error in the middle of a batch later and
 * does not say whether a packet was lost with it, and slots and packets must stay in step because the
 * VLAN tag is in the slot.
 *
 * Transmit. A second socket, with protocol 0 so that it receives nothing, and PACKET_QDISC_BYPASS; a
 * burst is one sendmmsg(). Several workers may be in it at once.
 */
#include "system.h"

#include <sw/pool.h>

#include <errno.h>
#include <string.h>

#include <sys/socket.h>

#include <linux/if_packet.h>

SW_USE(drop, no_buffer);

#define VNET_LEN sizeof(struct virtio_net_hdr)
#define TX_IOV	 (SW_BURST * 2) /* pieces of a burst; with longer chains a burst is sent in parts */

SW_REGISTER(drop, rx_socket_full) = {
	.name = "rx_socket_full",
	.help = "more arrived than the socket of the port holds: its worker is too slow or sleeps too long",
	.as = SW_DROP_RX_DROPPED,
};
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

static struct frame_tag tag_of(const struct tpacket2_hdr *slot, uint32_t status)
{
	struct frame_tag tag = { 0 };

	if (status & TP_STATUS_VLAN_VALID) {
		tag.tci = slot->tp_vlan_tci;
		tag.tpid = status & TP_STATUS_VLAN_TPID_VALID ? slot->tp_vlan_tpid
							      : RTE_ETHER_TYPE_VLAN;
	}
	return tag;
}

/* Take the next packet off the socket, `len` bytes by its slot: header to vh, packet to `at`; the
 * VNET_LEN bytes before are written. OK, or why it is lost: an id of a drop reason. */
#define OK (-1)
static int take_packet(struct system_port *sp, uint8_t *at, uint32_t len, struct virtio_net_hdr *vh)
{
	ssize_t n = -1;

	/* An error that is not about this packet (ENETDOWN) comes first, and once. */
	for (unsigned tries = 0; n < 0 && tries < 2; tries++) {
		n = recv(sp->rx_fd, at - VNET_LEN, len + VNET_LEN, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && errno == EINVAL)
			return SW_ID(drop, gso_unsupported);
	}
	if (n < 0)
		return SW_ID(drop, rx_socket_full);
	if (n != (ssize_t)(len + VNET_LEN))
		return SW_ID(drop, gso_malformed);
	memcpy(vh, at - VNET_LEN, VNET_LEN);
	return OK;
}

static int reason_of(enum gso_result result)
{
	switch (result) {
	case GSO_WHOLE:
	case GSO_SEGMENTS:
		return OK;
	case GSO_UNSUPPORTED:
		return SW_ID(drop, gso_unsupported);
	case GSO_MALFORMED:
		break;
	}
	return SW_ID(drop, gso_malformed);
}

/* A packet for which a buffer is too small. *out is NULL when its segments are to be taken. */
static int rx_big(struct system_port *sp, struct frame_tag tag, uint32_t len, struct rte_mbuf **out)
{
	uint8_t *at = sp->big + SYSTEM_VNET_ROOM;
	struct virtio_net_hdr vh;
	enum gso_result result;
	int reason = take_packet(sp, at, RTE_MIN(len, (uint32_t)GSO_LEN_MAX), &vh);

	*out = NULL;
	if (reason != OK)
		return reason;
	result = gso_open(&sp->gso, &vh, at, len);
	if (result == GSO_SEGMENTS) {
		sp->cutting = true;
		sp->tag = tag;
	}
	if (result != GSO_WHOLE)
		return reason_of(result);
	*out = frame_build(
		tag, at, RTE_ETHER_HDR_LEN, at + RTE_ETHER_HDR_LEN, len - RTE_ETHER_HDR_LEN);
	return *out ? OK : (int)SW_ID(drop, no_buffer);
}

/* A packet that is received straight into buffer m. *out as above; m is used, or the caller's again. */
static int rx_small(struct system_port *sp, struct frame_tag tag, uint32_t len, struct rte_mbuf *m)
{
	uint8_t *at = rte_pktmbuf_mtod(m, uint8_t *);
	struct virtio_net_hdr vh;
	enum gso_result result;
	int reason = take_packet(sp, at, len, &vh);

	if (reason != OK)
		return reason;
	result = gso_open(&sp->gso, &vh, at, len);
	if (result == GSO_SEGMENTS) {
		sp->cutting = true;
		sp->tag = tag;
		memcpy(sp->big + SYSTEM_VNET_ROOM, at, len);
		sp->gso.pkt = sp->big + SYSTEM_VNET_ROOM;
		return OK;
	}
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
	frame_push_tag(m, tag);
	return reason_of(result);
}

/* The packet a slot tells of: *out, or NULL when it is lost (counted) or to be cut. */
static void rx_slot(struct system_port *sp, struct sw_lane *lane, uint32_t status,
	const struct tpacket2_hdr *slot, struct rte_mbuf **out)
{
	struct frame_tag tag = tag_of(slot, status);
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());
	uint32_t len = slot->tp_len;
	int reason;

	*out = NULL;
	if (!(status & TP_STATUS_COPY)) {
		reason = SW_ID(drop, rx_socket_full);
	} else if (m && len <= rte_pktmbuf_tailroom(m)) {
		reason = rx_small(sp, tag, len, m);
		if (reason == OK && !sp->cutting) {
			*out = m;
			return;
		}
	} else {
		reason = rx_big(sp, tag, len, out);
	}
	rte_pktmbuf_free(m);
	if (reason != OK)
		lane->stats.drops[reason]++;
}

/* Segments of the super-packet in hand, up to n. */
static unsigned rx_cut(
	struct system_port *sp, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	uint8_t hdr[GSO_HDR_MAX];
	const uint8_t *payload;
	unsigned got = 0;

	while (got < n) {
		uint32_t len = gso_next(&sp->gso, hdr, &payload);

		if (!len) {
			sp->cutting = false;
			break;
		}
		pkts[got] = frame_build(sp->tag, hdr, sp->gso.hdr_len, payload, len);
		if (pkts[got])
			got++;
		else
			lane->stats.drops[SW_ID(drop, no_buffer)]++;
	}
	return got;
}

unsigned system_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	struct system_port *sp = system_of(port);
	unsigned got = 0;

	/* Lost packets count towards n slots too: a flood of them ends the burst. */
	for (unsigned slots = 0; got < n && slots < n;) {
		struct tpacket2_hdr *slot;
		uint32_t status;

		if (sp->cutting) {
			got += rx_cut(sp, lane, pkts + got, n - got);
			continue;
		}
		slot = (void *)(sp->ring + sp->slot * SYSTEM_SLOT_SIZE);
		status = __atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE);
		if (!(status & TP_STATUS_USER))
			break;
		rx_slot(sp, lane, status, slot, &pkts[got]);
		got += pkts[got] != NULL;
		slots++;
		__atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		sp->slot = (sp->slot + 1) % SYSTEM_SLOTS;
	}
	return got;
}

/* As many messages as there are pieces for. */
static unsigned fill(struct mmsghdr *msgs, struct iovec *iov, struct rte_mbuf **pkts, unsigned n)
{
	unsigned used = 0, k = 0;

	for (; k < n; k++) {
		unsigned pieces = frame_iov(pkts[k], iov + used, TX_IOV - used);

		if (!pieces)
			break;
		msgs[k].msg_hdr = (struct msghdr){ .msg_iov = iov + used, .msg_iovlen = pieces };
		used += pieces;
	}
	return k;
}

unsigned system_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct system_port *sp = system_of(port);
	struct mmsghdr msgs[SW_BURST];
	struct iovec iov[TX_IOV];
	unsigned done = 0;

	while (done < n) {
		unsigned k = fill(msgs, iov, pkts + done, n - done);
		int sent = k ? sendmmsg(sp->tx_fd, msgs, k, MSG_DONTWAIT) : -1;

		if (sent > 0) {
			rte_pktmbuf_free_bulk(pkts + done, (unsigned)sent);
			done += (unsigned)sent;
			continue;
		}
		/* A chain of more pieces than there is room for is too long for any interface. */
		k = frame_refused(w, k ? errno : EMSGSIZE, pkts + done, n - done);
		if (!k)
			break;
		done += k;
	}
	return done;
}

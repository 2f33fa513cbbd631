/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "system", receiving half of the worker: AF_PACKET (packet(7)).
 *
 * The socket gives struct virtio_net_hdr with each packet (PACKET_VNET_HDR), so that checksums
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
 */
#include "system.h"

#include <sw/pool.h>

#include <errno.h>
#include <string.h>

#include <sys/socket.h>

#include <linux/if_packet.h>

SW_USE(drop, gso_unsupported);
SW_USE(drop, gso_malformed);

#define VNET_LEN sizeof(struct virtio_net_hdr)

SW_REGISTER(drop, rx_socket_full) = {
	.name = "rx_socket_full",
	.help = "more arrived than the socket of the port holds: its worker is too slow or sleeps too long",
	.as = SW_DROP_RX_DROPPED,
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
 * VNET_LEN bytes before are written. INTAKE_OK, or why it is lost: an id of a drop reason. */
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
	return INTAKE_OK;
}

/* The packet a slot tells of: *out, or NULL when it is lost (counted) or to be cut. */
static void rx_slot(struct system_port *sp, struct sw_lane *lane, uint32_t status,
	const struct tpacket2_hdr *slot, struct rte_mbuf **out)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());
	uint32_t len = slot->tp_len;
	bool small = m && len <= rte_pktmbuf_tailroom(m);
	uint8_t *at = small ? rte_pktmbuf_mtod(m, uint8_t *) : intake_packet(&sp->in);
	int reason = SW_ID(drop, rx_socket_full);
	struct virtio_net_hdr vh;

	*out = NULL;
	if (status & TP_STATUS_COPY)
		reason = take_packet(sp, at, RTE_MIN(len, (uint32_t)GSO_LEN_MAX), &vh);
	if (reason == INTAKE_OK)
		reason =
			intake_take(&sp->in, &vh, tag_of(slot, status), small ? m : NULL, len, out);
	if (*out != m)
		rte_pktmbuf_free(m);
	if (reason != INTAKE_OK)
		lane->stats.drops[reason]++;
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

		if (sp->in.cutting) {
			got += intake_cut(&sp->in, lane, pkts + got, n - got);
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

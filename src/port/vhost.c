/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "dpdkvhostuser" and "dpdkvhostuserclient", worker half: bursts between mbufs and the rings of a
 * guest, by vhost_ring.c. While a guest is migrated (pages it gets are to be logged) and for jumbo frames
 * (longer than an mbuf) the rte_vhost library serves the rings instead.
 *
 * A worker learns by RCU which device and rings there are, and holds that for one call only; the
 * library's thread takes the rings away after a grace period. Several workers may send on one ring: each
 * ring has a lock, here and in the library. Packets are copied in both directions, so one that other lanes
 * wait to send loses one reference here and is not touched.
 *
 * The library does not say how many descriptor chains it threw away because they pointed outside the
 * guest's memory or did not fit a buffer. So every AUDIT polls a worker compares how far the ring's
 * index went with what it got; AUDIT bursts stay below the 65536 at which that index wraps. The one
 * thing it never passes is a chain that loops or leaves the table: then the ring stands still, which
 * harms its guest only, and status() says so.
 *
 * vhost_serving names the port to the fault handler while guest memory may be touched.
 */
#include "vhost.h"

#include <rte_arp.h>
#include <rte_vhost.h>

#include <sw/pool.h>

#define AUDIT 1024 /* polls; a power of two */

_Static_assert(AUDIT *SW_BURST < 65536, "the ring's index may wrap between two looks");

SW_REGISTER(drop, vhost_down) = {
	.name = "vhost_down",
	.help = "no guest is connected, or it has no receive queue enabled: start the guest or its driver",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, vhost_bad_desc) = {
	.name = "vhost_bad_desc",
	.help = "the guest offered buffers outside its memory, too short or longer than the port's MTU "
		"allows: lower the guest's MTU or raise mtu_request, else mistrust the guest",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, vhost_too_long) = {
	.name = "vhost_too_long",
	.help = "longer than the buffers the guest offers: raise its MTU, or let it merge buffers "
		"(QEMU: mrg_rxbuf=on)",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, vhost_fault) = {
	.name = "vhost_fault",
	.help = "the guest's memory went away while it was read: the port reconnects after a pause",
	.as = SW_DROP_RX_ERRORS,
};

__thread uint32_t vhost_serving;
struct vhost *vhost_by_index[SW_PORT_MAX];

static bool is_broken(const struct vhost *v)
{
	return __atomic_load_n(&v->broken, __ATOMIC_RELAXED);
}

/* ---- rings served by the library ---- */

static uint16_t ring_index(const struct vhost_live *live, uint16_t ring)
{
	uint16_t avail = 0, used;

	rte_vhost_get_vring_base(live->vid, ring, &avail, &used);
	return avail;
}

/* First poll of a ring: we poll, so its guest need not kick us, nor for the ring of the same pair that
 * we fill. Not done in the library's callback, which comes with the ring's lock held. */
static void begin(struct vhost_rxq *q, const struct vhost_live *live, uint16_t ring)
{
	rte_vhost_enable_guest_notification(live->vid, ring, 0);
	rte_vhost_enable_guest_notification(live->vid, ring ^ 1, 0);
	q->gen = live->gen;
	q->polls = 0;
	q->taken = 0;
	q->base = ring_index(live, ring);
	__atomic_store_n(&q->stuck, 0, __ATOMIC_RELAXED);
}

static void audit(
	struct vhost_rxq *q, const struct vhost_live *live, uint16_t ring, struct sw_lane *lane)
{
	uint16_t index = ring_index(live, ring);
	int lost = (int)(uint16_t)(index - q->base) - (int)q->taken;
	bool stuck = index == q->base && rte_vhost_avail_entries(live->vid, ring);

	if (lost > 0) /* below zero: the library made an announcement of its own */
		lane->stats.drops[SW_ID(drop, vhost_bad_desc)] += lost;
	__atomic_store_n(&q->stuck, stuck, __ATOMIC_RELAXED);
	q->base = index;
	q->taken = 0;
}

static __rte_noinline unsigned library_rx(struct vhost_rxq *q, const struct vhost_live *live,
	uint16_t ring, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	unsigned got;

	if (unlikely(q->gen != live->gen))
		begin(q, live, ring);
	got = rte_vhost_dequeue_burst(live->vid, ring, sw_pool(), pkts, n);
	q->taken += got;
	if (unlikely(!(++q->polls % AUDIT)))
		audit(q, live, ring, lane);
	return got;
}

/* ---- rings served by us ---- */

/* The guest has come here from another host and cannot say so itself: one RARP request in its name tells
 * the switches where it is now (what SEND_RARP is for). */
static __rte_noinline unsigned announce(struct vhost *v, struct rte_mbuf **pkts)
{
	if (!__atomic_exchange_n(&v->announce, 0, __ATOMIC_ACQUIRE))
		return 0;
	pkts[0] = rte_net_make_rarp_packet(sw_pool(), &v->rarp_mac);
	return pkts[0] != NULL;
}

static inline unsigned own_rx(struct vhost *v, struct vhost_ring *ring, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	if (unlikely(__atomic_load_n(&v->announce, __ATOMIC_RELAXED)))
		return announce(v, pkts);
	if (!vhost_ring_ready(ring))
		return 0;
	return vhost_ring_rx(ring, lane, SW_ID(drop, vhost_bad_desc), pkts, n);
}

/* ---- the class ---- */

unsigned vhost_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	struct vhost *v = vhost_of(port);
	const struct vhost_live *live = sw_rcu_get(v->live);
	struct vhost_ring *ring;
	unsigned got;

	if (unlikely(!live || queue >= live->n_rx))
		return 0;
	ring = live->rx[queue];
	vhost_serving = port->index + 1;
	if (likely(live->own))
		got = own_rx(v, ring, lane, pkts, n);
	else
		got = library_rx(&v->rxq[queue], live, ring->number, lane, pkts, n);
	vhost_serving = 0;
	if (unlikely(got && is_broken(v))) {
		sw_drop_many(lane, SW_ID(drop, vhost_fault), pkts, got);
		return 0;
	}
	return got;
}

/* One offer of packets to the guest: how many are gone for good. */
static unsigned offer(const struct vhost_live *live, struct vhost_ring *ring, struct sw_worker *w,
	struct rte_mbuf **pkts, unsigned n)
{
	bool too_long = false;
	unsigned sent;

	if (likely(live->own))
		sent = vhost_ring_tx(ring, w, pkts, n, &too_long);
	else
		sent = rte_vhost_enqueue_burst(live->vid, ring->number, pkts, n);
	rte_pktmbuf_free_bulk(pkts, sent);
	if (unlikely(too_long)) {
		sw_tx_drop(w, SW_ID(drop, vhost_too_long), pkts + sent, 1);
		sent++;
	}
	return sent;
}

/* Offer again while the guest takes some: it may be refilling its ring at this moment. */
static unsigned offer_again(struct vhost *v, const struct vhost_live *live, struct vhost_ring *ring,
	struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	unsigned max = __atomic_load_n(&v->tx_retries, __ATOMIC_RELAXED), retries = 0, sent = 0;

	while (sent < n && retries < max) {
		unsigned more = offer(live, ring, w, pkts + sent, n - sent);

		if (!more)
			break;
		sent += more;
		retries++;
	}
	if (retries)
		__atomic_fetch_add(&v->retried, retries, __ATOMIC_RELAXED);
	return sent;
}

unsigned vhost_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct vhost *v = vhost_of(port);
	const struct vhost_live *live = sw_rcu_get(v->live);
	struct vhost_ring *ring;
	unsigned sent;

	if (unlikely(!live || !live->n_tx || is_broken(v))) {
		sw_tx_drop(w, SW_ID(drop, vhost_down), pkts, n);
		return n;
	}
	ring = live->tx[w->id % live->n_tx];
	vhost_serving = port->index + 1;
	sent = offer(live, ring, w, pkts, n);
	if (unlikely(sent && sent < n))
		sent += offer_again(v, live, ring, w, pkts + sent, n - sent);
	vhost_serving = 0;
	return sent;
}

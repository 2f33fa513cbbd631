/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device of the rte_vhost library behind a port: registered with what we offer, followed through the
 * library's callbacks, and shown to the workers as a struct vhost_live.
 *
 * Callbacks come on the library's thread "vhost-events", or inside our own register and unregister calls
 * on the link thread or a job; for one port never two at a time, so connection state needs no lock. Order:
 * new_connection, (vring_state_changed)*, new_device, (vring_state_changed)*, destroy_device, ...,
 * destroy_connection, the last one missing when we unregister.
 *
 * vring_state_changed comes with the ring's lock held, for which a sending worker may be spinning: there a
 * new vhost_live is published and nothing waited for (the library checks each ring itself).
 * destroy_device comes without locks and the library frees the rings when it returns: there the workers
 * are waited for, unless the port is being closed and none has it any more.
 *
 * Offered: virtio 1.1 split rings, mergeable buffers, indirect descriptors, event index, in-order,
 * multiqueue, live migration. Not offered: packed rings (QEMU cannot restore them after we died);
 * checksum, TSO, UFO and ECN (not honoured end to end); MTU unless mtu_request is set; IOMMU, postcopy
 * and every channel from us to the front end. Buffers are linear, because a chain would let a guest take
 * all mbufs with one long descriptor; frames longer than an mbuf (jumbo mtu_request only) get one outside
 * buffer of at most 64 KiB.
 */
#include "vhost_dev.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rte_bitops.h>
#include <rte_vhost.h>

#include <sw/log.h>
#include <sw/mem.h>
#include <sw/pool.h>

SW_LOG(vhost, "vhost-user ports: sockets, guests, queues");

#define NOT_OFFERED                                                                      \
	(RTE_BIT64(VIRTIO_NET_F_CSUM) | RTE_BIT64(VIRTIO_NET_F_GUEST_CSUM) |             \
		RTE_BIT64(VIRTIO_NET_F_GSO) | RTE_BIT64(VIRTIO_NET_F_HOST_TSO4) |        \
		RTE_BIT64(VIRTIO_NET_F_HOST_TSO6) | RTE_BIT64(VIRTIO_NET_F_HOST_ECN) |   \
		RTE_BIT64(VIRTIO_NET_F_HOST_UFO) | RTE_BIT64(VIRTIO_NET_F_GUEST_TSO4) |  \
		RTE_BIT64(VIRTIO_NET_F_GUEST_TSO6) | RTE_BIT64(VIRTIO_NET_F_GUEST_ECN) | \
		RTE_BIT64(VIRTIO_NET_F_GUEST_UFO) | RTE_BIT64(34))
#define RING_PACKED RTE_BIT64(34)

#define PROTOCOL                                                                            \
	(RTE_BIT64(VHOST_USER_PROTOCOL_F_MQ) | RTE_BIT64(VHOST_USER_PROTOCOL_F_LOG_SHMFD) | \
		RTE_BIT64(VHOST_USER_PROTOCOL_F_RARP) |                                     \
		RTE_BIT64(VHOST_USER_PROTOCOL_F_REPLY_ACK) |                                \
		RTE_BIT64(VHOST_USER_PROTOCOL_F_NET_MTU) |                                  \
		RTE_BIT64(VHOST_USER_PROTOCOL_F_STATUS))

static struct vhost *by_vid[RTE_MAX_VHOST_DEVICE]; /* atomic */

struct vhost *vhost_dev_port(int vid)
{
	if (vid < 0 || vid >= RTE_MAX_VHOST_DEVICE)
		return NULL;
	return __atomic_load_n(&by_vid[vid], __ATOMIC_ACQUIRE);
}

void vhost_dev_break(struct vhost *v, const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&v->lock);
	va_start(ap, fmt);
	vsnprintf(v->info.fault, sizeof(v->info.fault), fmt, ap);
	va_end(ap);
	sw_warn("%s: %s: %s", v->port.name, v->path, v->info.fault);
	pthread_mutex_unlock(&v->lock);
	__atomic_store_n(&v->broken, 1, __ATOMIC_RELEASE);
	vhost_link_wake();
}

/* Give the workers another view, or none. */
static void publish(struct vhost *v, struct vhost_live *live)
{
	struct vhost_live *old = v->current;

	v->current = live;
	sw_rcu_set(v->live, live);
	if (old)
		sw_rcu_defer(free, old);
}

static struct vhost_live *make_live(struct vhost *v, int vid, unsigned n_rings)
{
	struct vhost_live *live = sw_xcalloc(1, sizeof(*live));

	live->vid = vid;
	live->gen = ++v->next_gen;
	live->own = v->own;
	for (unsigned i = 0; i < n_rings; i++) {
		struct vhost_ring *ring;

		if (!vhost_bit(v->ring_on, i) || !vhost_bit(v->ring_sized, i))
			continue;
		ring = v->own ? vhost_ring_take(v, vid, i) : vhost_ring_of(v, i);
		if (!ring)
			continue;
		if (i % 2) /* seen from the guest: 0 receives, 1 sends */
			live->rx[live->n_rx++] = ring;
		else
			live->tx[live->n_tx++] = ring;
	}
	return live;
}

/* Read the device for status(); the caller is a callback, so it exists. */
static void learn(struct vhost *v, int vid, unsigned n_rings, const struct vhost_live *live)
{
	struct vhost_guest g = { .live = true, .n_rings = n_rings };
	struct rte_vhost_vring ring;
	uint16_t mtu;

	rte_vhost_get_negotiated_features(vid, &g.features);
	g.numa = rte_vhost_get_numa_node(vid);
	g.guest_mtu = rte_vhost_get_mtu(vid, &mtu) ? -1 : mtu;
	g.n_rx = live->n_rx;
	g.n_tx = live->n_tx;
	for (unsigned i = 0; i < n_rings; i++)
		g.ring_size[i] = rte_vhost_get_vhost_vring(vid, i, &ring) ? 0 : ring.size;
	pthread_mutex_lock(&v->lock);
	v->info.guest = g;
	pthread_mutex_unlock(&v->lock);
	__atomic_store_n(&v->port.numa, (int16_t)g.numa, __ATOMIC_RELAXED);
}

/* At least one queue is placed always, so that a guest that comes is served at once. */
static void tell(struct vhost *v, unsigned n_rx)
{
	__atomic_store_n(&v->port.n_rxq, n_rx ? n_rx : 1, __ATOMIC_RELEASE);
	sw_port_changed(&v->port);
}

static void bring_up(struct vhost *v, int vid)
{
	unsigned n_rings = rte_vhost_get_vring_num(vid);
	struct vhost_live *live;

	if (n_rings > VHOST_RINGS_MAX)
		n_rings = VHOST_RINGS_MAX;
	live = make_live(v, vid, n_rings);
	learn(v, vid, n_rings, live);
	publish(v, live);
	tell(v, live->n_rx);
}

static void wait_for_workers(const struct vhost *v)
{
	if (!__atomic_load_n(&v->closing, __ATOMIC_ACQUIRE))
		sw_rcu_synchronize();
}

static void bring_down(struct vhost *v, int vid)
{
	pthread_mutex_lock(&v->lock);
	memset(&v->info.guest, 0, sizeof(v->info.guest));
	v->info.guest.guest_mtu = -1;
	v->info.resets++;
	pthread_mutex_unlock(&v->lock);
	publish(v, NULL);
	wait_for_workers(v);
	vhost_rings_give_back(v, vid);
	tell(v, 0);
}

/* Served by us, a ring's lock is not the library's, which is held now, so workers may be waited for. Served
 * by the library they spin for that lock: what they look at is safe under it. */
void vhost_dev_pause(struct vhost *v, int vid)
{
	v->paused = true;
	sw_rcu_set(v->live, NULL);
	if (!v->running || !v->own)
		return;
	wait_for_workers(v);
	vhost_rings_give_back(v, vid);
}

/* A guest that is about to move needs its pages logged, which the library does. It goes on with that until
 * the device stops: a worker may be inside it, so that we cannot take rings from it before. */
void vhost_dev_resume(struct vhost *v, int vid)
{
	uint64_t features = 0;

	v->paused = false;
	if (!v->running || !v->current || __atomic_load_n(&v->broken, __ATOMIC_ACQUIRE))
		return;
	if (!v->own) {
		sw_rcu_set(v->live, v->current);
		return;
	}
	rte_vhost_get_negotiated_features(vid, &features);
	v->own = !RTE_VHOST_NEED_LOG(features);
	bring_up(v, vid);
}

static void forget(struct vhost *v)
{
	memset(v->ring_on, 0, sizeof(v->ring_on));
	memset(v->ring_sized, 0, sizeof(v->ring_sized));
	v->paused = false;
	for (unsigned i = 0; i < RTE_MAX_VHOST_DEVICE; i++) {
		if (__atomic_load_n(&by_vid[i], __ATOMIC_RELAXED) == v)
			__atomic_store_n(&by_vid[i], NULL, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&v->connected, 0, __ATOMIC_RELEASE);
}

static int on_connection(int vid)
{
	char path[4096];
	struct vhost *v;

	if (rte_vhost_get_ifname(vid, path, sizeof(path)))
		return -1;
	v = vhost_link_find(path);
	if (!v || vid >= RTE_MAX_VHOST_DEVICE)
		return -1;
	if (__atomic_load_n(&v->connected, __ATOMIC_ACQUIRE)) {
		sw_warn("%s: %s: a second connection is refused", v->port.name, v->path);
		return -1;
	}
	if (vhost_guard_attach(vid))
		return -1;
	vhost_conn_prepare(v);
	__atomic_store_n(&by_vid[vid], v, __ATOMIC_RELEASE);
	__atomic_store_n(&v->connected, 1, __ATOMIC_RELEASE);
	sw_debug("%s: %s: connected", v->port.name, v->path);
	return 0;
}

static void on_connection_gone(int vid)
{
	struct vhost *v = vhost_dev_port(vid);

	if (!v)
		return;
	forget(v);
	vhost_link_wake();
}

static bool is_jumbo(const struct vhost *v)
{
	unsigned room = rte_pktmbuf_data_room_size(sw_pool()) - RTE_PKTMBUF_HEADROOM;

	return v->port.mtu + VHOST_EXTRA_HEADER > room;
}

/* Buffers of our own are linear and no longer than an mbuf, and we log no pages. */
static bool may_own(const struct vhost *v, int vid)
{
	uint64_t features = 0;

	rte_vhost_get_negotiated_features(vid, &features);
	return !is_jumbo(v) && !RTE_VHOST_NEED_LOG(features) && !(features & RING_PACKED);
}

static int on_device(int vid)
{
	struct vhost *v = vhost_dev_port(vid);

	if (!v)
		return -1;
	v->running = true;
	v->own = may_own(v, vid);
	bring_up(v, vid);
	sw_info("%s: guest is up: %u rx and %u tx queues, features %#llx", v->port.name,
		v->info.guest.n_rx, v->info.guest.n_tx, (unsigned long long)v->info.guest.features);
	return 0;
}

static void on_device_gone(int vid)
{
	struct vhost *v = vhost_dev_port(vid);

	if (!v)
		return;
	v->running = false;
	bring_down(v, vid);
	sw_info("%s: guest is down", v->port.name);
}

static int on_ring(int vid, uint16_t ring, int enable)
{
	struct vhost *v = vhost_dev_port(vid);

	if (!v || ring >= VHOST_RINGS_MAX)
		return -1;
	vhost_bit_set(v->ring_on, ring, enable);
	if (v->running)
		bring_up(v, vid);
	return 0;
}

static const struct rte_vhost_device_ops ops = {
	.new_connection = on_connection,
	.destroy_connection = on_connection_gone,
	.new_device = on_device,
	.destroy_device = on_device_gone,
	.vring_state_changed = on_ring,
};

static uint64_t flags_of(const struct vhost *v)
{
	return RTE_VHOST_USER_LINEARBUF_SUPPORT | RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS |
	       (is_jumbo(v) ? RTE_VHOST_USER_EXTBUF_SUPPORT : 0) |
	       (v->server ? 0 : RTE_VHOST_USER_CLIENT | RTE_VHOST_USER_NO_RECONNECT);
}

int vhost_dev_register(struct vhost *v)
{
	uint64_t mtu = v->port.conf.mtu ? 0 : RTE_BIT64(VIRTIO_NET_F_MTU);
	int rc;

	if (rte_vhost_driver_register(v->path, flags_of(v)))
		return -ENOSPC;
	rc = rte_vhost_driver_disable_features(v->path, NOT_OFFERED | mtu);
	rc |= rte_vhost_driver_set_protocol_features(v->path, PROTOCOL);
	rc |= rte_vhost_driver_callback_register(v->path, &ops);
	errno = EIO;
	if (rc || rte_vhost_driver_start(v->path)) {
		rc = -errno;
		rte_vhost_driver_unregister(v->path);
		return rc ? rc : -EIO;
	}
	if (v->server)
		chmod(v->path, 0660); /* bind left what umask allows: this only widens it */
	v->registered = true;
	return 0;
}

void vhost_dev_unregister(struct vhost *v)
{
	if (__atomic_load_n(&v->connected, __ATOMIC_ACQUIRE))
		vhost_conn_shut(v);
	rte_vhost_driver_unregister(v->path);
	v->registered = false;
	forget(v);
}

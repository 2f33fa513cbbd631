/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rings between the library and us. The library keeps each ring's memory, descriptors of calls and the two
 * indices at which its next burst would begin. Taking a ring reads them; giving it back puts the indices
 * right. In between the library must not need them: it looks at them when a ring stops, gets an address
 * or is kicked for the first time, and vhost_guard_ctl.c gives back before such a message.
 *
 * The call descriptor is a duplicate, because the library closes its own at any message that brings
 * another, while workers write to it.
 *
 * Library's thread; the link thread or a job when the port closes.
 */
#include "vhost.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_bitops.h>
#include <rte_vhost.h>

#include <sw/mem.h>

struct vhost_ring *vhost_ring_of(struct vhost *v, unsigned i)
{
	struct vhost_ring *r = v->rings[i];

	if (r)
		return r;
	if (posix_memalign((void **)&r, RTE_CACHE_LINE_SIZE, sizeof(*r)))
		abort();
	memset(r, 0, sizeof(*r));
	rte_spinlock_init(&r->lock);
	r->number = i;
	r->call_fd = -1;
	r->late.run = vhost_ring_call;
	__atomic_store_n(&v->rings[i], r, __ATOMIC_RELEASE);
	return r;
}

static int duplicate(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void close_later(void *fd)
{
	close((int)(intptr_t)fd);
}

static void set_features(struct vhost_ring *r, uint64_t features)
{
	bool merge = features & RTE_BIT64(VIRTIO_NET_F_MRG_RXBUF);

	r->mergeable = merge;
	r->header = merge || features & RTE_BIT64(VIRTIO_F_VERSION_1) ? 12 : 10;
	r->event_idx = features & RTE_BIT64(VIRTIO_RING_F_EVENT_IDX);
}

struct vhost_ring *vhost_ring_take(struct vhost *v, int vid, unsigned i)
{
	struct vhost_ring *r = vhost_ring_of(v, i);
	struct rte_vhost_vring ring;
	uint64_t features;
	uint16_t next, used;

	if (r->held)
		return r;
	if (!v->memory && rte_vhost_get_mem_table(vid, &v->memory)) {
		v->memory = NULL;
		return NULL;
	}
	if (rte_vhost_get_vhost_vring(vid, i, &ring) || !ring.desc || !ring.avail || !ring.used ||
		rte_vhost_get_vring_base(vid, i, &next, &used) ||
		rte_vhost_get_negotiated_features(vid, &features))
		return NULL;
	r->desc = ring.desc;
	r->offered = ring.avail;
	r->done = ring.used;
	r->size = ring.size;
	r->next = next;
	r->used = used;
	r->told = used;
	__atomic_store_n(&r->stuck, 0, __ATOMIC_RELAXED);
	r->memory = v->memory;
	r->length = 0; /* of no region yet */
	set_features(r, features);
	r->call_fd = duplicate(ring.callfd);
	if (!r->event_idx)
		r->done->flags = VRING_USED_F_NO_NOTIFY; /* we poll: the guest need not kick us */
	r->held = true;
	return r;
}

void vhost_rings_give_back(struct vhost *v, int vid)
{
	for (unsigned i = 0; i < VHOST_RINGS_MAX; i++) {
		struct vhost_ring *r = v->rings[i];

		if (!r || !r->held)
			continue;
		rte_vhost_set_vring_base(vid, i, r->next, r->used);
		if (r->call_fd >= 0)
			close(r->call_fd);
		r->call_fd = -1;
		r->held = false;
	}
	free(v->memory);
	v->memory = NULL;
}

void vhost_rings_free(struct vhost *v)
{
	for (unsigned i = 0; i < VHOST_RINGS_MAX; i++) {
		free(v->rings[i]);
		v->rings[i] = NULL;
	}
}

unsigned vhost_rings_stuck(const struct vhost *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < VHOST_RINGS_MAX; i++) {
		struct vhost_ring *r = __atomic_load_n(&v->rings[i], __ATOMIC_ACQUIRE);

		n += r && __atomic_load_n(&r->stuck, __ATOMIC_RELAXED);
	}
	return n;
}

uint64_t vhost_rings_bad(const struct vhost *v)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < VHOST_RINGS_MAX; i++) {
		struct vhost_ring *r = __atomic_load_n(&v->rings[i], __ATOMIC_ACQUIRE);

		n += r ? __atomic_load_n(&r->bad, __ATOMIC_RELAXED) : 0;
	}
	return n;
}

void vhost_ring_set_call(struct vhost *v, int vid, unsigned i)
{
	struct vhost_ring *r = i < VHOST_RINGS_MAX ? v->rings[i] : NULL;
	struct rte_vhost_vring ring;
	int old;

	if (!r || !r->held || rte_vhost_get_vhost_vring(vid, i, &ring))
		return;
	old = __atomic_exchange_n(&r->call_fd, duplicate(ring.callfd), __ATOMIC_ACQ_REL);
	if (old >= 0)
		sw_rcu_defer(close_later, (void *)(intptr_t)old);
}

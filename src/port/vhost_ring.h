/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A split virtqueue of a guest (virtio 1.1, section 2.6) served by ourselves. The rte_vhost library maps the
 * guest's memory and speaks with its front end; while a ring is held its indices are here, and the
 * library's are put right before it looks at them again.
 *
 * Why: the library follows one descriptor after the other. A burst's descriptors and buffers lie in the
 * caches of the guest's core, so here all of them are asked for before the first one is needed.
 *
 * Taking and giving back: control, no worker at it. The rest: workers, by turns under `lock`; several may
 * send on one ring, and a ring that was queue 1 may have become queue 0 of another worker.
 */
#ifndef PORT_VHOST_RING_H
#define PORT_VHOST_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_spinlock.h>

#include <linux/virtio_ring.h>

#include <sw/late.h>

struct rte_vhost_memory;
struct vhost;

struct vhost_ring {
	rte_spinlock_t lock;
	uint16_t number; /* of the device */
	uint16_t size;	 /* entries, a power of two */
	uint16_t next;	 /* of the available ring: modulo 65536, as the two below */
	uint16_t used;	 /* entries given back so far */
	uint16_t told;	 /* `used` at the last look at whether the guest wants a call */
	uint8_t header;	 /* bytes before each frame: 10, or 12 with num_buffers at the end */
	bool event_idx;	 /* the guest says in the ring from where on it wants calls */
	bool mergeable;	 /* a frame may lie in several chains */
	uint32_t stuck;	 /* atomic: the available ring names no descriptor; over when taken anew */
	int call_fd;	 /* atomic: eventfd of our own, or -1 */
	const struct vring_desc *desc;
	const struct vring_avail *offered;
	struct vring_used *done;
	uint8_t *base; /* of the memory region of the last address: host address, first, length */
	uint64_t first, length;
	const struct rte_vhost_memory *memory;
	struct sw_late late; /* the call of this turn */
	uint64_t bad;	     /* atomic: chains to send into that were no buffers */
	bool held;	     /* control: indices are ours */
} __rte_cache_aligned;

/* Has the guest offered anything? Without the lock: for an idle queue. */
static inline bool vhost_ring_ready(const struct vhost_ring *r)
{
	return __atomic_load_n(&r->offered->idx, __ATOMIC_ACQUIRE) !=
	       __atomic_load_n(&r->next, __ATOMIC_RELAXED);
}

/* Up to n <= SW_BURST frames from the guest, in buffers of the pool. What is no frame, or does not fit a
 * buffer, is counted on the lane as `bad` for each chain. 0 too while another worker has the ring. */
unsigned vhost_ring_rx(struct vhost_ring *r, struct sw_lane *lane, unsigned bad,
	struct rte_mbuf **pkts, unsigned n);

/* Copy n <= SW_BURST packets to the guest: how many were copied; all stay the caller's. It has no room for
 * the next one now, or (*too_long) the buffers it offers are shorter than that one. The guest is called at
 * the end of the turn. */
unsigned vhost_ring_tx(struct vhost_ring *r, struct sw_worker *w, struct rte_mbuf **pkts,
	unsigned n, bool *too_long);

/* Call the guest now: what r->late runs. */
void vhost_ring_call(struct sw_late *late);

/* ---- control: vhost_ring_ctl.c ---- */

/* Ring i of the device. Take: as the library has it now, to be served by us; NULL if it cannot be had; one
 * that is held already stays as it is. Give back all that are held: no worker is at them. */
struct vhost_ring *vhost_ring_of(struct vhost *v, unsigned i);
struct vhost_ring *vhost_ring_take(struct vhost *v, int vid, unsigned i);
void vhost_rings_give_back(struct vhost *v, int vid);
void vhost_rings_free(struct vhost *v);		   /* the port is closed */
unsigned vhost_rings_stuck(const struct vhost *v); /* control: those that stand still */
uint64_t vhost_rings_bad(const struct vhost *v);   /* control: chains that were no buffers */
/* The guest's call descriptor of a ring changed; workers may be at it. */
void vhost_ring_set_call(struct vhost *v, int vid, unsigned i);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One descriptor chain of a guest: where its bytes are, piece by piece (virtio 1.1, 2.6.5). Nothing the guest
 * wrote is believed, and each descriptor is read once. Workers, with the ring's lock.
 */
#ifndef PORT_VHOST_CHAIN_H
#define PORT_VHOST_CHAIN_H

#include "vhost_ring.h"

#define VHOST_CHAIN_MAX 256 /* descriptors of a chain: a longer one goes back unread */

/* A descriptor. */
struct chain_entry {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

/* What of a packet is still to be copied. */
struct chain_source {
	const struct rte_mbuf *m;
	uint32_t off, left;
};

/* The region of memory that holds a guest's address becomes the ring's present one; false: none does. */
bool chain_find_region(struct vhost_ring *r, uint64_t addr);

/* A frame of any form, into an empty buffer: false when it is none or does not fit. */
bool chain_gather(struct vhost_ring *r, uint16_t head, struct rte_mbuf *m);

/* Put into one chain as much of a packet as it holds. *header is where the packet's first chain has its
 * header, NULL before that, and not written here. Bytes of the chain that are taken, 0 if it is no buffer. */
uint32_t chain_fill(
	struct vhost_ring *r, uint16_t head, struct chain_source *from, uint8_t **header);

static inline struct chain_entry chain_load(const struct vring_desc *d)
{
	uint64_t rest = __atomic_load_n((const uint64_t *)(const void *)&d->len, __ATOMIC_RELAXED);

	return (struct chain_entry){ .addr = __atomic_load_n(&d->addr, __ATOMIC_RELAXED),
		.len = rest,
		.flags = rest >> 32,
		.next = rest >> 48 };
}

/* Where a guest's address is, and in *len at most how many bytes go on from there; NULL: nowhere. */
static inline uint8_t *chain_reach(struct vhost_ring *r, uint64_t addr, uint32_t *len)
{
	uint64_t left;

	if (unlikely(addr - r->first >= r->length) && !chain_find_region(r, addr))
		return NULL;
	left = r->length - (addr - r->first);
	if (unlikely(*len > left))
		*len = left;
	return r->base + (addr - r->first);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The long way through a descriptor chain: any number of descriptors, an indirect table at the end, buffers
 * that lie across two regions of the guest's memory. At most VHOST_CHAIN_MAX steps, so a loop ends. See
 * vhost_ring.c for the short way.
 */
#include "vhost_chain.h"

#include <string.h>

#include <rte_vhost.h>

struct walk {
	struct vhost_ring *r;
	const struct vring_desc *table;
	uint32_t entries;     /* of the table */
	unsigned left;	      /* steps */
	struct chain_entry e; /* what is left of the present descriptor */
	bool bad;
};

/* The region of an address becomes the ring's present one. */
bool chain_find_region(struct vhost_ring *r, uint64_t addr)
{
	for (uint32_t i = 0; i < r->memory->nregions; i++) {
		const struct rte_vhost_mem_region *region = &r->memory->regions[i];

		if (addr - region->guest_phys_addr >= region->size)
			continue;
		r->base = (uint8_t *)(uintptr_t)region->host_user_addr;
		r->first = region->guest_phys_addr;
		r->length = region->size;
		return true;
	}
	return false;
}

static bool enter_indirect(struct walk *k)
{
	uint32_t len = k->e.len, whole = len;
	const uint8_t *at = chain_reach(k->r, k->e.addr, &len);

	if (k->table != k->r->desc || k->e.flags & VRING_DESC_F_NEXT)
		return false;
	if (!at || len != whole || len < sizeof(struct vring_desc) ||
		(uintptr_t)at % sizeof(uint64_t))
		return false;
	k->table = (const struct vring_desc *)(const void *)at;
	k->entries = len / sizeof(struct vring_desc);
	k->e = chain_load(k->table);
	return !(k->e.flags & VRING_DESC_F_INDIRECT);
}

static void walk_begin(struct walk *k, struct vhost_ring *r, uint16_t head)
{
	k->r = r;
	k->table = r->desc;
	k->entries = r->size;
	k->left = VHOST_CHAIN_MAX;
	k->e = chain_load(&r->desc[head]);
	k->bad = k->e.flags & VRING_DESC_F_INDIRECT && !enter_indirect(k);
}

/* On to the next descriptor: false at the end and when there is none where it should be. */
static bool walk_on(struct walk *k)
{
	if (!(k->e.flags & VRING_DESC_F_NEXT))
		return false;
	if (k->e.next >= k->entries || !--k->left) {
		k->bad = true;
		return false;
	}
	k->e = chain_load(&k->table[k->e.next]);
	k->bad = k->e.flags & VRING_DESC_F_INDIRECT && !enter_indirect(k);
	return !k->bad;
}

/* The next bytes that lie together, *len of them, at most `most` and at least one; NULL at the end and when
 * the chain is bad. */
static uint8_t *walk_piece(struct walk *k, uint16_t flags, uint32_t most, uint32_t *len)
{
	uint8_t *at;

	while (!k->bad && !k->e.len && walk_on(k))
		;
	if (k->bad || !k->e.len)
		return NULL;
	*len = RTE_MIN(k->e.len, most);
	at = chain_reach(k->r, k->e.addr, len);
	k->bad = !at || (k->e.flags & VRING_DESC_F_WRITE) != flags;
	k->e.addr += *len;
	k->e.len -= *len;
	return k->bad ? NULL : at;
}

/* A frame that lies in pieces: false when it is none. */
bool chain_gather(struct vhost_ring *r, uint16_t head, struct rte_mbuf *m)
{
	uint32_t skip = r->header, len = 0, room = rte_pktmbuf_tailroom(m), piece;
	uint8_t *to = rte_pktmbuf_mtod(m, uint8_t *), *at;
	struct walk k;

	walk_begin(&k, r, head);
	while (skip && walk_piece(&k, 0, skip, &piece))
		skip -= piece;
	while (!skip && (at = walk_piece(&k, 0, UINT32_MAX, &piece))) {
		if (piece > room - len)
			return false;
		memcpy(to + len, at, piece);
		len += piece;
	}
	m->data_len = len;
	m->pkt_len = len;
	return !k.bad && len;
}

static void copy_part(struct chain_source *from, uint8_t *to, uint32_t len)
{
	from->left -= len;
	while (len) {
		uint32_t n = RTE_MIN(len, from->m->data_len - from->off);

		memcpy(to, rte_pktmbuf_mtod_offset(from->m, const void *, from->off), n);
		to += n;
		len -= n;
		from->off += n;
		if (from->off == from->m->data_len) {
			from->m = from->m->next;
			from->off = 0;
		}
	}
}

/* Into one chain as much as it holds; *header is where the first one's begins. Bytes written, 0 if the
 * chain is no buffer. */
uint32_t chain_fill(
	struct vhost_ring *r, uint16_t head, struct chain_source *from, uint8_t **header)
{
	uint32_t written = 0, piece;
	struct walk k;
	uint8_t *at;

	walk_begin(&k, r, head);
	if (!*header) {
		at = walk_piece(&k, VRING_DESC_F_WRITE, r->header, &piece);
		if (!at || piece != r->header)
			return 0;
		*header = at;
		written = piece;
	}
	while (from->left && (at = walk_piece(&k, VRING_DESC_F_WRITE, from->left, &piece))) {
		copy_part(from, at, piece);
		written += piece;
	}
	return k.bad ? 0 : written;
}

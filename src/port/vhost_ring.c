/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bursts between packet buffers and a guest's split virtqueue: virtio 1.1, sections 2.6 (rings, indirect
 * tables, calls) and 5.1.6 (network frames and their header). Nothing is offered that would need the
 * header's other fields, so they are skipped on the way in and zero on the way out.
 *
 * A burst goes through the ring in three passes: heads of all chains, first descriptors of all, buffers of
 * all, each asking the cache for what the next pass reads. The guest's core wrote these lines last; a
 * line takes some 400 cycles from a far core, and they come in parallel.
 *
 * Nothing the guest wrote is believed or read twice. A chain of one descriptor in one memory region
 * takes the short way; vhost_chain.c follows all others. A chain that is no frame or no buffer goes back to
 * the guest with nothing written. A head outside the table cannot even go back: the ring is left standing,
 * which harms its guest only.
 */
#include "vhost_ring.h"

#include "vhost_chain.h"

#include <string.h>
#include <unistd.h>

#include <rte_atomic.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>

#include <sw/mem.h>
#include <sw/pool.h>
#include <sw/prefetch.h>

#define LINES_MAX 4 /* of a buffer, asked for ahead; the machine sees the rest coming */

/* A chain as seen in the passes; at == NULL: not one descriptor in one region. */
struct staged {
	uint8_t *at;
	uint32_t len;
	uint16_t head;
};

/* ---- passes ---- */

/* Heads of up to n chains that are offered. A head outside the table ends the ring. */
static unsigned heads(struct vhost_ring *r, struct staged *s, unsigned n)
{
	uint16_t mask = r->size - 1;
	uint16_t ready = __atomic_load_n(&r->offered->idx, __ATOMIC_ACQUIRE) - r->next;

	n = RTE_MIN(n, ready);
	sw_prefetch_write(&r->done->ring[r->used & mask]);
	for (unsigned i = 0; i < n; i++) {
		s[i].head =
			__atomic_load_n(&r->offered->ring[(r->next + i) & mask], __ATOMIC_RELAXED);
		if (unlikely(s[i].head >= r->size)) {
			if (!i)
				__atomic_store_n(&r->stuck, 1, __ATOMIC_RELAXED);
			return i;
		}
		rte_prefetch0(&r->desc[s[i].head]);
	}
	return n;
}

/* Where their buffers are, if each is one descriptor with just `flags` and more than the header long. */
static inline void buffers(struct vhost_ring *r, struct staged *s, unsigned n, uint16_t flags)
{
	for (unsigned i = 0; i < n; i++) {
		struct chain_entry e = chain_load(&r->desc[s[i].head]);

		s[i].len = e.len;
		s[i].at = e.flags == flags && e.len > r->header ? chain_reach(r, e.addr, &s[i].len)
								: NULL;
		if (unlikely(s[i].len != e.len))
			s[i].at = NULL;
	}
}

/* The first lines of len bytes that are to be read, or to be written. */
static inline void prefetch_lines(const uint8_t *at, uint32_t len, bool write)
{
	const uint8_t *end = at + RTE_MIN(len, LINES_MAX * RTE_CACHE_LINE_SIZE);

	for (at = RTE_PTR_ALIGN_FLOOR(at, RTE_CACHE_LINE_SIZE); at < end;
		at += RTE_CACHE_LINE_SIZE) {
		if (write)
			sw_prefetch_write(at);
		else
			rte_prefetch0(at);
	}
}

/* Entry i of the ones that are about to go back. */
static inline void put(struct vhost_ring *r, unsigned i, uint16_t head, uint32_t len)
{
	struct vring_used_elem *e = &r->done->ring[(r->used + i) & (r->size - 1)];

	e->id = head;
	e->len = len;
}

/* n chains go back to the guest: does it want to be called? */
static bool give_back(struct vhost_ring *r, unsigned n)
{
	uint16_t before = r->told, event;

	__atomic_store_n(&r->next, r->next + n, __ATOMIC_RELAXED);
	r->used += n;
	__atomic_store_n(&r->done->idx, r->used, __ATOMIC_RELEASE);
	/* The guest says what it wants, then looks at idx; we the other way round. */
	rte_atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!r->event_idx)
		return !(__atomic_load_n(&r->offered->flags, __ATOMIC_RELAXED) &
			 VRING_AVAIL_F_NO_INTERRUPT);
	event = __atomic_load_n(&r->offered->ring[r->size], __ATOMIC_RELAXED);
	r->told = r->used;
	return vring_need_event(event, r->used, before);
}

void vhost_ring_call(struct sw_late *late)
{
	struct vhost_ring *r = sw_container_of(late, struct vhost_ring, late);
	uint64_t one = 1;
	int fd = __atomic_load_n(&r->call_fd, __ATOMIC_RELAXED);
	ssize_t rc =
		fd < 0 ? 0 : write(fd, &one, sizeof(one)); /* full: the guest has calls enough */

	(void)rc;
}

/* ---- from the guest ---- */

static inline bool copy_in(struct vhost_ring *r, const struct staged *s, struct rte_mbuf *m)
{
	uint32_t len = s->len - r->header;

	if (unlikely(!s->at))
		return chain_gather(r, s->head, m);
	if (unlikely(len > rte_pktmbuf_tailroom(m)))
		return false;
	rte_memcpy(rte_pktmbuf_mtod(m, void *), s->at + r->header, len);
	m->data_len = len;
	m->pkt_len = len;
	return true;
}

static unsigned receive(
	struct vhost_ring *r, struct rte_mbuf **pkts, unsigned n, unsigned *bad, bool *calls)
{
	struct staged s[SW_BURST];
	struct rte_mbuf *spare[SW_BURST];
	unsigned got = 0, spares = 0;

	n = heads(r, s, n);
	if (!n || rte_pktmbuf_alloc_bulk(sw_pool(), pkts, n))
		return 0;
	buffers(r, s, n, 0);
	for (unsigned i = 0; i < n; i++) {
		if (s[i].at)
			prefetch_lines(s[i].at + r->header, s[i].len - r->header, false);
	}
	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];

		if (likely(copy_in(r, &s[i], m)))
			pkts[got++] = m;
		else
			spare[spares++] = m;
		put(r, i, s[i].head, 0);
	}
	*calls = give_back(r, n);
	if (unlikely(spares))
		rte_pktmbuf_free_bulk(spare, spares);
	*bad = spares;
	return got;
}

unsigned vhost_ring_rx(struct vhost_ring *r, struct sw_lane *lane, unsigned bad,
	struct rte_mbuf **pkts, unsigned n)
{
	unsigned got = 0, lost = 0;
	bool calls = false;

	if (unlikely(!rte_spinlock_trylock(&r->lock)))
		return 0;
	if (likely(!r->stuck))
		got = receive(r, pkts, n, &lost, &calls);
	rte_spinlock_unlock(&r->lock);
	if (unlikely(lost))
		lane->stats.drops[bad] += lost;
	if (unlikely(calls)) /* few guests want to hear that a frame has gone out */
		vhost_ring_call(&r->late);
	return got;
}

/* ---- to the guest ---- */

/* Chains that were looked at; `next` is the first that is free. */
struct sending {
	struct vhost_ring *r;
	struct staged s[SW_BURST];
	unsigned staged, next;
};

static void put_header(const struct vhost_ring *r, uint8_t *at, uint16_t n_buffers)
{
	memset(at, 0, 10);
	if (r->header == 12)
		memcpy(at + 10, &n_buffers, sizeof(n_buffers));
}

static inline void copy_out(uint8_t *to, const struct rte_mbuf *m)
{
	do {
		rte_memcpy(to, rte_pktmbuf_mtod(m, const void *), m->data_len);
		to += m->data_len;
		m = m->next;
	} while (unlikely(m != NULL));
}

enum filled { FILLED, NO_ROOM, TOO_LONG, NO_BUFFER };

/* n chains go back with nothing written, because the last of them is no buffer. */
static enum filled skip(struct sending *t, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		put(t->r, t->next + i, t->s[t->next + i].head, 0);
	t->next += n;
	__atomic_store_n(&t->r->bad, t->r->bad + 1, __ATOMIC_RELAXED);
	return NO_BUFFER;
}

/* The long way: a packet into as many chains as it takes. */
static __rte_noinline enum filled fill(struct sending *t, const struct rte_mbuf *m)
{
	struct chain_source from = { .m = m, .left = m->pkt_len };
	unsigned most = t->r->mergeable ? SW_BURST : 1, used = 0;
	uint8_t *header = NULL;

	while (from.left) {
		const struct staged *s = &t->s[t->next + used];
		uint32_t written;

		if (used == most)
			return TOO_LONG;
		if (t->next + used == t->staged)
			return NO_ROOM;
		written = chain_fill(t->r, s->head, &from, &header);
		used++;
		if (!written)
			return skip(t, used);
		put(t->r, t->next + used - 1, s->head, written);
	}
	put_header(t->r, header, used);
	t->next += used;
	return FILLED;
}

static inline enum filled fill_one(struct sending *t, const struct rte_mbuf *m)
{
	const struct staged *s = &t->s[t->next];
	uint32_t len = t->r->header + m->pkt_len;
	enum filled got;

	if (unlikely(t->next == t->staged))
		return NO_ROOM;
	if (unlikely(!s->at || s->len < len)) {
		do
			got = fill(t, m);
		while (got == NO_BUFFER);
		return got;
	}
	put_header(t->r, s->at, 1);
	copy_out(s->at + t->r->header, m);
	put(t->r, t->next, s->head, len);
	t->next++;
	return FILLED;
}

/* Look at up to n chains for the packets that begin at pkts. */
static void stage(struct sending *t, struct rte_mbuf **pkts, unsigned n_pkts, unsigned n)
{
	struct vhost_ring *r = t->r;

	t->next = 0;
	t->staged = heads(r, t->s, n);
	buffers(r, t->s, t->staged, VRING_DESC_F_WRITE);
	n = RTE_MIN(t->staged, n_pkts);
	for (unsigned i = 0; i < n; i++) {
		if (t->s[i].at)
			prefetch_lines(t->s[i].at,
				RTE_MIN(t->s[i].len, r->header + pkts[i]->pkt_len), true);
	}
}

/* How many of the packets went before one met `*last`. */
static unsigned fill_many(struct sending *t, struct rte_mbuf **pkts, unsigned n, enum filled *last)
{
	for (unsigned i = 0; i < n; i++) {
		*last = fill_one(t, pkts[i]);
		if (unlikely(*last != FILLED))
			return i;
	}
	return n;
}

unsigned vhost_ring_tx(struct vhost_ring *r, struct sw_worker *w, struct rte_mbuf **pkts,
	unsigned n, bool *too_long)
{
	struct sending t;
	unsigned sent = 0, look = n;
	enum filled last = FILLED;
	bool calls = false;

	t.r = r;
	rte_spinlock_lock(&r->lock);
	while (sent < n && !r->stuck) {
		stage(&t, pkts + sent, n - sent, look);
		sent += fill_many(&t, pkts + sent, n - sent, &last);
		if (t.next && give_back(r, t.next))
			calls = true;
		if (t.staged < look || last == TOO_LONG)
			break; /* the guest has no more, or none that is long enough */
		look = SW_BURST;
	}
	*too_long = last == TOO_LONG;
	rte_spinlock_unlock(&r->lock);
	if (calls)
		sw_late_add(w, &r->late);
	return sent;
}

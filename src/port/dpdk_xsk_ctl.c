/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What net_af_xdp forgets (22.11): when its device is removed it leaves the AF_XDP socket open, which
 * keeps the queue of the interface busy, and does not return the packet buffers that are in the socket's
 * four rings: 2048 to be filled, and what was sent and not yet collected.
 *
 * So every AF_XDP socket that a device brought is noted by its cookie. Before removal we take a descriptor
 * of our own; after it, when no worker and no driver uses the rings any more, we map and read them, close
 * the socket, and free the buffers. They are freed once: a buffer that moves from one ring to the next
 * while we read is seen twice and sorted out; and if one address of a socket is no buffer of our pool in
 * use, none of that socket is freed. Buffers in the queue of a zero-copy NIC are in no ring and stay lost.
 *
 * Job thread; the device that was started last made every socket that nobody has yet.
 */
#include "dpdk.h"

#include "fd_ctl.h"

#include <fcntl.h>
#include <linux/if_xdp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include <sw/log.h>
#include <sw/pool.h>

SW_LOG_USE(dpdk_port);

#define SOCKETS	  256
#define RING_MAX  (1u << 16)
#define ADDR_MASK ((1ull << XSK_UNALIGNED_BUF_OFFSET_SHIFT) - 1)

static struct xsk {
	int fd, ours; /* ours: a copy, -1 if there is none */
	uint64_t cookie;
	uint16_t device;
	uint32_t n_desc; /* of its receive and its transmit ring */
} socks[SOCKETS];
static unsigned n_socks;
static unsigned known[SOCKETS]; /* interfaces that had one */
static unsigned n_known;

/* The buffers of one socket. */
struct find {
	struct rte_mbuf **bufs;
	unsigned n, room;
	bool foreign;
};

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie), size = sizeof(int);
	int domain = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) || domain != AF_XDP ||
		getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return 0;
	return cookie;
}

static void note(int fd, void *arg)
{
	struct xsk *x = &socks[n_socks];
	uint64_t cookie = cookie_of(fd);

	for (unsigned i = 0; i < n_socks; i++)
		if (socks[i].cookie == cookie)
			return;
	if (!cookie || n_socks == SOCKETS)
		return;
	*x = *(struct xsk *)arg;
	x->fd = fd;
	x->cookie = cookie;
	n_socks++;
}

bool dpdk_xsk_known(unsigned ifindex)
{
	for (unsigned i = 0; i < RTE_MIN(n_known, (unsigned)SOCKETS); i++)
		if (known[i] == ifindex)
			return true;
	return false;
}

void dpdk_xsk_note(uint16_t id, uint32_t n_desc)
{
	struct rte_eth_dev_info info = { 0 };
	struct xsk x = { .ours = -1, .device = id, .n_desc = n_desc };

	if (rte_eth_dev_info_get(id, &info) || strcmp(info.driver_name, "net_af_xdp"))
		return;
	fd_each(note, &x);
	if (!dpdk_xsk_known(info.if_index))
		known[n_known++ % SOCKETS] = info.if_index;
}

void dpdk_xsk_hold(uint16_t id)
{
	for (unsigned i = 0; i < n_socks; i++) {
		struct xsk *x = &socks[i];

		if (x->device == id && x->ours < 0 && cookie_of(x->fd) == x->cookie)
			x->ours = fcntl(x->fd, F_DUPFD_CLOEXEC, 0);
	}
}

/* A buffer of our pool that somebody has: the pool's mark stands before it. */
static struct rte_mbuf *buffer_at(uint64_t addr)
{
	struct rte_mempool *pool = sw_pool();
	struct rte_mempool_memhdr *chunk = STAILQ_FIRST(&pool->mem_list);
	uintptr_t first = (uintptr_t)chunk->addr;
	uintptr_t base = first & ~((uintptr_t)getpagesize() - 1);
	uintptr_t at = base + (addr & ADDR_MASK) + pool->header_size;
	struct rte_mbuf *m = (struct rte_mbuf *)at;

	if (at < first + pool->header_size || at + pool->elt_size > first + chunk->len ||
		at % RTE_MEMPOOL_ALIGN || rte_mempool_from_obj(m) != pool)
		return NULL;
	return m->pool == pool && rte_mbuf_refcnt_read(m) == 1 ? m : NULL;
}

static void keep(struct find *f, uint64_t addr)
{
	struct rte_mbuf *m = buffer_at(addr);

	if (!m || f->n == f->room)
		f->foreign = true;
	else
		f->bufs[f->n++] = m;
}

/* A ring cannot be asked for its size: the largest power of two that can be mapped is it, from `most`
 * down. That is not exact below a page, where `most` must be. */
static uint8_t *map_ring(int fd, off_t where, size_t start, size_t size, uint32_t *most)
{
	uint8_t *map;

	for (; *most; *most /= 2) {
		map = mmap(NULL, start + *most * size, PROT_READ, MAP_SHARED, fd, where);
		if (map != MAP_FAILED)
			return map;
	}
	return NULL;
}

static void read_ring(
	int fd, off_t where, const struct xdp_ring_offset *off, uint32_t n, struct find *f)
{
	bool bare = where == (off_t)XDP_UMEM_PGOFF_FILL_RING ||
		    where == (off_t)XDP_UMEM_PGOFF_COMPLETION_RING;
	size_t size = bare ? sizeof(uint64_t) : sizeof(struct xdp_desc);
	uint8_t *map = map_ring(fd, where, off->desc, size, &n);
	uint32_t from, to;

	if (!map)
		return;
	to = __atomic_load_n((uint32_t *)(map + off->producer), __ATOMIC_ACQUIRE);
	from = __atomic_load_n((uint32_t *)(map + off->consumer), __ATOMIC_ACQUIRE);
	f->foreign |= to - from > n;
	for (; !f->foreign && from != to; from++)
		/* the address is the first member of xdp_desc */
		keep(f, *(uint64_t *)(map + off->desc + (from & (n - 1)) * size));
	munmap(map, off->desc + n * size);
}

/* In the order in which a buffer goes: to be filled, received; to be sent, sent. */
static void read_rings(const struct xsk *x, struct find *f)
{
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);

	if (getsockopt(x->ours, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len) || len != sizeof(off))
		return;
	read_ring(x->ours, XDP_UMEM_PGOFF_FILL_RING, &off.fr, RING_MAX, f);
	read_ring(x->ours, XDP_PGOFF_RX_RING, &off.rx, x->n_desc, f);
	read_ring(x->ours, XDP_PGOFF_TX_RING, &off.tx, x->n_desc, f);
	read_ring(x->ours, XDP_UMEM_PGOFF_COMPLETION_RING, &off.cr, RING_MAX, f);
}

static int by_address(const void *a, const void *b)
{
	const struct rte_mbuf *const *m = a, *const *o = b;

	return (*m > *o) - (*m < *o);
}

static unsigned free_once(struct find *f)
{
	unsigned freed = 0;

	qsort(f->bufs, f->n, sizeof(*f->bufs), by_address);
	for (unsigned i = 0; i < f->n; i++) {
		if (i && f->bufs[i] == f->bufs[i - 1])
			continue;
		rte_pktmbuf_free(f->bufs[i]);
		freed++;
	}
	return freed;
}

static void let_go(struct xsk *x)
{
	struct find f = { .room = 4 * RING_MAX };

	if (x->ours < 0)
		return;
	f.bufs = calloc(f.room, sizeof(*f.bufs));
	if (f.bufs)
		read_rings(x, &f);
	if (cookie_of(x->fd) == x->cookie)
		close(x->fd);
	close(x->ours);
	if (f.foreign)
		sw_warn("packet buffers of an AF_XDP socket are lost: its rings hold others");
	else
		sw_info("took back an AF_XDP socket and %u packet buffers", free_once(&f));
	free(f.bufs);
}

void dpdk_xsk_release(uint16_t id)
{
	for (unsigned i = n_socks; i-- > 0;) {
		if (socks[i].device != id)
			continue;
		let_go(&socks[i]);
		socks[i] = socks[--n_socks];
	}
}

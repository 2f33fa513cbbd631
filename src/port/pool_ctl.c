/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one pool of packet buffers. Its size is a boot fact: `mbufs`, or what three quarters of the memory
 * given to the switch hold; the rest is for device rings and the heap of DPDK. Never resized: a device
 * or a guest may hold buffers for as long as it likes.
 *
 * Created and destroyed on the control thread; workers allocate from it through their lcore caches.
 */
#include <sw/pool.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/module.h>

SW_LOG(pool, "packet buffers");

#define MBUFS_MIN    1024u /* two ports with short rings and a burst in flight for each worker */
#define MBUFS_MAX    (16u << 20)
#define MEMORY_HUGE  512u /* MiB, as <sw/boot.h> says */
#define MEMORY_SMALL 256u
#define MIB	     (1u << 20)
#define BUFFER_SIZE  (sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE)

static struct rte_mempool *pool;

struct rte_mempool *sw_pool(void)
{
	return pool;
}

struct rte_mbuf *sw_pool_packet(const void *bytes, size_t len)
{
	struct rte_mbuf *head = NULL, *m;
	const uint8_t *p = bytes;
	uint16_t part;

	do {
		m = rte_pktmbuf_alloc(pool);
		if (!m || (head && rte_pktmbuf_chain(head, m))) {
			rte_pktmbuf_free(m);
			rte_pktmbuf_free(head);
			return NULL;
		}
		head = head ? head : m;
		part = RTE_MIN(len, (size_t)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(head, part), p, part);
		p += part;
		len -= part;
	} while (len);
	return head;
}

/* Without huge pages DPDK lets no object cross a page, as it may not be contiguous for a device. Where
 * devices see virtual addresses it is; and a buffer a page would put the headers of all buffers into the
 * same few lines of the first-level cache. */
static unsigned pool_flags(void)
{
	bool pages_matter = !rte_eal_has_hugepages() && rte_eal_iova_mode() == RTE_IOVA_VA;

	return pages_matter ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0;
}

/* Bytes of memory a buffer takes, with the header and padding of the pool. */
static uint32_t buffer_size(void)
{
	uint32_t bytes = rte_mempool_calc_obj_size(BUFFER_SIZE, 0, NULL);

	if (rte_eal_has_hugepages() || pool_flags())
		return bytes;
	return RTE_ALIGN_CEIL(bytes, (uint32_t)getpagesize());
}

/* rte_pktmbuf_pool_create, with flags. NULL with rte_errno. */
static struct rte_mempool *make_pool(unsigned n)
{
	struct rte_pktmbuf_pool_private priv = { .mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE };
	unsigned cache = RTE_MIN(n / 8, (unsigned)RTE_MEMPOOL_CACHE_MAX_SIZE);
	struct rte_mempool *mp = rte_mempool_create_empty(
		"sw_pool", n, BUFFER_SIZE, cache, sizeof(priv), SOCKET_ID_ANY, pool_flags());
	int rc = mp ? rte_mempool_set_ops_byname(mp, rte_mbuf_best_mempool_ops(), NULL) : 0;

	if (!mp)
		return NULL;
	if (!rc) {
		rte_pktmbuf_pool_init(mp, &priv);
		rc = rte_mempool_populate_default(mp);
	}
	if (rc < 0) {
		rte_mempool_free(mp);
		rte_errno = -rc;
		return NULL;
	}
	rte_mempool_obj_iter(mp, rte_pktmbuf_init, NULL);
	return mp;
}

int sw_pool_create(unsigned n, struct sw_err *err)
{
	int rc;

	if (pool)
		return sw_err_set(err, SW_CODE_CONFLICT, "the packet buffers exist already");
	pool = make_pool(n);
	if (pool)
		return 0;
	rc = sw_err_set(err, SW_CODE_LIMIT, "%u packet buffers (%u MiB) cannot be had: %s", n,
		(unsigned)((uint64_t)n * buffer_size() / MIB), rte_strerror(rte_errno));
	sw_err_hint(err,
		"lower mbufs in section [memory] of the file of --config, or raise size-mb there "
		"(and the huge pages of the machine)");
	return rc;
}

int sw_pool_info(struct sw_pool_info *info)
{
	if (!pool)
		return -ENOENT;
	*info = (struct sw_pool_info){
		.name = pool->name,
		.size = pool->size,
		.free = rte_mempool_avail_count(pool),
		.buffer_bytes = buffer_size(),
		.huge = rte_eal_has_hugepages(),
	};
	return 0;
}

void sw_pool_destroy(void)
{
	rte_mempool_free(pool);
	pool = NULL;
}

static int pool_init(const struct sw_boot *boot, struct sw_err *err)
{
	uint64_t memory = boot->memory_mb ? boot->memory_mb
			  : boot->laptop  ? MEMORY_SMALL
					  : MEMORY_HUGE;
	uint64_t n = boot->mbufs ? boot->mbufs : memory * MIB / 4 * 3 / buffer_size();
	int rc;

	if (n < MBUFS_MIN || n > MBUFS_MAX) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"%s give %llu packet buffers, which is not from %u to %u",
			boot->mbufs ? "mbufs" : "size-mb", (unsigned long long)n, MBUFS_MIN,
			MBUFS_MAX);
		sw_err_allowed(err, "%u..%u", MBUFS_MIN, MBUFS_MAX);
		return rc;
	}
	rc = sw_pool_create(n, err);
	if (!rc)
		sw_info("%u packet buffers of %u bytes", (unsigned)n, buffer_size());
	return rc;
}

SW_REGISTER(module, pool) = {
	.name = "pool",
	.help = "packet buffers",
	.after = (const char *const[]){ "eal", NULL },
	.init = pool_init,
	.fini = sw_pool_destroy,
};

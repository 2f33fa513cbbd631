/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one pool of packet buffers. Its size is a boot fact: `mbufs`, or what three quarters of the memory
 * given to the switch hold; the rest is for device rings and the heap of DPDK. Never resized: a device
 * or a guest may hold buffers for as long as it likes.
 *
 * Created and destroyed on the control thread; workers allocate from it through their lcore caches.
 */
#include <sw/pool.h>

#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

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

static struct rte_mempool *pool;

struct rte_mempool *sw_pool(void)
{
	return pool;
}

/* Bytes of memory a buffer takes, with the header and padding of the pool. Without huge pages DPDK lets
 * no object cross a page, as it may not be contiguous for a device: a buffer a page. */
static uint32_t buffer_size(void)
{
	struct rte_mempool_objsz size;
	uint32_t bytes = rte_mempool_calc_obj_size(
		sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE, 0, &size);

	return rte_eal_has_hugepages() ? bytes : RTE_ALIGN_CEIL(bytes, (uint32_t)getpagesize());
}

int sw_pool_create(unsigned n, struct sw_err *err)
{
	unsigned cache = RTE_MIN(n / 8, (unsigned)RTE_MEMPOOL_CACHE_MAX_SIZE);
	int rc;

	if (pool)
		return sw_err_set(err, SW_CODE_CONFLICT, "the packet buffers exist already");
	pool = rte_pktmbuf_pool_create(
		"sw_pool", n, cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (pool)
		return 0;
	rc = sw_err_set(err, SW_CODE_LIMIT, "%u packet buffers (%u MiB) cannot be had: %s", n,
		(unsigned)((uint64_t)n * buffer_size() / MIB), rte_strerror(rte_errno));
	sw_err_hint(err,
		"lower mbufs in section [memory] of the file of --config, or raise size-mb there "
		"(and the huge pages of the machine)");
	return rc;
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

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of workers: cache lines of the NUMA node they run on, from DPDK's heap (huge pages where there
 * are some). Under a sanitizer it comes from the C heap instead, which is where sanitizers look for use
 * after free.
 *
 * Control thread only.
 */
#include "pmd.h"

#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define C_HEAP 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define C_HEAP 1
#endif

#ifdef C_HEAP
void *pmd_alloc(size_t size, int numa)
{
	size_t whole = RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE);
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, whole);

	return p ? memset(p, 0, whole) : NULL;
}

void pmd_free(void *p)
{
	free(p);
}
#else
void *pmd_alloc(size_t size, int numa)
{
	void *p = NULL;

	if (numa >= 0)
		p = rte_zmalloc_socket("pmd", size, RTE_CACHE_LINE_SIZE, numa);
	return p ? p : rte_zmalloc_socket("pmd", size, RTE_CACHE_LINE_SIZE, SOCKET_ID_ANY);
}

void pmd_free(void *p)
{
	rte_free(p);
}
#endif

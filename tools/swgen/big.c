/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for tables that are met at random.
 */
#include "big.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sw/mem.h>

#define HUGE_PAGE (2UL << 20)

void *big_alloc(size_t n, size_t size)
{
	size_t bytes = (n * size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	void *table = n * size < HUGE_PAGE / 2 ? NULL : aligned_alloc(HUGE_PAGE, bytes);

	if (!table)
		return sw_xcalloc(n, size);
	madvise(table, bytes, MADV_HUGEPAGE); /* a wish */
	return memset(table, 0, bytes);
}

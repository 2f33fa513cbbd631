/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for tables that are met at random: zeroed, in large pages where the kernel has them, so that a
 * million flows do not cost a walk through the page tables with each packet.
 */
#ifndef SWGEN_BIG_H
#define SWGEN_BIG_H

#include <stddef.h>

/* The caller frees with free(). End of the process when there is none. */
void *big_alloc(size_t n, size_t size);

#endif

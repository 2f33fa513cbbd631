/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ask the cache for a line that is about to be written: it comes exclusive. A prefetch to read, which compilers
 * make of __builtin_prefetch(p, 1) for a plain x86-64, leaves a line that another core has read shared, and
 * the store waits for it after all. Processors that do not know the instruction do nothing.
 *
 * room: base. Thread: any. Any address may be given.
 */
#ifndef SW_PREFETCH_H
#define SW_PREFETCH_H

static inline void sw_prefetch_write(const void *p)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)p));
#else
	__builtin_prefetch(p, 1, 3);
#endif
}

#endif

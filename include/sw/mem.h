/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heap for the control side: out of memory there is the end of the process, so callers need no check.
 * Sizes that come from outside are bounded before they get here.
 *
 * room: base. Thread: any but workers. The caller frees with free().
 */
#ifndef SW_MEM_H
#define SW_MEM_H

#include <stddef.h>

void *sw_xcalloc(size_t n, size_t size);
void *sw_xrealloc(void *p, size_t n, size_t size);
char *sw_xstrdup(const char *s);
char *sw_xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The struct of type that holds member at ptr. */
#define sw_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif

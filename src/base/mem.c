/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heap for the control side. Out of memory ends the process with one line: there is no half-way that a
 * user could act on, and the supervisor restarts us with the journal intact.
 */
#include <sw/mem.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *p)
{
	if (!p) {
		fputs("swd: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *sw_xcalloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1));
}

void *sw_xrealloc(void *p, size_t n, size_t size)
{
	return check(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *sw_xstrdup(const char *s)
{
	return check(strdup(s));
}

char *sw_xasprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return check(s);
}

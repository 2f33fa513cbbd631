/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of names; see names.h.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

void names_add(struct names *names, const char *name)
{
	if (names->n && !strcmp(names->list[names->n - 1], name))
		return;
	if (names->n == names->size) {
		names->size = names->size ? 2 * names->size : 8;
		names->list = sw_xrealloc(names->list, names->size, sizeof(*names->list));
	}
	names->list[names->n++] = sw_xstrdup(name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *names)
{
	unsigned n = 0;

	if (names->n)
		qsort(names->list, names->n, sizeof(*names->list), by_text);
	for (unsigned i = 0; i < names->n; i++) {
		if (n && !strcmp(names->list[n - 1], names->list[i]))
			free(names->list[i]);
		else
			names->list[n++] = names->list[i];
	}
	names->n = n;
}

void names_fini(struct names *names)
{
	for (unsigned i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){ 0 };
}

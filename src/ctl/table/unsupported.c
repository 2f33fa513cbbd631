/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of all registered features that are not here, sorted for look-up. Control thread.
 */
#include "unsupported.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(unsupported);

struct entry {
	const char *name;
	const struct sw_unsupported *feature;
};

static struct entry *entries;
static size_t n_entries;

int unsupported_cmp(const char *a, const char *b)
{
	for (;; a++, b++) {
		int x = *a == '-' ? '_' : tolower((unsigned char)*a);
		int y = *b == '-' ? '_' : tolower((unsigned char)*b);

		if (x != y || !x)
			return x - y;
	}
}

static int by_name(const void *a, const void *b)
{
	return unsupported_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int unsupported_build(struct sw_err *err)
{
	const struct sw_unsupported *u;

	if (entries)
		return 0;
	SW_REG_FOREACH (unsupported, const struct sw_unsupported *, u) {
		for (const char *const *name = u->names; *name; name++) {
			entries = sw_xrealloc(entries, n_entries + 1, sizeof(*entries));
			entries[n_entries++] = (struct entry){ *name, u };
		}
	}
	qsort(entries, n_entries, sizeof(*entries), by_name);
	for (size_t i = 1; i < n_entries; i++)
		if (!by_name(&entries[i - 1], &entries[i]))
			return sw_err_set(err, SW_CODE_INTERNAL,
				"%s is part of two features that are not supported: %s and %s",
				entries[i].name, entries[i - 1].feature->name,
				entries[i].feature->name);
	return 0;
}

const struct sw_unsupported *unsupported_find(const char *name, char sep, const char *below)
{
	char path[256];
	const struct entry *found;

	snprintf(path, sizeof(path), "%s%c%s", name, sep, below ? below : "");
	found = bsearch(
		&(struct entry){ .name = path }, entries, n_entries, sizeof(*entries), by_name);
	return found ? found->feature : NULL;
}

const struct sw_unsupported *unsupported_command(const char *name)
{
	const struct sw_unsupported *u;

	SW_REG_FOREACH (unsupported, const struct sw_unsupported *, u)
		for (const char *const *c = u->commands; c && *c; c++)
			if (!strcmp(*c, name))
				return u;
	return NULL;
}

int unsupported_refuse(
	struct sw_err *err, const struct sw_unsupported *feature, const char *fmt, ...)
{
	char what[200];
	va_list ap;
	int rc;

	if (!feature)
		return 0;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	rc = sw_err_set(err, SW_CODE_UNSUPPORTED, "%s is not supported yet: it is part of %s", what,
		feature->name);
	if (feature->hint)
		sw_err_hint(err, "%s", feature->hint);
	return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists of registered descriptors. Constructors run before main in an order nobody controls, so
 * linking only prepends; sealing sorts by name and gives out ids.
 */
#include <sw/reg.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

static struct sw_reg_kind *kinds;

static const char *node_name(const struct sw_reg_node *node)
{
	return *(const char *const *)node->desc;
}

void sw_reg_link(struct sw_reg_kind *kind, struct sw_reg_node *node)
{
	node->next = kind->first;
	kind->first = node;
	kind->count++;
	if (!kind->listed) {
		kind->listed = true;
		kind->next = kinds;
		kinds = kind;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(node_name(*(struct sw_reg_node *const *)a),
		node_name(*(struct sw_reg_node *const *)b));
}

static int seal_kind(struct sw_reg_kind *kind, struct sw_err *err)
{
	struct sw_reg_node *node = kind->first;

	if (kind->by_id)
		return 0;
	kind->by_id = sw_xcalloc(kind->count, sizeof(*kind->by_id));
	for (unsigned i = 0; i < kind->count; i++, node = node->next)
		kind->by_id[i] = node;
	qsort(kind->by_id, kind->count, sizeof(*kind->by_id), by_name);
	for (unsigned i = 0; i < kind->count; i++) {
		struct sw_reg_node *cur = kind->by_id[i];
		struct sw_reg_node *prev = i ? kind->by_id[i - 1] : NULL;

		cur->id = i;
		if (prev && !strcmp(node_name(prev), node_name(cur)))
			return sw_err_set(err, SW_CODE_EXISTS,
				"two descriptors of kind %s are named \"%s\": %s:%d and %s:%d",
				kind->name, node_name(cur), prev->file, prev->line, cur->file,
				cur->line);
	}
	return 0;
}

int sw_reg_seal(struct sw_err *err)
{
	for (struct sw_reg_kind *kind = kinds; kind; kind = kind->next) {
		int rc = seal_kind(kind, err);

		if (rc)
			return rc;
	}
	return 0;
}

const void *sw_reg_find(const struct sw_reg_kind *kind, const char *name)
{
	unsigned lo = 0, hi = kind->by_id ? kind->count : 0;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int cmp = strcmp(name, node_name(kind->by_id[mid]));

		if (!cmp)
			return kind->by_id[mid]->desc;
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const void *sw_reg_get(const struct sw_reg_kind *kind, unsigned id)
{
	return kind->by_id && id < kind->count ? kind->by_id[id]->desc : NULL;
}

const char *sw_reg_nearest(const struct sw_reg_kind *kind, const char *name)
{
	const char **words = sw_xcalloc(kind->count + 1, sizeof(*words));
	const char *found = NULL;
	int at;

	for (unsigned i = 0; i < kind->count && kind->by_id; i++)
		words[i] = node_name(kind->by_id[i]);
	at = kind->by_id ? sw_nearest(name, words, kind->count) : -1;
	if (at >= 0)
		found = words[at];
	free(words);
	return found;
}

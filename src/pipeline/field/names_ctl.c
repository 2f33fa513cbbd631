/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields by name. A name may be that of several fields, of which those count whose prerequisites are met:
 * tp_dst is tcp_dst in one match and udp_dst in another.
 *
 * Any thread but workers. All names sorted, made when the first is looked for.
 */
#include <sw/field_text.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "text.h"

struct entry {
	const char *name;
	const struct sw_field *field;
	bool own; /* the field's name, not an alias */
};

static struct entry *entries;
static unsigned n_entries;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* By name; the field that is called so before those that it is an alias of, and these in OXM's order. */
static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (!c)
		c = y->own - x->own;
	return c ? c : (x->field->oxm > y->field->oxm) - (x->field->oxm < y->field->oxm);
}

static void add(const char *name, const struct sw_field *f, bool own)
{
	if (!(n_entries & (n_entries - 1)))
		entries = sw_xrealloc(entries, n_entries ? 2 * n_entries : 1, sizeof(*entries));
	entries[n_entries++] = (struct entry){ name, f, own };
}

static void build(void)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		add(f->name, f, true);
		for (unsigned i = 0; f->aliases && f->aliases[i]; i++)
			add(f->aliases[i], f, false);
	}
	qsort(entries, n_entries, sizeof(*entries), by_name);
}

/* The first entry of that name, or NULL. */
static const struct entry *find(const char *name)
{
	unsigned lo = 0, hi;

	pthread_once(&once, build);
	for (hi = n_entries; lo < hi;) {
		unsigned mid = (lo + hi) / 2;

		if (strcmp(entries[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n_entries && !strcmp(entries[lo].name, name) ? &entries[lo] : NULL;
}

static bool same_name(const struct entry *e, const struct entry *first)
{
	return e < entries + n_entries && !strcmp(e->name, first->name);
}

static int not_there(const struct entry *first, struct sw_err *err)
{
	struct sw_str needs = { 0 };
	int rc;

	for (const struct entry *e = first; same_name(e, first); e++)
		sw_str_add(
			&needs, "%s%s", needs.len ? ", or " : "", sw_prereq_text(e->field->prereq));
	rc = sw_err_set(
		err, SW_CODE_INVALID, "%s needs %s in the same match", first->name, needs.s);
	sw_err_given(err, "%s", first->name);
	sw_err_allowed(err, "%s only with %s", first->name, needs.s);
	sw_err_hint(err, "say which packets are meant, or leave %s out", first->name);
	free(needs.s);
	return rc;
}

static int unknown(const char *name, struct sw_err *err)
{
	const char **words;
	unsigned n = 0;
	int at, rc;

	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "no field is called \"%.60s\"", name);
	sw_err_given(err, "%.100s", name);
	if (strlen(name) > 40) /* like none */
		return rc;
	words = sw_xcalloc(n_entries + 1, sizeof(*words));
	for (unsigned i = 0; i < n_entries; i++)
		words[n++] = entries[i].name;
	at = sw_nearest(name, words, n);
	sw_err_nearest(err, at >= 0 ? words[at] : NULL);
	free(words);
	return rc;
}

int field_find(const char *name, const struct sw_match *match, const struct sw_field **out,
	struct sw_err *err)
{
	const struct entry *first = find(name);

	*out = NULL;
	if (!first) {
		unknown(name, err);
		return FIELD_UNKNOWN;
	}
	for (const struct entry *e = first; same_name(e, first); e++) {
		if (match && !sw_prereq_met(e->field->prereq, match))
			continue;
		*out = e->field;
		return FIELD_FOUND;
	}
	not_there(first, err);
	return FIELD_NOT_THERE;
}

const struct sw_field *sw_field_find(
	const char *name, const struct sw_match *match, struct sw_err *err)
{
	const struct sw_field *f;

	field_find(name, match, &f, err);
	return f;
}

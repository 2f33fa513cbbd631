/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values: building, comparing, set operations. All lists are sorted, so that the operations are merges and
 * look-up is a bisection. Text and JSON are in value_text.c.
 */
#include "value.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

static bool is_map(const struct value *v)
{
	return v->type.value != SW_ATOM_NONE;
}

struct value *value_new(struct sw_type type)
{
	struct value *v = sw_xcalloc(1, sizeof(*v));

	v->refs = 1;
	v->type = type;
	return v;
}

void value_add(struct value *v, const union atom *key, const union atom *value)
{
	if (v->n == v->size) {
		v->size = v->size ? 2 * v->size : 1;
		v->keys = sw_xrealloc(v->keys, v->size, sizeof(*v->keys));
		if (is_map(v))
			v->values = sw_xrealloc(v->values, v->size, sizeof(*v->values));
	}
	atom_copy(v->type.key, &v->keys[v->n], key);
	if (is_map(v))
		atom_copy(v->type.value, &v->values[v->n], value);
	v->n++;
}

void value_add_string(struct value *v, const char *key)
{
	value_add(v, &(union atom){ .string = (char *)key }, NULL);
}

void value_add_integer(struct value *v, int64_t key)
{
	value_add(v, &(union atom){ .integer = key }, NULL);
}

void value_add_pair(struct value *v, const char *key, const char *value)
{
	value_add(v, &(union atom){ .string = (char *)key },
		&(union atom){ .string = (char *)value });
}

struct sort_item {
	union atom key, value;
	unsigned at; /* where it stood: qsort is not stable */
};

static __thread enum sw_atom_type sort_type;

static int by_key(const void *a, const void *b)
{
	const struct sort_item *x = a, *y = b;
	int cmp = atom_cmp(sort_type, &x->key, &y->key);

	return cmp ? cmp : x->at < y->at ? -1 : 1;
}

static bool is_sorted(const struct value *v)
{
	for (unsigned i = 1; i < v->n; i++)
		if (atom_cmp(v->type.key, &v->keys[i - 1], &v->keys[i]) >= 0)
			return false;
	return true;
}

static void drop_item(const struct value *v, struct sort_item *item)
{
	atom_fini(v->type.key, &item->key);
	if (is_map(v))
		atom_fini(v->type.value, &item->value);
}

struct value *value_seal(struct value *v)
{
	struct sort_item *items;
	unsigned n = 0;

	if (is_sorted(v))
		return v;
	items = sw_xcalloc(v->n, sizeof(*items));
	for (unsigned i = 0; i < v->n; i++) {
		items[i].key = v->keys[i];
		items[i].at = i;
		if (is_map(v))
			items[i].value = v->values[i];
	}
	sort_type = v->type.key;
	qsort(items, v->n, sizeof(*items), by_key);
	for (unsigned i = 0; i < v->n; i++) {
		if (i + 1 < v->n && !atom_cmp(v->type.key, &items[i].key, &items[i + 1].key)) {
			drop_item(v, &items[i]);
			continue;
		}
		v->keys[n] = items[i].key;
		if (is_map(v))
			v->values[n] = items[i].value;
		n++;
	}
	v->n = n;
	free(items);
	return v;
}

static struct value *scalar(enum sw_atom_type type, const union atom *atom)
{
	struct value *v = value_new((struct sw_type){ type, SW_ATOM_NONE, 1, 1 });

	value_add(v, atom, NULL);
	return v;
}

struct value *value_integer(int64_t n)
{
	return scalar(SW_ATOM_INTEGER, &(union atom){ .integer = n });
}

struct value *value_boolean(bool b)
{
	return scalar(SW_ATOM_BOOLEAN, &(union atom){ .boolean = b });
}

struct value *value_string(const char *s)
{
	return scalar(SW_ATOM_STRING, &(union atom){ .string = (char *)s });
}

struct value *value_default(struct sw_type type)
{
	struct value *v = value_new(type);
	union atom zero;

	memset(&zero, 0, sizeof(zero));
	if (type.key == SW_ATOM_STRING)
		zero.string = (char *)"";
	if (type.min == 1 && type.value == SW_ATOM_NONE && type.key != SW_ATOM_UUID)
		value_add(v, &zero, NULL);
	return v;
}

struct value *value_ref(const struct value *v)
{
	struct value *mine = (struct value *)v;

	__atomic_add_fetch(&mine->refs, 1, __ATOMIC_RELAXED);
	return mine;
}

void value_unref(const struct value *v)
{
	struct value *mine = (struct value *)v;

	if (!mine || __atomic_sub_fetch(&mine->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (unsigned i = 0; i < v->n; i++) {
		atom_fini(v->type.key, &mine->keys[i]);
		if (is_map(v))
			atom_fini(v->type.value, &mine->values[i]);
	}
	free(mine->keys);
	free(mine->values);
	free(mine);
}

int value_find(const struct value *v, const union atom *key)
{
	unsigned lo = 0, hi = v->n;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int cmp = atom_cmp(v->type.key, key, &v->keys[mid]);

		if (!cmp)
			return mid;
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

int value_find_text(const struct value *v, const char *key)
{
	union atom atom;
	int at;

	if (atom_from_key(v->type.key, key, &atom, NULL))
		return -1;
	at = value_find(v, &atom);
	atom_fini(v->type.key, &atom);
	return at;
}

const struct uuid *value_uuid(const struct value *v, unsigned i)
{
	return is_map(v) ? &v->values[i].uuid : &v->keys[i].uuid;
}

bool value_refers(const struct value *v, const struct uuid *uuid)
{
	if (!is_map(v))
		return value_find(v, &(union atom){ .uuid = *uuid }) >= 0;
	for (unsigned i = 0; i < v->n; i++)
		if (!uuid_cmp(value_uuid(v, i), uuid))
			return true;
	return false;
}

static bool same_pair(const struct value *a, unsigned i, const struct value *b, unsigned j)
{
	return !is_map(a) || !atom_cmp(a->type.value, &a->values[i], &b->values[j]);
}

bool value_includes(const struct value *a, const struct value *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		int at = value_find(a, &b->keys[i]);

		if (at < 0 || !same_pair(a, at, b, i))
			return false;
	}
	return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a == b)
		return true;
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (atom_cmp(a->type.key, &a->keys[i], &b->keys[i]) || !same_pair(a, i, b, i))
			return false;
	return true;
}

static void take(struct value *v, const struct value *from, unsigned i)
{
	value_add(v, &from->keys[i], is_map(from) ? &from->values[i] : NULL);
}

struct value *value_plus(const struct value *a, const struct value *b)
{
	struct value *v = value_new(a->type);
	unsigned i = 0, j = 0;

	while (i < a->n || j < b->n) {
		int cmp = i == a->n   ? 1
			  : j == b->n ? -1
				      : atom_cmp(a->type.key, &a->keys[i], &b->keys[j]);

		if (cmp < 0)
			take(v, a, i);
		else
			take(v, b, j);
		i += cmp <= 0;
		j += cmp >= 0;
	}
	return v;
}

struct value *value_minus(const struct value *a, const struct value *b, bool pairs)
{
	struct value *v = value_new(a->type);

	for (unsigned i = 0; i < a->n; i++) {
		int at = value_find(b, &a->keys[i]);

		if (at < 0 || (pairs && !same_pair(a, i, b, at)))
			take(v, a, i);
	}
	return v;
}

const char *value_get_string(const struct value *v, const char *otherwise)
{
	return v && v->n && v->type.key == SW_ATOM_STRING ? v->keys[0].string : otherwise;
}

int64_t value_get_integer(const struct value *v, int64_t otherwise)
{
	return v && v->n && v->type.key == SW_ATOM_INTEGER ? v->keys[0].integer : otherwise;
}

bool value_get_boolean(const struct value *v, bool otherwise)
{
	return v && v->n && v->type.key == SW_ATOM_BOOLEAN ? v->keys[0].boolean : otherwise;
}

const char *value_get_key(const struct value *v, const char *key)
{
	int at = v ? value_find(v, &(union atom){ .string = (char *)key }) : -1;

	return at < 0 ? NULL : v->values[at].string;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON values to text, in pieces. Long arrays and objects, and what holds one, are taken apart on a stack of
 * our own; everything else goes to jansson whole. Control thread.
 */
#include "writer.h"

#include <string.h>

/* A container with more members than this is taken apart. A record of a table has about 40 values. */
#define LONG_ARRAY  32
#define LONG_OBJECT 64

static bool is_long(json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;
	size_t i;

	if (depth >= WRITER_DEPTH)
		return false;
	if (json_array_size(value) > LONG_ARRAY || json_object_size(value) > LONG_OBJECT)
		return true;
	json_array_foreach (value, i, member)
		if (is_long(member, depth + 1))
			return true;
	json_object_foreach (value, key, member)
		if (is_long(member, depth + 1))
			return true;
	return false;
}

static void add(struct writer *w, const char *text)
{
	sw_bytes_add(&w->text, text, strlen(text));
}

static int add_piece(const char *text, size_t len, void *arg)
{
	sw_bytes_add(arg, text, len);
	return 0;
}

static void add_whole(struct writer *w, const json_t *value)
{
	if (json_dump_callback(value, add_piece, &w->text, JSON_COMPACT | JSON_ENCODE_ANY))
		w->failed = true;
}

static void add_key(struct writer *w, const char *key)
{
	json_t *text = json_string(key);

	add_whole(w, text);
	json_decref(text);
	add(w, ":");
}

static void descend(struct writer *w, json_t *value)
{
	struct writer_level *l = &w->level[w->depth++];

	l->value = value;
	l->at = 0;
	l->iter = json_object_iter(value); /* NULL for an array */
	add(w, json_is_array(value) ? "[" : "{");
}

static void add_value(struct writer *w, json_t *value)
{
	if (w->depth < WRITER_DEPTH && is_long(value, w->depth))
		descend(w, value);
	else
		add_whole(w, value);
}

/* Does nobody but this message hold the value of that level? */
static bool is_ours(const struct writer *w, unsigned depth)
{
	for (unsigned i = 0; i <= depth; i++) {
		if (w->level[i].value->refcount != 1)
			return false;
	}
	return true;
}

/* The member before the one at hand is written: let go of it. */
static void drop_last(struct writer *w, unsigned depth)
{
	struct writer_level *l = &w->level[depth];

	if (l->at && json_is_array(l->value) && is_ours(w, depth))
		json_array_set_new(l->value, l->at - 1, json_null());
}

/* The next member of the innermost level, or its end. */
static void advance(struct writer *w)
{
	unsigned depth = w->depth - 1;
	struct writer_level *l = &w->level[depth];
	bool array = json_is_array(l->value);
	json_t *member;

	drop_last(w, depth);
	if (array ? l->at == json_array_size(l->value) : !l->iter) {
		add(w, array ? "]" : "}");
		w->depth--;
		return;
	}
	if (l->at++)
		add(w, ",");
	if (array) {
		member = json_array_get(l->value, l->at - 1);
	} else {
		add_key(w, json_object_iter_key(l->iter));
		member = json_object_iter_value(l->iter);
		l->iter = json_object_iter_next(l->value, l->iter);
	}
	add_value(w, member);
}

void writer_init(struct writer *w, json_t *message)
{
	memset(w, 0, sizeof(*w));
	descend(w, message);
}

void writer_fini(struct writer *w)
{
	json_decref(w->level[0].value);
	sw_bytes_fini(&w->text);
}

bool writer_step(struct writer *w, size_t about)
{
	size_t end = w->text.len + about;

	while (w->depth && !w->failed && w->text.len < end)
		advance(w);
	return !w->depth || w->failed;
}

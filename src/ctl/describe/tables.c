/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables, columns and keys as data, honoured or not. Control thread.
 */
#include "describe.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/text.h>

#include "../table/schema.h"

/* A member that says something. */
static void add_text(json_t *object, const char *name, const char *text)
{
	if (text && *text)
		json_object_set_new(object, name, json_string(text));
}

static json_t *words_of(const char *const *words)
{
	json_t *all = json_array();

	for (; words && *words; words++)
		json_array_append_new(all, json_string(*words));
	return all;
}

static void add_words(json_t *object, const char *const *words)
{
	if (words)
		json_object_set_new(object, "words", words_of(words));
}

static void add_range(json_t *object, int64_t min, int64_t max)
{
	if (!min && !max)
		return;
	json_object_set_new(object, "min", json_integer(min));
	json_object_set_new(object, "max", json_integer(max));
}

static void say_limits(struct sw_str *out, int64_t min, int64_t max, const char *const *words)
{
	if (max == INT64_MAX)
		sw_str_add(out, ", %lld or more", (long long)min);
	else if (min || max)
		sw_str_add(out, ", %lld to %lld", (long long)min, (long long)max);
	for (const char *const *w = words; w && *w; w++)
		sw_str_add(out, "%s%s", w == words ? ": " : ", ", **w ? *w : "\"\"");
}

char *describe_takes(const struct column *c)
{
	const struct sw_column *d = c->desc;
	const char *atom = d->ref ? d->ref : atom_type_name(d->type.key);
	struct sw_str out = { 0 };

	if (d->type.value != SW_ATOM_NONE)
		sw_str_add(&out, "map of %s to %s%s", atom_type_name(d->type.key),
			d->ref ? d->ref : atom_type_name(d->type.value),
			d->ref ? " rows, keys" : "");
	else if (d->type.max > 1)
		sw_str_add(&out, "%s %u %s%s", d->type.min ? "1 to" : "at most", d->type.max, atom,
			d->ref ? " rows" : "s");
	else
		sw_str_add(&out, "%s%s", d->type.min ? "" : "optional ", atom);
	if (d->type.value != SW_ATOM_NONE && d->max)
		sw_str_add(&out, " %lld to %lld", (long long)d->min, (long long)d->max);
	else
		say_limits(&out, d->min, d->max, d->words);
	return out.s;
}

static json_t *describe_key(const struct sw_key *key)
{
	json_t *object = json_pack("{s:s, s:b, s:s, s:s}", "name", schema_key_name(key), "honoured",
		true, "help", key->help, "type", atom_type_name(key->type));
	struct sw_str takes = { 0 };

	add_range(object, key->min, key->max);
	add_words(object, key->words);
	add_text(object, "default", key->initial);
	sw_str_add(&takes, "%s", atom_type_name(key->type));
	say_limits(&takes, key->min, key->max, key->words);
	json_object_set_new(object, "takes", json_string(takes.s));
	free(takes.s);
	return object;
}

/* Names of OVS that stand below `path` and are not here: of "Bridge." columns, of
 * "Bridge.other_config:" keys, of "Port.vlan_mode=" words. */
static void add_missing(json_t *list, const char *path, char sep)
{
	const struct sw_unsupported *u;
	size_t len = strlen(path);

	SW_REG_FOREACH (unsupported, const struct sw_unsupported *, u)
		for (const char *const *name = u->names; *name; name++) {
			const char *below = *name + len + 1;

			if (strncmp(*name, path, len) || (*name)[len] != sep ||
				strpbrk(below, ":="))
				continue;
			json_array_append_new(list, json_pack("{s:s, s:b, s:s}", "name", below,
							    "honoured", false, "feature", u->name));
		}
}

static void add_flags(json_t *object, const struct column *c)
{
	unsigned flags = c->desc->flags;

	if (flags & (SW_COL_STATUS | SW_COL_AUTO))
		json_object_set_new(object, "read_only", json_true());
	if (flags & SW_COL_FIXED)
		json_object_set_new(object, "fixed", json_true());
	if (flags & SW_COL_NAME)
		json_object_set_new(object, "names_the_row", json_true());
	if (flags & SW_COL_ANY_KEY)
		json_object_set_new(object, "any_key", json_true());
	add_text(object, "refers_to", c->desc->ref);
}

static void add_keys(json_t *object, const struct column *c)
{
	json_t *keys = json_array(), *words = json_array();

	for (unsigned i = 0; i < c->n_keys; i++)
		json_array_append_new(keys, describe_key(c->keys[i]));
	add_missing(keys, c->desc->name, ':');
	if (json_array_size(keys))
		json_object_set(object, "keys", keys);
	add_missing(words, c->desc->name, '=');
	if (json_array_size(words))
		json_object_set(object, "words_not_supported", words);
	json_decref(keys);
	json_decref(words);
}

static json_t *describe_column(const struct column *c)
{
	const struct sw_type *t = &c->desc->type;
	char *takes = describe_takes(c), *initial;
	json_t *object = json_pack("{s:s, s:b, s:s, s:{s:s, s:s*, s:i, s:i}, s:s}", "name", c->name,
		"honoured", true, "help", c->desc->help, "type", "key", atom_type_name(t->key),
		"value", t->value == SW_ATOM_NONE ? NULL : atom_type_name(t->value), "min",
		(int)t->min, "max", (int)t->max, "takes", takes);

	add_range(object, c->desc->min, c->desc->max);
	add_words(object, c->desc->words);
	add_flags(object, c);
	if (c->initial && !(c->desc->flags & (SW_COL_STATUS | SW_COL_NAME)) && !c->desc->ref) {
		initial = value_to_text(c->initial);
		add_text(object, "default", initial);
		free(initial);
	}
	add_keys(object, c);
	free(takes);
	return object;
}

json_t *describe_tables(void)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct table *t = schema_table_at(i);
		json_t *columns = json_array();
		json_t *object = json_pack("{s:s, s:s, s:o}", "name", t->name, "help",
			t->desc->help, "columns", columns);

		add_text(object, "alias", t->desc->alias);
		if (t->desc->root)
			json_object_set_new(object, "one_row", json_true());
		for (unsigned k = 0; k < t->n_columns; k++)
			json_array_append_new(columns, describe_column(t->columns[k]));
		add_missing(columns, t->name, '.');
		json_array_append_new(all, object);
	}
	return all;
}

json_t *describe_unsupported(void)
{
	json_t *all = json_array();
	const struct sw_unsupported *u;

	SW_REG_FOREACH (unsupported, const struct sw_unsupported *, u) {
		json_t *object = json_pack("{s:s, s:s, s:o}", "name", u->name, "help", u->help,
			"names", words_of(u->names));

		if (u->commands)
			json_object_set_new(object, "commands", words_of(u->commands));
		add_text(object, "hint", u->hint);
		json_array_append_new(all, object);
	}
	return all;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Our tables against OVS's own: its schema file as a package installs it, and the keys that its manual
 * documents (data/ovs_keys.txt). Whatever OVS has is either here, with a type that fits, or refused as
 * not supported with the feature it is part of.
 */
#include "swtest.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/port.h>
#include <sw/reg.h>

#include "../../src/ctl/table/schema.h"
#include "../../src/ctl/table/unsupported.h"

#define OVS_SCHEMA "/usr/share/openvswitch/vswitch.ovsschema"

static json_t *ovs;
static unsigned wrong;

static void complain(const char *what, const char *table, const char *column)
{
	fprintf(stderr, "%s.%s: %s\n", table, column, what);
	wrong++;
}

static const char *atom_name(const json_t *atom)
{
	return json_string_value(json_is_object(atom) ? json_object_get(atom, "type") : atom);
}

static bool same_atom(enum sw_atom_type type, const json_t *atom)
{
	return atom ? !strcmp(atom_type_name(type), atom_name(atom)) : type == SW_ATOM_NONE;
}

static int64_t limit(const json_t *object, const char *name, int64_t otherwise)
{
	const json_t *n = json_object_get(object, name);

	return json_is_integer(n) ? json_integer_value(n) : otherwise;
}

static void compare_type(const struct column *c, const json_t *type)
{
	const struct sw_type *ours = &c->desc->type;
	bool plain = !json_is_object(type);
	const json_t *key = plain ? type : json_object_get(type, "key");
	const json_t *value = plain ? NULL : json_object_get(type, "value");

	if (!same_atom(ours->key, key) || !same_atom(ours->value, value))
		complain("another type", c->table->name, c->name);
	if (ours->min < limit(type, "min", 1) || ours->max > limit(type, "max", 4294967295))
		complain("another number of values", c->table->name, c->name);
	if ((limit(type, "max", json_object_get(type, "max") ? 2 : 1) > 1) != (ours->max > 1))
		complain("a set where OVS has a single value, or the reverse", c->table->name,
			c->name);
	if (c->desc->max > limit(key, "maxInteger", INT64_MAX) ||
		c->desc->min < limit(key, "minInteger", INT64_MIN))
		complain("a range beyond OVS's", c->table->name, c->name);
	if (json_object_get(key, "maxInteger") && !c->desc->max)
		complain("no range", c->table->name, c->name);
}

static bool takes(const struct column *c, const char *word)
{
	for (const char *const *w = c->desc->words; w && *w; w++)
		if (!strcmp(*w, word))
			return true;
	return false;
}

static bool is_word_of(const json_t *words, const char *word)
{
	json_t *w;
	size_t i;

	json_array_foreach (words, i, w)
		if (!strcmp(json_string_value(w), word))
			return true;
	return false;
}

static void compare_words(const struct column *c, const json_t *type)
{
	const json_t *set = json_object_get(json_object_get(type, "key"), "enum");
	const json_t *words = json_array_get(set, 1);
	json_t *word;
	size_t i;

	json_array_foreach (words, i, word)
		if (!takes(c, json_string_value(word)) &&
			!unsupported_find(c->desc->name, '=', json_string_value(word)))
			complain(json_string_value(word), c->table->name, c->name);
	for (const char *const *w = c->desc->words; words && w && *w; w++)
		if (!is_word_of(words, *w))
			complain("a word that OVS does not have", c->table->name, c->name);
}

static void compare_column(const struct table *t, const char *name, const json_t *column)
{
	struct sw_err err = { 0 };
	const struct column *c = schema_column(t, name, &err);
	const json_t *type = json_object_get(column, "type");

	if (!c && err.code != SW_CODE_UNSUPPORTED) {
		complain("neither here nor on a list of what is not supported", t->name, name);
		return;
	}
	if (!c)
		return;
	compare_type(c, type);
	compare_words(c, type);
	if (json_is_false(json_object_get(column, "mutable")) && !(c->desc->flags & SW_COL_FIXED))
		complain("can be changed", t->name, name);
}

static void test_every_table_and_column(void **state)
{
	const char *name, *column_name;
	json_t *table, *column;

	if (!ovs) {
		print_message("%s is not there: sudo tools/test unit unpacks it\n", OVS_SCHEMA);
		skip();
	}
	json_object_foreach (json_object_get(ovs, "tables"), name, table) {
		struct sw_err err = { 0 };
		const struct table *t = schema_table(name, &err);

		if (!t && err.code != SW_CODE_UNSUPPORTED)
			complain("neither here nor not supported", name, "");
		json_object_foreach (json_object_get(table, "columns"), column_name, column)
			if (t)
				compare_column(t, column_name, column);
	}
	assert_int_equal(wrong, 0);
}

/* Open_vSwitch.db_version says which schema ours is: that of the file. */
static void test_version(void **state)
{
	struct sw_err err = { 0 };
	const struct column *c;
	struct value *v;

	if (!ovs)
		skip();
	c = schema_column(schema_table("Open_vSwitch", &err), "db_version", &err);
	v = c->desc->status(NULL, NULL);
	assert_string_equal(
		value_get_string(v, ""), json_string_value(json_object_get(ovs, "version")));
	value_unref(v);
}

static bool is_option(const char *name)
{
	const struct sw_port_class *cls;

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		for (const struct sw_option *o = cls->options; o && o->name; o++)
			if (!strcmp(o->name, name))
				return true;
	return false;
}

/* Is what a line of ovs_keys.txt names here? */
static bool is_here(const char *table, const char *name, char sep, const char *below)
{
	const struct table *t = schema_table(table, NULL);
	const struct column *c = t ? schema_column(t, name, NULL) : NULL;

	if (!c)
		return false;
	if (!strcmp(c->desc->name, "Interface.type"))
		return sw_reg_find(&sw_reg_kind_port_class, below) != NULL;
	if (sep == '=')
		return takes(c, below);
	if (!strcmp(c->desc->name, "Interface.options"))
		return is_option(below);
	return schema_key(c, below) || !strcmp(name, "external_ids");
}

static bool is_unsupported(const char *table, const char *name, char sep, const char *below)
{
	char column[128];

	snprintf(column, sizeof(column), "%s.%s", table, name);
	return unsupported_find(table, 0, NULL) || unsupported_find(table, '.', name) ||
	       unsupported_find(column, sep, below);
}

static void test_every_documented_key(void **state)
{
	char line[256], table[64], name[64], below[96], sep;
	unsigned n = 0;
	FILE *file = fopen(OVS_KEYS, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		bool here, refused;

		if (line[0] == '#')
			continue;
		if (sscanf(line, "%63[^.].%63[^:=]%c%95s", table, name, &sep, below) != 4)
			fail_msg("not a name: %s", line);
		line[strcspn(line, "\n")] = '\0';
		here = is_here(table, name, sep, below);
		refused = is_unsupported(table, name, sep, below);
		if (here == refused)
			complain(here ? "here and not supported" : "neither here nor not supported",
				table, line + strlen(table) + 1);
		n++;
	}
	fclose(file);
	assert_true(n > 300);
	assert_int_equal(wrong, 0);
}

static void check_below(const struct sw_unsupported *u, const struct table *t, const char *rest)
{
	size_t len = strcspn(rest, ":=");
	char *name = strndup(rest, len);
	const struct column *c = schema_column(t, name, NULL);
	const char *below = rest + len + 1;

	if (!rest[len] ? c != NULL : !c)
		fail_msg("%s: %s.%s", u->name, t->name, rest);
	if (rest[len] == ':')
		assert_null(schema_key(c, below));
	if (rest[len] == ':' && !strcmp(c->desc->name, "Interface.options"))
		assert_false(is_option(below));
	for (const char *const *w = c && rest[len] == '=' ? c->desc->words : NULL; w && *w; w++)
		assert_string_not_equal(*w, below);
	free(name);
}

/* What is on a list of what is not supported is not here, and hangs on something that is. */
static void test_lists_are_true(void **state)
{
	const struct sw_unsupported *u;

	SW_REG_FOREACH (unsupported, const struct sw_unsupported *, u) {
		assert_true(u->help && *u->help);
		for (const char *const *name = u->names; *name; name++) {
			size_t len = strcspn(*name, ".");
			char *table = strndup(*name, len);
			const struct table *t = schema_table(table, NULL);

			if ((*name)[len] ? !t : t != NULL)
				fail_msg("%s: %s", u->name, *name);
			if (t)
				check_below(u, t, *name + len + 1);
			free(table);
		}
		for (const char *const *cmd = u->commands; cmd && *cmd; cmd++)
			assert_null(sw_reg_find(&sw_reg_kind_cmd, *cmd));
	}
}

static int setup(void **state)
{
	const char *root = getenv("SWD_OVS"); /* a folder that stands for /, made by tools/test */
	struct sw_err err = { 0 };
	char path[4096];

	if (sw_reg_seal(&err) || schema_build(&err))
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), "%s%s", root ? root : "", OVS_SCHEMA);
	ovs = json_load_file(path, 0, NULL);
	return 0;
}

static int teardown(void **state)
{
	json_decref(ovs);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_table_and_column),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_every_documented_key),
		cmocka_unit_test(test_lists_are_true),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

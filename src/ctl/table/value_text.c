/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values as text and as JSON. The text grammar is that of ovs-vsctl(8) "Database Values":
 *
 *	set  := atoms | "[" atoms "]"	atoms := [atom {sep atom}]	sep := "," and blanks, or blanks
 *	map  := pairs | "{" pairs "}"	pairs := [atom "=" atom {sep atom "=" atom}]
 *
 * An unquoted atom ends at any of ",=[]{}" or a blank. Unlike there, ':' may stand in it, so that a MAC
 * address and a PCI address need no quotes within the shell's. In a scalar or optional string a text without quotes is taken whole.
 */
#include "value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

struct reader {
	const char *text, *p;
	struct sw_type type;
	struct value *v;
	struct sw_err *err;
};

static int complain(struct reader *r, const char *expected)
{
	int rc;

	if (*r->p)
		rc = sw_err_set(
			r->err, SW_CODE_INVALID, "\"%s\" cannot be read at \"%s\"", r->text, r->p);
	else
		rc = sw_err_set(r->err, SW_CODE_INVALID, "\"%s\" ends too early", r->text);
	sw_err_given(r->err, "%s", r->text);
	sw_err_allowed(r->err, "%s", expected);
	sw_err_hint(r->err, "a string with other characters than letters, digits and _-.:/ goes in "
			    "double quotes, within the shell's single quotes");
	return rc;
}

static void blanks(struct reader *r)
{
	while (*r->p == ' ' || *r->p == '\t' || *r->p == '\n')
		r->p++;
}

/* The next token as text: NULL with err. A quoted one comes without its quotes. */
static char *token(struct reader *r, bool *quoted)
{
	size_t len;
	char *s;

	*quoted = *r->p == '"';
	if (*quoted)
		return atom_unquote(&r->p, r->err);
	len = strcspn(r->p, ",=[]{} \t\n\"");
	if (!len) {
		complain(r, "a value here");
		return NULL;
	}
	s = sw_xcalloc(len + 1, 1);
	memcpy(s, r->p, len);
	r->p += len;
	return s;
}

static int read_atom(struct reader *r, enum sw_atom_type type, union atom *out)
{
	bool quoted;
	char *s = token(r, &quoted);
	int rc = 0;

	if (!s)
		return -EINVAL;
	if (type == SW_ATOM_STRING) {
		if (!quoted)
			rc = atom_from_text(type, s, out, r->err);
		else
			out->string = sw_xstrdup(s);
	} else if (quoted) {
		rc = sw_err_set(r->err, SW_CODE_INVALID, "\"%s\" is a string; expected %s", s,
			atom_type_name(type));
	} else {
		rc = atom_from_text(type, s, out, r->err);
	}
	free(s);
	return rc;
}

/* "M-N" of a set of integers; a map's keys stand each before a value. 1 taken, 0 not a range, or an error. */
static int read_range(struct reader *r)
{
	char *end1, *end2;
	long long a, b;

	if (r->type.key != SW_ATOM_INTEGER || r->type.value != SW_ATOM_NONE || r->type.max == 1)
		return 0;
	if (*r->p < '0' || *r->p > '9')
		return 0;
	errno = 0;
	a = strtoll(r->p, &end1, 10);
	if (*end1 != '-' || end1[1] < '0' || end1[1] > '9')
		return 0;
	b = strtoll(end1 + 1, &end2, 10);
	if (errno || !strchr(", ]\t\n", *end2) || b <= a || b - a >= VALUE_RANGE_MAX) {
		int rc = sw_err_set(r->err, SW_CODE_INVALID, "\"%.*s\" is not a range",
			(int)strcspn(r->p, ", ]"), r->p);

		sw_err_given(r->err, "%.*s", (int)strcspn(r->p, ", ]"), r->p);
		sw_err_allowed(
			r->err, "M-N with M below N, and at most %d numbers", VALUE_RANGE_MAX);
		return rc;
	}
	for (; a <= b; a++)
		value_add_integer(r->v, a);
	r->p = end2;
	return 1;
}

static int read_item(struct reader *r)
{
	union atom key, value;
	int rc = read_range(r);

	if (rc)
		return rc < 0 ? rc : 0;
	rc = read_atom(r, r->type.key, &key);
	if (rc)
		return rc;
	if (r->type.value == SW_ATOM_NONE) {
		value_add(r->v, &key, NULL);
		atom_fini(r->type.key, &key);
		return 0;
	}
	if (*r->p != '=') {
		rc = complain(r, "KEY=VALUE");
	} else {
		r->p++;
		rc = read_atom(r, r->type.value, &value);
		if (!rc) {
			value_add(r->v, &key, &value);
			atom_fini(r->type.value, &value);
		}
	}
	atom_fini(r->type.key, &key);
	return rc;
}

static int read_items(struct reader *r)
{
	bool is_map = r->type.value != SW_ATOM_NONE;
	char close = is_map ? '}' : ']';
	bool bracket = false;
	int rc;

	blanks(r);
	if (*r->p == (is_map ? '{' : '[')) {
		bracket = true;
		r->p++;
		blanks(r);
	}
	while (*r->p && *r->p != close) {
		const char *end;

		rc = read_item(r);
		if (rc)
			return rc;
		end = r->p;
		blanks(r);
		if (*r->p == ',') {
			r->p++;
			blanks(r);
			if (!*r->p || *r->p == close)
				return complain(r, "a value after the comma");
		} else if (*r->p && *r->p != close && r->p == end) {
			return complain(r, "a comma or a blank between values");
		}
	}
	if (bracket && *r->p != close)
		return complain(r, is_map ? "a closing }" : "a closing ]");
	if (bracket)
		r->p++;
	blanks(r);
	return *r->p ? complain(r, "the end of the value") : 0;
}

/* A scalar string without brackets is the text itself: "2001:db8::1", "a b", "x=1". */
static bool is_whole_string(struct sw_type type, const char *text)
{
	return type.key == SW_ATOM_STRING && type.value == SW_ATOM_NONE && type.max == 1 &&
	       *text != '[' && *text != '"' && (*text || type.min == 1);
}

int value_from_text(struct sw_type type, const char *text, struct value **out, struct sw_err *err)
{
	struct reader r = { .text = text, .p = text, .type = type, .err = err };
	union atom atom;
	int rc;

	r.v = value_new(type);
	if (is_whole_string(type, text)) {
		rc = atom_from_text(type.key, text, &atom, err);
		if (!rc) {
			value_add(r.v, &atom, NULL);
			atom_fini(type.key, &atom);
		}
	} else {
		rc = read_items(&r);
	}
	if (rc) {
		value_unref(r.v);
		return rc;
	}
	*out = value_seal(r.v);
	return 0;
}

char *value_to_text(const struct value *v)
{
	bool is_map = v->type.value != SW_ATOM_NONE;
	bool bracket = is_map || v->type.max > 1 || v->n != 1;
	struct sw_str out = { 0 };

	sw_str_add(&out, "%s", !bracket ? "" : is_map ? "{" : "[");
	for (unsigned i = 0; i < v->n; i++) {
		sw_str_add(&out, "%s", i ? ", " : "");
		atom_to_text(v->type.key, &v->keys[i], &out);
		if (!is_map)
			continue;
		sw_str_add(&out, "=");
		atom_to_text(v->type.value, &v->values[i], &out);
	}
	sw_str_add(&out, "%s", !bracket ? "" : is_map ? "}" : "]");
	return out.s;
}

static int add_json(struct value *v, const json_t *json, struct sw_err *err)
{
	union atom key;
	int rc = atom_from_json(v->type.key, json, &key, err);

	if (rc)
		return rc;
	value_add(v, &key, NULL);
	atom_fini(v->type.key, &key);
	return 0;
}

static int add_json_pair(struct value *v, const char *name, const json_t *json, struct sw_err *err)
{
	union atom key, value;
	int rc = atom_from_key(v->type.key, name, &key, err);

	if (rc)
		return rc;
	rc = atom_from_json(v->type.value, json, &value, err);
	if (!rc) {
		value_add(v, &key, &value);
		atom_fini(v->type.value, &value);
	}
	atom_fini(v->type.key, &key);
	return rc;
}

static int add_json_object(struct value *v, const json_t *json, struct sw_err *err)
{
	const char *name;
	json_t *value;
	int rc = 0;

	json_object_foreach ((json_t *)json, name, value)
		rc = rc ? rc : add_json_pair(v, name, value, err);
	return rc;
}

char *value_key_text(const struct value *v, unsigned i)
{
	struct sw_str out = { 0 };

	if (v->type.key == SW_ATOM_STRING)
		sw_str_add(&out, "%s", v->keys[i].string);
	else
		atom_to_text(v->type.key, &v->keys[i], &out);
	return out.s;
}

int value_from_json(struct sw_type type, const json_t *json, struct value **out, struct sw_err *err)
{
	struct value *v = value_new(type);
	bool is_map = type.value != SW_ATOM_NONE;
	int rc = 0;
	size_t i;
	json_t *item;

	if (is_map && json_is_object(json)) {
		rc = add_json_object(v, json, err);
	} else if (is_map) {
		rc = sw_err_set(err, SW_CODE_INVALID, "a map must be a JSON object");
	} else if (json_is_array(json)) {
		json_array_foreach ((json_t *)json, i, item) {
			rc = add_json(v, item, err);
			if (rc)
				break;
		}
	} else if (!json_is_null(json)) {
		rc = add_json(v, json, err);
	}
	if (rc) {
		value_unref(v);
		return rc;
	}
	*out = value_seal(v);
	return 0;
}

json_t *value_to_json(const struct value *v)
{
	struct sw_type t = v->type;
	json_t *json;

	if (t.value == SW_ATOM_NONE && t.max == 1)
		return v->n ? atom_to_json(t.key, &v->keys[0]) : json_null();
	if (t.value == SW_ATOM_NONE) {
		json = json_array();
		for (unsigned i = 0; i < v->n; i++)
			json_array_append_new(json, atom_to_json(t.key, &v->keys[i]));
		return json;
	}
	json = json_object();
	for (unsigned i = 0; i < v->n; i++) {
		char *key = t.key == SW_ATOM_STRING ? NULL : value_key_text(v, i);

		json_object_set_new(
			json, key ? key : v->keys[i].string, atom_to_json(t.value, &v->values[i]));
		free(key);
	}
	return json;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Atoms: order, copies, text and JSON. UUIDs are RFC 9562 version 4. Text follows ovs-vsctl(8),
 * "Database Values", so that what `get` prints can be given to `set`.
 */
#include "atom.h"

#include <sys/random.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

struct uuid uuid_random(void)
{
	struct uuid u;

	/* 16 bytes never come short, and block only before the kernel's pool was ever ready */
	while (getrandom(u.b, sizeof(u.b), 0) != (ssize_t)sizeof(u.b))
		;
	u.b[6] = (u.b[6] & 0x0f) | 0x40;
	u.b[8] = (u.b[8] & 0x3f) | 0x80;
	return u;
}

char *uuid_format(char buf[UUID_TEXT_SIZE], const struct uuid *uuid)
{
	static const char hex[] = "0123456789abcdef";
	char *p = buf;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[uuid->b[i] >> 4];
		*p++ = hex[uuid->b[i] & 15];
	}
	*p = '\0';
	return buf;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, struct uuid *uuid)
{
	struct uuid u;

	for (int i = 0; i < 16; i++) {
		int hi, lo;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return false;
		hi = hex_digit(text[0]);
		lo = hi < 0 ? -1 : hex_digit(text[1]);
		if (lo < 0)
			return false;
		u.b[i] = hi << 4 | lo;
		text += 2;
	}
	if (*text)
		return false;
	*uuid = u;
	return true;
}

int uuid_cmp(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

int atom_cmp(enum sw_atom_type type, const union atom *a, const union atom *b)
{
	switch (type) {
	case SW_ATOM_INTEGER:
		return a->integer < b->integer ? -1 : a->integer > b->integer;
	case SW_ATOM_BOOLEAN:
		return a->boolean - b->boolean;
	case SW_ATOM_STRING:
		return strcmp(a->string, b->string);
	case SW_ATOM_UUID:
		return uuid_cmp(&a->uuid, &b->uuid);
	case SW_ATOM_NONE:
		break;
	}
	return 0;
}

void atom_copy(enum sw_atom_type type, union atom *to, const union atom *from)
{
	if (type == SW_ATOM_STRING)
		to->string = sw_xstrdup(from->string);
	else
		*to = *from;
}

void atom_fini(enum sw_atom_type type, union atom *atom)
{
	if (type == SW_ATOM_STRING)
		free(atom->string);
}

const char *atom_type_name(enum sw_atom_type type)
{
	static const char *const names[] = { "none", "integer", "boolean", "string", "uuid" };

	return names[type];
}

char *atom_unquote(const char **text, struct sw_err *err)
{
	json_error_t error;
	const char *start = *text, *p = start + 1;
	json_t *json;
	char *out;

	while (*p && *p != '"')
		p += p[0] == '\\' && p[1] ? 2 : 1;
	if (!*p) {
		sw_err_set(err, SW_CODE_INVALID, "%s has no closing double quote", start);
		sw_err_given(err, "%s", start);
		return NULL;
	}
	json = json_loadb(start, p + 1 - start, JSON_DECODE_ANY, &error);
	if (!json) {
		sw_err_set(err, SW_CODE_INVALID, "%.*s is not a quoted string: %s",
			(int)(p + 1 - start), start, error.text);
		sw_err_given(err, "%s", start);
		sw_err_allowed(err, "JSON's escapes between double quotes");
		return NULL;
	}
	out = sw_xstrdup(json_string_value(json));
	json_decref(json);
	*text = p + 1;
	return out;
}

static int bad_atom(
	enum sw_atom_type type, const char *text, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not %s %s", text,
		type == SW_ATOM_INTEGER ? "an" : "a", atom_type_name(type));

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

static int string_from_text(const char *text, union atom *out, struct sw_err *err)
{
	const char *p = text;

	if (*text != '"') {
		json_t *json = json_string(text);

		if (!json) { /* the journal and the API carry UTF-8 only */
			int rc = sw_err_set(err, SW_CODE_INVALID, "the text is not UTF-8");

			sw_err_allowed(err, "UTF-8 text");
			return rc;
		}
		json_decref(json);
		out->string = sw_xstrdup(text);
		return 0;
	}
	out->string = atom_unquote(&p, err);
	if (!out->string)
		return -EINVAL;
	if (!*p)
		return 0;
	free(out->string);
	return sw_err_set(
		err, SW_CODE_INVALID, "\"%s\" stands behind the closing quote of %s", p, text);
}

int atom_from_text(enum sw_atom_type type, const char *text, union atom *out, struct sw_err *err)
{
	switch (type) {
	case SW_ATOM_INTEGER:
		if (!sw_parse_i64(text, INT64_MIN, INT64_MAX, &out->integer))
			return 0;
		return bad_atom(type, text, "a whole number of 64 bits", err);
	case SW_ATOM_BOOLEAN:
		if (!sw_parse_bool(text, &out->boolean))
			return 0;
		return bad_atom(type, text, "true or false", err);
	case SW_ATOM_UUID:
		if (uuid_parse(text, &out->uuid))
			return 0;
		return bad_atom(type, text, "a full UUID (8-4-4-4-12 hex digits)", err);
	case SW_ATOM_STRING:
		return string_from_text(text, out, err);
	case SW_ATOM_NONE:
		break;
	}
	return sw_err_set(err, SW_CODE_INTERNAL, "an atom without a type");
}

int atom_from_key(enum sw_atom_type type, const char *text, union atom *out, struct sw_err *err)
{
	if (type != SW_ATOM_STRING)
		return atom_from_text(type, text, out, err);
	out->string = sw_xstrdup(text);
	return 0;
}

/* Can it stand without quotes: an identifier that is no other kind of atom? */
static bool is_plain(const char *s)
{
	struct uuid uuid;

	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return false;
	return strcmp(s, "true") && strcmp(s, "false") && !uuid_parse(s, &uuid);
}

void atom_to_text(enum sw_atom_type type, const union atom *atom, struct sw_str *out)
{
	char buf[UUID_TEXT_SIZE];
	char *quoted;
	json_t *json;

	switch (type) {
	case SW_ATOM_INTEGER:
		sw_str_add(out, "%lld", (long long)atom->integer);
		break;
	case SW_ATOM_BOOLEAN:
		sw_str_add(out, "%s", atom->boolean ? "true" : "false");
		break;
	case SW_ATOM_UUID:
		sw_str_add(out, "%s", uuid_format(buf, &atom->uuid));
		break;
	case SW_ATOM_STRING:
		if (is_plain(atom->string)) {
			sw_str_add(out, "%s", atom->string);
			break;
		}
		json = json_string(atom->string);
		quoted = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
		sw_str_add(out, "%s", quoted ? quoted : "\"?\"");
		free(quoted);
		json_decref(json);
		break;
	case SW_ATOM_NONE:
		break;
	}
}

int atom_from_json(enum sw_atom_type type, const json_t *json, union atom *out, struct sw_err *err)
{
	char *text;
	int rc;

	if (type == SW_ATOM_INTEGER && json_is_integer(json)) {
		out->integer = json_integer_value(json);
		return 0;
	}
	if (type == SW_ATOM_BOOLEAN && json_is_boolean(json)) {
		out->boolean = json_is_true(json);
		return 0;
	}
	if (type == SW_ATOM_STRING && json_is_string(json) &&
		strlen(json_string_value(json)) == json_string_length(json)) {
		out->string = sw_xstrdup(json_string_value(json));
		return 0;
	}
	if (type == SW_ATOM_UUID && json_is_string(json) &&
		uuid_parse(json_string_value(json), &out->uuid))
		return 0;
	text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
	rc = bad_atom(type, text ? text : "?", atom_type_name(type), err);
	free(text);
	return rc;
}

json_t *atom_to_json(enum sw_atom_type type, const union atom *atom)
{
	char buf[UUID_TEXT_SIZE];

	switch (type) {
	case SW_ATOM_INTEGER:
		return json_integer(atom->integer);
	case SW_ATOM_BOOLEAN:
		return json_boolean(atom->boolean);
	case SW_ATOM_STRING:
		return json_string(atom->string);
	case SW_ATOM_UUID:
		return json_string(uuid_format(buf, &atom->uuid));
	case SW_ATOM_NONE:
		break;
	}
	return json_null();
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One atom of a configuration value: an integer, a boolean, a string or a UUID, and its text and JSON
 * forms. Text is what an ovs-vsctl user types and sees: a string is quoted when it could be read as
 * something else, or holds more than letters, digits and "_-.".
 *
 * Thread: any one at a time.
 */
#ifndef CTL_ATOM_H
#define CTL_ATOM_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <sw/table.h>

struct sw_str;

#define UUID_TEXT_SIZE 37

struct uuid {
	uint8_t b[16];
};

union atom {
	int64_t integer;
	bool boolean;
	char *string; /* owned */
	struct uuid uuid;
};

/* A new random UUID (version 4, RFC 9562). */
struct uuid uuid_random(void);
char *uuid_format(char buf[UUID_TEXT_SIZE], const struct uuid *uuid);
bool uuid_parse(const char *text, struct uuid *uuid);
int uuid_cmp(const struct uuid *a, const struct uuid *b);

int atom_cmp(enum sw_atom_type type, const union atom *a, const union atom *b);
void atom_copy(enum sw_atom_type type, union atom *to, const union atom *from);
void atom_fini(enum sw_atom_type type, union atom *atom);

/* A whole text as one atom; a string may stand in double quotes (JSON's escapes). */
int atom_from_text(enum sw_atom_type type, const char *text, union atom *out, struct sw_err *err);
void atom_to_text(enum sw_atom_type type, const union atom *atom, struct sw_str *out);
/* The key of a map as it stands in a JSON object or behind "COLUMN:": a string is the text itself. */
int atom_from_key(enum sw_atom_type type, const char *text, union atom *out, struct sw_err *err);

int atom_from_json(enum sw_atom_type type, const json_t *json, union atom *out, struct sw_err *err);
json_t *atom_to_json(enum sw_atom_type type, const union atom *atom);

/* "integer", "boolean", "string", "uuid". */
const char *atom_type_name(enum sw_atom_type type);

/* A quoted JSON string at *text, which moves behind it; to be freed. NULL with err. */
char *atom_unquote(const char **text, struct sw_err *err);

#endif

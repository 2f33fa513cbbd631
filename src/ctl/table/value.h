/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration value: atoms of one type, sorted and different from each other; a map has a second
 * atom to each. Values are counted and never change once they are shared: every operation gives a new one.
 *
 * Text is that of ovs-vsctl(8): "10", "[1, 2]", "{a=b, c=d}"; on input the brackets may be left out, and
 * integers of a set may be ranges "1-5" (4096 numbers at most).
 *
 * Thread: any one at a time; several may read one and count it, so that a configuration can be built on
 * the job thread out of initial values that all share.
 */
#ifndef CTL_VALUE_H
#define CTL_VALUE_H

#include "atom.h"

struct value {
	unsigned refs;
	struct sw_type type;
	unsigned n, size;
	union atom *keys;
	union atom *values; /* maps only */
};

/* Most atoms of a range "M-N". */
#define VALUE_RANGE_MAX 4096

/* An empty value to fill: value_add copies the atoms, value_seal sorts them and drops what is there twice
 * (of a map the last one stays). */
struct value *value_new(struct sw_type type);
void value_add(struct value *v, const union atom *key, const union atom *value);
void value_add_string(struct value *v, const char *key);
void value_add_integer(struct value *v, int64_t key);
void value_add_pair(struct value *v, const char *key, const char *value);
struct value *value_seal(struct value *v);

/* Ready-made scalars. */
struct value *value_integer(int64_t n);
struct value *value_boolean(bool b);
struct value *value_string(const char *s);

/* What a scalar of the type is when nothing was said: 0, false, "". Empty for UUIDs and other types. */
struct value *value_default(struct sw_type type);

struct value *value_ref(const struct value *v);
void value_unref(const struct value *v);

/* Index of a key, or -1; the same by its text, of any type. */
int value_find(const struct value *v, const union atom *key);
int value_find_text(const struct value *v, const char *key);
/* Of references, a set or the values of a map: the i-th; is the row among them? */
const struct uuid *value_uuid(const struct value *v, unsigned i);
bool value_refers(const struct value *v, const struct uuid *uuid);
bool value_equal(const struct value *a, const struct value *b);
/* Is every atom (of a map: pair) of b in a? */
bool value_includes(const struct value *a, const struct value *b);

/* a with b added (in a map b's pairs win); a without b's keys, of a map only where the pair is the same
 * when `pairs` is true. */
struct value *value_plus(const struct value *a, const struct value *b);
struct value *value_minus(const struct value *a, const struct value *b, bool pairs);

/* First atom, when there is one of that type; else the given default. */
const char *value_get_string(const struct value *v, const char *otherwise);
int64_t value_get_integer(const struct value *v, int64_t otherwise);
bool value_get_boolean(const struct value *v, bool otherwise);
/* What a map from string to string holds, or NULL. */
const char *value_get_key(const struct value *v, const char *key);

/* Text to value; the number of atoms is not checked against type.min and max: see schema_check. */
int value_from_text(struct sw_type type, const char *text, struct value **out, struct sw_err *err);
/* To be freed by the caller. */
char *value_to_text(const struct value *v);

/* The i-th key as text, as it stands in a JSON object: not quoted; to be freed by the caller. */
char *value_key_text(const struct value *v, unsigned i);

/* JSON: null or the atom when max is 1, else an array; an object for a map. */
int value_from_json(
	struct sw_type type, const json_t *json, struct value **out, struct sw_err *err);
json_t *value_to_json(const struct value *v);

#endif

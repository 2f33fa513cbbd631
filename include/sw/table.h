/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The typed configuration: tables, their columns, and the known keys of map columns, under the names,
 * types and meanings of OVS's Open_vSwitch schema. Each is a descriptor of its own in the file of its
 * feature, so that a feature adds a column or a key without touching another file. From the same
 * descriptors come parsing, checks, error texts, and the schema that the API prints.
 *
 * What OVS knows and we do not have yet is registered as `unsupported` by its feature, and refused by name.
 * Nothing is accepted and ignored.
 *
 * room: ctl. Thread: control; descriptors are constant.
 */
#ifndef SW_TABLE_H
#define SW_TABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/reg.h>

struct sw_err;
struct draft; /* the transaction's copy of the configuration; ctl's own */
struct row;
struct value;

enum sw_atom_type {
	SW_ATOM_NONE,
	SW_ATOM_INTEGER, /* 64 bits, signed */
	SW_ATOM_BOOLEAN,
	SW_ATOM_STRING, /* UTF-8 without NUL */
	SW_ATOM_UUID,
};

/* A value is n atoms with min <= n <= max: 1..1 a scalar, 0..1 optional, else a set; with `value` other
 * than NONE a map from key atoms to value atoms. Atoms are sorted and differ from each other. */
struct sw_type {
	enum sw_atom_type key, value;
	unsigned min, max;
};
#define SW_ONE(atom)                               \
	{                                          \
		SW_ATOM_##atom, SW_ATOM_NONE, 1, 1 \
	}
#define SW_OPTIONAL(atom)                          \
	{                                          \
		SW_ATOM_##atom, SW_ATOM_NONE, 0, 1 \
	}
#define SW_SET(atom, n)                            \
	{                                          \
		SW_ATOM_##atom, SW_ATOM_NONE, 0, n \
	}
#define SW_MAP                                          \
	{                                               \
		SW_ATOM_STRING, SW_ATOM_STRING, 0, 4096 \
	}
#define SW_COUNT_MAP                                     \
	{                                                \
		SW_ATOM_STRING, SW_ATOM_INTEGER, 0, 4096 \
	}

/* A list of words for a descriptor, ended by NULL. */
#define SW_WORDS(...)             \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

struct sw_table {
	const char *name; /* "Bridge" */
	const char *help;
	const char *alias; /* another name people type, or NULL */
	bool root;	   /* has exactly one row, that is named "." and never goes */
	const char *
		by; /* "Bridge.controller": its rows have no name, but that of the row whose only one they are */
	/* "Flow_Table.name": an optional string; a row may be called by it while no other has the same */
	const char *label;
};
SW_REG_KIND_DECLARE(table);

enum {
	SW_COL_STATUS = 1,   /* computed when read; neither stored nor set */
	SW_COL_AUTO = 2,     /* stored, but set by the switch alone */
	SW_COL_FIXED = 4,    /* given when the row is made, never changed */
	SW_COL_NAME = 8,     /* names the row: unique in its table */
	SW_COL_OWNER = 16,   /* a row it refers to is referred to by no other row */
	SW_COL_ANY_KEY = 32, /* a map whose keys are the user's, or checked elsewhere */
};

struct sw_column {
	const char *name; /* "Port.tag": table and column */
	const char *help;
	struct sw_type type;
	unsigned flags;
	int64_t min, max;	  /* of integers; both 0: any */
	const char *const *words; /* of strings: all that are allowed, ended by NULL; NULL: any */
	const char *initial;	  /* text of the value of a new row; NULL: empty, 0, false */
	const char *ref; /* of UUIDs: the table they point to; a row nothing points to goes */
	/* One more look at a string (a key's value: at sw_key); 0 or an error. May be NULL. */
	int (*check)(const char *text, struct sw_err *err);
	/* STATUS: the value now, owned by the caller; NULL for empty. */
	struct value *(*status)(const struct draft *draft, const struct row *row);
};
SW_REG_KIND_DECLARE(column);

/* A known key of a map from string to string. A map column without SW_COL_ANY_KEY takes these only. */
struct sw_key {
	const char *name; /* "Bridge.other_config:mac-table-size" */
	const char *help;
	enum sw_atom_type type; /* what the string must hold */
	int64_t min, max;
	const char *const *words;
	const char *initial; /* what holds without the key, as text; NULL: nothing */
	int (*check)(const char *text, struct sw_err *err);
};
SW_REG_KIND_DECLARE(key);

/* A feature of OVS that is not to be had here yet, with all that its users may name, so that they read
 * which feature it is. A name is a table ("Mirror", with all that is in it), a column ("Bridge.mirrors"), a
 * key ("Bridge.other_config:stp-priority") or a word of a column ("Port.vlan_mode=dot1q-tunnel"). */
struct sw_unsupported {
	const char *name; /* the feature: "port mirroring" */
	const char *help;
	const char *const *names;    /* ended by NULL */
	const char *const *commands; /* of ovs-vsctl, ended by NULL; NULL for none */
	const char *hint;	     /* what to do instead, or NULL */
};
SW_REG_KIND_DECLARE(unsupported);

#endif

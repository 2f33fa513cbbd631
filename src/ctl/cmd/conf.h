/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared by the configuration commands: finding rows by what a person types, and reading and changing
 * columns as "COLUMN[:KEY]=VALUE".
 *
 * Thread: control.
 */
#ifndef CTL_CONF_H
#define CTL_CONF_H

#include <sw/cmd.h>
#include <sw/err.h>

#include "../columns.h"
#include "../draft.h"

/* A row by name: NULL with SW_CODE_NOT_FOUND and the nearest. `what` is "bridge" or "port". */
const struct row *conf_named(const struct draft *draft, const struct table *table, const char *what,
	const char *name, struct sw_err *err);

/* A row by name or label, by full UUID, by @name, or "." for the row of Open_vSwitch. */
const struct row *conf_record(
	struct draft *draft, const struct table *table, const char *record, struct sw_err *err);

/* The rows a column refers to, by name, without those that a later command of the transaction is still to
 * make; free() the array. */
const struct row **conf_refs(
	const struct draft *draft, const struct row *row, const struct column *column, unsigned *n);

/* A script tells by port-to-br and iface-to-br what is a bridge and what a port: a local port is none. */
int conf_check_not_local(const struct row *bridge, const char *name, struct sw_err *err);

const struct row *conf_bridge_of(const struct draft *draft, const struct row *port);
const struct row *conf_interface_of(const struct draft *draft, const struct row *port);

/* Is the name free for a new bridge (`what` "bridge") or port? Names are unique over both. */
int conf_check_new_name(
	const struct draft *draft, const char *what, const char *name, struct sw_err *err);

/* A port with its interface, in a bridge. */
const struct row *conf_make_port(
	struct draft *draft, const struct row *bridge, const char *name, const char *type);

/* "COLUMN[:KEY]" and what follows it: an operator of `ops` and a value. */
struct conf_term {
	const struct column *column;
	char *key;	   /* NULL: none; freed by conf_term_fini */
	const char *op;	   /* one of ops, or NULL when nothing follows */
	const char *value; /* into the text */
};
/* ops: ended by NULL, longer ones first; NULL: nothing may follow. */
int conf_term_read(struct conf_term *term, const struct table *table, const char *text,
	const char *const *ops, struct sw_err *err);
void conf_term_fini(struct conf_term *term);

/* The text of a whole value, where a UUID may be an @name; an error names the column and its range. */
int conf_read_value(struct draft *draft, const struct column *column, const char *text,
	struct value **out, struct sw_err *err);

/* Apply "COLUMN[:KEY]=VALUE" to a row. */
int conf_assign(struct draft *draft, const struct row *row, const char *text, struct sw_err *err);

/* Put a value into a column after all checks; takes it. */
int conf_put(struct draft *draft, const struct row *row, const struct column *column,
	struct value *value, struct sw_err *err);

/* The value of any column, computed or stored; owned by the caller. */
struct value *conf_value(
	const struct draft *draft, const struct row *row, const struct column *column);

/* The value of a term for a row: of its key, or all; NULL: the key is not there. */
struct value *conf_term_value(
	const struct draft *draft, const struct row *row, const struct conf_term *term);

/* Result of an array of names. */
json_t *conf_names(const struct row *const *rows, unsigned n, const char *except);

#endif

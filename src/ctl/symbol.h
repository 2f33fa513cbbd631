/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names for rows within a transaction, as in ovs-vsctl(8): `--id=@p create port ...` makes a row that any
 * value or record may call @p, also before that command; `--id=@p get port eth0` names a row that is there,
 * for what comes after.
 *
 * Thread: control.
 */
#ifndef CTL_SYMBOL_H
#define CTL_SYMBOL_H

#include "draft.h"

struct sw_err;

void symbols_free(struct symbols *symbols);

/* The row that "@name" stands for; a name not heard of yet gets a new UUID. */
int symbol_uuid(struct draft *draft, const char *name, struct uuid *uuid, struct sw_err *err);

/* create: the UUID of the row that it makes. id: NULL (any), "@name", or a UUID. */
int symbol_create(struct draft *draft, const struct table *table, const char *id, struct uuid *uuid,
	struct sw_err *err);

/* get: a name for a row. */
int symbol_bind(struct draft *draft, const char *name, const struct row *row, struct sw_err *err);

/* As atom_from_text and value_from_text, where a UUID may be an @name. */
int symbol_read_atom(struct draft *draft, enum sw_atom_type type, const char *text, union atom *out,
	struct sw_err *err);
int symbol_read_value(struct draft *draft, struct sw_type type, const char *text,
	struct value **out, struct sw_err *err);

/* All commands are done: is every name somebody's? An error names the command that used it. */
int symbols_check_named(const struct draft *draft, int *command, struct sw_err *err);
/* Unreferenced rows are gone: is every row that was made still there, or removed by a command? */
int symbols_check_made(const struct draft *draft, int *command, struct sw_err *err);

#endif

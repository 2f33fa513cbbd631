/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names for rows within a transaction; see symbol.h. The rows made by create without a name are noted
 * here too: one that nothing refers to in the end would silently not be there.
 */
#include "symbol.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

struct symbol {
	char *name; /* with its '@'; NULL: none was given */
	struct uuid uuid;
	int command;		   /* that used it first */
	bool given;		   /* by --id=@name */
	const struct table *table; /* of a row that create made, else NULL */
};

struct symbols {
	unsigned n, size;
	struct symbol *list;
};

void symbols_free(struct symbols *s)
{
	for (unsigned i = 0; s && i < s->n; i++)
		free(s->list[i].name);
	if (s)
		free(s->list);
	free(s);
}

static struct symbol *add(struct draft *draft, const char *name)
{
	struct symbols *s = draft->symbols;
	struct symbol *symbol;

	if (!s)
		s = draft->symbols = sw_xcalloc(1, sizeof(*s));
	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 8;
		s->list = sw_xrealloc(s->list, s->size, sizeof(*s->list));
	}
	symbol = &s->list[s->n++];
	*symbol = (struct symbol){ name ? sw_xstrdup(name) : NULL, uuid_random(), draft->command };
	return symbol;
}

static int check_name(const char *name, struct sw_err *err)
{
	int rc;

	if (name[0] == '@' && name[1])
		return 0;
	rc = sw_err_set(
		err, SW_CODE_USAGE, "a name for a row begins with @, and \"%s\" does not", name);
	sw_err_given(err, "%s", name);
	sw_err_allowed(err, "--id=@NAME");
	return rc;
}

static struct symbol *find_or_add(struct draft *draft, const char *name, bool *is_new)
{
	struct symbols *s = draft->symbols;

	for (unsigned i = 0; s && i < s->n; i++) {
		if (s->list[i].name && !strcmp(s->list[i].name, name)) {
			*is_new = false;
			return &s->list[i];
		}
	}
	*is_new = true;
	return add(draft, name);
}

int symbol_uuid(struct draft *draft, const char *name, struct uuid *uuid, struct sw_err *err)
{
	bool is_new;
	int rc = check_name(name, err);

	if (!rc)
		*uuid = find_or_add(draft, name, &is_new)->uuid;
	return rc;
}

/* The symbol of an --id, that must be its first. */
static struct symbol *give(struct draft *draft, const char *name, bool *is_new, struct sw_err *err)
{
	struct symbol *symbol;

	if (check_name(name, err))
		return NULL;
	symbol = find_or_add(draft, name, is_new);
	if (symbol->given) {
		sw_err_set(err, SW_CODE_USAGE, "%s is given to two rows", name);
		sw_err_given(err, "%s", name);
		sw_err_hint(err, "take another name for the second");
		return NULL;
	}
	symbol->given = true;
	return symbol;
}

int symbol_create(struct draft *draft, const struct table *table, const char *id, struct uuid *uuid,
	struct sw_err *err)
{
	struct symbol *symbol;
	bool is_new;
	int rc;

	if (!id || uuid_parse(id, uuid)) {
		symbol = add(draft, NULL);
		if (id)
			symbol->uuid = *uuid;
	} else {
		symbol = give(draft, id, &is_new, err);
	}
	if (!symbol)
		return sw_err_errno(SW_CODE_USAGE);
	symbol->table = table;
	*uuid = symbol->uuid;
	if (!draft_find(draft, table, uuid) && !draft_buried(draft, table, uuid))
		return 0;
	rc = sw_err_set(err, SW_CODE_EXISTS, "%s has a record %s already", table->name, id);
	sw_err_given(err, "%s", id);
	return rc;
}

int symbol_bind(struct draft *draft, const char *name, const struct row *row, struct sw_err *err)
{
	bool is_new;
	struct symbol *symbol = give(draft, name, &is_new, err);
	int rc;

	if (!symbol)
		return sw_err_errno(SW_CODE_USAGE);
	if (is_new) {
		symbol->uuid = row->uuid;
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_USAGE, "%s is used before this get gives it to a row", name);
	sw_err_given(err, "%s", name);
	sw_err_hint(err, "put the get first; only create may come after its name");
	return rc;
}

int symbol_read_atom(struct draft *draft, enum sw_atom_type type, const char *text, union atom *out,
	struct sw_err *err)
{
	return type == SW_ATOM_UUID && *text == '@' ? symbol_uuid(draft, text, &out->uuid, err)
						    : atom_from_text(type, text, out, err);
}

/* Read as words first: a set of them, or a map to them. */
int symbol_read_value(struct draft *draft, struct sw_type type, const char *text,
	struct value **out, struct sw_err *err)
{
	bool map = type.value == SW_ATOM_UUID;
	struct sw_type words = { map ? type.key : SW_ATOM_STRING,
		map ? SW_ATOM_STRING : SW_ATOM_NONE, type.min, type.max };
	struct value *list, *v;
	int rc;

	if ((type.key != SW_ATOM_UUID && !map) || !strchr(text, '@'))
		return value_from_text(type, text, out, err);
	rc = value_from_text(words, text, &list, err);
	if (rc)
		return rc;
	v = value_new(type);
	for (unsigned i = 0; i < list->n && !rc; i++) {
		const union atom *word = map ? &list->values[i] : &list->keys[i];
		union atom uuid;

		rc = symbol_read_atom(draft, SW_ATOM_UUID, word->string, &uuid, err);
		if (!rc)
			value_add(v, map ? &list->keys[i] : &uuid, &uuid);
	}
	value_unref(list);
	if (rc)
		value_unref(v);
	else
		*out = value_seal(v);
	return rc;
}

int symbols_check_named(const struct draft *draft, int *command, struct sw_err *err)
{
	const struct symbols *s = draft->symbols;

	for (unsigned i = 0; s && i < s->n; i++) {
		const struct symbol *symbol = &s->list[i];
		int rc;

		if (!symbol->name || symbol->given)
			continue;
		*command = symbol->command;
		rc = sw_err_set(
			err, SW_CODE_NOT_FOUND, "no command gives %s to a row", symbol->name);
		sw_err_given(err, "%s", symbol->name);
		sw_err_hint(err, "-- --id=%s create TABLE COLUMN=VALUE... does", symbol->name);
		return rc;
	}
	return 0;
}

int symbols_check_made(const struct draft *draft, int *command, struct sw_err *err)
{
	const struct symbols *s = draft->symbols;

	/* The last one: of several it is, as a rule, the one the others hang on. */
	for (unsigned i = s ? s->n : 0; i-- > 0;) {
		const struct symbol *symbol = &s->list[i];
		const char *name = symbol->name;
		int rc;

		if (!symbol->table || draft_find(draft, symbol->table, &symbol->uuid) ||
			draft_buried(draft, symbol->table, &symbol->uuid))
			continue;
		*command = symbol->command;
		rc = sw_err_set(err, SW_CODE_INVALID,
			"nothing that stays refers to the new %s%s%s, so it would not be there",
			symbol->table->name, name ? " " : "", name ? name : "");
		sw_err_given(err, "%s", name ? name : "");
		sw_err_hint(err,
			"refer to it in the same transaction: --id=@n create ... -- add TABLE RECORD "
			"COLUMN @n");
		return rc;
	}
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows and columns by what a person types. Grammar of a term, as in ovs-vsctl(8):
 *
 *	term := COLUMN [":" KEY] [OP VALUE]	KEY := text up to OP | "quoted"
 *
 * The value behind a KEY is taken as it stands; without a KEY it is a set or map in their own grammar.
 */
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../symbol.h"

#include "../table/unsupported.h"

/* "" for none */
static const char *label_of(const struct row *row)
{
	const struct column *label = row->table->label;

	return label ? value_get_string(row_get(row, label), "") : "";
}

static void suggest_rows(
	const struct draft *draft, const struct table *table, const char *name, struct sw_err *err)
{
	const char **words;
	const struct row **rows;
	unsigned n, n_words = 0;

	if (!err)
		return;
	rows = draft_sorted(draft, table, &n);
	words = sw_xcalloc(n + 1, sizeof(*words));
	for (unsigned i = 0; i < n; i++) {
		const char *called = table->name_column ? row_name(rows[i]) : label_of(rows[i]);

		if (*called)
			words[n_words++] = called;
	}
	schema_suggest(err, name, words, n_words);
	if (!n)
		sw_err_allowed(err, "%s", "");
	free(words);
	free(rows);
}

const struct row *conf_named(const struct draft *draft, const struct table *table, const char *what,
	const char *name, struct sw_err *err)
{
	const struct row *row = draft_find_name(draft, table, name);

	if (row)
		return row;
	sw_err_set(err, SW_CODE_NOT_FOUND, "there is no %s named \"%s\"", what, name);
	suggest_rows(draft, table, name, err);
	return NULL;
}

/* A row by its UUID or @name, also one that was removed in this transaction. */
static const struct row *by_uuid(struct draft *draft, const struct table *table, const char *record)
{
	const struct row *row;
	struct uuid uuid;

	if (!uuid_parse(record, &uuid) &&
		(*record != '@' || symbol_uuid(draft, record, &uuid, NULL)))
		return NULL;
	row = draft_find(draft, table, &uuid);
	return row ? row : draft_revive(draft, table, &uuid);
}

/* The row whose only one a row of the table may be, by its name. */
static const struct row *owner_named(
	struct draft *draft, const struct table *table, const char *record)
{
	const struct table *of = table->by->table;

	if (of->desc->root)
		return strcmp(record, ".") ? NULL : draft_root(draft);
	return draft_find_name(draft, of, record);
}

/* As ovs-vsctl has it: "controller br0". NULL: there is none, or *n of them. */
static const struct row *by_owner(
	struct draft *draft, const struct table *table, const char *record, unsigned *n)
{
	const struct row *owner = table->by ? owner_named(draft, table, record) : NULL;
	const struct value *refs = owner ? row_get(owner, table->by) : NULL;

	*n = refs ? refs->n : 0;
	return *n == 1 ? draft_find(draft, table, &refs->keys[0].uuid) : NULL;
}

/* As ovs-vsctl has it, too: by a name that rows may have, or share. NULL: there is none, or *n of them. */
static const struct row *by_label(
	const struct draft *draft, const struct table *table, const char *record, unsigned *n)
{
	const struct row *row, *found = NULL;
	unsigned at = 0;

	*n = 0;
	while (table->label && (row = draft_next(draft, table, &at)))
		if (*record && !strcmp(label_of(row), record)) {
			found = row;
			++*n;
		}
	return *n == 1 ? found : NULL;
}

static void say_which(const struct table *table, const char *record, unsigned n, struct sw_err *err)
{
	if (table->label)
		sw_err_set(err, SW_CODE_NOT_FOUND, "table %s has %u records named \"%s\"",
			table->name, n, record);
	else
		sw_err_set(err, SW_CODE_NOT_FOUND, "%s %s has %u records in table %s",
			table->by->table->name, record, n, table->name);
	sw_err_given(err, "%s", record);
	sw_err_hint(err, "name one by its _uuid, which swctl list %s shows", table->name);
}

const struct row *conf_record(
	struct draft *draft, const struct table *table, const char *record, struct sw_err *err)
{
	const struct row *row = NULL;
	unsigned n = 0;

	if (table->desc->root && !strcmp(record, "."))
		return draft_root(draft);
	if (table->name_column)
		row = draft_find_name(draft, table, record);
	if (!row)
		row = by_uuid(draft, table, record);
	if (!row && table->label)
		row = by_label(draft, table, record, &n);
	else if (!row)
		row = by_owner(draft, table, record, &n);
	if (row)
		return row;
	if (n > 1) {
		say_which(table, record, n, err);
		return NULL;
	}
	sw_err_set(err, SW_CODE_NOT_FOUND, "table %s has no record \"%s\"", table->name, record);
	suggest_rows(draft, table, record, err);
	if (table->desc->root)
		sw_err_allowed(err, "\".\", the only record of %s", table->name);
	return NULL;
}

const struct row *conf_bridge_of(const struct draft *draft, const struct row *port)
{
	return draft_referrer(draft, COLUMN(bridge_ports), port);
}

const struct row *conf_interface_of(const struct draft *draft, const struct row *port)
{
	const struct value *v = ROW(port, port_interfaces);

	return v->n ? draft_find(draft, TABLE(interface), &v->keys[0].uuid) : NULL;
}

int conf_check_not_local(const struct row *bridge, const char *name, struct sw_err *err)
{
	int rc;

	if (bridge && strcmp(row_name(bridge), name))
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND,
		bridge ? "%s is a bridge, with a local port of its name" : "%s is on no bridge",
		name);
	sw_err_given(err, "%s", name);
	return rc;
}

int conf_check_new_name(
	const struct draft *draft, const char *what, const char *name, struct sw_err *err)
{
	const struct row *port = draft_find_name(draft, TABLE(port), name), *bridge;
	int rc = COLUMN(port_name)->desc->check(name, err);

	if (rc)
		return rc;
	if (draft_find_name(draft, TABLE(bridge), name)) {
		rc = sw_err_set(err, SW_CODE_EXISTS, "a bridge named %s exists already", name);
	} else if (port) {
		bridge = conf_bridge_of(draft, port);
		rc = sw_err_set(err, SW_CODE_EXISTS, "a port named %s exists already, on bridge %s",
			name, bridge ? row_name(bridge) : "(none)");
	} else if (draft_find_name(draft, TABLE(interface), name)) {
		rc = sw_err_set(err, SW_CODE_EXISTS, "an interface named %s exists already", name);
	}
	if (rc)
		sw_err_given(err, "%s", name);
	if (rc && !strcmp(what, draft_find_name(draft, TABLE(bridge), name) ? "bridge" : "port"))
		sw_err_hint(err, "--may-exist accepts a %s that is there", what);
	else if (rc)
		sw_err_hint(err, "bridges, ports and interfaces share their names: choose another");
	return rc;
}

const struct row *conf_make_port(
	struct draft *draft, const struct row *bridge, const char *name, const char *type)
{
	const struct row *iface = draft_insert(draft, TABLE(interface), name);
	const struct row *port = draft_insert(draft, TABLE(port), name);

	if (*type)
		draft_set(draft, iface, COLUMN(interface_type), value_string(type));
	port = draft_refer(draft, port, COLUMN(port_interfaces), iface);
	draft_refer(draft, bridge, COLUMN(bridge_ports), port);
	return port;
}

/* The operator at the start of a text, or NULL. */
static const char *op_at(const char *text, const char *const *ops)
{
	for (; ops && *ops; ops++)
		if (!strncmp(text, *ops, strlen(*ops)))
			return *ops;
	return NULL;
}

static int read_key(
	struct conf_term *term, const char **p, const char *const *ops, struct sw_err *err)
{
	const char *start = *p;

	if (*start == '"') {
		term->key = atom_unquote(p, err);
		return term->key ? 0 : -EINVAL;
	}
	while (**p && !op_at(*p, ops))
		++*p;
	term->key = strndup(start, *p - start);
	if (*term->key)
		return 0;
	sw_err_set(err, SW_CODE_USAGE, "a key is missing behind \":\"");
	sw_err_allowed(err, "COLUMN:KEY");
	return -EINVAL;
}

static int bad_term(const char *text, const char *const *ops, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\" is not of the form COLUMN[:KEY]%s", text,
		!ops	 ? ""
		: ops[1] ? " OPERATOR VALUE"
			 : "=VALUE");

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s",
		!ops	 ? "COLUMN or COLUMN:KEY"
		: ops[1] ? "COLUMN[:KEY] = != < > <= >= {=} {!=} {<} {>} {<=} {>=} "
			   "{in} {not-in} VALUE"
			 : "COLUMN=VALUE or COLUMN:KEY=VALUE, without blanks");
	return rc;
}

static int read_rest(struct conf_term *term, const char *text, const char *p,
	const char *const *ops, struct sw_err *err)
{
	if (*p == ':') {
		int rc;

		p++;
		rc = read_key(term, &p, ops, err);
		if (rc)
			return rc;
	}
	term->op = op_at(p, ops);
	if (term->op)
		term->value = p + strlen(term->op);
	if ((ops && !term->op) || (!ops && *p))
		return bad_term(text, ops, err);
	return 0;
}

static int check_key(struct conf_term *term, struct sw_err *err)
{
	const struct sw_column *d = term->column->desc;
	int rc;

	if (!term->key)
		return 0;
	rc = unsupported_refuse(
		err, unsupported_find(d->name, ':', term->key), "key %s of %s", term->key, d->name);
	if (rc)
		sw_err_path(err, "%s:%s", d->name, term->key);
	if (rc || d->type.value != SW_ATOM_NONE)
		return rc;
	rc = sw_err_set(
		err, SW_CODE_USAGE, "%s is no map: it has no key \"%s\"", d->name, term->key);
	sw_err_given(err, "%s", term->key);
	return rc;
}

int conf_term_read(struct conf_term *term, const struct table *table, const char *text,
	const char *const *ops, struct sw_err *err)
{
	size_t len =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	char *name;
	int rc;

	memset(term, 0, sizeof(*term));
	if (!len)
		return bad_term(text, ops, err);
	name = strndup(text, len);
	term->column = schema_column(table, name, err);
	free(name);
	if (!term->column)
		return -ENOENT;
	rc = read_rest(term, text, text + len, ops, err);
	if (!rc)
		rc = check_key(term, err);
	if (rc)
		conf_term_fini(term);
	return rc;
}

void conf_term_fini(struct conf_term *term)
{
	free(term->key);
	term->key = NULL;
}

int conf_put(struct draft *draft, const struct row *row, const struct column *column,
	struct value *value, struct sw_err *err)
{
	int rc = schema_check_settable(column, err);

	if (!rc)
		rc = schema_check(column, value, err);
	if (!rc && column->desc->flags & SW_COL_FIXED &&
		!value_equal(row_get(row, column), value)) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"%s cannot be changed: it is given when the "
			"%s is made",
			column->desc->name, column->table->name);
		sw_err_path(err, "%s", column->desc->name);
		sw_err_hint(err, "make another one, and remove this");
	}
	if (rc) {
		value_unref(value);
		return rc;
	}
	draft_revive_refs(draft, column, value);
	draft_set(draft, row, column, value);
	return 0;
}

static int pair_from_text(
	struct draft *draft, const struct conf_term *term, struct value **out, struct sw_err *err)
{
	struct sw_type type = term->column->desc->type;
	struct value *v = value_new(type);
	union atom key, value;
	int rc = atom_from_text(type.key, term->key, &key, err);

	if (!rc) {
		rc = symbol_read_atom(draft, type.value, term->value, &value, err);
		if (!rc) {
			value_add(v, &key, &value);
			atom_fini(type.value, &value);
		}
		atom_fini(type.key, &key);
	}
	if (rc)
		value_unref(v);
	else
		*out = v;
	return rc;
}

int conf_read_value(struct draft *draft, const struct column *column, const char *text,
	struct value **out, struct sw_err *err)
{
	const struct sw_column *d = column->desc;
	int rc = symbol_read_value(draft, d->type, text, out, err);

	if (!rc)
		return 0;
	sw_err_path(err, "%s", d->name);
	if (d->type.key == SW_ATOM_INTEGER && d->max)
		sw_err_allowed(err, "%lld to %lld%s", (long long)d->min, (long long)d->max,
			d->type.max > 1 && d->type.value == SW_ATOM_NONE
				? ", and M-N of them with M below N"
				: "");
	return rc;
}

int conf_assign(struct draft *draft, const struct row *row, const char *text, struct sw_err *err)
{
	static const char *const ops[] = { "=", NULL };
	struct value *v = NULL, *pair;
	struct conf_term term;
	int rc = conf_term_read(&term, row->table, text, ops, err);

	if (rc)
		return rc;
	rc = schema_check_settable(term.column, err);
	if (!rc && term.key) {
		const struct row *now = draft_find(draft, row->table, &row->uuid);

		rc = pair_from_text(draft, &term, &pair, err);
		if (!rc) {
			v = value_plus(row_get(now, term.column), pair);
			value_unref(pair);
		}
	} else if (!rc) {
		rc = conf_read_value(draft, term.column, term.value, &v, err);
	}
	if (!rc)
		rc = conf_put(draft, row, term.column, v, err);
	else if (err && !*err->path)
		sw_err_path(err, "%s", term.column->desc->name);
	conf_term_fini(&term);
	return rc;
}

struct value *conf_value(
	const struct draft *draft, const struct row *row, const struct column *column)
{
	struct value *v;

	if (column->slot >= 0)
		return value_ref(row_get(row, column));
	v = column->desc->status(draft, row);
	if (!v)
		return value_new(column->desc->type);
	v->type = column->desc->type; /* a scalar as an optional one, say */
	return v;
}

struct value *conf_term_value(
	const struct draft *draft, const struct row *row, const struct conf_term *term)
{
	struct value *v = conf_value(draft, row, term->column), *one = NULL;
	int at;

	if (!term->key)
		return v;
	at = value_find_text(v, term->key);
	if (at >= 0) {
		one = value_new((struct sw_type){ v->type.value, SW_ATOM_NONE, 1, 1 });
		value_add(one, &v->values[at], NULL);
	}
	value_unref(v);
	return one;
}

json_t *conf_names(const struct row *const *rows, unsigned n, const char *except)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		if (!except || strcmp(row_name(rows[i]), except))
			json_array_append_new(list, json_string(row_name(rows[i])));
	return list;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		row_name(*(const struct row *const *)a), row_name(*(const struct row *const *)b));
}

const struct row **conf_refs(
	const struct draft *draft, const struct row *row, const struct column *column, unsigned *n)
{
	const struct value *v = row_get(row, column);
	const struct row **list = sw_xcalloc(v->n, sizeof(*list));

	*n = 0;
	for (unsigned i = 0; i < v->n; i++) {
		const struct row *to = draft_find(draft, column->ref, &v->keys[i].uuid);

		if (to)
			list[(*n)++] = to;
	}
	qsort(list, *n, sizeof(*list), by_name);
	return list;
}

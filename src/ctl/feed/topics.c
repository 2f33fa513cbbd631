/* SPDX-License-Identifier: BSD-3-Clause */
/* See topics.h. Control thread. */
#include "topics.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/event.h>
#include <sw/mem.h>

/* Is it one of those that an empty list stands for? _uuid goes with every row; counters change all the
 * time and are given to who names them. */
static bool is_usual(const struct column *c)
{
	return strcmp(c->name, "_uuid") && strcmp(c->name, "statistics");
}

static bool is_status(const struct column *c)
{
	return c->slot < 0;
}

/* Computed columns first, each part in the order of the table, each column once. */
static void set_columns(struct topic_table *tt, const bool *wanted)
{
	const struct table *table = tt->table;

	tt->columns = sw_xcalloc(table->n_columns, sizeof(*tt->columns));
	for (unsigned part = 0; part < 2; part++) {
		for (unsigned i = 0; i < table->n_columns; i++)
			if (wanted[i] && is_status(table->columns[i]) == !part)
				tt->columns[tt->n_columns++] = table->columns[i];
		tt->n_status = part ? tt->n_status : tt->n_columns;
	}
}

static int mark_columns(
	bool *wanted, const struct table *table, const json_t *names, struct sw_err *err)
{
	size_t i;
	json_t *name;

	for (unsigned c = 0; !json_array_size(names) && c < table->n_columns; c++)
		wanted[c] = is_usual(table->columns[c]);
	json_array_foreach ((json_t *)names, i, name) {
		const char *text = json_string_value(name);
		const struct column *c = text ? schema_column(table, text, err) : NULL;

		if (!text)
			sw_err_set(err, SW_CODE_INVALID, "column %zu is not a string", i);
		if (!c) {
			sw_err_path(err, "params.tables.%s[%zu]", table->name, i);
			return sw_err_errno(err->code);
		}
		for (unsigned k = 0; k < table->n_columns; k++)
			wanted[k] |= table->columns[k] == c && strcmp(c->name, "_uuid");
	}
	return 0;
}

static int add_table(
	struct topics *t, const struct table *table, const json_t *names, struct sw_err *err)
{
	bool *wanted = sw_xcalloc(table->n_columns, sizeof(*wanted));
	struct topic_table **tt = &t->by_table[table->id];
	int rc = mark_columns(wanted, table, names, err);

	if (!rc && !*tt) {
		*tt = sw_xcalloc(1, sizeof(**tt));
		(*tt)->table = table;
		set_columns(*tt, wanted);
	} else if (!rc) {
		rc = sw_err_set(err, SW_CODE_INVALID, "table %s is named twice", table->name);
		sw_err_path(err, "params.tables");
	}
	free(wanted);
	return rc;
}

static int read_tables(struct topics *t, const json_t *tables, struct sw_err *err)
{
	const char *name;
	json_t *columns;
	int rc;

	json_object_foreach ((json_t *)tables, name, columns) {
		const struct table *table = NULL;
		bool all = !strcmp(name, "*");

		if (!json_is_array(columns) || (all && json_array_size(columns))) {
			rc = sw_err_set(err, SW_CODE_INVALID,
				"what is wanted of table %s is not %s", name,
				all ? "[]" : "an array of columns");
			sw_err_path(err, "params.tables.%s", name);
			sw_err_allowed(err, "[] for all columns but statistics");
			return rc;
		}
		if (!all)
			table = schema_table(name, err);
		if (!all && !table)
			return sw_err_errno(err->code);
		for (unsigned i = 0; i < schema_tables(); i++) {
			rc = all || table == schema_table_at(i)
				     ? add_table(t, schema_table_at(i), columns, err)
				     : 0;
			if (rc)
				return rc;
		}
	}
	return 0;
}

static int unknown_event(const char *name, size_t at, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no kind of events \"%s\"", name);

	sw_err_path(err, "params.events[%zu]", at);
	sw_err_given(err, "%s", name);
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_event, name));
	sw_err_hint(err, "the command \"event list\" names them; \"*\" means all");
	return rc;
}

static int read_events(struct topics *t, const json_t *events, struct sw_err *err)
{
	const struct sw_event *event;
	json_t *word;
	size_t i;

	json_array_foreach ((json_t *)events, i, word) {
		const char *name = json_string_value(word);
		bool all = name && !strcmp(name, "*");

		if (!all && (!name || !sw_reg_find(&sw_reg_kind_event, name)))
			return unknown_event(name ? name : "?", i, err);
		SW_REG_FOREACH (event, const struct sw_event *, event)
			t->events[event_i] |= all || !strcmp(event->name, name);
	}
	return 0;
}

int topics_read(struct topics *t, const json_t *tables, const json_t *events, struct sw_err *err)
{
	int rc;

	memset(t, 0, sizeof(*t));
	t->by_table = sw_xcalloc(schema_tables(), sizeof(*t->by_table));
	t->events = sw_xcalloc(sw_reg_kind_event.count, sizeof(*t->events));
	t->interval_ms = TOPICS_INTERVAL_DEFAULT;
	rc = read_tables(t, tables, err);
	return rc ? rc : read_events(t, events, err);
}

int topics_set_interval(struct topics *t, const json_t *ms, struct sw_err *err)
{
	json_int_t n = json_integer_value(ms);
	int rc;

	if (!ms)
		return 0;
	t->interval_ms = n;
	if (n >= TOPICS_INTERVAL_MIN && n <= TOPICS_INTERVAL_MAX)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "interval %lld is out of range", (long long)n);
	sw_err_path(err, "params.interval");
	sw_err_given(err, "%lld", (long long)n);
	sw_err_allowed(err, "%d to %d milliseconds", TOPICS_INTERVAL_MIN, TOPICS_INTERVAL_MAX);
	return rc;
}

static bool same_columns(const struct topic_table *a, const struct topic_table *b)
{
	if (!a || !b)
		return a == b;
	return a->n_columns == b->n_columns &&
	       !memcmp(a->columns, b->columns, a->n_columns * sizeof(*a->columns));
}

bool topics_equal(const struct topics *a, const struct topics *b)
{
	if (a->interval_ms != b->interval_ms ||
		memcmp(a->events, b->events, sw_reg_kind_event.count * sizeof(*a->events)))
		return false;
	for (unsigned i = 0; i < schema_tables(); i++)
		if (!same_columns(a->by_table[i], b->by_table[i]))
			return false;
	return true;
}

void topics_fini(struct topics *t)
{
	for (unsigned i = 0; t->by_table && i < schema_tables(); i++) {
		if (t->by_table[i])
			free(t->by_table[i]->columns);
		free(t->by_table[i]);
	}
	free(t->by_table);
	free(t->events);
	memset(t, 0, sizeof(*t));
}

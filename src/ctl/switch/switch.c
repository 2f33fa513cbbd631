/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking at what runs; see switch.h.
 */
#include "switch.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "../columns.h"
#include "../store.h"
#include "live.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The nearest name of a table's rows, into err. */
static void suggest_row(const struct table *table, const char *name, struct sw_err *err)
{
	const struct rows *rows = store_db()->tables[table->id];
	const char **words = sw_xcalloc(rows->n + 1, sizeof(*words));
	const struct row *row;
	unsigned at = 0, n = 0;

	while ((row = rows_next(rows, &at)))
		words[n++] = row_name(row);
	qsort(words, n, sizeof(*words), by_text);
	schema_suggest(err, name, words, n);
	if (err && !n)
		sw_err_allowed(err, "%s", "");
	free(words);
}

struct sw_bridge *switch_bridge(const char *name, struct sw_err *err)
{
	struct live_bridge *lb = live_bridge(name);

	if (lb)
		return lb->bridge;
	sw_err_set(err, SW_CODE_NOT_FOUND, "there is no bridge named \"%s\"", name);
	suggest_row(TABLE(bridge), name, err);
	sw_err_hint(err, "swctl list-br shows all bridges");
	return NULL;
}

struct sw_port *switch_port(const char *name, struct sw_err *err)
{
	struct live_port *lp = live_port(name);

	if (lp && lp->port)
		return lp->port;
	if (lp) {
		sw_err_set(err, SW_CODE_DEVICE, "port %s is not open: %s", name, lp->error.text);
		sw_err_given(err, "%s", name);
		if (*lp->error.hint)
			sw_err_hint(err, "%s", lp->error.hint);
		return NULL;
	}
	sw_err_set(err, SW_CODE_NOT_FOUND, "there is no port named \"%s\"", name);
	suggest_row(TABLE(interface), name, err);
	sw_err_hint(err, "swctl show lists all bridges and ports");
	return NULL;
}

int32_t switch_ofport(const struct sw_port *port)
{
	const struct row *row =
		rows_find_name(store_db()->tables[TABLE(interface)->id], port->name);

	return row ? value_get_integer(ROW(row, interface_ofport_kept), -1) : -1;
}

const char *switch_bridge_of(const struct sw_port *port)
{
	struct live_port *lp = live_port(port->name);

	return lp && lp->bridge ? lp->bridge->name : NULL;
}

static int by_bridge_name(const void *a, const void *b)
{
	return strcmp(
		(*(struct live_bridge *const *)a)->name, (*(struct live_bridge *const *)b)->name);
}

void switch_each_bridge(void (*fn)(void *arg, struct sw_bridge *bridge), void *arg)
{
	struct live_bridge **list = NULL, *lb = NULL;
	unsigned n = 0;

	while ((lb = live_next_bridge(lb))) {
		list = sw_xrealloc(list, n + 1, sizeof(*list));
		list[n++] = lb;
	}
	if (n)
		qsort(list, n, sizeof(*list), by_bridge_name);
	for (unsigned i = 0; i < n; i++)
		fn(arg, list[i]->bridge);
	free(list);
}

struct numbered {
	struct sw_port *port;
	int32_t ofport;
};

static int by_number(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->ofport != y->ofport)
		return x->ofport < y->ofport ? -1 : 1;
	return strcmp(x->port->name, y->port->name);
}

void switch_each_port(
	const struct sw_bridge *bridge, void (*fn)(void *arg, struct sw_port *port), void *arg)
{
	struct numbered *list = sw_xcalloc(SW_PORT_MAX, sizeof(*list));
	struct live_port *lp = NULL;
	unsigned n = 0;

	while ((lp = live_next_port(lp))) {
		if (!lp->port || (bridge && (!lp->bridge || lp->bridge->bridge != bridge)))
			continue;
		list[n].port = lp->port;
		list[n++].ofport = switch_ofport(lp->port);
	}
	qsort(list, n, sizeof(*list), by_number);
	for (unsigned i = 0; i < n; i++)
		fn(arg, list[i].port);
	free(list);
}

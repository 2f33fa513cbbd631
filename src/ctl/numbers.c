/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port numbers. A port has the number it asks for (ofport_request), else the one it had, else the lowest
 * that is free; the local port is 65534. A request takes a number from a port that had it without asking.
 * Numbers are stored, so they stay over restarts (OpenFlow 1.3, 4.1: ports are named by number).
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "columns.h"
#include "draft.h"
#include "switch/switch.h"

#define NUMBER_MAX 65279

struct number {
	const struct row *iface;
	int age;		/* command that made or changed it, -1: none of this transaction */
	int64_t wish, had, now; /* 0: none */
};

static int by_age(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	if (x->age != y->age)
		return x->age < y->age ? -1 : 1;
	return strcmp(row_name(x->iface), row_name(y->iface));
}

static int refuse(
	const struct number *n, const struct number *other, int *command, struct sw_err *err)
{
	*command = n->age > other->age ? n->age : other->age;
	sw_err_set(err, SW_CODE_CONFLICT, "ports %s and %s both ask for number %lld",
		row_name(n->iface), row_name(other->iface), (long long)n->wish);
	sw_err_path(err, "Interface.ofport_request");
	sw_err_given(err, "%lld", (long long)n->wish);
	sw_err_hint(err, "ask for another, or let it go: swctl clear interface %s ofport_request",
		row_name(other->iface));
	return -EBUSY;
}

static int give(struct number *list, unsigned n, int *command, struct sw_err *err)
{
	struct number **by_number = sw_xcalloc(NUMBER_MAX + 1, sizeof(*by_number));
	int64_t free_one = 1;
	int rc = 0;

	for (unsigned i = 0; i < n && !rc; i++) {
		struct number **at = &by_number[list[i].wish];

		if (list[i].wish && *at)
			rc = refuse(&list[i], *at, command, err);
		else if (list[i].wish)
			*at = &list[i];
		list[i].now = list[i].wish;
	}
	for (unsigned i = 0; i < n && !rc; i++) {
		if (list[i].now || !list[i].had || by_number[list[i].had])
			continue;
		list[i].now = list[i].had;
		by_number[list[i].had] = &list[i];
	}
	for (unsigned i = 0; i < n && !rc; i++) {
		if (list[i].now)
			continue;
		while (by_number[free_one])
			free_one++;
		list[i].now = free_one;
		by_number[free_one++] = &list[i];
	}
	free(by_number);
	return rc;
}

static void keep(struct draft *draft, const struct row *iface, int64_t number)
{
	struct value *v = value_new(COLUMN(interface_ofport_kept)->desc->type);
	int command = draft->command;

	value_add_integer(v, number);
	draft->command =
		draft_touched(draft, iface); /* the number comes with whoever made or moved it */
	draft_set(draft, iface, COLUMN(interface_ofport_kept), v);
	draft->command = command;
}

int check_numbers(struct draft *draft, const char *name, int *command, struct sw_err *err)
{
	const struct row *bridge = draft_find_name(draft, TABLE(bridge), name);
	const struct value *ports = ROW(bridge, bridge_ports);
	struct number *list = sw_xcalloc(ports->n, sizeof(*list));
	unsigned n = 0;
	int rc;

	for (unsigned i = 0; i < ports->n; i++) {
		const struct row *port = draft_find(draft, TABLE(port), &ports->keys[i].uuid);
		const struct row *iface = draft_find(
			draft, TABLE(interface), &ROW(port, port_interfaces)->keys[0].uuid);
		int64_t had = value_get_integer(ROW(iface, interface_ofport_kept), 0);

		if (!strcmp(row_name(iface), name)) {
			keep(draft, iface, SWITCH_OFPORT_LOCAL);
			continue;
		}
		list[n].iface = iface;
		list[n].age = draft_touched(draft, iface);
		list[n].wish = value_get_integer(ROW(iface, interface_ofport_request), 0);
		list[n++].had = had <= NUMBER_MAX ? had : 0;
	}
	qsort(list, n, sizeof(*list), by_age);
	rc = give(list, n, command, err);
	for (unsigned i = 0; i < n && !rc; i++)
		if (list[i].now != list[i].had)
			keep(draft, list[i].iface, list[i].now);
	free(list);
	return rc;
}

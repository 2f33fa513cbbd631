/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plans: making the list of steps from the rows that differ, and walking it forward and back. A walk
 * goes on by itself over steps that end at once and is resumed by the callback of one that does not.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../columns.h"
#include "../draft.h"
#include "plan_step.h"

static struct step *add_step(struct plan *plan, enum step_kind kind, const char *name)
{
	struct step *s;

	plan->steps = sw_xrealloc(plan->steps, plan->n + 1, sizeof(*plan->steps));
	s = &plan->steps[plan->n++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	snprintf(s->name, sizeof(s->name), "%s", name);
	return s;
}

/* Names that are already on a list: sorted afterwards, so that each stands there once. */
static void add_name(struct names *names, const char *name)
{
	names->list = sw_xrealloc(names->list, names->n + 1, sizeof(*names->list));
	names->list[names->n++] = sw_xstrdup(name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void unique(struct names *names)
{
	unsigned n = 0;

	if (!names->n)
		return;
	qsort(names->list, names->n, sizeof(*names->list), by_text);
	for (unsigned i = 0; i < names->n; i++) {
		if (n && !strcmp(names->list[n - 1], names->list[i]))
			free(names->list[i]);
		else
			names->list[n++] = names->list[i];
	}
	names->n = n;
}

static void add_bridge_of(struct plan *plan, const struct row *port)
{
	const struct draft *d = plan->draft;
	const struct row *now = draft_referrer(d, COLUMN(bridge_ports), port), *bridge;
	unsigned at = 0;

	if (now)
		add_name(&plan->bridges, row_name(now));
	while ((bridge = rows_next(d->base->tables[TABLE(bridge)->id], &at)))
		if (value_find(ROW(bridge, bridge_ports), &(union atom){ .uuid = port->uuid }) >= 0)
			add_name(&plan->bridges, row_name(bridge));
}

static void add_bridge_of_interface(struct plan *plan, const struct row *iface)
{
	const struct row *port = draft_referrer(plan->draft, COLUMN(port_interfaces), iface);

	if (port)
		add_bridge_of(plan, port);
}

/* Does the port's own configuration differ? Other columns are none of the device's business. */
static bool asks_other(const struct row *was, const struct row *is)
{
	return !was || !is || !value_equal(ROW(was, interface_type), ROW(is, interface_type)) ||
	       !value_equal(ROW(was, interface_options), ROW(is, interface_options)) ||
	       !value_equal(ROW(was, interface_mtu_request), ROW(is, interface_mtu_request)) ||
	       !value_equal(ROW(was, interface_mac), ROW(is, interface_mac));
}

static const char *hwaddr(const struct row *bridge)
{
	const char *mac = value_get_key(ROW(bridge, bridge_other_config), "hwaddr");

	return mac ? mac : "";
}

static void note_change(void *arg, const struct row *was, const struct row *is)
{
	struct plan *plan = arg;
	const struct row *row = is ? is : was;

	if (row->table == TABLE(bridge)) {
		add_name(&plan->bridges, row_name(row));
		if (is && was && strcmp(hwaddr(was), hwaddr(is)))
			add_name(&plan->ports, row_name(row)); /* its local port's address */
	} else if (row->table == TABLE(port)) {
		add_bridge_of(plan, row);
	} else if (row->table == TABLE(interface) && asks_other(was, is)) {
		add_name(&plan->ports, row_name(row));
	}
}

/* Do a port that goes and a row that comes name one device: the same value of an option that the class
 * requires? */
static bool same_device(const struct sw_port *port, const struct row *row)
{
	const struct value *options = ROW(row, interface_options);

	if (strcmp(value_get_string(ROW(row, interface_type), ""), port->conf.type))
		return false;
	for (const struct sw_option *o = port->cls->options; o && o->name; o++) {
		const char *mine = sw_port_option(&port->conf, o->name);
		const char *theirs = value_get_key(options, o->name);

		if (o->required && mine && theirs && !strcmp(mine, theirs))
			return true;
	}
	return false;
}

/* A port that goes must let go of its device first when one that comes wants it. */
static void plan_yields(struct plan *plan)
{
	for (unsigned i = 0; i < plan->ports.n; i++) {
		struct live_port *lp = live_port(plan->ports.list[i]);

		if (!lp || !lp->port || draft_find_name(plan->draft, TABLE(interface), lp->name))
			continue;
		for (unsigned k = 0; k < plan->ports.n; k++) {
			const struct row *row =
				draft_find_name(plan->draft, TABLE(interface), plan->ports.list[k]);

			if (!row || !same_device(lp->port, row))
				continue;
			add_step(plan, STEP_YIELD, lp->name);
			break;
		}
	}
}

static void plan_ports(struct plan *plan)
{
	plan_yields(plan);
	for (unsigned i = 0; i < plan->ports.n; i++) {
		const char *name = plan->ports.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(interface), name);
		struct live_port *lp = live_port(name);

		if (!row)
			continue;
		if (lp && lp->bridge) /* made anew it must be published anew */
			add_name(&plan->bridges, lp->bridge->name);
		else if (lp)
			add_bridge_of_interface(plan, row);
		add_step(plan, lp ? STEP_SET : STEP_MAKE, name)->row = row;
	}
}

static void plan_bridges(struct plan *plan)
{
	unique(&plan->bridges);
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(bridge), name);

		if (row && !live_bridge(name))
			add_step(plan, STEP_BRIDGE, name)->row = row;
	}
	if (plan->bridges.n)
		add_step(plan, STEP_SYNC, "");
}

/* What goes after the transaction is stored. */
static void plan_removals(struct plan *plan)
{
	plan->n_run = plan->n;
	for (unsigned i = 0; i < plan->ports.n; i++) {
		const char *name = plan->ports.list[i];

		if (!draft_find_name(plan->draft, TABLE(interface), name) && live_port(name))
			add_step(plan, STEP_CLOSE, name);
	}
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];

		if (!draft_find_name(plan->draft, TABLE(bridge), name) && live_bridge(name))
			add_step(plan, STEP_DESTROY, name);
	}
}

struct plan *plan_new(const struct draft *draft, bool tolerant)
{
	struct plan *plan = sw_xcalloc(1, sizeof(*plan));

	plan->draft = draft;
	plan->tolerant = tolerant;
	plan->command = -1;
	draft_diff(draft, note_change, plan);
	unique(&plan->ports);
	plan_ports(plan);
	plan_bridges(plan);
	plan_removals(plan);
	return plan;
}

struct plan *plan_new_retry(const struct draft *draft)
{
	struct plan *plan = sw_xcalloc(1, sizeof(*plan));
	struct live_port *lp = NULL;

	plan->draft = draft;
	plan->tolerant = true;
	plan->command = -1;
	while ((lp = live_next_port(lp))) {
		const struct row *row = draft_find_name(draft, TABLE(interface), lp->name);

		if (lp->port || lp->hopeless || !row)
			continue;
		add_step(plan, STEP_MAKE, lp->name)->row = row;
		add_bridge_of_interface(plan, row);
	}
	plan_bridges(plan);
	plan->n_run = plan->n;
	if (plan->n)
		return plan;
	plan_free(plan);
	return NULL;
}

static void names_free(struct names *names)
{
	for (unsigned i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	names_free(&plan->ports);
	names_free(&plan->bridges);
	for (unsigned i = 0; i < plan->n; i++)
		free(plan->steps[i].was);
	free(plan->steps);
	free(plan);
}

json_t *plan_describe(const struct plan *plan)
{
	static const char *const say[] = {
		[STEP_YIELD] = "close port %s, whose device is wanted",
		[STEP_MAKE] = "open port %s",
		[STEP_SET] = "change port %s",
		[STEP_BRIDGE] = "make bridge %s",
		[STEP_SYNC] = "publish the changed bridges",
		[STEP_CLOSE] = "close port %s",
		[STEP_DESTROY] = "remove bridge %s",
	};
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->n; i++) {
		char text[80];

		snprintf(text, sizeof(text), say[plan->steps[i].kind], plan->steps[i].name);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

const struct sw_err *plan_error(const struct plan *plan, int *command)
{
	*command = plan->command;
	return &plan->err;
}

static void walk_end(struct plan *plan, int rc)
{
	void (*done)(void *arg, int rc) = plan->done;

	plan->done = NULL;
	done(plan->arg, rc);
}

/* Take steps until one has to be waited for. */
static void walk(struct plan *plan)
{
	while (plan->at != plan->end) {
		struct step *s = &plan->steps[plan->back ? plan->at - 1 : plan->at];
		int rc = plan->back ? step_undo(plan, s) : step_run(plan, s);

		if (rc == STEP_PENDING)
			return;
		if (rc && !plan->back) {
			walk_end(plan, rc);
			return;
		}
		plan->at += plan->back ? -1 : 1;
	}
	if (plan->back)
		step_sync_back(plan);
	if (!plan->closing)
		walk_end(plan, 0);
}

void plan_closed(struct plan *plan)
{
	if (!--plan->closing && plan->at == plan->end)
		walk_end(plan, 0);
}

void plan_resume(struct plan *plan, int rc)
{
	if (rc && !plan->back) {
		walk_end(plan, rc);
		return;
	}
	plan->at += plan->back ? -1 : 1;
	walk(plan);
}

static void start(
	struct plan *plan, unsigned from, unsigned to, void (*done)(void *arg, int rc), void *arg)
{
	plan->back = to < from;
	plan->at = from;
	plan->end = to;
	plan->done = done;
	plan->arg = arg;
	walk(plan);
}

void plan_run(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	start(plan, 0, plan->n_run, done, arg);
}

/* Also the step that failed: it may have done a part, and knows which. */
void plan_undo(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	unsigned from = plan->at < plan->n_run ? plan->at + 1 : plan->n_run;

	start(plan, from, 0, done, arg);
}

void plan_finish(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	start(plan, plan->n_run, plan->n, done, arg);
}

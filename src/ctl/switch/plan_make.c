/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plans: the list of steps from the rows that differ, in the order they must be taken: devices that are
 * wanted by others are let go of, ports and bridges made, all changed bridges published, and at the end
 * what is gone closed. Made in slices: a row, or a port, a piece.
 */
#include "plan.h"

#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include <sw/mem.h>

#include "../columns.h"
#include "../persist/persist.h"
#include "../slice.h"
#include "plan_step.h"

static struct step *add_step(struct plan *plan, enum step_kind kind, const char *name)
{
	struct step *s;

	if (!(plan->n & (plan->n - 1))) /* the array grows by powers of two */
		plan->steps =
			sw_xrealloc(plan->steps, plan->n ? 2 * plan->n : 1, sizeof(*plan->steps));
	s = &plan->steps[plan->n++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	snprintf(s->name, sizeof(s->name), "%s", name);
	return s;
}

static void add_bridge_of(struct plan *plan, const struct row *port)
{
	const struct draft *d = plan->draft;
	const struct row *now = draft_referrer(d, COLUMN(bridge_ports), port), *bridge;
	unsigned at = 0;

	if (now)
		names_add(&plan->bridges, row_name(now));
	while ((bridge = rows_next(d->base->tables[TABLE(bridge)->id], &at)))
		if (value_find(ROW(bridge, bridge_ports), &(union atom){ .uuid = port->uuid }) >= 0)
			names_add(&plan->bridges, row_name(bridge));
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

static void note_change(struct plan *plan, const struct row *was, const struct row *is)
{
	const struct row *row = is ? is : was;

	if (row->table == TABLE(bridge)) {
		names_add(&plan->bridges, row_name(row));
		if (is && was && strcmp(hwaddr(was), hwaddr(is)))
			names_add(&plan->ports, row_name(row)); /* its local port's address */
	} else if (row->table == TABLE(port)) {
		add_bridge_of(plan, row);
	} else if (row->table == TABLE(interface) && asks_other(was, is)) {
		names_add(&plan->ports, row_name(row));
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

/* Has its class an option that names a device? */
static bool names_device(const struct sw_port *port)
{
	for (const struct sw_option *o = port->cls->options; o && o->name; o++)
		if (o->required)
			return true;
	return false;
}

/* A port that goes must let go of its device first when one that comes wants it. */
static void plan_yield(struct plan *plan, const char *name)
{
	struct live_port *lp = live_port(name);

	if (!lp || !lp->port || !names_device(lp->port) ||
		draft_find_name(plan->draft, TABLE(interface), name))
		return;
	for (unsigned i = 0; i < plan->ports.n; i++) {
		const struct row *row =
			draft_find_name(plan->draft, TABLE(interface), plan->ports.list[i]);

		if (!row || !same_device(lp->port, row))
			continue;
		add_step(plan, STEP_YIELD, name);
		return;
	}
}

static void plan_port(struct plan *plan, const char *name)
{
	const struct row *row = draft_find_name(plan->draft, TABLE(interface), name);
	struct live_port *lp = live_port(name);

	if (!row)
		return;
	if (lp && lp->bridge) /* made anew it must be published anew */
		names_add(&plan->bridges, lp->bridge->name);
	else if (lp)
		add_bridge_of_interface(plan, row);
	add_step(plan, lp ? STEP_SET : STEP_MAKE, name)->row = row;
}

/* Filling a large table takes long: before the bridges are published, and off this thread. */
static void plan_sizes(struct plan *plan)
{
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(bridge), name);
		struct live_bridge *lb = live_bridge(name);
		uint32_t was = lb ? lb->conf.mac_table_size : 0;
		uint32_t size = row ? live_table_size(row) : was;
		struct step *s;

		if (size == was || (size <= SW_BRIDGE_SMALL && was <= SW_BRIDGE_SMALL))
			continue;
		s = add_step(plan, STEP_RESIZE, name);
		s->row = row;
		s->size = size;
		s->was_size = was;
	}
}

static bool keeps_rules(const struct row *bridge)
{
	return bridge && live_keeps_rules(bridge);
}

/* Is what is stored that of this row? A bridge that is removed and made in one transaction is another row, and runs on. */
static bool is_kept(const struct live_bridge *lb, const struct row *row)
{
	const struct persist *p = lb ? persist_of(lb->bridge) : NULL;

	return p && !uuid_cmp(persist_uuid(p), &row->uuid);
}

/* Before its ports forward they meet its rules. */
static void plan_keep(struct plan *plan)
{
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(bridge), name);

		if (keeps_rules(row) && !is_kept(live_bridge(name), row))
			add_step(plan, STEP_KEEP, name)->row = row;
	}
}

static void plan_bridges(struct plan *plan)
{
	names_sort(&plan->bridges);
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(bridge), name);

		if (row && !live_bridge(name))
			add_step(plan, STEP_BRIDGE, name)->row = row;
	}
	plan_keep(plan);
	plan_sizes(plan);
	if (plan->bridges.n)
		add_step(plan, STEP_SYNC, "");
}

/* What goes after the transaction is stored. */
static void plan_removals(struct plan *plan)
{
	plan->n_run = plan->n;
	for (unsigned i = 0; i < plan->bridges.n; i++) {
		const char *name = plan->bridges.list[i];
		const struct row *row = draft_find_name(plan->draft, TABLE(bridge), name);
		struct live_bridge *lb = live_bridge(name);

		if (lb && persist_of(lb->bridge) && !keeps_rules(row))
			add_step(plan, STEP_FORGET, name);
	}
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

static int each_change(struct plan *plan, const struct slice *slice)
{
	while (draft_diff_next(plan->draft, &plan->diff)) {
		note_change(plan, plan->diff.was, plan->diff.is);
		if (slice_over(slice))
			return SLICE_MORE;
	}
	names_sort(&plan->ports);
	return 0;
}

static int each_port(
	struct plan *plan, const struct slice *slice, void (*fn)(struct plan *, const char *name))
{
	while (plan->at < plan->ports.n) {
		fn(plan, plan->ports.list[plan->at++]);
		if (slice_over(slice))
			return SLICE_MORE;
	}
	plan->at = 0;
	return 0;
}

static int each_yield(struct plan *plan, const struct slice *slice)
{
	return each_port(plan, slice, plan_yield);
}

static int each_make(struct plan *plan, const struct slice *slice)
{
	return each_port(plan, slice, plan_port);
}

static int rest(struct plan *plan, const struct slice *slice)
{
	plan_bridges(plan);
	plan_removals(plan);
	return 0;
}

int plan_make(struct plan *plan, const struct slice *slice)
{
	static int (*const stages[])(struct plan * plan, const struct slice *slice) = { each_change,
		each_yield, each_make, rest };

	for (; plan->stage < RTE_DIM(stages); plan->stage++)
		if (stages[plan->stage](plan, slice))
			return SLICE_MORE;
	return 0;
}

struct plan *plan_new(const struct draft *draft, bool tolerant)
{
	struct plan *plan = sw_xcalloc(1, sizeof(*plan));

	plan->draft = draft;
	plan->tolerant = tolerant;
	plan->command = -1;
	return plan;
}

struct plan *plan_new_retry(const struct draft *draft)
{
	struct plan *plan = plan_new(draft, true);
	struct live_port *lp = NULL;

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

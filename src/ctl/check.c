/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks across rows: the stages of check.h, each a loop that can stop after any row or bridge. Only rows
 * that differ from the configuration in force are looked at, with the rows next to them.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/port.h>

#include "columns.h"
#include "draft.h"
#include "names.h"
#include "slice.h"
#include "switch/live.h"
#include "symbol.h"

struct check {
	struct draft *draft;
	int *command; /* of the slice in hand */
	struct sw_err *err;
	unsigned stage, at;
	struct collect *collect;
	struct draft_diff diff;
	bool wishes;	       /* some port asks for another number than before */
	struct names bridges;  /* whose ports may need numbers */
	struct names stations; /* bridges whose stations may have become double */
};

static int blame(struct check *c, const struct row *row, int rc)
{
	*c->command = draft_touched(c->draft, row);
	return rc;
}

static const struct row *ref(
	const struct check *c, const struct table *table, const struct value *v, unsigned i)
{
	return draft_find(c->draft, table, &v->keys[i].uuid);
}

static int check_local(struct check *c, const struct row *bridge)
{
	const struct row *port = draft_find_name(c->draft, TABLE(port), row_name(bridge));

	if (port && value_find(ROW(bridge, bridge_ports), &(union atom){ .uuid = port->uuid }) >= 0)
		return 0;
	sw_err_set(c->err, SW_CODE_CONFLICT,
		"bridge %s would be without its local port of the "
		"same name",
		row_name(bridge));
	sw_err_path(c->err, "Bridge.ports");
	if (rows_find(c->draft->base->tables[bridge->table->id], &bridge->uuid))
		sw_err_hint(
			c->err, "swctl del-br %s removes the bridge as a whole", row_name(bridge));
	else
		sw_err_hint(c->err, "swctl add-br %s makes both", row_name(bridge));
	return blame(c, bridge, -EBUSY);
}

static int check_cross_connect(struct check *c, const struct row *bridge)
{
	const char *on = value_get_key(ROW(bridge, bridge_other_config), "cross-connect");
	unsigned n = ROW(bridge, bridge_ports)->n - 1; /* the local port does not count */

	if (!on || strcmp(on, "true") || n <= 2)
		return 0;
	sw_err_set(c->err, SW_CODE_CONFLICT, "bridge %s is a cross-connect and would have %u ports",
		row_name(bridge), n);
	sw_err_path(c->err, "Bridge.other_config:cross-connect");
	sw_err_allowed(c->err, "two ports besides the local one");
	sw_err_hint(c->err, "swctl remove bridge %s other_config cross-connect makes it a switch",
		row_name(bridge));
	return blame(c, bridge, -EBUSY);
}

static int check_modes(struct check *c, const struct row *port)
{
	const char *mode = value_get_string(ROW(port, port_vlan_mode), NULL);
	bool tag = ROW(port, port_tag)->n, trunks = ROW(port, port_trunks)->n;
	const char *name = row_name(port), *is = NULL, *hint = NULL;

	if (trunks && ((mode && !strcmp(mode, "access")) || (!mode && tag))) {
		is = "an access port, which has no trunks";
		hint = "vlan_mode=native-untagged or native-tagged takes both a tag and trunks";
	} else if (tag && mode && !strcmp(mode, "trunk")) {
		is = "a trunk, which has no tag";
		hint = "vlan_mode=native-untagged or native-tagged gives untagged frames a VLAN";
	} else if (!tag && mode && !strncmp(mode, "native", 6)) {
		is = "a port with a native VLAN, which needs a tag";
		hint = "set its tag in the same command";
	}
	if (!is)
		return 0;
	sw_err_set(c->err, SW_CODE_CONFLICT, "port %s would be %s", name, is);
	sw_err_path(c->err, "Port.vlan_mode");
	sw_err_given(c->err, "%s", mode ? mode : "tag and trunks");
	sw_err_hint(c->err, "%s", hint);
	return blame(c, port, -EBUSY);
}

static int check_one_interface(struct check *c, const struct row *port)
{
	const struct value *v = ROW(port, port_interfaces);
	const struct row *iface = v->n == 1 ? ref(c, TABLE(interface), v, 0) : NULL;

	if (iface && !strcmp(row_name(iface), row_name(port)))
		return 0;
	if (iface) {
		sw_err_set(c->err, SW_CODE_UNSUPPORTED,
			"port %s would have the interface %s: until there are bonds, both have "
			"one name",
			row_name(port), row_name(iface));
		sw_err_path(c->err, "Port.interfaces");
		sw_err_hint(c->err, "give the interface the name of the port");
		return blame(c, port, -ENOTSUP);
	}
	sw_err_set(c->err, SW_CODE_UNSUPPORTED,
		"port %s would have %u interfaces: bonds are not "
		"supported yet",
		row_name(port), ROW(port, port_interfaces)->n);
	sw_err_path(c->err, "Port.interfaces");
	sw_err_hint(c->err, "swctl add-port BRIDGE NAME makes a port with its interface");
	return blame(c, port, -ENOTSUP);
}

static int check_bridge(struct check *c, const struct row *is)
{
	int rc = check_local(c, is);

	if (!rc)
		rc = check_cross_connect(c, is);
	names_add(&c->bridges, row_name(is));
	names_add(&c->stations, row_name(is)); /* a port that comes may bring one that is here */
	return rc;
}

static int check_port(struct check *c, const struct row *port)
{
	const struct row *bridge;
	int rc = check_modes(c, port);

	if (!rc)
		rc = check_one_interface(c, port);
	if (rc)
		return rc;
	bridge = ROW(port, port_static_macs)->n
			 ? draft_referrer(c->draft, COLUMN(bridge_ports), port)
			 : NULL;
	if (bridge)
		names_add(&c->stations, row_name(bridge));
	return 0;
}

static int check_interface(struct check *c, const struct row *iface)
{
	struct sw_port_conf conf;
	int rc;

	live_read_conf(&conf, c->draft, iface);
	rc = sw_port_check(&conf, c->err);
	free(conf.options);
	if (!rc)
		return 0;
	if (draft_find_name(c->draft, TABLE(bridge), row_name(iface)) && !*c->err->path)
		return 0; /* a local port: the bridge works without it */
	sw_err_prefix(c->err, "interface %s", row_name(iface));
	return blame(c, iface, rc);
}

/* A wish for another number may take one from a port that is not asked. */
static void check_wish(struct check *c, const struct row *was, const struct row *is)
{
	c->wishes |= was && !value_equal(ROW(was, interface_ofport_request),
				    ROW(is, interface_ofport_request));
}

static int check_row(struct check *c, const struct row *was, const struct row *is)
{
	if (!is)
		return 0;
	if (is->table == TABLE(bridge))
		return check_bridge(c, is);
	if (is->table == TABLE(port))
		return check_port(c, is);
	if (is->table != TABLE(interface))
		return 0;
	check_wish(c, was, is);
	return check_interface(c, is);
}

static int check_port_count(struct check *c)
{
	unsigned n = c->draft->tables[TABLE(interface)->id]->n;

	if (n <= SW_PORT_MAX)
		return 0;
	sw_err_set(c->err, SW_CODE_LIMIT, "there would be %u ports", n);
	sw_err_allowed(c->err, "%d ports, each bridge's local one included", SW_PORT_MAX);
	return -ENOSPC;
}

static int collect(struct check *c, const struct slice *slice)
{
	int rc = collect_go(c->collect, slice, c->command, c->err);

	if (!rc)
		rc = symbols_check_made(c->draft, c->command, c->err);
	return rc ? rc : check_port_count(c);
}

static int each_row(struct check *c, const struct slice *slice)
{
	while (draft_diff_next(c->draft, &c->diff)) {
		int rc = check_row(c, c->diff.was, c->diff.is);

		if (rc)
			return rc;
		if (slice_over(slice))
			return SLICE_MORE;
	}
	return 0;
}

static int each_station(struct check *c, const struct slice *slice)
{
	names_sort(&c->stations);
	while (c->at < c->stations.n) {
		int rc = check_stations(c->draft, c->stations.list[c->at++], c->command, c->err);

		if (rc)
			return rc;
		if (slice_over(slice))
			return SLICE_MORE;
	}
	c->at = 0;
	return 0;
}

/* A wish concerns the bridge that the port is in, and a search for that takes as long as looking at all. */
static void note_wishes(struct check *c)
{
	const struct row *bridge;
	unsigned at = 0;

	while (c->wishes && (bridge = draft_next(c->draft, TABLE(bridge), &at)))
		names_add(&c->bridges, row_name(bridge));
	c->wishes = false;
	names_sort(&c->bridges);
}

static int each_number(struct check *c, const struct slice *slice)
{
	note_wishes(c);
	while (c->at < c->bridges.n) {
		int rc = check_numbers(c->draft, c->bridges.list[c->at++], c->command, c->err);

		if (rc)
			return rc;
		if (slice_over(slice))
			return SLICE_MORE;
	}
	return 0;
}

struct check *check_new(struct draft *draft)
{
	struct check *c = sw_xcalloc(1, sizeof(*c));

	c->draft = draft;
	c->collect = collect_new(draft);
	return c;
}

int check_go(struct check *c, const struct slice *slice, int *command, struct sw_err *err)
{
	static int (*const stages[])(struct check * c, const struct slice *slice) = { collect,
		each_row, each_station, each_number };
	int rc = 0;

	c->command = command;
	c->err = err;
	for (; c->stage < RTE_DIM(stages); c->stage++) {
		rc = stages[c->stage](c, slice);
		if (rc)
			return rc;
	}
	return 0;
}

void check_free(struct check *c)
{
	if (!c)
		return;
	collect_free(c->collect);
	names_fini(&c->bridges);
	names_fini(&c->stations);
	free(c);
}

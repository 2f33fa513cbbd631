/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks across rows. Only rows that differ from the configuration in force are looked at, with the rows
 * next to them, so that a change costs what it touches.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/port.h>

#include "columns.h"
#include "draft.h"
#include "switch/live.h"
#include "symbol.h"
#include "table/format.h"

struct check {
	struct draft *draft;
	int *command;
	struct sw_err *err;
	int rc;
	unsigned n; /* bridges whose ports may need numbers */
	char **bridges;
};

static int blame(struct check *c, const struct row *row, int rc)
{
	*c->command = draft_touched(c->draft, row);
	c->rc = rc;
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
		return blame(c, port, -ENOTSUP);
	}
	sw_err_set(c->err, SW_CODE_UNSUPPORTED,
		"port %s would have %u interfaces: bonds are not "
		"supported yet",
		row_name(port), ROW(port, port_interfaces)->n);
	sw_err_path(c->err, "Port.interfaces");
	return blame(c, port, -ENOTSUP);
}

/* A station is behind one port of a bridge. */
static int check_stations(struct check *c, const struct row *port)
{
	const struct row *bridge = draft_referrer(c->draft, COLUMN(bridge_ports), port);
	const struct value *mine = ROW(port, port_static_macs);
	const struct value *ports = bridge && mine->n ? ROW(bridge, bridge_ports) : NULL;

	for (unsigned i = 0; ports && i < ports->n; i++) {
		const struct row *other = ref(c, TABLE(port), ports, i);
		const struct value *theirs = ROW(other, port_static_macs);

		for (unsigned k = 0; other != port && k < theirs->n; k++) {
			if (value_find(mine, &theirs->keys[k]) < 0)
				continue;
			sw_err_set(c->err, SW_CODE_CONFLICT,
				"station %s would be behind port %s "
				"and port %s",
				theirs->keys[k].string, row_name(port), row_name(other));
			sw_err_path(c->err, "Port.static_macs");
			sw_err_given(c->err, "%s", theirs->keys[k].string);
			return blame(c, port, -EBUSY);
		}
	}
	return 0;
}

/* Ports that come from another bridge may bring a station that is here already. */
static int check_newcomers(struct check *c, const struct row *was, const struct row *is)
{
	const struct value *ports = ROW(is, bridge_ports);
	int rc = 0;

	for (unsigned i = 0; i < ports->n && !rc; i++)
		if (!was || value_find(ROW(was, bridge_ports), &ports->keys[i]) < 0)
			rc = check_stations(c, ref(c, TABLE(port), ports, i));
	return rc;
}

static int check_bridge(struct check *c, const struct row *was, const struct row *is)
{
	int rc = check_local(c, is);

	if (!rc)
		rc = check_cross_connect(c, is);
	if (!rc)
		rc = check_newcomers(c, was, is);
	c->bridges = sw_xrealloc(c->bridges, c->n + 1, sizeof(*c->bridges));
	c->bridges[c->n++] = sw_xstrdup(row_name(is));
	return rc;
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

static void check_row(void *arg, const struct row *was, const struct row *is)
{
	struct check *c = arg;

	if (c->rc || !is)
		return;
	if (is->table == TABLE(bridge))
		check_bridge(c, was, is);
	else if (is->table == TABLE(port) && !check_modes(c, is) && !check_one_interface(c, is))
		check_stations(c, is);
	else if (is->table == TABLE(interface))
		check_interface(c, is);
}

/* A wish for another number concerns the whole bridge. */
static void note_wish(void *arg, const struct row *was, const struct row *is)
{
	struct check *c = arg;
	const struct row *port, *bridge;

	if (!is || !was || is->table != TABLE(interface) ||
		value_equal(ROW(was, interface_ofport_request), ROW(is, interface_ofport_request)))
		return;
	port = draft_referrer(c->draft, COLUMN(port_interfaces), is);
	bridge = port ? draft_referrer(c->draft, COLUMN(bridge_ports), port) : NULL;
	if (!bridge)
		return;
	c->bridges = sw_xrealloc(c->bridges, c->n + 1, sizeof(*c->bridges));
	c->bridges[c->n++] = sw_xstrdup(row_name(bridge));
}

static int check_port_count(struct check *c)
{
	unsigned n = c->draft->tables[TABLE(interface)->id]->n;

	if (n <= SW_PORT_MAX)
		return 0;
	sw_err_set(c->err, SW_CODE_LIMIT, "there would be %u ports", n);
	sw_err_allowed(c->err, "%d ports, each bridge's local one included", SW_PORT_MAX);
	return c->rc = -ENOSPC;
}

int check_draft(struct draft *draft, int *command, struct sw_err *err)
{
	struct check c = { .draft = draft, .command = command, .err = err };

	c.rc = draft_collect(draft, command, err);
	if (!c.rc)
		c.rc = symbols_check_made(draft, command, err);
	if (!c.rc && !check_port_count(&c))
		draft_diff(draft, check_row, &c);
	if (!c.rc)
		draft_diff(draft, note_wish, &c);
	for (unsigned i = 0; i < c.n; i++) {
		if (!c.rc)
			c.rc = check_numbers(draft, c.bridges[i], command, err);
		free(c.bridges[i]);
	}
	free(c.bridges);
	return c.rc;
}

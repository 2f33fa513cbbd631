/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command fdb show: stations of one bridge or of all.
 *
 * A table may hold a million stations, and neither the control loop nor the client's queue has room for
 * them in one piece: an answer is a page, and carries the argument of --from that asks for the next one.
 * swctl asks until there is none, so a person sees one table. Stations that come or go between two pages
 * may be seen or not; within a page rows are sorted by VLAN and address. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/fdb.h>
#include <sw/mem.h>
#include <sw/port.h>
#include <sw/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../switch/switch.h"
#include "../table_out.h"
#include "option.h"

#define PAGE_ROWS  2048	 /* measured: 3 ms, and 2 ms more to write 100 KiB of JSON */
#define PAGE_VISIT 32768 /* entries looked at for a page, when a filter lets few pass */
#define WALK	   256
#define ANY	   UINT16_MAX

enum { OPT_PORT, OPT_VLAN, OPT_LIMIT, OPT_FROM };

/* The state of an answer; all of it but the filters travels in the argument of --from. */
struct page {
	const char *one;	   /* the bridge asked for, or NULL */
	char bridge[SW_NAME_SIZE]; /* where to begin: those before it, by name, were shown */
	uint64_t cursor;	   /* and how far that one was */
	uint64_t left;		   /* rows still wanted */
	uint16_t port, vid;	   /* filters, or ANY */
	unsigned rows, visited;
	bool full, more;
	json_t *table;
};

static int by_vlan_and_mac(const void *a, const void *b)
{
	const struct sw_fdb_entry *x = a, *y = b;

	return x->vid != y->vid ? (int)x->vid - y->vid : memcmp(&x->mac, &y->mac, sizeof(x->mac));
}

static void add_row(struct page *page, const char *bridge, const struct sw_fdb_entry *e)
{
	const struct sw_port *port = sw_port_by_index(e->port);
	json_t *row = table_row(page->table);
	char mac[SW_MAC_SIZE];

	if (!page->one)
		json_array_append_new(row, json_string(bridge));
	json_array_append_new(row, port ? json_string(port->name) : json_null());
	json_array_append_new(row, json_integer(e->vid));
	json_array_append_new(row, json_string(sw_format_mac(mac, &e->mac)));
	json_array_append_new(row, e->is_static ? json_string("static") : json_integer(e->age_s));
}

static bool passes(const struct page *page, const struct sw_fdb_entry *e)
{
	return (page->port == ANY || page->port == e->port) &&
	       (page->vid == ANY || page->vid == e->vid);
}

static bool is_full(const struct page *page)
{
	return page->rows >= PAGE_ROWS || page->visited >= PAGE_VISIT || !page->left;
}

/* Take entries until the bridge or the page ends. Returns how many of found[PAGE_ROWS + WALK]. */
static unsigned collect(struct page *page, struct sw_fdb *fdb, struct sw_fdb_entry *found)
{
	struct sw_fdb_entry step[WALK];
	unsigned n = 0;

	do {
		unsigned got = sw_fdb_walk(fdb, &page->cursor, step, WALK);

		page->visited += got;
		for (unsigned i = 0; i < got && page->left; i++) {
			if (!passes(page, &step[i]))
				continue;
			found[n++] = step[i];
			page->rows++;
			page->left--;
		}
	} while (page->cursor && !is_full(page));
	return n;
}

static void add_bridge(void *arg, struct sw_bridge *bridge)
{
	struct page *page = arg;
	const char *name = sw_bridge_name(bridge);
	struct sw_fdb_entry *found;
	unsigned n;

	if (strcmp(name, page->bridge) < 0 || page->more)
		return;
	if (strcmp(name, page->bridge)) {
		snprintf(page->bridge, sizeof(page->bridge), "%s", name);
		page->cursor = 0;
	}
	if (page->full) {
		page->more = page->left > 0;
		return;
	}
	found = sw_xcalloc(PAGE_ROWS + WALK, sizeof(*found));
	n = collect(page, sw_bridge_fdb(bridge), found);
	qsort(found, n, sizeof(*found), by_vlan_and_mac);
	for (unsigned i = 0; i < n; i++)
		add_row(page, name, &found[i]);
	free(found);
	page->full = is_full(page);
	page->more = page->cursor && page->left > 0;
}

/* "LEFT:CURSOR:BRIDGE" */
static int read_from(struct page *page, const char *from, struct sw_err *err)
{
	unsigned long long left, cursor;
	int used = 0;

	if (sscanf(from, "%llu:%llu:%n", &left, &cursor, &used) != 2 || !used || !left ||
		sw_name_fault(from + used))
		return option_bad_from(from, err);
	page->left = left;
	page->cursor = cursor;
	snprintf(page->bridge, sizeof(page->bridge), "%s", from + used);
	return 0;
}

static int read_options(struct page *page, const struct sw_call *call, struct sw_err *err)
{
	const char *port = call->option[OPT_PORT], *vlan = call->option[OPT_VLAN];
	const char *limit = call->option[OPT_LIMIT], *from = call->option[OPT_FROM];
	uint64_t vid = ANY;

	page->left = UINT64_MAX;
	page->port = page->vid = ANY;
	if (port) {
		const struct sw_port *found = switch_port(port, err);

		if (!found)
			return sw_err_errno(err->code);
		page->port = found->index;
	}
	if (vlan && sw_parse_u64(vlan, 0, SW_VID_COUNT - 1, &vid))
		return option_bad("vlan", vlan, "a number from 0 to 4095", err);
	page->vid = vid;
	if (option_limit(limit, &page->left, err))
		return sw_err_errno(err->code);
	return from ? read_from(page, from, err) : 0;
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Bridge", "Port", "VLAN", "MAC", "Age", NULL };
	struct page page = { .one = call->n_args ? call->args[0] : NULL };
	struct sw_bridge *bridge = NULL;
	int rc = read_options(&page, call, err);

	if (!rc && page.one) {
		bridge = switch_bridge(page.one, err);
		rc = bridge ? 0 : sw_err_errno(err->code);
	}
	if (rc)
		return rc;
	call->result = page.table = table_new(page.one ? columns + 1 : columns);
	if (bridge)
		add_bridge(&page, bridge);
	else
		switch_each_bridge(add_bridge, &page);
	if (page.more)
		json_object_set_new(call->result, "next",
			json_sprintf("%llu:%llu:%s", (unsigned long long)page.left,
				(unsigned long long)page.cursor, page.bridge));
	return 0;
}

static const struct sw_cmd_option options[] = {
	[OPT_PORT] = { "port", "PORT", "only stations behind this port" },
	[OPT_VLAN] = { "vlan", "VLAN", "only stations of this VLAN" },
	[OPT_LIMIT] = { "limit", "N", "no more than N stations" },
	[OPT_FROM] = { "from", "NEXT",
		"go on after the answer that said \"next\" (swctl does it itself)" },
	{ 0 },
};

SW_REGISTER(cmd, fdb_show) = {
	.name = "fdb show",
	.help = "stations (MAC addresses) of one bridge or of all, and how long ago each was seen",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 1,
	.options = options,
	.run = run,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See bridge.h. Control thread.
 */
#include "bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/bridge.h>
#include <sw/groups.h>
#include <sw/mem.h>
#include <sw/meters.h>
#include <sw/packet_in.h>
#include <sw/port.h>
#include <sw/rule.h>

#include "../persist/persist.h"
#include "../staged.h"
#include "codec/version.h"
#include "conn/conn.h"
#include "conn/server.h"
#include "monitors.h"
#include "ports.h"

static LIST_HEAD(, of_bridge) bridges = LIST_HEAD_INITIALIZER(bridges);

struct of_bridge *of_bridge_of(const struct sw_bridge *bridge)
{
	struct of_bridge *of;

	LIST_FOREACH(of, &bridges, chain)
	if (of->bridge == bridge)
		return of;
	return NULL;
}

struct of_bridge *of_bridge_of_rules(const struct sw_rules *rules)
{
	struct of_bridge *of;

	LIST_FOREACH(of, &bridges, chain)
	if (of->rules == rules)
		return of;
	return NULL;
}

struct of_bridge *of_bridge_next(const struct of_bridge *at)
{
	return at ? LIST_NEXT(at, chain) : LIST_FIRST(&bridges);
}

struct of_bridge *of_bridge_new(struct sw_bridge *bridge)
{
	struct of_bridge *of = sw_xcalloc(1, sizeof(*of));

	of->bridge = bridge;
	snprintf(of->name, sizeof(of->name), "%s", sw_bridge_name(bridge));
	of->versions = OF_ALL;
	TAILQ_INIT(&of->conns);
	TAILQ_INIT(&of->controllers);
	of->ports = of_ports_new();
	of->rules = sw_bridge_rules(bridge);
	of->groups = sw_bridge_groups(bridge);
	of->meters = sw_bridge_meters(bridge);
	LIST_INSERT_HEAD(&bridges, of, chain);
	if (persist_of(bridge) && persist_is_loading(persist_of(bridge)))
		of_bridge_hold(of); /* before anybody is connected */
	return of;
}

void of_bridge_free(struct of_bridge *of)
{
	LIST_REMOVE(of, chain);
	of_monitors_end(of);
	of_ports_free(of->ports);
	free(of->names);
	free(of->row_names);
	free(of);
}

void of_bridge_stage(struct of_bridge *of)
{
	if (!of->staging)
		sw_rules_begin(of->rules);
	of->staging = true;
}

void of_bridge_commit(struct of_bridge *of)
{
	if (!of->staging)
		return;
	of->staging = false;
	staged_commit(of->bridge);
}

void of_bridge_lock(struct of_bridge *of, struct of_conn *c)
{
	of_bridge_commit(of);
	of->locked_by = c;
}

bool of_bridge_hold(struct of_bridge *of)
{
	static char command; /* no connection: only its address is of use */

	if (of->locked_by)
		return false;
	of_bridge_lock(of, (struct of_conn *)&command);
	return true;
}

bool of_bridge_keeps_up(const struct of_bridge *of)
{
	const struct of_conn *c;

	TAILQ_FOREACH (c, &of->conns, peers)
		if (c->hears_rules && of_conn_is_full(c) && !c->dropped)
			return false;
	return true;
}

void of_bridge_unpark(struct of_bridge *of)
{
	struct of_conn *c;

	TAILQ_FOREACH (c, &of->conns, peers) {
		if (!c->parked && (!c->blocked || of->locked_by))
			continue;
		c->parked = c->blocked = false;
		of_server_wake(c);
	}
}

void of_bridge_unlock(struct of_bridge *of)
{
	struct of_conn *c;

	of->locked_by = NULL;
	persist_let_go(of->bridge);
	TAILQ_FOREACH (c, &of->conns, peers) {
		if (!c->blocked)
			continue;
		c->blocked = false;
		of_server_wake(c);
	}
}

void of_bridge_name_tables(struct of_bridge *of, const struct of_table_name *names)
{
	if (!of->names)
		of->names = sw_xcalloc(SW_TABLES, sizeof(*names));
	memcpy(of->names, names, SW_TABLES * sizeof(*names));
}

void of_bridge_call_table(struct of_bridge *of, unsigned table, const char *name)
{
	if (!of->row_names && !*name)
		return;
	if (!of->row_names)
		of->row_names = sw_xcalloc(SW_TABLES, sizeof(*of->row_names));
	memset(&of->row_names[table], 0, sizeof(of->row_names[table]));
	snprintf(of->row_names[table].text, sizeof(of->row_names[table].text), "%s", name);
}

void of_bridge_said_name(const struct of_bridge *of, unsigned table, struct of_table_name *name)
{
	memset(name, 0, sizeof(*name));
	if (of->names)
		*name = of->names[table];
}

void of_bridge_table_name(const struct of_bridge *of, unsigned table, struct of_table_name *name)
{
	if (of->row_names && *of->row_names[table].text)
		*name = of->row_names[table];
	else
		of_bridge_said_name(of, table, name);
}

static uint8_t asked(const struct of_bridge *of)
{
	uint8_t all = of->drop_fragments ? SW_BRIDGE_DROP_FRAGMENTS : 0;
	const struct of_conn *c;

	TAILQ_FOREACH (c, &of->conns, peers) {
		if (c->version == OF10 &&
			of_async_wants(c, OF_ASYNC_PACKET_IN, SW_PACKET_IN_NO_MATCH))
			all |= SW_BRIDGE_TELL_MISSES;
		if (of_async_wants(c, OF_ASYNC_PACKET_IN, SW_PACKET_IN_INVALID_TTL))
			all |= SW_BRIDGE_TELL_TTL;
	}
	return all;
}

void of_bridge_more(struct of_bridge *of)
{
	uint8_t was = sw_bridge_asked(of->bridge) & (SW_BRIDGE_TELL_MISSES | SW_BRIDGE_TELL_TTL);

	sw_bridge_ask(of->bridge, asked(of) | was);
}

void of_bridge_sweep(struct of_bridge *of)
{
	sw_bridge_ask(of->bridge, asked(of));
}

uint64_t of_bridge_datapath_id(const struct of_bridge *of)
{
	const struct sw_port *local = sw_port_by_name(of->name);
	uint64_t id = 0;

	for (unsigned i = 0; local && i < RTE_ETHER_ADDR_LEN; i++)
		id = id << 8 | local->mac.addr_bytes[i];
	return id;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs: a live port for each Interface of the configuration in force, a live bridge for each
 * Bridge, by name. A live port without a sw_port is one that could not be opened: `error` says why, and
 * it is tried again.
 *
 * Two moves change a port: up (take, open on the job thread, attach) and down (out of its bridge, detach,
 * close on the job thread, free). Bridges are made equal to a configuration by live_sync. All of it runs
 * within one transaction at a time.
 *
 * Thread: control.
 */
#ifndef CTL_LIVE_H
#define CTL_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/port.h>

struct draft;
struct row;
struct live_bridge;

struct live_port {
	char name[SW_NAME_SIZE];
	struct sw_port *port;	    /* NULL: not open */
	struct live_bridge *bridge; /* whose member it is, or NULL */
	struct live_bridge *wanted; /* used by live_sync */
	struct sw_err error;	    /* why it is not open */
	bool hopeless;		    /* trying again changes nothing (no permission, unknown type) */
	LIST_ENTRY(live_port) chain;
};

/* A static station as the FDB has it. */
struct live_station {
	uint16_t vid, port;
	struct rte_ether_addr mac;
};

struct live_bridge {
	char name[SW_NAME_SIZE];
	struct sw_bridge *bridge;
	unsigned n_members; /* as published */
	struct live_port **members;
	struct sw_member_conf *confs;
	struct sw_bridge_conf conf;
	unsigned n_stations;
	struct live_station *stations; /* sorted */
	LIST_ENTRY(live_bridge) chain;
};

struct live_port *live_port(const char *name);	    /* or NULL */
struct live_port *live_port_take(const char *name); /* made when missing */
void live_port_drop(struct live_port *lp);	    /* it must be down */
struct live_bridge *live_bridge(const char *name);
void live_bridge_link(struct live_bridge *lb); /* by live_bridge_make alone */
/* In no order: from *at = NULL on. */
struct live_port *live_next_port(const struct live_port *at);
struct live_bridge *live_next_bridge(const struct live_bridge *at);

/* What a row asks of its port; strings belong to the rows, conf->options to the caller: free(). */
void live_read_conf(struct sw_port_conf *conf, const struct draft *draft, const struct row *iface);

/* A move under way; kept by the caller until done. */
struct live_move {
	void (*done)(void *arg, int rc); /* rc and err: what went wrong */
	void *arg;
	struct live_port *lp;
	struct sw_port *port;
	int rc;
	struct sw_err err;
};

/* Bring a port up as its row of the draft says; lp->port is set when it is open and attached. A failure
 * leaves it down, with the reason in move->err and lp->error. done comes later. */
void live_up(struct live_move *move, struct live_port *lp, const struct draft *draft,
	const struct row *iface);

/* Before a port leaves its bridge. */
void live_forget_stations(struct live_bridge *lb, const struct live_port *lp);

/* Take a port down, out of its bridge first. Cannot fail; done comes later. */
void live_down(struct live_move *move, struct live_port *lp);

/* Apply the row to a running port: 0, SW_PORT_RECREATE or an error, nothing changed. */
int live_set(struct live_port *lp, const struct draft *draft, const struct row *iface,
	struct sw_err *err);

/* How many stations a bridge's row asks room for. */
uint32_t live_table_size(const struct row *bridge);

/* Do its rules persist? */
bool live_keeps_rules(const struct row *bridge);

/* Make and destroy a bridge; members are live_sync's, and a large table of stations too. */
int live_bridge_make(const struct row *bridge, struct sw_err *err);
void live_bridge_destroy(struct live_bridge *lb);

/* Make the named bridges what the draft says: settings, members that are open, static stations. First all
 * lose what they are to lose, then all get what they are to get, so that ports may change places.
 * On an error `*at` is the index of the bridge at fault; the caller syncs back. */
int live_sync(const struct draft *draft, const char *const *names, unsigned n, unsigned *at,
	struct sw_err *err);

#endif

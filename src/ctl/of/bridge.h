/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What OpenFlow keeps of a running bridge: its connections and what they share. Made and taken away with the bridge
 * (bridge_listener).
 *
 * Thread: control.
 */
#ifndef CTL_OF_BRIDGE_H
#define CTL_OF_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <sw/text.h>

#include "controller/fail.h"

struct of_conn;
struct of_controller;
struct of_listener;
struct of_marks;
struct of_ports;
struct of_stream;
struct sw_bridge;
struct sw_groups;
struct sw_meters;
struct sw_rules;
struct sw_port;

TAILQ_HEAD(of_controllers, of_controller);

struct of_table_name {
	char text[32]; /* bytes behind it are 0 */
};

struct of_bridge {
	LIST_ENTRY(of_bridge) chain;
	struct sw_bridge *bridge;
	char name[SW_NAME_SIZE];
	uint32_t versions; /* that are spoken, OF_BIT of each */
	TAILQ_HEAD(, of_conn) conns;
	unsigned n_conns, n_mgmt, n_snoopers; /* all; of them at BRIDGE.mgmt, at BRIDGE.snoop */
	struct of_listener *mgmt, *snoop;     /* NULL: its socket could not be made */
	struct sw_rules *rules;
	struct sw_groups *groups;
	struct sw_meters *meters;
	bool staging;		   /* flow-mods of this turn wait to be committed */
	struct of_conn *locked_by; /* alone may change the bridge; NULL: all may */
	size_t bundle_bytes;
	unsigned n_monitors;	/* of all connections: monitors.h */
	struct of_marks *marks; /* who asked for what is staged; NULL: nobody wants to know */
	struct of_ports *ports;
	bool has_generation; /* of roles: a master or slave has said one */
	uint64_t generation;
	struct of_controllers controllers; /* its rows of Controller */
	struct of_fail fail;
	bool drop_fragments;		 /* as set-config says */
	struct of_table_name *names;	 /* of tables, that controllers gave; NULL: none did */
	struct of_table_name *row_names; /* that rows of Flow_Table give, before these */
};

struct of_bridge *of_bridge_of(const struct sw_bridge *bridge); /* or NULL */
struct of_bridge *of_bridge_of_rules(const struct sw_rules *rules);
/* In no order: from NULL on. */
struct of_bridge *of_bridge_next(const struct of_bridge *at);

/* By the server alone. */
struct of_bridge *of_bridge_new(struct sw_bridge *bridge);
void of_bridge_free(struct of_bridge *of); /* its connections are gone */

/* Changes of rules: begin a staging, if there is none; commit it, if there is one. Within one step of the loop. */
void of_bridge_stage(struct of_bridge *of);
void of_bridge_commit(struct of_bridge *of);

/* Keep others from changing the bridge for several turns; let them again. */
void of_bridge_lock(struct of_bridge *of, struct of_conn *c);
void of_bridge_unlock(struct of_bridge *of);
/* The same for a command, which is no connection's. false: a connection holds the bridge. */
bool of_bridge_hold(struct of_bridge *of);

/* What its connections together ask of the bridge (sw_bridge_ask) may be more than before; each second it is all seen anew, and may be
 * less: who comes and goes does not change the bridge more often. */
void of_bridge_more(struct of_bridge *of);
void of_bridge_sweep(struct of_bridge *of);

/* Names of all tables that controllers give, as long as the bridge runs; of one that its row of Flow_Table gives, of 31 bytes at most. */
void of_bridge_name_tables(struct of_bridge *of, const struct of_table_name *names);
void of_bridge_call_table(struct of_bridge *of, unsigned table, const char *name);
/* The row's, or what a controller said; empty where nobody gave one, as Open vSwitch has it. */
void of_bridge_table_name(const struct of_bridge *of, unsigned table, struct of_table_name *name);
void of_bridge_said_name(const struct of_bridge *of, unsigned table, struct of_table_name *name);

/* Do those that are told of rules take what they are told? */
bool of_bridge_keeps_up(const struct of_bridge *of);

/* Let connections that wait for something look whether it is so now. */
void of_bridge_unpark(struct of_bridge *of);

/* 64 bits: the local port's address below 16 bits of zero; 0 while there is no local port. */
uint64_t of_bridge_datapath_id(const struct of_bridge *of);

#endif

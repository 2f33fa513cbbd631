/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See server.h. Control thread.
 */
#include "server.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/rule_slices.h>

#include "../../loop.h"
#include "../../staged.h"
#include "../../switch/news.h"
#include "../../switch/switch.h"
#include "../action/action.h"
#include "../bridge.h"
#include "../controller/controller.h"
#include "../controller/resolve.h"
#include "../controller/sync.h"
#include "../controller/tls.h"
#include "../packets.h"
#include "../ports.h"
#include "conn.h"
#include "listen.h"
#include "snoop.h"

SW_LOG_USE(openflow);

#define SWEEP_S	     1
#define EXPIRE_CHUNK 64

static struct {
	struct event_base *base; /* NULL: not started */
	const struct sw_access *access;
	char run_dir[PATH_MAX];
	struct event *turn, *sweep, *expire;
	TAILQ_HEAD(, of_conn) round;
	unsigned n_came; /* connections to sockets of rows of Controller */
} server;

static const struct timeval at_once = { 0, 0 }, sweep_every = { SWEEP_S, 0 };
static const struct timeval expire_every = { 0, 100000 };

void of_server_wake(struct of_conn *c)
{
	if (c->waiting)
		return;
	c->waiting = true;
	TAILQ_INSERT_TAIL(&server.round, c, turn);
	if (!event_pending(server.turn, EV_TIMEOUT, NULL))
		event_add(server.turn, &at_once);
}

static void count(const struct of_conn *c, int n)
{
	c->bridge->n_conns += n;
	if (c->snoops)
		c->bridge->n_snoopers += n;
	else if (!c->controller)
		c->bridge->n_mgmt += n;
	else if (c->controller->target.passive)
		server.n_came += n;
}

static void forget(struct of_conn *c)
{
	TAILQ_REMOVE(&c->bridge->conns, c, peers);
	count(c, -1);
	if (c->controller)
		of_controller_ended(c);
	if (c->count.snoops_lost)
		sw_info("bridge %s: snooper %s did not keep up: %llu messages were not told to it",
			c->bridge->name, c->name, (unsigned long long)c->count.snoops_lost);
	if (c->waiting)
		TAILQ_REMOVE(&server.round, c, turn);
	of_conn_free(c);
}

static void run(struct of_conn *c)
{
	const struct slice slice = { sw_clock_ns() + OF_TURN_NS };

	if (c->waiting)
		TAILQ_REMOVE(&server.round, c, turn);
	c->waiting = true; /* what wakes it meanwhile is part of this turn */
	if (!c->dropped)
		of_conn_turn(c, &slice);
	c->waiting = false;
	if (c->dropped)
		forget(c);
	else if (of_conn_ready(c))
		of_server_wake(c);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow turn");

	if (TAILQ_EMPTY(&server.round))
		return;
	run(TAILQ_FIRST(&server.round));
	if (!TAILQ_EMPTY(&server.round))
		event_add(server.turn, &at_once);
}

void of_server_run(struct of_conn *c)
{
	if (TAILQ_EMPTY(&server.round))
		run(c);
	else
		of_server_wake(c);
}

void of_server_sweep(void)
{
	uint64_t now = sw_clock_ms();
	struct of_bridge *of = NULL;
	struct of_controller *ctl;
	struct of_conn *c;

	while ((of = of_bridge_next(of))) {
		of_listener_resume(of->mgmt);
		of_listener_resume(of->snoop);
		TAILQ_FOREACH (ctl, &of->controllers, list)
			of_listener_resume(ctl->listener);
		of_fail_sweep(of, now);
		of_bridge_sweep(of);
		TAILQ_FOREACH (c, &of->conns, peers)
			if (!c->dropped)
				of_conn_sweep(c, now);
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow sweep");

	of_server_sweep();
}

/* A piece of what goes by itself. false: nothing was left. */
static bool some_go(struct of_bridge *of)
{
	unsigned n = sw_rules_stage_expired(of->rules, EXPIRE_CHUNK);
	bool more = n || sw_rules_stage_evicted(of->rules, EXPIRE_CHUNK, &n);

	if (n)
		staged_commit(of->bridge);
	return more;
}

/* What packets asked for. */
static void commit_learned(struct sw_rules *rules)
{
	struct of_bridge *of = of_bridge_of_rules(rules);

	if (of)
		staged_commit(of->bridge);
	else
		sw_rules_commit(rules);
}

/* False: the slice is over before all rules were taken out that have timed out, or are too many for their table, and those that
 * may go are sorted in. */
bool of_server_expire(const struct slice *slice)
{
	struct of_bridge *of = NULL;

	while ((of = of_bridge_next(of)))
		while (some_go(of))
			if (slice_over(slice))
				return false;
	return true;
}

static void on_expire(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow expiry");
	const struct slice slice = slice_begin();

	event_add(server.expire, of_server_expire(&slice) ? &expire_every : &at_once);
}

/* Those that we connect to are as many as are configured. */
static bool has_room(const struct of_bridge *of, const struct of_controller *controller)
{
	if (!controller)
		return of->n_mgmt < OF_CONNS_BRIDGE;
	return !controller->target.passive ||
	       (controller->n_conns < OF_CONNS_CONTROLLER && server.n_came < OF_CONNS_MAX);
}

static void no_room(const struct of_bridge *of, struct of_stream stream, const char *what,
	const char *name, unsigned n)
{
	if (of_may_warn())
		sw_warn("bridge %s: no room for %s %s: there are %u already", of->name, what, name,
			n);
	stream.cls->close(&stream);
}

static void join(struct of_bridge *of, struct of_conn *c, const char *name)
{
	snprintf(c->name, sizeof(c->name), "%s", name);
	TAILQ_INSERT_TAIL(&of->conns, c, peers);
	count(c, 1);
}

struct of_conn *of_server_add_snooper(
	struct of_bridge *of, const struct of_stream *stream, const char *name)
{
	struct of_conn *c;

	if (of->n_snoopers >= OF_CONNS_SNOOP) {
		no_room(of, *stream, "snooper", name, of->n_snoopers);
		return NULL;
	}
	c = of_conn_new(server.base, of, stream, NULL, of_snoop_versions(of));
	if (!c)
		return NULL;
	c->reader = c->snoops = true;
	c->probe_ms = 0; /* ovs-ofctl answers no echo here */
	join(of, c, name);
	return c;
}

struct of_conn *of_server_add(struct of_bridge *of, const struct of_stream *stream,
	struct of_controller *controller, bool reader, const char *name)
{
	struct of_conn *c;

	if (!has_room(of, controller)) {
		no_room(of, *stream, "controller", name,
			controller ? controller->n_conns : of->n_mgmt);
		return NULL;
	}
	c = of_conn_new(server.base, of, stream, controller, of->versions);
	if (!c)
		return NULL;
	c->reader = reader;
	join(of, c, name);
	if (controller)
		of_controller_came(c);
	return c;
}

void of_server_forget(struct of_bridge *of, const struct of_controller *controller)
{
	struct of_conn *c, *next;

	for (c = TAILQ_FIRST(&of->conns); c; c = next) {
		next = TAILQ_NEXT(c, peers);
		if (c->controller != controller)
			continue;
		of_conn_drop(c, NULL);
		forget(c);
	}
}

/* --- bridges that come and go ---------------------------------------------------------------------------- */

static void bridge_made(struct sw_bridge *bridge)
{
	char path[PATH_MAX + SW_NAME_SIZE + 8];
	struct of_bridge *of;
	struct sw_err err;

	if (!server.base || of_bridge_of(bridge))
		return;
	of = of_bridge_new(bridge);
	of_ports_refresh(of); /* before there is anybody to tell */
	snprintf(path, sizeof(path), "%s/%s.mgmt", server.run_dir, of->name);
	of->mgmt = of_listen_unix(server.base, of, NULL, path, server.access, &err);
	if (!of->mgmt)
		sw_warn("bridge %s: no OpenFlow: %s", of->name, err.text);
	snprintf(path, sizeof(path), "%s/%s.snoop", server.run_dir, of->name);
	of->snoop = of_listen_snoop(server.base, of, path, server.access, &err);
	if (!of->snoop)
		sw_warn("bridge %s: nobody can snoop: %s", of->name, err.text);
	of_sync_bridge(of);
}

static void bridge_gone(struct sw_bridge *bridge)
{
	struct of_bridge *of = of_bridge_of(bridge);
	struct of_conn *c;

	if (!of)
		return;
	of_sync_end(of);
	while ((c = TAILQ_FIRST(&of->conns))) {
		of_conn_drop(c, NULL);
		forget(c);
	}
	of_fail_end(of);
	of_listener_free(of->mgmt);
	of_listener_free(of->snoop);
	of_bridge_free(of);
}

static void bridge_changed(struct sw_bridge *bridge)
{
	of_ports_look();
}

SW_REGISTER(bridge_listener, openflow) = {
	.name = "openflow",
	.help = "sockets and connections of OpenFlow",
	.made = bridge_made,
	.changed = bridge_changed,
	.gone = bridge_gone,
};

static void each_bridge(void *arg, struct sw_bridge *bridge)
{
	bridge_made(bridge);
}

int of_start(struct event_base *base, const char *run_dir, const struct sw_access *access,
	struct sw_err *err)
{
	int rc = of_messages_build(err);

	if (!rc)
		rc = of_actions_build(err);
	if (rc)
		return rc;
	TAILQ_INIT(&server.round);
	of_ports_start();
	server.turn = event_new(base, -1, 0, on_turn, NULL);
	server.sweep = event_new(base, -1, EV_PERSIST, on_sweep, NULL);
	server.expire = event_new(base, -1, 0, on_expire, NULL);
	server.base = base;
	server.access = access;
	snprintf(server.run_dir, sizeof(server.run_dir), "%s", run_dir);
	if (server.turn && server.sweep && server.expire && !of_packets_start(base) &&
		!event_add(server.sweep, &sweep_every) &&
		!event_add(server.expire, &expire_every)) {
		of_sync_ssl();
		switch_each_bridge(each_bridge, NULL);
		sw_rules_learned_by(commit_learned);
		return 0;
	}
	of_stop();
	return sw_err_set(err, SW_CODE_INTERNAL, "no events for OpenFlow");
}

static void drop_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void of_stop(void)
{
	struct of_bridge *of;

	if (!server.base)
		return;
	sw_rules_learned_by(NULL);
	while ((of = of_bridge_next(NULL)))
		bridge_gone(of->bridge);
	of_packets_stop();
	drop_event(&server.turn);
	drop_event(&server.sweep);
	drop_event(&server.expire);
	of_lookup_stop();
	of_tls_use(NULL);
	server.base = NULL;
}

struct event_base *of_server_base(void)
{
	return server.base;
}

const char *of_server_folder(void)
{
	return server.run_dir;
}

const struct sw_access *of_server_access(void)
{
	return server.access;
}

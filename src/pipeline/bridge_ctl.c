/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges: from the configured membership to what workers run.
 *
 * Control thread only. Every change is checked whole, then compiled whole: a new domain and a new
 * ingress a member, published one by one and picked up by each worker at its next burst; the old ones
 * go after a grace period. Between the first and the last publication some ports see the old membership
 * and some the new one; each packet sees one of them.
 *
 * Stations that lost their place are forgotten at once, and once more after the grace period, because
 * a worker may still have learned one by the old rules in between.
 */
#include <sw/bridge.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <sw/err.h>
#include <sw/fdb.h>
#include <sw/flow.h>
#include <sw/mem.h>
#include <sw/port_state.h>
#include <sw/program.h>
#include <sw/rcu.h>
#include <sw/rule.h>

#include "bridge_check.h"
#include "bridge_lost.h"
#include "domain.h"
#include "exec/packet_out.h"
#include "exec/prog.h"
#include "fdb_ctl.h"
#include "group/groups_ctl.h"
#include "l2.h"
#include "meter/meters_ctl.h"
#include "port_live.h"
#include "rule/rules_ctl.h"
#include "trap.h"

SW_REG_KIND_DEFINE(program);
SW_USE(action_type, output);

/* What is compiled for one membership: published and retired together. */
struct compiled {
	struct domain *domain;
	struct of_ports *ports;
	struct packet_out_view packet_out;
	unsigned n;
	struct sw_ingress **ingress; /* by member */
};

struct sw_bridge {
	char name[SW_NAME_SIZE];
	struct sw_bridge_conf conf;
	struct sw_fdb *fdb;
	struct sw_rules *rules;
	struct sw_groups *groups;
	struct sw_meters *meters;
	struct of_shared shared;
	struct packet_out_gate *gate;
	bool normal; /* its rules are NORMAL alone, and its programs do without them */
	unsigned n;
	struct sw_member_conf *members;
	struct compiled *compiled;
	struct sw_trap *trap;
	TAILQ_ENTRY(sw_bridge) next;
};

static TAILQ_HEAD(, sw_bridge) bridges = TAILQ_HEAD_INITIALIZER(bridges);
static struct sw_bridge *owner[SW_PORT_MAX]; /* which bridge a port is in */
static uint8_t compiled_state[SW_PORT_MAX];  /* its state (port_state.h) as its bridge knows it */

struct sw_bridge *bridge_owner(const struct sw_port *port)
{
	return owner[port->index];
}

/* To compile for c, whose domain and ports are there. */
static struct sw_program_job job_of(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, const struct compiled *c)
{
	return (struct sw_program_job){
		.bridge = conf,
		.members = members,
		.n = c->n,
		.domain = c->domain,
		.ports = c->ports,
		.fdb = bridge->fdb->table,
		.rules = bridge->rules,
		.groups = bridge->groups,
		.meters = bridge->meters,
		.shared = &bridge->shared,
		.asked = bridge->shared.asked,
	};
}

void bridge_rules_prog(const struct sw_port *port, struct rules_prog *prog, struct l2 *normal)
{
	struct sw_bridge *bridge = owner[port->index];
	struct sw_program_job job =
		job_of(bridge, &bridge->conf, bridge->members, bridge->compiled);
	struct l2 *l2;

	while (bridge->members[job.at].port != port)
		job.at++;
	*prog = rules_prog_of(&job);
	prog->number = bridge->members[job.at].number;
	prog->index = port->index;
	l2 = l2_create(&job, false);
	*normal = *l2;
	free(l2);
}

static const struct sw_program *program_for(const struct sw_program_job *job)
{
	const struct sw_program *best = NULL, *p;

	SW_REG_FOREACH (program, const struct sw_program *, p)
		if (p->fits(job) && (!best || p->priority > best->priority))
			best = p;
	return best;
}

static struct compiled *compile(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n)
{
	struct membership is = { .conf = conf, .members = members, .n = n };
	struct membership old = { .conf = &bridge->conf,
		.members = bridge->members,
		.n = bridge->n,
		.domain = bridge->compiled ? bridge->compiled->domain : NULL };
	struct sw_program_job job;
	struct compiled *c = sw_xcalloc(1, sizeof(*c));

	c->n = n;
	c->ingress = sw_xcalloc(n, sizeof(c->ingress[0]));
	c->domain = domain_create(&is, &old);
	c->ports = of_ports_create(members, n);
	job = job_of(bridge, conf, members, c);
	packet_out_view_init(&c->packet_out, &job);
	for (job.at = 0; job.at < n; job.at++) {
		const struct sw_program *p = program_for(&job);

		c->ingress[job.at] = p->compile(&job);
		c->ingress[job.at]->program = p;
	}
	return c;
}

static void compiled_free(void *arg)
{
	struct compiled *c = arg;

	for (unsigned i = 0; i < c->n; i++)
		c->ingress[i]->program->destroy(c->ingress[i]);
	free(c->ingress);
	domain_destroy(c->domain);
	of_ports_destroy(c->ports);
	free(c);
}

/* Unreachable first: ports that left, then the new programs of all others. */
static void publish(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n)
{
	struct compiled *c = compile(bridge, conf, members, n);
	struct by_port now;

	by_port_init(&now, members, n);
	for (unsigned i = 0; i < bridge->n; i++) {
		struct sw_port *port = bridge->members[i].port;

		owner[port->index] = NULL;
		if (now.at[port->index])
			continue;
		fdb_set_limit(bridge->fdb, port->index, 0);
		sw_rcu_set(port->ingress, NULL);
		trap_port_gone(bridge->trap, port);
		sw_port_set_state(port, 0);
	}
	for (unsigned i = 0; i < n; i++) {
		struct sw_port *port = members[i].port;

		port_live_update(port);
		owner[port->index] = bridge;
		compiled_state[port->index] = port->state;
		fdb_set_limit(bridge->fdb, port->index, members[i].mac_limit);
		trap_publish(bridge->trap, port, members[i].number, c->ingress[i]);
	}
	sw_rcu_set(bridge->gate->view, &c->packet_out);
	if (bridge->compiled)
		sw_rcu_defer(compiled_free, bridge->compiled);
	bridge->compiled = c;
}

static void keep(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n)
{
	struct sw_member_conf *copy = sw_xcalloc(n, sizeof(*copy));

	if (n)
		memcpy(copy, members, n * sizeof(*copy));
	free(bridge->members);
	bridge->members = copy;
	bridge->n = n;
	bridge->conf = *conf;
	bridge->conf.name = bridge->name;
}

static void limit_rules(struct sw_rules *rules, const struct sw_bridge_conf *conf)
{
	if (conf->rules_max)
		rules_limit(rules, SW_TABLE_ALL, conf->rules_max);
	for (unsigned i = 0; i < SW_TABLES && conf->table_rules_max; i++)
		rules_limit(rules, i, conf->table_rules_max);
	rules_evict_all(rules, conf->evict);
}

int sw_bridge_set(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err)
{
	struct fdb_table *old_table;
	struct lost *lost;
	int rc = bridge_check(bridge, conf, members, n, err);

	if (!rc)
		rc = fdb_resize(bridge->fdb, conf->mac_table_size, &old_table, err);
	if (rc)
		return rc;
	fdb_set_ageing(bridge->fdb, conf->mac_aging_time);
	limit_rules(bridge->rules, conf);
	lost = lost_find(bridge->fdb,
		&(struct lost_side){ &bridge->conf, bridge->members, bridge->n },
		&(struct lost_side){ conf, members, n });
	publish(bridge, conf, members, n);
	fdb_retire(old_table);
	keep(bridge, conf, members, n);
	lost_forget(lost);
	return 0;
}

/* What a member was asked not to do is compiled into its bridge. */
static void port_changed(struct sw_port *port)
{
	struct sw_bridge *bridge = owner[port->index];

	if (bridge && compiled_state[port->index] != port->state)
		publish(bridge, &bridge->conf, bridge->members, bridge->n);
}

void sw_bridge_prepare(struct sw_bridge *bridge)
{
	fdb_prepare_begin(bridge->fdb);
}

void sw_bridge_fill(struct sw_bridge *bridge, uint32_t mac_table_size)
{
	fdb_prepare_fill(bridge->fdb, mac_table_size);
}

/* Rules change: what workers need of them is there before they see them; */
static void before_commit(struct sw_rules *rules, void *arg)
{
	struct sw_bridge *bridge = arg;

	of_shared_update(&bridge->shared, rules, bridge->groups);
}

/* and who switched without rules does so with them now, or the other way. */
static void after_commit(struct sw_rules *rules, void *arg)
{
	struct sw_bridge *bridge = arg;
	bool normal = rules_are_normal(rules);

	if (normal == bridge->normal)
		return;
	bridge->normal = normal;
	publish(bridge, &bridge->conf, bridge->members, bridge->n);
}

static void at_rest(struct sw_rules *rules, void *arg)
{
	struct sw_bridge *bridge = arg;

	groups_rest(bridge->groups);
	of_shared_rest(&bridge->shared, rules, bridge->groups);
}

static const struct rule_hooks rule_hooks = { before_commit, after_commit, at_rest };

/* As a switch without controllers is: everything NORMAL (OpenFlow 1.3.5, 5.1.1; Bridge.fail_mode standalone). */
static void make_normal(struct sw_bridge *bridge)
{
	struct sw_rule_change change = { .verb = SW_RULE_ADD, .conf.does.goto_table = -1 };
	struct sw_action *a = sw_actions_add(&change.conf.does.apply);

	a->type = &sw_action_type_output;
	a->output.port = SW_OFPP_NORMAL;
	sw_rules_begin(bridge->rules);
	if (sw_rules_stage(bridge->rules, &change, NULL) != SW_RULE_FINE)
		abort(); /* in a new table */
	sw_rules_commit(bridge->rules);
	bridge->normal = true;
}

static void make_rules(struct sw_bridge *bridge, bool normal)
{
	bridge->rules = rules_create(bridge->name);
	if (normal)
		make_normal(bridge);
	of_shared_update(&bridge->shared, bridge->rules, NULL);
	rules_hook(bridge->rules, &rule_hooks, bridge);
}

void sw_flow_forget(struct sw_bridge *bridge)
{
	of_shared_void(&bridge->shared);
}

/* Of meters: what walks found out about them holds no more. */
static void lists_void(void *arg)
{
	sw_flow_forget(arg);
}

static void make_groups(struct sw_bridge *bridge)
{
	bridge->groups = groups_create(bridge->rules);
	bridge->meters = meters_create(bridge->rules, lists_void, bridge);
	groups_stage_with(bridge->groups, bridge->meters);
	port_live_watch();
	sw_port_on_change(port_changed);
}

struct sw_trap *bridge_trap(const struct sw_bridge *bridge)
{
	return bridge->trap;
}

void bridge_set_trap(struct sw_bridge *bridge, struct sw_trap *trap)
{
	bridge->trap = trap;
	for (unsigned i = 0; i < bridge->n; i++)
		trap_publish(trap, bridge->members[i].port, bridge->members[i].number,
			bridge->compiled->ingress[i]);
}

struct packet_out_gate *bridge_gate(const struct sw_bridge *bridge)
{
	return bridge->gate;
}

struct sw_groups *sw_bridge_groups(struct sw_bridge *bridge)
{
	return bridge->groups;
}

struct sw_meters *sw_bridge_meters(struct sw_bridge *bridge)
{
	return bridge->meters;
}

struct sw_rules *sw_bridge_rules(struct sw_bridge *bridge)
{
	return bridge->rules;
}

struct sw_bridge *sw_bridge_create(const struct sw_bridge_conf *conf, struct sw_err *err)
{
	struct sw_bridge *bridge = sw_xcalloc(1, sizeof(*bridge));

	if (bridge_check(NULL, conf, NULL, 0, err))
		goto no_bridge;
	snprintf(bridge->name, sizeof(bridge->name), "%s", conf->name);
	bridge->fdb = fdb_create(bridge->name, conf->mac_table_size, conf->mac_aging_time, err);
	if (!bridge->fdb)
		goto no_bridge;
	keep(bridge, conf, NULL, 0);
	bridge->gate = packet_out_gate_create();
	make_rules(bridge, !conf->no_rules);
	limit_rules(bridge->rules, conf);
	make_groups(bridge);
	TAILQ_INSERT_TAIL(&bridges, bridge, next);
	return bridge;
no_bridge:
	free(bridge);
	return NULL;
}

void sw_bridge_destroy(struct sw_bridge *bridge)
{
	if (!bridge)
		return;
	publish(bridge, &bridge->conf, NULL, 0);
	trap_bridge_gone(bridge->trap);
	packet_out_gate_shut(bridge->gate);
	sw_rcu_defer(compiled_free, bridge->compiled);
	fdb_destroy(bridge->fdb);
	rules_hook(bridge->rules, NULL, NULL);
	rules_destroy(bridge->rules);
	groups_destroy(bridge->groups);
	meters_destroy(bridge->meters);
	sw_rcu_defer(free, bridge->shared.masks);
	TAILQ_REMOVE(&bridges, bridge, next);
	free(bridge->members);
	sw_rcu_defer(free, bridge); /* workers read what its programs share */
}

void sw_bridge_ask(struct sw_bridge *bridge, uint8_t asked)
{
	if (bridge->shared.asked == asked)
		return;
	bridge->shared.asked = asked;
	of_shared_update(&bridge->shared, bridge->rules, bridge->groups);
	publish(bridge, &bridge->conf, bridge->members, bridge->n);
}

uint8_t sw_bridge_asked(const struct sw_bridge *bridge)
{
	return bridge->shared.asked;
}

bool sw_bridge_is_cross_connect(const struct sw_bridge *bridge)
{
	return bridge->conf.cross_connect;
}

const char *sw_bridge_name(const struct sw_bridge *bridge)
{
	return bridge->name;
}

struct sw_fdb *sw_bridge_fdb(struct sw_bridge *bridge)
{
	return bridge->fdb;
}

struct sw_bridge *sw_bridge_by_name(const char *name)
{
	struct sw_bridge *bridge;

	TAILQ_FOREACH (bridge, &bridges, next)
		if (!strcmp(bridge->name, name))
			return bridge;
	return NULL;
}

const char *sw_bridge_program_of(const struct sw_port *port)
{
	const struct sw_ingress *ingress = sw_rcu_get(port->ingress);

	return ingress ? ingress->program->name : "none";
}

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
#include <sw/mem.h>
#include <sw/port.h>
#include <sw/program.h>
#include <sw/rcu.h>

#include "bridge_check.h"
#include "domain.h"
#include "fdb_ctl.h"

SW_REG_KIND_DEFINE(program);

/* What is compiled for one membership: published and retired together. */
struct compiled {
	struct domain *domain;
	unsigned n;
	struct sw_ingress **ingress; /* by member */
};

struct sw_bridge {
	char name[SW_NAME_SIZE];
	struct sw_bridge_conf conf;
	struct sw_fdb *fdb;
	unsigned n;
	struct sw_member_conf *members;
	struct compiled *compiled;
	TAILQ_ENTRY(sw_bridge) next;
};

/* What stations are to be forgotten for: VLANs a port lost. */
struct lost {
	struct sw_fdb *fdb;
	unsigned n;
	uint16_t left[SW_PORT_MAX]; /* ports that left, n of them */
	bool is_left[SW_PORT_MAX];  /* the same by port index */
	unsigned n_vlans;
	uint8_t *vlans[SW_PORT_MAX]; /* by port index: bitmap, or NULL */
};

static TAILQ_HEAD(, sw_bridge) bridges = TAILQ_HEAD_INITIALIZER(bridges);
static struct sw_bridge *owner[SW_PORT_MAX]; /* which bridge a port is in */

struct sw_bridge *bridge_owner(const struct sw_port *port)
{
	return owner[port->index];
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
	struct sw_program_job job = {
		.bridge = conf, .members = members, .n = n, .fdb = bridge->fdb->table
	};
	struct compiled *c = sw_xcalloc(1, sizeof(*c));

	c->n = n;
	c->ingress = sw_xcalloc(n, sizeof(c->ingress[0]));
	job.domain = c->domain = domain_create(&is, &old);
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
	free(c);
}

/* Members by the index of their port. */
struct by_port {
	const struct sw_member_conf *at[SW_PORT_MAX];
};

static void by_port_init(struct by_port *by_port, const struct sw_member_conf *members, unsigned n)
{
	memset(by_port, 0, sizeof(*by_port));
	for (unsigned i = 0; i < n; i++)
		by_port->at[members[i].port->index] = &members[i];
}

/* VLANs `was` carried and `is` does not, or that are learned no more; NULL when there is none. */
static uint8_t *vlans_lost(
	const struct sw_member_conf *was, const struct sw_member_conf *is, const uint8_t *unlearn)
{
	uint8_t had[SW_VID_COUNT / 8], has[SW_VID_COUNT / 8];
	uint8_t *bitmap, any = 0;

	if (vlan_conf_equal(was, is) && !unlearn)
		return NULL;
	vlan_carried(was, had);
	vlan_carried(is, has);
	for (unsigned i = 0; i < sizeof(had); i++) {
		had[i] &= ~has[i] | (unlearn ? unlearn[i] : 0);
		any |= had[i];
	}
	if (!any)
		return NULL;
	bitmap = sw_xcalloc(1, sizeof(had));
	memcpy(bitmap, had, sizeof(had));
	return bitmap;
}

static struct lost *find_lost(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n)
{
	bool unlearns = memcmp(bridge->conf.no_learn, conf->no_learn, sizeof(conf->no_learn));
	struct lost *lost = sw_xcalloc(1, sizeof(*lost));
	struct by_port now;

	by_port_init(&now, members, n);
	lost->fdb = bridge->fdb;
	for (unsigned i = 0; i < bridge->n; i++) {
		const struct sw_member_conf *was = &bridge->members[i];
		unsigned index = was->port->index;
		const struct sw_member_conf *is = now.at[index];

		if (!is) {
			lost->left[lost->n++] = index;
			lost->is_left[index] = true;
			continue;
		}
		lost->vlans[index] = vlans_lost(was, is, unlearns ? conf->no_learn : NULL);
		lost->n_vlans += lost->vlans[index] != NULL;
	}
	return lost;
}

static bool is_lost(const void *arg, uint16_t vid, uint16_t port)
{
	const struct lost *lost = arg;

	return lost->vlans[port] && vlan_bit(lost->vlans[port], vid);
}

static bool has_left(const void *arg, uint16_t vid, uint16_t port)
{
	return ((const struct lost *)arg)->is_left[port];
}

static void forget_lost(const struct lost *lost)
{
	for (unsigned i = 0; i < lost->n; i++)
		sw_fdb_flush_port(lost->fdb, lost->left[i]);
	if (lost->n_vlans)
		fdb_forget(lost->fdb, false, is_lost, lost);
}

/* Of ports that left: their indices may come back as other ports. */
static void forget_statics(const struct lost *lost)
{
	struct sw_fdb_stats stats;

	sw_fdb_stats(lost->fdb, &stats);
	if (lost->n && stats.statics)
		fdb_forget(lost->fdb, true, has_left, lost);
}

static void forget_again(void *arg)
{
	struct lost *lost = arg;

	forget_lost(lost);
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		free(lost->vlans[i]);
	free(lost);
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
	}
	for (unsigned i = 0; i < n; i++) {
		struct sw_port *port = members[i].port;

		owner[port->index] = bridge;
		fdb_set_limit(bridge->fdb, port->index, members[i].mac_limit);
		sw_rcu_set(port->ingress, c->ingress[i]);
	}
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
	lost = find_lost(bridge, conf, members, n);
	publish(bridge, conf, members, n);
	fdb_retire(old_table);
	keep(bridge, conf, members, n);
	forget_lost(lost);
	forget_statics(lost);
	sw_rcu_defer(forget_again, lost);
	return 0;
}

void sw_bridge_prepare(struct sw_bridge *bridge)
{
	fdb_prepare_begin(bridge->fdb);
}

void sw_bridge_fill(struct sw_bridge *bridge, uint32_t mac_table_size)
{
	fdb_prepare_fill(bridge->fdb, mac_table_size);
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
	compiled_free(bridge->compiled); /* of no members: nobody saw it */
	fdb_destroy(bridge->fdb);
	TAILQ_REMOVE(&bridges, bridge, next);
	free(bridge->members);
	free(bridge);
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

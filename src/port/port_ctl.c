/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports as the control side holds them: one table of names and indices, what is asked of each (checked
 * against its class, an own copy), and the steps of its life.
 *
 * Control thread; sw_port_open and sw_port_close run on a job thread, at most one at a time for a port,
 * and touch nothing here but the port itself. An index is given again only after sw_port_free.
 *
 * What it keeps true: a port in the table has a good, unique name and a conf its class understands; a
 * refused conf changes nothing; news of a port never arrives after sw_port_free.
 */
#include <sw/port_state.h>

#include "conf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/drop.h>
#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/mem.h>
#include <sw/port_types.h>
#include <sw/post.h>

SW_REG_KIND_DEFINE(port_class);
SW_REGISTER(drop, tx_port_down) = {
	.name = "tx_port_down",
	.help = "to a port that a controller has put down: ovs-ofctl mod-port BRIDGE PORT up",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, tx_no_forward) = {
	.name = "tx_no_forward",
	.help = "to a port that a controller lets not send: ovs-ofctl mod-port BRIDGE PORT forward",
	.as = SW_DROP_TX_DROPPED,
};

SW_REG_KIND_DEFINE(housekeep);
uint64_t sw_housekeep_asked;

static struct sw_port *ports[SW_PORT_MAX];
static bool change_posted[SW_PORT_MAX]; /* atomic: news of the port waits for control already */
static void (*on_change[SW_PORT_LISTENERS])(struct sw_port *port);
static unsigned worker_count = SW_WORKER_MAX;

void sw_worker_count_set(unsigned n)
{
	__atomic_store_n(&worker_count, n, __ATOMIC_RELAXED);
}

unsigned sw_worker_count(void)
{
	return __atomic_load_n(&worker_count, __ATOMIC_RELAXED);
}

struct sw_port *sw_port_by_name(const char *name)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		if (ports[i] && !strcmp(ports[i]->name, name))
			return ports[i];
	}
	return NULL;
}

struct sw_port *sw_port_by_index(unsigned index)
{
	return index < SW_PORT_MAX ? ports[index] : NULL;
}

static int check_name(const char *name, struct sw_err *err)
{
	const char *fault = sw_name_fault(name);
	int rc;

	if (fault) {
		rc = sw_err_set(err, SW_CODE_INVALID, "port name \"%s\" %s", name, fault);
		sw_err_path(err, "name");
		sw_err_given(err, "%s", name);
		sw_err_allowed(err, "1 to %d letters, digits and . _ - + @ :", SW_NAME_SIZE - 1);
		return rc;
	}
	if (sw_port_by_name(name)) {
		rc = sw_err_set(err, SW_CODE_EXISTS, "a port named %s exists already", name);
		sw_err_given(err, "%s", name);
		return rc;
	}
	return 0;
}

/* Zeroed and on a cache line of its own: classes align what workers write. */
static struct sw_port *port_alloc(const struct sw_port_class *cls)
{
	size_t size = RTE_ALIGN_CEIL(cls->size, RTE_CACHE_LINE_SIZE);
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	assert(cls->size >= sizeof(struct sw_port));
	return p ? memset(p, 0, size) : NULL;
}

struct sw_port *sw_port_new(const struct sw_port_conf *conf, struct sw_err *err)
{
	static uint64_t last_serial;
	const struct sw_port_class *cls;
	struct sw_port *port;
	unsigned index = 0;

	if (check_name(conf->name, err))
		return NULL;
	cls = conf_class(conf->type, err);
	if (!cls || conf_check(cls, conf, err))
		goto named;
	while (index < SW_PORT_MAX && ports[index])
		index++;
	port = index < SW_PORT_MAX ? port_alloc(cls) : NULL;
	if (!port) {
		if (index < SW_PORT_MAX)
			sw_err_set(err, SW_CODE_LIMIT, "no memory for another port");
		else
			sw_err_set(err, SW_CODE_LIMIT,
				"there are %u ports already, the most "
				"there can be",
				SW_PORT_MAX);
		goto named;
	}
	port->index = index;
	port->serial = ++last_serial;
	port->numa = -1;
	port->cls = cls;
	snprintf(port->name, sizeof(port->name), "%s", conf->name);
	conf_copy(&port->conf, conf, cls);
	ports[index] = port;
	return port;
named:
	sw_err_prefix(err, "port %s", conf->name);
	return NULL;
}

static int not_allowed(const struct sw_port *port, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_PERMISSION,
		"port %s: ports of type %s are not allowed on this switch", port->name,
		port->cls->name);
	sw_err_path(err, "type");
	sw_err_given(err, "%s", port->cls->name);
	sw_err_hint(err, "port-types= in section [security] of the boot file lists those that are, "
			 "and with them the capabilities the switch keeps");
	return sw_err_errno(SW_CODE_PERMISSION);
}

int sw_port_open(struct sw_port *port, struct sw_err *err)
{
	int rc;

	assert(!port->opened);
	if (!sw_port_type_allowed(port->cls->name))
		return not_allowed(port, err);
	port->mtu = port->conf.mtu ? port->conf.mtu : RTE_ETHER_MTU;
	if (port->conf.has_mac)
		port->mac = port->conf.mac;
	rc = port->cls->open(port, err);
	if (rc)
		sw_err_prefix(err, "port %s", port->name);
	port->opened = !rc;
	return rc;
}

void sw_port_close(struct sw_port *port)
{
	if (!port->opened)
		return;
	port->opened = false;
	port->cls->close(port);
	__atomic_store_n(&port->n_rxq, 0, __ATOMIC_RELEASE);
}

void sw_port_free(struct sw_port *port)
{
	assert(!port->opened);
	sw_post_cancel(port);
	__atomic_store_n(&change_posted[port->index], false, __ATOMIC_RELEASE);
	ports[port->index] = NULL;
	conf_fini(&port->conf);
	free(port);
}

int sw_port_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	const struct sw_port_class *cls = conf_class(conf->type, err);
	int rc = cls ? conf_check(cls, conf, err) : -1;

	if (rc) {
		sw_err_prefix(err, "port %s", port->name);
		return cls ? rc : sw_err_errno(SW_CODE_INVALID);
	}
	if (cls != port->cls || strcmp(conf->name, port->name))
		return SW_PORT_RECREATE;
	if (conf_equal(&port->conf, conf))
		return 0;
	if (port->opened) {
		rc = cls->set ? cls->set(port, conf, err) : SW_PORT_RECREATE;
		if (rc < 0)
			sw_err_prefix(err, "port %s", port->name);
		if (rc)
			return rc;
	}
	conf_fini(&port->conf);
	conf_copy(&port->conf, conf, cls);
	return 0;
}

static void tell_change(void *arg)
{
	struct sw_port *port = arg;

	__atomic_store_n(&change_posted[port->index], false, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < SW_PORT_LISTENERS && on_change[i]; i++)
		on_change[i](port);
}

void sw_port_changed(struct sw_port *port)
{
	if (!__atomic_exchange_n(&change_posted[port->index], true, __ATOMIC_ACQ_REL))
		sw_post(tell_change, port);
}

void sw_port_set_state(struct sw_port *port, uint8_t state)
{
	if (port->state == state)
		return;
	port->state = state;
	for (unsigned i = 0; i < SW_PORT_LISTENERS && on_change[i]; i++)
		on_change[i](port);
}

uint16_t sw_port_shut_reason(const struct sw_port *port)
{
	if (sw_port_sends(port))
		return 0;
	return 1 + (port->state & SW_PORT_DOWN ? SW_ID(drop, tx_port_down)
					       : SW_ID(drop, tx_no_forward));
}

void sw_port_on_change(void (*fn)(struct sw_port *port))
{
	unsigned i = 0;

	while (i < SW_PORT_LISTENERS && on_change[i] && on_change[i] != fn)
		i++;
	assert(i < SW_PORT_LISTENERS);
	on_change[i] = fn;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "patch", control half: which patch ports exist and who is whose peer. Two patch ports are linked
 * while both are open and each names the other in options:peer; they may be made in any order, so a
 * missing peer is a state to see, not an error.
 *
 * Open and close on job threads, set and status on control: the list has a lock. Workers read only the
 * index of the peer, atomically.
 */
#include "patch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <sw/err.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, patch) all = LIST_HEAD_INITIALIZER(all);

static const struct sw_option patch_options[] = {
	{ "peer", "the patch port of another bridge that this one leads to", SW_OPT_TEXT,
		.required = true },
	{ NULL },
};

static struct patch *find(const char *name)
{
	struct patch *p;

	LIST_FOREACH(p, &all, next)
	{
		if (!strcmp(p->port.name, name))
			return p;
	}
	return NULL;
}

static bool linked(const struct patch *p)
{
	return __atomic_load_n(&p->peer, __ATOMIC_RELAXED) != PATCH_NO_PEER;
}

/* With the lock held. */
static void set_peer(struct patch *p, uint32_t index)
{
	if (__atomic_exchange_n(&p->peer, index, __ATOMIC_RELAXED) != index)
		sw_port_changed(&p->port);
}

/* Part from the peer there was; with the lock held. */
static void part(struct patch *p)
{
	struct patch *old = find(p->peer_name);

	if (linked(p) && old)
		set_peer(old, PATCH_NO_PEER);
	set_peer(p, PATCH_NO_PEER);
}

/* Join with the peer that is named, when it names this one; with the lock held. */
static void join(struct patch *p, const char *peer_name)
{
	struct patch *peer = find(peer_name);

	snprintf(p->peer_name, sizeof(p->peer_name), "%s", peer_name);
	if (!peer || strcmp(peer->peer_name, p->port.name))
		return;
	set_peer(p, peer->port.index);
	set_peer(peer, p->port.index);
}

static int check_peer(const struct sw_port *port, const char *peer, struct sw_err *err)
{
	const char *fault = sw_name_fault(peer);
	int rc;

	if (!fault && strcmp(peer, port->name))
		return 0;
	rc = fault ? sw_err_set(err, SW_CODE_INVALID, "options:peer \"%s\" %s", peer, fault)
		   : sw_err_set(err, SW_CODE_INVALID, "a patch port cannot be its own peer");
	sw_err_path(err, "options:peer");
	sw_err_given(err, "%s", peer);
	sw_err_allowed(err, "the name of another patch port");
	return rc;
}

/* No device is behind it: it carries what the ports of both bridges do, unless it is asked for less. */
static uint16_t mtu_of(const struct sw_port_conf *conf)
{
	return conf->mtu ? conf->mtu : PATCH_MTU_MAX;
}

static int patch_open(struct sw_port *port, struct sw_err *err)
{
	const char *peer = sw_port_option(&port->conf, "peer");
	struct patch *p = patch_of(port);
	int rc = check_peer(port, peer, err);

	if (rc)
		return rc;
	if (!port->conf.has_mac)
		rte_eth_random_addr(port->mac.addr_bytes);
	port->mtu = mtu_of(&port->conf);
	p->peer = PATCH_NO_PEER;
	pthread_mutex_lock(&lock);
	join(p, peer);
	LIST_INSERT_HEAD(&all, p, next);
	pthread_mutex_unlock(&lock);
	return 0;
}

static void patch_close(struct sw_port *port)
{
	struct patch *p = patch_of(port);

	pthread_mutex_lock(&lock);
	part(p);
	LIST_REMOVE(p, next);
	pthread_mutex_unlock(&lock);
}

static int patch_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	const char *peer = sw_port_option(conf, "peer");
	struct patch *p = patch_of(port);
	int rc = check_peer(port, peer, err);

	if (rc)
		return rc;
	pthread_mutex_lock(&lock);
	if (strcmp(peer, p->peer_name)) {
		part(p);
		join(p, peer);
	}
	pthread_mutex_unlock(&lock);
	port->mtu = mtu_of(conf);
	if (conf->has_mac)
		port->mac = conf->mac;
	sw_port_changed(port);
	return 0;
}

static void patch_status(struct sw_port *port, struct sw_port_status *status)
{
	struct patch *p = patch_of(port), *peer;

	pthread_mutex_lock(&lock);
	peer = find(p->peer_name);
	status->admin_up = true;
	status->link_up = linked(p);
	if (!peer)
		snprintf(status->error, sizeof(status->error),
			"its peer %s does not exist or is not a patch port", p->peer_name);
	else if (!linked(p))
		snprintf(status->error, sizeof(status->error),
			"its peer %s has options:peer=%s, not %s", p->peer_name, peer->peer_name,
			port->name);
	if (status->add)
		status->add(status->arg, "peer", p->peer_name);
	pthread_mutex_unlock(&lock);
}

SW_REGISTER(port_class, patch) = {
	.name = "patch",
	.help = "leads into another bridge of this switch",
	.options = patch_options,
	.size = sizeof(struct patch),
	.mtu_min = RTE_ETHER_MIN_MTU,
	.mtu_max = PATCH_MTU_MAX,
	.open = patch_open,
	.close = patch_close,
	.set = patch_set,
	.rx = patch_rx,
	.tx = patch_tx,
	.status = patch_status,
};

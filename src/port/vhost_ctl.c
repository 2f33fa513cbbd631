/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "dpdkvhostuserclient" (QEMU makes the socket, we connect, and again after either side died) and
 * "dpdkvhostuser" (we make the socket): what they are asked, open, close and status.
 *
 * open and close on a job thread, set and status on control. A client port opens without a guest and
 * waits for one; a server's socket is there when open returns, mode 0660: who may attach a guest is who
 * may write to it, so give the folder (vhost_dir) to a group that QEMU's user is in, with the setgid bit.
 *
 * The address is made of the name, so it is the same after every start: locally administered, unicast.
 */
#include "vhost_dev.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_log.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/module.h>

static const char *vhost_dir;

static const struct sw_option client_options[] = {
	{ "vhost-server-path", "absolute path of the socket that QEMU listens on", SW_OPT_TEXT,
		.required = true },
	{ "tx-retries-max", "times a burst is offered again to a guest that took only a part of it",
		SW_OPT_UINT, .min = 0, .max = VHOST_RETRIES_MAX, .initial = "8" },
	{ NULL },
};

static const struct sw_option server_options[] = {
	{ "tx-retries-max", "times a burst is offered again to a guest that took only a part of it",
		SW_OPT_UINT, .min = 0, .max = VHOST_RETRIES_MAX, .initial = "8" },
	{ NULL },
};

static void set_retries(struct vhost *v, const struct sw_port_conf *conf)
{
	const char *text = sw_port_option(conf, "tx-retries-max");
	uint64_t retries = VHOST_RETRIES;

	if (text)
		sw_parse_u64(text, 0, VHOST_RETRIES_MAX, &retries);
	__atomic_store_n(&v->tx_retries, (uint32_t)retries, __ATOMIC_RELAXED);
}

/* FNV-1a over the name, 40 bits of it behind 02. */
static void make_mac(struct vhost *v)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (const char *c = v->port.name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3ull;
	v->port.mac.addr_bytes[0] = 0x02;
	for (unsigned i = 1; i < RTE_ETHER_ADDR_LEN; i++)
		v->port.mac.addr_bytes[i] = hash >> (8 * i);
}

static int vhost_open(struct vhost *v, struct sw_err *err)
{
	int rc;

	pthread_mutex_init(&v->lock, NULL);
	v->info.guest.guest_mtu = -1;
	set_retries(v, &v->port.conf);
	if (!v->port.conf.has_mac)
		make_mac(v);
	__atomic_store_n(&v->port.n_rxq, 1, __ATOMIC_RELEASE);
	vhost_fault_init();
	__atomic_store_n(&vhost_by_index[v->port.index], v, __ATOMIC_RELEASE);
	rc = vhost_link_add(v, err);
	if (rc) {
		__atomic_store_n(&vhost_by_index[v->port.index], NULL, __ATOMIC_RELEASE);
		free(v->where);
		v->where = NULL;
		pthread_mutex_destroy(&v->lock);
	}
	return rc;
}

static int client_open(struct sw_port *port, struct sw_err *err)
{
	struct vhost *v = vhost_of(port);
	int rc;

	v->server = false;
	rc = vhost_path_client(v, sw_port_option(&port->conf, "vhost-server-path"), err);
	return rc ? rc : vhost_open(v, err);
}

static int server_open(struct sw_port *port, struct sw_err *err)
{
	struct vhost *v = vhost_of(port);
	int rc;

	v->server = true;
	rc = vhost_path_server(v, vhost_dir, err);
	return rc ? rc : vhost_open(v, err);
}

static void vhost_close(struct sw_port *port)
{
	struct vhost *v = vhost_of(port);

	__atomic_store_n(&v->closing, 1, __ATOMIC_RELEASE);
	vhost_link_remove(v);
	__atomic_store_n(&vhost_by_index[port->index], NULL, __ATOMIC_RELEASE);
	vhost_rings_free(v);
	free(v->where);
	v->where = NULL;
	pthread_mutex_destroy(&v->lock);
}

/* What the library was told at registration needs a new one. */
static int vhost_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	struct vhost *v = vhost_of(port);
	const char *path = sw_port_option(conf, "vhost-server-path");

	if (conf->mtu != port->conf.mtu || (path && strcmp(path, v->path)))
		return SW_PORT_RECREATE;
	set_retries(v, conf);
	if (conf->has_mac)
		port->mac = conf->mac;
	else
		make_mac(v);
	sw_port_changed(port);
	return 0;
}

__attribute__((format(printf, 3, 4))) static void add(
	struct sw_port_status *status, const char *key, const char *fmt, ...)
{
	char text[VHOST_PATH_SIZE + 160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	status->add(status->arg, key, text);
}

static void add_rings(struct sw_port_status *status, const struct vhost_guest *g)
{
	char key[32];

	add(status, "num_of_vrings", "%u", g->n_rings);
	for (unsigned i = 0; i < g->n_rings; i++) {
		snprintf(key, sizeof(key), "vring_%u_size", i);
		add(status, key, "%u", g->ring_size[i]);
	}
}

static void add_keys(
	const struct vhost *v, struct sw_port_status *status, const struct vhost_info *info)
{
	const struct vhost_guest *g = &info->guest;
	unsigned stuck = 0;

	add(status, "mode", "%s", v->server ? "server" : "client");
	add(status, "status", "%s", g->live ? "connected" : "disconnected");
	add(status, "socket", "%s", v->path);
	add(status, "mtu", "%u", v->port.mtu);
	add(status, "n_rxq", "%u", g->n_rx);
	add(status, "n_txq", "%u", g->n_tx);
	add(status, "userspace-tso", "disabled");
	if (*info->fault)
		add(status, "last_fault", "%s", info->fault);
	if (!g->live)
		return;
	add(status, "features", "0x%016" PRIx64, g->features);
	add(status, "numa", "%d", g->numa);
	if (g->guest_mtu >= 0)
		add(status, "guest_mtu", "%d", g->guest_mtu);
	for (unsigned i = 0; i < g->n_rx; i++)
		stuck += __atomic_load_n(&v->rxq[i].stuck, __ATOMIC_RELAXED);
	stuck += vhost_rings_stuck(v);
	if (stuck)
		add(status, "stuck_queues", "%u", stuck);
	add_rings(status, g);
}

static void vhost_status(struct sw_port *port, struct sw_port_status *status)
{
	struct vhost *v = vhost_of(port);
	struct vhost_info info;

	pthread_mutex_lock(&v->lock);
	info = v->info;
	pthread_mutex_unlock(&v->lock);
	status->admin_up = true;
	status->link_up = info.guest.live;
	status->full_duplex = true;
	status->link_resets = info.resets;
	status->n_rxq = info.guest.n_rx;
	status->n_txq = info.guest.n_tx;
	if (!info.guest.live)
		snprintf(status->error, sizeof(status->error), "%s",
			*info.fault ? info.fault : info.error);
	if (status->add)
		add_keys(v, status, &info);
}

static void vhost_counters(struct sw_port *port, const struct sw_port_counters *out)
{
	struct vhost *v = vhost_of(port);

	out->add(out->arg, "ovs_tx_retries", __atomic_load_n(&v->retried, __ATOMIC_RELAXED));
	out->add(out->arg, "guest_bad_buffers", vhost_rings_bad(v));
}

/* The library reports each bad descriptor of a guest from within a worker: not wanted, they are counted.
 * Its notes on connections repeat what we log ourselves. */
static int vhost_init(const struct sw_boot *boot, struct sw_err *err)
{
	vhost_dir = boot->vhost_dir;
	rte_log_set_level_pattern("lib.vhost.data", RTE_LOG_EMERG);
	rte_log_set_level_pattern("lib.vhost.config", RTE_LOG_ERR);
	return 0;
}

static void vhost_fini(void)
{
	vhost_link_stop();
	vhost_dir = NULL;
}

static const char *const vhost_after[] = { "pool", NULL };

SW_REGISTER(module, vhost) = {
	.name = "vhost",
	.help = "vhost-user ports: where their sockets are, the thread that connects them",
	.after = vhost_after,
	.before = (const char *const[]){ "pmd", NULL },
	.init = vhost_init,
	.fini = vhost_fini,
};

SW_REGISTER(port_class, dpdkvhostuserclient) = {
	.name = "dpdkvhostuserclient",
	.help = "a QEMU guest by vhost-user; QEMU makes the socket, the switch "
		"connects and reconnects",
	.options = client_options,
	.size = sizeof(struct vhost),
	.mtu_min = 68,
	.mtu_max = 9702,
	.open = client_open,
	.close = vhost_close,
	.set = vhost_set,
	.rx = vhost_rx,
	.tx = vhost_tx,
	.status = vhost_status,
	.counters = vhost_counters,
};

SW_REGISTER(port_class, dpdkvhostuser) = {
	.name = "dpdkvhostuser",
	.help = "a QEMU guest by vhost-user; the switch makes the socket, named as "
		"the port, in socket-dir of the boot file, and QEMU connects",
	.options = server_options,
	.size = sizeof(struct vhost),
	.mtu_min = 68,
	.mtu_max = 9702,
	.open = server_open,
	.close = vhost_close,
	.set = vhost_set,
	.rx = vhost_rx,
	.tx = vhost_tx,
	.status = vhost_status,
	.counters = vhost_counters,
};

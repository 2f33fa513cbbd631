/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "dummy", control half: the class, and what a test does with a port of it (<sw/dummy.h>).
 *
 * Open and close on a job thread as for every class; the functions of the header on any thread while
 * the port is open. A packet that waits in a ring belongs to the ring; close frees them all.
 */
#include "dummy.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/pool.h>

#define DUMMY_SPEED 10000000000ull /* bit/s */

static const struct sw_option dummy_options[] = {
	{ "n_rxq", "receive queues", SW_OPT_UINT, .min = 1, .max = SW_WORKER_MAX, .initial = "1" },
	{ "tx_room", "packets that transmit takes before it refuses; without it, any number",
		SW_OPT_UINT, .max = UINT32_MAX - 1 },
	{ "link", "whether the link is up after opening", SW_OPT_BOOL, .initial = "true" },
	{ "fail_open", "opening fails with this text", SW_OPT_TEXT },
	{ NULL },
};

static uint32_t uint_option(const struct sw_port_conf *conf, const char *key, uint32_t preset)
{
	const char *text = sw_port_option(conf, key);
	uint64_t value = preset;

	if (text)
		sw_parse_u64(text, 0, UINT32_MAX, &value);
	return value;
}

static void apply(struct dummy *d, const struct sw_port_conf *conf)
{
	const char *link = sw_port_option(conf, "link");

	d->port.mtu = conf->mtu ? conf->mtu : RTE_ETHER_MTU;
	__atomic_store_n(&d->tx_room, uint_option(conf, "tx_room", UINT32_MAX), __ATOMIC_RELAXED);
	__atomic_store_n(&d->link_up, !link || !strcmp(link, "true"), __ATOMIC_RELAXED);
	__atomic_store_n(&d->port.n_rxq, uint_option(conf, "n_rxq", 1), __ATOMIC_RELEASE);
}

static int dummy_open(struct sw_port *port, struct sw_err *err)
{
	const char *fail = sw_port_option(&port->conf, "fail_open");
	struct dummy *d = dummy_of(port);

	if (fail)
		return sw_err_set(err, SW_CODE_DEVICE, "cannot be opened: %s", fail);
	d->rings = sw_xcalloc(SW_WORKER_MAX + 1, sizeof(*d->rings));
	if (!port->conf.has_mac)
		port->mac = (struct rte_ether_addr){ { 0x02, 0xd0, 0, 0, port->index >> 8,
			port->index } };
	apply(d, &port->conf);
	return 0;
}

static void dummy_close(struct sw_port *port)
{
	struct dummy *d = dummy_of(port);
	struct rte_mbuf *m;

	for (unsigned i = 0; i <= SW_WORKER_MAX; i++) {
		while (dummy_take(&d->rings[i], &m, 1))
			rte_pktmbuf_free(m);
	}
	free(d->rings);
	d->rings = NULL;
}

static int dummy_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	if (sw_port_option(conf, "fail_open"))
		return SW_PORT_RECREATE;
	apply(dummy_of(port), conf);
	if (conf->has_mac)
		port->mac = conf->mac;
	sw_port_changed(port);
	return 0;
}

static void dummy_status(struct sw_port *port, struct sw_port_status *status)
{
	struct dummy *d = dummy_of(port);

	status->link_up = __atomic_load_n(&d->link_up, __ATOMIC_RELAXED);
	status->admin_up = true;
	status->full_duplex = true;
	status->link_speed = DUMMY_SPEED;
	status->link_resets = __atomic_load_n(&d->link_resets, __ATOMIC_RELAXED);
	status->n_rxq = port->n_rxq;
	status->n_txq = 1;
	if (status->add)
		status->add(status->arg, "driver_name", "dummy");
}

int sw_dummy_rx_mbuf(struct sw_port *port, unsigned queue, struct rte_mbuf *m)
{
	return dummy_put(&dummy_of(port)->rings[queue], &m, 1) ? 0 : -ENOSPC;
}

int sw_dummy_rx(struct sw_port *port, unsigned queue, const void *bytes, size_t len)
{
	struct rte_mbuf *m = sw_pool_packet(bytes, len);
	int rc = m ? sw_dummy_rx_mbuf(port, queue, m) : -ENOBUFS;

	if (rc)
		rte_pktmbuf_free(m);
	return rc;
}

unsigned sw_dummy_rx_waiting(struct sw_port *port, unsigned queue)
{
	return dummy_waiting(&dummy_of(port)->rings[queue]);
}

struct rte_mbuf *sw_dummy_sent(struct sw_port *port)
{
	struct rte_mbuf *m;

	return dummy_take(dummy_sent_ring(dummy_of(port)), &m, 1) ? m : NULL;
}

unsigned sw_dummy_sent_waiting(struct sw_port *port)
{
	return dummy_waiting(dummy_sent_ring(dummy_of(port)));
}

unsigned sw_dummy_sent_drop(struct sw_port *port)
{
	struct rte_mbuf *m;
	unsigned n = 0;

	while ((m = sw_dummy_sent(port))) {
		rte_pktmbuf_free(m);
		n++;
	}
	return n;
}

void sw_dummy_set_tx_room(struct sw_port *port, unsigned n)
{
	__atomic_store_n(&dummy_of(port)->tx_room, n, __ATOMIC_RELAXED);
}

void sw_dummy_set_link(struct sw_port *port, bool up)
{
	struct dummy *d = dummy_of(port);

	if (__atomic_exchange_n(&d->link_up, up, __ATOMIC_RELAXED) == up)
		return;
	__atomic_fetch_add(&d->link_resets, 1, __ATOMIC_RELAXED);
	sw_port_changed(port);
}

void sw_dummy_set_n_rxq(struct sw_port *port, unsigned n)
{
	__atomic_store_n(&port->n_rxq, n, __ATOMIC_RELEASE);
	sw_port_changed(port);
}

SW_REGISTER(port_class, dummy) = {
	.name = "dummy",
	.help = "no device at all: a test puts packets in and takes them out",
	.options = dummy_options,
	.size = sizeof(struct dummy),
	.mtu_min = RTE_ETHER_MIN_MTU,
	.mtu_max = 9702,
	.open = dummy_open,
	.close = dummy_close,
	.set = dummy_set,
	.rx = dummy_rx,
	.tx = dummy_tx,
	.status = dummy_status,
};

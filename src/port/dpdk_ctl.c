/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "dpdk", control half: options, and the life of a port on an Ethernet device of DPDK. The device
 * is attached when the port opens and detached when it closes; every change of options makes a new port,
 * since queues cannot change under workers.
 *
 * Open and close on a job thread; link news on EAL's interrupt thread.
 */
#include "dpdk.h"

#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/privilege.h>

SW_LOG(dpdk_port, "ports on Ethernet devices of DPDK");

#define DESC_DEFAULT 2048

static const struct sw_option dpdk_options[] = {
	{ "dpdk-devargs",
		"the device: a PCI address, class=eth,mac=MAC, or a virtual device with its arguments",
		SW_OPT_TEXT, .required = true },
	{ "n_rxq", "receive queues", SW_OPT_UINT, .min = 1, .max = SW_WORKER_MAX, .initial = "1" },
	{ "n_rxq_desc", "descriptors of a receive queue, a power of two", SW_OPT_UINT, .min = 1,
		.max = DPDK_DESC_MAX, .initial = "2048" },
	{ "n_txq_desc", "descriptors of a transmit queue, a power of two", SW_OPT_UINT, .min = 1,
		.max = DPDK_DESC_MAX, .initial = "2048" },
	{ NULL },
};

static uint16_t number(const struct sw_port_conf *conf, const char *key, uint16_t preset)
{
	const char *text = sw_port_option(conf, key);
	uint64_t value = preset;

	if (text)
		sw_parse_u64(text, 0, UINT16_MAX, &value);
	return value;
}

static int descriptors(
	const struct sw_port_conf *conf, const char *key, uint16_t *out, struct sw_err *err)
{
	int rc;

	*out = number(conf, key, DESC_DEFAULT);
	if (rte_is_power_of_2(*out))
		return 0;
	rc = sw_err_set(
		err, SW_CODE_INVALID, "options:%s is %u, which is not a power of two", key, *out);
	sw_err_path(err, "options:%s", key);
	sw_err_given(err, "%u", *out);
	sw_err_allowed(err, "a power of two from 1 to %u, such as %u", DPDK_DESC_MAX,
		rte_align32pow2(*out));
	return rc;
}

static int read_options(const struct sw_port *port, struct dpdk_plan *plan, struct sw_err *err)
{
	int rc = descriptors(&port->conf, "n_rxq_desc", &plan->n_rx_desc, err);

	if (!rc)
		rc = descriptors(&port->conf, "n_txq_desc", &plan->n_tx_desc, err);
	plan->n_rxq = number(&port->conf, "n_rxq", 1);
	plan->n_txq = RTE_MIN(sw_worker_count(), (unsigned)SW_WORKER_MAX);
	plan->mtu = port->conf.mtu;
	return rc;
}

static int on_event(uint16_t id, enum rte_eth_event_type type, void *arg, void *ret)
{
	struct rte_eth_link link = { 0 };
	struct dpdk *d = arg;

	if (type == RTE_ETH_EVENT_INTR_RMV)
		__atomic_store_n(&d->removed, true, __ATOMIC_RELAXED);
	else if (!rte_eth_link_get_nowait(id, &link))
		dpdk_note_link(d, link.link_status);
	sw_port_changed(&d->port);
	return 0;
}

static void listen_on(struct dpdk *d)
{
	rte_eth_dev_callback_register(d->id, RTE_ETH_EVENT_INTR_LSC, on_event, d);
	rte_eth_dev_callback_register(d->id, RTE_ETH_EVENT_INTR_RMV, on_event, d);
}

/* -EAGAIN: the callback runs just now on the interrupt thread; it is short. */
static void listen_off(struct dpdk *d)
{
	while (rte_eth_dev_callback_unregister(d->id, RTE_ETH_EVENT_INTR_LSC, on_event, d) ==
		-EAGAIN)
		rte_pause();
	while (rte_eth_dev_callback_unregister(d->id, RTE_ETH_EVENT_INTR_RMV, on_event, d) ==
		-EAGAIN)
		rte_pause();
}

static int dpdk_open(struct sw_port *port, struct sw_err *err)
{
	const char *devargs = sw_port_option(&port->conf, "dpdk-devargs");
	struct rte_eth_link link = { 0 };
	struct dpdk *d = dpdk_of(port);
	struct dpdk_plan plan;
	int rc = read_options(port, &plan, err);

	if (!rc)
		rc = dpdk_dev_take(d, devargs, err);
	if (rc)
		return rc;
	for (unsigned i = 0; i < SW_WORKER_MAX; i++)
		rte_spinlock_init(&d->txq[i].lock);
	d->link_resets = 0;
	d->removed = false;
	rc = dpdk_start(d, &plan, err);
	dpdk_xsk_note(d->id, plan.n_rx_desc);
	if (rc) {
		dpdk_dev_give(d);
		return rc;
	}
	rte_eth_stats_reset(d->id);
	rte_eth_xstats_reset(d->id);
	dpdk_counters_find(d);
	d->link_up = !rte_eth_link_get_nowait(d->id, &link) && link.link_status;
	listen_on(d);
	sw_info("%s: device \"%s\" with %u receive and %u transmit queues%s, MTU %u", port->name,
		devargs, port->n_rxq, d->n_txq, d->lock_txq ? " (shared)" : "", port->mtu);
	return 0;
}

static void dpdk_close(struct sw_port *port)
{
	struct dpdk *d = dpdk_of(port);
	int rc;

	listen_off(d);
	rc = rte_eth_dev_stop(d->id);
	if (rc)
		sw_warn("%s: stopping its device failed: %s", port->name, dpdk_reason(rc));
	dpdk_dev_give(d);
	free(d->counters);
	d->counters = NULL;
	d->n_counters = 0;
}

SW_REGISTER(port_class, dpdk) = {
	.name = "dpdk",
	.help = "an Ethernet device of DPDK: a NIC, or any virtual device",
	.options = dpdk_options,
	.size = sizeof(struct dpdk),
	.caps = SW_CAP(NET_ADMIN) | SW_CAP(NET_RAW) | SW_CAP(IPC_LOCK),
	.mtu_min = RTE_ETHER_MIN_MTU,
	.mtu_max = DPDK_MTU_MAX,
	.open = dpdk_open,
	.close = dpdk_close,
	.rx = dpdk_rx,
	.tx = dpdk_tx,
	.status = dpdk_status,
	.counters = dpdk_counters,
};

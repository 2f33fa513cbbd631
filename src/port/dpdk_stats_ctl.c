/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a dpdk port tells of its device: link, limits and identity under the names of Interface.status,
 * and the counters that only the device has (what it missed, what it found broken).
 *
 * Control thread, on request; nothing here waits for the device. dpdk_note_link also runs on EAL's
 * interrupt thread.
 */
#include "dpdk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_version.h>

#include <sw/mem.h>

#define IF_TYPE_ETHERNET 6 /* ethernetCsmacd of IANAifType-MIB */

void dpdk_note_link(struct dpdk *d, bool up)
{
	if (__atomic_exchange_n(&d->link_up, up, __ATOMIC_RELAXED) != up)
		__atomic_fetch_add(&d->link_resets, 1, __ATOMIC_RELAXED);
}

static void add_text(struct sw_port_status *s, const char *key, const char *value)
{
	s->add(s->arg, key, value);
}

static void add_number(struct sw_port_status *s, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	s->add(s->arg, key, text);
}

static void add_speed(struct sw_port_status *s, uint32_t mbps)
{
	char text[32];

	if (!mbps || mbps == RTE_ETH_SPEED_NUM_UNKNOWN)
		snprintf(text, sizeof(text), "Unknown");
	else if (mbps < 1000)
		snprintf(text, sizeof(text), "%uMbps", mbps);
	else if (mbps % 1000)
		snprintf(text, sizeof(text), "%.1fGbps", mbps / 1000.0);
	else
		snprintf(text, sizeof(text), "%uGbps", mbps / 1000);
	add_text(s, "link_speed", text);
}

static void add_identity(struct sw_port_status *s, const struct rte_eth_dev_info *info)
{
	const char *more = rte_dev_bus_info(info->device);
	char text[256];

	add_text(s, "driver_name", info->driver_name);
	add_number(s, "if_type", IF_TYPE_ETHERNET);
	snprintf(text, sizeof(text), "%s %s", rte_version(), info->driver_name);
	add_text(s, "if_descr", text);
	snprintf(text, sizeof(text), "bus_name=%s%s%s", rte_bus_name(rte_dev_bus(info->device)),
		more && *more ? ", " : "", more ? more : "");
	add_text(s, "bus_info", text);
}

static void add_limits(struct sw_port_status *s, const struct rte_eth_dev_info *info)
{
	add_number(s, "min_rx_bufsize", info->min_rx_bufsize);
	add_number(s, "max_rx_pktlen", info->max_rx_pktlen);
	add_number(s, "max_rx_queues", info->max_rx_queues);
	add_number(s, "max_tx_queues", info->max_tx_queues);
	add_number(s, "max_mac_addrs", info->max_mac_addrs);
	add_number(s, "max_hash_mac_addrs", info->max_hash_mac_addrs);
	add_number(s, "max_vfs", info->max_vfs);
	add_number(s, "max_vmdq_pools", info->max_vmdq_pools);
}

static void fill_link(struct dpdk *d, struct sw_port_status *s)
{
	struct rte_eth_link link = { 0 };

	if (rte_eth_link_get_nowait(d->id, &link))
		return;
	dpdk_note_link(d, link.link_status);
	s->link_up = link.link_status;
	s->full_duplex = link.link_duplex;
	if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
		s->link_speed = link.link_speed * 1000000ull;
	if (s->add)
		add_speed(s, link.link_speed);
}

void dpdk_status(struct sw_port *port, struct sw_port_status *s)
{
	struct dpdk *d = dpdk_of(port);
	struct rte_eth_dev_info info = { 0 };

	s->admin_up = true;
	s->n_rxq = port->n_rxq;
	s->n_txq = d->n_txq;
	if (__atomic_load_n(&d->removed, __ATOMIC_RELAXED))
		snprintf(s->error, sizeof(s->error),
			"the device was removed from the machine: put it back and add the port again");
	fill_link(d, s);
	s->link_resets = __atomic_load_n(&d->link_resets, __ATOMIC_RELAXED);
	if (rte_eth_dev_info_get(d->id, &info))
		return;
	s->ifindex = info.if_index;
	if (!s->add)
		return;
	add_number(s, "port_no", d->id);
	add_number(s, "numa_id", rte_eth_dev_socket_id(d->id));
	add_identity(s, &info);
	add_limits(s, &info);
	add_number(s, "n_rxq", s->n_rxq);
	add_number(s, "n_txq", s->n_txq);
	add_text(s, "rx_csum_offload", "false");
}

static bool is_basic(const char *name)
{
	return !strcmp(name, "rx_missed_errors") || !strcmp(name, "rx_errors") ||
	       !strcmp(name, "tx_errors");
}

/* The device's own counters that tell of loss; the names do not change while it runs. */
void dpdk_counters_find(struct dpdk *d)
{
	int n = rte_eth_xstats_get_names(d->id, NULL, 0);
	struct rte_eth_xstat_name *names = n > 0 ? sw_xcalloc(n, sizeof(*names)) : NULL;

	n = names ? rte_eth_xstats_get_names(d->id, names, n) : 0;
	d->counters = n > 0 ? sw_xcalloc(n, sizeof(*d->counters)) : NULL;
	d->n_counters = 0;
	for (int i = 0; i < n; i++) {
		const char *name = names[i].name;

		if (is_basic(name) ||
			!(strstr(name, "error") || strstr(name, "drop") || strstr(name, "missed")))
			continue;
		d->counters[d->n_counters].id = i;
		snprintf(d->counters[d->n_counters++].name, RTE_ETH_XSTATS_NAME_SIZE, "%s", name);
	}
	free(names);
}

void dpdk_counters(struct sw_port *port, const struct sw_port_counters *out)
{
	struct dpdk *d = dpdk_of(port);
	struct rte_eth_stats stats;

	if (!rte_eth_stats_get(d->id, &stats)) {
		out->add(out->arg, "rx_missed_errors", stats.imissed);
		out->add(out->arg, "rx_errors", stats.ierrors);
		out->add(out->arg, "tx_errors", stats.oerrors);
	}
	for (unsigned i = 0; i < d->n_counters; i++) {
		uint64_t value;

		if (rte_eth_xstats_get_by_id(d->id, &d->counters[i].id, &value, 1) == 1)
			out->add(out->arg, d->counters[i].name, value);
	}
}

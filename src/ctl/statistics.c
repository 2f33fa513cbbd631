/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics of a port. Workers count packets on lanes and each lost packet under one reason; a class
 * adds what only the device knows (packets it had no descriptor for). A packet is counted on one side
 * only, so a shared name is a sum. Control thread.
 */
#include "statistics.h"

#include <stdio.h>
#include <string.h>

#include <sw/drop.h>
#include <sw/pmd.h>
#include <sw/port.h>

struct collected {
	unsigned n;
	struct {
		char name[64];
		uint64_t value;
	} item[STATISTICS_MAX];
};

static void collect(void *arg, const char *name, uint64_t value)
{
	struct collected *all = arg;
	unsigned i = 0;

	if (value == UINT64_MAX)
		return;
	while (i < all->n && strcmp(all->item[i].name, name))
		i++;
	if (i == STATISTICS_MAX)
		return;
	if (i == all->n) {
		all->n++;
		snprintf(all->item[i].name, sizeof(all->item[i].name), "%s", name);
		all->item[i].value = 0;
	}
	all->item[i].value += value;
}

static const char *const names[] = {
	[SW_DROP_RX_DROPPED] = "rx_dropped",
	[SW_DROP_RX_ERRORS] = "rx_errors",
	[SW_DROP_TX_DROPPED] = "tx_dropped",
	[SW_DROP_TX_ERRORS] = "tx_errors",
};

const char *statistics_name(enum sw_drop_as as)
{
	return names[as];
}

static void collect_drops(struct collected *all, const struct sw_lane_stats *sum)
{
	const struct sw_drop *drop;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		collect(all, names[i], 0);
	SW_REG_FOREACH (drop, const struct sw_drop *, drop)
		collect(all, names[drop->as], sum->drops[drop_i]);
}

void port_statistics(const struct sw_port *port,
	void (*add)(void *arg, const char *name, uint64_t value), void *arg)
{
	struct collected all = { .n = 0 };
	const struct sw_port_counters device = { .add = collect, .arg = &all };
	struct sw_lane_stats sum;

	memset(&sum, 0, sizeof(sum));
	sw_pmd_port_stats(port, &sum);
	collect(&all, "rx_packets", sum.rx_packets);
	collect(&all, "rx_bytes", sum.rx_bytes);
	collect(&all, "tx_packets", sum.tx_packets);
	collect(&all, "tx_bytes", sum.tx_bytes);
	collect_drops(&all, &sum);
	collect(&all, "rx_multicast_packets", sum.rx_multicast);
	collect(&all, "rx_broadcast_packets", sum.rx_broadcast);
	if (port->cls->counters)
		port->cls->counters((struct sw_port *)port, &device);
	for (unsigned i = 0; i < all.n; i++)
		add(arg, all.item[i].name, all.item[i].value);
}

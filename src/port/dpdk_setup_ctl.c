/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an attached device to one that runs: queues, descriptors, MTU, RSS, link interrupt. The device's
 * limits decide; what was asked for and cannot be had is an error, except transmit queues: with fewer of
 * them the workers share.
 *
 * Job thread, before any worker sees the port.
 */
#include "dpdk.h"

#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/pool.h>

SW_LOG_USE(dpdk_port);

#define RSS_TYPES     (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP)
#define FRAME_OVER    (RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * RTE_VLAN_HLEN)
#define SINGLE_BUFFER (RTE_MBUF_DEFAULT_DATAROOM)

static int failed(struct dpdk *d, int rc, const char *what, struct sw_err *err)
{
	char name[RTE_ETH_NAME_MAX_LEN] = "?";

	rte_eth_dev_get_name_by_port(d->id, name);
	rc = sw_err_set(
		err, SW_CODE_DEVICE, "device %s: %s failed: %s", name, what, dpdk_reason(rc));
	sw_err_hint(err, "the driver's own words are in the log (name dpdk)");
	return rc;
}

/* The largest MTU; what it leaves of the longest frame is as ethdev reckons it. */
static uint16_t mtu_limit(const struct rte_eth_dev_info *info)
{
	uint32_t over = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	if (info->max_mtu != UINT16_MAX || info->max_rx_pktlen <= over)
		return info->max_mtu;
	return RTE_MIN(info->max_rx_pktlen - over, (uint32_t)UINT16_MAX);
}

static int bad_mtu(const struct dpdk_plan *plan, const struct rte_eth_dev_info *info, uint16_t max,
	struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "mtu_request is %u; device %s takes %u to %u",
		plan->mtu, rte_dev_name(info->device), info->min_mtu, max);

	sw_err_path(err, "mtu_request");
	sw_err_given(err, "%u", plan->mtu);
	sw_err_allowed(err, "%u..%u", info->min_mtu, max);
	return rc;
}

static int check_limits(struct dpdk *d, const struct dpdk_plan *plan,
	const struct rte_eth_dev_info *info, struct sw_err *err)
{
	bool vdev = !strcmp(rte_bus_name(rte_dev_bus(info->device)), "vdev");
	uint16_t max_mtu = mtu_limit(info);
	int rc;

	if (plan->n_rxq > info->max_rx_queues) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"options:n_rxq is %u; device %s has %u receive queues at most", plan->n_rxq,
			rte_dev_name(info->device), info->max_rx_queues);
		sw_err_path(err, "options:n_rxq");
		sw_err_given(err, "%u", plan->n_rxq);
		sw_err_allowed(err, "1..%u", info->max_rx_queues);
		return rc;
	}
	if (!vdev && !(info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER))
		max_mtu = RTE_MIN(max_mtu, SINGLE_BUFFER - FRAME_OVER);
	if (plan->mtu && (plan->mtu < info->min_mtu || plan->mtu > max_mtu))
		return bad_mtu(plan, info, max_mtu, err);
	return 0;
}

static void fill_conf(struct rte_eth_conf *conf, const struct dpdk_plan *plan,
	const struct rte_eth_dev_info *info, bool lsc)
{
	uint64_t rss = info->flow_type_rss_offloads & RSS_TYPES;
	uint16_t mtu = plan->mtu ? plan->mtu : RTE_ETHER_MTU;

	memset(conf, 0, sizeof(*conf));
	conf->rxmode.mtu = RTE_MIN(mtu, mtu_limit(info));
	if (mtu + FRAME_OVER > SINGLE_BUFFER)
		conf->rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
	conf->txmode.offloads |= info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (plan->n_txq < sw_worker_count())
		conf->txmode.offloads |= info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MT_LOCKFREE;
	if (plan->n_rxq > 1 && rss) {
		conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf->rx_adv_conf.rss_conf.rss_hf = rss;
	}
	conf->intr_conf.lsc = lsc;
	conf->intr_conf.rmv = !!(*info->dev_flags & RTE_ETH_DEV_INTR_RMV);
}

static int set_queues(struct dpdk *d, const struct dpdk_plan *plan, struct sw_err *err)
{
	uint16_t rx_desc = plan->n_rx_desc, tx_desc = plan->n_tx_desc;
	int socket = rte_eth_dev_socket_id(d->id);
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(d->id, &rx_desc, &tx_desc);

	if (rc)
		return failed(d, rc, "asking for the size of its rings", err);
	for (uint16_t q = 0; q < plan->n_rxq; q++) {
		rc = rte_eth_rx_queue_setup(d->id, q, rx_desc, socket, NULL, sw_pool());
		if (rc)
			return failed(d, rc, "setting up a receive queue", err);
	}
	for (uint16_t q = 0; q < plan->n_txq; q++) {
		rc = rte_eth_tx_queue_setup(d->id, q, tx_desc, socket, NULL);
		if (rc)
			return failed(d, rc, "setting up a transmit queue", err);
	}
	return 0;
}

/* Does the driver send chains of buffers? Two do and do not say so (DPDK 22.11). */
static bool sends_chains(const struct rte_eth_conf *conf, const struct rte_eth_dev_info *info)
{
	return (conf->txmode.offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) ||
	       !strcmp(info->driver_name, "net_pcap") || !strcmp(info->driver_name, "net_null");
}

static int configure(struct dpdk *d, const struct dpdk_plan *plan,
	const struct rte_eth_dev_info *info, bool lsc, struct sw_err *err)
{
	struct rte_eth_conf conf;
	int rc;

	fill_conf(&conf, plan, info, lsc);
	rc = rte_eth_dev_configure(d->id, plan->n_rxq, plan->n_txq, &conf);
	if (rc)
		return failed(d, rc, "configuring it", err);
	rc = set_queues(d, plan, err);
	if (rc)
		return rc;
	d->n_txq = plan->n_txq;
	d->one_segment = !sends_chains(&conf, info);
	d->lock_txq = plan->n_txq < sw_worker_count() &&
		      !(conf.txmode.offloads & RTE_ETH_TX_OFFLOAD_MT_LOCKFREE);
	return 0;
}

/* A driver may refuse what its limits allow: tried are then no link interrupt, half the transmit queues,
 * as many as receive queues (net_tap insists on that), and one. */
static int configure_within(struct dpdk *d, struct dpdk_plan *plan,
	const struct rte_eth_dev_info *info, struct sw_err *err)
{
	const uint16_t tries[] = { plan->n_txq, plan->n_txq / 2, plan->n_rxq, 1 };
	bool lsc = *info->dev_flags & RTE_ETH_DEV_INTR_LSC;
	int rc = -EINVAL;

	for (unsigned i = 0; i < RTE_DIM(tries) && rc; i++) {
		if (!tries[i] || tries[i] > info->max_tx_queues)
			continue;
		plan->n_txq = tries[i];
		rc = configure(d, plan, info, lsc, err);
		if (rc && lsc) {
			lsc = false;
			rc = configure(d, plan, info, lsc, err);
		}
	}
	return rc;
}

static int set_addresses(struct dpdk *d, struct sw_err *err)
{
	char mac[SW_MAC_SIZE];
	int rc;

	if (d->port.conf.has_mac) {
		rc = rte_eth_dev_default_mac_addr_set(d->id, &d->port.conf.mac);
		if (rc) {
			sw_format_mac(mac, &d->port.conf.mac);
			failed(d, rc, "setting its MAC address", err);
			sw_err_path(err, "mac");
			sw_err_given(err, "%s", mac);
			return sw_err_errno(SW_CODE_DEVICE);
		}
	}
	rc = rte_eth_macaddr_get(d->id, &d->port.mac);
	return rc ? failed(d, rc, "asking for its MAC address", err) : 0;
}

/* The kernel interface or peer behind a virtual device has an MTU of its own; a driver that has no such
 * thing says -ENOTSUP. */
static int set_mtu(struct dpdk *d, const struct dpdk_plan *plan, struct sw_err *err)
{
	int rc = plan->mtu ? rte_eth_dev_set_mtu(d->id, plan->mtu) : 0;

	if (rc && rc != -ENOTSUP)
		return failed(d, rc, "setting its MTU", err);
	rc = rte_eth_dev_get_mtu(d->id, &d->port.mtu);
	return rc ? failed(d, rc, "asking for its MTU", err) : 0;
}

/* A bridge must see frames for others; without it the port still serves its own address. */
static void hear_all(struct dpdk *d)
{
	int rc = rte_eth_promiscuous_enable(d->id);

	if (rc)
		sw_warn("%s: its device cannot be made promiscuous: %s", d->port.name,
			dpdk_reason(rc));
	rte_eth_allmulticast_enable(d->id);
}

/* Of memif the client says how many rings there are, and net_memif writes to memory that is none when it is to
 * send on one more; so no more than to receive on, which a client has to provide for anyway. */
static uint16_t tx_queues(const struct dpdk_plan *plan, const struct rte_eth_dev_info *info)
{
	uint16_t n = RTE_MIN(plan->n_txq, info->max_tx_queues);

	return dpdk_is_memif(info) ? RTE_MIN(n, plan->n_rxq) : n;
}

int dpdk_start(struct dpdk *d, const struct dpdk_plan *asked, struct sw_err *err)
{
	struct rte_eth_dev_info info = { 0 };
	struct dpdk_plan plan = *asked;
	int rc = rte_eth_dev_info_get(d->id, &info);

	if (rc)
		return failed(d, rc, "asking for its limits", err);
	rc = check_limits(d, &plan, &info, err);
	if (rc)
		return rc;
	plan.n_txq = tx_queues(&plan, &info);
	if (!plan.n_txq)
		return failed(d, -ENOTSUP, "finding a transmit queue", err);
	rc = dpdk_xsk_check(&info, plan.n_rxq, err);
	if (!rc)
		rc = configure_within(d, &plan, &info, err);
	if (!rc)
		rc = set_addresses(d, err);
	if (!rc)
		rc = set_mtu(d, &plan, err);
	if (rc)
		return rc;
	rc = rte_eth_dev_start(d->id);
	if (rc)
		return failed(d, rc, "starting it", err);
	hear_all(d);
	d->port.numa = rte_eth_dev_socket_id(d->id);
	__atomic_store_n(&d->port.n_rxq, plan.n_rxq, __ATOMIC_RELEASE);
	return 0;
}

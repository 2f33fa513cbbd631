/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of a dpdk port; see dpdk.c (packets) and dpdk_ctl.c (life). */
#ifndef PORT_DPDK_H
#define PORT_DPDK_H

#include <rte_ethdev.h>
#include <rte_spinlock.h>

#include <sw/port.h>

#define DPDK_MTU_MAX  9702 /* a frame of 9728 bytes with FCS and two tags, as OVS has it */
#define DPDK_DESC_MAX 32768

struct dpdk_txq {
	rte_spinlock_t lock;
} __rte_cache_aligned;

/* A counter of the device beyond the basic ones. */
struct dpdk_counter {
	uint64_t id;
	char name[RTE_ETH_XSTATS_NAME_SIZE];
};

struct dpdk {
	struct sw_port port;
	uint16_t id;	  /* of the Ethernet device */
	uint16_t n_txq;	  /* at most one a worker */
	bool lock_txq;	  /* fewer than workers, and the driver does not lock itself */
	bool one_segment; /* the device sends packets of one buffer only */

	bool link_up; /* as last seen; atomic, status and the interrupt thread write */
	bool removed; /* the device was unplugged; atomic */
	uint32_t link_resets;
	unsigned n_counters;
	struct dpdk_counter *counters;

	struct dpdk_txq txq[SW_WORKER_MAX];
};

static inline struct dpdk *dpdk_of(struct sw_port *port)
{
	return (struct dpdk *)port;
}

/* Packets: dpdk.c. */
unsigned dpdk_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane, struct rte_mbuf **pkts,
	unsigned n);
unsigned dpdk_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

/* Find or attach the device of these arguments for d, which then owns d->id; and let go of it, which
 * detaches what was attached. Job thread. dpdk_dev_ctl.c. */
int dpdk_dev_take(struct dpdk *d, const char *devargs, struct sw_err *err);
void dpdk_dev_give(struct dpdk *d);

/* What a failure of DPDK means; drivers return a bare -1 for anything. */
const char *dpdk_reason(int rc);

/* What is asked of the queues, read from options; set up and start the device. dpdk_setup_ctl.c. */
struct dpdk_plan {
	uint16_t n_rxq, n_txq, n_rx_desc, n_tx_desc;
	uint16_t mtu; /* 0: the device's own */
};
int dpdk_start(struct dpdk *d, const struct dpdk_plan *plan, struct sw_err *err);

/* net_af_xdp: its sockets after its queues were set up (or failed to be), before and after removal of the
 * device, which leaves sockets and buffers behind. dpdk_xsk_ctl.c. */
void dpdk_xsk_note(uint16_t id, uint32_t n_desc);
void dpdk_xsk_hold(uint16_t id);
void dpdk_xsk_release(uint16_t id);

bool dpdk_xsk_known(unsigned ifindex); /* it had a device of net_af_xdp before */

/* Before such a device is made, and before its queues are: an error where they cannot be had. Waits up to
 * 1 s for what was just removed. dpdk_xsk_check_ctl.c. */
int dpdk_xsk_check_args(const char *devargs, struct sw_err *err);
int dpdk_xsk_check(const struct rte_eth_dev_info *info, unsigned n_rxq, struct sw_err *err);

/* A PCI device could not be attached: what to do about it. dpdk_vfio_ctl.c. */
void dpdk_vfio_hint(const char *device, struct sw_err *err);

/* Is it shared memory with another program? */
bool dpdk_is_memif(const struct rte_eth_dev_info *info);

/* net_memif: before removal, its listening socket, which it would leave behind. dpdk_memif_ctl.c. */
void dpdk_memif_silence(uint16_t id);

/* Status and counters. dpdk_stats_ctl.c. */
void dpdk_status(struct sw_port *port, struct sw_port_status *status);
void dpdk_counters(struct sw_port *port, const struct sw_port_counters *out);
void dpdk_counters_find(struct dpdk *d);
void dpdk_note_link(struct dpdk *d, bool up);

#endif

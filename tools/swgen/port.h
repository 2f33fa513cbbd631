/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Devices: DPDK itself, then each port attached, set up with one queue each way, and its link waited for.
 * A virtio-user device in server mode waits inside of the driver until a switch connects; clerk.h ends the
 * program when that takes too long.
 *
 * Main thread.
 */
#ifndef SWGEN_PORT_H
#define SWGEN_PORT_H

#include <stdbool.h>
#include <stdint.h>

struct options;
struct rte_mempool;
struct sw_err;

struct port {
	const char *device; /* as given */
	uint16_t id;
	uint32_t link_mbps; /* 0: not known */
	struct rte_mempool *rx_pool;
};

/* Start DPDK on the cores and in the memory that the options ask for. Once. */
int port_start_dpdk(const struct options *o, struct sw_err *err);
void port_end_dpdk(void);
void port_remove_files(void); /* of DPDK, below /run */

/* A pool of buffers as long as frames may be, zeroed. */
struct rte_mempool *port_pool(
	const struct options *o, const char *name, unsigned n, struct sw_err *err);

int port_open(struct port *port, unsigned index, const struct options *o, struct sw_err *err);

/* Until the link of each is up, or the time of --wait is over. */
int port_wait_links(struct port *ports, const struct options *o, struct sw_err *err);

void port_close(struct port *port);

/* No socket is left of a device that came to nothing. Any thread: the driver may hold the main one. */
void port_abandon(const char *device);

/* Room of a buffer, without headroom, and how many a port's pools must have. */
uint16_t port_room(const struct options *o);
unsigned port_buffers(const struct options *o);

#endif

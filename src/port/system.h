/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "system": an interface the kernel has already (a veth, a guest's tap, a network card), by
 * AF_PACKET sockets. Opening it sets it up (IFF_UP) and promiscuous, as OVS does; closing leaves it up.
 * The host's own IP stack still sees what arrives: an address on such an interface stays reachable.
 *
 * room: port, private.
 */
#ifndef PORT_SYSTEM_H
#define PORT_SYSTEM_H

#include <sw/port.h>

#include "intake.h"
#include "netdev.h"

/* Of the ring of notes; see system.c. */
#define SYSTEM_SLOT_SIZE 64
#define SYSTEM_SLOTS	 4096
#define SYSTEM_RESERVE	 12 /* no byte of a packet fits a slot, whatever its headers */

struct system_port {
	struct sw_port port;
	/* The worker of the queue. */
	uint8_t *ring;
	uint32_t slot;
	int rx_fd;
	int tx_fd; /* any worker */
	struct intake in;
	/* Control, and the job that opens or closes. */
	struct netdev_watch watch;
	int bound; /* ifindex the sockets are bound to, 0: the interface is gone */
	uint64_t ring_drops;
};

static inline struct system_port *system_of(struct sw_port *port)
{
	return (struct system_port *)port;
}

unsigned system_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n);
unsigned system_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

#endif

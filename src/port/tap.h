/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "tap" and "internal": an interface of the kernel that exists as long as the port does, by
 * /dev/net/tun. The two are one thing; "internal" is what bridges call their local port. Checksum and
 * segmentation offloads are taken from the kernel and done here (intake.h): a 64 KiB packet is one system
 * call that way and not 45.
 *
 * room: port, private.
 */
#ifndef PORT_TAP_H
#define PORT_TAP_H

#include <sw/port.h>

#include "intake.h"
#include "netdev.h"

struct tap_port {
	struct sw_port port;
	int fd; /* any worker writes, the one of the queue reads */
	/* The worker of the queue. */
	uint32_t wait_us;	/* between two reads of an empty interface */
	uint64_t next_try;	/* time-stamp counter */
	struct rte_mbuf *spare; /* to receive into */
	struct intake in;
	/* Control, and the job that opens or closes. */
	struct netdev_watch watch;
	int ifindex; /* 0: deleted, and it could not be made again */
};

static inline struct tap_port *tap_of(struct sw_port *port)
{
	return (struct tap_port *)port;
}

unsigned tap_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane, struct rte_mbuf **pkts,
	unsigned n);
unsigned tap_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

#endif

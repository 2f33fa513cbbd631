/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports of class "dummy": a test is the wire. It puts packets into a receive queue, takes what was sent,
 * moves link and queues, and makes the port refuse. Everything waits in bounded rings of the port.
 *
 * room: port. Thread: any, workers may run meanwhile. The port must be open and of class dummy.
 */
#ifndef SW_DUMMY_H
#define SW_DUMMY_H

#include <stdbool.h>
#include <stddef.h>

struct rte_mbuf;
struct sw_port;

#define SW_DUMMY_RING 1024 /* packets that wait in a receive queue, or as sent, at most */

/* A copy of len bytes arrives at queue (< n_rxq), in segments when it is long. 0; -ENOBUFS: no packet
 * buffer; -ENOSPC: the queue is full. */
int sw_dummy_rx(struct sw_port *port, unsigned queue, const void *bytes, size_t len);

/* The packet itself arrives; on failure (-ENOSPC) it stays the caller's. */
int sw_dummy_rx_mbuf(struct sw_port *port, unsigned queue, struct rte_mbuf *m);

/* Packets that wait in a receive queue. */
unsigned sw_dummy_rx_waiting(struct sw_port *port, unsigned queue);

/* Take the oldest packet that was sent, or NULL; the caller frees it. And how many there are. */
struct rte_mbuf *sw_dummy_sent(struct sw_port *port);
unsigned sw_dummy_sent_waiting(struct sw_port *port);

/* Free all that was sent; returns how many. */
unsigned sw_dummy_sent_drop(struct sw_port *port);

/* From here on transmit takes n more packets and no other; UINT_MAX: any number. */
void sw_dummy_set_tx_room(struct sw_port *port, unsigned n);

/* Move the link, the number of receive queues (1..SW_WORKER_MAX); both tell of the change. */
void sw_dummy_set_link(struct sw_port *port, bool up);
void sw_dummy_set_n_rxq(struct sw_port *port, unsigned n);

#endif

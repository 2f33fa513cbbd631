/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of ports on interfaces of the kernel: the other end of the wire as a packet socket, frames in
 * and out, waiting for what other threads do.
 */
#ifndef KERNEL_WIRE_H
#define KERNEL_WIRE_H

#include "port_hand.h"

#include <sched.h>

#include <sw/post.h>

#include "gso_model.h"

#define LIMIT_S 60

extern uint8_t payload_bytes[65536];

/* Run a command, which must succeed. */
void sh(const char *command);
double now(void);

/* Wait for a condition, letting other threads and posted calls run. */
#define WAIT_FOR(condition)                                                           \
	do {                                                                          \
		double end_ = now() + LIMIT_S;                                        \
		while (!(condition)) {                                                \
			if (now() > end_)                                             \
				fail_msg("waited %d s for: %s", LIMIT_S, #condition); \
			sw_post_run();                                                \
			sched_yield();                                                \
		}                                                                     \
	} while (0)

/* A packet socket on an interface, with offload headers; and w1 when the kernel lets packets through,
 * which is some time after it is up. */
void open_wire(const char *name);
void wait_for_wire(void);

/* 0 or a negative errno; vh NULL: no offload. */
int wire_send(const struct virtio_net_hdr *vh, const uint8_t *bytes, size_t len);

/* The next packet on the wire, its outer tag put back. */
unsigned wire_recv(struct virtio_net_hdr *vh, uint8_t *bytes, unsigned size);

/* Receive from and send to the port; the latter waits for sw_flush. */
unsigned port_recv(struct sw_port *port, struct rte_mbuf **pkts, unsigned want);
void port_send(struct sw_port *port, const uint8_t *bytes, unsigned len);
bool link_is_up(struct sw_port *port);

/* The packet has these bytes; consumes it. */
void assert_packet(struct rte_mbuf *m, const uint8_t *bytes, unsigned len);

/* UDP with len bytes of payload and the tags given. */
void simple_frame(struct frame *f, unsigned n_tags, unsigned len);

#endif

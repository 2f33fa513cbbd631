/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbouring TCP segments of a burst as one super-packet for the kernel: the counterpart of gso.h on
 * the way out. What the receiver's kernel then does per packet (a protocol pass, a wake-up of the
 * reader) it does once for up to 64 KiB. The packets are not touched; the super-packet's headers are a
 * copy.
 *
 * room: port, private. Thread: worker. No system call.
 */
#ifndef PORT_MERGE_H
#define PORT_MERGE_H

#include <stdint.h>

#include <sys/uio.h>

#include <linux/virtio_net.h>

#include <rte_mbuf.h>

#define MERGE_HDR_MAX 128 /* Ethernet, two tags, IPv6, TCP with options: 122 */

/* The head of a super-packet; the payload is what follows hdr_len bytes in each packet. */
struct merged {
	struct virtio_net_hdr vh;
	uint16_t hdr_len;
	uint8_t hdr[MERGE_HDR_MAX];
};

/* How many of pkts[0..n), n >= 1, go as one: with 2 or more `out` is filled, 1: pkts[0] goes alone. */
unsigned merge_next(struct rte_mbuf **pkts, unsigned n, struct merged *out);

/* The next message to the kernel: a struct virtio_net_hdr (in `out`, which must stay until it is sent)
 * and a packet or several in one. Returns how many of pkts[0..n), *used gets how many of the `max`
 * pieces of iov; 0: they do not fit. */
unsigned merge_message(struct rte_mbuf **pkts, unsigned n, struct merged *out, struct iovec *iov,
	unsigned max, unsigned *used);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between packet buffers and the kernel's calls: frames built by copying, chains as iovecs, and what a
 * failed send means. Shared by the kernel-backed classes.
 *
 * room: port, private. Thread: worker.
 */
#ifndef PORT_FRAME_H
#define PORT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/uio.h>

#include <rte_mbuf.h>

struct sw_worker;

#define FRAME_SEGS_MAX 40 /* buffers of a 64 KiB frame, and some */

/* An 802.1Q tag that the kernel keeps beside the frame; tpid 0: none. */
struct frame_tag {
	uint16_t tpid, tci; /* host order */
};

/* Copy a frame given in two pieces into new buffers, with the tag put in after the addresses (hdr_len
 * >= 12). NULL: no buffers left; nothing is taken. */
struct rte_mbuf *frame_build(struct frame_tag tag, const uint8_t *hdr, uint32_t hdr_len,
	const uint8_t *payload, uint32_t payload_len);

/* Put the tag into a frame of one buffer with headroom. */
void frame_push_tag(struct rte_mbuf *m, struct frame_tag tag);

/* The pieces of a packet. Returns how many, 0 when it has more than `max`. */
unsigned frame_iov(struct rte_mbuf *m, struct iovec *iov, unsigned max);

/* The kernel refused pkts[0] of n with errno `number`: returns how many are consumed, dropped with a
 * reason (1: this one, n: the link is down); 0: try again later. */
unsigned frame_refused(struct sw_worker *w, int number, struct rte_mbuf **pkts, unsigned n);

#endif

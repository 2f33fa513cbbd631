/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between packet buffers and the kernel's calls: frames built by copying, and what a failed send means. Shared by the kernel-backed classes.
 *
 * room: port, private. Thread: worker.
 */
#ifndef PORT_FRAME_H
#define PORT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

struct sw_worker;

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

/* The kernel refused the first `first` of n packets with errno `number`: returns how many are consumed,
 * dropped with a reason (first: they are at fault, n: the link is down); 0: try again later. */
unsigned frame_refused(
	struct sw_worker *w, int number, struct rte_mbuf **pkts, unsigned first, unsigned n);

#endif

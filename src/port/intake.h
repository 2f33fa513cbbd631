/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a kernel-backed port does with a packet and its struct virtio_net_hdr once they are in memory:
 * finish the checksum, or cut a super-packet over as many receive calls as it takes, and put a VLAN tag
 * back that the kernel kept beside the packet.
 *
 * room: port, private. Thread: the worker of the queue; init and fini: job thread.
 */
#ifndef PORT_INTAKE_H
#define PORT_INTAKE_H

#include <sw/worker.h>

#include "frame.h"
#include "gso.h"

#define INTAKE_ROOM 16 /* before the packet in `big`, for a header; keeps it aligned */
#define INTAKE_OK   (-1)

struct intake {
	bool cutting; /* segments are left: intake_cut() before the next packet */
	struct frame_tag tag;
	uint8_t *big; /* INTAKE_ROOM, then room for GSO_LEN_MAX bytes of a packet */
	struct gso gso;
};

void intake_init(struct intake *in);
void intake_fini(struct intake *in);

/* Where a packet lies that fits no buffer. */
static inline uint8_t *intake_packet(const struct intake *in)
{
	return in->big + INTAKE_ROOM;
}

/* A packet of len bytes lies in m (one buffer), or with NULL at intake_packet(). INTAKE_OK and *out is
 * it (m or a new chain), or *out is NULL and in->cutting; or the id of a drop reason. m stays the
 * caller's unless *out is m. */
int intake_take(struct intake *in, const struct virtio_net_hdr *vh, struct frame_tag tag,
	struct rte_mbuf *m, uint32_t len, struct rte_mbuf **out);

/* Segments of the super-packet in hand, up to n. */
unsigned intake_cut(struct intake *in, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n);

#endif

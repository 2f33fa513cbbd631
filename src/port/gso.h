/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finish in software what a sender left to its network card: a checksum that is only begun
 * (CHECKSUM_PARTIAL) and a TCP or UDP packet of up to 64 KiB that is to be cut into segments (GSO).
 * Input is a packet as one piece of memory and the struct virtio_net_hdr that came with it; neither is
 * trusted. Output is complete Ethernet frames, one at a time, without any allocation.
 *
 * Thread: any; a struct gso is used by one at a time. No DPDK, no system call.
 */
#ifndef PORT_GSO_H
#define PORT_GSO_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_net.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* Linux 6.2; virtio 1.3, 5.1.6 */
#endif

#define GSO_HDR_MAX 512 /* headers of a segment at most: outer, tunnel with options, inner */
#define GSO_LEN_MAX (65536 + 256) /* a super-packet at most: IP's 64 KiB and what is before it */
#define GSO_IP_MAX  4		  /* IP headers in one another at most */
#define GSO_MSS_MIN 8 /* less would be a flood of headers; the kernel's own limit for TCP */

enum gso_result {
	GSO_WHOLE,	/* the packet is one frame; its checksum is complete now */
	GSO_SEGMENTS,	/* take the frames with gso_next() */
	GSO_MALFORMED,	/* header and packet contradict each other; nothing to send */
	GSO_UNSUPPORTED /* a kind of segmentation we do not know */
};

/* A super-packet being cut. */
struct gso {
	const uint8_t *pkt;
	uint32_t len;	  /* end of the last payload byte */
	uint32_t at;	  /* next payload byte */
	uint32_t mss;	  /* payload of each segment but the last */
	uint32_t n;	  /* segments given out */
	uint16_t hdr_len; /* headers of each segment */
	uint16_t l4;	  /* innermost TCP or UDP header */
	uint16_t ip[GSO_IP_MAX];
	uint16_t outer_udp;    /* of a tunnel, 0: none */
	uint16_t pseudo;       /* sum of the innermost pseudo header without the length */
	uint16_t outer_pseudo; /* of the tunnel's, with outer_csum */
	bool outer_csum;
	uint8_t n_ip;
	bool tcp;
	bool no_csum; /* UDP over IPv4 without one */
};

/* Look at a packet. GSO_WHOLE may have written its checksum; the other results leave it as it was.
 * With GSO_SEGMENTS pkt must stay until the last segment is taken. */
enum gso_result gso_open(
	struct gso *g, const struct virtio_net_hdr *vh, uint8_t *pkt, uint32_t len);

/* The next segment: its headers, complete, to hdr (g->hdr_len <= GSO_HDR_MAX bytes), where its payload
 * lies to *payload. Returns the length of the payload, 0 when there is none left. */
uint32_t gso_next(struct gso *g, uint8_t *hdr, const uint8_t **payload);

/* Segments still to come, after GSO_SEGMENTS. */
static inline uint32_t gso_left(const struct gso *g)
{
	return (g->len - g->at + g->mss - 1) / g->mss;
}

#endif

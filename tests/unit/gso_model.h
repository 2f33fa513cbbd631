/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The model of the GSO tests: frames written byte by byte from what they are meant to be, with every
 * checksum summed the slow way, and the super-packets that are to become them.
 */
#ifndef GSO_MODEL_H
#define GSO_MODEL_H

#include "../lib/swtest.h"

#include <stdbool.h>

#include "../../src/port/gso.h"

#define FRAME_MAX 70000

enum tunnel { NO_TUNNEL, VXLAN, GENEVE, GRE_TEB, GRE_IP, IP_IN_IP, TUNNELS };

/* One IP header. */
struct ip_spec {
	bool v6;
	uint8_t options; /* IPv4: words of options; IPv6: extension headers, bit 0 hop-by-hop, 1 routing */
	uint16_t id;
	uint8_t src[16], dst[16], via[16]; /* dst is the last hop, via what stands in the header */
};

struct spec {
	unsigned n_tags;
	enum tunnel tunnel;
	bool outer_csum, tcp, no_csum;
	bool begun; /* only pseudo headers in the checksums, as a sender leaves them to its card */
	struct ip_spec ip[2]; /* innermost, then outer */
	uint8_t tcp_options;  /* words */
	uint32_t seq;
	uint8_t flags;
	unsigned payload_len, mss;
	const uint8_t *payload;
};

/* A frame grows towards lower addresses. */
struct frame {
	uint8_t bytes[FRAME_MAX];
	unsigned at;
};

/* Random numbers of these tests. */
extern uint64_t gso_rnd;
unsigned below(unsigned n);
void random_bytes(uint8_t *p, size_t n);

/* A random kind of packet, with 1..payload_max bytes of payload. */
void random_spec(struct spec *s, const uint8_t *payload, unsigned payload_max);

static inline uint8_t *head(struct frame *f)
{
	return f->bytes + f->at;
}

static inline unsigned length(const struct frame *f)
{
	return FRAME_MAX - f->at;
}

static inline void be16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* One's complement sum of bytes. */
unsigned slow_sum(unsigned sum, const uint8_t *p, unsigned n);

/* The frame of segment `index`: len bytes of the payload. */
void build(struct frame *f, const struct spec *s, unsigned from, unsigned len, unsigned index);

/* The frame as a sender leaves it to its card: memory of exactly its size, and the header with it. */
uint8_t *make_super(const struct spec *s, struct frame *f, struct virtio_net_hdr *vh);

#endif

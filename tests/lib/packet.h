/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for tests of what reads them: bytes from hex text, random ones in layers that are then damaged,
 * and packet buffers around bytes, each in a block of its own size, so that a sanitizer sees a byte too many.
 * No EAL is needed.
 */
#ifndef TESTS_PACKET_H
#define TESTS_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

#define PACKET_MAX 4096

struct packet_bytes {
	uint8_t b[PACKET_MAX];
	size_t len;
};

/* Append: bytes as hex digits, white space between them is fine; n equal bytes; a big-endian number. */
void packet_hex(struct packet_bytes *p, const char *hex);
void packet_fill(struct packet_bytes *p, uint8_t byte, size_t n);
void packet_number(struct packet_bytes *p, uint64_t v, unsigned n);

/* A chain of buffers: the first `cut[0]` bytes, then `cut[1]`, and so on, the rest in one more. 0 is an
 * empty buffer. */
struct rte_mbuf *packet_mbuf(const uint8_t *b, size_t len, const uint16_t *cut, unsigned cuts);
void packet_free(struct rte_mbuf *m);

/* A random packet of the protocols that fields know, most often a right one. */
void packet_random(struct packet_bytes *p, uint64_t *rng);
/* Some of its bytes changed, its end cut off, or padding added. */
void packet_damage(struct packet_bytes *p, uint64_t *rng);
/* In one buffer, or in several with random cuts. */
struct rte_mbuf *packet_scatter(const struct packet_bytes *p, uint64_t *rng);

#endif

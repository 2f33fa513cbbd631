/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071) over bytes of any alignment: sums are kept in 64 bits and folded at
 * the end. Values are in network order as they lie in memory, so no byte is ever swapped.
 *
 * Thread: any. Cost: 8 bytes a cycle.
 */
#ifndef PORT_CSUM_H
#define PORT_CSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Add `len` bytes to a sum. Every part but the last must have an even length. */
static inline uint64_t csum_add(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t other = 0; /* two chains: the additions of one wait for each other */
	uint32_t w[4];
	uint16_t h;

	for (; len >= sizeof(w); len -= sizeof(w), p += sizeof(w)) {
		memcpy(w, p, sizeof(w));
		sum += (uint64_t)w[0] + w[1];
		other += (uint64_t)w[2] + w[3];
	}
	sum += other;
	for (; len >= sizeof(h); len -= sizeof(h), p += sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		sum += h;
	}
	if (len) {
		h = 0;
		memcpy(&h, p, 1);
		sum += h;
	}
	return sum;
}

/* The sum in 16 bits, with the carries added back in. */
static inline uint16_t csum_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)((sum & UINT16_MAX) + (sum >> 16));
}

/* What is stored in a header: the complement. */
static inline uint16_t csum_finish(uint64_t sum)
{
	return (uint16_t)~csum_fold(sum);
}

/* The same where 0 means "no checksum" (UDP): 0xffff stands for it. */
static inline uint16_t csum_finish_nonzero(uint64_t sum)
{
	uint16_t c = csum_finish(sum);

	return c ? c : UINT16_MAX;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Internet checksums corrected for bytes that change (RFC 1624), so that a wrong one stays wrong. Words are in network
 * order as they lie in memory; no byte is swapped.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_CHECKSUM_H
#define PIPELINE_EXEC_CHECKSUM_H

#include <stdint.h>
#include <string.h>

/* Sum of n 16-bit words. */
static inline uint32_t checksum_sum(const uint8_t *p, unsigned n)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < n; i++) {
		uint16_t w;

		memcpy(&w, p + 2 * i, sizeof(w));
		sum += w;
	}
	return sum;
}

/* Words that came to `was` come to `is` now: correct the checksum over them. */
static inline void checksum_fix(uint8_t *at, uint32_t was, uint32_t is)
{
	uint16_t c;
	uint32_t sum;

	memcpy(&c, at, sizeof(c));
	was = (was & 0xffff) + (was >> 16);
	was = (was & 0xffff) + (was >> 16);
	sum = (uint16_t)~c + (uint16_t)~was + is;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	c = (uint16_t)~sum;
	memcpy(at, &c, sizeof(c));
}

/* The same of UDP, where 0 says that there is none (RFC 768). */
static inline void checksum_fix_udp(uint8_t *at, uint32_t was, uint32_t is)
{
	uint16_t c;

	memcpy(&c, at, sizeof(c));
	if (!c)
		return;
	checksum_fix(at, was, is);
	memcpy(&c, at, sizeof(c));
	if (!c)
		memset(at, 0xff, sizeof(c));
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where things stand in our packets. Ethernet, up to two tags, IPv4 without options or IPv6, UDP or TCP,
 * and then 14 bytes of ours:
 *
 *	0  u16  SWGEN_MAGIC           2  u32  run (8 bits), direction (1), zero (3), flow (20)
 *	6  u32  sequence of the flow  10 u32  stamp
 *
 * in the byte order of the machine: sender and receiver are one program. All packets have the same fields
 * but the smallest size grows with the headers; layout_init says so.
 */
#ifndef SWGEN_LAYOUT_H
#define SWGEN_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

#define SWGEN_MAGIC   0x53d6
#define PAYLOAD_LEN   14
#define FCS_LEN	      4
#define STAMP_SHIFT   3 /* a stamp counts 8 cycles: 32 bits last for 8 s at 4 GHz, both ways */
#define FLOW_BITS     20
#define DIRECTION_BIT (1U << 23)
#define RUN_SHIFT     24

struct layout {
	bool v6, tcp;
	uint8_t tags;
	uint8_t l3, src, dst, l4, l4_csum, data; /* offsets in the frame */
	uint8_t data_of_l3;			 /* from the IP header to our bytes */
};

static inline uint32_t stamp_of(uint64_t tsc)
{
	return tsc >> STAMP_SHIFT;
}

void layout_init(struct layout *l, const struct options *o);

/* The smallest frame, FCS included. */
uint16_t layout_smallest(const struct layout *l);

#endif

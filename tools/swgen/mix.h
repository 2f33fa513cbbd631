/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sizes of frames in their shares: one size, or several that take turns so that each round of the mix has
 * exactly its shares, spread as evenly as they go. "imix" is the field's simple IMIX, 7:4:1 of 64, 594
 * and 1518 bytes, FCS included.
 */
#ifndef SWGEN_MIX_H
#define SWGEN_MIX_H

#include <stdint.h>

#define MIX_SIZES  8
#define MIX_ROUND  64
#define WIRE_EXTRA 20 /* preamble, start of frame and the gap between frames */

struct mix {
	unsigned n;		   /* sizes */
	uint16_t frame[MIX_SIZES]; /* FCS included */
	uint8_t weight[MIX_SIZES];
	unsigned round;		  /* frames in a round: the sum of the weights */
	uint8_t order[MIX_ROUND]; /* index into frame */
};

struct sw_err;

/* "64", "64,512,1518", "64:7,594:4,1518:1" or "imix". 0 or negative errno. */
int mix_parse(struct mix *mix, const char *text, struct sw_err *err);

uint16_t mix_smallest(const struct mix *mix);
uint16_t mix_largest(const struct mix *mix);

/* Mean number of bytes on the wire for each frame: FCS, preamble and gap included. */
double mix_wire_bytes(const struct mix *mix);

#endif

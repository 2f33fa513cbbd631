/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The body of HELLO and the version that comes of it (OpenFlow 1.3.5, 6.3.1, 7.5.1).
 *
 * Sets of versions are OF_BIT() of each, as in the bitmap of the message. Any thread.
 */
#ifndef CTL_OF_CODEC_HELLO_H
#define CTL_OF_CODEC_HELLO_H

#include <stdint.h>

#include "buf.h"
#include "cursor.h"

/* The highest of a set; 0 of none. */
static inline uint8_t of_highest(uint32_t versions)
{
	return versions ? 31 - __builtin_clz(versions) : 0;
}

/* The body of a HELLO that offers these: a bitmap. */
void of_put_hello(struct of_buf *out, uint32_t versions);

/* The first word of the bitmap in a HELLO's body, 0 without one. What is malformed or unknown is passed over. */
uint32_t of_hello_bitmap(struct of_cursor body);

/* Of our offer and the peer's, its header's version and its bitmap: the highest that both bitmaps have; without a
 * bitmap the lower of the two highest, if we speak that. 0: there is none. */
uint8_t of_hello_agree(uint32_t ours, uint8_t version, uint32_t bitmap);

/* " 1.0 1.3": those that exist; "" for none of them. */
#define OF_VERSIONS_TEXT 40
const char *of_versions_text(uint32_t versions, char text[OF_VERSIONS_TEXT]);

/* The version of the error that refuses a peer: one it reads, as far as we can know. */
uint8_t of_hello_refusal(uint32_t ours, uint8_t version);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Properties: type, length, bytes, padding to 8, one after the other to the end (1.4.1, 7.2.1.2 and many others; 1.3.5,
 * 7.3.5.5.2).
 *
 * Thread: control.
 */
#ifndef CTL_OF_PROPERTY_H
#define CTL_OF_PROPERTY_H

#include <stdint.h>

#include "buf.h"
#include "cursor.h"
#include "error.h"

#define OF_PROPERTY_HEAD	 4
#define OF_PROPERTY_EXPERIMENTER 0xffff

struct of_property {
	uint16_t type;
	struct of_cursor body;
};

/* The next one; there is one while of_left(). OFPBPC_BAD_LEN; OFPBPC_BAD_EXPERIMENTER is for who knows of none: the
 * property is whole then, and its body begins with the experimenter. */
static inline enum of_error of_get_property(struct of_cursor *c, struct of_property *out)
{
	uint16_t len;

	out->type = of_u16(c);
	len = of_u16(c);
	if (c->over || len < OF_PROPERTY_HEAD)
		return OFPBPC_BAD_LEN;
	out->body = of_sub(c, len - OF_PROPERTY_HEAD);
	of_skip(c, -len & 7);
	if (c->over)
		return OFPBPC_BAD_LEN;
	if (out->type != OF_PROPERTY_EXPERIMENTER)
		return OF_FINE;
	return of_left(&out->body) < 4 ? OFPBPC_BAD_LEN : OFPBPC_BAD_EXPERIMENTER;
}

/* Write one: begin, the body, end. */
static inline size_t of_property_begin(struct of_buf *out, uint16_t type)
{
	of_put_u16(out, type);
	of_put_u16(out, 0);
	return out->len - OF_PROPERTY_HEAD;
}

static inline void of_property_end(struct of_buf *out, size_t at)
{
	of_patch_u16(out, at + 2, out->len - at);
	of_pad8(out, at);
}

#endif

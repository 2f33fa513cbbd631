/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HELLO and the version that comes of it (1.3.5, 6.3.1, 7.5.1): the highest both bitmaps have; where the peer sends
 * none, the lower of the two headers' versions, if we speak that. Else an error that says what we speak, and the
 * end.
 *
 * Thread: control.
 */
#include "conn.h"

#include <stdio.h>
#include <string.h>

#include "reply.h"

#define OFPHET_VERSIONBITMAP 1
#define ELEMENT_HEAD	     4

static uint8_t highest(uint32_t versions)
{
	return versions ? 31 - __builtin_clz(versions) : 0;
}

void of_hello_send(struct of_conn *c)
{
	struct of_buf *out = of_news(highest(c->versions), OFPT_HELLO);

	of_put_u16(out, OFPHET_VERSIONBITMAP);
	of_put_u16(out, ELEMENT_HEAD + 4);
	of_put_u32(out, c->versions);
	of_send(c, out);
}

/* The first word of its bitmap, 0 without one. What is malformed or unknown is passed over. */
static uint32_t bitmap_of(struct of_cursor *c)
{
	while (of_left(c) >= ELEMENT_HEAD) {
		uint16_t type = of_u16(c), len = of_u16(c);
		struct of_cursor body =
			of_sub(c, len < ELEMENT_HEAD ? SIZE_MAX : len - ELEMENT_HEAD);

		of_skip(c, -len & 7);
		if (body.over)
			break;
		if (type == OFPHET_VERSIONBITMAP && of_left(&body) >= 4)
			return of_u32(&body);
	}
	return 0;
}

static uint8_t agree(uint32_t ours, uint8_t version, uint32_t bitmap)
{
	uint8_t lower = version < highest(ours) ? version : highest(ours);

	if (bitmap)
		return highest(ours & bitmap);
	return ours & OF_BIT(lower) ? lower : 0;
}

/* " 1.0 1.3": those that exist; "" for none of them. */
static void name_versions(uint32_t versions, char *text)
{
	for (unsigned v = OF10; v <= OF15 + 1; v++)
		if (versions & OF_BIT(v))
			text += sprintf(text, " 1.%u", v - 1);
	*text = '\0';
}

static void refuse(struct of_conn *c, uint8_t version, uint32_t xid, const char *text)
{
	static struct of_buf error;
	uint8_t ours = highest(c->versions);

	error.len = 0;
	of_put_error(&error, OFPHFC_INCOMPATIBLE, version < ours && version ? version : ours, xid,
		text, strlen(text));
	of_conn_queue(c, error.bytes, error.len);
	of_conn_close(c, text);
}

void of_hello_take(struct of_conn *c, const uint8_t *bytes, size_t len)
{
	struct of_cursor body = of_cursor(bytes, len);
	uint8_t version = of_u8(&body), type = of_u8(&body);
	char text[200], ours[64], theirs[64];
	uint32_t xid, bitmap;

	of_skip(&body, 2);
	xid = of_u32(&body);
	if (type != OFPT_HELLO) {
		snprintf(text, sizeof(text), "the first message is of type %u, not HELLO", type);
		refuse(c, version, xid, text);
		return;
	}
	bitmap = bitmap_of(&body);
	c->version = agree(c->versions, version, bitmap);
	if (c->version) {
		of_async_begin(c);
		return;
	}
	name_versions(c->versions, ours);
	name_versions(bitmap ? bitmap : OF_BIT(version & 31), theirs);
	snprintf(text, sizeof(text), "we speak OpenFlow%s, you offer%s", ours, theirs);
	refuse(c, version, xid, text);
}

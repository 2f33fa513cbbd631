/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HELLO: ours, and the peer's, which decides the version; without one in common an error that says what we speak, and
 * the end.
 *
 * Thread: control.
 */
#include "conn.h"

#include <stdio.h>
#include <string.h>

#include "../codec/hello.h"
#include "reply.h"

void of_hello_send(struct of_conn *c)
{
	struct of_buf *out = of_news(of_highest(c->versions), OFPT_HELLO);

	of_put_hello(out, c->versions);
	of_send(c, out);
}

static void refuse(struct of_conn *c, uint8_t version, uint32_t xid, const char *text)
{
	static struct of_buf error;

	error.len = 0;
	of_put_error(&error, OFPHFC_INCOMPATIBLE, of_hello_refusal(c->versions, version), xid, text,
		strlen(text));
	of_conn_queue(c, error.bytes, error.len);
	of_conn_close(c, text);
}

void of_hello_take(struct of_conn *c, const uint8_t *bytes, size_t len)
{
	struct of_cursor body = of_cursor(bytes, len);
	uint8_t version = of_u8(&body), type = of_u8(&body);
	char text[200], ours[OF_VERSIONS_TEXT], theirs[OF_VERSIONS_TEXT];
	uint32_t xid, bitmap;

	of_skip(&body, 2);
	xid = of_u32(&body);
	if (type != OFPT_HELLO) {
		snprintf(text, sizeof(text), "the first message is of type %u, not HELLO", type);
		refuse(c, version, xid, text);
		return;
	}
	bitmap = of_hello_bitmap(body);
	c->version = of_hello_agree(c->versions, version, bitmap);
	if (c->version) {
		of_async_begin(c);
		return;
	}
	of_versions_text(c->versions, ours);
	of_versions_text(bitmap ? bitmap : OF_BIT(version & 31), theirs);
	snprintf(text, sizeof(text), "we speak OpenFlow%s, you offer%s", ours, theirs);
	refuse(c, version, xid, text);
}

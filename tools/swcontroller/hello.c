/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See hello.h.
 */
#include "hello.h"

#include <stdio.h>
#include <string.h>

#include "../../src/ctl/of/codec/error.h"
#include "../../src/ctl/of/codec/hello.h"
#include "message.h"
#include "peer.h"

void hello_send(struct peer *p)
{
	uint32_t versions = p->c->o->versions;
	struct of_buf *out = &p->c->out;
	char names[OF_VERSIONS_TEXT];

	out->len = 0;
	of_begin(out, of_highest(versions), OFPT_HELLO, 0);
	of_put_hello(out, versions);
	peer_show(p, '>', "hello%s", of_versions_text(versions, names));
	peer_send(p);
}

static void refuse(struct peer *p, uint8_t version, const char *text)
{
	uint32_t ours = p->c->o->versions;

	p->c->out.len = 0;
	of_put_error(&p->c->out, OFPHFC_INCOMPATIBLE, of_hello_refusal(ours, version), 0, text,
		strlen(text));
	peer_show(p, '>', "error OFPHFC_INCOMPATIBLE");
	peer_send(p);
	peer_end(p, text);
}

void hello_take(struct peer *p, const uint8_t *bytes, size_t len)
{
	struct of_cursor c = of_cursor(bytes, len);
	uint8_t version = of_u8(&c), type = of_u8(&c);
	char text[200], ours[OF_VERSIONS_TEXT], theirs[OF_VERSIONS_TEXT];
	uint32_t bitmap;

	of_skip(&c, 6);
	if (type == OFPT_ERROR) {
		peer_end(p, "it refuses our hello");
		return;
	}
	if (type != OFPT_HELLO) {
		snprintf(text, sizeof(text), "its first message is of type %u, not a hello", type);
		refuse(p, version, text);
		return;
	}
	bitmap = of_hello_bitmap(c);
	of_versions_text(bitmap ? bitmap : OF_BIT(version & 31), theirs);
	peer_show(p, '<', "hello%s%s", bitmap ? "" : " up to",
		*theirs ? theirs : " an unknown version");
	p->version = of_hello_agree(p->c->o->versions, version, bitmap);
	if (p->version) {
		message_begin(p);
		return;
	}
	of_versions_text(p->c->o->versions, ours);
	snprintf(text, sizeof(text), "OpenFlow%s is spoken here, and the switch offers%s", ours,
		*theirs ? theirs : " none of 1.0 to 1.5");
	refuse(p, version, text);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See hello.h. The highest version in both bitmaps; where the switch sends none, the lower of the two heads' versions,
 * if it is spoken here.
 */
#include "hello.h"

#include <stdio.h>
#include <string.h>

#include "../../src/ctl/of/codec/error.h"
#include "message.h"
#include "peer.h"

#define VERSION_BITMAP 1
#define ELEMENT_HEAD   4

static uint8_t highest(uint32_t versions)
{
	return versions ? 31 - __builtin_clz(versions) : 0;
}

/* " 1.0 1.3" */
static void name_versions(uint32_t versions, char text[64])
{
	*text = '\0';
	for (unsigned v = OF10; v <= OF15; v++)
		if (versions & OF_BIT(v))
			text += sprintf(text, " 1.%u", v - 1);
}

void hello_send(struct peer *p)
{
	uint32_t versions = p->c->o->versions;
	struct of_buf *out = &p->c->out;
	char names[64];

	out->len = 0;
	of_begin(out, highest(versions), OFPT_HELLO, 0);
	of_put_u16(out, VERSION_BITMAP);
	of_put_u16(out, ELEMENT_HEAD + sizeof(versions));
	of_put_u32(out, versions);
	name_versions(versions, names);
	peer_show(p, '>', "hello%s", names);
	peer_send(p);
}

/* What is malformed or unknown is passed over. */
static uint32_t bitmap_of(struct of_cursor c)
{
	while (of_left(&c) >= ELEMENT_HEAD) {
		uint16_t type = of_u16(&c), len = of_u16(&c);
		struct of_cursor body;

		if (len < ELEMENT_HEAD)
			break;
		body = of_sub(&c, len - ELEMENT_HEAD);
		if (body.over)
			break;
		if (type == VERSION_BITMAP && of_left(&body) >= 4)
			return of_u32(&body);
		of_skip(&c, -len & 7);
	}
	return 0;
}

uint8_t hello_agree(uint32_t ours, uint8_t version, uint32_t bitmap)
{
	uint8_t lower = version < highest(ours) ? version : highest(ours);

	if (bitmap)
		return highest(ours & bitmap);
	return ours & OF_BIT(lower) ? lower : 0;
}

static void refuse(struct peer *p, uint8_t version, const char *text)
{
	uint8_t ours = highest(p->c->o->versions);

	p->c->out.len = 0;
	of_put_error(&p->c->out, OFPHFC_INCOMPATIBLE, version && version < ours ? version : ours, 0,
		text, strlen(text));
	peer_show(p, '>', "error OFPHFC_INCOMPATIBLE");
	peer_send(p);
	peer_end(p, text);
}

void hello_take(struct peer *p, const uint8_t *bytes, size_t len)
{
	struct of_cursor c = of_cursor(bytes, len);
	uint8_t version = of_u8(&c), type = of_u8(&c);
	char text[200], ours[64], theirs[64];
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
	bitmap = bitmap_of(c);
	name_versions(bitmap ? bitmap : OF_BIT(version & 31), theirs);
	peer_show(p, '<', "hello%s%s", bitmap ? "" : " up to",
		*theirs ? theirs : " an unknown version");
	p->version = hello_agree(p->c->o->versions, version, bitmap);
	if (p->version) {
		message_begin(p);
		return;
	}
	name_versions(p->c->o->versions, ours);
	snprintf(text, sizeof(text), "OpenFlow%s is spoken here, and the switch offers%s", ours,
		*theirs ? theirs : " none of 1.0 to 1.5");
	refuse(p, version, text);
}

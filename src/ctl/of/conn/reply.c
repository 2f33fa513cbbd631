/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See reply.h. Control thread.
 */
#include "reply.h"

#include <string.h>

#include <sw/log.h>

#include "../bridge.h"

SW_LOG_USE(openflow);

#define PART_MAX  (32 * 1024)		/* a part is sent when it is longer */
#define ENTRY_MAX (OF_MESSAGE_MAX - 24) /* with the longest heads */

static struct of_buf plain; /* empty between two messages */

static struct of_buf *begin(uint8_t version, uint8_t type, uint32_t xid)
{
	plain.len = 0;
	of_begin(&plain, version, type, xid);
	return &plain;
}

struct of_buf *of_reply(const struct of_msg *msg, uint8_t type)
{
	return begin(msg->version, type, msg->xid);
}

struct of_buf *of_reply_experimenter(const struct of_msg *msg, uint32_t experimenter, uint32_t type)
{
	plain.len = 0;
	of_begin_experimenter(&plain, msg->version, msg->xid, experimenter, type);
	return &plain;
}

struct of_buf *of_news(uint8_t version, uint8_t type)
{
	return begin(version, type, 0);
}

struct of_buf *of_news_experimenter(uint8_t version, uint32_t experimenter, uint32_t type)
{
	plain.len = 0;
	of_begin_experimenter(&plain, version, 0, experimenter, type);
	return &plain;
}

void of_send(struct of_conn *c, struct of_buf *out)
{
	of_end(out, 0);
	of_conn_queue(c, out->bytes, out->len);
}

void of_send_error(struct of_conn *c, enum of_error error, const struct of_msg *msg)
{
	c->count.errors++;
	sw_debug("bridge %s: controller %s: %s for %s", c->bridge->name, c->name,
		of_error_name(error), msg->type ? msg->type->name : "a message");
	plain.len = 0;
	of_put_error(&plain, error, c->version, msg->xid, msg->head, msg->len);
	of_conn_queue(c, plain.bytes, plain.len);
}

/* The second head of an answer of the same kind as the request. */
static size_t put_multipart_head(
	struct of_buf *out, uint8_t version, uint32_t xid, const struct of_id *id)
{
	bool experimenter = id->form == OF_EXP_MULTIPART;
	size_t at = of_begin(out, version, of_multipart_type(version) + 1, xid);

	of_put_u16(out, experimenter ? OFPMP_EXPERIMENTER : id->number);
	of_put_u16(out, 0);
	if (version != OF10)
		of_put_u32(out, 0);
	if (experimenter) {
		of_put_u32(out, id->experimenter);
		of_put_u32(out, id->number);
		if (version == OF10)
			of_put_u32(out, 0);
	}
	return at;
}

struct of_buf *of_reply_multipart(const struct of_msg *msg)
{
	plain.len = 0;
	put_multipart_head(&plain, msg->version, msg->xid, msg->id);
	return &plain;
}

/* --- answers of several parts --------------------------------------------------------------------------- */

static void begin_part(struct of_parts *p)
{
	p->buf.len = 0;
	p->entry = put_multipart_head(&p->buf, p->version, p->xid, p->id);
}

void of_parts_begin(struct of_parts *p, const struct of_msg *msg)
{
	memset(p, 0, sizeof(*p));
	p->id = msg->id;
	p->version = msg->version;
	p->xid = msg->xid;
	begin_part(p);
}

struct of_buf *of_parts_entry(struct of_parts *p)
{
	p->entry = p->buf.len;
	return &p->buf;
}

static void send_part(struct of_conn *c, struct of_parts *p, size_t len, uint16_t flags)
{
	of_patch_u16(&p->buf, 2, len);
	of_patch_u16(&p->buf, OF_HEAD + 2, flags);
	of_conn_queue(c, p->buf.bytes, len);
}

void of_parts_entry_end(struct of_conn *c, struct of_parts *p)
{
	size_t entry = p->entry, len = p->buf.len - entry;

	if (p->buf.len <= PART_MAX)
		return;
	if (len > ENTRY_MAX) {
		sw_warn("bridge %s: %zu bytes cannot be told to controller %s: a message has at most %u",
			c->bridge->name, len, c->name, OF_MESSAGE_MAX);
		p->buf.len = entry;
		return;
	}
	/* The entry goes with the next part when it does not fit. */
	if (p->buf.len > OF_MESSAGE_MAX) {
		struct of_buf had = p->buf;

		send_part(c, p, entry, OFPMPF_MORE);
		memset(&p->buf, 0, sizeof(p->buf));
		begin_part(p);
		of_put(&p->buf, had.bytes + entry, len);
		of_buf_fini(&had);
		return;
	}
	send_part(c, p, p->buf.len, OFPMPF_MORE);
	begin_part(p);
}

void of_parts_end(struct of_conn *c, struct of_parts *p)
{
	send_part(c, p, p->buf.len, 0);
}

void of_parts_fini(struct of_parts *p)
{
	of_buf_fini(&p->buf);
}

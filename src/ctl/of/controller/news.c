/* SPDX-License-Identifier: BSD-3-Clause */
/* See news.h. Control thread. */
#include "news.h"

#include <string.h>

#include "../bridge.h"
#include "../conn/reply.h"
#include "controller.h"

#define OFPT_CONTROLLER_STATUS 35
#define OFPCSPT_URI	       0
#define URI_HEAD	       4

enum { OFPCT_STATUS_UP, OFPCT_STATUS_DOWN };

struct entry {
	const char *uri;
	enum of_role role;
	uint16_t short_id;
	enum of_controller_reason reason;
	bool up;
};

static void put(struct of_buf *out, const struct entry *e)
{
	size_t start = out->len, len = strlen(e->uri);

	of_put_u16(out, 0); /* length, written below */
	of_put_u16(out, e->short_id);
	of_put_u32(out, of_role_number(e->role));
	of_put_u8(out, e->reason);
	of_put_u8(out, e->up ? OFPCT_STATUS_UP : OFPCT_STATUS_DOWN);
	of_room(out, 6);
	of_put_u16(out, OFPCSPT_URI);
	of_put_u16(out, URI_HEAD + len);
	of_put(out, e->uri, len);
	of_pad8(out, start);
	of_patch_u16(out, start, out->len - start);
}

static void tell(struct of_bridge *of, const struct entry *e)
{
	struct of_conn *c;
	struct of_buf *out;

	TAILQ_FOREACH (c, &of->conns, peers) {
		if (c->version < OF15 || !of_async_wants(c, OF_ASYNC_CONTROLLER_STATUS, e->reason))
			continue;
		out = of_news(c->version, OFPT_CONTROLLER_STATUS);
		put(out, e);
		of_send(c, out);
	}
}

/* A controller begins as equal, and without an id. */
void of_controller_news(const struct of_controller *ctl, enum of_controller_reason reason)
{
	tell(ctl->of, &(struct entry){ .uri = ctl->text, .role = OF_ROLE_EQUAL, .reason = reason });
}

static struct entry entry_of(const struct of_conn *c, enum of_controller_reason reason)
{
	return (struct entry){ c->name, c->role, c->session.short_id, reason, !c->dropped };
}

void of_conn_news(const struct of_conn *c, enum of_controller_reason reason)
{
	const struct entry e = entry_of(c, reason);

	if (c->controller)
		tell(c->bridge, &e);
}

static void answer(struct of_conn *c, struct of_parts *parts, const struct entry *e)
{
	put(of_parts_entry(parts), e);
	of_parts_entry_end(c, parts);
}

/* Each connection of a row; of a row without one the row, as that which is down. */
static enum of_error controller_status(struct of_conn *c, const struct of_msg *msg)
{
	struct of_controller *ctl;
	struct of_parts parts;
	struct of_conn *one;

	of_parts_begin(&parts, msg);
	TAILQ_FOREACH (ctl, &c->bridge->controllers, list) {
		if (!ctl->n_up)
			answer(c, &parts, &(struct entry){ .uri = ctl->text });
		TAILQ_FOREACH (one, &c->bridge->conns, peers) {
			const struct entry e = entry_of(one, OF_CONTROLLER_REQUEST);

			if (one->controller == ctl && one->version && e.up)
				answer(c, &parts, &e);
		}
	}
	of_parts_end(c, &parts);
	of_parts_fini(&parts);
	return OF_FINE;
}

SW_REGISTER(of_message, controller_status) = {
	.name = "controller_status",
	.help = "the controllers of the bridge: whether they are connected, their roles and ids",
	.ids = { { OF_V15, OF_MULTIPART, 0, 18, 0, 0 } },
	.handle = controller_status,
};

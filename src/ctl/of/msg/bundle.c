/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles (1.4.1, 6.8, 7.3.9; ONF's extension 230 for 1.3): messages are checked when they are added, kept, and made one change when
 * the bundle is committed: all of them or none, in their order, whatever the flags ask for. A large one is staged in
 * slices; nobody else may change the bridge until it is done. In 1.5 a commit may be scheduled (1.5.1, 6.9): it is answered when it was
 * made, the connection goes on meanwhile, and a discard cancels it.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/groups.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "bundle.h"

#include "../bridge.h"
#include "../codec/property.h"
#include "../codec/time.h"
#include "../conn/reply.h"
#include "../../persist/persist.h"
#include "../../staged.h"
#include "../monitors.h"
#include "../stored.h"

enum {
	OFPBCT_OPEN_REQUEST = 0,
	OFPBCT_CLOSE_REQUEST = 2,
	OFPBCT_COMMIT_REQUEST = 4,
	OFPBCT_DISCARD_REQUEST = 6, /* a reply is one more */
};
#define UNDO_SHARE 1024 /* changes taken back before a look at the time: 0.2 ms */

#define OFPBPT_TIME 1

#define OFPT_BUNDLE_CONTROL 33
#define ONFT_BUNDLE_CONTROL 2300

static void answer(
	struct of_conn *c, const struct of_msg *msg, uint32_t id, uint16_t type, uint16_t flags)
{
	struct of_buf *out;

	if (msg->id->form == OF_EXPERIMENTER)
		out = of_reply_experimenter(msg, OF_ONF, ONFT_BUNDLE_CONTROL);
	else
		out = of_reply(msg, OFPT_BUNDLE_CONTROL);
	of_put_u32(out, id);
	of_put_u16(out, type + 1);
	of_put_u16(out, flags);
	of_send(c, out);
}

/* --- commit ---------------------------------------------------------------------------------------------------------- */

struct commit {
	struct of_work work;
	struct of_conn *c;
	struct of_bundle *bundle;
	struct of_bundle_at at;
	struct of_msg request; /* without its bytes, which are gone */
	uint8_t head[64];      /* of them, for errors */
	bool committed; /* rules and groups are; the rest of it follows, when that is told of */
	bool told;	/* that is, and `ticket` is known */
	bool over;	/* that, too; but for the disk */
	enum of_error error; /* of the message at `at`: told when what was staged is taken back */
	uint64_t ticket;     /* of what was changed, on its way there */
	uint32_t id;
	uint16_t flags;
};

/* The end, one way or the other: others may change the bridge again. */
static void let_go(struct commit *m)
{
	of_bundle_discard(m->c, m->bundle);
	m->c->committing = NULL;
	of_bridge_unlock(m->c->bridge);
}

static int fail(struct of_conn *c, struct commit *m, const struct slice *slice)
{
	struct of_msg msg;
	const uint8_t *bytes;
	size_t len;

	while (sw_rules_take_back(c->bridge->rules, UNDO_SHARE))
		if (slice_over(slice))
			return SLICE_MORE;
	sw_groups_abort(c->bridge->groups);
	of_monitors_end(c->bridge);
	bytes = of_bundle_next(m->bundle, &m->at, &len);
	of_message_parse(bytes, len, c->version, &msg);
	of_send_error(c, m->error, &msg);
	of_send_error(c, OFPBFC_MSG_FAILED, &m->request);
	let_go(m);
	return 0;
}

/* The answer, when it is on the disk where that is asked for. */
static int wait_stored(struct of_conn *c, struct commit *m)
{
	enum of_stored stored = of_stored_check(c, m->ticket);

	if (stored == OF_STORED_LATER)
		return SLICE_MORE;
	if (stored == OF_STORED)
		answer(c, &m->request, m->id, OFPBCT_COMMIT_REQUEST, m->flags);
	else
		of_send_error(c, OFPBFC_UNKNOWN, &m->request);
	return 0;
}

/* All is in force: what follows from that, in the order of the messages. */
static int finish(struct of_conn *c, struct commit *m, const struct slice *slice)
{
	const uint8_t *bytes;
	struct of_msg msg;
	size_t len;

	for (;;) {
		struct of_bundle_at here = m->at;

		bytes = of_bundle_next(m->bundle, &m->at, &len);
		if (!bytes)
			break;
		of_message_parse(bytes, len, c->version, &msg);
		if (msg.type->after && !msg.type->after(c, &msg)) {
			m->at = here;
			return SLICE_MORE;
		}
		if (slice_over(slice))
			return SLICE_MORE;
	}
	let_go(m);
	m->over = true;
	return wait_stored(c, m);
}

/* Behind the commit, when all are told of it. */
static int go_on(struct of_conn *c, struct commit *m, const struct slice *slice)
{
	if (m->over)
		return wait_stored(c, m);
	c->parked = staged_is_under_way(c->bridge->rules);
	if (c->parked)
		return SLICE_MORE;
	if (!m->told) {
		persist_let_go(c->bridge->bridge);
		m->ticket = of_stored_ticket(c);
	}
	m->told = true;
	return finish(c, m, slice);
}

static int commit_step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct commit *m = sw_container_of(work, struct commit, work);
	struct of_bundle_at next = m->at;
	const uint8_t *bytes;
	struct of_msg msg;
	size_t len;

	if (m->committed)
		return go_on(c, m, slice);
	if (m->error)
		return fail(c, m, slice);
	while ((bytes = of_bundle_next(m->bundle, &next, &len))) {
		m->error = of_message_parse(bytes, len, c->version, &msg);
		if (!m->error)
			m->error = msg.type->stage(c, &msg, true);
		if (m->error == OF_MORE)
			next = m->at;
		else if (m->error)
			return fail(c, m, slice);
		m->error = OF_FINE;
		m->at = next;
		if (slice_over(slice))
			return SLICE_MORE;
	}
	staged_commit_all(c->bridge->bridge);
	m->committed = true;
	m->at = (struct of_bundle_at){ 0 };
	return go_on(c, m, slice);
}

/* The connection went in the middle of it. */
static void commit_free(struct of_work *work)
{
	struct commit *m = sw_container_of(work, struct commit, work);

	if (m->c->committing) {
		if (!m->committed) {
			of_monitors_end(m->c->bridge);
			staged_abort_all(m->c->bridge->bridge);
		}
		let_go(m);
	}
	free(m);
}

void of_bundle_commit(struct of_conn *c, struct of_bundle *bundle, const struct of_msg *msg)
{
	struct commit *m = sw_xcalloc(1, sizeof(*m));

	m->work = (struct of_work){ commit_step, commit_free };
	m->c = c;
	m->bundle = bundle;
	of_msg_keep(&m->request, msg, m->head, sizeof(m->head));
	m->id = bundle->id;
	m->flags = bundle->flags;
	of_bridge_lock(c->bridge, c);
	sw_groups_begin(c->bridge->groups);
	c->committing = bundle;
	c->work = &m->work;
}

/* --- control ----------------------------------------------------------------------------------------------------------- */

struct asked {
	uint32_t id;
	uint16_t type, flags;
	bool has_time;
	uint64_t at_ns; /* that time: sw_clock_tai_ns() */
};

static bool knows_flags(const struct of_msg *msg, uint16_t flags)
{
	uint16_t known = OFPBF_ATOMIC | OFPBF_ORDERED;

	return !(flags & ~(msg->version == OF15 ? known | OFPBF_TIME : known));
}

/* A time says when to commit, and belongs to nothing else. */
static enum of_error read_properties(
	struct of_cursor *body, const struct of_msg *msg, struct asked *q)
{
	while (of_left(body)) {
		struct of_property p;
		enum of_error error = of_get_property(body, &p);

		if (error)
			return error;
		if (p.type != OFPBPT_TIME || msg->version != OF15 ||
			q->type != OFPBCT_COMMIT_REQUEST)
			return OFPBPC_BAD_TYPE;
		if (q->has_time)
			return OFPBPC_DUP_TYPE;
		of_skip(&p.body, 4);
		error = of_get_time(&p.body, &q->at_ns);
		if (p.body.over || of_left(&p.body))
			return OFPBPC_BAD_LEN;
		if (error)
			return error;
		q->has_time = true;
	}
	return OF_FINE;
}

static enum of_error open_bundle(struct of_conn *c, const struct of_msg *msg, struct of_bundle *b,
	uint32_t id, uint16_t flags)
{
	if (b) {
		of_bundle_discard(c, b);
		return OFPBFC_BUNDLE_EXIST;
	}
	if (!of_bundle_open(c, msg, id, flags))
		return OFPBFC_OUT_OF_BUNDLES;
	answer(c, msg, id, OFPBCT_OPEN_REQUEST, flags);
	return OF_FINE;
}

/* What a request finds must fit it, or it is discarded. */
static enum of_error check(struct of_conn *c, struct of_bundle *b, uint16_t flags, bool open)
{
	if (!b)
		return OFPBFC_BAD_ID;
	if (open && b->closed) {
		of_bundle_discard(c, b);
		return OFPBFC_BUNDLE_CLOSED;
	}
	if ((b->flags ^ flags) & ~OFPBF_TIME) {
		of_bundle_discard(c, b);
		return OFPBFC_BAD_FLAGS;
	}
	return OF_FINE;
}

/* With the flag there is a time, and without there is none; a bundle that was opened with it is scheduled. */
static enum of_error check_time(
	const struct of_conn *c, const struct of_bundle *b, const struct asked *q)
{
	bool timed = q->flags & OFPBF_TIME;

	if (timed != q->has_time || (!timed && b->flags & OFPBF_TIME))
		return OFPBFC_BAD_FLAGS;
	return timed ? of_schedule_check(c, q->at_ns) : OF_FINE;
}

static enum of_error commit(
	struct of_conn *c, const struct of_msg *msg, struct of_bundle *b, const struct asked *q)
{
	enum of_error error;

	if (b && b->due) /* it stays as it is */
		return OFPBFC_BUNDLE_IN_PROGRESS;
	error = check(c, b, q->flags, false);
	if (error)
		return error;
	error = check_time(c, b, q);
	if (error) {
		of_bundle_discard(c, b);
		return error;
	}
	b->flags = q->flags;
	if (q->has_time)
		of_schedule_put(c, b, q->at_ns, msg);
	else
		of_bundle_commit(c, b, msg);
	return OF_FINE;
}

static enum of_error control(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	struct asked q = { .id = of_u32(&body) };
	struct of_bundle *b = of_bundle_find(c, q.id);
	enum of_error error;

	q.type = of_u16(&body);
	q.flags = of_u16(&body);
	error = read_properties(&body, msg, &q);
	if (error)
		return error;
	if (!knows_flags(msg, q.flags))
		return OFPBFC_BAD_FLAGS;
	switch (q.type) {
	case OFPBCT_OPEN_REQUEST:
		return open_bundle(c, msg, b, q.id, q.flags);
	case OFPBCT_CLOSE_REQUEST:
		error = check(c, b, q.flags, true);
		if (error)
			return error;
		b->closed = true;
		answer(c, msg, q.id, q.type, q.flags);
		return OF_FINE;
	case OFPBCT_COMMIT_REQUEST:
		return commit(c, msg, b, &q);
	case OFPBCT_DISCARD_REQUEST:
		if (!b)
			return OFPBFC_BAD_ID;
		of_bundle_discard(c, b);
		answer(c, msg, q.id, q.type, q.flags);
		return OF_FINE;
	default:
		return OFPBFC_BAD_TYPE;
	}
}

/* --- adding -------------------------------------------------------------------------------------------------------------- */

static enum of_error check_inner(
	struct of_conn *c, const struct of_msg *outer, struct of_cursor *body, struct of_msg *inner)
{
	struct of_cursor head = *body;
	uint8_t version = of_u8(&head);
	enum of_error error;
	uint16_t len;

	of_skip(&head, 1);
	len = of_u16(&head);
	if (head.over || len < OF_HEAD || len > of_left(body))
		return OFPBFC_MSG_BAD_LEN;
	if (version != outer->version)
		return OFPBFC_BAD_VERSION;
	error = of_message_parse(body->at, len, version, inner);
	if (inner->xid != outer->xid)
		return OFPBFC_MSG_BAD_XID;
	if (error)
		return error == OFPBRC_BAD_LEN ? OFPBFC_MSG_BAD_LEN : OFPBFC_MSG_UNSUP;
	if (!inner->type->stage)
		return OFPBFC_MSG_UNSUP;
	return inner->type->stage(c, inner, false);
}

/* Behind the message: nothing; or padding to 8 and properties, of which only control messages may have one. */
static enum of_error check_rest(struct of_cursor *body, const struct of_msg *inner)
{
	struct of_property p;
	enum of_error error;

	of_skip(body, inner->len);
	if (!of_left(body))
		return OF_FINE;
	of_skip(body, -inner->len & 7);
	if (!body->over && !of_left(body))
		return OF_FINE;
	error = of_get_property(body, &p);
	return error ? error : OFPBPC_BAD_TYPE;
}

static enum of_error add(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t id = of_u32(&body);
	struct of_bundle *b = of_bundle_find(c, id);
	struct of_msg inner;
	enum of_error error;
	uint16_t flags;

	of_skip(&body, 2);
	flags = of_u16(&body);
	if (!knows_flags(msg, flags))
		return OFPBFC_BAD_FLAGS;
	error = b ? check(c, b, flags, true) : OF_FINE;
	if (!error)
		error = check_inner(c, msg, &body, &inner);
	if (!error)
		error = check_rest(&body, &inner);
	if (error)
		return error;
	if (!b)
		b = of_bundle_open(c, msg, id, flags);
	if (!b)
		return OFPBFC_OUT_OF_BUNDLES;
	return of_bundle_keep(c, b, inner.head, inner.len) ? OF_FINE : OFPBFC_MSG_TOO_MANY;
}

SW_REGISTER(of_message, bundle_control) = {
	.name = "bundle_control",
	.help = "open, close, commit or discard a bundle",
	.ids = { { OF_V14_UP, OF_PLAIN, 0, 33, 8, 8 },
		{ OF_V13, OF_EXPERIMENTER, OF_ONF, ONFT_BUNDLE_CONTROL, 8, 8 } },
	.changes = true,
	.handle = control,
};
SW_REGISTER(of_message, bundle_add) = {
	.name = "bundle_add",
	.help = "add a message to a bundle",
	.ids = { { OF_V14_UP, OF_PLAIN, 0, 34, 16, 1 },
		{ OF_V13, OF_EXPERIMENTER, OF_ONF, 2301, 16, 1 } },
	.changes = true,
	.aside = true,
	.handle = add,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One connection: its life, its messages in order. See conn.h; input and output are in conn_io.c.
 *
 * Every whole message gets an answer or an error, and the connection lives: unknown types, wrong lengths and wrong
 * versions are told to the peer (1.3.5, 7.4.4). Where a message says that it is shorter than its own header there
 * is no next one to be found for sure: it is taken for a header alone, and a peer that goes on like this is no
 * peer of this protocol.
 *
 * Messages are handled in their order, with one exception: while the next one has to wait for us (a barrier for the disk, a change for
 * another's bundle) echo requests behind it are answered each second, so that the peer knows that we live.
 *
 * Thread: control.
 */
#include "conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <rte_common.h>

#include <sw/clock.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../bridge.h"
#include "../controller/controller.h"
#include "../monitors.h"
#include "../msg/bundle.h"
#include "../msg/table_features.h"
#include "../stored.h"
#include "../../staged.h"
#include "reply.h"
#include "server.h"
#include "snoop.h"

SW_LOG(openflow, "OpenFlow: connections, what is refused");

static const uint8_t *head_of(const struct of_conn *c)
{
	return (const uint8_t *)c->in.buf + c->in.start;
}

static size_t stated_len(const struct of_conn *c)
{
	return head_of(c)[2] << 8 | head_of(c)[3];
}

/* A first message that is no HELLO needs no end to be refused: its length may be part of anything. */
static bool is_stranger(const struct of_conn *c)
{
	return !c->version && head_of(c)[1] != OFPT_HELLO;
}

/* Is there a whole message, or what can be none? */
static bool has_message(const struct of_conn *c)
{
	size_t len;

	if (c->in.len < OF_HEAD)
		return false;
	len = stated_len(c);
	return len < OF_HEAD || c->in.len >= len || is_stranger(c);
}

/* All it asked is answered and it will ask no more. */
static bool is_finished(const struct of_conn *c)
{
	return (c->closing || (c->eof && !c->work && !has_message(c))) && !c->out.len;
}

bool of_conn_ready(const struct of_conn *c)
{
	if (c->dropped || is_finished(c))
		return true;
	return !c->closing && !c->blocked && !c->parked && !of_conn_is_full(c) &&
	       (c->work || has_message(c) || of_schedule_due(c));
}

void of_conn_queue(struct of_conn *c, const void *bytes, size_t len)
{
	if (c->dropped)
		return;
	if (c->out.len + len > OF_OUT_MAX) {
		of_conn_drop(c, "it does not read what it is sent (4 MiB wait)");
		return;
	}
	if (!c->out.len)
		c->moved_ms = sw_clock_ms();
	sw_bytes_add(&c->out, bytes, len);
	c->count.sent++;
	of_snoop(c, bytes, len);
	of_server_wake(c);
}

static void forget_work(struct of_conn *c)
{
	if (c->work)
		c->work->free(c->work);
	c->work = NULL;
}

bool of_may_warn(void)
{
	static uint64_t next_ms;
	uint64_t now = sw_clock_ms();

	if (now < next_ms)
		return false;
	next_ms = now + 1000;
	return true;
}

static void say_end(struct of_conn *c, const char *what, const char *why)
{
	if (why && !c->end[0])
		snprintf(c->end, sizeof(c->end), "%s", why);
	if (why && of_may_warn())
		sw_warn("bridge %s: controller %s is %s: %s", c->bridge->name, c->name, what, why);
	else
		sw_debug("bridge %s: controller %s is gone", c->bridge->name, c->name);
}

void of_conn_drop(struct of_conn *c, const char *why)
{
	if (c->dropped)
		return;
	say_end(c, "dropped", why);
	c->dropped = true;
	event_del(c->readable);
	event_del(c->writable);
	if (c->drip)
		event_del(c->drip);
	if (c->schedule.timer)
		event_del(c->schedule.timer);
	c->stream.cls->close(&c->stream);
	of_server_wake(c); /* what it holds goes when none of its functions is on the stack */
}

void of_conn_gone(struct of_conn *c, const char *why)
{
	if (!c->end[0])
		snprintf(c->end, sizeof(c->end), "%s", why);
	of_conn_drop(c, NULL);
}

void of_conn_close(struct of_conn *c, const char *why)
{
	if (c->dropped || c->closing)
		return;
	say_end(c, "turned away", why);
	c->closing = true;
	of_conn_watch_input(c);
	of_server_wake(c);
}

/* May this connection ask for it? */
static enum of_error check_right(const struct of_conn *c, const struct of_msg *msg)
{
	if (!msg->type->changes)
		return OF_FINE;
	if (c->reader)
		return OFPBRC_EPERM;
	return c->role == OF_ROLE_SLAVE ? OFPBRC_IS_SLAVE : OF_FINE;
}

/* Of a multipart request; 1.0 has none. What is reserved is refused (1.3.5, 7.1.2). Where more may come (OFPMPF_REQ_MORE) but nothing
 * can be in several messages, each is a whole request. */
static enum of_error check_flags(const struct of_msg *msg)
{
	return msg->version != OF10 && msg->flags & ~OFPMPF_MORE ? OFPBRC_BAD_MULTIPART : OF_FINE;
}

/* Another connection is in the middle of a change of the bridge, or a large one is still told of, or the disk does not keep up: this
 * one stays where it is until that is done. */
static bool must_wait(struct of_conn *c, const struct of_msg *msg)
{
	const struct of_conn *by = c->bridge->locked_by;
	bool changes = msg->type->changes && !msg->type->aside;

	c->blocked = changes && ((by && by != c) || of_stored_is_full(c));
	if (changes || msg->type->behind)
		c->blocked |= staged_is_under_way(c->bridge->rules);
	if (msg->type->changes) /* packets are to meet what was said before */
		c->blocked |= staged_is_unseen(c->bridge->rules);
	return c->blocked;
}

static enum of_error handle(struct of_conn *c, struct of_msg *msg, const uint8_t *bytes, size_t len)
{
	enum of_error error = of_message_parse(bytes, len, c->version, msg);

	/* A HELLO or an error of another version is none of this connection's any more. */
	if (bytes[0] != c->version && bytes[1] != OFPT_HELLO && bytes[1] != OFPT_ERROR)
		return OFPBRC_BAD_VERSION;
	if (c->snoops && bytes[1] > OFPT_ECHO_REPLY)
		return OFPBRC_EPERM;
	if (!error)
		error = check_right(c, msg);
	if (!error && must_wait(c, msg))
		return OF_FINE;
	if (error || !msg->type->staged)
		of_bridge_commit(c->bridge);
	if (!error && must_wait(c, msg)) /* that was many */
		return OF_FINE;
	if (!error)
		error = check_flags(msg);
	if (!error)
		error = msg->type->handle(c, msg);
	if (!error && msg->type->changes)
		of_stored_note(c, msg);
	return error;
}

static void take_message(struct of_conn *c, const uint8_t *bytes, size_t len)
{
	enum of_error error;
	struct of_msg msg;

	if (!c->told)
		of_snoop(c, bytes, len);
	c->told = true;
	c->heard_ms = sw_clock_ms();
	c->probed_ms = 0;
	c->faults = 0;
	c->count.received++;
	if (!c->version) {
		of_hello_take(c, bytes, len);
		if (c->version && c->controller)
			of_controller_up(c);
		if (c->version)
			of_bridge_more(c->bridge);
		return;
	}
	error = handle(c, &msg, bytes, len);
	if (error && bytes[1] != OFPT_ERROR)
		of_send_error(c, error, &msg);
}

static void take_fault(struct of_conn *c, const uint8_t *head)
{
	struct of_msg msg = { .version = c->version, .head = head, .len = OF_HEAD };
	struct of_cursor xid = of_cursor(head + 4, 4);

	if (!c->version || ++c->faults > OF_FAULTS) {
		of_conn_close(c, "it does not speak OpenFlow");
		return;
	}
	msg.xid = of_u32(&xid);
	of_send_error(c, OFPBRC_BAD_LEN, &msg);
}

static void next_message(struct of_conn *c)
{
	const uint8_t *bytes = head_of(c);
	size_t len = stated_len(c);

	if (is_stranger(c)) {
		len = OF_HEAD;
		of_hello_take(c, bytes, len);
	} else if (len < OF_HEAD) {
		len = OF_HEAD;
		take_fault(c, bytes);
	} else {
		take_message(c, bytes, len);
	}
	if (c->blocked)
		return;
	c->told = false;
	sw_bytes_take(&c->in, len);
}

/* A commit whose time has come is made as if it were asked for now. */
static void take_due(struct of_conn *c, struct of_bundle *b)
{
	const struct of_msg *request = &b->due->request;
	enum of_error error = check_right(c, request);

	if (error) {
		of_send_error(c, error, request);
		of_bundle_discard(c, b);
		return;
	}
	if (must_wait(c, request))
		return;
	of_bridge_commit(c->bridge);
	if (must_wait(c, request))
		return;
	of_stored_note(c, request);
	of_bundle_commit(c, b, request);
	free(b->due);
	b->due = NULL;
}

static void work_on(struct of_conn *c, const struct slice *slice)
{
	if (c->work->step(c, c->work, slice) == SLICE_MORE || c->dropped)
		return;
	forget_work(c);
	of_monitors_resume(c);
}

/* Of the messages that wait, echo requests are answered and taken out; the others keep their order. */
static void answer_echoes(struct of_conn *c)
{
	uint8_t *in = (uint8_t *)c->in.buf + c->in.start;
	size_t at = 0, kept = 0, len;
	bool told = c->told; /* of the first that waits */

	for (; c->in.len - at >= OF_HEAD && !of_conn_is_full(c); at += len) {
		len = in[at + 2] << 8 | in[at + 3];
		if (len < OF_HEAD || len > c->in.len - at)
			break;
		if (in[at] == c->version && in[at + 1] == OFPT_ECHO_REQUEST) {
			c->told = false;
			take_message(c, in + at, len);
			continue;
		}
		memmove(in + kept, in + at, len);
		kept += len;
	}
	if (at > kept) /* else there may be no buffer yet */
		memmove(in + kept, in + at, c->in.len - at);
	c->in.len -= at - kept;
	c->told = told;
}

void of_conn_turn(struct of_conn *c, const struct slice *slice)
{
	struct of_bundle *due;

	while (!c->dropped && !c->closing && !c->blocked && !c->parked && !of_conn_is_full(c) &&
		!slice_over(slice)) {
		if (c->work)
			work_on(c, slice);
		else if ((due = of_schedule_due(c)))
			take_due(c, due);
		else if (has_message(c))
			next_message(c);
		else
			break;
	}
	of_bridge_commit(c->bridge);
	if (!c->dropped)
		of_conn_flush(c);
	if (!c->dropped && is_finished(c))
		of_conn_gone(c, "it closed the connection");
	if (!c->dropped) {
		of_conn_watch_input(c);
		of_schedule_arm(c);
	}
}

/* While we do not look at what it says its silence is ours; and it may want to know whether we live. Where it is slow to take what
 * it asked for, it lives as long as it takes some. */
static void excuse(struct of_conn *c, uint64_t now_ms)
{
	if ((c->work || c->blocked) && !c->closing) {
		answer_echoes(c);
		of_bundles_touch(c, now_ms);
		c->heard_ms = now_ms;
	} else if (of_conn_is_full(c)) {
		c->heard_ms = RTE_MAX(c->heard_ms, c->moved_ms);
	}
	if (c->heard_ms > c->probed_ms)
		c->probed_ms = 0;
}

void of_conn_sweep(struct of_conn *c, uint64_t now_ms)
{
	if (c->version)
		excuse(c, now_ms);
	of_bundles_sweep(c, now_ms);
	if (of_schedule_due(c))
		of_server_wake(c);
	if (c->out.len && now_ms - c->moved_ms >= OF_STALL_MS) {
		of_conn_drop(c, "it does not read what it is sent");
	} else if (!c->version) {
		if (now_ms - c->heard_ms >= (c->controller ? OF_HELLO_MS : OF_PROBE_MS))
			of_conn_drop(c, "it does not say HELLO");
	} else if (!c->probe_ms) {
		c->probed_ms = 0;
	} else if (c->probed_ms && now_ms - c->probed_ms >= c->probe_ms) {
		of_conn_drop(c, "it does not answer an echo request");
	} else if (!c->probed_ms && now_ms - c->heard_ms >= c->probe_ms) {
		c->probed_ms = now_ms;
		of_send(c, of_news(c->version, OFPT_ECHO_REQUEST));
	}
}

struct of_conn *of_conn_new(struct event_base *base, struct of_bridge *bridge,
	const struct of_stream *stream, struct of_controller *controller, uint32_t versions)
{
	struct of_conn *c = sw_xcalloc(1, sizeof(*c));

	c->bridge = bridge;
	c->stream = *stream;
	c->controller = controller;
	c->versions = versions;
	c->probe_ms = OF_PROBE_MS;
	for (unsigned kind = 0; kind < OF_PACKETS_KINDS; kind++)
		of_limit_init(&c->limit[kind]);
	TAILQ_INIT(&c->bundles);
	of_schedule_init(c);
	c->heard_ms = c->moved_ms = sw_clock_ms();
	if (of_conn_watch(c, base)) {
		of_conn_free(c);
		return NULL;
	}
	of_hello_send(c);
	return c;
}

void of_conn_free(struct of_conn *c)
{
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	if (c->drip)
		event_free(c->drip);
	of_schedule_fini(c);
	for (unsigned kind = 0; kind < OF_PACKETS_KINDS; kind++)
		of_limit_fini(&c->limit[kind]);
	if (c->stream.fd >= 0)
		c->stream.cls->close(&c->stream);
	forget_work(c);
	of_bundles_discard_all(c);
	of_monitors_free(c);
	of_features_forget(c);
	of_stored_end(c, true);
	sw_bytes_fini(&c->in);
	sw_bytes_fini(&c->out);
	free(c);
}

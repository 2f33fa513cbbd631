/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What bundles can be (1.5.1, 7.3.5.20), and how far from now they may be scheduled: told, and set for this connection by who
 * asks with OFPBF_TIME_SET_SCHED. The time that a request may tell of its sender (OFPBF_TIMESTAMP) is used for nothing.
 *
 * Thread: control.
 */
#include <rte_common.h>

#include <sw/clock.h>

#include "../codec/property.h"
#include "../codec/time.h"
#include "../conn/reply.h"
#include "bundle.h"

enum { OFPBF_TIMESTAMP = 1 << 0, OFPBF_TIME_SET_SCHED = 1 << 1 }; /* of a request */

#define OFPTMPBF_TIME_CAPABILITY 1

struct asked {
	bool has_time;
	uint64_t max_future_ns, max_past_ns;
};

static enum of_error read_time(struct of_cursor *body, struct asked *q)
{
	uint64_t time[4]; /* accuracy, most in the future, most in the past, now */
	enum of_error error = OF_FINE;

	of_skip(body, 4);
	for (unsigned i = 0; i < RTE_DIM(time); i++)
		if (of_get_time(body, &time[i]))
			error = OFPBPC_BAD_VALUE;
	if (body->over || of_left(body))
		return OFPBPC_BAD_LEN;
	q->has_time = true;
	q->max_future_ns = time[1];
	q->max_past_ns = time[2];
	return error;
}

static enum of_error read_properties(struct of_cursor *body, struct asked *q)
{
	while (of_left(body)) {
		struct of_property p;
		enum of_error error = of_get_property(body, &p);

		if (error)
			return error;
		if (p.type != OFPTMPBF_TIME_CAPABILITY)
			return OFPBPC_BAD_TYPE;
		if (q->has_time)
			return OFPBPC_DUP_TYPE;
		error = read_time(&p.body, q);
		if (error)
			return error;
	}
	return OF_FINE;
}

static void answer(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply_multipart(msg);
	size_t at;

	of_put_u16(out, OFPBF_ATOMIC | OFPBF_ORDERED | OFPBF_TIME);
	of_room(out, 6);
	at = of_property_begin(out, OFPTMPBF_TIME_CAPABILITY);
	of_room(out, 4);
	of_put_time(out, OF_SCHEDULE_ACCURACY_NS);
	of_put_time(out, c->schedule.max_future_ns);
	of_put_time(out, c->schedule.max_past_ns);
	of_put_time(out, sw_clock_tai_ns());
	of_property_end(out, at);
	of_send(c, out);
}

static enum of_error features(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t flags = of_u32(&body);
	struct asked q = { 0 };
	enum of_error error;

	of_skip(&body, 4);
	error = read_properties(&body, &q);
	if (error)
		return error;
	if (flags & ~(uint32_t)(OFPBF_TIMESTAMP | OFPBF_TIME_SET_SCHED) ||
		(flags & OFPBF_TIME_SET_SCHED && !q.has_time))
		return OFPBFC_BAD_FLAGS;
	if (flags & OFPBF_TIME_SET_SCHED)
		of_schedule_bound(c, q.max_future_ns, q.max_past_ns);
	answer(c, msg);
	return OF_FINE;
}

SW_REGISTER(of_message, bundle_features) = {
	.name = "bundle_features",
	.help = "what bundles can be, and when they may be committed",
	.ids = { { OF_V15, OF_MULTIPART, 0, 19, 8, 8 } },
	.handle = features,
};

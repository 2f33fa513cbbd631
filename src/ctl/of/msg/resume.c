/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resume (nicira-ext.h, NXT_RESUME): a packet that controller(pause) sent to a controller comes back, and goes on behind that
 * action. The message is a packet-in of Nicira's second form. Of it the packet, the fields that are in no packet and the
 * continuation are looked at, which is a handle (<sw/pause.h>); what else a packet-in may have must be well formed.
 *
 * Thread: control.
 */
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/pause.h>

#include "../bridge.h"
#include "../codec/match.h"
#include "../codec/property.h"
#include "../conn/reply.h"
#include "../packets.h"
#include "packet_in2.h"

SW_LOG_USE(openflow);

#define NXT_RESUME 28

struct resume {
	struct sw_resume resume;
	struct sw_match fields;
	uint32_t full_len;
	bool has[NXPINTS];
};

/* Nested: padded to 8 bytes, then one property. What is well formed and not ours was made by another switch. */
static enum of_error read_continuation(struct of_cursor *c, struct resume *r)
{
	struct of_property p;
	enum of_error error;

	of_skip(c, 4);
	if (c->over)
		return OFPBPC_BAD_LEN;
	if (!of_left(c))
		return NXR_STALE;
	error = of_get_property(c, &p);
	if (error)
		return error;
	if (p.type != NXCPT_BRIDGE || of_left(&p.body) != SW_PAUSE_HANDLE || of_left(c))
		return NXR_STALE;
	of_copy(&p.body, r->resume.handle, SW_PAUSE_HANDLE);
	return OF_FINE;
}

static enum of_error read_property(struct of_property *p, struct resume *r)
{
	/* Bytes, 0: any number. A cookie is padded to 8. */
	static const uint8_t sizes[NXPINTS] = {
		[NXPINT_FULL_LEN] = 4,
		[NXPINT_BUFFER_ID] = 4,
		[NXPINT_TABLE_ID] = 1,
		[NXPINT_COOKIE] = 12,
		[NXPINT_REASON] = 1,
	};
	struct of_cursor *c = &p->body;
	enum of_error error = OF_FINE;

	if (p->type >= NXPINTS)
		return OFPBPC_BAD_TYPE;
	if (r->has[p->type])
		return OFPBPC_DUP_TYPE;
	if (sizes[p->type] && of_left(c) != sizes[p->type])
		return OFPBPC_BAD_LEN;
	r->has[p->type] = true;
	switch (p->type) {
	case NXPINT_PACKET:
		r->resume.bytes = c->at;
		r->resume.len = of_left(c);
		break;
	case NXPINT_FULL_LEN:
		r->full_len = of_u32(c);
		break;
	case NXPINT_METADATA:
		error = of_get_fields(c, true, &r->fields);
		r->resume.fields = &r->fields.value;
		break;
	case NXPINT_CONTINUATION:
		error = read_continuation(c, r);
	}
	return error;
}

/* r->resume points into the message and to r. */
static enum of_error read_resume(const struct of_msg *msg, struct resume *r)
{
	struct of_cursor body = msg->body;
	enum of_error error = OF_FINE;

	memset(r, 0, sizeof(*r));
	while (!error && of_left(&body)) {
		struct of_property p;

		error = of_get_property(&body, &p);
		if (!error)
			error = read_property(&p, r);
	}
	if (error)
		return error;
	if (!r->resume.len || (r->has[NXPINT_FULL_LEN] && r->full_len < r->resume.len))
		return OFPBRC_BAD_LEN;
	if (r->resume.len < SW_PACKET_OUT_MIN)
		return OFPBRC_BAD_PACKET;
	return r->has[NXPINT_CONTINUATION] ? OF_FINE : NXR_STALE;
}

/* Of a good message. */
static enum of_error go_on(struct of_conn *c, const struct resume *r)
{
	struct sw_err err;

	c->parked = false;
	switch (sw_pause_resume(c->bridge->bridge, &r->resume, &c->packet_out, &err)) {
	case SW_RESUME_FINE:
		c->has_packet_out = true;
		return OF_FINE;
	case SW_RESUME_STALE:
		return NXR_STALE;
	case SW_RESUME_FULL:
		c->parked = true;
		return OF_FINE;
	case SW_RESUME_NO_BUFFER:
		break;
	}
	if (of_may_warn())
		sw_warn("bridge %s: a packet that controller %s resumes is lost: %s",
			c->bridge->name, c->name, err.text);
	return OF_FINE;
}

/* One that found no room: what it goes on with may be too old by now. */
static bool again(struct of_conn *c, const struct of_msg *msg)
{
	struct resume r;
	enum of_error error = read_resume(msg, &r);

	if (!error)
		error = go_on(c, &r);
	if (error)
		of_send_error(c, error, msg);
	return !c->parked;
}

static enum of_error resume(struct of_conn *c, const struct of_msg *msg)
{
	struct resume r;
	enum of_error error = read_resume(msg, &r);

	if (!error)
		error = go_on(c, &r);
	if (!error && c->parked)
		of_packets_wait(c, msg, again);
	return error;
}

SW_REGISTER(of_message, resume) = {
	.name = "resume",
	.help = "a packet that controller(pause) stopped goes on",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, NXT_RESUME, 0, 8 } },
	.changes = true,
	.aside = true,
	.handle = resume,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/* See packets.h. Control thread. */
#include "packets.h"

#include <event2/event.h>

#include <sw/clock.h>

#include "../../loop.h"
#include "reply.h"

#define DRIP_MS	   10
#define DRIP_CHUNK 64 /* packets of a kind in one step of the loop */

static void wait_for_tokens(struct of_conn *c, bool at_once);

/* True: there are tokens for more. */
static bool let_out(struct of_conn *c, struct of_limit *limit)
{
	uint64_t now = sw_clock_ms();
	const void *bytes;
	unsigned n;
	size_t len;

	for (n = 0; n < DRIP_CHUNK && of_limit_next(limit, &bytes, &len, now); n++) {
		if (of_conn_is_full(c))
			c->count.packet_ins_lost++;
		else
			of_conn_queue(c, bytes, len);
		of_limit_took(limit);
	}
	return n == DRIP_CHUNK;
}

static void on_drip(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow packets");
	struct of_conn *c = arg;
	bool more = false;

	for (unsigned kind = 0; kind < OF_PACKETS_KINDS && !c->dropped; kind++)
		more |= let_out(c, &c->limit[kind]);
	wait_for_tokens(c, more);
}

static void wait_for_tokens(struct of_conn *c, bool at_once)
{
	const struct timeval soon = { 0, at_once ? 0 : DRIP_MS * 1000 };
	bool waits = false;

	for (unsigned kind = 0; kind < OF_PACKETS_KINDS; kind++)
		waits |= c->limit[kind].waiting > 0;
	if (!waits || c->dropped)
		return;
	if (!c->drip)
		c->drip = event_new(event_get_base(c->readable), -1, 0, on_drip, c);
	if (c->drip && !event_pending(c->drip, EV_TIMEOUT, NULL))
		event_add(c->drip, &soon);
}

enum of_limit_verdict of_packets_ask(
	struct of_conn *c, enum of_packets kind, uint32_t port, size_t len)
{
	struct of_limit *limit = &c->limit[kind];
	uint64_t dropped = limit->count.dropped;
	enum of_limit_verdict verdict;

	if (of_conn_is_full(c)) {
		c->count.packet_ins_lost++;
		return OF_LIMIT_DROP;
	}
	verdict = of_limit_ask(limit, port, len, sw_clock_ms());
	c->count.packet_ins_lost += limit->count.dropped - dropped;
	return verdict;
}

void of_packets_send(struct of_conn *c, enum of_limit_verdict verdict, enum of_packets kind,
	uint32_t port, struct of_buf *out)
{
	if (verdict == OF_LIMIT_SEND) {
		of_send(c, out);
		return;
	}
	of_end(out, 0);
	of_limit_put(&c->limit[kind], port, out->bytes, out->len);
	wait_for_tokens(c, false);
}

void of_packets_limit(struct of_conn *c, uint32_t rate, uint32_t burst)
{
	for (unsigned kind = 0; kind < OF_PACKETS_KINDS; kind++)
		of_limit_set(&c->limit[kind], rate, burst, sw_clock_ms());
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See packets.h. Control thread.
 */
#include "packets.h"

#include <errno.h>

#include <event2/event.h>

#include <sw/packet_out.h>

#include "../loop.h"
#include "bridge.h"
#include "conn/conn.h"
#include "conn/server.h"

static struct event *done;

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("packets of controllers");
	struct of_bridge *of = NULL;

	sw_packet_out_reap();
	while ((of = of_bridge_next(of)))
		of_bridge_unpark(of);
}

int of_packets_start(struct event_base *base)
{
	int fd = sw_packet_out_fd();

	if (fd < 0)
		return -EMFILE;
	done = event_new(base, fd, EV_READ | EV_PERSIST, on_done, NULL);
	return done && !event_add(done, NULL) ? 0 : -ENOMEM;
}

void of_packets_stop(void)
{
	if (done)
		event_free(done);
	done = NULL;
}

bool of_packets_are_done(struct of_conn *c)
{
	if (c->has_packet_out && !sw_packet_out_done(c->packet_out)) {
		c->parked = true;
		return false;
	}
	c->has_packet_out = false;
	return true;
}

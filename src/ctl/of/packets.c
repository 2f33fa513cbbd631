/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See packets.h. Control thread.
 */
#include "packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <sw/mem.h>
#include <sw/packet_out.h>
#include <sw/reg.h>

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
	c->has_packet_out = c->packet_out_learns = false;
	return true;
}

struct waiting {
	struct of_work work;
	bool (*again)(struct of_conn *c, const struct of_msg *msg);
	struct of_msg msg;
	uint8_t bytes[];
};

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct waiting *w = sw_container_of(work, struct waiting, work);

	return w->again(c, &w->msg) ? 0 : SLICE_MORE;
}

static void waiting_free(struct of_work *work)
{
	free(sw_container_of(work, struct waiting, work));
}

void of_packets_wait(struct of_conn *c, const struct of_msg *msg,
	bool (*again)(struct of_conn *c, const struct of_msg *msg))
{
	struct waiting *w = sw_xcalloc(1, sizeof(*w) + msg->len);

	w->work = (struct of_work){ step, waiting_free };
	w->again = again;
	memcpy(w->bytes, msg->head, msg->len);
	of_message_parse(w->bytes, msg->len, msg->version, &w->msg);
	c->work = &w->work;
}

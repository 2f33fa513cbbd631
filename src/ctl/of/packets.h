/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that controllers send, on their way to the worker; and connections that wait for it: one whose packet finds
 * no room, one that asked for a barrier behind its packets. Such a connection is parked, and goes on when the worker
 * has done some.
 *
 * Thread: control.
 */
#ifndef CTL_OF_PACKETS_H
#define CTL_OF_PACKETS_H

#include <stdbool.h>

#include "codec/error.h"
#include "codec/message.h"

struct event_base;
struct of_conn;

/* Hear of packets that are done; 0 or a negative errno. */
int of_packets_start(struct event_base *base);
void of_packets_stop(void);

/* Is all that the connection sent done? Else it is parked, and its work is called again. */
bool of_packets_are_done(struct of_conn *c);

/* Its message found no room, and it is parked: `again` does it when there may be some, until it returns true. */
void of_packets_wait(struct of_conn *c, const struct of_msg *msg,
	bool (*again)(struct of_conn *c, const struct of_msg *msg));

#endif

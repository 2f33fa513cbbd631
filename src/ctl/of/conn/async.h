/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which messages a controller gets unasked (1.3.5, 6.3.5, 7.3.10; 1.4.1, 6.3.5): a mask of reasons for each kind, one set while it
 * is equal or master and one while it is a slave. Who may only read gets no packets, which are others'. In 1.0 a peer
 * that came to a service socket gets none of them until it has set how much of a packet it wants, as with Open vSwitch: it is ovs-ofctl.
 *
 * Thread: control.
 */
#ifndef CTL_OF_ASYNC_H
#define CTL_OF_ASYNC_H

#include <stdbool.h>
#include <stdint.h>

struct of_conn;

enum of_async_kind {
	OF_ASYNC_PACKET_IN,
	OF_ASYNC_PORT_STATUS,
	OF_ASYNC_FLOW_REMOVED,
	OF_ASYNC_ROLE_STATUS,
	OF_ASYNC_TABLE_STATUS,
	OF_ASYNC_REQUESTFORWARD,
	OF_ASYNC_CONTROLLER_STATUS, /* 1.5 */
	OF_ASYNC_KINDS
};

struct of_async {
	uint32_t master[OF_ASYNC_KINDS], slave[OF_ASYNC_KINDS]; /* bit r: reason r */
};

/* What holds until a controller says otherwise, once its version is known. */
void of_async_begin(struct of_conn *c);

bool of_async_wants(const struct of_conn *c, enum of_async_kind kind, unsigned reason);

#endif

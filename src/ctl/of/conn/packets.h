/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet-ins on their way into a connection: what its limit or its full buffer has no room for is lost, and counted;
 * all other messages go. A packet is asked for before its message is made, so that a flood costs little:
 *
 *	verdict = of_packets_ask(c, kind, port, len);
 *	if (verdict != OF_LIMIT_DROP) of_packets_send(c, verdict, kind, port, out);
 *
 * Thread: control.
 */
#ifndef CTL_OF_CONN_PACKETS_H
#define CTL_OF_CONN_PACKETS_H

#include "conn.h"

struct of_buf;

enum of_limit_verdict of_packets_ask(
	struct of_conn *c, enum of_packets kind, uint32_t port, size_t len);
void of_packets_send(struct of_conn *c, enum of_limit_verdict verdict, enum of_packets kind,
	uint32_t port, struct of_buf *out);

/* Controller.controller_rate_limit, 0 none, and controller_burst_limit. */
void of_packets_limit(struct of_conn *c, uint32_t rate, uint32_t burst);

#endif

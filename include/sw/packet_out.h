/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that controllers send through a bridge (OpenFlow 1.3.5, 7.3.7): control puts the packet and its actions,
 * compiled, into a ring; worker 0 does them between two of its turns, with the rules, ports and groups that are there then.
 * Nothing of it is on the way of other packets.
 *
 * A change of rules that was committed before a packet was posted is seen by the packet. Packets are done in the order in which they were
 * posted. Rules that they ask for by a learn of their own are made, if there is room for them in the table. What they lose is counted, by the reasons of all packets (<sw/drop.h>): on the port that the packet is said to
 * have come in on, or on the bridge where that is none.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_PACKET_OUT_H
#define SW_PACKET_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/action.h>
#include <sw/drop.h>
#include <sw/field.h>

struct sw_bridge;
struct sw_err;

#define SW_PACKET_OUT_RING 512 /* packets that wait for the worker at most */
#define SW_PACKET_OUT_MIN  14  /* bytes: an Ethernet header */

struct sw_packet_out {
	uint32_t in_port; /* a number of the bridge, SW_OFPP_LOCAL, or SW_OFPP_CONTROLLER: none */
	struct sw_fields
		fields; /* of these metadata, tunnel_id, pkt_mark and registers are set on the packet */
	struct sw_actions *actions; /* NULL: none. output:TABLE is allowed. The caller's */
	const void *bytes;	    /* the caller's */
	size_t len;		    /* SW_PACKET_OUT_MIN..65535 */
};

enum sw_packet_out_fault { /* why it was not posted, beside err's sentence */
	SW_PACKET_OUT_FINE,
	SW_PACKET_OUT_BAD_ACTION, /* one that workers cannot do */
	SW_PACKET_OUT_NO_BUFFER,  /* there is no packet buffer: it is lost, and counted */
	SW_PACKET_OUT_FULL, /* so many wait already: again when the descriptor says that some are done */
};

/* Post one; *ticket is good for sw_packet_out_done. */
enum sw_packet_out_fault sw_packet_out_post(struct sw_bridge *bridge,
	const struct sw_packet_out *out, uint32_t *ticket, struct sw_err *err);

/* Could workers do these actions? SW_PACKET_OUT_FINE or _BAD_ACTION with err. */
enum sw_packet_out_fault sw_packet_out_check(struct sw_actions *actions, struct sw_err *err);

/* Has the worker handed on what the packet with the ticket came to, and all before it; and are the rules there that they
 * asked for (learn)? */
bool sw_packet_out_done(uint32_t ticket);

/* Readable after packets were done, until sw_packet_out_reap, which takes back what they needed. -1: no descriptor
 * was left. */
int sw_packet_out_fd(void);
void sw_packet_out_reap(void);

struct sw_packet_out_stats {
	uint64_t posted, no_buffer;
	/* Of packets that came in on no port, by reason; those of others are the ports'. */
	uint64_t drops[SW_DROP_MAX];
};
void sw_packet_out_stats(const struct sw_bridge *bridge, struct sw_packet_out_stats *out);

#endif

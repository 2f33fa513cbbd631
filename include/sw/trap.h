/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A trap waits for the next real packets of a bridge that match, and tells what workers did with each. While one is set, the ports it
 * is for run a program around their own: it looks at some packets of a burst and hands all of them on in their order. Without a
 * trap there is nothing of it on the way of packets.
 *
 * What it costs the ports that it is for: 8 packets of a burst are looked at, each some 50 cycles; one that is caught is handed on alone.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_TRAP_H
#define SW_TRAP_H

#include <stdbool.h>
#include <stdint.h>

struct sw_bridge;
struct sw_drop;
struct sw_err;
struct sw_match;
struct sw_port;
struct sw_trap;

#define SW_TRAP_MOST 64 /* packets one trap may wait for */
#define SW_TRAP_OUTS 32 /* ports that are told of a packet */

/* A packet as it came in, and what became of it. Good until the trap goes. */
struct sw_trap_packet {
	const struct sw_port *port; /* it came in by; NULL: that is gone by now */
	unsigned worker;
	const uint8_t *bytes; /* the first SW_TRACE_BYTES of it */
	uint32_t n_bytes, len;
	uint64_t age_us;	   /* since it came in */
	const char *program;	   /* that the port ran */
	uint64_t version;	   /* of the rules that it met; sw_trap_state() tells today's */
	bool kept;		   /* its flow was in the flow cache */
	const struct sw_drop *why; /* it was lost, or a part of it; NULL: it was not */
	unsigned to_controllers;   /* times */
	unsigned n_out;		   /* ports that it was handed to; told are SW_TRAP_OUTS */
	struct {
		uint16_t port; /* index */
		uint16_t n;    /* copies */
	} out[SW_TRAP_OUTS];
	/* A send buffer became full on the way, so packets of others may be counted in out[]. */
	bool unsure;
};

/* Set one: for `count` packets that match and come in by the port (NULL: by any of the bridge). A bridge has one trap at a time. An
 * error: it has one; the match asks for what no packet brings along (registers, metadata, tunnel_id). */
struct sw_trap *sw_trap_set(struct sw_bridge *bridge, const struct sw_port *port,
	const struct sw_match *match, unsigned count, struct sw_err *err);

/* The next packet that was caught, in no order between workers; false: there is none yet. */
bool sw_trap_next(struct sw_trap *trap, struct sw_trap_packet *out);

struct sw_trap_state {
	bool bridge_gone, port_gone; /* nothing more will come */
	uint64_t looked, passed;     /* packets looked at, and handed on without a look */
	uint64_t version;	     /* of the bridge's rules now */
};
void sw_trap_state(const struct sw_trap *trap, struct sw_trap_state *out);

/* Take it away; frees it after a grace period. */
void sw_trap_remove(struct sw_trap *trap);

/* Was any packet caught since this was asked last? Workers wake sw_packet_in_fd() for it. */
bool sw_trap_news(void);

#endif

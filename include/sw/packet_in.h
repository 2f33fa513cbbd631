/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets on their way from workers to controllers (OpenFlow 1.3.5, 7.4.1). A worker puts the packet into a ring of its
 * own and, at the end of its turn, makes a descriptor readable; the control thread hands each packet to whoever
 * listens. A full ring loses packets to controllers, counted as controller_full, and nothing else: what controllers
 * do never holds a worker.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_PACKET_IN_H
#define SW_PACKET_IN_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>
#include <sw/reg.h>

struct rte_mbuf;
struct sw_pause;
struct sw_rules;

/* Why a packet is sent: OFPR_* of OpenFlow 1.5; older versions know fewer. */
enum sw_packet_in_reason {
	SW_PACKET_IN_NO_MATCH, /* by the rule of priority 0 that takes all */
	SW_PACKET_IN_ACTION,
	SW_PACKET_IN_INVALID_TTL,
	SW_PACKET_IN_ACTION_SET,
	SW_PACKET_IN_GROUP,
	SW_PACKET_IN_PACKET_OUT,
};

/* Bytes that a rule's action gives along (Open vSwitch's userdata). Who keeps them beyond a listener's call takes a reference: one more of
 * `refs`, by an atomic. Freed with the last, which control gives back. */
#define SW_USERDATA_MAX 32768 /* bytes */
struct sw_userdata {
	uint32_t refs;
	uint16_t n;
	uint8_t bytes[];
};

struct sw_packet_in {
	const struct sw_rules *rules; /* of the bridge; may be gone: compare, do not follow */
	struct rte_mbuf *m;	      /* whole; the ring's, read only */
	uint64_t cookie;	      /* of the rule; all ones: of none */
	uint16_t max_len;	      /* bytes to send of it at most; SW_NO_BUFFER: all */
	uint16_t controller;	      /* id that is asked for, 0: any */
	uint8_t table;
	uint8_t reason; /* enum sw_packet_in_reason */
	bool by_itself; /* by no action: of a miss (only for who speaks OpenFlow 1.0), of a TTL */
	uint32_t meter; /* to pass first, 0: none */
	bool pauses;	/* it goes on when it is resumed (<sw/pause.h>) */
	struct sw_pause
		*pause; /* what is left of it then; the ring's. NULL: nothing, or this is a trace */
	uint32_t pause_end;	  /* in the ring */
	struct sw_userdata *data; /* NULL: none */
	/* Those that are not in the packet: up to pbb_isid, which and the rest are not set. */
	struct sw_fields fields;
};

/* Who hears of each, in order of the ring of each worker. */
struct sw_packet_in_listener {
	const char *name;
	const char *help;
	void (*heard)(const struct sw_packet_in *in);
};
SW_REG_KIND_DECLARE(packet_in_listener);

/* The descriptor that is readable when there are some, and handing out at most `most` of them; it stays readable while
 * there are more. What packets ask of rules (learn, fin_timeout) comes the same way and is done there, so many at most. Returns how many. -1 before the module is up. */
int sw_packet_in_fd(void);
unsigned sw_packet_in_run(unsigned most);

/* Packets lost because a ring was full, of all workers. */
uint64_t sw_packet_in_lost(void);

#endif

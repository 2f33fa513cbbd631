/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection of a controller to a bridge: bytes in, whole messages handled one after the other, answers out.
 *
 *	accepted or connected -> HELLO both ways -> UP -> dropped (silent at once, freed at its turn)
 *
 * A peer costs at most what is stated here, whatever it does: OF_IN_MAX bytes read ahead, OF_OUT_HIGH of answers (no
 * more of its requests are looked at above that), OF_OUT_MAX with news it did not ask for, above which it is
 * dropped. One request is under way at a time, so answers come in the order of the requests, but for those of echo
 * requests where one takes longer than a second. Whose turn it is decides server.h.
 *
 * Thread: control.
 */
#ifndef CTL_OF_CONN_H
#define CTL_OF_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <sw/line.h>

#include "../../slice.h"
#include "../codec/message.h"
#include "async.h"
#include "bundles.h"
#include "limit.h"
#include "schedule.h"
#include "stream.h"

struct event_base;
struct of_bridge;
struct of_controller;
struct of_monitors;

#define OF_IN_MAX   (128 * 1024)
#define OF_OUT_HIGH (256 * 1024)
#define OF_OUT_MAX  (4 * 1024 * 1024)
/* Silence after which the peer is asked for an echo; as long again, and it is dropped (Controller.inactivity_probe). */
#define OF_PROBE_MS 60000
#define OF_HELLO_MS 5000  /* for so long a configured controller may take to say HELLO */
#define OF_STALL_MS 60000 /* for so long it has taken none of what waits for it */
#define OF_FAULTS   16	  /* messages shorter than their own header in a row: not OpenFlow at all */

/* A request that takes long: a piece a call, in slices. It is the connection's until it is done or dropped. */
struct of_work {
	/* SLICE_MORE, or 0: done. It ends when the slice is over or of_conn_is_full. */
	int (*step)(struct of_conn *c, struct of_work *work, const struct slice *slice);
	void (*free)(struct of_work *work);
};

enum of_packet_in_format { OF_PACKET_IN_STANDARD, OF_PACKET_IN_NXT, OF_PACKET_IN_NXT2 };

enum of_packets { OF_PACKETS_MISS, OF_PACKETS_ACTION, OF_PACKETS_KINDS }; /* are limited apart */

enum of_role { OF_ROLE_EQUAL, OF_ROLE_MASTER, OF_ROLE_SLAVE };

struct of_conn {
	TAILQ_ENTRY(of_conn) peers, turn; /* of the bridge; who waits for it */
	struct of_bridge *bridge;
	struct of_controller *controller; /* by whose row it is; NULL: it came to BRIDGE.mgmt */
	bool waiting, hears_rules;	  /* is in the round; is told of rules that change */
	bool eof;			  /* the peer sends no more; it may still read */
	bool closing;			  /* nothing more is read; dropped when all is sent */
	bool dropped;			  /* silent; the server frees it at its turn */
	bool blocked; /* its next message changes the bridge, which another is about to */
	bool parked;  /* its work waits: for packets (packets.h), or the disk (stored.h) */
	struct of_stream stream;
	struct event *readable, *writable;
	struct sw_bytes in, out;
	char name[64]; /* for people: "root (pid 12)", "tcp:10.0.0.1:6653" */
	char end[128]; /* why it was dropped, when there is a reason */

	uint32_t versions; /* that it was offered, OF_BIT of each */
	uint8_t version;   /* 0: HELLO has not come */
	bool reader;	   /* has no right to change anything */
	bool snoops, told; /* hears what others say (snoop.h); snoopers know its next message */
	enum of_role role;
	struct of_async async;
	struct {
		bool nxm;	/* 1.0: matches in NXM in what we send */
		bool table_ids; /* 1.0: a flow-mod has a table in the upper half of its command */
		enum of_packet_in_format packet_in;
		uint16_t controller_id, short_id; /* of packets to it; of itself (1.5) */
	} session;				  /* chosen by the peer */
	struct of_bundles bundles;
	struct of_bundle *committing; /* or NULL */
	struct of_schedule schedule;
	struct of_work *work;
	struct of_monitors *monitors;	    /* or NULL */
	struct of_features_draft *features; /* of tables, asked for in part; NULL: none are */
	struct of_blame *blame;		    /* its last change, until a barrier (stored.h) */
	uint16_t miss_len;   /* bytes of a packet to send, where nothing else says so; 0: none */
	unsigned faults;     /* in a row */
	uint32_t packet_out; /* ticket of its last one */
	bool has_packet_out, packet_out_learns; /* rules must be there before it goes on */

	uint32_t probe_ms;  /* OF_PROBE_MS, or as configured; 0: it is never asked */
	uint64_t heard_ms;  /* last whole message */
	uint64_t moved_ms;  /* it took something of `out`, or that was empty */
	uint64_t probed_ms; /* an echo was asked for and has not come; 0: none */

	struct of_limit limit[OF_PACKETS_KINDS]; /* of packet-ins, by enum of_packets */
	struct event *drip; /* when the next that waits may go; NULL: none did */
	struct {
		uint64_t received, sent, errors;
		uint64_t packet_ins_lost, snoops_lost; /* it did not keep up, or a rate limit */
	} count;
};

/* Take over the stream, say HELLO with the versions. `controller` is whose row it is by, or NULL. NULL: no memory for its
 * events; the stream is closed. */
struct of_conn *of_conn_new(struct event_base *base, struct of_bridge *bridge,
	const struct of_stream *stream, struct of_controller *controller, uint32_t versions);
void of_conn_free(struct of_conn *c);

/* Make silent, with a line in the log where `why` is not NULL; c->end keeps it. */
void of_conn_drop(struct of_conn *c, const char *why);
/* The same without a line: it went away, as is its right. */
void of_conn_gone(struct of_conn *c, const char *why);
/* No more requests; dropped when all that waits is sent. */
void of_conn_close(struct of_conn *c, const char *why);

/* Bounded work: messages, or a piece of a long one, for the slice. Has it something to do? */
void of_conn_turn(struct of_conn *c, const struct slice *slice);
bool of_conn_ready(const struct of_conn *c);

/* Drop it if it stalls, ask for an echo when it is silent, answer its echo requests where it is held; each second. */
void of_conn_sweep(struct of_conn *c, uint64_t now_ms);

/* Queue whole messages. They leave at the end of the turn, or when the socket takes them. */
void of_conn_queue(struct of_conn *c, const void *bytes, size_t len);
/* So much waits that the rest of a long answer does; and that packet-ins are lost. */
static inline bool of_conn_is_full(const struct of_conn *c)
{
	return c->dropped || c->out.len >= OF_OUT_HIGH;
}

bool of_may_warn(void); /* once a second at most: who comes again and again must not fill the log */

/* conn_io.c: read and write what the socket has and takes. */
int of_conn_watch(struct of_conn *c, struct event_base *base);
void of_conn_flush(struct of_conn *c);
void of_conn_watch_input(struct of_conn *c);

/* hello.c: send ours; take theirs, which decides the version or ends the connection. */
void of_hello_send(struct of_conn *c);
void of_hello_take(struct of_conn *c, const uint8_t *bytes, size_t len);

#endif

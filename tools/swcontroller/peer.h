/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One connection to a switch: bytes to messages, hello, echoes, and its end. What the messages mean is in learn.c
 * and setup.c.
 *
 * A switch that takes nothing of what it is sent is not read any further until it does; one that is silent is asked
 * for an echo after a minute and let go after two.
 */
#ifndef SWCONTROLLER_PEER_H
#define SWCONTROLLER_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>

#include "../../src/ctl/of/codec/cursor.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/version.h"
#include "controller.h"

struct bufferevent;
struct door;
struct event;
struct stations;

#define PEER_SILENCE 60	     /* seconds */
#define PEER_OUT_MAX 1048576 /* bytes on their way, above which nothing more is read */

struct peer_port {
	uint32_t number;
	char name[17];
	uint32_t queue; /* of packets that come in here, or NO_QUEUE */
};

struct peer {
	TAILQ_ENTRY(peer) link;
	struct controller *c;
	struct door *door;
	struct bufferevent *bev;
	struct event *probe;
	char from[METHOD_TEXT + 8];   /* where it is */
	char name[METHOD_TEXT + 32];  /* that and who it is */
	uint8_t version;	      /* 0: no hello yet */
	bool connected, known, ready; /* socket (and TLS) is; told its id; set up */
	bool heard, probing, paused;
	uint64_t dpid;
	struct peer_port *ports;
	unsigned n_ports;
	struct stations *stations;
	struct tally_switch *tally;
	struct counts early; /* until it told its id */
	struct counts *n;
};

/* Takes over bev, which may yet have to connect. */
struct peer *peer_create(
	struct controller *c, struct door *door, struct bufferevent *bev, const char *from);
/* The socket is connected, and TLS where it is used. It may end the switch. */
void peer_connected(struct peer *p);

/* Frees it. why: for people. */
void peer_end(struct peer *p, const char *why);

/* Begin a message of its version in p->c->out, and send it: heads' lengths are put in. */
struct of_buf *peer_begin(struct peer *p, uint8_t type);
void peer_send(struct peer *p);

/* Lines on standard error; the second only with --verbose, `way` '<' received, '>' sent. */
void peer_tell(const struct peer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void peer_show(const struct peer *p, char way, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif

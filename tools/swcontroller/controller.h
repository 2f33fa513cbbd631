/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All of a running controller: what it was asked for, the loop, the switches that are there.
 */
#ifndef SWCONTROLLER_CONTROLLER_H
#define SWCONTROLLER_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>

#include "options.h"
#include "mods.h"
#include "tally.h"
#include "tls.h"

struct event_base;
struct sw_err;

#define PEERS_MAX 1024 /* switches at a time */

TAILQ_HEAD(peer_list, peer);
TAILQ_HEAD(door_list, door);

struct controller {
	const struct options *o;
	struct event_base *base;
	struct tls tls; /* ctx NULL: none */
	struct mods mods;
	struct peer_list peers;
	unsigned n_peers;
	bool ending;
	struct door_list doors; /* one a method */
	struct tally tally;
	struct of_buf out; /* the message being made */
};

int controller_init(struct controller *c, const struct options *o, struct sw_err *err);
/* Until a signal comes; then all switches are let go. */
void controller_run(struct controller *c);
/* Also after controller_init failed. */
void controller_fini(struct controller *c);

/* Seconds that do not jump. */
uint32_t controller_now(void);

#endif

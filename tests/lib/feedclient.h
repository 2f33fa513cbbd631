/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A subscriber in a test: a socket that never blocks, what it was told applied to a copy, and counted.
 */
#ifndef FEEDCLIENT_H
#define FEEDCLIENT_H

#include <stdbool.h>

#include <jansson.h>

#include <sw/line.h>

#include "../../tools/swctl/monitor/copy.h"

struct client {
	int fd, id;
	struct sw_line in;
	struct copy copy;
	char epoch[64];
	json_int_t seq; /* of the last update that was not followed by more */
	unsigned updates, coalesced, snapshots, events, lost;
	int answered; /* id of the last answer */
	json_t *last_event;
	bool resumed, closed;
	char dropped[128];
};

/* Connect; send a request; take what has come, at most n bytes (false: nothing had). */
void feedclient_dial(struct client *c, const char *path);
void feedclient_say(struct client *c, const char *method, const char *params);
bool feedclient_take(struct client *c, size_t n);

#endif

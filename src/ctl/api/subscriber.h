/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Subscriptions of a client: places in views (feed/view.h), and giving the client what is behind them as
 * its socket takes it.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_SUBSCRIBER_H
#define CTL_API_SUBSCRIBER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "../feed/view.h"

#define SUBSCRIPTIONS_MAX 8 /* of a client */

/* Bytes that may wait in the client before more is put there; of updates it is behind before it is caught up
 * row by row; of updates since it last took something before it is dropped. */
#define SUBSCRIBER_ROOM	  (64 * 1024)
#define SUBSCRIBER_SOFT	  (256 * 1024)
#define SUBSCRIBER_HARD	  (8 * 1024 * 1024)
/* Something waits, and it took nothing for so long: it is dropped. */
#define SUBSCRIBER_AGE_MS 10000

struct api_client;

struct subscription {
	LIST_ENTRY(subscription) of_client;
	int64_t id;
	struct view *view;
	bool catching_up;
	uint64_t at; /* has all up to this number; catching_up: place says */
	struct view_place place;
	uint64_t
		events; /* of the view's it was given, or told to have missed; UINT64_MAX: unknown */
	uint64_t bytes; /* of the view when it last took something */
};

/* A new place in a view, which it holds: behind `seq` when `resume`, else a snapshot. */
struct subscription *subscriber_add(
	struct api_client *c, struct view *view, bool resume, uint64_t seq);
struct subscription *subscriber_find(const struct api_client *c, int64_t id);
unsigned subscriber_count(const struct api_client *c);
void subscriber_end(struct api_client *c, struct subscription *s);

/* Give all clients what they have room for. The feed's news call this a little later; tests at once. */
void subscriber_pump_all(void);

#endif

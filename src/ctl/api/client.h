/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client of the control socket: its bytes, its one request under way. A client is dropped in two
 * steps: silent first (socket closed, events gone, request forgotten), freed by the server when no
 * function of the client is on the stack.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_CLIENT_H
#define CTL_API_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jansson.h>

#include <sw/line.h>

#include "method.h"
#include "server.h"

struct event;
struct input;
struct writer;
struct event_base;

/* What a client gets unasked, between its answers (subscriptions). */
struct api_stream {
	void (*room)(struct api_client *c); /* it took something, or a second went by */
	void (*gone)(struct api_client *c); /* it is dropped: forget it */
};

struct api_client {
	TAILQ_ENTRY(api_client) all;
	TAILQ_ENTRY(api_client) turn;
	bool waiting; /* is in the round */
	bool eof;     /* sends no more; may still read */
	bool dropped; /* silent; the server frees it at its turn */
	int fd;
	struct event *readable, *writable;
	struct sw_line in;
	struct sw_bytes out;
	struct writer *writer;	  /* of a long answer; the next request waits */
	struct api_call *busy;	  /* under way; the next request waits */
	uint64_t part_since_ms;	  /* when the unfinished message in `in` began */
	uint64_t unread_since_ms; /* when `out` last moved */
	struct api_peer peer;
	struct api_stream *stream; /* or NULL */
	struct input *input;	   /* parts that came so far, for a transaction; or NULL */
	uint64_t input_since_ms;   /* when the last of them came */
};

/* Take over fd; NULL when no memory for its events. The greeting is on its way. */
struct api_client *api_client_new(struct event_base *base, int fd, const struct api_peer *peer);
void api_client_free(struct api_client *c);

/* One step of bounded work: a piece of a long answer, or the next request. */
void api_client_step(struct api_client *c);

/* Has it something for a step? */
bool api_client_ready(const struct api_client *c);

/* It was answered, if not dropped: what waited for that goes on. */
void api_client_go_on(struct api_client *c);

/* call.c: a message becomes its one request under way, or is answered at once; free one. */
void api_call_begin(struct api_client *c, const char *line, size_t len);
void api_call_free(struct api_call *call);

/* Queue one message; consumes it. Over API_OUTPUT_MAX the client is dropped. */
void api_client_send(struct api_client *c, json_t *message);

/* A piece more of a long answer; or forget it. */
void api_client_write_on(struct api_client *c);
void api_client_write_no_more(struct api_client *c);

/* Queue whole lines as they are, and take them; a stream does that only while little waits. */
void api_client_put(struct api_client *c, struct sw_bytes *text);

/* Before it is dropped: in place of all that waits behind the line it is in, as far as the socket takes it. */
void api_client_last_words(struct api_client *c, const char *line);

/* Make silent, with a line in the log when why is not NULL. */
void api_client_drop(struct api_client *c, const char *why);

/* Drop it if it stalls. */
void api_client_sweep(struct api_client *c, uint64_t now_ms);

/* The server's: give it a turn, soon; and count. */
void api_server_wake(struct api_client *c);
void api_server_count_request(void);
void api_server_count_drop(void);

#endif

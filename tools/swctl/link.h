/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection to the switch, and running commands over it.
 */
#ifndef SWCTL_LINK_H
#define SWCTL_LINK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include <sw/line.h>

#include "args.h"

/* What the switch takes in one message: bytes, values (RPC_VALUES_MAX there), and commands (TXN_COMMANDS_MAX). */
#define MESSAGE_MAX  SW_MESSAGE_MAX
#define VALUES_MAX   65536
#define COMMANDS_MAX 10000

/* link.c: the connection. */
struct link {
	int fd;
	const char *path;
	char own_path[256];  /* where path points when nobody gave one */
	int64_t deadline_ms; /* monotonic; -1: none */
	unsigned timeout_s;
	struct sw_line in;
	json_int_t id;
	bool asked;	 /* a question is out */
	bool mute, lost; /* faults of the connection are not shown; it broke, or an answer is due */
	/* Not NULL: the question has this id and may be asked again when the connection breaks. */
	const char *request_id;
	const struct sw_bytes *
		ahead; /* whole messages that go before each question, to be heard in silence; or NULL */
};

/* Connect to the switch that the global options name and hear its greeting. 0, or an exit status with the
 * fault shown (not shown when quiet). link_close() is due either way. */
int link_open(struct link *link, const struct args *args, bool quiet);
void link_close(struct link *link);

/* Has the switch closed it since? */
bool link_is_closed(const struct link *link);

/* From now on Ctrl-C ends the wait for an answer (EXIT_INTERRUPTED) and not the program; or it does as before.
 * One that came is forgotten. Returns what held until now. */
bool link_catch_interrupt(bool on);
bool link_was_interrupted(void);
/* As poll(2) of p (NULL: only the time) for at most left_ms (-1: for ever), but EINTR also when Ctrl-C was caught
 * before, or *news is set (NULL: no news). Signals are let in during the wait only, so that none is missed
 * between the look at the flags and the wait. */
struct pollfd;
int link_poll(struct pollfd *p, int64_t left_ms, const volatile sig_atomic_t *news);
/* Sleep, or until Ctrl-C where it is caught. */
void link_sleep(unsigned ms);

/* Ask and wait for the answer's result; `params` is consumed. On failure NULL and *status is the exit
 * status; *error is the daemon's error object, or NULL when it was no answer and the fault is shown. */
json_t *link_ask(
	struct link *link, const char *method, json_t *params, json_t **error, int *status);

/* The next message that was not asked for, until a moment of CLOCK_MONOTONIC (-1: for ever). NULL with *status
 * EXIT_TIMED_OUT, EXIT_INTERRUPTED, or another when the connection is lost; no fault is shown. */
json_t *link_hear(struct link *link, int64_t until_ms, int *status);

/* ask.c: commands as one transaction, asked again where the answer was lost; as link_ask, but an error
 * of the daemon is shown too. */
json_t *ask_transact(struct link *link, const struct args *args, json_t *commands, int *status);

#define EXIT_INTERRUPTED \
	130 /* what a command ends with that Ctrl-C ended; of swctl itself it never is */

/* session.c: a connection that lasts, made when it is needed. */
struct session {
	struct link link;
	bool open;
};

/* Run commands that were read by args_parse: one of swctl's own, or a transaction whose results are shown
 * on `out`. Returns the exit status, with the fault shown. */
int session_run(struct session *s, const struct args *args, FILE *out);

/* The same for commands that were typed at several places. */
struct place;
int session_transact(
	struct session *s, const struct args *args, const struct place *places, FILE *out);

/* Have s->link open, again when the switch was restarted. 0, or an exit status with the fault shown. */
int session_connect(struct session *s, const struct args *args);
void session_close(struct session *s);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of transactions: one of them, between the queue (txn.c) and its stages (txn_run.c). */
#ifndef CTL_TXN_RUN_H
#define CTL_TXN_RUN_H

#include <sys/queue.h>

#include <sw/cmd.h>

#include "txn.h"

struct check;
struct cmd_line;
struct draft;
struct plan;
struct request;
struct slice;

enum txn_kind { TXN_CLIENT, TXN_BOOT, TXN_RETRY, TXN_COMPACT };

struct txn {
	enum txn_kind kind;
	bool look_only, dry_run, has_generation;
	uint64_t if_generation;
	struct request *request;    /* or NULL */
	bool request_kept, in_line; /* is a list's now; is among those under way that have one */
	LIST_ENTRY(txn) same_line;
	LIST_HEAD(, txn) twins; /* asked again meanwhile: the same answer goes to them */
	LIST_ENTRY(txn) twin;
	json_t *commands;
	json_t *input;	     /* a string, or NULL */
	struct input *parts; /* likewise; not both */
	char *user;
	enum sw_role role;
	unsigned patience_s;
	unsigned n, at;	     /* commands, and the next of them, to be parsed or to run */
	struct sw_call call; /* of that one, when it has begun */
	struct cmd_line *lines;
	struct draft *draft;
	struct check *check; /* while it is under way */
	struct plan *plan;
	struct txn_reply reply;
	void (*done)(void *arg, struct txn_reply *reply);
	void *arg;
	STAILQ_ENTRY(txn) next; /* while it waits for its turn */
	bool waits;		/* for a condition; is among those aside */
	bool asleep;		/* likewise, and goes on where it was */
	TAILQ_ENTRY(txn) aside;
	LIST_ENTRY(txn) all;
};

/* Run it as its kind asks; it ends in txn_finish. */
void txn_run(struct txn *t);
/* One of a client: what it asks for first, its commands, and what follows from them. */
void txn_begin(struct txn *t);
void txn_run_commands(struct txn *t);
/* All commands are done: check the whole, and carry it out; with what is left of a slice. */
void txn_conclude(struct txn *t, const struct slice *slice);

/* The result of command i; takes value. */
void txn_add_result(struct txn *t, unsigned i, json_t *value);

/* txn_request.c: what a request says besides its commands. Take it over from the client: 0 or an error. */
int txn_request_take(struct txn *t, const struct txn_request *req, struct sw_err *err);
/* Has its request been made before? Then it is answered, now or when that one ends: true. */
bool txn_request_again(struct txn *t);
/* Is the configuration it begins on the one it asks for? */
int txn_request_check(const struct txn *t, struct sw_err *err);
/* Its answer is known: before the journal gets it, and when it is in force (or needed no journal). */
void txn_request_fill(struct txn *t, uint64_t generation);
void txn_request_keep(struct txn *t, bool stored);
/* The answer goes to all who wait for it; t waits for nothing more. */
void txn_request_end(struct txn *t);
/* It is freed: nobody gets an answer. */
void txn_request_drop(struct txn *t);
/* Another configuration is opened. */
void txn_request_forget(void);
/* Is there a client that waits for its answer? */
bool txn_request_wanted(const struct txn *t);

/* txn_parse.c: its commands from its words: 0, SLICE_MORE or an error. */
int txn_parse(struct txn *t, const struct slice *slice, struct sw_err *err);

/* txn_wait.c: a command waits for a condition. Stand aside until something changed; look whether it has
 * (by the configuration, by a timer, by hand in tests); be taken out, by being freed or going on. */
#define TXN_WAIT_MS 100
void txn_wait(struct txn *t);
void txn_sleep(struct txn *t); /* likewise; what its command has begun stays as it is */
void txn_wait_look(void *arg);
void txn_wait_leave(struct txn *t);
void txn_wait_sweep(void); /* free those whose clients are gone */
void txn_wait_stop(void);
unsigned txn_wait_count(void);

/* The queue's: begin, at once or when its turn comes; let the next one begin. */
void txn_start(struct txn *t);
void txn_step_aside(struct txn *t);

/* The command in hand has ended: free what it holds. */
void txn_end_command(struct txn *t);

/* Answer, free, and let the next one begin. */
void txn_finish(struct txn *t);
void txn_free(struct txn
		*t); /* txn_free.c: it belongs to nobody from now on; some of it may stay a while */
void txn_forget(struct txn *t); /* all that it held is freed */

/* Note what went wrong, and which command of several it was (-1: none of them). */
void txn_blame(struct txn *t, const struct sw_err *err, int command);

/* txn_compact.c: rewrite the journal. May that be now? Not at each change when it failed. */
void txn_compact(struct txn *t);
bool txn_may_compact(void);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transactions: a list of commands that applies whole or not at all, devices and sockets included. They
 * run strictly one at a time, in the order of submission; what waits is bounded. A list that only looks
 * (kind READ, or CONFIG commands of role READ) or only acts (kind ACTION) does not wait for one that is
 * opening a device: it sees the configuration as it was before.
 *
 * A failing command, check, device or disk undoes what was done before it, in reverse. The reply of a
 * change comes after its journal record is on the disk and what it removed is closed.
 *
 * Thread: control.
 */
#ifndef CTL_TXN_H
#define CTL_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <sw/access.h>
#include <sw/err.h>

#define TXN_COMMANDS_MAX 10000 /* commands of one transaction */
#define TXN_WAITING_MAX	 1024  /* transactions that wait for their turn */

struct input;

struct txn_request {
	json_t *commands; /* array of arrays of words; options ("--may-exist") may stand before or
			   * after the name of the command; txn_submit takes a reference */
	json_t *input; /* a string that commands may read (apply), or NULL; a reference is taken */
	struct input
		*parts; /* the same where it came in parts; txn_submit takes it when it returns 0 */
	const char *user;    /* who asks, for the journal; copied */
	enum sw_role role;   /* what that one may do; a dry run needs SW_ROLE_READ only */
	unsigned patience_s; /* the answer is of no use later; 0: it may take any time */
	bool dry_run;	     /* check all, change nothing; reply.plan tells what would be done */
	bool has_generation; /* SW_CODE_CONFLICT unless it begins on if_generation */
	uint64_t if_generation;
	/* Chosen by the sender, or NULL. Asked again by the same user, also after the switch was
	 * killed, it is answered as it was and not done again. One that only looks is done again, one
	 * that failed too: neither left a trace. */
	const char *request_id;
};

struct txn_reply {
	int rc; /* 0 or a negative errno, as err.code says */
	struct sw_err err;
	int failed_at;	 /* index of the command at fault, or -1 */
	json_t *results; /* array of {"command": name, "output": word, "value": ...}, one a command */
	json_t *plan;	 /* dry_run: array of sentences, else NULL */
	int exit_status; /* for swctl when rc is 0: br-exists asks for 2, a dry run with changes for 10 */
	uint64_t
		generation; /* of the configuration after it; of one that only looks: that it saw */
	bool replayed; /* an answer given before; results is NULL where they were too long to keep */
};

/* Word of an enum sw_output in results: "none" "value" "lines" "table" "record" "json" "tree".
 * Values in "table" and "record" are plain JSON: null for an empty optional column, an array for a set,
 * an object for a map, a string for text and for a UUID. */
const char *txn_output_name(int output);

/* Take a request. done(arg, reply) comes later on the control loop, never from within this call; the
 * reply's json belongs to the transaction and lives until done returns (json_incref to keep it).
 * An error (malformed commands, too many of them, too many waiting) means done will not come. */
int txn_submit(const struct txn_request *req, void (*done)(void *arg, struct txn_reply *reply),
	void *arg, struct sw_err *err);

/* The client of arg is gone: its done will not be called. What waits is dropped, what has begun is
 * completed. */
void txn_cancel(void *arg);

/* Generation of the configuration in force: grows by one with each stored transaction. */
uint64_t txn_generation(void);

/* Something happened that a transaction may wait for (SW_CMD_WAIT, SW_CMD_SLEEP). */
void txn_wait_wake(void);

/* Is nothing under way and nothing waiting? True once start-up has opened all it can. */
bool txn_idle(void);

#endif

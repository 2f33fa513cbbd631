/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of transactions: one of them, between the queue (txn.c) and its stages (txn_run.c). */
#ifndef CTL_TXN_RUN_H
#define CTL_TXN_RUN_H

#include <sys/queue.h>

#include <sw/cmd.h>

#include "txn.h"

struct cmd_line;
struct draft;
struct plan;

enum txn_kind { TXN_CLIENT, TXN_BOOT, TXN_RETRY, TXN_COMPACT };

struct txn {
	enum txn_kind kind;
	bool look_only, dry_run;
	json_t *commands;
	char *user;
	enum sw_role role;
	unsigned n, at;	     /* commands, and the next of them */
	struct sw_call call; /* of that one, when it has begun */
	struct cmd_line *lines;
	struct draft *draft;
	struct plan *plan;
	struct txn_reply reply;
	void (*done)(void *arg, struct txn_reply *reply);
	void *arg;
	STAILQ_ENTRY(txn) next; /* while it waits */
	LIST_ENTRY(txn) all;
};

/* Run it as its kind asks; it ends in txn_finish. */
void txn_run(struct txn *t);
/* Its commands, on t->draft, and what follows from them. */
void txn_run_commands(struct txn *t);

/* Answer, free, and let the next one begin. */
void txn_finish(struct txn *t);
void txn_free(struct txn *t);

/* Note what went wrong, and which command of several it was (-1: none of them). */
void txn_blame(struct txn *t, const struct sw_err *err, int command);

/* May the journal be rewritten now? Not at each change when that failed. */
bool txn_may_compact(void);

#endif

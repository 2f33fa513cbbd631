/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A script of transactions for the journal: additions, settings, deletions, rewritings, history that is cut
 * and a journal that is closed and opened again, all drawn from a seed. Two of three have a request_id, by
 * which who lost the answer asks again.
 */
#ifndef JOURNAL_SCRIPT_H
#define JOURNAL_SCRIPT_H

#include <stdbool.h>

#include "../../src/ctl/draft.h"
#include "../../src/ctl/journal.h"

/* Transactions; of these, between two openings of the journal: what came before is all in it; more that may
 * follow. Bytes of history. */
#define SCRIPT_CHANGES 220
#define SCRIPT_PART    20
#define SCRIPT_MORE    60
#define SCRIPT_HISTORY 8192
#define SCRIPT_SEED    0x5eed

struct script {
	const char *dir;
	struct journal *journal;
	struct db *db; /* what was acknowledged */
	/* What may be there as well: the change that is being written, or one of which nobody can say
	 * whether it was, since the disk died while it was written. */
	struct db *maybe;
	unsigned acked, refused, rewritten, failed_opens;
	bool died; /* a change failed on a disk where nothing works any more */

	uint64_t seed;
	unsigned n;	      /* transactions asked for; each has a number from 1 on */
	unsigned maybe_n;     /* the one that made `maybe` */
	uint64_t before_last; /* seed of the last one, to ask for it again */
	/* That each was acknowledged with; 0: it was not. */
	uint64_t generation[SCRIPT_CHANGES + SCRIPT_MORE + 1];
};

/* Open the journal, and so many transactions more. What is in force is then what it holds, which must be `db`
 * (of the first start: nothing) or `maybe`. False when not, or when it cannot be opened. Stays open when it
 * can. */
bool script_run(struct script *s, unsigned changes);

/* A configuration that was read back knows the id of each transaction that is in it, and no other: NULL,
 * or what is wrong. */
const char *script_check_ids(const struct script *s, const struct db *db);

/* Whoever asked last got no answer and asks again, of the journal and configuration of another start, which
 * do as txn_request.c does. 1: it was applied now, to *db; 0: its id is known (or it has none); -1: refused. */
int script_ask_again(const struct script *s, struct journal *journal, struct db **db);

/* One more change, which must be accepted. */
bool script_one_more(struct script *s);
void script_end(struct script *s);

/* Everything a configuration says, for comparing; free(). */
char *journal_describe(const struct db *db);

#endif

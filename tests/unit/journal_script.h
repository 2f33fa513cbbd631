/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A script of transactions for the journal: additions, settings, deletions, rewritings, history that is cut
 * and a journal that is closed and opened again, all drawn from a seed.
 */
#ifndef JOURNAL_SCRIPT_H
#define JOURNAL_SCRIPT_H

#include <stdbool.h>

#include "../../src/ctl/draft.h"
#include "../../src/ctl/journal.h"

#define SCRIPT_CHANGES 220
#define SCRIPT_HISTORY 8192 /* bytes */

struct script {
	const char *dir;
	struct journal *journal;
	struct db *db; /* what was acknowledged */
	/* What may be there as well: the change that is being written, or one of which nobody can say
	 * whether it was, since the disk died while it was written. */
	struct db *maybe;
	unsigned acked, refused, rewritten, failed_opens;
	bool died; /* a change failed on a disk where nothing works any more */
};

/* All of it; a journal that cannot be opened ends it. Stays open when it can. */
void script_run(struct script *s);

/* One more change, which must be accepted. */
bool script_one_more(struct script *s);
void script_end(struct script *s);

/* Everything a configuration says, for comparing; free(). */
char *journal_describe(const struct db *db);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal is rewritten as a transaction of its own, so that nothing is appended meanwhile.
 *
 * Thread: control.
 */
#include "txn_run.h"

#include <sw/clock.h>
#include <sw/log.h>

#include "draft.h"
#include "job.h"
#include "journal.h"
#include "store.h"

SW_LOG_USE(txn);

static uint64_t compact_after_s; /* a failed rewriting is not tried at each change */

bool txn_may_compact(void)
{
	return sw_clock_s() >= compact_after_s;
}

static void compact_job(void *arg)
{
	struct txn *t = arg;

	t->reply.rc = journal_compact(store_journal(), t->draft->base, &t->reply.err);
}

static void compacted(void *arg)
{
	struct txn *t = arg;

	if (t->reply.rc) {
		sw_warn("the journal could not be rewritten: %s", t->reply.err.text);
		compact_after_s = sw_clock_s() + 60;
	}
	txn_finish(t);
}

void txn_compact(struct txn *t)
{
	job_run(compact_job, compacted, t);
}

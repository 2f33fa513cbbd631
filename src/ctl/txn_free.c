/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a transaction leaves behind, freed in slices: ten thousand commands and the rows they made
 * are a hundred thousand blocks of memory. It counts as under way until the last is gone, so that stopping waits for it.
 *
 * Thread: control.
 */
#include "txn_run.h"

#include <stdlib.h>

#include "check.h"
#include "cmd.h"
#include "draft.h"
#include "input.h"
#include "loop.h"
#include "slice.h"
#include "switch/plan.h"

/* The commands from the last one down, as far as nobody else holds them. False: the slice is over. */
static bool free_commands(struct txn *t, const struct slice *slice)
{
	while (t->lines && t->n) {
		cmd_line_free(&t->lines[--t->n]);
		if (t->commands->refcount == 1)
			json_array_remove(t->commands, t->n);
		if (slice_over(slice))
			return false;
	}
	return true;
}

static void dispose(struct txn *t, const struct slice *slice);

static void dispose_again(void *arg)
{
	LOOP_STEP("transaction free");
	struct slice slice = slice_begin();

	dispose(arg, &slice);
}

static void dispose(struct txn *t, const struct slice *slice)
{
	if (!free_commands(t, slice) || !draft_drain(t->draft, slice)) {
		loop_again(dispose_again, t);
		return;
	}
	draft_free(t->draft);
	free(t->lines);
	json_decref(t->commands);
	json_decref(t->input);
	input_free(t->parts);
	json_decref(t->reply.results);
	json_decref(t->reply.plan);
	free(t->user);
	txn_forget(t);
}

void txn_free(struct txn *t)
{
	struct slice slice = slice_begin();

	t->done = NULL;
	txn_request_drop(t);
	txn_wait_leave(t);
	txn_end_command(t);
	check_free(t->check);
	plan_free(t->plan);
	dispose(t, &slice);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config rollback: the configuration as it was at an earlier generation, as a new one. The old rows are
 * read from history on the job thread and put into the draft as an exact document; all that follows is an
 * ordinary transaction.
 */
#include <stdlib.h>

#include <sw/mem.h>

#include "../apply.h"
#include "../document.h"
#include "../history.h"
#include "../store.h"
#include "conf.h"

enum { MAY_WAIT };

struct work {
	uint64_t generation;
	unsigned flags;
	struct apply *apply;
	int rc;
	struct sw_err err;
};

static void prepare(void *arg)
{
	struct work *w = arg;
	struct history *history;
	struct db *db = NULL;
	json_t *document;

	w->rc = history_open(store_journal(), &history, &w->err);
	if (w->rc)
		return;
	w->rc = history_db(history, w->generation, &db, &w->err);
	history_close(history);
	if (w->rc)
		return;
	document = document_new(db->tables, true);
	db_unref(db);
	w->rc = apply_new(document, w->flags, &w->apply, &w->err);
	json_decref(document);
}

static void drop(void *arg)
{
	struct work *w = arg;

	apply_free(w->apply);
	free(w);
}

static int rollback(struct sw_call *call, struct sw_err *err)
{
	struct work *w = call->state;
	int rc;

	if (!w) {
		uint64_t generation;

		rc = history_parse(call->args[0], &generation, err);
		if (rc)
			return rc;
		call->state = w = sw_xcalloc(1, sizeof(*w));
		w->generation = generation;
		w->flags =
			APPLY_EXACT | APPLY_WHOLE | (call->option[MAY_WAIT] ? APPLY_MAY_WAIT : 0);
		call->job = prepare;
		call->drop = drop;
		return SW_CMD_JOB;
	}
	if (w->rc) {
		*err = w->err;
		return w->rc;
	}
	rc = apply_step(w->apply, call->draft, err);
	if (rc < 0)
		sw_err_prefix(err, "generation %llu cannot be had again: %s",
			(unsigned long long)w->generation, err->path);
	return rc;
}

static const struct sw_cmd_option options[] = {
	[MAY_WAIT] = { "may-wait", NULL, "devices that are gone are waited for" },
	{ NULL },
};

SW_REGISTER(cmd, config_rollback) = {
	.name = "config rollback",
	.help = "make the configuration what it was at a generation",
	.usage = "GENERATION",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = rollback,
};

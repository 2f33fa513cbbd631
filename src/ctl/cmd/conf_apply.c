/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config export and config apply: the configuration as a document, and a document as the configuration.
 * Making and parsing it is done on the job thread, putting it into the draft in steps.
 */
#include <string.h>

#include <sw/line.h>
#include <sw/mem.h>

#include <stdlib.h>

#include "../apply.h"
#include "../document.h"
#include "conf.h"

enum { PRUNE, MAY_WAIT };

struct export
{
	const struct draft *draft;
	json_t *document;
};

static void make_document(void *arg)
{
	struct export *e = arg;

	e->document = document_new(e->draft->tables, false);
}

static void drop_export(void *arg)
{
	struct export *e = arg;

	json_decref(e->document);
	free(e);
}

static int export(struct sw_call *call, struct sw_err *err)
{
	struct export *e = call->state;

	if (!e) {
		call->state = e = sw_xcalloc(1, sizeof(*e));
		e->draft = call->draft;
		call->job = make_document;
		call->drop = drop_export;
		return SW_CMD_JOB;
	}
	call->result = json_incref(e->document);
	return 0;
}

struct work {
	const char *text;
	unsigned flags;
	struct apply *apply;
	int rc;
	struct sw_err err;
};

static int refuse_length(struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_LIMIT, "the document is too long");

	sw_err_allowed(err, "at most %d MiB", SW_DOCUMENT_MAX >> 20);
	sw_err_hint(err, "apply it in several documents, without --prune");
	return rc;
}

static void parse(void *arg)
{
	struct work *w = arg;
	json_error_t error;
	json_t *document;

	if (strnlen(w->text, SW_DOCUMENT_MAX + 1) > SW_DOCUMENT_MAX) {
		w->rc = refuse_length(&w->err);
		return;
	}
	document = json_loads(w->text, JSON_REJECT_DUPLICATES, &error);
	if (document) {
		w->rc = apply_new(document, w->flags, &w->apply, &w->err);
		json_decref(document);
		return;
	}
	w->rc = sw_err_set(&w->err, SW_CODE_INVALID, "line %d, column %d: %s", error.line,
		error.column, error.text);
	sw_err_path(&w->err, "line %d, column %d", error.line, error.column);
}

static void drop_work(void *arg)
{
	struct work *w = arg;

	apply_free(w->apply);
	free(w);
}

static int apply(struct sw_call *call, struct sw_err *err)
{
	struct work *w = call->state;
	int rc;

	if (w && w->rc) {
		*err = w->err;
		return w->rc;
	}
	if (w)
		return apply_step(w->apply, call->draft, err);
	if (!call->input) {
		rc = sw_err_set(err, SW_CODE_USAGE, "config apply came without a document");
		sw_err_hint(err,
			"\"swctl apply %s\" sends it; a program puts its text into the "
			"parameter \"input\" of transact",
			call->args[0]);
		return rc;
	}
	call->state = w = sw_xcalloc(1, sizeof(*w));
	w->text = call->input;
	w->flags = (call->option[PRUNE] ? APPLY_EXACT : 0) |
		   (call->option[MAY_WAIT] ? APPLY_MAY_WAIT : 0);
	call->job = parse;
	call->drop = drop_work;
	return SW_CMD_JOB;
}

static const struct sw_cmd_option apply_options[] = {
	[PRUNE] = { "prune", NULL, "records that the document does not have go" },
	[MAY_WAIT] = { "may-wait", NULL, "devices that are not there yet are waited for" },
	{ NULL },
};

SW_REGISTER(cmd, config_export) = {
	.name = "config export",
	.help = "print the configuration as a document that swctl apply takes",
	.usage = "",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_JSON,
	.run = export,
};
SW_REGISTER(cmd, config_apply) = {
	.name = "config apply",
	.help = "make the records of a document as it says; \"swctl apply FILE\" does it",
	.usage = "FILE",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 1,
	.options = apply_options,
	.run = apply,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config log and config diff: who changed what, and what changed. All of the work is done on the job
 * thread.
 *
 * A log is as long as history-mb allows, so an answer is a page and carries the argument of --from that
 * asks for the next one; swctl asks until there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../cmd.h"
#include "../document.h"
#include "../history.h"
#include "../store.h"
#include "../table_out.h"
#include "conf.h"

#define PAGE_ROWS     256
#define PAGE_BYTES    (64 << 10)
#define COMMANDS_SIZE 400 /* of the text of a generation's commands, without --full */
#define DIFF_BYTES    (1 << 20)

enum { SINCE, FULL, FROM };

struct work {
	uint64_t from, since, left; /* log: first generation of the page, last but one, rows */
	bool full;
	uint64_t a, b; /* diff */
	unsigned n_given;
	json_t *result;
	int rc;
	struct sw_err err;
};

static void drop(void *arg)
{
	struct work *w = arg;

	json_decref(w->result);
	free(w);
}

/* First run: have the job done. Further: its result. */
static int run_job(struct sw_call *call, struct work *w, void (*job)(void *), struct sw_err *err)
{
	if (call->state != w) {
		call->state = w;
		call->job = job;
		call->drop = drop;
		return SW_CMD_JOB;
	}
	if (w->rc)
		*err = w->err;
	else
		call->result = json_incref(w->result);
	return w->rc;
}

static json_t *commands_text(const json_t *commands, bool full)
{
	struct sw_str text = { 0 };
	json_t *words, *json;
	size_t i;

	json_array_foreach ((json_t *)commands, i, words) {
		sw_str_add(&text, "%s", i ? " -- " : "");
		cmd_words_add(&text, words);
		if (!full && text.len > COMMANDS_SIZE) {
			size_t len = COMMANDS_SIZE;

			while ((text.s[len] & 0xc0) == 0x80)
				len--; /* not within a character */
			text.len = len;
			sw_str_add(&text, " ... (%zu commands)", json_array_size(commands));
			break;
		}
	}
	json = text.s ? json_string(text.s) : json_null();
	free(text.s);
	return json;
}

static size_t add_record(json_t *table, const json_t *record, bool full)
{
	json_t *row = table_row(table);
	json_t *text = commands_text(json_object_get(record, "commands"), full);
	json_t *user = json_object_get(record, "user"), *at = json_object_get(record, "time");

	json_array_append(row, json_object_get(record, "gen"));
	json_array_append_new(row, at ? json_incref(at) : json_null());
	json_array_append_new(row, user ? json_incref(user) : json_null());
	json_array_append_new(row, text);
	return 80 + json_string_length(text);
}

static void make_log(void *arg)
{
	static const char *const columns[] = { "Generation", "Time", "User", "Commands", NULL };
	struct work *w = arg;
	struct history *history;
	uint64_t g, oldest;
	size_t bytes = 0;
	unsigned rows = 0;

	w->rc = history_open(store_journal(), &history, &w->err);
	if (w->rc)
		return;
	w->result = table_new(columns);
	oldest = history_oldest(history) > w->since ? history_oldest(history) : w->since;
	g = w->from < history_newest(history) ? w->from : history_newest(history);
	for (; g > oldest && w->left && rows < PAGE_ROWS && bytes < PAGE_BYTES; g--) {
		json_t *record = history_record(history, g);

		if (!record)
			continue;
		bytes += add_record(w->result, record, w->full);
		json_decref(record);
		rows++;
		w->left--;
	}
	if (g > oldest && w->left)
		json_object_set_new(w->result, "next",
			json_sprintf(
				"%llu:%llu", (unsigned long long)g, (unsigned long long)w->left));
	history_close(history);
}

static int refuse(const char *what, const char *given, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not %s", given, what);

	sw_err_given(err, "%s", given);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

/* "-n N" or "-nN", as people type it at git log. */
static int read_count(struct work *w, const struct sw_call *call, struct sw_err *err)
{
	const char *first = call->n_args ? call->args[0] : NULL, *count;

	if (!first)
		return 0;
	if (strncmp(first, "-n", 2))
		return refuse("an argument of config log", first, "-n N", err);
	count = first[2] ? first + 2 : call->n_args > 1 ? call->args[1] : "";
	if ((first[2] && call->n_args > 1) || sw_parse_u64(count, 1, UINT32_MAX, &w->left))
		return refuse("a number of generations", count, "a number from 1", err);
	return 0;
}

static int read_log(struct work *w, const struct sw_call *call, struct sw_err *err)
{
	const char *from = call->option[FROM];
	unsigned long long at, left;
	char end;
	int rc = 0;

	w->from = w->left = UINT64_MAX;
	w->full = call->option[FULL];
	if (call->option[SINCE])
		rc = history_parse(call->option[SINCE], &w->since, err);
	if (!rc)
		rc = read_count(w, call, err);
	if (rc || !from)
		return rc;
	if (sscanf(from, "%llu:%llu%c", &at, &left, &end) != 2 || !left)
		return refuse("a place in the log", from, "the \"next\" of an earlier answer", err);
	w->from = at;
	w->left = left;
	return 0;
}

static int log_run(struct sw_call *call, struct sw_err *err)
{
	struct work *w = call->state;
	int rc;

	if (w)
		return run_job(call, w, make_log, err);
	w = sw_xcalloc(1, sizeof(*w));
	rc = read_log(w, call, err);
	if (!rc)
		return run_job(call, w, make_log, err);
	drop(w);
	return rc;
}

static json_t *read_document(struct history *history, uint64_t generation, struct work *w)
{
	json_t *document = NULL;
	struct db *db;

	w->rc = history_db(history, generation, &db, &w->err);
	if (!w->rc) {
		document = document_new(db->tables, false);
		db_unref(db);
	}
	return document;
}

static void add_diff(struct work *w, const json_t *was, const json_t *is)
{
	json_t *rows = json_array();
	struct sw_str text = { 0 };

	sw_str_add(&text, "generation %llu -> %llu\n", (unsigned long long)w->a,
		(unsigned long long)w->b);
	document_diff(was, is, &text, rows);
	if (!json_array_size(rows))
		sw_str_add(&text, "  no difference\n");
	if (text.len > DIFF_BYTES) {
		w->rc = sw_err_set(&w->err, SW_CODE_LIMIT,
			"the difference of generations %llu and %llu has %zu records",
			(unsigned long long)w->a, (unsigned long long)w->b, json_array_size(rows));
		sw_err_hint(&w->err, "compare generations that are nearer to each other");
		json_decref(rows);
	} else {
		w->result = json_pack("{s:s, s:{s:I, s:I, s:o}}", "text", text.s, "data", "from",
			(json_int_t)w->a, "to", (json_int_t)w->b, "records", rows);
	}
	free(text.s);
}

static void make_diff(void *arg)
{
	struct work *w = arg;
	struct history *history;
	json_t *was, *is = NULL;

	w->rc = history_open(store_journal(), &history, &w->err);
	if (w->rc)
		return;
	if (w->n_given < 2)
		w->b = history_newest(history);
	if (!w->n_given)
		w->a = w->b ? w->b - 1 : 0;
	was = read_document(history, w->a, w);
	if (was)
		is = read_document(history, w->b, w);
	if (is)
		add_diff(w, was, is);
	json_decref(was);
	json_decref(is);
	history_close(history);
}

static int diff_run(struct sw_call *call, struct sw_err *err)
{
	struct work *w = call->state;
	int rc = 0;

	if (w)
		return run_job(call, w, make_diff, err);
	w = sw_xcalloc(1, sizeof(*w));
	w->n_given = call->n_args;
	if (w->n_given)
		rc = history_parse(call->args[0], &w->a, err);
	if (!rc && w->n_given > 1)
		rc = history_parse(call->args[1], &w->b, err);
	if (!rc)
		return run_job(call, w, make_diff, err);
	drop(w);
	return rc;
}

static const struct sw_cmd_option log_options[] = {
	[SINCE] = { "since", "GENERATION", "only what came after it" },
	[FULL] = { "full", NULL, "commands in full length" },
	[FROM] = { "from", "NEXT",
		"go on after the answer that said \"next\" (swctl does it itself)" },
	{ NULL },
};

SW_REGISTER(cmd, config_log) = {
	.name = "config log",
	.help = "who changed the configuration, when and how; newest first",
	.usage = "[-n N]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 2,
	.options = log_options,
	.run = log_run,
};
SW_REGISTER(cmd, config_diff) = {
	.name = "config diff",
	.help = "what changed from generation A to B; without B to now, without A with the last change",
	.usage = "[A [B]]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TREE,
	.max_args = 2,
	.run = diff_run,
};

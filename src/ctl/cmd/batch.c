/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See batch.h. Control thread.
 */
#include "batch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule.h>

#include "../of/bridge.h"
#include "../persist/persist.h"
#include "../slice.h"
#include "../staged.h"
#include "../switch/news.h"
#include "../switch/numbers_of.h"
#include "../switch/switch.h"

#define BLANKS " \t\r\v\f"

static LIST_HEAD(, batch) batches = LIST_HEAD_INITIALIZER(batches); /* under way */

/* false: a controller's bundle is under way. */
static bool hold(struct batch *b)
{
	struct of_bridge *of = of_bridge_of(b->bridge);

	if (sw_rules_busy(sw_bridge_rules(b->bridge)))
		return false;
	b->held = !of || of_bridge_hold(of);
	return b->held;
}

static void let_go(struct batch *b)
{
	struct of_bridge *of = of_bridge_of(b->bridge);

	if (b->held && of)
		of_bridge_unlock(of);
	else if (b->held) /* OpenFlow ended meanwhile: the switch stops */
		persist_let_go(b->bridge);
	b->held = false;
}

static void end_checks(struct batch *b, bool commit)
{
	if (b->began && !b->ended)
		b->kind->end(b, commit);
	b->ended = true;
}

static void drop(void *arg)
{
	struct batch *b = arg;

	end_checks(b, false);
	let_go(b);
	LIST_REMOVE(b, all);
	free(b->item);
	free(b->line);
	free(b);
}

static struct batch *batch_of(
	struct sw_call *call, const struct batch_kind *kind, const char *lines)
{
	struct batch *b = call->state;

	if (b)
		return b;
	b = sw_xcalloc(1, sizeof(*b));
	b->kind = kind;
	b->lines = lines;
	b->end = lines ? lines + strlen(lines) : NULL;
	b->item = sw_xcalloc(1, kind->size);
	LIST_INSERT_HEAD(&batches, b, all);
	call->state = b;
	call->drop = drop;
	return b;
}

/* A copy without the comment and blanks around it. */
static const char *copy_line(struct batch *b, const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len);

	if (comment)
		len = comment - line;
	while (len && isspace((unsigned char)*line)) {
		line++;
		len--;
	}
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	if (len >= b->line_size) {
		b->line_size = 2 * len + 1;
		b->line = sw_xrealloc(b->line, b->line_size, 1);
	}
	memcpy(b->line, line, len);
	b->line[len] = '\0';
	return b->line;
}

/* The next line that says something; NULL: the slice is over, or there is none, then b->lines is at its end. */
static const char *next_line(struct batch *b, const struct slice *slice)
{
	while (b->lines[b->at.byte] && !slice_over(slice)) {
		const char *line = b->lines + b->at.byte, *text;
		const char *newline = memchr(line, '\n', b->end - line);
		size_t len = (newline ? newline : b->end) - line;

		b->at.byte += len + (line[len] == '\n');
		b->at.line++;
		text = copy_line(b, line, len);
		if (*text)
			return text;
	}
	return NULL;
}

static const char *next_argument(struct batch *b, const struct slice *slice)
{
	if (b->at.item >= RTE_MAX(b->call->n_args - 1, 1u) || slice_over(slice))
		return NULL;
	return b->at.item + 1 < b->call->n_args ? b->call->args[b->at.item + 1] : "";
}

static bool is_at_end(const struct batch *b)
{
	return b->lines ? !b->lines[b->at.byte] : b->at.item >= RTE_MAX(b->call->n_args - 1, 1u);
}

static int blame(const struct batch *b, const char *text, struct sw_err *err)
{
	if (b->lines) {
		sw_err_prefix(err, "%s:%u", b->call->args[1], b->at.line);
		sw_err_path(err, "line %u", b->at.line);
	} else if (*text) {
		sw_err_prefix(err, "%s", text);
	}
	return sw_err_errno(err->code);
}

/* A line that begins with what it asks for: that, and what is behind it. */
static const char *take_word(struct batch *b, const char *text)
{
	size_t len = strcspn(text, BLANKS);

	for (const struct batch_word *w = b->kind->words; w && w->name; w++) {
		if (strlen(w->name) != len || strncmp(w->name, text, len))
			continue;
		b->verb = w->verb;
		return text + len + strspn(text + len, BLANKS);
	}
	return text;
}

static int read_one(struct batch *b, const char *text, struct sw_err *err)
{
	int verb = b->verb, rc;

	memset(b->item, 0, b->kind->size);
	if (b->lines)
		text = take_word(b, text);
	numbers_of(b->bridge);
	rc = b->kind->read(b, text, b->item, err);
	numbers_of(NULL);
	b->verb = verb;
	return rc;
}

static int nothing_more(struct batch *b, void *item, struct sw_err *err)
{
	return 0;
}

/* All items in their order, a slice of them: 0, SW_CMD_MORE or an error. */
static int each(struct batch *b, const struct slice *slice,
	int (*use)(struct batch *b, void *item, struct sw_err *err), struct sw_err *err)
{
	const char *text;
	int rc;

	while (true) {
		struct batch_at here = b->at;

		text = b->lines ? next_line(b, slice) : next_argument(b, slice);
		if (!text)
			return is_at_end(b) ? 0 : SW_CMD_MORE;
		rc = read_one(b, text, err);
		if (!rc) {
			rc = use(b, b->item, err);
			b->kind->fini(b->item);
		}
		if (rc == SW_CMD_MORE)
			b->at = here;
		else if (rc)
			return blame(b, text, err);
		else
			b->at.item++;
		if (rc && slice_over(slice))
			return SW_CMD_MORE;
	}
}

/* Whoever is right in his words may change the bridge. */
static int begin(struct batch *b)
{
	if (!b->held && !hold(b))
		return SW_CMD_MORE;
	if (!b->began)
		b->kind->begin(b);
	b->began = true;
	return 0;
}

static int check(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	int rc = begin(b);

	return rc ? rc : each(b, slice, b->kind->check, err);
}

static int rest(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	int rc = b->kind->rest ? b->kind->rest(b, slice, err) : 0;

	if (!rc)
		end_checks(b, true);
	return rc == SLICE_MORE ? SW_CMD_MORE : rc;
}

/* What is left of the stage it is in: 0, SW_CMD_MORE or an error. */
static int go_through(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	switch (b->stage) {
	case BATCH_READ:
		return each(b, slice, nothing_more, err);
	case BATCH_CHECK:
		return check(b, slice, err);
	case BATCH_REST:
		return rest(b, slice, err);
	default:
		return 0;
	}
}

static void nothing(void *state)
{
}

/* Run again when the job thread has done what was given to it. */
static int behind_jobs(struct sw_call *call)
{
	call->job = nothing;
	return SW_CMD_JOB;
}

/* Before it takes hold of the bridge: the disk does not keep up. */
static bool must_wait(const struct batch *b)
{
	const struct persist *p = persist_of(b->bridge);

	return p && !b->held && persist_is_full(p);
}

/* Behind what the job thread has for the disk, where rules persist. */
static int wait_stored(struct batch *b, struct sw_call *call, struct sw_err *err)
{
	struct persist *p = persist_of(b->bridge);
	int rc = p ? persist_check(p, b->ticket, err) : 0;

	if (rc != PERSIST_LATER) {
		if (rc)
			sw_err_prefix(err, "the change is in force, but not stored");
		return rc;
	}
	return behind_jobs(call);
}

static bool is_told_of(const struct batch *b)
{
	return staged_is_under_way(sw_bridge_rules(b->bridge));
}

/* All is made: the end, when all are told of it and it is on the disk. */
static int finish(struct batch *b, struct sw_call *call, struct sw_err *err)
{
	if (b->held && is_told_of(b))
		return behind_jobs(call);
	if (b->held) {
		let_go(b);
		b->ticket = persist_of(b->bridge) ? persist_ticket(persist_of(b->bridge)) : 0;
	}
	return wait_stored(b, call, err);
}

/* One stage after the other; 0: it is made. */
static int go_on(struct batch *b, struct sw_err *err)
{
	const struct slice slice = slice_begin();
	int rc;

	for (; b->stage < BATCH_MADE; b->stage++) {
		rc = go_through(b, &slice, err);
		if (rc)
			return rc;
		if (b->stage == BATCH_READ)
			b->n = b->at.item;
		b->at = (struct batch_at){ 0 };
	}
	return 0;
}

/* Before the error is told: what many checks did is undone. */
static int undo_first(struct batch *b, const struct sw_err *err)
{
	if (!b->began || b->ended || !b->kind->undo)
		return sw_err_errno(err->code);
	b->stage = BATCH_UNDO;
	b->fault = *err;
	return SW_CMD_MORE;
}

static int undo(struct batch *b, struct sw_err *err)
{
	const struct slice slice = slice_begin();

	if (b->kind->undo(b, &slice))
		return SW_CMD_MORE;
	*err = b->fault;
	return sw_err_errno(err->code);
}

/* All that it staged goes with it. */
static void bridge_gone(struct sw_bridge *bridge)
{
	struct batch *b;

	LIST_FOREACH(b, &batches, all)
	{
		if (b->bridge != bridge || !b->held)
			continue;
		end_checks(b, false);
		let_go(b);
		b->gone = true;
	}
}

static void nobody_cares(struct sw_bridge *bridge)
{
}

SW_REGISTER(bridge_listener, batch) = {
	.name = "batch", /* before those by which it holds the bridge */
	.help = "commands in the middle of changing a bridge's rules, groups or meters",
	.made = nobody_cares,
	.changed = nobody_cares,
	.gone = bridge_gone,
};

static int run(struct sw_call *call, struct batch *b, int verb, struct sw_err *err)
{
	struct sw_bridge *bridge = switch_bridge(call->args[0], err);
	int rc;

	if (!bridge)
		return sw_err_errno(err->code);
	if (b->gone)
		return sw_err_set(
			err, SW_CODE_CONFLICT, "bridge %s was made anew meanwhile", call->args[0]);
	if (b->stage == BATCH_UNDO)
		return undo(b, err);
	b->bridge = bridge;
	b->call = call;
	b->verb = verb;
	if (b->stage == BATCH_MADE)
		return finish(b, call, err);
	if (must_wait(b))
		return behind_jobs(call);
	rc = go_on(b, err);
	if (rc < 0)
		return undo_first(b, err);
	if (rc)
		return is_told_of(b) ? behind_jobs(call) : rc;
	call->result = b->result;
	call->next = b->next;
	return finish(b, call, err);
}

static int no_lines(const struct sw_call *call, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_USAGE, "the lines of \"%s\" did not come along", call->args[1]);

	sw_err_given(err, "%s", call->args[1]);
	sw_err_hint(err,
		"swctl sends them when the command stands alone; a program puts them into the "
		"parameter \"input\" of transact");
	return rc;
}

int batch_run(struct sw_call *call, const struct batch_kind *kind, int verb, bool option,
	struct sw_err *err)
{
	bool lines = call->n_args == 2 && !strcmp(call->args[1], "-");
	struct batch *b;

	if (lines && !call->input)
		return no_lines(call, err);
	b = batch_of(call, kind, lines ? call->input : NULL);
	b->option = option;
	return run(call, b, verb, err);
}

int batch_run_file(
	struct sw_call *call, const struct batch_kind *kind, int verb, struct sw_err *err)
{
	if (!call->input)
		return no_lines(call, err);
	return run(call, batch_of(call, kind, call->input), verb, err);
}

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
#include "../switch/numbers_of.h"
#include "../switch/switch.h"

#define BLANKS " \t\r\v\f"

static void *item_at(struct batch *b, unsigned i)
{
	return b->items + i * b->kind->size;
}

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

static void end_checks(struct batch *b, bool make)
{
	if (b->began && !b->ended)
		b->kind->end(b, make);
	b->ended = true;
}

static void drop(void *arg)
{
	struct batch *b = arg;

	end_checks(b, false);
	let_go(b);
	for (unsigned i = 0; i < b->n_read; i++)
		b->kind->fini(item_at(b, i));
	free(b->items);
	free(b->input);
	free(b->texts);
	free(b->lines);
	free(b);
}

/* The lines of a file that say something, without comments and blanks around it. */
static void cut_lines(struct batch *b, const char *input)
{
	unsigned line = 1;
	size_t n = 1;

	for (const char *p = input; *p; p++)
		n += *p == '\n';
	b->texts = sw_xcalloc(n, sizeof(*b->texts));
	b->lines = sw_xcalloc(n, sizeof(*b->lines));
	b->input = sw_xstrdup(input);
	for (char *p = b->input, *next; p; p = next, line++) {
		char *end;

		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		end = p + strcspn(p, "#");
		while (end > p && isspace((unsigned char)end[-1]))
			end--;
		*end = '\0';
		p += strspn(p, BLANKS);
		if (!*p)
			continue;
		b->texts[b->n] = p;
		b->lines[b->n++] = line;
	}
}

static struct batch *batch_of(
	struct sw_call *call, const struct batch_kind *kind, const char *input)
{
	struct batch *b = call->state;

	if (b)
		return b;
	b = sw_xcalloc(1, sizeof(*b));
	b->kind = kind;
	if (input)
		cut_lines(b, input);
	else
		b->n = RTE_MAX(call->n_args - 1, 1u);
	b->items = sw_xcalloc(RTE_MAX(b->n, 1u), kind->size);
	call->state = b;
	call->drop = drop;
	return b;
}

static const char *text_of(const struct batch *b, unsigned i)
{
	if (b->input)
		return b->texts[i];
	return i + 1 < b->call->n_args ? b->call->args[i + 1] : "";
}

static int blame(const struct batch *b, unsigned i, struct sw_err *err)
{
	if (b->input) {
		sw_err_prefix(err, "%s:%u", b->call->args[1], b->lines[i]);
		sw_err_path(err, "line %u", b->lines[i]);
	} else if (*text_of(b, i)) {
		sw_err_prefix(err, "%s", text_of(b, i));
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

static int read_one(struct batch *b, unsigned i, struct sw_err *err)
{
	const char *text = text_of(b, i);
	int verb = b->verb, rc;

	if (b->input)
		text = take_word(b, text);
	rc = b->kind->read(b, text, item_at(b, i), err);
	b->verb = verb;
	return rc ? blame(b, i, err) : 0;
}

static int read_some(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	for (; b->n_read < b->n; b->n_read++) {
		if (slice_over(slice))
			return SW_CMD_MORE;
		if (read_one(b, b->n_read, err))
			return sw_err_errno(err->code);
	}
	return 0;
}

static int check_some(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	int rc;

	if (!b->held && !hold(b))
		return SW_CMD_MORE;
	if (!b->began)
		b->kind->begin(b);
	b->began = true;
	for (; b->n_checked < b->n; b->n_checked++) {
		if (slice_over(slice))
			return SW_CMD_MORE;
		if (b->kind->check(b, item_at(b, b->n_checked), err))
			return blame(b, b->n_checked, err);
	}
	rc = b->kind->rest ? b->kind->rest(b, slice, err) : 0;
	if (rc)
		return rc == SLICE_MORE ? SW_CMD_MORE : rc;
	end_checks(b, true);
	return 0;
}

static int make_some(struct batch *b, const struct slice *slice)
{
	for (; b->kind->make && b->n_made < b->n; b->n_made++) {
		if (slice_over(slice))
			return SW_CMD_MORE;
		b->kind->make(b, item_at(b, b->n_made));
	}
	return 0;
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

/* All of it in its order; 0: it is made. */
static int go_on(struct batch *b, struct sw_err *err)
{
	const struct slice slice = slice_begin();
	int rc;

	numbers_of(b->bridge);
	rc = read_some(b, &slice, err);
	numbers_of(NULL);
	if (!rc)
		rc = check_some(b, &slice, err);
	if (!rc)
		rc = make_some(b, &slice);
	return rc;
}

static int run(struct sw_call *call, struct batch *b, int verb, struct sw_err *err)
{
	struct sw_bridge *bridge = switch_bridge(call->args[0], err);
	int rc;

	if (!bridge)
		return sw_err_errno(err->code);
	b->bridge = bridge;
	b->call = call;
	b->verb = verb;
	if (b->made)
		return wait_stored(b, call, err);
	if (must_wait(b))
		return behind_jobs(call);
	rc = go_on(b, err);
	if (rc)
		return rc;
	b->made = true;
	call->result = b->result;
	let_go(b);
	b->ticket = persist_of(bridge) ? persist_ticket(persist_of(bridge)) : 0;
	return wait_stored(b, call, err);
}

int batch_run(struct sw_call *call, const struct batch_kind *kind, int verb, bool option,
	struct sw_err *err)
{
	struct batch *b = batch_of(call, kind, NULL);

	b->option = option;
	return run(call, b, verb, err);
}

int batch_run_file(struct sw_call *call, const struct batch_kind *kind, int verb, const char *hint,
	struct sw_err *err)
{
	int rc;

	if (call->input)
		return run(call, batch_of(call, kind, call->input), verb, err);
	rc = sw_err_set(err, SW_CODE_USAGE, "the lines of the file did not come along");
	sw_err_hint(err,
		"swctl %s %s FILE sends them; a program puts them into the parameter \"input\" of transact",
		hint, call->args[0]);
	return rc;
}

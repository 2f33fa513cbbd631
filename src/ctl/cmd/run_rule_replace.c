/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands rule replace and rule diff: the rules of a bridge beside those of a file. What is the same in both stays as it is, counters,
 * ages and kept flows too. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/exit.h>
#include <sw/mem.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include <stdlib.h>
#include <string.h>

#include "../slice.h"
#include "batch.h"
#include "run_rule.h"

/* From begin to end. */
struct beside {
	const struct sw_rule_change **sorted; /* the file's, by table, priority and match */
	struct sw_rule_cursor cursor;	      /* through the bridge's */
	json_t *lines;			      /* of a diff; NULL: it is a replacement */
};

static int read_one(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	return sw_rule_parse(text, SW_RULE_ADD, item, err);
}

static int by_match(const void *x, const void *y)
{
	const struct sw_rule_conf *a = &(*(const struct sw_rule_change *const *)x)->conf;
	const struct sw_rule_conf *b = &(*(const struct sw_rule_change *const *)y)->conf;

	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return memcmp(&a->match, &b->match, sizeof(a->match));
}

static void begin(struct batch *b)
{
	struct beside *s = sw_xcalloc(1, sizeof(*s));
	const struct sw_rule_change *items = (const struct sw_rule_change *)b->items;

	s->sorted = sw_xcalloc(b->n + 1, sizeof(s->sorted[0]));
	for (unsigned i = 0; i < b->n; i++)
		s->sorted[i] = &items[i];
	qsort(s->sorted, b->n, sizeof(s->sorted[0]), by_match);
	b->arg = s;
	if (b->verb == RULE_DIFF)
		s->lines = json_array();
	else
		sw_rules_begin(sw_bridge_rules(b->bridge));
}

/* The caller frees it. */
static char *text_of(const struct sw_rule_conf *conf)
{
	struct sw_str text = { 0 };

	sw_rule_print(conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
	return text.s;
}

/* The rule with this table, priority and match. */
static struct sw_rule_change strictly(const struct sw_rule_conf *conf)
{
	return (struct sw_rule_change){ .verb = SW_RULE_DELETE_STRICT,
		.conf = { .table = conf->table, .priority = conf->priority, .match = conf->match },
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };
}

/* The bridge's rule in the place of one of the file. */
static const struct sw_rule *rule_there(const struct batch *b, const struct sw_rule_change *item)
{
	const struct sw_rule_change strict = strictly(&item->conf);
	struct sw_rule_cursor cursor = { 0 };

	return sw_rules_next(sw_bridge_rules(b->bridge), &cursor, &strict);
}

static void add_line(struct beside *s, char sign, const char *text)
{
	json_array_append_new(s->lines, json_sprintf("%c%s", sign, text));
}

static int check_one(struct batch *b, void *item, struct sw_err *err)
{
	struct sw_rule_change *change = item;
	const struct sw_rule *rule = rule_there(b, change);
	char *ours = NULL, *theirs = text_of(&change->conf);
	struct beside *s = b->arg;
	struct sw_rule_conf conf;
	int rc = 0;

	if (rule) {
		sw_rule_get(rule, &conf);
		ours = text_of(&conf);
	}
	if (!ours || strcmp(ours, theirs)) {
		if (!s->lines)
			rc = rule_stage(b, change, err);
		else if (ours)
			add_line(s, '-', ours);
		if (s->lines)
			add_line(s, '+', theirs);
	}
	free(ours);
	free(theirs);
	return rc;
}

/* A rule that the file does not have. */
static int take_other(struct batch *b, const struct sw_rule_conf *conf, struct sw_err *err)
{
	struct sw_rule_change gone = strictly(conf);
	struct beside *s = b->arg;
	char *text;

	if (!s->lines)
		return (int)sw_rules_stage(sw_bridge_rules(b->bridge), &gone, err);
	text = text_of(conf);
	add_line(s, '-', text);
	free(text);
	return 0;
}

static int take_others(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	struct beside *s = b->arg;
	const struct sw_rule *rule;

	while ((rule = sw_rules_next(sw_bridge_rules(b->bridge), &s->cursor, NULL))) {
		struct sw_rule_change key = { 0 };
		const struct sw_rule_change *at = &key;

		sw_rule_get(rule, &key.conf);
		if (!bsearch(&at, s->sorted, b->n, sizeof(s->sorted[0]), by_match) &&
			take_other(b, &key.conf, err))
			return sw_err_errno(err->code);
		if (slice_over(slice))
			return SLICE_MORE;
	}
	return 0;
}

static void end(struct batch *b, bool commit)
{
	struct beside *s = b->arg;

	if (s->lines && commit)
		b->result = s->lines;
	else if (s->lines)
		json_decref(s->lines);
	else if (commit)
		sw_rules_commit(sw_bridge_rules(b->bridge));
	else
		sw_rules_abort(sw_bridge_rules(b->bridge));
	free(s->sorted);
	free(s);
}

static const struct batch_kind beside_kind = {
	.size = sizeof(struct sw_rule_change),
	.read = read_one,
	.fini = rule_fini,
	.begin = begin,
	.check = check_one,
	.rest = take_others,
	.end = end,
};

static int run_replace(struct sw_call *call, struct sw_err *err)
{
	int rc = rule_check_looked_at(call, err);

	return rc ? rc : batch_run_file(call, &beside_kind, RULE_REPLACE, "replace-flows", err);
}

static int run_diff(struct sw_call *call, struct sw_err *err)
{
	int rc = batch_run_file(call, &beside_kind, RULE_DIFF, "diff-flows", err);

	return rc || !json_array_size(call->result) ? rc : SW_CMD_EXIT(EXIT_CHANGES);
}

SW_REGISTER(cmd, rule_replace) = {
	.name = "rule replace",
	.help = "make the rules of a bridge those of a file, at once: what is the same stays, with what it counted; \"swctl replace-flows "
		"BRIDGE FILE\" does it",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_replace,
};

SW_REGISTER(cmd, rule_diff) = {
	.name = "rule diff",
	.help = "what rule replace would change: - a rule that the bridge has alone, + one that the file has alone; \"swctl diff-flows "
		"BRIDGE FILE\" does it",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_LINES,
	.run = run_diff,
};

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

#include <rte_common.h>

#include <stdlib.h>
#include <string.h>

#include "../slice.h"
#include "../staged.h"
#include "batch.h"
#include "kept.h"
#include "run_rule.h"

/* From begin to end. */
struct beside {
	const struct sw_rule *
		*seen; /* the bridge's rules that the file has, by address; NULL: a free place */
	uint64_t mask; /* of places */
	struct sw_rule_cursor cursor; /* through the bridge's */
	struct kept *lines;	      /* of a diff; NULL: it is a replacement */
};

static int read_one(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	return sw_rule_parse(text, SW_RULE_ADD, item, err);
}

static void begin(struct batch *b)
{
	struct beside *s = sw_xcalloc(1, sizeof(*s));

	s->mask = rte_align64pow2(2 * (uint64_t)b->n + 2) - 1;
	s->seen = sw_xcalloc(s->mask + 1, sizeof(s->seen[0]));
	b->arg = s;
	if (b->verb == RULE_DIFF)
		s->lines = kept_new();
	else
		sw_rules_begin(sw_bridge_rules(b->bridge));
}

/* Where it is, or would be. While the bridge is held no rule that lives loses its address. */
static const struct sw_rule **place_of(struct beside *s, const struct sw_rule *rule)
{
	uint64_t at = ((uintptr_t)rule * 0x9e3779b97f4a7c15u) >> 32;

	while (s->seen[at & s->mask] && s->seen[at & s->mask] != rule)
		at++;
	return &s->seen[at & s->mask];
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

static const struct sw_rule *rule_there(const struct batch *b, const struct sw_rule_change *strict)
{
	struct sw_rule_cursor cursor = { 0 };

	return sw_rules_next(sw_bridge_rules(b->bridge), &cursor, strict);
}

static int add_line(struct beside *s, char sign, const char *text, struct sw_err *err)
{
	int rc = kept_add(s->lines, sign, text, err);

	if (rc)
		sw_err_hint(err,
			"rule replace makes them the same; ovs-ofctl diff-flows tells any number");
	return rc;
}

/* A rule of the file whose place is taken by `rule` (or by none: NULL), which says something else. */
static int tell(struct beside *s, const char *ours, const char *theirs, struct sw_err *err)
{
	int rc = ours ? add_line(s, '-', ours, err) : 0;

	return rc ? rc : add_line(s, '+', theirs, err);
}

static int check_one(struct batch *b, void *item, struct sw_err *err)
{
	struct sw_rule_change *change = item;
	const struct sw_rule_change strict = strictly(&change->conf);
	const struct sw_rule *rule = rule_there(b, &strict);
	char *ours = NULL, *theirs = text_of(&change->conf);
	struct beside *s = b->arg;
	struct sw_rule_conf conf;
	int rc = 0;

	if (rule) {
		sw_rule_get(rule, &conf);
		ours = text_of(&conf);
	}
	if (!ours || strcmp(ours, theirs))
		rc = s->lines ? tell(s, ours, theirs, err) : rule_stage(b, change, err);
	if (!rc && !s->lines && !rule)
		rule = rule_there(b, &strict);
	if (!rc && rule)
		*place_of(s, rule) = rule;
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
	int rc;

	if (!s->lines)
		return (int)sw_rules_stage(sw_bridge_rules(b->bridge), &gone, err);
	text = text_of(conf);
	rc = add_line(s, '-', text, err);
	free(text);
	return rc;
}

static int take_others(struct batch *b, const struct slice *slice, struct sw_err *err)
{
	struct beside *s = b->arg;
	const struct sw_rule *rule;

	while ((rule = sw_rules_next(sw_bridge_rules(b->bridge), &s->cursor, NULL))) {
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		if (!*place_of(s, rule) && take_other(b, &conf, err))
			return sw_err_errno(err->code);
		if (slice_over(slice))
			return SLICE_MORE;
	}
	return 0;
}

static int undo(struct batch *b, const struct slice *slice)
{
	const struct beside *s = b->arg;

	return s->lines ? 0 : rule_undo(b, slice);
}

static void end(struct batch *b, bool commit)
{
	struct beside *s = b->arg;

	if (s->lines && commit)
		b->result = kept_begin(s->lines, &b->next);
	else if (s->lines)
		kept_free(s->lines);
	else if (commit)
		staged_commit(b->bridge);
	else
		staged_abort(b->bridge);
	free(s->seen);
	free(s);
}

static const struct batch_kind beside_kind = {
	.size = sizeof(struct sw_rule_change),
	.read = read_one,
	.fini = rule_fini,
	.begin = begin,
	.check = check_one,
	.rest = take_others,
	.undo = undo,
	.end = end,
};

static int run_replace(struct sw_call *call, struct sw_err *err)
{
	int rc = rule_check_looked_at(call, err);

	return rc ? rc : batch_run_file(call, &beside_kind, RULE_REPLACE, err);
}

enum { OPT_FROM };

static int go_on(struct sw_call *call, struct sw_err *err)
{
	call->result = kept_go_on(call->option[OPT_FROM], &call->next, err);
	return call->result ? 0 : sw_err_errno(err->code);
}

static int run_diff(struct sw_call *call, struct sw_err *err)
{
	int rc = call->option[OPT_FROM] ? go_on(call, err)
					: batch_run_file(call, &beside_kind, RULE_DIFF, err);

	return rc || !json_array_size(call->result) ? rc : SW_CMD_EXIT(EXIT_CHANGES);
}

static const struct sw_cmd_option diff_options[] = {
	[OPT_FROM] = { "from", "NEXT",
		"go on after the answer that said \"next\" (swctl does it itself)" },
	{ 0 },
};

SW_REGISTER(cmd, rule_replace) = {
	.name = "rule replace",
	.help = "make the rules of a bridge those of a file, at once: what is the same stays, with what it counted",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_replace,
};

SW_REGISTER(cmd, rule_diff) = {
	.name = "rule diff",
	.help = "what rule replace would change: - a rule that the bridge has alone, + one that the file has alone; exit status "
		"10 when there is any",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_LINES,
	.options = diff_options,
	.run = run_diff,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands rule dump and rule tables. A bridge may have a million rules: an answer is a page, and carries the argument of
 * --from that asks for the next one, as of fdb show. Rules that stay are seen once. Control thread.
 */
#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_table.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../of/bridge.h"
#include "../slice.h"
#include "../switch/numbers_of.h"
#include "../switch/switch.h"
#include "../table_out.h"
#include "option.h"

#define PAGE_ROWS 200  /* a rule takes some 10 us to print */
#define LOOKS	  1024 /* rules a piece: about 20 us where none is meant */

enum { OPT_NO_STATS, OPT_NAMES, OPT_LIMIT, OPT_FROM };

struct page {
	struct sw_rule_cursor cursor;
	uint64_t left; /* rows still wanted */
	unsigned n;    /* rows so far */
	bool stats;
	bool counts; /* packets are counted by rules */
};

static int read_options(struct page *page, const struct sw_call *call, struct sw_err *err)
{
	const char *limit = call->option[OPT_LIMIT], *from = call->option[OPT_FROM];
	unsigned table;
	int used = 0;

	page->stats = !call->option[OPT_NO_STATS];
	page->left = UINT64_MAX;
	if (option_limit(limit, &page->left, err))
		return sw_err_errno(err->code);
	if (!from)
		return 0;
	if (sscanf(from, "%" SCNu64 ":%u:%" SCNu64 "%n", &page->left, &table, &page->cursor.after,
		    &used) != 3 ||
		from[used] || table > SW_TABLES || !page->left)
		return option_bad_from(from, err);
	page->cursor.table = table;
	return 0;
}

/* Nothing is shown rather than a 0 that stands still. */
static json_t *counted(const struct page *page, uint64_t n)
{
	return page->counts || n ? json_integer(n) : json_null();
}

static void add_row(json_t *result, const struct page *page, const struct sw_rule *rule)
{
	json_t *row = table_row(result);
	struct sw_rule_stats stats;
	struct sw_rule_conf conf;
	struct sw_str text = { 0 };

	sw_rule_get(rule, &conf);
	sw_rule_stats(rule, &stats);
	sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
	if (page->stats) {
		json_array_append_new(row, counted(page, stats.packets));
		json_array_append_new(row, counted(page, stats.bytes));
		json_array_append_new(row, json_integer((sw_clock_ms() - stats.created_ms) / 1000));
	}
	json_array_append_new(row, json_string(text.s));
	free(text.s);
}

/* A page of the rules that the filter takes, or a slice of the search for them: 0 or SW_CMD_MORE. */
static int fill(struct sw_call *call, struct page *page, const struct sw_rules *rules,
	const struct sw_rule_change *filter)
{
	static const char *const columns[] = { "Packets", "Bytes", "Seconds", "Rule", NULL };
	const struct slice slice = slice_begin();

	if (!call->result)
		call->result = table_new(page->stats ? columns : columns + 3);
	while (page->n < PAGE_ROWS && page->left) {
		const struct sw_rule *rule;

		page->cursor.looks = LOOKS;
		rule = sw_rules_next(rules, &page->cursor, filter);
		if (rule) {
			add_row(call->result, page, rule);
			page->n++;
			page->left--;
		} else if (page->cursor.looks) {
			return 0;
		}
		if (slice_over(&slice))
			return SW_CMD_MORE;
	}
	if (page->left)
		json_object_set_new(call->result, "next",
			json_sprintf("%" PRIu64 ":%u:%" PRIu64, page->left, page->cursor.table,
				page->cursor.after));
	return 0;
}

/* Kept from one slice to the next. */
static int page_of(struct sw_call *call, struct page **page, struct sw_err *err)
{
	*page = call->state;
	if (*page)
		return 0;
	*page = sw_xcalloc(1, sizeof(**page));
	call->state = *page;
	call->drop = free;
	return read_options(*page, call, err);
}

static int run_dump(struct sw_call *call, struct sw_err *err)
{
	const char *text = call->n_args > 1 ? call->args[1] : "";
	struct sw_bridge *bridge = switch_bridge(call->args[0], err);
	struct sw_rule_change filter;
	struct page *page = NULL;
	int rc = bridge ? page_of(call, &page, err) : sw_err_errno(err->code);

	if (rc)
		return rc;
	page->counts = !sw_bridge_is_cross_connect(bridge);
	numbers_of(bridge);
	rc = sw_rule_parse(text, SW_RULE_DELETE, &filter, err);
	if (!call->option[OPT_NAMES])
		numbers_of(NULL);
	if (rc)
		sw_err_prefix(err, "%s", text);
	if (!rc)
		rc = fill(call, page, sw_bridge_rules(bridge), *text ? &filter : NULL);
	numbers_of(NULL);
	return rc;
}

/* A controller may give any bytes. */
static json_t *name_json(const struct of_table_name *name)
{
	json_t *json = *name->text ? json_string(name->text) : NULL;

	return json ? json : json_null();
}

static int run_tables(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Table", "Rules", "Limit", "Masks", "Hashes",
		"Lookups", "Matches", "Probes", "Full", "Name", NULL };
	struct sw_bridge *bridge = switch_bridge(call->args[0], err);
	const struct sw_rules *rules = bridge ? sw_bridge_rules(bridge) : NULL;
	const struct of_bridge *of = bridge ? of_bridge_of(bridge) : NULL;

	if (!bridge)
		return sw_err_errno(err->code);
	call->result = table_new(columns);
	for (unsigned t = 0; t < SW_TABLES; t++) {
		struct of_table_name name = { "" };
		struct sw_rule_table_stats s;
		json_t *row;

		sw_rules_table_stats(rules, t, &s);
		if (of)
			of_bridge_table_name(of, t, &name);
		if (!s.rules && !s.lookups && !*name.text)
			continue;
		row = table_row(call->result);
		const uint64_t cells[] = { t, s.rules, s.limit, s.masks, s.tuples, s.lookups,
			s.matches, s.probes };

		for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
			json_array_append_new(row, json_integer(cells[i]));
		json_array_append_new(
			row, json_string(sw_rules_table_evicts(rules, t) ? "evict" : "refuse"));
		json_array_append_new(row, name_json(&name));
	}
	return 0;
}

static const struct sw_cmd_option dump_options[] = {
	[OPT_NO_STATS] = { "no-stats", NULL, "only the rules, which rule add takes again" },
	[OPT_NAMES] = { "names", NULL, "ports by their names" },
	[OPT_LIMIT] = { "limit", "N", "no more than N rules" },
	[OPT_FROM] = { "from", "NEXT",
		"go on after the answer that said \"next\" (swctl does it itself)" },
	{ 0 },
};

SW_REGISTER(cmd, rule_dump) = {
	.name = "rule dump",
	.help = "rules of a bridge, all or those that a match covers, with what they counted; - in a cross-connect, whose ports look at "
		"no rules (port stats counts there)",
	.usage = "BRIDGE [MATCH]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 2,
	.options = dump_options,
	.run = run_dump,
};

SW_REGISTER(cmd, rule_tables) = {
	.name = "rule tables",
	.help = "tables of a bridge that have rules or a name: how many rules, how many at most and what happens then, and what looking "
		"into them costs",
	.usage = "BRIDGE",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 1,
	.run = run_tables,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command flow dump. A worker may keep two million flows: an answer is a page, as of rule dump; with --sort it is the first
 * of all, which are looked through in slices of the loop and remembered by their places only. Control thread.
 */
#include <sw/action.h>
#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/flow.h>
#include <sw/mem.h>
#include <sw/pmd.h>
#include <sw/port.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../switch/numbers_of.h"
#include "../switch/switch.h"
#include "../table_out.h"
#include "option.h"

#define PAGE_ROWS    200   /* one takes some 10 us to print */
#define PAGE_LOOKS   16384 /* entries: a worker may have room for two million */
#define SORTED_LOOKS 2048  /* in a slice, each weighed */
#define SORTED_MOST  1000  /* rows that --sort may give */
#define SORTED_FEW   20	   /* and gives without --limit */

enum { OPT_WORKER, OPT_RULE, OPT_SORT, OPT_NAMES, OPT_LIMIT, OPT_FROM };

enum sort { SORT_NONE, SORT_PACKETS, SORT_BYTES, SORT_IDLE };

/* What is asked for. */
struct wanted {
	struct sw_flow_cursor cursor;
	uint64_t left; /* rows still wanted */
	unsigned end;  /* worker to stop before */
	struct sw_bridge *bridge;
	enum sort sort;
	bool has_match, has_rule;
	struct sw_match match;
	struct sw_rule_change rule;
};

static int read_worker(struct wanted *w, const char *worker, struct sw_err *err)
{
	uint64_t one;

	w->end = sw_pmd_workers();
	if (!worker)
		return 0;
	if (sw_parse_u64(worker, 0, w->end - 1, &one))
		return option_bad(
			"worker", worker, "a worker, by number (see swctl worker show)", err);
	w->cursor.worker = one;
	w->end = one + 1;
	return 0;
}

static int read_sort(struct wanted *w, const char *sort, struct sw_err *err)
{
	static const char *const words[] = {
		[SORT_PACKETS] = "packets", [SORT_BYTES] = "bytes", [SORT_IDLE] = "idle"
	};

	if (!sort)
		return 0;
	for (unsigned i = SORT_PACKETS; i <= SORT_IDLE; i++)
		if (!strcmp(sort, words[i]))
			w->sort = i;
	if (!w->sort)
		return option_bad("sort", sort, "packets, bytes or idle", err);
	if (w->left == UINT64_MAX)
		w->left = SORTED_FEW;
	if (w->left > SORTED_MOST)
		return option_bad("limit", "beside --sort", "a number up to 1000", err);
	return 0;
}

static int read_page(struct wanted *w, const struct sw_call *call, struct sw_err *err)
{
	const char *from = call->option[OPT_FROM];
	int used = 0, rc = read_worker(w, call->option[OPT_WORKER], err);

	w->left = UINT64_MAX;
	if (!rc)
		rc = option_limit(call->option[OPT_LIMIT], &w->left, err);
	if (!rc)
		rc = read_sort(w, call->option[OPT_SORT], err);
	if (rc || !from)
		return rc;
	if (sscanf(from, "%" SCNu64 ":%u:%" SCNu64 "%n", &w->left, &w->cursor.worker, &w->cursor.at,
		    &used) != 3 ||
		from[used] || !w->left || w->sort)
		return option_bad_from(from, err);
	return 0;
}

/* Which flows: names of ports are those of the bridge. */
static int read_filters(struct wanted *w, const struct sw_call *call, struct sw_err *err)
{
	const char *rule = call->option[OPT_RULE];
	int rc = 0;

	w->has_match = call->n_args > 1;
	if (w->has_match)
		rc = sw_match_parse(call->args[1], &w->match, err);
	if (rc || !rule)
		return rc;
	rc = sw_rule_parse(rule, SW_RULE_DELETE, &w->rule, err);
	w->has_rule = !rc;
	if (rc)
		sw_err_prefix(err, "--rule=%s", rule);
	return rc;
}

static int read_wanted(struct wanted *w, const struct sw_call *call, struct sw_err *err)
{
	int rc;

	if (call->n_args) {
		w->bridge = switch_bridge(call->args[0], err);
		if (!w->bridge)
			return sw_err_errno(err->code);
	}
	rc = read_page(w, call, err);
	if (!rc && call->option[OPT_RULE] && !w->bridge)
		rc = sw_err_set(err, SW_CODE_USAGE, "--rule needs the bridge whose rule it is");
	return rc ? rc : read_filters(w, call, err);
}

/* May packets of the match be of the flow? What the flow leaves open, any packet may have. */
static bool may_have(const struct sw_match *flow, const struct sw_match *match)
{
	const uint64_t *a = (const uint64_t *)&flow->value, *b = (const uint64_t *)&match->value;
	const uint64_t *of = (const uint64_t *)&flow->mask, *at = (const uint64_t *)&match->mask;

	for (size_t i = 0; i < sizeof(flow->mask) / sizeof(*of); i++)
		if ((a[i] ^ b[i]) & of[i] & at[i])
			return false;
	return true;
}

static bool comes_by(const struct sw_flow *flow, const struct sw_rule_change *rule)
{
	for (unsigned i = 0; i < flow->n_hits; i++)
		if (sw_rule_is_taken(flow->hit[i], rule))
			return true;
	return false;
}

/* The next flow that is wanted; false: looks or flows are at an end. */
static bool next(struct wanted *w, struct sw_flow *flow)
{
	while (sw_flow_next(&w->cursor, w->bridge, flow))
		if ((!w->has_match || may_have(&flow->match, &w->match)) &&
			(!w->has_rule || comes_by(flow, &w->rule)))
			return true;
	return false;
}

/* --- as rows --- */

struct by_hand {
	json_t *result;
	struct wanted *w;
};

/* Those set by hand, which are in all workers. */
static void add_by_hand(void *arg, struct sw_bridge *bridge)
{
	const struct sw_rule_change all = sw_flow_all();
	struct sw_rule_cursor cursor = { 0 };
	struct by_hand *to = arg;
	const struct sw_rule *rule;

	while (to->w->left && (rule = sw_rules_next(sw_bridge_rules(bridge), &cursor, &all))) {
		struct sw_str match = { 0 }, what = { 0 };
		struct sw_rule_stats stats;
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		if (to->w->has_match && !may_have(&conf.match, &to->w->match))
			continue;
		sw_rule_stats(rule, &stats);
		sw_str_add(&match, "%s", "");
		sw_match_print(&conf.match, &match);
		sw_str_add(&what, "by hand on %s: ", sw_bridge_name(bridge));
		sw_rule_print(&conf, NULL, 0, 0, &what);
		table_add(to->result,
			json_pack("[n, n, s, b, I, I, I, s]", match.s, stats.packets != 0,
				(json_int_t)stats.packets, (json_int_t)stats.bytes,
				(json_int_t)((sw_clock_ms() - stats.used_ms) / 1000), what.s));
		to->w->left--;
		free(match.s);
		free(what.s);
	}
}

/* What becomes of its packets. */
static void add_what(struct sw_str *text, const struct sw_flow *flow)
{
	sw_str_add(text, "%s", flow->again && !flow->n_hits ? "what was left to do" : "");
	for (unsigned i = 0; i < flow->n_hits; i++) {
		struct sw_rule_conf conf;

		sw_rule_get(flow->hit[i], &conf);
		sw_str_add(text, "%s", i ? " | " : "");
		if (conf.table == SW_TABLE_BY_HAND)
			sw_str_add(text, "by hand: ");
		sw_rule_print(&conf, NULL, 0,
			conf.table == SW_TABLE_BY_HAND ? 0 : SW_RULE_SHOW_TABLE, text);
	}
	if (flow->goes_on)
		sw_str_add(text, "%srecirc(0x%" PRIx64 ")", text->len ? " | " : "", flow->goes_on);
	if (flow->why)
		sw_str_add(text, "%sdropped: %s", text->len ? " | " : "", flow->why->name);
}

/* Of how many bytes, where rules ask. */
static void add_lengths(struct sw_str *text, const struct sw_flow *flow)
{
	if (flow->longer_than && flow->up_to != UINT32_MAX)
		sw_str_add(text, " of %" PRIu32 " to %" PRIu32 " bytes", flow->longer_than + 1,
			flow->up_to);
	else if (flow->longer_than)
		sw_str_add(text, " of more than %" PRIu32 " bytes", flow->longer_than);
	else if (flow->up_to != UINT32_MAX)
		sw_str_add(text, " of up to %" PRIu32 " bytes", flow->up_to);
}

static json_t *number(const struct sw_flow *flow, uint64_t n)
{
	return flow->n_hits ? json_integer(n) : json_null();
}

static void add_row(json_t *result, unsigned worker, const struct sw_flow *flow)
{
	struct sw_str match = { 0 }, what = { 0 };

	sw_str_add(&match, "%s", "");
	if (flow->again)
		sw_str_add(&match, "recirc_id=0x%" PRIx64 ",", flow->again);
	sw_match_print(&flow->match, &match);
	add_lengths(&match, flow);
	add_what(&what, flow);
	table_add(result, json_pack("[i, s, s, b, o, o, o, s]", worker, flow->port->name, match.s,
				  flow->used, number(flow, flow->packets),
				  number(flow, flow->bytes), number(flow, flow->idle_s), what.s));
	free(match.s);
	free(what.s);
}

static void fill(struct sw_call *call, struct wanted *w)
{
	struct sw_flow_cursor *cursor = &w->cursor;
	struct sw_flow flow;
	unsigned rows = 0;

	cursor->looks = PAGE_LOOKS;
	while (cursor->worker < w->end && w->left && rows < PAGE_ROWS && cursor->looks) {
		if (next(w, &flow)) {
			add_row(call->result, cursor->worker, &flow);
			rows++;
			w->left--;
		} else if (cursor->done) {
			cursor->worker++;
			cursor->at = 0;
		}
	}
	if (cursor->worker < w->end && w->left)
		json_object_set_new(call->result, "next",
			json_sprintf(
				"%" PRIu64 ":%u:%" PRIu64, w->left, cursor->worker, cursor->at));
}

/* --- the first of all --- */

struct pick {
	uint64_t key;
	unsigned worker;
	uint64_t at; /* cursor before it */
};

/* From step to step. */
struct picks {
	struct sw_flow_cursor cursor;
	unsigned n;
	struct pick pick[SORTED_MOST]; /* the greatest first */
};

static uint64_t key_of(const struct sw_flow *flow, enum sort sort)
{
	if (!flow->n_hits)
		return 0;
	if (sort == SORT_IDLE)
		return flow->idle_s;
	return sort == SORT_BYTES ? flow->bytes : flow->packets;
}

static void put(struct picks *p, unsigned most, struct pick one)
{
	unsigned at = p->n;

	while (at && p->pick[at - 1].key < one.key)
		at--;
	if (at == most)
		return;
	p->n += p->n < most;
	memmove(&p->pick[at + 1], &p->pick[at], (p->n - 1 - at) * sizeof(one));
	p->pick[at] = one;
}

/* Those that are there still, and are wanted still. */
static void show(struct sw_call *call, struct wanted *w, const struct picks *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		struct sw_flow flow;

		w->cursor = (struct sw_flow_cursor){ p->pick[i].worker, p->pick[i].at, 1, false };
		if (next(w, &flow))
			add_row(call->result, p->pick[i].worker, &flow);
	}
}

static int sorted(struct sw_call *call, struct wanted *w)
{
	struct sw_flow_cursor *cursor = &w->cursor;
	struct picks *p = call->state;
	struct sw_flow flow;

	if (p) {
		*cursor = p->cursor;
	} else {
		call->state = p = sw_xcalloc(1, sizeof(*p));
		call->drop = free;
	}
	cursor->looks = SORTED_LOOKS;
	while (cursor->worker < w->end && cursor->looks) {
		if (next(w, &flow)) {
			put(p, w->left,
				(struct pick){
					key_of(&flow, w->sort), cursor->worker, cursor->at - 1 });
		} else if (cursor->done) {
			cursor->worker++;
			cursor->at = 0;
		}
	}
	p->cursor = *cursor;
	if (cursor->worker < w->end)
		return SW_CMD_MORE;
	show(call, w, p);
	return 0;
}

static int run_dump(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Worker", "Port", "Packets of", "Used",
		"Packets up to", "Bytes up to", "Idle at least", "Rules and what is done", NULL };
	struct wanted w = { .left = 0 };
	int rc;

	numbers_of(call->n_args ? sw_bridge_by_name(call->args[0]) : NULL);
	rc = read_wanted(&w, call, err);
	if (!call->option[OPT_NAMES])
		numbers_of(NULL);
	if (!rc && !call->result)
		call->result = table_new(columns);
	if (!rc && !call->option[OPT_FROM] && !call->state && !w.has_rule) {
		if (w.bridge)
			add_by_hand(&(struct by_hand){ call->result, &w }, w.bridge);
		else
			switch_each_bridge(add_by_hand, &(struct by_hand){ call->result, &w });
	}
	if (!rc && w.sort)
		rc = sorted(call, &w);
	else if (!rc)
		fill(call, &w);
	numbers_of(NULL);
	return rc;
}

static const struct sw_cmd_option dump_options[] = {
	[OPT_WORKER] = { "worker", "N", "only of this worker" },
	[OPT_RULE] = { "rule", "RULE",
		"only flows that came by a rule that this covers, as rule del takes it: \"table=1,tcp\", \"cookie=5/-1\"" },
	[OPT_SORT] = { "sort", "packets|bytes|idle",
		"the most first: the first 20, or --limit, up to 1000" },
	[OPT_NAMES] = { "names", NULL, "ports by their names; needs BRIDGE" },
	[OPT_LIMIT] = { "limit", "N", "no more than N flows" },
	[OPT_FROM] = { "from", "NEXT",
		"go on after the answer that said \"next\" (swctl does it itself)" },
	{ 0 },
};

SW_REGISTER(cmd, flow_dump) = {
	.name = "flow dump",
	.help = "flows set by hand and those that workers keep of rules, of one bridge or of all, or those that packets of a match may be of: which packets, "
		"which rules they came by. Workers count packets of rules, not of flows: what is told is not more than a flow's rules "
		"counted on that worker, and exact where one of them has no other flow. Packets of a flow with recirc(ID) are looked for "
		"again after what was done to them, among flows of recirc_id=ID of the same worker",
	.usage = "[BRIDGE [MATCH]]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 2,
	.options = dump_options,
	.run = run_dump,
};

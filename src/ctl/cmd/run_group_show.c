/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands group dump and group stats. Control thread.
 */
#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/text.h>

#include <stdlib.h>

#include "../switch/numbers_of.h"
#include "../switch/switch.h"
#include "../table_out.h"
#include "entry_page.h"

enum { OPT_NAMES = ENTRY_OPTIONS };

struct showing {
	struct sw_call *call;
	struct entry_page page;
	const struct sw_groups *groups;
	uint32_t one; /* or SW_GROUP_ALL */
	unsigned (*rows)(const struct sw_group *group);
	void (*add)(struct sw_call *call, const struct sw_group *group);
};

static unsigned one_row(const struct sw_group *group)
{
	return 1 + sw_group_conf(group)->n_buckets / 4; /* what it takes to print it */
}

static void add_text(struct sw_call *call, const struct sw_group *group)
{
	struct sw_str text = { 0 };

	sw_group_print(sw_group_conf(group), &text);
	json_array_append_new(table_row(call->result), json_string(text.s));
	free(text.s);
}

static unsigned rows_of_stats(const struct sw_group *group)
{
	return 1 + sw_group_conf(group)->n_buckets;
}

static void add_stats(struct sw_call *call, const struct sw_group *group)
{
	const struct sw_group_conf *conf = sw_group_conf(group);
	struct sw_group_stats s;

	sw_group_stats(group, &s);
	table_add(
		call->result, json_pack("[I, s, n, I, I, I, I, I]", (json_int_t)conf->id,
				      sw_group_type_name(conf->type), (json_int_t)s.packets,
				      (json_int_t)s.bytes, (json_int_t)s.users, (json_int_t)s.rules,
				      (json_int_t)((sw_clock_ms() - s.made_ms) / 1000)));
	for (unsigned i = 0; i < conf->n_buckets; i++)
		table_add(call->result,
			json_pack("[I, s, I, I, I, n, n, n]", (json_int_t)conf->id,
				sw_group_type_name(conf->type), (json_int_t)conf->buckets[i].id,
				(json_int_t)s.bucket[i].packets, (json_int_t)s.bucket[i].bytes));
}

static int not_there(uint32_t id, const char *bridge, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no group %u", id);

	sw_err_given(err, "%u", id);
	sw_err_hint(err, "swctl group dump %s shows all", bridge);
	return rc;
}

static int show_some(struct showing *s, struct sw_err *err)
{
	const struct sw_group *g;

	if (s->one != SW_GROUP_ALL) {
		g = sw_groups_find(s->groups, s->one);
		if (!g)
			return not_there(s->one, s->call->args[0], err);
		s->add(s->call, g);
		return 0;
	}
	while ((g = sw_groups_next(s->groups, s->page.after))) {
		if (!entry_page_take(&s->page, sw_group_conf(g)->id, s->rows(g))) {
			entry_page_more(&s->page, s->call);
			break;
		}
		s->add(s->call, g);
	}
	return 0;
}

/* "group_id=5", as group del takes it, or the number alone. */
static int read_one(struct showing *s, struct sw_err *err)
{
	const char *text = s->call->n_args > 1 ? s->call->args[1] : "";
	struct sw_group_change change;
	uint64_t id;
	int rc;

	if (!sw_parse_u64(text, 0, SW_GROUP_MAX, &id)) {
		s->one = (uint32_t)id;
		return 0;
	}
	rc = sw_group_parse(text, SW_GROUP_DELETE, &change, err);
	if (rc) {
		sw_err_prefix(err, "%s", text);
		return rc;
	}
	s->one = change.conf.id;
	sw_group_fini(&change.conf);
	return 0;
}

static int show(struct showing *s, const char *const *columns, struct sw_err *err)
{
	struct sw_bridge *bridge = switch_bridge(s->call->args[0], err);
	int rc = bridge ? entry_page_begin(&s->page, s->call, err) : sw_err_errno(err->code);

	if (!rc)
		rc = read_one(s, err);
	if (rc)
		return rc;
	s->groups = sw_bridge_groups(bridge);
	s->call->result = table_new(columns);
	return show_some(s, err);
}

static int run_dump(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Group", NULL };
	struct showing s = { .call = call, .rows = one_row, .add = add_text };
	int rc;

	if (call->option[OPT_NAMES])
		numbers_of(sw_bridge_by_name(call->args[0]));
	rc = show(&s, columns, err);
	numbers_of(NULL);
	return rc;
}

static int run_stats(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Group", "Type", "Bucket", "Packets", "Bytes",
		"Rules", "Groups", "Seconds", NULL };
	struct showing s = { .call = call, .rows = rows_of_stats, .add = add_stats };

	return show(&s, columns, err);
}

static const struct sw_cmd_option dump_options[] = {
	ENTRY_PAGE_OPTIONS,
	[OPT_NAMES] = { "names", NULL, "ports by their names" },
	{ 0 },
};
static const struct sw_cmd_option stats_options[] = { ENTRY_PAGE_OPTIONS, { 0 } };

SW_REGISTER(cmd, group_dump) = {
	.name = "group dump",
	.help = "groups of a bridge, all or one, as group add takes them again",
	.usage = "BRIDGE [GROUP]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 2,
	.options = dump_options,
	.run = run_dump,
};

SW_REGISTER(cmd, group_stats) = {
	.name = "group stats",
	.help = "what groups of a bridge and each of their buckets sent, and how many rules and groups send to them",
	.usage = "BRIDGE [GROUP]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 2,
	.options = stats_options,
	.run = run_stats,
};

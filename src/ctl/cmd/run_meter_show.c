/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands meter dump and meter stats. Control thread.
 */
#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/meters.h>
#include <sw/text.h>

#include <stdlib.h>

#include "../switch/switch.h"
#include "../table_out.h"
#include "entry_page.h"

static json_t *id_cell(uint32_t id)
{
	if (id == SW_METER_CONTROLLER)
		return json_string("controller");
	return id == SW_METER_SLOWPATH ? json_string("slowpath") : json_integer(id);
}

static void add_text(struct sw_call *call, const struct sw_meter *meter)
{
	struct sw_str text = { 0 };

	sw_meter_print(sw_meter_conf(meter), &text);
	json_array_append_new(table_row(call->result), json_string(text.s));
	free(text.s);
}

static void add_stats(struct sw_call *call, const struct sw_meter *meter)
{
	const struct sw_meter_conf *conf = sw_meter_conf(meter);
	struct sw_meter_stats s;

	sw_meter_stats(meter, &s);
	table_add(call->result,
		json_pack("[o, n, I, I, I, I]", id_cell(conf->id), (json_int_t)s.packets,
			(json_int_t)s.bytes, (json_int_t)s.users,
			(json_int_t)((sw_clock_ms() - s.made_ms) / 1000)));
	for (unsigned i = 0; i < conf->n_bands; i++)
		table_add(call->result,
			json_pack("[o, i, I, I, n, n]", id_cell(conf->id), i,
				(json_int_t)s.band[i].packets, (json_int_t)s.band[i].bytes));
}

typedef void add_fn(struct sw_call *call, const struct sw_meter *meter);

static int show_one(struct sw_call *call, const struct sw_meters *meters, uint32_t id, add_fn *add,
	struct sw_err *err)
{
	const struct sw_meter *m = sw_meters_find(meters, id);
	int rc;

	if (m) {
		add(call, m);
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no meter %u", id);
	sw_err_given(err, "%u", id);
	sw_err_hint(err, "swctl meter dump %s shows all", call->args[0]);
	return rc;
}

static void show_some(
	struct sw_call *call, struct entry_page *page, const struct sw_meters *meters, add_fn *add)
{
	const struct sw_meter *m;

	while ((m = sw_meters_next(meters, page->after))) {
		const struct sw_meter_conf *conf = sw_meter_conf(m);

		if (!entry_page_take(page, conf->id, 1 + conf->n_bands)) {
			entry_page_more(page, call);
			return;
		}
		add(call, m);
	}
}

/* "meter=5", as meter del takes it, or the number alone. */
static int read_id(const struct sw_call *call, uint32_t *id, struct sw_err *err)
{
	const char *text = call->n_args > 1 ? call->args[1] : "";
	uint64_t number;
	int rc;

	if (!sw_parse_u64(text, 1, SW_METER_MAX, &number)) {
		*id = (uint32_t)number;
		return 0;
	}
	rc = sw_meter_parse_id(text, id, err);
	if (rc)
		sw_err_prefix(err, "%s", text);
	return rc;
}

static int show(struct sw_call *call, const char *const *columns, add_fn *add, struct sw_err *err)
{
	struct sw_bridge *bridge = switch_bridge(call->args[0], err);
	const struct sw_meters *meters;
	struct entry_page page;
	uint32_t id;
	int rc = bridge ? entry_page_begin(&page, call, err) : sw_err_errno(err->code);

	if (!rc)
		rc = read_id(call, &id, err);
	if (rc)
		return rc;
	meters = sw_bridge_meters(bridge);
	call->result = table_new(columns);
	if (id != SW_METER_ALL)
		return show_one(call, meters, id, add, err);
	show_some(call, &page, meters, add);
	return 0;
}

static int run_dump(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Meter", NULL };

	return show(call, columns, add_text, err);
}

static int run_stats(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Meter", "Band", "Packets", "Bytes", "Rules",
		"Seconds", NULL };

	return show(call, columns, add_stats, err);
}

static const struct sw_cmd_option page_options[] = { ENTRY_PAGE_OPTIONS, { 0 } };

SW_REGISTER(cmd, meter_dump) = {
	.name = "meter dump",
	.help = "meters of a bridge, all or one, as meter add takes them again",
	.usage = "BRIDGE [METER]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 2,
	.options = page_options,
	.run = run_dump,
};

SW_REGISTER(cmd, meter_stats) = {
	.name = "meter stats",
	.help = "what came into meters of a bridge and what each band acted on, and how many rules use them",
	.usage = "BRIDGE [METER]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.min_args = 1,
	.max_args = 2,
	.options = page_options,
	.run = run_stats,
};

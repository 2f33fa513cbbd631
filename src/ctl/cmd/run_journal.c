/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command journal show: how safe the configuration is. What it tells is a copy, so it answers also while
 * the disk does not. Control thread.
 */
#include <string.h>
#include <time.h>

#include <sw/cmd.h>

#include "../journal.h"
#include "../store.h"
#include "../table_out.h"

static void add(json_t *table, const char *name, json_t *value)
{
	json_t *row = table_row(table);

	json_array_append_new(row, json_string(name));
	json_array_append_new(row, value);
}

static void add_number(json_t *table, const char *name, uint64_t value)
{
	add(table, name, json_integer(value));
}

static json_t *time_text(uint64_t seconds)
{
	time_t t = seconds;
	char text[32];
	struct tm tm;

	if (!seconds)
		return json_null();
	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Statistic", "Value", NULL };
	struct journal_health h;
	json_t *table;

	journal_health(store_journal(), &h);
	call->result = table = table_new(columns);
	add(table, "folder", json_string(h.path));
	add(table, "writable", json_boolean(h.writable));
	add(table, "fault", *h.fault ? json_string(h.fault) : json_null());
	add_number(table, "faults", h.faults);
	add_number(table, "generation", h.generation);
	add_number(table, "oldest_generation", h.oldest);
	add_number(table, "bytes", h.bytes);
	add_number(table, "snapshot_bytes", h.snapshot_bytes);
	add_number(table, "records", h.records);
	add_number(table, "history_files", h.history_files);
	add_number(table, "history_bytes", h.history_bytes);
	add_number(table, "history_max_bytes", h.history_max);
	add_number(table, "appends", h.appends);
	add_number(table, "rewrites", h.rewrites);
	add(table, "synced_at", time_text(h.synced_at));
	add_number(table, "sync_us", h.sync_us);
	add_number(table, "worst_sync_us", h.worst_sync_us);
	return 0;
}

SW_REGISTER(cmd, journal_show) = {
	.name = "journal show",
	.help = "the stored configuration: sizes, history, how long the disk takes, what is wrong",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run,
};

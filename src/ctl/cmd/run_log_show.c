/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command log show: the newest lines of the log, from memory, wherever standard error goes. Control thread.
 */
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/text.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../table_out.h"

enum { OPT_LEVEL, OPT_NAME, OPT_LIMIT };

struct filter {
	int level;
	const char *name;
	uint64_t limit;
};

static int read_level(const char *word, int *level, struct sw_err *err)
{
	int rc;

	*level = word ? sw_log_level_parse(word) : SW_LOG_DBG;
	if (*level > SW_LOG_OFF)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a level of a line", word);
	sw_err_given(err, "--level=%s", word);
	sw_err_allowed(err, "err, warn, info, dbg");
	return rc;
}

static int read_filter(const struct sw_call *call, struct filter *f, struct sw_err *err)
{
	const char *limit = call->option[OPT_LIMIT];
	int rc = read_level(call->option[OPT_LEVEL], &f->level, err);

	f->name = call->option[OPT_NAME];
	f->limit = SW_LOG_KEPT;
	if (rc)
		return rc;
	if (f->name && !sw_reg_find(&sw_reg_kind_log, f->name)) {
		rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no log named \"%s\"", f->name);
		sw_err_given(err, "--log=%s", f->name);
		sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_log, f->name));
		sw_err_hint(err, "\"swctl log list\" names them");
	} else if (limit && sw_parse_u64(limit, 1, SW_LOG_KEPT, &f->limit)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a number of lines", limit);
		sw_err_given(err, "--limit=%s", limit);
		sw_err_allowed(err, "1 to %d", SW_LOG_KEPT);
	}
	return rc;
}

static bool passes(const struct filter *f, const struct sw_log_record *record)
{
	return (int)record->level <= f->level && (!f->name || !strcmp(f->name, record->name));
}

static json_t *time_text(uint64_t ns)
{
	time_t seconds = ns / 1000000000;
	char text[32];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%03u", text, (unsigned)(ns / 1000000 % 1000));
}

static void add_row(json_t *table, const struct sw_log_record *record)
{
	json_t *row = table_row(table), *text = json_string(record->text);

	json_array_append_new(row, time_text(record->time_ns));
	json_array_append_new(row, json_string(sw_log_level_name(record->level)));
	json_array_append_new(row, json_string(record->name));
	json_array_append_new(row, text ? text : json_string("(the line is not UTF-8)"));
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Time", "Level", "Log", "Text", NULL };
	struct sw_log_record record;
	struct filter filter;
	uint64_t cursor = 0, n = 0, skip;
	int rc = read_filter(call, &filter, err);

	if (rc)
		return rc;
	while (sw_log_next(&cursor, &record))
		n += passes(&filter, &record);
	skip = n > filter.limit ? n - filter.limit : 0;
	call->result = table_new(columns);
	for (cursor = 0; sw_log_next(&cursor, &record);) {
		if (!passes(&filter, &record))
			continue;
		if (skip)
			skip--;
		else
			add_row(call->result, &record);
	}
	return 0;
}

static const struct sw_cmd_option options[] = {
	[OPT_LEVEL] = { "level", "err|warn|info|dbg", "lines of this level and worse" },
	[OPT_NAME] = { "log", "LOG", "lines of this log only" },
	[OPT_LIMIT] = { "limit", "N", "the newest N lines" },
	{ 0 },
};

SW_REGISTER(cmd, log_show) = {
	.name = "log show",
	.help = "the newest lines of the log, oldest first, wherever the log is written to",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.options = options,
	.run = run,
};

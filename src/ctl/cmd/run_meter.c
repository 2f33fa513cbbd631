/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that change meters of a bridge, in the syntax of ovs-ofctl: all of a command or none. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/meters.h>

#include "../staged.h"
#include "batch.h"

struct item {
	enum sw_meter_verb verb;
	struct sw_meter_conf conf;
};

static int read_one(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	struct item *it = item;

	it->verb = b->verb;
	if (it->verb == SW_METER_DELETE)
		return sw_meter_parse_id(text, &it->conf.id, err);
	return sw_meter_parse(text, &it->conf, err);
}

static void fini_one(void *item)
{
	struct item *it = item;

	sw_meter_fini(&it->conf);
}

static void begin(struct batch *b)
{
	b->arg = sw_bridge_meters(b->bridge);
	sw_groups_begin(sw_bridge_groups(b->bridge));
}

static int stage_one(struct batch *b, void *item, struct sw_err *err)
{
	struct item *it = item;
	int fault;

	if (b->option && it->verb == SW_METER_MODIFY && !sw_meters_has(b->arg, it->conf.id))
		it->verb = SW_METER_ADD;
	if (staged_meter_takes(b->bridge, it->verb, it->conf.id))
		return SW_CMD_MORE;
	fault = sw_meters_stage(b->arg, it->verb, &it->conf, err);
	if (fault == SW_METER_EXISTS)
		sw_err_hint(err, "swctl meter mod changes it");
	if (fault == SW_METER_UNKNOWN)
		sw_err_hint(err, "swctl meter dump %s shows all, meter add makes one",
			b->call->args[0]);
	return fault ? sw_err_errno(err->code) : 0;
}

static void end(struct batch *b, bool commit)
{
	if (commit)
		staged_commit_all(b->bridge);
	else
		staged_abort_all(b->bridge);
}

/* As those of groups. */
static const struct batch_word words[] = {
	{ "add", SW_METER_ADD },
	{ "modify", SW_METER_MODIFY },
	{ "delete", SW_METER_DELETE },
	{ NULL },
};

static const struct batch_kind meters_kind = {
	.words = words,
	.size = sizeof(struct item),
	.read = read_one,
	.fini = fini_one,
	.begin = begin,
	.check = stage_one,
	.end = end,
};

enum { OPT_MAY_CREATE };

static int run_add(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &meters_kind, SW_METER_ADD, false, err);
}

static int run_mod(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &meters_kind, SW_METER_MODIFY, call->option[OPT_MAY_CREATE], err);
}

static int run_del(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &meters_kind, SW_METER_DELETE, false, err);
}

static const struct sw_cmd_option mod_options[] = {
	[OPT_MAY_CREATE] = { "may-create", NULL, "add it where it is not there" },
	{ 0 },
};

SW_REGISTER(cmd, meter_add) = {
	.name = "meter add",
	.help = "add meters to a bridge, as ovs-ofctl add-meter takes them: \"meter=1 kbps bands=type=drop rate=1000\"",
	.usage = "BRIDGE METER|-...",
	BATCH_COMMAND(2),
	.run = run_add,
};

SW_REGISTER(cmd, meter_mod) = {
	.name = "meter mod",
	.help = "give meters other bands, which count from 0; rules that use them stay",
	.usage = "BRIDGE METER|-...",
	BATCH_COMMAND(2),
	.options = mod_options,
	.run = run_mod,
};

SW_REGISTER(cmd, meter_del) = {
	.name = "meter del",
	.help = "delete meters (\"meter=5\") and the rules that use them; without one, all meters of the bridge",
	.usage = "BRIDGE [METER|-]...",
	BATCH_COMMAND(1),
	.run = run_del,
};

static int run_load(struct sw_call *call, struct sw_err *err)
{
	return batch_run_file(call, &meters_kind, SW_METER_ADD, err);
}

SW_REGISTER(cmd, meter_load) = {
	.name = "meter load",
	.help = "change meters as the lines of a file say, all of it or nothing; a line may begin with add, modify or delete",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_load,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that change meters of a bridge, in the syntax of ovs-ofctl: all of a command or none. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/ids.h>
#include <sw/mem.h>
#include <sw/meters.h>

#include <limits.h>
#include <stdlib.h>

#include "../staged.h"
#include "batch.h"

struct item {
	enum sw_meter_verb verb;
	struct sw_meter_conf conf;
};

/* What the checks before left behind: ids that were added, ascending. */
struct checks {
	unsigned n;
	uint32_t id[];
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
	b->arg = sw_xcalloc(1, sizeof(struct checks) + b->n * sizeof(uint32_t));
}

static unsigned place_of(const struct checks *c, uint32_t id)
{
	return sw_ids_place(c->id, c->n, sizeof(c->id[0]), id);
}

static bool is_added(const struct checks *c, uint32_t id)
{
	unsigned at = place_of(c, id);

	return at < c->n && c->id[at] == id;
}

static int check_add(struct batch *b, uint32_t id, struct sw_err *err)
{
	const struct sw_meters *meters = sw_bridge_meters(b->bridge);
	struct checks *c = b->arg;
	unsigned at = place_of(c, id);
	int rc;

	if (sw_meters_find(meters, id) || is_added(c, id)) {
		rc = sw_err_set(err, SW_CODE_EXISTS, "meter %u is there already", id);
		sw_err_given(err, "%u", id);
		sw_err_hint(err, "swctl meter mod changes it");
		return rc;
	}
	if (sw_meters_count(meters) + c->n >= SW_METERS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT,
			"the bridge would have more than %u meters, the most it can have",
			SW_METERS_MAX);
	for (unsigned i = c->n++; i > at; i--)
		c->id[i] = c->id[i - 1];
	c->id[at] = id;
	return 0;
}

static int check_one(struct batch *b, void *item, struct sw_err *err)
{
	const struct item *it = item;
	uint32_t id = it->conf.id;
	bool there = sw_meters_find(sw_bridge_meters(b->bridge), id) || is_added(b->arg, id);
	int rc;

	if (it->verb == SW_METER_ADD || (it->verb == SW_METER_MODIFY && b->option && !there))
		return check_add(b, id, err);
	if (it->verb == SW_METER_DELETE || there)
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no meter %u", id);
	sw_err_given(err, "%u", id);
	sw_err_hint(err, "swctl meter dump %s shows all, meter add makes one", b->call->args[0]);
	return rc;
}

static int make_one(struct batch *b, void *item)
{
	struct sw_meters *meters = sw_bridge_meters(b->bridge);
	const struct item *it = item;
	uint32_t id = it->conf.id;
	bool there = sw_meters_find(meters, id) || (id == SW_METER_ALL && sw_meters_count(meters));
	bool add = it->verb == SW_METER_MODIFY && b->option && !there;

	if (it->verb == SW_METER_DELETE && there &&
		staged_end_users(b->bridge, SW_RULE_METER_GONE, id))
		return SW_CMD_MORE;
	sw_meters_change(meters, add ? SW_METER_ADD : it->verb, &it->conf, NULL);
	return 0;
}

static void leave(struct batch *b)
{
	staged_leave_users(b->bridge);
}

static void end(struct batch *b, bool make)
{
	free(b->arg);
}

/* A check of a deletion does not make it, so those behind it could not be checked. */
static const struct batch_word words[] = {
	{ "add", SW_METER_ADD },
	{ "modify", SW_METER_MODIFY },
	{ NULL },
};

static const struct batch_kind meters_kind = {
	.words = words,
	.size = sizeof(struct item),
	.read = read_one,
	.fini = fini_one,
	.begin = begin,
	.check = check_one,
	.make = make_one,
	.leave = leave,
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
	.help = "change meters as the lines of a file say, all of it or nothing; a line may begin with add or modify",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_load,
};

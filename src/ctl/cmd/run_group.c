/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that change groups of a bridge, in the syntax of ovs-ofctl: all of a command or none, and no packet sees half of
 * it. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/groups.h>

#include "../staged.h"
#include "batch.h"

enum { OPT_MAY_CREATE };

static int read_one(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	return sw_group_parse(text, b->verb, item, err);
}

static void fini_one(void *item)
{
	struct sw_group_change *change = item;

	sw_group_fini(&change->conf);
}

static void begin(struct batch *b)
{
	b->arg = sw_bridge_groups(b->bridge);
	sw_groups_begin(b->arg);
}

static int stage_one(struct batch *b, void *item, struct sw_err *err)
{
	struct sw_group_change *change = item;

	if (b->option && !sw_groups_has(b->arg, change->conf.id))
		change->verb = SW_GROUP_ADD;
	if (staged_group_takes(b->bridge, change))
		return SW_CMD_MORE;
	return sw_groups_stage(b->arg, change, err) ? sw_err_errno(err->code) : 0;
}

static void end(struct batch *b, bool commit)
{
	if (commit)
		staged_commit_all(b->bridge);
	else
		staged_abort_all(b->bridge);
}

/* As ovs-ofctl(8) has them in its files. */
static const struct batch_word words[] = {
	{ "add", SW_GROUP_ADD },
	{ "modify", SW_GROUP_MODIFY },
	{ "delete", SW_GROUP_DELETE },
	{ "insert_bucket", SW_GROUP_INSERT_BUCKETS },
	{ "remove_bucket", SW_GROUP_REMOVE_BUCKETS },
	{ NULL },
};

static const struct batch_kind groups_kind = {
	.words = words,
	.size = sizeof(struct sw_group_change),
	.read = read_one,
	.fini = fini_one,
	.begin = begin,
	.check = stage_one,
	.end = end,
};

static int run_add(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &groups_kind, SW_GROUP_ADD, false, err);
}

static int run_mod(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &groups_kind, SW_GROUP_MODIFY, call->option[OPT_MAY_CREATE], err);
}

static int run_del(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &groups_kind, SW_GROUP_DELETE, false, err);
}

static int run_insert(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &groups_kind, SW_GROUP_INSERT_BUCKETS, false, err);
}

static int run_remove(struct sw_call *call, struct sw_err *err)
{
	return batch_run(call, &groups_kind, SW_GROUP_REMOVE_BUCKETS, false, err);
}

static const struct sw_cmd_option mod_options[] = {
	[OPT_MAY_CREATE] = { "may-create", NULL, "add it where it is not there" },
	{ 0 },
};

SW_REGISTER(cmd, group_add) = {
	.name = "group add",
	.help = "add groups to a bridge, as ovs-ofctl add-group takes them",
	.usage = "BRIDGE GROUP|-...",
	BATCH_COMMAND(2),
	.run = run_add,
};

SW_REGISTER(cmd, group_mod) = {
	.name = "group mod",
	.help = "give groups another type and other buckets, which count from 0; rules that send there stay",
	.usage = "BRIDGE GROUP|-...",
	BATCH_COMMAND(2),
	.options = mod_options,
	.run = run_mod,
};

SW_REGISTER(cmd, group_del) = {
	.name = "group del",
	.help = "delete groups (\"group_id=5\") and the rules that send to them; without one, all groups of the bridge",
	.usage = "BRIDGE [GROUP|-]...",
	BATCH_COMMAND(1),
	.run = run_del,
};

SW_REGISTER(cmd, group_insert_buckets) = {
	.name = "group insert-buckets",
	.help = "put buckets into groups, before another (\"group_id=5,command_bucket_id=last,bucket=output:1\"); the others stay",
	.usage = "BRIDGE GROUP|-...",
	BATCH_COMMAND(2),
	.run = run_insert,
};

SW_REGISTER(cmd, group_remove_buckets) = {
	.name = "group remove-buckets",
	.help = "take buckets out of groups (\"group_id=5,command_bucket_id=2\"); the others stay",
	.usage = "BRIDGE GROUP|-...",
	BATCH_COMMAND(2),
	.run = run_remove,
};

static int run_load(struct sw_call *call, struct sw_err *err)
{
	return batch_run_file(call, &groups_kind, SW_GROUP_ADD, err);
}

SW_REGISTER(cmd, group_load) = {
	.name = "group load",
	.help = "change groups as the lines of a file say, all of it or nothing; a line may begin with add, modify, delete, insert_bucket "
		"or remove_bucket",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_load,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a transaction become commands: each known, permitted, and fit to stand with the others.
 *
 * Thread: control.
 */
#include "txn_run.h"

#include <errno.h>
#include <stdio.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "cmd.h"
#include "role.h"
#include "slice.h"

static int refuse_late(struct txn *t, unsigned at, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_USAGE,
		"%s stands behind a command that changes something, which is not done before the "
		"waiting is over",
		t->lines[at].cmd->name);

	sw_err_hint(err, "put it first, or into a swctl call of its own behind this one");
	txn_blame(t, err, at);
	return rc;
}

/* What kinds of commands are there together? */
static int check_kinds(struct txn *t, struct sw_err *err)
{
	bool change = false, action = false;

	for (unsigned i = 0; i < t->n; i++) {
		const struct sw_cmd *cmd = t->lines[i].cmd;

		if (cmd->waits && (change || action))
			return refuse_late(t, i, err);
		change |= cmd->kind == SW_CMD_CONFIG && cmd->role != SW_ROLE_READ;
		action |= cmd->kind == SW_CMD_ACTION;
	}
	t->look_only = !change;
	if (!change && !action)
		txn_request_drop(t); /* asked again it looks again */
	if (action && t->dry_run) {
		sw_err_set(err, SW_CODE_USAGE,
			"commands that act on what runs cannot be tried in a dry run");
		sw_err_hint(err, "leave --dry-run out; what runs cannot be set back");
		return -EINVAL;
	}
	if (!change || !action)
		return 0;
	sw_err_set(err, SW_CODE_USAGE,
		"commands that change the configuration and commands that "
		"act on what runs cannot be in one transaction");
	sw_err_hint(err, "give them in two swctl calls: what runs cannot be set back");
	return -EINVAL;
}

/* A dry run opens nothing and shows no more than reading does; options that ask for more are not for it either. */
static int permit(const struct txn *t, const struct cmd_line *line, struct sw_err *err)
{
	const struct sw_cmd *cmd = line->cmd;
	int rc = t->dry_run ? 0 : role_check(cmd->name, cmd->role, t->role, t->user, err);

	for (unsigned i = 0; !rc && cmd->options && cmd->options[i].name; i++) {
		char what[64];

		if (!line->option[i])
			continue;
		snprintf(what, sizeof(what), "%s --%s", cmd->name, cmd->options[i].name);
		rc = role_check(what, cmd->options[i].role, t->role, t->user, err);
	}
	return rc;
}

static int parse_next(struct txn *t, struct sw_err *err)
{
	struct cmd_line *line = &t->lines[t->at];
	int rc = cmd_parse(line, json_array_get(t->commands, t->at), err);

	if (!rc)
		rc = permit(t, line, err);
	if (rc)
		txn_blame(t, err, t->at);
	t->at++;
	return rc;
}

int txn_parse(struct txn *t, const struct slice *slice, struct sw_err *err)
{
	if (!t->lines)
		t->lines = sw_xcalloc(t->n, sizeof(*t->lines));
	while (t->at < t->n) {
		int rc = parse_next(t, err);

		if (rc)
			return rc;
		if (slice_over(slice))
			return SLICE_MORE;
	}
	t->at = 0;
	return check_kinds(t, err);
}

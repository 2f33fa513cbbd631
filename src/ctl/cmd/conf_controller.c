/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Controllers of a bridge and what it does without them, keys and certificates: get-, set- and del-controller,
 * -fail-mode and -ssl, as ovs-vsctl(8) has them.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../of/controller/columns.h"
#include "conf.h"

static const struct row *bridge_of(struct sw_call *call, struct sw_err *err)
{
	return conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int get_controller(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err), **rows;
	const char *targets[64];
	unsigned n;

	if (!bridge)
		return -ENOENT;
	rows = conf_refs(call->draft, bridge, COLUMN(bridge_controller), &n);
	for (unsigned i = 0; i < n; i++)
		targets[i] = value_get_string(ROW(rows[i], controller_target), "");
	if (n)
		qsort(targets, n, sizeof(*targets), by_text);
	call->result = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(call->result, json_string(targets[i]));
	free(rows);
	return 0;
}

static int clear(
	struct draft *draft, const struct row *row, const struct column *column, struct sw_err *err)
{
	return conf_put(draft, row, column, value_seal(value_new(column->desc->type)), err);
}

static int del_controller(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err);

	return bridge ? clear(call->draft, bridge, COLUMN(bridge_controller), err) : -ENOENT;
}

static int refuse_twice(const char *target, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "the controller %s is given twice", target);

	sw_err_given(err, "%s", target);
	sw_err_hint(err, "each connection of a bridge has a target of its own");
	return rc;
}

/* A new row, not yet referred to; NULL with err. */
static const struct row *make_controller(
	struct sw_call *call, const char *target, struct sw_err *err)
{
	const struct row *row = draft_insert(call->draft, TABLE(controller), NULL);
	struct uuid uuid = row->uuid;
	struct value *probe;
	int rc = conf_put(call->draft, row, COLUMN(controller_target), value_string(target), err);

	row = draft_find(call->draft, TABLE(controller), &uuid);
	if (rc || !call->option[0])
		return rc ? NULL : row;
	rc = conf_read_value(
		call->draft, COLUMN(controller_inactivity_probe), call->option[0], &probe, err);
	if (!rc)
		rc = conf_put(call->draft, row, COLUMN(controller_inactivity_probe), probe, err);
	return rc ? NULL : draft_find(call->draft, TABLE(controller), &uuid);
}

static int set_controller(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err);
	const struct column *column = COLUMN(bridge_controller);
	struct value *v;

	if (!bridge)
		return -ENOENT;
	v = value_new(column->desc->type);
	for (unsigned i = 1; i < call->n_args; i++) {
		const struct row *row = NULL;

		for (unsigned k = 1; k < i; k++)
			if (!strcmp(call->args[k], call->args[i])) {
				value_unref(v);
				return refuse_twice(call->args[i], err);
			}
		row = make_controller(call, call->args[i], err);
		if (!row) {
			value_unref(v);
			return err ? sw_err_errno(err->code) : -EINVAL;
		}
		value_add(v, &(union atom){ .uuid = row->uuid }, NULL);
	}
	return conf_put(call->draft, bridge, column, value_seal(v), err);
}

static int get_fail_mode(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err);
	const char *mode;

	if (!bridge)
		return -ENOENT;
	mode = value_get_string(ROW(bridge, bridge_fail_mode), NULL);
	call->result = json_array();
	if (mode)
		json_array_append_new(call->result, json_string(mode));
	return 0;
}

static int set_fail_mode(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err);

	return bridge ? conf_put(call->draft, bridge, COLUMN(bridge_fail_mode),
				value_string(call->args[1]), err)
		      : -ENOENT;
}

static int del_fail_mode(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = bridge_of(call, err);

	return bridge ? clear(call->draft, bridge, COLUMN(bridge_fail_mode), err) : -ENOENT;
}

/* --- keys and certificates --- */

static const struct row *ssl_row(const struct draft *draft)
{
	const struct value *v = ROW(draft_root(draft), open_ssl);

	return v->n ? draft_find(draft, TABLE(ssl), &v->keys[0].uuid) : NULL;
}

static int get_ssl(struct sw_call *call, struct sw_err *err)
{
	const struct row *row = ssl_row(call->draft);

	call->result = json_array();
	if (!row)
		return 0;
	json_array_append_new(call->result,
		json_sprintf("Private key: %s", value_get_string(ROW(row, ssl_private_key), "")));
	json_array_append_new(call->result,
		json_sprintf("Certificate: %s", value_get_string(ROW(row, ssl_certificate), "")));
	json_array_append_new(call->result,
		json_sprintf("CA Certificate: %s", value_get_string(ROW(row, ssl_ca_cert), "")));
	json_array_append_new(call->result,
		json_sprintf("Bootstrap: %s",
			value_get_boolean(ROW(row, ssl_bootstrap_ca_cert), false) ? "true"
										  : "false"));
	return 0;
}

static int del_ssl(struct sw_call *call, struct sw_err *err)
{
	return clear(call->draft, draft_root(call->draft), COLUMN(open_ssl), err);
}

static int set_ssl(struct sw_call *call, struct sw_err *err)
{
	const struct column *files[] = { COLUMN(ssl_private_key), COLUMN(ssl_certificate),
		COLUMN(ssl_ca_cert) };
	const struct row *row = draft_insert(call->draft, TABLE(ssl), NULL);
	struct uuid uuid = row->uuid;
	struct value *v;
	int rc = 0;

	for (unsigned i = 0; i < 3 && !rc; i++) {
		row = draft_find(call->draft, TABLE(ssl), &uuid);
		rc = conf_put(call->draft, row, files[i], value_string(call->args[i]), err);
	}
	row = draft_find(call->draft, TABLE(ssl), &uuid);
	if (!rc)
		rc = conf_put(call->draft, row, COLUMN(ssl_bootstrap_ca_cert),
			value_boolean(call->option[0] != NULL), err);
	if (rc)
		return rc;
	v = value_new(COLUMN(open_ssl)->desc->type);
	value_add(v, &(union atom){ .uuid = uuid }, NULL);
	return conf_put(call->draft, draft_root(call->draft), COLUMN(open_ssl), value_seal(v), err);
}

static const struct sw_cmd_option probe_option[] = {
	{ "inactivity-probe", "MSECS", "their inactivity_probe, in milliseconds" },
	{ NULL },
};
static const struct sw_cmd_option bootstrap_option[] = {
	{ "bootstrap", NULL, "where CA is not there, take it from the first controller" },
	{ NULL },
};

#define CONTROLLER_CMD(ident, called, words, who, shown, least, most, opts, fn, text) \
	SW_REGISTER(cmd, ident) = {                                                   \
		.name = called,                                                       \
		.help = text,                                                         \
		.usage = words,                                                       \
		.kind = SW_CMD_CONFIG,                                                \
		.role = SW_ROLE_##who,                                                \
		.output = SW_OUT_##shown,                                             \
		.min_args = least,                                                    \
		.max_args = most,                                                     \
		.options = opts,                                                      \
		.run = fn,                                                            \
	}

CONTROLLER_CMD(get_controller, "get-controller", "BRIDGE", READ, LINES, 1, 1, NULL, get_controller,
	"print the targets of a bridge's controllers");
CONTROLLER_CMD(set_controller, "set-controller", "BRIDGE TARGET...", ADMIN, NONE, 2, 65,
	probe_option, set_controller,
	"give a bridge controllers, in place of those it has: tcp:HOST[:PORT], ssl:HOST[:PORT], "
	"unix:FILE, or to listen ptcp:[PORT][:ADDRESS], pssl:[PORT][:ADDRESS], punix:FILE");
CONTROLLER_CMD(del_controller, "del-controller", "BRIDGE", ADMIN, NONE, 1, 1, NULL, del_controller,
	"take all controllers from a bridge");
CONTROLLER_CMD(get_fail_mode, "get-fail-mode", "BRIDGE", READ, LINES, 1, 1, NULL, get_fail_mode,
	"print the fail_mode of a bridge, if it is set");
CONTROLLER_CMD(set_fail_mode, "set-fail-mode", "BRIDGE MODE", ADMIN, NONE, 2, 2, NULL,
	set_fail_mode,
	"say what a bridge does without a controller: standalone (it switches by itself) or secure "
	"(its rules hold)");
CONTROLLER_CMD(del_fail_mode, "del-fail-mode", "BRIDGE", ADMIN, NONE, 1, 1, NULL, del_fail_mode,
	"set a bridge's fail_mode back to standalone");
CONTROLLER_CMD(get_ssl, "get-ssl", "", READ, LINES, 0, 0, NULL, get_ssl,
	"print the files of keys and certificates for controllers");
CONTROLLER_CMD(set_ssl, "set-ssl", "KEY CERTIFICATE CA", ADMIN, NONE, 3, 3, bootstrap_option,
	set_ssl, "set the PEM files of our key, our certificate and the authority of controllers'");
CONTROLLER_CMD(del_ssl, "del-ssl", "", ADMIN, NONE, 0, 0, NULL, del_ssl,
	"no more keys and certificates for controllers");

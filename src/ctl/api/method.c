/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding and checking a method, and the ones that tell of the daemon itself. Control thread.
 */
#include "method.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/text.h>

#include "../role.h"
#include "server.h"

SW_REG_KIND_DEFINE(method);

static const char *const type_names[] = {
	[API_BOOL] = "true or false",
	[API_INT] = "an integer",
	[API_STRING] = "a string",
	[API_ARRAY] = "an array",
	[API_OBJECT] = "an object",
};

const char *api_type_name(enum api_type type)
{
	return type_names[type];
}

static bool has_type(const json_t *value, enum api_type type)
{
	switch (type) {
	case API_BOOL:
		return json_is_boolean(value);
	case API_INT:
		return json_is_integer(value);
	case API_STRING:
		return json_is_string(value);
	case API_ARRAY:
		return json_is_array(value);
	case API_OBJECT:
		return json_is_object(value);
	}
	return false;
}

json_t *api_param(const struct api_call *call, const char *name)
{
	return call->req.params ? json_object_get(call->req.params, name) : NULL;
}

static int unknown_param(const struct sw_method *m, const char *key, struct sw_err *err)
{
	const char *words[16];
	unsigned n = 0;
	int at, rc;

	rc = sw_err_set(err, SW_CODE_USAGE, "method %s has no parameter \"%s\"", m->name, key);
	sw_err_path(err, "params.%s", key);
	sw_err_given(err, "%s", key);
	for (const struct api_param *p = m->params; p && p->name && n < 16; p++)
		words[n++] = p->name;
	if (!n)
		sw_err_allowed(err, "no parameters");
	for (unsigned i = 0; i < n && err; i++) {
		size_t used = strlen(err->allowed);

		snprintf(err->allowed + used, sizeof(err->allowed) - used, "%s%s", i ? ", " : "",
			words[i]);
	}
	at = n ? sw_nearest(key, words, n) : -1;
	if (at >= 0)
		sw_err_nearest(err, words[at]);
	return rc;
}

static const struct api_param *find_param(const struct sw_method *m, const char *key)
{
	for (const struct api_param *p = m->params; p && p->name; p++)
		if (!strcmp(p->name, key))
			return p;
	return NULL;
}

static int check_params(const struct sw_method *m, json_t *params, struct sw_err *err)
{
	const char *key;
	json_t *value;
	int rc;

	json_object_foreach (params, key, value) {
		const struct api_param *p = find_param(m, key);

		if (!p)
			return unknown_param(m, key, err);
		if (has_type(value, p->type))
			continue;
		rc = sw_err_set(err, SW_CODE_INVALID, "parameter \"%s\" of method %s is not %s",
			key, m->name, type_names[p->type]);
		sw_err_path(err, "params.%s", key);
		sw_err_allowed(err, "%s: %s", type_names[p->type], p->help);
		return rc;
	}
	for (const struct api_param *p = m->params; p && p->name; p++) {
		if (!p->required || (params && json_object_get(params, p->name)))
			continue;
		rc = sw_err_set(err, SW_CODE_USAGE, "method %s needs the parameter \"%s\"", m->name,
			p->name);
		sw_err_path(err, "params.%s", p->name);
		sw_err_allowed(err, "%s: %s", type_names[p->type], p->help);
		return rc;
	}
	return 0;
}

int api_method_run(struct api_call *call, int *number, struct sw_err *err)
{
	const struct sw_method *m = sw_reg_find(&sw_reg_kind_method, call->req.method);
	int rc;

	if (!m) {
		*number = RPC_UNKNOWN_METHOD;
		rc = sw_err_set(err, SW_CODE_USAGE, "there is no method \"%s\"", call->req.method);
		sw_err_given(err, "%s", call->req.method);
		sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_method, call->req.method));
		sw_err_hint(err, "the method \"methods\" lists them");
		return rc;
	}
	rc = role_check(m->name, m->role, api_peer(call)->role, api_peer(call)->user, err);
	if (rc) {
		*number = rpc_number(err->code);
		return rc;
	}
	rc = check_params(m, call->req.params, err);
	if (rc) {
		*number = RPC_INVALID_PARAMS;
		return rc;
	}
	rc = m->run(call, err);
	if (rc < 0)
		*number = rpc_number(err->code);
	return rc;
}

static int run_ping(struct api_call *call, struct sw_err *err)
{
	call->result = json_object();
	return 0;
}

static int run_version(struct api_call *call, struct sw_err *err)
{
	call->result = json_pack("{s:s, s:i}", "version", SW_VERSION, "api", API_LEVEL);
	return 0;
}

SW_REGISTER(method, ping) = {
	.name = "ping",
	.help = "answer with an empty object: the control loop turns",
	.role = SW_ROLE_READ,
	.run = run_ping,
};

SW_REGISTER(method, version) = {
	.name = "version",
	.help = "version of the daemon and level of the protocol",
	.role = SW_ROLE_READ,
	.run = run_version,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON-RPC 2.0 as values (jsonrpc.org/specification). A message is scanned for depth and number of values
 * before the parser builds anything, so its cost in time and memory is bounded by what the scan lets pass.
 * Stricter than the standard: members it does not name are refused, params are by name, no batches (send
 * a line each).
 */
#include "rpc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

static int too_deep(struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_LIMIT, "the message nests arrays and objects too deep");

	sw_err_allowed(err, "at most %d levels", RPC_DEPTH_MAX);
	return rc;
}

static int too_many(struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_LIMIT, "the message holds too many values");

	sw_err_allowed(err, "at most %d values", RPC_VALUES_MAX);
	sw_err_hint(err, "send it in parts");
	return rc;
}

int rpc_scan(const char *p, size_t len, struct sw_err *err)
{
	bool in_string = false;
	unsigned depth = 0, values = 1;

	for (const char *end = p + len; p < end; p++) {
		if (in_string) {
			if (*p == '\\')
				p++;
			else if (*p == '"')
				in_string = false;
			continue;
		}
		switch (*p) {
		case '"':
			in_string = true;
			break;
		case '[':
		case '{':
			if (++depth > RPC_DEPTH_MAX)
				return too_deep(err);
			values++;
			break;
		case ']':
		case '}':
			/* More closed than opened is the parser's to report. */
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		}
		if (values > RPC_VALUES_MAX)
			return too_many(err);
	}
	return 0;
}

static int bad_request(struct sw_err *err, const char *what)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "this is not a request: %s", what);

	sw_err_allowed(
		err, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\", \"params\": {}}");
	return rc;
}

static int check_members(json_t *root, struct sw_err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach (root, key, value) {
		if (!strcmp(key, "jsonrpc") || !strcmp(key, "id") || !strcmp(key, "method") ||
			!strcmp(key, "params"))
			continue;
		bad_request(err, "it has a member that JSON-RPC does not name");
		sw_err_given(err, "%s", key);
		return -EINVAL;
	}
	return 0;
}

static int check_request(struct rpc_request *req, int *number, struct sw_err *err)
{
	json_t *root = req->root, *method, *version;

	*number = RPC_INVALID;
	if (json_is_array(root))
		return bad_request(err, "batches are not supported, send a line each");
	if (!json_is_object(root))
		return bad_request(err, "an object is needed");
	req->id = json_object_get(root, "id");
	if (req->id && !json_is_string(req->id) && !json_is_number(req->id) &&
		!json_is_null(req->id)) {
		req->id = NULL;
		return bad_request(err, "\"id\" is neither a string nor a number nor null");
	}
	version = json_object_get(root, "jsonrpc");
	if (!version || !json_is_string(version) || strcmp(json_string_value(version), "2.0"))
		return bad_request(err, "\"jsonrpc\" is not \"2.0\"");
	method = json_object_get(root, "method");
	if (!json_is_string(method))
		return bad_request(
			err, method ? "\"method\" is not a string" : "\"method\" is missing");
	req->method = json_string_value(method);
	if (check_members(root, err))
		return -EINVAL;
	req->params = json_object_get(root, "params");
	if (!req->params || json_is_object(req->params))
		return 0;
	*number = RPC_INVALID_PARAMS;
	return bad_request(err, "\"params\" is not an object (parameters go by name)");
}

int rpc_parse(const char *p, size_t len, struct rpc_request *req, int *number, struct sw_err *err)
{
	json_error_t at;
	int rc;

	memset(req, 0, sizeof(*req));
	rc = rpc_scan(p, len, err);
	if (rc) {
		*number = rpc_number(SW_CODE_LIMIT);
		return rc;
	}
	req->root = json_loadb(p, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
	if (!req->root) {
		*number = RPC_PARSE;
		rc = sw_err_set(err, SW_CODE_INVALID, "the message is not JSON: %s, at byte %d",
			at.text, at.position);
		sw_err_hint(err, "one message a line, in UTF-8, without newlines inside");
		return rc;
	}
	return check_request(req, number, err);
}

void rpc_request_fini(struct rpc_request *req)
{
	json_decref(req->root);
	memset(req, 0, sizeof(*req));
}

int rpc_number(enum sw_code code)
{
	/* In the API: never renumber, only add. */
	static const int offset[SW_CODE_COUNT] = {
		[SW_CODE_USAGE] = 1,
		[SW_CODE_INVALID] = 2,
		[SW_CODE_NOT_FOUND] = 3,
		[SW_CODE_EXISTS] = 4,
		[SW_CODE_CONFLICT] = 5,
		[SW_CODE_UNSUPPORTED] = 6,
		[SW_CODE_PERMISSION] = 7,
		[SW_CODE_DEVICE] = 8,
		[SW_CODE_LIMIT] = 9,
		[SW_CODE_TIMEOUT] = 10,
		[SW_CODE_INTERNAL] = 11,
	};
	int n = (unsigned)code < SW_CODE_COUNT ? offset[code] : 0;

	return RPC_OWN_BASE + (n ? n : offset[SW_CODE_INTERNAL]);
}

json_t *rpc_text(const char *s)
{
	json_t *text = json_string(s);
	char *copy;

	if (text)
		return text;
	copy = sw_xstrdup(s);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	text = json_string(copy);
	free(copy);
	return text;
}

static json_t *answer(json_t *id)
{
	json_t *root = json_object();

	json_object_set_new(root, "jsonrpc", json_string("2.0"));
	json_object_set_new(root, "id", id ? json_incref(id) : json_null());
	return root;
}

json_t *rpc_result(json_t *id, json_t *result)
{
	json_t *root = answer(id);

	json_object_set_new(root, "result", result ? result : json_null());
	return root;
}

static void add_text(json_t *data, const char *key, const char *text)
{
	if (text[0])
		json_object_set_new(data, key, rpc_text(text));
}

json_t *rpc_error(json_t *id, int number, const struct sw_err *err, json_t *more)
{
	json_t *root = answer(id), *error = json_object(), *data = json_object();

	json_object_set_new(data, "code", json_string(sw_err_code_name(err->code)));
	add_text(data, "path", err->path);
	add_text(data, "given", err->given);
	add_text(data, "allowed", err->allowed);
	add_text(data, "hint", err->hint);
	add_text(data, "did_you_mean", err->nearest);
	if (more)
		json_object_update(data, more);
	json_decref(more);
	json_object_set_new(error, "code", json_integer(number));
	json_object_set_new(error, "message", rpc_text(err->text));
	json_object_set_new(error, "data", data);
	json_object_set_new(root, "error", error);
	return root;
}

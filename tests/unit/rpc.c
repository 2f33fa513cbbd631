/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON-RPC as values: what passes the scan is within its limits, what is refused says why, and answers
 * carry all an error knows.
 */
#include "swtest.h"

#include "../../src/ctl/api/rpc.h"

static struct sw_err err;

static int parse(const char *text, int *number)
{
	struct rpc_request req;
	int rc = rpc_parse(text, strlen(text), &req, number, &err);

	rpc_request_fini(&req);
	return rc;
}

static void refused(const char *text, int want, const char *word)
{
	int number = 0;

	assert_true(parse(text, &number) < 0);
	assert_int_equal(number, want);
	if (!strstr(err.text, word) && !strstr(err.given, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, word);
}

static void accepted(const char *text)
{
	int number = 0;

	if (parse(text, &number))
		fail_msg("%s: %s", text, err.text);
}

static void requests(void **state)
{
	accepted("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
	accepted("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\",\"params\":{}}\r");
	accepted(" {\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":null}");
	refused("", RPC_PARSE, "not JSON");
	refused("{\"jsonrpc\":", RPC_PARSE, "not JSON");
	refused("{} {}", RPC_PARSE, "not JSON");
	refused("{\"id\":1,\"id\":2}", RPC_PARSE, "duplicate");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", RPC_PARSE, "decode");
	refused("{\"a\":\"\\u0000\"}", RPC_PARSE, "not JSON");
	refused("[]", RPC_INVALID, "batches");
	refused("7", RPC_INVALID, "object");
	refused("{}", RPC_INVALID, "jsonrpc");
	refused("{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", RPC_INVALID, "jsonrpc");
	refused("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", RPC_INVALID, "jsonrpc");
	refused("{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}", RPC_INVALID, "id");
	refused("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", RPC_INVALID, "id");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1}", RPC_INVALID, "missing");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", RPC_INVALID, "string");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"x\":1}", RPC_INVALID, "x");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[]}", RPC_INVALID_PARAMS,
		"params");
	refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}", RPC_INVALID, "method");
}

static char *repeat(const char *what, unsigned n, const char *end)
{
	size_t len = strlen(what);
	char *s = calloc(1, n * len + strlen(end) + 1);

	for (unsigned i = 0; i < n; i++)
		memcpy(s + i * len, what, len);
	return strcat(s, end);
}

static int scan(char *text)
{
	int rc = rpc_scan(text, strlen(text), &err);

	free(text);
	return rc;
}

static void depth_and_values(void **state)
{
	assert_int_equal(scan(repeat("[", RPC_DEPTH_MAX, "]]]")), 0);
	assert_true(scan(repeat("[", RPC_DEPTH_MAX + 1, "")) < 0);
	assert_non_null(strstr(err.text, "deep"));
	assert_true(scan(repeat("{\"a\":[", 500000, "")) < 0);
	assert_int_equal(scan(repeat("[],", RPC_VALUES_MAX / 2 - 1, "1")), 0);
	assert_true(scan(repeat("[],", RPC_VALUES_MAX, "1")) < 0);
	assert_non_null(strstr(err.text, "many"));
	/* Brackets inside strings are text, also behind an escaped quote; too many closed is no depth. */
	assert_int_equal(scan(repeat("\"[[[[\\\"[[[[{{{{\"", 100, "")), 0);
	assert_int_equal(scan(repeat("]", 100, "[[[[[[[[[[[[[[[[")), 0);
	assert_int_equal(rpc_scan("\"abc\\", 5, &err), 0);
}

static void error_carries_all(void **state)
{
	json_t *id = json_integer(7), *root, *error, *data;

	sw_err_set(&err, SW_CODE_NOT_FOUND, "no bridge \"br9\"");
	sw_err_given(&err, "br9");
	sw_err_allowed(&err, "br0, br1");
	sw_err_hint(&err, "make it with add-br");
	sw_err_path(&err, "commands[0]");
	sw_err_nearest(&err, "br0");
	root = rpc_error(id, rpc_number(err.code), &err, json_pack("{s:i}", "failed_at", 0));
	assert_int_equal(json_integer_value(json_object_get(root, "id")), 7);
	error = json_object_get(root, "error");
	assert_int_equal(json_integer_value(json_object_get(error, "code")), 1003);
	assert_string_equal(json_string_value(json_object_get(error, "message")), err.text);
	data = json_object_get(error, "data");
	assert_string_equal(json_string_value(json_object_get(data, "code")), "not-found");
	assert_string_equal(json_string_value(json_object_get(data, "given")), "br9");
	assert_string_equal(json_string_value(json_object_get(data, "allowed")), "br0, br1");
	assert_string_equal(json_string_value(json_object_get(data, "did_you_mean")), "br0");
	assert_string_equal(json_string_value(json_object_get(data, "path")), "commands[0]");
	assert_non_null(json_object_get(data, "failed_at"));
	json_decref(root);
	json_decref(id);
}

/* A sentence cut in the middle of a letter must still make a message. */
static void text_of_any_bytes(void **state)
{
	json_t *text = rpc_text("caf\xc3");

	assert_string_equal(json_string_value(text), "caf?");
	json_decref(text);
	text = rpc_text("caf\xc3\xa9");
	assert_string_equal(json_string_value(text), "caf\xc3\xa9");
	json_decref(text);
}

static void numbers_differ(void **state)
{
	for (int a = 1; a < SW_CODE_COUNT; a++)
		for (int b = 1; b < a; b++)
			assert_int_not_equal(rpc_number(a), rpc_number(b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(depth_and_values),
		cmocka_unit_test(error_carries_all),
		cmocka_unit_test(text_of_any_bytes),
		cmocka_unit_test(numbers_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: bytes of a client, cut anywhere, through the line reader, the scan and the parser. The
 * first byte says how the rest is cut. What passes must be within the limits; what is refused must make
 * an answer that is one line of JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/line.h>

#include "../../src/ctl/api/rpc.h"

#define LINE_MAX_BYTES 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static unsigned depth_of(const json_t *value)
{
	unsigned deepest = 0, depth;
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach (value, i, item) {
			depth = depth_of(item);
			deepest = depth > deepest ? depth : deepest;
		}
		return deepest + 1;
	}
	if (json_is_object(value)) {
		json_object_foreach ((json_t *)value, key, item) {
			depth = depth_of(item);
			deepest = depth > deepest ? depth : deepest;
		}
		return deepest + 1;
	}
	return 0;
}

static void one_message(const char *line, size_t len)
{
	struct sw_err err = { 0 };
	struct rpc_request req;
	int number = 0;
	char *text;
	json_t *answer;

	require(len <= LINE_MAX_BYTES);
	if (!rpc_parse(line, len, &req, &number, &err)) {
		require(depth_of(req.root) <= RPC_DEPTH_MAX);
		require(req.method != NULL);
		answer = rpc_result(req.id, NULL);
	} else {
		require(number != 0 && err.text[0]);
		answer = rpc_error(req.id, number, &err, NULL);
	}
	text = json_dumps(answer, JSON_COMPACT);
	require(text && !strchr(text, '\n'));
	free(text);
	json_decref(answer);
	rpc_request_fini(&req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? data[0] % 61 + 1 : 1;
	struct sw_line in;

	sw_line_init(&in, LINE_MAX_BYTES);
	for (size_t at = 1; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece, len;
		enum sw_line_got got;
		const char *line;

		memcpy(sw_line_room(&in, n), data + at, n);
		sw_line_filled(&in, n);
		while ((got = sw_line_next(&in, &line, &len)))
			if (got == SW_LINE_WHOLE)
				one_message(line, len);
		require(in.in.len <= LINE_MAX_BYTES);
	}
	sw_line_fini(&in);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON-RPC 2.0 as values: a line to a checked request, a result or an error to a line. No sockets.
 *
 * room: ctl/api. Thread: control; rpc_parse and rpc_request_fini any, one at a time.
 */
#ifndef CTL_API_RPC_H
#define CTL_API_RPC_H

#include <stddef.h>

#include <jansson.h>

#include <sw/err.h>
#include <sw/line.h>

/* Together they bound the memory of a message: 1 MiB as text, 7 MiB as values. */
#define RPC_MESSAGE_MAX SW_MESSAGE_MAX
#define RPC_DEPTH_MAX	16    /* arrays and objects inside one another */
#define RPC_VALUES_MAX	65536 /* values in a message */

/* Numbers of the JSON-RPC standard; those of our own codes are RPC_OWN_BASE + a stable offset. */
#define RPC_PARSE	   (-32700)
#define RPC_INVALID	   (-32600)
#define RPC_UNKNOWN_METHOD (-32601)
#define RPC_INVALID_PARAMS (-32602)
#define RPC_OWN_BASE	   1000

struct rpc_request {
	json_t *root; /* owns the rest */
	json_t *id;   /* NULL: a notification, not to be answered */
	const char *method;
	json_t *params; /* an object, or NULL */
};

/* Depth and number of values of a message, by one pass over its bytes, before any tree is built. */
int rpc_scan(const char *p, size_t len, struct sw_err *err);

/* A message to a request. On failure *number is the JSON-RPC number that belongs to the error, and
 * req->id is what could be told of it. rpc_request_fini in either case. */
int rpc_parse(const char *p, size_t len, struct rpc_request *req, int *number, struct sw_err *err);
void rpc_request_fini(struct rpc_request *req);

/* Number of an error code of ours, as it is in the API. */
int rpc_number(enum sw_code code);

/* Answers; id NULL is null. `result` and `more` (members for "data", may be NULL) are consumed. */
json_t *rpc_result(json_t *id, json_t *result);
json_t *rpc_error(json_t *id, int number, const struct sw_err *err, json_t *more);

/* A JSON string of any bytes: where they are not UTF-8, those above 127 become '?'. */
json_t *rpc_text(const char *s);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Methods of the control protocol: one descriptor each, at the end of the file of its feature. The
 * framework refuses what a descriptor does not name and checks types before run is called, so run reads
 * its parameters without checks of their form.
 *
 * A method answers at once (result and 0, or a negative errno and err), or returns API_LATER and calls
 * api_call_done() when it knows. The client's next request waits until then; other clients do not.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_METHOD_H
#define CTL_API_METHOD_H

#include <stdbool.h>

#include <jansson.h>

#include <sw/access.h>
#include <sw/reg.h>

#include "rpc.h"

struct api_client;
struct api_peer;
struct sw_err;

enum api_type { API_BOOL, API_INT, API_STRING, API_ARRAY, API_OBJECT };

/* "a string" */
const char *api_type_name(enum api_type type);

struct api_param {
	const char *name;
	enum api_type type;
	bool required;
	const char *help;
};

/* One request on its way. The framework makes and frees it. */
struct api_call {
	struct api_client *client;
	struct rpc_request req;
	bool is_long;	/* its message was: it is parsed and freed elsewhere (parse.h) */
	json_t *result; /* out: goes to the framework */
	json_t *more;	/* out, on failure: members for the error's "data" */
	void (*cancel)(
		struct api_call *call); /* after API_LATER: the client is gone, forget call */
};

#define API_LATER 1

struct sw_method {
	const char *name;
	const char *help;
	enum sw_role role;		/* needed to call it */
	const struct api_param *params; /* ended by .name NULL; NULL for none */
	int (*run)(struct api_call *call, struct sw_err *err);
};
SW_REG_KIND_DECLARE(method);

/* A parameter, or NULL when it was not given. */
json_t *api_param(const struct api_call *call, const char *name);

/* Who asks. */
const struct api_peer *api_peer(const struct api_call *call);

/* End of a call that was API_LATER; rc and err as run would have returned them. call is freed. */
void api_call_done(struct api_call *call, int rc, const struct sw_err *err);

/* Find, check, run. *number is the JSON-RPC number of a failure. */
int api_method_run(struct api_call *call, int *number, struct sw_err *err);

#endif

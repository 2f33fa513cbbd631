/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A long message becomes values on the job thread, and is freed there, so that neither is a long step of
 * the control loop. A short one is not worth the way.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_PARSE_H
#define CTL_API_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "rpc.h"

struct api_call;

#define PARSE_HERE_MAX \
	(32 * 1024) /* bytes: a longer message goes to the job thread; 0.7 ms at most here */

static inline bool parse_is_long(size_t len)
{
	return len > PARSE_HERE_MAX;
}

/* Parse a copy of the message for call->req, which stays empty until done(call, ...) is called on a later
 * step, with what rpc_parse returned. Until then call->cancel takes the call back. */
void parse_later(struct api_call *call, const char *p, size_t len,
	void (*done)(struct api_call *call, int rc, int number, struct sw_err *err));

/* rpc_request_fini of a request whose message was long. */
void parse_free_later(struct rpc_request *req);

#endif

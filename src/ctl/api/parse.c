/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parsing on the job thread; see parse.h. The values are the job thread's until it is done, and control's
 * after that; counts of jansson are atomic, so that what a transaction still holds may outlive the rest.
 */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../job.h"
#include "method.h"

struct parse {
	struct api_call *call; /* NULL: its client is gone */
	void (*done)(struct api_call *call, int rc, int number, struct sw_err *err);
	struct parse *next;
	char *text;
	size_t len;
	struct rpc_request req;
	int rc, number;
	struct sw_err err;
};

static struct parse *under_way;

static void parse_job(void *arg)
{
	struct parse *p = arg;

	p->rc = rpc_parse(p->text, p->len, &p->req, &p->number, &p->err);
	free(p->text);
}

static void free_job(void *arg)
{
	rpc_request_fini(arg);
	free(arg);
}

static void freed(void *arg)
{
}

void parse_free_later(struct rpc_request *req)
{
	struct rpc_request *mine = sw_xcalloc(1, sizeof(*mine));

	*mine = *req;
	memset(req, 0, sizeof(*req));
	job_run(free_job, freed, mine);
}

static void parsed(void *arg)
{
	struct parse *p = arg, **at = &under_way;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (p->call) {
		p->call->req = p->req;
		p->done(p->call, p->rc, p->number, &p->err);
	} else {
		parse_free_later(&p->req);
	}
	free(p);
}

static void cancel(struct api_call *call)
{
	for (struct parse *p = under_way; p; p = p->next)
		if (p->call == call)
			p->call = NULL;
}

void parse_later(struct api_call *call, const char *text, size_t len,
	void (*done)(struct api_call *call, int rc, int number, struct sw_err *err))
{
	struct parse *p = sw_xcalloc(1, sizeof(*p));

	p->call = call;
	p->done = done;
	p->len = len;
	p->text = sw_xcalloc(len, 1);
	memcpy(p->text, text, len);
	p->next = under_way;
	under_way = p;
	call->is_long = true;
	call->cancel = cancel;
	job_run(parse_job, parsed, p);
}

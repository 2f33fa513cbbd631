/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See input.h. Control thread; the job thread frees.
 */
#include "input.h"

#include <stdlib.h>

#include <sw/mem.h>

#include "job.h"
#include "request.h"

static size_t all_bytes; /* of all texts, until they are free */

struct input *input_new(void)
{
	struct input *in = sw_xcalloc(1, sizeof(*in));

	in->hash = REQUEST_HASH_BEGIN;
	return in;
}

struct remains {
	struct sw_bytes text;
	size_t counted;
};

static void free_text(void *arg)
{
	struct remains *r = arg;

	sw_bytes_fini(&r->text);
}

static void text_is_free(void *arg)
{
	struct remains *r = arg;

	all_bytes -= r->counted;
	free(r);
}

/* Pages of many megabytes are a step too long for control. */
static void drop_text(struct input *in)
{
	struct remains *r = sw_xcalloc(1, sizeof(*r));

	r->text = in->text;
	r->counted = in->text.len;
	in->text = (struct sw_bytes){ 0 };
	job_run(free_text, text_is_free, r);
}

void input_free(struct input *in)
{
	if (!in)
		return;
	if (in->text.len)
		drop_text(in);
	free(in);
}

static int refuse(struct input *in, size_t most, const char *of)
{
	sw_err_set(&in->fault, SW_CODE_LIMIT, "the input is too long");
	sw_err_path(&in->fault, "params.text");
	sw_err_allowed(&in->fault, "at most %zu MiB%s", most >> 20, of);
	sw_err_hint(&in->fault, "give it in several transactions");
	drop_text(in);
	return sw_err_errno(in->fault.code);
}

int input_add(struct input *in, const char *part, size_t len, struct sw_err *err)
{
	int rc = in->fault.text[0] ? sw_err_errno(in->fault.code) : 0;

	if (!rc && len > INPUT_MAX - in->text.len)
		rc = refuse(in, INPUT_MAX, "");
	else if (!rc && len > INPUT_ALL_MAX - all_bytes)
		rc = refuse(in, INPUT_ALL_MAX, " in those of all clients");
	in->parts++;
	if (rc) {
		*err = in->fault;
		return rc;
	}
	in->hash = request_hash(in->hash, part, len);
	sw_bytes_add(&in->text, part, len);
	all_bytes += len;
	return 0;
}

const char *input_text(struct input *in)
{
	*sw_bytes_room(&in->text, 1) = '\0';
	return in->text.buf + in->text.start;
}

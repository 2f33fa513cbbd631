/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See large.h. Control thread.
 */
#include "large.h"

#include <stdlib.h>

#include <sw/groups.h>
#include <sw/mem.h>

#include "../staged.h"
#include "bridge.h"
#include "conn/conn.h"
#include "conn/reply.h"
#include "monitors.h"

struct large {
	struct of_work work;
	struct of_conn *c;
	const struct of_large_kind *kind;
	void *arg;
	struct of_msg request; /* its bytes are in `bytes` */
	enum { WAITING, STAGING, OVER } stage;
	bool made; /* not refused */
	uint8_t bytes[];
};

/* What was committed before it is told of first; and so is this in the end. */
static int wait_told(struct of_conn *c)
{
	c->parked = staged_is_under_way(c->bridge->rules);
	return c->parked ? SLICE_MORE : 0;
}

static void end(struct large *l, enum of_error error)
{
	struct of_conn *c = l->c;

	l->stage = OVER;
	if (error) {
		of_send_error(c, error, &l->request);
		staged_abort_all(c->bridge->bridge);
	} else {
		l->made = true;
		of_monitors_mark(c->bridge, c, l->request.xid);
		staged_commit_all(c->bridge->bridge);
	}
	of_bridge_unlock(c->bridge);
}

/* As behind the commit of a bundle. */
static int follow(struct of_conn *c, struct large *l)
{
	const struct sw_of_message *type = l->request.type;

	return l->made && type->after && !type->after(c, &l->request) ? SLICE_MORE : 0;
}

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct large *l = sw_container_of(work, struct large, work);
	enum of_error error;

	if (l->stage != STAGING && wait_told(c))
		return SLICE_MORE;
	if (l->stage == OVER)
		return follow(c, l);
	if (l->stage == WAITING)
		sw_groups_begin(c->bridge->groups);
	l->stage = STAGING;
	while ((error = l->kind->piece(c->bridge, l->arg)) == OF_MORE)
		if (slice_over(slice))
			return SLICE_MORE;
	end(l, error);
	return wait_told(c) ? SLICE_MORE : follow(c, l);
}

static void large_free(struct of_work *work)
{
	struct large *l = sw_container_of(work, struct large, work);

	if (l->stage == STAGING)
		staged_abort_all(l->c->bridge->bridge);
	if (l->stage != OVER)
		of_bridge_unlock(l->c->bridge);
	l->kind->free(l->arg);
	free(l);
}

void of_large_begin(
	struct of_conn *c, const struct of_msg *msg, const struct of_large_kind *kind, void *arg)
{
	struct large *l = sw_xcalloc(1, sizeof(*l) + msg->len);

	l->work = (struct of_work){ step, large_free };
	l->c = c;
	l->kind = kind;
	l->arg = arg;
	of_msg_keep(&l->request, msg, l->bytes, msg->len);
	c->work = &l->work;
	of_bridge_lock(c->bridge, c);
}

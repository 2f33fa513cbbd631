/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking at the computed columns of a view's rows, a few at a time. A pass that took long is followed by a
 * rest four times as long, so that many views with many ports slow down instead of taking the control
 * loop's time. Control thread.
 */
#include "feed.h"

#include <sw/clock.h>

#include "../draft.h"
#include "../store.h"

#define REST 4

void sample_begin(struct view *v, uint64_t now_ms)
{
	v->sampling = true;
	v->sample_next = TAILQ_FIRST(&v->there);
	v->sample_due_ms = now_ms + v->topics.interval_ms;
}

static void end_pass(struct view *v)
{
	uint64_t now = sw_clock_ms(), began = v->sample_due_ms - v->topics.interval_ms;
	uint64_t rested = now + REST * (now - began);

	v->sampling = false;
	if (rested > v->sample_due_ms)
		v->sample_due_ms = rested;
}

bool sample_step(struct view *v, uint64_t until_ns)
{
	struct draft *draft = draft_new(store_db());

	v->generation = 0;
	while (v->sample_next && sw_clock_ns() < until_ns) {
		struct view_row *vr = v->sample_next;

		v->sample_next = TAILQ_NEXT(vr, there);
		if (vr->topic->n_status)
			view_look(v, draft, vr);
	}
	draft_free(draft);
	view_publish(v, v->unsettled);
	if (!v->sample_next)
		end_pass(v);
	return v->sampling;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The steps of a plan. Each notes what it has done as it goes, and its undo takes back exactly that.
 */
#include "plan_step.h"

#include <string.h>

#include <sw/log.h>
#include <sw/mem.h>

#include "../columns.h"
#include "../draft.h"
#include "../job.h"
#include "../persist/persist.h"
#include "plan.h"

SW_LOG_USE(switch);

/* The step's port or bridge is at fault: whose command was that? */
static int fail(struct plan *plan, struct step *s, const struct sw_err *err)
{
	plan->err = *err;
	plan->command = s->row ? draft_touched(plan->draft, s->row) : -1;
	return sw_err_errno(err->code);
}

static bool is_local(const struct plan *plan, const char *name)
{
	return draft_find_name(plan->draft, TABLE(bridge), name) != NULL;
}

/* A port could not be opened: does that stop the plan? */
static int judge(struct plan *plan, struct step *s)
{
	if (plan->tolerant || s->row->may_wait || is_local(plan, s->name))
		return 0;
	return fail(plan, s, &s->move.err);
}

static struct plan *current; /* one at a time: the moves give back the step only */

static void made(void *arg, int rc)
{
	struct plan *plan = current;
	struct step *s = arg;

	s->made = !rc;
	plan_resume(plan, rc ? judge(plan, s) : 0);
}

static int make(struct plan *plan, struct step *s)
{
	struct live_port *lp = live_port(s->name);

	s->taken = !lp;
	if (!lp)
		lp = live_port_take(s->name);
	if (lp->error.text[0] && !s->was) {
		s->was = sw_xcalloc(1, sizeof(*s->was));
		*s->was = lp->error;
		s->was_hopeless = lp->hopeless;
	}
	s->move.done = made;
	s->move.arg = s;
	live_up(&s->move, lp, plan->draft, s->row);
	return STEP_PENDING;
}

/* The old port is closed; open the new one. */
static void downed(void *arg, int rc)
{
	struct plan *plan = current;
	struct step *s = arg;

	s->downed = true;
	make(plan, s);
}

static int set(struct plan *plan, struct step *s)
{
	struct live_port *lp = live_port(s->name);
	struct sw_err err = { 0 };
	int rc = live_set(lp, plan->draft, s->row, &err);

	if (rc < 0)
		return fail(plan, s, &err);
	if (!rc) {
		s->set = true;
		return 0;
	}
	if (!lp->port)
		return make(plan, s);
	s->move.done = downed;
	s->move.arg = s;
	live_down(&s->move, lp);
	return STEP_PENDING;
}

static int sync(struct plan *plan)
{
	struct sw_err err = { 0 };
	unsigned at = 0;
	int rc = live_sync(
		plan->draft, (const char *const *)plan->bridges.list, plan->bridges.n, &at, &err);
	struct step whose = { .row = NULL };

	if (!rc)
		return 0;
	if (plan->tolerant) {
		sw_error("bridge %s: %s", plan->bridges.list[at], err.text);
		return 0;
	}
	whose.row = draft_find_name(plan->draft, TABLE(bridge), plan->bridges.list[at]);
	sw_err_prefix(&err, "bridge %s", plan->bridges.list[at]);
	return fail(plan, &whose, &err);
}

static int make_bridge(struct plan *plan, struct step *s)
{
	struct sw_err err = { 0 };
	int rc = live_bridge_make(s->row, &err);

	s->made = !rc;
	if (rc && plan->tolerant) {
		sw_error("bridge %s: %s", s->name, err.text);
		return 0;
	}
	return rc ? fail(plan, s, &err) : 0;
}

static void closed(void *arg, int rc)
{
	struct step *s = arg;

	live_port_drop(live_port(s->name));
	plan_closed(current);
}

/* Not waited for one by one: each takes a grace period, and they can be over together. */
static int close_port(struct plan *plan, struct step *s)
{
	s->move.done = closed;
	s->move.arg = s;
	plan->closing++;
	live_down(&s->move, live_port(s->name));
	return 0;
}

static void yielded(void *arg, int rc)
{
	struct step *s = arg;

	s->downed = true;
	plan_resume(current, 0);
}

static int yield(struct step *s)
{
	s->move.done = yielded;
	s->move.arg = s;
	live_down(&s->move, live_port(s->name));
	return STEP_PENDING;
}

static void fill_job(void *arg)
{
	struct step *s = arg;

	sw_bridge_fill(live_bridge(s->name)->bridge, s->size);
}

static void filled(void *arg)
{
	plan_resume(current, 0);
}

/* Of the size s->size; the publication that follows takes it. */
static int fill(struct step *s)
{
	sw_bridge_prepare(live_bridge(s->name)->bridge);
	job_run(fill_job, filled, s);
	return STEP_PENDING;
}

/* The bridge may have been published with the new table, or that was only made ready. */
static int unfill(struct step *s)
{
	struct live_bridge *lb = live_bridge(s->name);

	if (!lb)
		return 0;
	sw_bridge_prepare(lb->bridge);
	if (!s->was_size || lb->conf.mac_table_size == s->was_size)
		return 0;
	s->size = s->was_size;
	return fill(s);
}

/* At the start, come what may; for a client it is on the disk, or the plan fails. */
static void kept(void *arg, int rc, const struct sw_err *err)
{
	struct plan *plan = current;
	struct step *s = arg;

	plan_resume(plan, rc && !plan->tolerant ? fail(plan, s, err) : 0);
}

static int keep(struct plan *plan, struct step *s)
{
	struct live_bridge *lb = live_bridge(s->name);
	struct persist *p = lb ? persist_of(lb->bridge) : NULL;

	if (!lb) /* it could not be made */
		return 0;
	s->made = true;
	s->set = p && !persist_is_loading(p);
	if (s->set)
		s->was_uuid = *persist_uuid(p);
	if (!p)
		persist_begin(lb->bridge, &s->row->uuid, kept, s);
	else if (s->set)
		persist_rename(p, &s->row->uuid, kept, s);
	else
		persist_load(p, !plan->tolerant, kept, s);
	return STEP_PENDING;
}

static void forgotten(void *arg)
{
	plan_resume(current, 0);
}

static int forget(struct step *s)
{
	persist_end(live_bridge(s->name)->bridge, forgotten, s);
	return STEP_PENDING;
}

/* A file that was there before the bridge stays. */
static int unkeep(struct step *s)
{
	struct persist *p = persist_of(live_bridge(s->name)->bridge);

	if (s->set)
		persist_rename_back(p, &s->was_uuid);
	return s->set || persist_found(p) ? 0 : forget(s);
}

int step_run(struct plan *plan, struct step *s)
{
	current = plan;
	switch (s->kind) {
	case STEP_YIELD:
		return yield(s);
	case STEP_MAKE:
		return make(plan, s);
	case STEP_SET:
		return set(plan, s);
	case STEP_BRIDGE:
		return make_bridge(plan, s);
	case STEP_KEEP:
		return keep(plan, s);
	case STEP_RESIZE:
		return fill(s);
	case STEP_SYNC:
		return sync(plan);
	case STEP_FORGET:
		return forget(s);
	case STEP_CLOSE:
		return close_port(plan, s);
	case STEP_DESTROY:
		live_bridge_destroy(live_bridge(s->name));
		return 0;
	}
	return 0;
}

/* The way back. The old rows are those of the draft's base. */

static const struct row *old_row(const struct plan *plan, const char *name)
{
	return rows_find_name(plan->draft->base->tables[TABLE(interface)->id], name);
}

static void back_up(void *arg, int rc)
{
	struct step *s = arg;

	if (rc)
		sw_error("port %s could not be opened again: %s", s->name, s->move.err.text);
	plan_resume(current, 0);
}

/* Open the port as it was before; a row that has just been removed from the draft is no draft's. */
static int up_again(struct plan *plan, struct step *s)
{
	struct draft *old = draft_new(plan->draft->base);

	s->move.done = back_up;
	s->move.arg = s;
	live_up(&s->move, live_port(s->name), old, old_row(plan, s->name));
	draft_free(old);
	return STEP_PENDING;
}

/* A port that was not open is not open for its old reason, and is tried again as before. */
static void restore_error(struct step *s)
{
	struct live_port *lp = live_port(s->name);

	if (!s->was || !lp)
		return;
	lp->error = *s->was;
	lp->hopeless = s->was_hopeless;
}

static void back_down(void *arg, int rc)
{
	struct plan *plan = current;
	struct step *s = arg;

	if (s->downed) {
		up_again(plan, s);
		return;
	}
	if (s->taken)
		live_port_drop(live_port(s->name));
	restore_error(s);
	plan_resume(plan, 0);
}

static int undo_port(struct plan *plan, struct step *s)
{
	struct live_port *lp = live_port(s->name);

	if (s->set) {
		struct draft *old = draft_new(plan->draft->base);
		struct sw_err err = { 0 };
		int rc = live_set(lp, old, old_row(plan, s->name), &err);

		draft_free(old);
		if (rc <= 0) {
			if (rc)
				sw_error("port %s could not be set back: %s", s->name, err.text);
			return 0;
		}
		s->downed = true; /* the way back needs a new port */
		s->made = true;
	}
	if (!s->made && !s->downed && !s->taken) {
		restore_error(s);
		return 0;
	}
	s->move.done = back_down;
	s->move.arg = s;
	live_down(&s->move, lp);
	return STEP_PENDING;
}

int step_undo(struct plan *plan, struct step *s)
{
	current = plan;
	if (s->kind == STEP_MAKE || s->kind == STEP_SET)
		return undo_port(plan, s);
	if (s->kind == STEP_YIELD && s->downed)
		return up_again(plan, s);
	if (s->kind == STEP_KEEP && s->made)
		return unkeep(s);
	if (s->kind == STEP_RESIZE)
		return unfill(s);
	if (s->kind == STEP_BRIDGE && s->made)
		live_bridge_destroy(live_bridge(s->name));
	return 0;
}

void step_sync_back(struct plan *plan)
{
	struct draft *old = draft_new(plan->draft->base);
	struct sw_err err = { 0 };
	unsigned at = 0;

	if (live_sync(old, (const char *const *)plan->bridges.list, plan->bridges.n, &at, &err))
		sw_error("bridge %s could not be set back: %s", plan->bridges.list[at], err.text);
	draft_free(old);
}

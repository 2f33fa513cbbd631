/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plans: walking the list of steps forward and back. A walk goes on by itself over steps that end at once,
 * giving the loop back now and then, and is resumed by the callback of one that does not. The list is made
 * in plan_make.c.
 */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "../loop.h"
#include "../slice.h"
#include "plan_step.h"

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	names_fini(&plan->ports);
	names_fini(&plan->bridges);
	for (unsigned i = 0; i < plan->n; i++)
		free(plan->steps[i].was);
	free(plan->steps);
	free(plan);
}

json_t *plan_describe(const struct plan *plan)
{
	static const char *const say[] = {
		[STEP_YIELD] = "close port %s, whose device is wanted",
		[STEP_MAKE] = "open port %s",
		[STEP_SET] = "change port %s",
		[STEP_BRIDGE] = "make bridge %s",
		[STEP_KEEP] = "store the rules of bridge %s",
		[STEP_RESIZE] = "make another table for the stations of bridge %s",
		[STEP_SYNC] = "publish the changed bridges",
		[STEP_FORGET] = "remove the stored rules of bridge %s",
		[STEP_CLOSE] = "close port %s",
		[STEP_DESTROY] = "remove bridge %s",
	};
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->n; i++) {
		char text[80];

		snprintf(text, sizeof(text), say[plan->steps[i].kind], plan->steps[i].name);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

const struct sw_err *plan_error(const struct plan *plan, int *command)
{
	*command = plan->command;
	return &plan->err;
}

static void walk_end(struct plan *plan, int rc)
{
	void (*done)(void *arg, int rc) = plan->done;

	plan->done = NULL;
	done(plan->arg, rc);
}

/* Take steps until one has to be waited for, or the slice is over. */
static void walk(void *arg)
{
	LOOP_STEP("transaction steps");
	struct slice slice = slice_begin();
	struct plan *plan = arg;

	while (plan->at != plan->end) {
		struct step *s = &plan->steps[plan->back ? plan->at - 1 : plan->at];
		int rc = plan->back ? step_undo(plan, s) : step_run(plan, s);

		if (rc == STEP_PENDING)
			return;
		if (rc && !plan->back) {
			walk_end(plan, rc);
			return;
		}
		plan->at += plan->back ? -1 : 1;
		/* Behind the last step only ports that close are waited for, and the last of them ends the plan. */
		if (plan->at != plan->end && slice_over(&slice)) {
			loop_again(walk, plan);
			return;
		}
	}
	if (plan->back)
		step_sync_back(plan);
	if (!plan->closing)
		walk_end(plan, 0);
}

void plan_closed(struct plan *plan)
{
	if (!--plan->closing && plan->at == plan->end)
		walk_end(plan, 0);
}

void plan_resume(struct plan *plan, int rc)
{
	if (rc && !plan->back) {
		walk_end(plan, rc);
		return;
	}
	plan->at += plan->back ? -1 : 1;
	walk(plan);
}

static void start(
	struct plan *plan, unsigned from, unsigned to, void (*done)(void *arg, int rc), void *arg)
{
	plan->back = to < from;
	plan->at = from;
	plan->end = to;
	plan->done = done;
	plan->arg = arg;
	walk(plan);
}

void plan_run(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	start(plan, 0, plan->n_run, done, arg);
}

/* Also the step that failed: it may have done a part, and knows which. */
void plan_undo(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	unsigned from = plan->at < plan->n_run ? plan->at + 1 : plan->n_run;

	start(plan, from, 0, done, arg);
}

void plan_finish(struct plan *plan, void (*done)(void *arg, int rc), void *arg)
{
	start(plan, plan->n_run, plan->n, done, arg);
}

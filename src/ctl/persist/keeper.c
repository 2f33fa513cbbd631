/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges that persist: their beginning and end, who waits for them. See persist.h. Control thread.
 */
#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../job.h"
#include "../journal_io.h"
#include "../names.h"
#include "../of/action/action.h"
#include "../of/bridge.h"
#include "../staged.h"
#include "../store.h"
#include "../switch/news.h"

SW_LOG_USE(persist);

#define CLOCK_SET_MS 1000 /* less is the clock's own pace */

static LIST_HEAD(, persist) all = LIST_HEAD_INITIALIZER(all);
static bool stopping;

int64_t persist_clocks(void)
{
	return (int64_t)sw_clock_wall_ms() - (int64_t)sw_clock_ms();
}

struct persist *persist_next(const struct persist *p)
{
	return p ? LIST_NEXT(p, chain) : LIST_FIRST(&all);
}

struct persist *persist_of(const struct sw_bridge *bridge)
{
	struct persist *p;

	LIST_FOREACH(p, &all, chain)
	if (p->bridge == bridge && !p->ending)
		return p;
	return NULL;
}

void persist_tell(struct persist *p, int rc, const struct sw_err *err)
{
	persist_done *done = p->done;

	p->done = NULL;
	if (done)
		done(p->arg, rc, err);
}

/* --- the beginning and the end ------------------------------------------------------------------------------------- */

static struct persist *keeper_new(struct sw_bridge *bridge, const struct uuid *uuid)
{
	struct persist *p = sw_xcalloc(1, sizeof(*p));

	stopping = false;
	p->bridge = bridge;
	p->uuid = p->former = *uuid;
	snprintf(p->name, sizeof(p->name), "%s", sw_bridge_name(bridge));
	p->rules = sw_bridge_rules(bridge);
	p->groups = sw_bridge_groups(bridge);
	p->meters = sw_bridge_meters(bridge);
	p->file = persist_file_new(journal_folder(store_journal()), p->name, uuid);
	TAILQ_INIT(&p->change.chunks);
	TAILQ_INIT(&p->fresh.chunks);
	TAILQ_INIT(&p->job.change.chunks);
	TAILQ_INIT(&p->job.fresh.chunks);
	LIST_INSERT_HEAD(&all, p, chain);
	return p;
}

void persist_begin(struct sw_bridge *bridge, const struct uuid *uuid, persist_done *done, void *arg)
{
	struct persist *p = keeper_new(bridge, uuid);

	p->done = done;
	p->arg = arg;
	persist_turn(p);
}

void persist_make(struct sw_bridge *bridge, const struct uuid *uuid)
{
	keeper_new(bridge, uuid)->load = persist_load_new();
}

bool persist_is_loading(const struct persist *p)
{
	return p->load;
}

bool persist_found(const struct persist *p)
{
	return p->found;
}

const struct uuid *persist_uuid(const struct persist *p)
{
	return &p->uuid;
}

void persist_rename_back(struct persist *p, const struct uuid *uuid)
{
	p->former = p->uuid;
	p->uuid = *uuid;
}

void persist_rename(struct persist *p, const struct uuid *uuid, persist_done *done, void *arg)
{
	persist_rename_back(p, uuid);
	p->done = done;
	p->arg = arg;
	p->asked = true; /* and at once, whenever it failed */
	p->failed_ms = p->took_ms = 0;
	persist_leave_out(p);
	persist_turn(p);
}

static void removed(void *arg)
{
	struct persist *p = arg;

	p->busy = false;
	if (p->job.rc)
		sw_error("bridge %s: %s; remove it by hand", p->name, p->job.err.text);
	if (p->ended)
		p->ended(p->arg);
	p->ended = NULL;
	p->bridge = NULL;
	persist_is_over(p);
}

static void remove_job(void *arg)
{
	struct persist *p = arg;

	p->job.rc = persist_file_remove(p->file, &p->job.err);
}

static void persist_free(struct persist *p)
{
	LIST_REMOVE(p, chain);
	persist_drop(&p->change);
	persist_drop(&p->fresh);
	persist_drop(&p->job.change);
	persist_drop(&p->job.fresh);
	persist_file_free(p->file);
	persist_load_free(p->load);
	free(p);
}

bool persist_is_over(struct persist *p)
{
	if (p->bridge && !p->ending)
		return false;
	if (p->busy)
		return true;
	if (p->ending && p->bridge) {
		p->busy = true;
		job_run(remove_job, removed, p);
	} else if (!p->soon) {
		persist_free(p);
	}
	return true;
}

void persist_end(struct sw_bridge *bridge, void (*done)(void *arg), void *arg)
{
	struct persist *p = persist_of(bridge);

	p->done = NULL;
	p->ended = done;
	p->arg = arg;
	p->ending = true;
	persist_wake(p);
	persist_is_over(p);
}

static void bridge_gone(struct sw_bridge *bridge)
{
	struct persist *p = persist_of(bridge);

	if (!p)
		return;
	p->bridge = NULL;
	persist_is_over(p);
}

static void nothing(struct sw_bridge *bridge)
{
}

SW_REGISTER(bridge_listener, persist) = {
	.name = "persist",
	.help = "what is stored of a bridge's rules outlives it when the switch stops",
	.made = nothing,
	.changed = nothing,
	.gone = bridge_gone,
};

/* Of what a crash left: a bridge that was to keep its rules no more, a new file of one that keeps none. */
static void tidy_one(void *arg, const char *name, uint64_t bytes)
{
	struct names *gone = arg;

	if (!strncmp(name, "rules.", 6) || !strncmp(name, "rules-new.", 10))
		names_add(gone, name);
}

int persist_start(bool (*persists)(const char *bridge), struct sw_err *err)
{
	int dir = jio_open_dir(journal_folder(store_journal()));
	struct names names = { 0 };

	if (dir >= 0)
		jio_list(dir, "rules", tidy_one, &names);
	for (unsigned i = 0; i < names.n; i++)
		if (!persists(strchr(names.list[i], '.') + 1) && !jio_unlink(dir, names.list[i]))
			sw_info("%s is removed: that bridge keeps no rules", names.list[i]);
	names_fini(&names);
	jio_close(dir);
	return of_actions_build(err); /* entries have OpenFlow's, also where nobody speaks it */
}

void persist_stop(void)
{
	struct persist *p;

	stopping = true;
	LIST_FOREACH(p, &all, chain)
	{
		if (!p->torn)
			continue;
		p->torn = false;
		persist_turn_soon(p);
	}
}

static bool is_settled(const struct persist *p)
{
	return !p->busy && !p->soon && !p->load && !p->ending &&
	       (p->failed || p->stored == p->heard);
}

bool persist_idle(void)
{
	struct persist *p;

	LIST_FOREACH(p, &all, chain)
	if (!is_settled(p))
		return false;
	return true;
}

/* The file's last batch is to show what a restart of the machine can go by (age.h). */
static void look_at_clocks(struct persist *p)
{
	int64_t moved = persist_clocks() - p->clocks_ms;

	if (p->load || llabs(moved) < CLOCK_SET_MS)
		return;
	p->reset = true;
	persist_turn_soon(p);
}

void persist_sweep(void)
{
	struct persist *p;

	LIST_FOREACH(p, &all, chain)
	{
		look_at_clocks(p);
		if (!p->failed || stopping || sw_clock_ms() - p->failed_ms < p->wait_ms)
			continue;
		p->asked = true;
		persist_turn_soon(p);
	}
}

/* --- who waits ------------------------------------------------------------------------------------------------------- */

uint64_t persist_ticket(const struct persist *p)
{
	return p->heard;
}

int persist_check(struct persist *p, uint64_t ticket, struct sw_err *err)
{
	if (ticket <= p->stored && p->sound)
		return 0;
	p->asked = true;
	if (!p->load)
		persist_turn(p);
	if (!p->failed || p->rewriting || p->busy)
		return PERSIST_LATER;
	*err = p->fault;
	return sw_err_errno(err->code);
}

bool persist_is_full(const struct persist *p)
{
	return p->change.bytes + p->fresh.bytes + p->job.change.bytes + p->job.fresh.bytes >
	       PERSIST_FULL;
}

void persist_wake(struct persist *p)
{
	struct of_bridge *of = of_bridge_of(p->bridge);

	if (of)
		of_bridge_unpark(of);
}

void persist_let_go(struct sw_bridge *bridge)
{
	struct persist *p = persist_of(bridge);

	if (!p || staged_is_under_way(p->rules))
		return; /* its end comes here */
	p->torn = false;
	persist_turn_soon(p);
}

void persist_health(const struct persist *p, struct persist_health *health)
{
	*health = (struct persist_health){ .bytes = p->bytes };
	if (p->load)
		health->state = PERSIST_LOADING;
	else if (p->failed)
		health->state = PERSIST_FAILED;
	else if (!p->sound || p->stored < p->heard)
		health->state = PERSIST_STORING;
	else
		health->state = PERSIST_STORED;
	health->fault = p->fault.text;
}

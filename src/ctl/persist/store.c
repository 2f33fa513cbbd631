/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entries on their way to the file: see keeper.h. A turn gives the job thread what there is, if it has nothing of this bridge, and
 * makes a slice of a new file; the end of a job brings the next turn. What failed, and what was left out, makes a new file
 * necessary; until it is there, only it grows.
 *
 * Control thread.
 */
#include "keeper.h"

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/event.h>
#include <sw/log.h>

#include "../job.h"
#include "../loop.h"

SW_LOG(persist, "the stored rules of bridges: writing them");
SW_USE(event, persist);

#define WRITE_BYTES	(1u << 20) /* of a new file that are worth a job */
#define WALK_BYTES	(8u << 20) /* of a new file that wait for one, at most */
#define COMPACT_BYTES	(4u << 20) /* not before it is this long ... */
#define COMPACT_TIMES	2	   /* ... and this many times what it was when it was new */
#define ASK_MS		1000 /* after a failure: before somebody who waits makes us try again */
#define WAIT_MS		1000 /* before we do so ourselves; twice as long each time, up to */
#define WAIT_MAX_MS	32000
#define COMPACT_WAIT_MS 60000 /* before a file is made smaller again */

/* --- lists -------------------------------------------------------------------------------------------------------- */

struct of_buf *persist_entry_begin(struct persist_list *list)
{
	struct of_buf *buf = persist_chunk_room(&list->chunks);

	list->bytes -= buf->len;
	return buf;
}

void persist_entry_end(struct persist_list *list, const struct of_buf *buf)
{
	list->bytes += buf->len;
}

void persist_drop(struct persist_list *list)
{
	persist_chunks_free(&list->chunks);
	list->bytes = 0;
}

void persist_move(struct persist_list *to, struct persist_list *from)
{
	TAILQ_CONCAT(&to->chunks, &from->chunks, list);
	to->bytes += from->bytes;
	from->bytes = 0;
}

/* --- what to do ---------------------------------------------------------------------------------------------------- */

bool persist_may_append(const struct persist *p)
{
	return p->sound && !p->stale;
}

void persist_look(struct persist *p)
{
	p->sound = persist_file_is_sound(p->file);
	p->bytes = persist_file_bytes(p->file);
	p->base = persist_file_base(p->file);
}

static bool wants_new_file(const struct persist *p)
{
	uint64_t now = sw_clock_ms();

	if (persist_may_append(p))
		return now >= p->compact_ms && p->bytes > COMPACT_BYTES &&
		       p->bytes > COMPACT_TIMES * p->base;
	if (!p->failed)
		return true;
	/* All of a large table for a disk that is full costs: not more than an eighth of the time. */
	return p->asked && now - p->failed_ms >= RTE_MAX((uint64_t)ASK_MS, 8 * p->took_ms);
}

static void begin_new_file(struct persist *p)
{
	p->asked = p->begun = false;
	p->rewriting = true;
	p->began_ms = sw_clock_ms();
	persist_drop(&p->fresh);
	persist_walk_begin(p);
}

void persist_leave_out(struct persist *p)
{
	p->stale = p->lost = true;
	p->rewriting = false;
	persist_drop(&p->change);
	persist_drop(&p->fresh);
}

/* There is a batch, if only to say when it was written. */
static void note_clocks(struct persist *p, struct persist_list *batch)
{
	if (TAILQ_EMPTY(&batch->chunks))
		persist_chunk_add(&batch->chunks);
	p->clocks_ms = persist_clocks();
	p->reset = false;
}

/* Into p->job; false: there is nothing to do. */
static bool fill_job(struct persist *p)
{
	bool end = p->rewriting && p->walk == WALK_DONE && !p->torn;

	p->job.begin = p->rewriting && !p->begun;
	if (p->job.begin)
		persist_file_rename(p->file, &p->uuid, &p->former);
	p->job.swap = end;
	p->job.append = persist_may_append(p) && !p->torn && (p->change.bytes || p->reset);
	if (p->job.append)
		persist_move(&p->job.change, &p->change);
	if (end || p->fresh.bytes >= WRITE_BYTES)
		persist_move(&p->job.fresh, &p->fresh);
	if (p->job.append)
		note_clocks(p, &p->job.change);
	if (end)
		note_clocks(p, &p->job.fresh);
	p->job.ticket = p->heard;
	p->job.append_rc = p->job.rc = 0;
	p->lost = false;
	return p->job.append || p->job.swap || p->job.fresh.bytes;
}

/* --- the job ------------------------------------------------------------------------------------------------------- */

static void write_job(void *arg)
{
	struct persist *p = arg;
	struct sw_err *err = &p->job.err;
	struct persist_chunks *fresh = &p->job.fresh.chunks;

	if (p->job.append)
		p->job.append_rc =
			persist_file_append(p->file, &p->job.change.chunks, &p->job.append_err);
	if (!p->job.swap && TAILQ_EMPTY(fresh))
		return;
	p->job.rc = p->job.begin ? persist_file_begin(p->file, err) : 0;
	if (!p->job.rc && !TAILQ_EMPTY(fresh))
		p->job.rc = persist_file_add(p->file, fresh, err);
	if (!p->job.rc && p->job.swap)
		p->job.rc = persist_file_swap(p->file, err);
}

static void tell_event(const struct persist *p)
{
	struct sw_event_field fields[] = { { "bridge", p->name, 0 },
		{ "state", p->failed ? "failed" : "stored", 0 },
		{ "reason", p->failed ? p->fault.text : "", 0 }, { 0 } };

	if (p->failed)
		sw_event_tell(&sw_event_persist, fields, "bridge %s: %s", p->name, p->fault.text);
	else
		sw_event_tell(
			&sw_event_persist, fields, "bridge %s: rules are stored again", p->name);
}

/* No new file. Where the old one is as good, nothing is lost but room. */
static void fail(struct persist *p)
{
	bool was = p->failed;

	p->rewriting = false;
	persist_drop(&p->fresh);
	if (persist_may_append(p)) {
		sw_warn("bridge %s: the file does not get smaller: %s", p->name, p->job.err.text);
		p->compact_ms = sw_clock_ms() + COMPACT_WAIT_MS;
		return;
	}
	p->fault = p->job.err;
	p->failed = true;
	p->failed_ms = sw_clock_ms();
	p->took_ms = p->failed_ms - p->began_ms;
	p->wait_ms = was ? RTE_MIN(2 * p->wait_ms, (uint64_t)WAIT_MAX_MS) : WAIT_MS;
	if (!was) {
		sw_error("bridge %s: %s; what is in force stays, and is stored when it can be",
			p->name, p->fault.text);
		tell_event(p);
	}
	persist_tell(p, sw_err_errno(p->fault.code), &p->fault);
}

/* The new file is in place: what was heard since is not in it. */
static void swapped(struct persist *p)
{
	bool was = p->failed;

	p->rewriting = p->failed = false;
	p->stale = p->lost;
	p->stored = p->job.ticket;
	persist_drop(&p->change);
	persist_move(&p->change, &p->fresh);
	if (was) {
		sw_info("bridge %s: rules are stored again", p->name);
		tell_event(p);
	}
	if (!p->stale)
		persist_tell(p, 0, NULL);
}

static void written(void *arg)
{
	LOOP_STEP("rules stored");
	struct persist *p = arg;
	bool tried = p->job.swap || p->job.fresh.bytes;

	p->busy = false;
	p->begun |= tried && p->job.begin && !p->lost; /* else another one was begun meanwhile */
	persist_look(p);
	persist_drop(&p->job.change);
	persist_drop(&p->job.fresh);
	if (p->job.append && p->job.append_rc)
		sw_warn("bridge %s: %s; writing a new file", p->name, p->job.append_err.text);
	else if (p->job.append)
		p->stored = p->job.ticket;
	if (!persist_may_append(p))
		persist_drop(&p->change);
	if (tried && p->job.rc)
		fail(p);
	else if (p->job.swap)
		swapped(p);
	if (persist_is_over(p))
		return;
	persist_wake(p);
	persist_turn(p);
}

/* --- turns --------------------------------------------------------------------------------------------------------- */

static void turn_again(void *arg)
{
	LOOP_STEP("rules to be stored");
	struct persist *p = arg;

	p->soon = false;
	if (!persist_is_over(p))
		persist_turn(p);
}

void persist_turn_soon(struct persist *p)
{
	if (p->soon)
		return;
	p->soon = true;
	loop_again(turn_again, p);
}

/* The walk meets rules as they are staged, so it waits for the end of a staging. */
static void walk_on(struct persist *p)
{
	struct slice slice = slice_begin();

	if (p->walk == WALK_DONE || p->fresh.bytes >= WALK_BYTES)
		return;
	if (!sw_rules_busy(p->rules))
		persist_walk(p, &slice);
	if (p->walk != WALK_DONE)
		persist_turn_soon(p);
}

void persist_turn(struct persist *p)
{
	if (!p->torn)
		p->burst = 0;
	if (p->load)
		return;
	if (!p->rewriting && wants_new_file(p))
		begin_new_file(p);
	if (p->rewriting)
		walk_on(p);
	if (p->busy || !fill_job(p))
		return;
	p->busy = true;
	job_run(write_job, written, p);
}

SW_REGISTER(event, persist) = {
	.name = "persist",
	.help = "rules of a bridge cannot be stored, or are stored again",
};

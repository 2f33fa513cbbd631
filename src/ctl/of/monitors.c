/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See monitors.h. Control thread.
 *
 * What changed while monitoring was paused is found by the times at which rules were made and modified, to the millisecond; a change of
 * that very millisecond may be told twice, which says the same.
 */
#include "monitors.h"

#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>

#include <sw/clock.h>
#include <sw/mem.h>

#include "bridge.h"
#include "conn/conn.h"
#include "conn/reply.h"
#include "flow/each.h"
#include "flow/flow.h"

#define NXT_PAUSED   22
#define ONFT_PAUSED  1871
#define PAUSED_EVENT 5 /* 1.4; RESUMED is one more */

struct of_monitors {
	unsigned n;
	struct of_monitor *list;
	const struct of_id *id; /* of the request: the form of what is told */
	uint64_t paused_ms;	/* 0: changes are told */
	uint64_t since_ms;	/* changes from then on have not been told; 0: all have */
	unsigned abbreviated; /* marks of this commit whose change was told by its number, plus 1 */
};

/* Of staged changes the ones before `until` and not of an earlier mark are this message's. */
struct mark {
	const struct of_conn *c;
	uint32_t xid;
	unsigned until;
};

struct of_marks {
	unsigned n, size, at; /* at: the mark of the change that is told */
	unsigned told;
	struct mark *list;
};

/* --- the list --------------------------------------------------------------------------------------------------------------- */

static struct of_monitor *find(const struct of_conn *c, uint32_t id)
{
	for (unsigned i = 0; c->monitors && i < c->monitors->n; i++)
		if (c->monitors->list[i].id == id)
			return &c->monitors->list[i];
	return NULL;
}

bool of_monitor_has(const struct of_conn *c, uint32_t id)
{
	return find(c, id);
}

unsigned of_monitors_room(const struct of_conn *c)
{
	return OF_MONITORS_MAX - (c->monitors ? c->monitors->n : 0);
}

void of_monitor_add(struct of_conn *c, const struct of_msg *msg, const struct of_monitor *m)
{
	struct of_monitors *mons = c->monitors;

	if (!mons)
		mons = c->monitors = sw_xcalloc(1, sizeof(*mons));
	RTE_ASSERT(of_monitors_room(c));
	mons->id = msg->id;
	mons->list = sw_xrealloc(mons->list, mons->n + 1, sizeof(*mons->list));
	mons->list[mons->n++] = *m;
	c->bridge->n_monitors++;
}

bool of_monitor_remove(struct of_conn *c, uint32_t id)
{
	struct of_monitor *m = find(c, id), *last;

	if (!m)
		return false;
	last = &c->monitors->list[--c->monitors->n];
	memmove(m, m + 1, (last - m) * sizeof(*m));
	c->bridge->n_monitors--;
	return true;
}

/* What it asked for is still to be told to others. */
static void forget_marks(struct of_conn *c)
{
	struct of_marks *marks = c->bridge->marks;

	for (unsigned i = marks ? marks->at : 0; marks && i < marks->n; i++)
		if (marks->list[i].c == c)
			marks->list[i].c = NULL;
}

void of_monitors_free(struct of_conn *c)
{
	forget_marks(c);
	if (!c->monitors)
		return;
	c->bridge->n_monitors -= c->monitors->n;
	free(c->monitors->list);
	free(c->monitors);
	c->monitors = NULL;
}

/* --- one update --------------------------------------------------------------------------------------------------------------- */

static struct of_buf *update_begin(struct of_conn *c)
{
	struct of_msg msg = { .version = c->version, .id = c->monitors->id };

	return of_reply_multipart(&msg);
}

static void tell_full(struct of_conn *c, const struct sw_rule *rule, enum of_flow_event event,
	uint8_t reason, bool actions)
{
	struct of_buf *out = update_begin(c);

	of_put_flow_update(out, rule, event, reason, c->version, actions);
	of_send(c, out);
}

static void tell_abbreviated(struct of_conn *c, uint32_t xid)
{
	struct of_buf *out = update_begin(c);

	of_put_u16(out, 8);
	of_put_u16(out, of_flow_event_number(OF_FLOW_ABBREV, c->version));
	of_put_u32(out, xid);
	of_send(c, out);
}

static void tell_pause(struct of_conn *c, unsigned resumed)
{
	struct of_buf *out;

	if (c->version >= OF14) {
		out = update_begin(c);
		of_put_u16(out, 8);
		of_put_u16(out, PAUSED_EVENT + resumed);
		of_put_u32(out, 0);
	} else if (c->version == OF13) {
		out = of_news_experimenter(c->version, OF_ONF, ONFT_PAUSED + resumed);
	} else {
		out = of_news_experimenter(c->version, OF_NICIRA, NXT_PAUSED + resumed);
	}
	of_send(c, out);
}

/* --- changes as they happen ------------------------------------------------------------------------------------------------- */

void of_monitors_mark(struct of_bridge *of, const struct of_conn *c, uint32_t xid)
{
	struct of_marks *marks = of->marks;
	unsigned until = sw_rules_staged(of->rules);

	if (!of->n_monitors)
		return;
	if (!marks)
		marks = of->marks = sw_xcalloc(1, sizeof(*marks));
	if (marks->n == marks->size) {
		marks->size = marks->size ? 2 * marks->size : 16;
		marks->list = sw_xrealloc(marks->list, marks->size, sizeof(*marks->list));
	}
	marks->list[marks->n++] = (struct mark){ c, xid, until };
}

void of_monitors_end(struct of_bridge *of)
{
	struct of_conn *c;

	if (!of->marks)
		return;
	free(of->marks->list);
	free(of->marks);
	of->marks = NULL;
	TAILQ_FOREACH (c, &of->conns, peers)
		if (c->monitors)
			c->monitors->abbreviated = 0;
}

/* The message that asked for the change that is being told, or NULL. */
static const struct mark *next_mark(struct of_bridge *of)
{
	struct of_marks *marks = of->marks;

	if (!marks)
		return NULL;
	while (marks->at < marks->n && marks->list[marks->at].until <= marks->told)
		marks->at++;
	marks->told++;
	return marks->at < marks->n ? &marks->list[marks->at] : NULL;
}

static uint8_t wanted_flag(enum of_flow_event event)
{
	return event == OF_FLOW_ADDED	  ? OF_MONITOR_ADD
	       : event == OF_FLOW_REMOVED ? OF_MONITOR_DELETE
					  : OF_MONITOR_MODIFY;
}

/* The flags of all monitors, from the n-th on, that want it; 0: none does. */
static uint8_t wants(const struct of_monitors *mons, unsigned from, uint8_t flag, bool own,
	const struct sw_rule *rule)
{
	uint8_t flags = 0;

	for (unsigned i = from; i < mons->n; i++) {
		const struct of_monitor *m = &mons->list[i];

		if (!(m->flags & flag) || (m->flags & OF_MONITOR_ONLY_OWN && !own))
			continue;
		if (sw_rule_is_taken(rule, &m->filter))
			flags |= m->flags;
	}
	return flags;
}

static void pause_it(struct of_conn *c)
{
	struct of_monitors *mons = c->monitors;

	if (mons->paused_ms)
		return;
	mons->paused_ms = sw_clock_ms();
	if (mons->since_ms)
		return; /* it is about to go on, and has not said so yet */
	mons->since_ms = mons->paused_ms;
	tell_pause(c, 0);
}

/* Paused: but for the end of what the peer knows of, nothing. */
static bool is_told(const struct of_conn *c, const struct sw_rule *rule, enum of_flow_event event)
{
	struct sw_rule_stats stats;

	if (!c->monitors->paused_ms)
		return true;
	sw_rule_stats(rule, &stats);
	return event == OF_FLOW_REMOVED && stats.created_ms <= c->monitors->paused_ms;
}

static void tell(struct of_conn *c, const struct sw_rule *rule, enum of_flow_event event,
	uint8_t reason, const struct mark *mark)
{
	bool own = mark && mark->c == c;
	uint8_t flags = wants(c->monitors, 0, wanted_flag(event), own, rule);

	if (!flags || c->dropped || c->closing)
		return;
	if (of_conn_is_full(c))
		pause_it(c);
	if (!is_told(c, rule, event))
		return;
	c->hears_rules = true;
	if (!own || flags & OF_MONITOR_OWN) {
		tell_full(c, rule, event, reason, flags & OF_MONITOR_ACTIONS);
	} else if (c->monitors->abbreviated != c->bridge->marks->at + 1) {
		c->monitors->abbreviated = c->bridge->marks->at + 1;
		tell_abbreviated(c, mark->xid);
	}
}

static void heard(struct sw_rules *rules, const struct sw_rule *rule, enum sw_rule_news news)
{
	enum of_flow_event event = news == SW_RULE_ADDED     ? OF_FLOW_ADDED
				   : news == SW_RULE_CHANGED ? OF_FLOW_MODIFIED
							     : OF_FLOW_REMOVED;
	struct of_bridge *of = of_bridge_of_rules(rules);
	const struct mark *mark;
	struct of_conn *c;
	unsigned reason;

	if (!of || !of->n_monitors)
		return;
	mark = next_mark(of);
	reason = event == OF_FLOW_REMOVED ? of_removed_reason(news) : 0;
	TAILQ_FOREACH (c, &of->conns, peers)
		if (c->monitors && c->monitors->n)
			tell(c, rule, event, of_removed_told_as(reason, c->version), mark);
}

SW_REGISTER(rule_listener, openflow_monitors) = {
	.name = "openflow-monitors",
	.help = "tells controllers of rules that come, change and go, which asked for it",
	.heard = heard,
};

/* --- all that is there, and what changed meanwhile -------------------------------------------------------------------------- */

struct walk {
	struct of_work work;
	struct sw_rule_cursor cursor;
	struct of_parts parts; /* of the first answer */
	unsigned from;	       /* monitors */
};

static void put_first(struct of_conn *c, void *arg, const struct sw_rule *rule)
{
	struct walk *w = arg;
	uint8_t flags = wants(c->monitors, w->from, OF_MONITOR_INITIAL, true, rule);

	if (!flags)
		return;
	of_put_flow_update(of_parts_entry(&w->parts), rule, OF_FLOW_INITIAL, 0, c->version,
		flags & OF_MONITOR_ACTIONS);
	of_parts_entry_end(c, &w->parts);
}

static void put_changed(struct of_conn *c, void *arg, const struct sw_rule *rule)
{
	uint64_t since = c->monitors->since_ms;
	enum of_flow_event event;
	struct sw_rule_stats stats;
	uint8_t flags;

	sw_rule_stats(rule, &stats);
	if (stats.modified_ms < since)
		return;
	event = stats.created_ms >= since ? OF_FLOW_ADDED : OF_FLOW_MODIFIED;
	flags = wants(c->monitors, 0, wanted_flag(event), false, rule);
	if (flags)
		tell_full(c, rule, event, 0, flags & OF_MONITOR_ACTIONS);
}

static int step_first(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);
	int rc = of_each_rule(c, &w->cursor, NULL, slice, put_first, w);

	if (!rc)
		of_parts_end(c, &w->parts);
	return rc;
}

/* From the beginning where there was no room again for what changed while it was at it. */
static int step_resume(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	if (of_each_rule(c, &w->cursor, NULL, slice, put_changed, w))
		return SLICE_MORE;
	if (c->monitors->paused_ms) {
		c->monitors->paused_ms = 0;
		w->cursor = (struct sw_rule_cursor){ 0 };
		return SLICE_MORE;
	}
	c->monitors->since_ms = 0;
	tell_pause(c, 1);
	return 0;
}

static void walk_free(struct of_work *work)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	of_parts_fini(&w->parts);
	free(w);
}

static bool want_initial(const struct of_monitors *mons, unsigned from)
{
	for (unsigned i = from; mons && i < mons->n; i++)
		if (mons->list[i].flags & OF_MONITOR_INITIAL)
			return true;
	return false;
}

void of_monitors_begin(struct of_conn *c, const struct of_msg *msg, unsigned n)
{
	struct walk *w = sw_xcalloc(1, sizeof(*w));

	w->work = (struct of_work){ step_first, walk_free };
	w->from = c->monitors ? c->monitors->n - n : 0;
	of_parts_begin(&w->parts, msg);
	c->work = &w->work;
	if (want_initial(c->monitors, w->from))
		return;
	of_parts_end(c, &w->parts);
	walk_free(&w->work);
	c->work = NULL;
}

void of_monitors_resume(struct of_conn *c)
{
	struct walk *w;

	if (!c->monitors || !c->monitors->paused_ms || c->work || of_conn_is_full(c))
		return;
	w = sw_xcalloc(1, sizeof(*w));
	w->work = (struct of_work){ step_resume, walk_free };
	c->monitors->paused_ms = 0;
	c->work = &w->work;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the file into the tables, before the bridge has ports: a frame at a time, read and checked on the job thread, staged here in
 * slices. Nobody else changes the bridge, from when it is made (of_bridge_new) until that is over. Rules and meters go in as they come; of groups, which name each other, the
 * last word on each is kept until the end, and those go in whose groups are there, until none is left.
 *
 * What cannot be put in (the tables are smaller than they were, a version that knows less) is said, and the file is kept under another
 * name before it is written anew.
 *
 * Control thread.
 */
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/ids.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/rule_mark.h>

#include "../job.h"
#include "../loop.h"
#include "../of/bridge.h"
#include "entry.h"

SW_LOG_USE(persist);

enum stage { EMPTYING, READING, GROUPS };

struct wanted_group {
	uint32_t id;
	bool there; /* the last word was that it is */
	bool made;
	struct sw_group_conf conf;
};

struct persist_load {
	enum stage stage;
	enum persist_found found;
	bool opened;
	bool must; /* who began it is told what went wrong */
	int rc;
	struct sw_err err;
	const uint8_t *entries;
	size_t len;
	struct of_cursor at;
	struct wanted_group *groups;				       /* by id */
	unsigned n_groups, size_groups, wanted, at_group, made, round; /* round: made before it */
	uint64_t began_ms, n_rules, expired, refused;
	struct sw_err why; /* of the first that was refused */
};

static void step(struct persist *p);

/* --- entries ------------------------------------------------------------------------------------------------------ */

static void refuse(struct persist_load *l, const struct sw_err *err)
{
	if (!l->refused++)
		l->why = *err;
}

/* What remains of a hard timeout. The clock may have begun after the rule was made (the machine started): then it is shorter by what
 * that cannot say. False: it is over. */
static bool set_age(struct sw_rule_change *change, uint64_t age)
{
	uint64_t hard = change->conf.hard_timeout * 1000ull, most = sw_clock_ms();

	if (hard && age >= hard)
		return false;
	if (hard && age > most)
		change->conf.hard_timeout = (hard - (age - most) + 999) / 1000;
	change->age_ms = RTE_MIN(age, most);
	return true;
}

static void put_rule(struct persist *p, struct persist_entry *e)
{
	struct persist_load *l = p->load;
	struct sw_err err = { 0 };

	if (e->kind == PERSIST_RULE && !set_age(&e->rule, persist_file_age(p->file, e->made_ms))) {
		l->expired++;
		e->rule.verb = SW_RULE_DELETE_STRICT; /* an earlier one may be there */
		e->rule.out_port = e->rule.out_group = SW_OFPP_ANY;
	}
	if (sw_rules_stage(p->rules, &e->rule, &err))
		refuse(l, &err);
}

static void put_meter(struct persist *p, const struct persist_entry *e)
{
	struct sw_meter_conf gone = { .id = e->id };
	bool there = sw_meters_find(p->meters, e->id), is = e->kind == PERSIST_METER;
	struct sw_err err = { 0 };

	if (sw_meters_change(p->meters,
		    !is	    ? SW_METER_DELETE
		    : there ? SW_METER_MODIFY
			    : SW_METER_ADD,
		    is ? &e->meter : &gone, &err))
		refuse(p->load, &err);
}

/* Those that are gone again take no room for good: there are twice as many as a bridge has at most. */
static void forget_gone(struct persist_load *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n_groups; i++)
		if (l->groups[i].there)
			l->groups[n++] = l->groups[i];
	l->n_groups = n;
}

/* Where it is, or would be. */
static unsigned place_of(const struct persist_load *l, uint32_t id)
{
	return l->n_groups ? sw_ids_place(&l->groups->id, l->n_groups, sizeof(*l->groups), id) : 0;
}

/* Its last word, at first that it is gone; NULL: that is all there is to say. */
static struct wanted_group *group_of(struct persist_load *l, uint32_t id, bool there)
{
	unsigned low = place_of(l, id);

	if (low < l->n_groups && l->groups[low].id == id)
		return &l->groups[low];
	if (!there)
		return NULL;
	if (l->n_groups == 2 * SW_GROUPS_MAX) {
		forget_gone(l);
		low = place_of(l, id);
	}
	if (l->n_groups == l->size_groups) {
		l->size_groups = RTE_MAX(64u, 2 * l->size_groups);
		l->groups = sw_xrealloc(l->groups, l->size_groups, sizeof(*l->groups));
	}
	memmove(&l->groups[low + 1], &l->groups[low], (l->n_groups++ - low) * sizeof(*l->groups));
	l->groups[low] = (struct wanted_group){ .id = id };
	return &l->groups[low];
}

static void note_group(struct persist_load *l, struct persist_entry *e)
{
	bool there = e->kind == PERSIST_GROUP;
	struct wanted_group *g = group_of(l, e->id, there);
	struct sw_err err = { 0 };

	if (!g)
		return;
	sw_group_fini(&g->conf);
	memset(&g->conf, 0, sizeof(g->conf));
	l->wanted += there - g->there;
	g->there = there;
	if (there && l->wanted > SW_GROUPS_MAX) {
		l->wanted--;
		g->there = false;
		sw_err_set(&err, SW_CODE_LIMIT, "there are more than %u groups", SW_GROUPS_MAX);
		refuse(l, &err);
	}
	if (!g->there)
		return;
	g->conf = e->group;
	e->kind = PERSIST_GROUP_GONE; /* what it had is not its own any more */
}

/* Between stagings of rules, which a meter that goes has one of. */
static void put_between(struct persist *p, struct persist_entry *e)
{
	sw_rules_commit(p->rules);
	if (e->kind == PERSIST_TABLE)
		sw_rules_table_set(p->rules, e->id, &e->table);
	else if (e->kind == PERSIST_METER || e->kind == PERSIST_METER_GONE)
		put_meter(p, e);
	else
		note_group(p->load, e);
	sw_rules_begin(p->rules);
}

static void put_entry(struct persist *p)
{
	struct persist_load *l = p->load;
	struct persist_entry e;
	struct sw_err err = { 0 };

	if (persist_get(&l->at, &e, &err)) {
		refuse(l, &err);
		return;
	}
	if (e.kind == PERSIST_RULE || e.kind == PERSIST_RULE_GONE)
		put_rule(p, &e);
	else
		put_between(p, &e);
	persist_entry_fini(&e);
}

/* --- the end ------------------------------------------------------------------------------------------------------- */

static uint64_t count_rules(const struct persist *p)
{
	uint64_t n = 0;

	for (unsigned t = 0; t < SW_TABLES; t++) {
		struct sw_rule_table_stats stats;

		sw_rules_table_stats(p->rules, t, &stats);
		n += stats.rules;
	}
	return n;
}

static void say(const struct persist *p)
{
	const struct persist_load *l = p->load;

	if (l->found == PERSIST_NOTHING) {
		if (l->must) /* as of any new bridge */
			return;
		sw_warn("bridge %s: its rules persist, but there is no %s: it begins as a new bridge",
			p->name, persist_file_name(p->file));
		return;
	}
	sw_info("bridge %s: %llu rules, %u groups and %u meters are back after %llu ms (%llu had timed "
		"out)",
		p->name, (unsigned long long)l->n_rules, l->made, sw_meters_count(p->meters),
		(unsigned long long)(sw_clock_ms() - l->began_ms), (unsigned long long)l->expired);
	if (l->refused)
		sw_error(
			"bridge %s: %llu stored rules, groups or meters could not be put in; the first: "
			"%s; the file is kept",
			p->name, (unsigned long long)l->refused, l->why.text);
}

struct persist_load *persist_load_new(void)
{
	return sw_xcalloc(1, sizeof(struct persist_load));
}

void persist_load_free(struct persist_load *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < l->n_groups; i++)
		sw_group_fini(&l->groups[i].conf);
	free(l->groups);
	free(l);
}

static void end(struct persist *p)
{
	struct of_bridge *of = of_bridge_of(p->bridge);
	struct persist_load *l = p->load;
	bool must;

	p->found = l->rc || l->found != PERSIST_NOTHING;
	if (l->rc && l->must) { /* the bridge goes, and its file stays as it is */
		persist_tell(p, l->rc, &l->err);
		return;
	}
	if (l->rc) {
		p->fault = l->err;
		sw_error("bridge %s: %s; it begins as a new bridge", p->name, l->err.text);
	} else {
		l->n_rules = count_rules(p);
		say(p);
	}
	if (l->rc || l->refused)
		persist_file_keep(p->file);
	sw_rules_restoring(p->rules, false);
	if (of)
		of_bridge_unlock(of);
	if (of && l->found != PERSIST_NOTHING)
		of_fail_restored(of, l->n_rules);
	else if (of)
		of_fail_sweep(of, sw_clock_ms()); /* what it had to wait with */
	persist_look(p);
	must = l->must;
	p->load = NULL;
	persist_load_free(l);
	if (!must) /* else when it is on the disk */
		persist_tell(p, 0, NULL);
	persist_turn_soon(p);
}

/* --- steps --------------------------------------------------------------------------------------------------------- */

static void step_again(void *arg)
{
	LOOP_STEP("rules loaded");
	struct persist *p = arg;

	p->soon = false;
	if (!p->bridge || p->ending) {
		persist_is_over(p);
		return;
	}
	step(p);
}

static void come_again(struct persist *p)
{
	p->soon = true;
	loop_again(step_again, p);
}

static void read_job(void *arg)
{
	struct persist *p = arg;
	struct persist_load *l = p->load;

	if (!l->opened)
		l->rc = persist_file_open(p->file, &l->found, &l->err);
	l->opened = true;
	if (!l->rc)
		l->rc = persist_file_read(p->file, &l->entries, &l->len, &l->err);
}

static void read_done(void *arg)
{
	struct persist *p = arg;

	p->busy = false;
	p->load->at = of_cursor(p->load->entries, p->load->len);
	p->soon = true;
	step_again(p);
}

static void read_on(struct persist *p)
{
	p->busy = true;
	job_run(read_job, read_done, p);
}

/* What a new bridge has goes first. */
static void empty(struct persist *p)
{
	struct sw_rule_change all = { .verb = SW_RULE_DELETE, .conf.table = SW_TABLE_ALL };

	all.out_port = all.out_group = SW_OFPP_ANY;
	all.conf.does.goto_table = -1;
	sw_rules_begin(p->rules);
	sw_rules_stage(p->rules, &all, NULL);
	sw_rules_commit(p->rules);
	sw_rules_restoring(p->rules, true);
}

static void put_entries(struct persist *p, const struct slice *slice)
{
	struct persist_load *l = p->load;

	sw_rules_begin(p->rules);
	while (of_left(&l->at) && !slice_over(slice))
		put_entry(p);
	sw_rules_commit(p->rules);
}

/* One more group; false: this round of them is over. */
static bool make_group(struct persist *p)
{
	struct persist_load *l = p->load;
	struct sw_group_change add = { .verb = SW_GROUP_ADD };
	struct wanted_group *g;
	struct sw_err err = { 0 };
	enum sw_group_fault fault;

	if (l->at_group == l->n_groups)
		return false;
	g = &l->groups[l->at_group++];
	if (!g->there || g->made)
		return true;
	add.conf = g->conf;
	fault = sw_groups_change(p->groups, &add, &err);
	g->made = !fault;
	l->made += g->made;
	if (fault && fault != SW_GROUP_NO_GROUP) {
		g->there = false;
		refuse(l, &err);
	}
	return true;
}

/* Rounds over the groups until one makes none. True: done. */
static bool make_groups(struct persist *p, const struct slice *slice)
{
	struct persist_load *l = p->load;

	while (!slice_over(slice)) {
		if (make_group(p))
			continue;
		if (l->made == l->round)
			return true;
		l->round = l->made;
		l->at_group = 0;
	}
	return false;
}

static void refuse_rest(struct persist_load *l)
{
	struct sw_err err = { 0 };

	for (unsigned i = 0; i < l->n_groups; i++) {
		if (!l->groups[i].there || l->groups[i].made)
			continue;
		sw_err_set(&err, SW_CODE_NOT_FOUND, "group %u sends to one that is not there",
			l->groups[i].id);
		refuse(l, &err);
	}
}

static void step(struct persist *p)
{
	struct persist_load *l = p->load;
	struct slice slice = slice_begin();

	if (l->rc || l->found == PERSIST_NOTHING) {
		end(p);
		return;
	}
	if (l->stage == EMPTYING) {
		empty(p);
		l->stage = READING;
	}
	if (l->stage == READING && of_left(&l->at)) {
		put_entries(p, &slice);
		if (of_left(&l->at))
			come_again(p);
		else
			read_on(p);
		return;
	}
	l->stage = GROUPS;
	if (!make_groups(p, &slice)) {
		come_again(p);
		return;
	}
	refuse_rest(l);
	end(p);
}

void persist_load(struct persist *p, bool must, persist_done *done, void *arg)
{
	p->done = done;
	p->arg = arg;
	p->load->must = must;
	p->load->began_ms = sw_clock_ms();
	read_on(p);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The meters of a staging (sw/groups.h): those that it adds or modifies are made when they are staged, and no packet comes to them
 * before the commit. There they take their places, seen from the next version of the rules on: a burst that reads the version before
 * passes the meters before. One that is deleted and added again begins anew.
 *
 * Control thread only.
 */
#include <limits.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_debug.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "../rule/rules_ctl.h"
#include "meters_ctl.h"

/* What becomes of an id. */
struct staged_meter {
	uint32_t id;
	struct sw_meter *m; /* NULL: it is not there any more */
	bool anew;	    /* what was there before was deleted */
};

struct meters_staging {
	struct id_map map; /* of struct staged_meter */
	bool none_else;	   /* all were deleted: of the bridge's those stay that are in the map */
	unsigned n;	   /* meters as staged */
};

static struct staged_meter *staged_find(const struct meters_staging *s, uint32_t id)
{
	return id_map_find(&s->map, id);
}

void meters_begin(struct sw_meters *meters)
{
	struct meters_staging *s = sw_xcalloc(1, sizeof(*s));

	RTE_ASSERT(!meters->staged);
	id_map_init(&s->map, true);
	s->n = meters->map.n;
	meters->staged = s;
}

bool sw_meters_has(const struct sw_meters *meters, uint32_t id)
{
	const struct meters_staging *s = meters->staged;
	const struct staged_meter *e = s ? staged_find(s, id) : NULL;

	if (e)
		return e->m;
	return !(s && s->none_else) && meter_find(meters, id);
}

unsigned meters_staged_count(const struct sw_meters *meters)
{
	return meters->staged ? meters->staged->n : meters->map.n;
}

/* --- changes --- */

static struct staged_meter *entry_of(struct meters_staging *s, uint32_t id)
{
	struct staged_meter *e = staged_find(s, id);

	if (e)
		return e;
	e = sw_xcalloc(1, sizeof(*e));
	e->id = id;
	e->anew = s->none_else;
	id_map_set(&s->map, id, e);
	return e;
}

static void drop_made(struct staged_meter *e)
{
	if (e->m)
		meter_free(e->m); /* nobody has seen it */
	e->m = NULL;
}

static void forget_all(struct meters_staging *s)
{
	struct staged_meter *e;

	while ((e = id_map_next(&s->map, -1))) {
		id_map_remove(&s->map, e->id);
		drop_made(e);
		free(e);
	}
}

static void stage_drop(struct sw_meters *meters, uint32_t id)
{
	struct meters_staging *s = meters->staged;
	struct staged_meter *e;

	if (id == SW_METER_ALL ? !s->n : !sw_meters_has(meters, id))
		return;
	if (meters->rules)
		sw_rules_stage_gone(meters->rules, SW_RULE_METER_GONE, id, UINT_MAX);
	if (id == SW_METER_ALL) {
		forget_all(s);
		s->none_else = true;
		s->n = 0;
		return;
	}
	e = entry_of(s, id);
	drop_made(e);
	e->anew = true;
	s->n--;
}

enum sw_meter_fault sw_meters_stage(struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err)
{
	struct meters_staging *s = meters->staged;
	enum sw_meter_fault fault = SW_METER_FINE;
	struct staged_meter *e;

	RTE_ASSERT(s);
	if (verb == SW_METER_DELETE) {
		stage_drop(meters, conf->id);
		return SW_METER_FINE;
	}
	fault = meter_check(meters, verb, conf, err);
	if (fault)
		return fault;
	e = entry_of(s, conf->id);
	drop_made(e);
	e->m = meter_create(meters, conf);
	s->n += verb == SW_METER_ADD;
	return SW_METER_FINE;
}

/* --- the end of it --- */

/* In the map of the bridge, but seen from the version on. */
static void place(struct sw_meters *meters, struct staged_meter *e, uint64_t version)
{
	struct sw_meter *m = e->m, *old = meter_find(meters, e->id);

	if (old && !e->anew)
		meter_follow(m, old);
	/* Kept lists know nothing of a DSCP that changes. */
	if (m->remarks && old && !old->remarks && meters->rules)
		rules_stage_void(meters->rules);
	meter_enter(meters, m, old, version);
}

void meters_stage_place(struct sw_meters *meters, uint64_t version)
{
	struct staged_meter *e;

	for (int64_t id = -1; (e = id_map_next(&meters->staged->map, id)); id = e->id)
		if (e->m)
			place(meters, e, version);
}

static void take_out_others(struct sw_meters *meters, const struct meters_staging *s)
{
	/* From the end, where the array of ids is cut. */
	for (unsigned i = meters->map.n; i > 0; i--) {
		uint32_t id = meters->map.ids[i - 1];

		if (!staged_find(s, id))
			meter_take_out(meters, meter_find(meters, id));
	}
}

static void settle(struct sw_meters *meters, struct staged_meter *e)
{
	struct sw_meter *old = e->m ? e->m->older : meter_find(meters, e->id);

	if (!e->m && old)
		meter_take_out(meters, old);
	else if (e->m && old && old->end == METER_FOREVER)
		meter_retire(old);
	if (e->m)
		meters_tell(meters, e->id);
	e->m = NULL;
}

static void end(struct meters_staging *s)
{
	forget_all(s);
	id_map_fini(&s->map);
	free(s);
}

void meters_stage_settle(struct sw_meters *meters)
{
	struct meters_staging *s = meters->staged;
	struct staged_meter *e;

	meters->staged = NULL;
	if (s->none_else)
		take_out_others(meters, s);
	for (int64_t id = -1; (e = id_map_next(&s->map, id)); id = e->id)
		settle(meters, e);
	end(s);
}

void meters_abort(struct sw_meters *meters)
{
	struct meters_staging *s = meters->staged;

	meters->staged = NULL;
	end(s);
}

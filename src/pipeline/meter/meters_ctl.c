/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The meters of a bridge: changes checked whole, then published (OpenFlow 1.3.5, 6.8; faults as OFPMMFC_*).
 *
 * Control thread only. A modified meter's buckets are full and its bands count from 0; what came in goes on being counted.
 * Workers whose burst began before a change pass the meters that were there then, as they meet groups (../group/groups_ctl.c).
 */
#include "meters_ctl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_debug.h>

#include <sw/action.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "../rule/lookup.h"
#include "../rule/rules_ctl.h"

SW_REG_KIND_DEFINE(meter_listener);

#define TOKENS_MAX (UINT64_MAX / 4) /* of a bucket: sums of two and what is put back fit */

struct sw_meters *meters_create(
	struct sw_rules *rules, void (*lists_void)(void *arg), void *lists_arg)
{
	struct sw_meters *meters = sw_xcalloc(1, sizeof(*meters));

	id_map_init(&meters->map, true);
	meters->rules = rules;
	meters->lists_void = lists_void;
	meters->lists_arg = lists_arg;
	return meters;
}

static void *lines(size_t size)
{
	void *p = NULL;

	if (posix_memalign(&p, RTE_CACHE_LINE_SIZE, size))
		abort(); /* as sw_xcalloc */
	return memset(p, 0, size);
}

/* A band without burst may send what it sends in a second at once, as Open vSwitch has it. */
static void band_init(struct meter_band *b, const struct sw_meter_band *conf, uint64_t hz)
{
	uint64_t burst = conf->burst ? conf->burst : conf->rate;

	b->type = conf->type;
	b->prec_level = conf->prec_level;
	b->rate = conf->rate;
	b->size = burst > TOKENS_MAX / hz ? TOKENS_MAX : burst * hz;
	b->full = b->size / b->rate + 1;
	b->lease = RTE_MIN(b->size / METER_LEASE_PART, b->rate * (hz * METER_LEASE_US / 1000000));
}

struct sw_meter *meter_create(const struct sw_meters *meters, const struct sw_meter_conf *conf)
{
	struct sw_meter *m = lines(sizeof(*m));
	uint64_t hz = rte_get_tsc_hz();

	m->of = meters;
	m->id = conf->id;
	m->n = conf->n_bands;
	m->packets = conf->packets;
	m->unit = conf->packets ? hz : hz / 125;
	m->lease_cycles = hz * METER_LEASE_US / 1000000;
	for (unsigned i = 0; i < m->n; i++) {
		band_init(&m->band[i], &conf->bands[i], hz);
		m->remarks |= conf->bands[i].type == SW_METER_DSCP_REMARK;
		m->tokens[i] = m->band[i].size;
	}
	m->stride = RTE_ALIGN(offsetof(struct meter_part, band[0]) +
				      m->n * sizeof(((struct meter_part *)0)->band[0]),
		RTE_CACHE_LINE_SIZE);
	m->workers = sw_worker_count();
	m->parts = lines((m->workers + 1) * m->stride);
	meter_part(m, m->workers)->dry = true;
	m->end = METER_FOREVER;
	m->made_ms = sw_clock_ms();
	sw_meter_copy(&m->conf, conf);
	return m;
}

void meter_free(struct sw_meter *m)
{
	free(m->parts);
	sw_meter_fini(&m->conf);
	free(m);
}

/* --- counters --- */

static struct meter_count came_in(const struct sw_meter *m)
{
	struct meter_count all = { 0 };

	for (unsigned w = 0; w < m->workers; w++) {
		const struct meter_count *c = &meter_part(m, w)->in;

		all.packets += __atomic_load_n(&c->packets, __ATOMIC_RELAXED);
		all.bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
	}
	return all;
}

void meter_stats_move(struct sw_meter *to, struct sw_meter *from)
{
	struct meter_count all = came_in(from);

	to->base.packets += all.packets - from->added.packets;
	to->base.bytes += all.bytes - from->added.bytes;
	from->added = all;
}

void sw_meter_stats(const struct sw_meter *m, struct sw_meter_stats *out)
{
	struct meter_count in = came_in(m);

	memset(out, 0, sizeof(*out));
	out->packets = m->base.packets + in.packets;
	out->bytes = m->base.bytes + in.bytes;
	out->made_ms = m->made_ms;
	out->users = m->of->rules ? rules_using_meter(m->of->rules, m->id) : 0;
	for (unsigned w = 0; w < m->workers; w++) {
		const struct meter_part *part = meter_part(m, w);

		for (unsigned i = 0; i < m->n; i++) {
			out->band[i].packets +=
				__atomic_load_n(&part->band[i].acted.packets, __ATOMIC_RELAXED);
			out->band[i].bytes +=
				__atomic_load_n(&part->band[i].acted.bytes, __ATOMIC_RELAXED);
		}
	}
}

/* --- the end of objects --- */

/* What workers counted on it goes to the one that is there now, if that goes on from it. */
static void settle(struct sw_meter *m)
{
	struct sw_meter *now = m;

	while (now->after) {
		now = now->after;
		if (!now->goes_on)
			return;
	}
	if (now != m)
		meter_stats_move(now, m);
}

/* No worker reads a version before the one that took its place. */
static void unlink_older(struct sw_meter *m)
{
	if (m->after && m->after->older == m)
		sw_rcu_set(m->after->older, NULL);
	if (m->older)
		m->older->after = NULL;
}

/* No worker has it. Those that took its place go after it, if they go. */
static void retired(void *arg)
{
	struct sw_meter *m = arg;

	settle(m);
	unlink_older(m);
	meter_free(m);
}

void meter_retire(struct sw_meter *m)
{
	sw_rcu_defer(retired, m);
}

static void free_later(void *arg)
{
	meter_free(arg);
}

/* No worker is on its way by it, but some may look whether it ended. */
static void left(void *arg)
{
	struct sw_meter *m = arg;
	struct sw_meters *meters = (struct sw_meters *)m->of;

	unlink_older(m);
	id_map_remove_left(&meters->map, m->id, m);
	if (meters->controllers == m)
		sw_rcu_set(meters->controllers, NULL);
	meters->n_leaving--;
	sw_rcu_defer(free_later, m);
}

static void meters_free(void *arg)
{
	struct sw_meters *meters = arg;

	if (meters->n_leaving) {
		sw_rcu_defer(meters_free, meters);
		return;
	}
	for (unsigned i = 0; i < meters->map.n; i++)
		meter_free(meter_find(meters, meters->map.ids[i]));
	id_map_fini(&meters->map);
	free(meters);
}

void meters_destroy(struct sw_meters *meters)
{
	if (meters)
		sw_rcu_defer(meters_free, meters);
}

/* --- changes --- */

static uint64_t version_of(const struct sw_meters *meters)
{
	return meters->rules ? rules_version(meters->rules) : 0;
}

void meter_enter(
	struct sw_meters *meters, struct sw_meter *m, struct sw_meter *old, uint64_t version)
{
	m->begin = version;
	m->older = old ? old : id_map_find_left(&meters->map, m->id);
	if (m->older)
		m->older->after = m;
	id_map_set(&meters->map, m->id, m);
	if (m->id == SW_METER_CONTROLLER)
		sw_rcu_set(meters->controllers, m);
}

void meters_tell(const struct sw_meters *meters, uint32_t id)
{
	const struct sw_meter_listener *l;

	SW_REG_FOREACH (meter_listener, const struct sw_meter_listener *, l)
		l->heard(meters, id);
}

void meter_take_out(struct sw_meters *meters, struct sw_meter *m)
{
	__atomic_store_n(&m->end, version_of(meters), __ATOMIC_RELAXED);
	id_map_leave(&meters->map, m->id);
	meters->n_leaving++;
	meters_tell(meters, m->id);
	sw_rcu_defer(left, m);
}

enum sw_meter_fault meter_check(const struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err)
{
	bool there = sw_meters_has(meters, conf->id);

	if (verb == SW_METER_ADD && there) {
		sw_err_set(err, SW_CODE_EXISTS, "meter %u is there already", conf->id);
		sw_err_given(err, "%u", conf->id);
		return SW_METER_EXISTS;
	}
	if (verb == SW_METER_MODIFY && !there) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "there is no meter %u", conf->id);
		sw_err_given(err, "%u", conf->id);
		return SW_METER_UNKNOWN;
	}
	if (sw_meter_check(conf, err))
		return SW_METER_INVALID;
	if (!there && meters_staged_count(meters) >= SW_METERS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "the bridge has %u meters, the most it can have",
			SW_METERS_MAX);
		return SW_METER_OUT_OF_METERS;
	}
	return SW_METER_FINE;
}

void meter_follow(struct sw_meter *m, struct sw_meter *old)
{
	m->goes_on = true;
	m->made_ms = old->made_ms;
	m->base = old->base;
	meter_stats_move(m, old);
}

static enum sw_meter_fault put(struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err)
{
	enum sw_meter_fault fault = meter_check(meters, verb, conf, err);
	struct sw_meter *old = meter_find(meters, conf->id), *m;

	if (fault)
		return fault;
	m = meter_create(meters, conf);
	if (old)
		meter_follow(m, old);
	meter_enter(meters, m, old, version_of(meters));
	meters_tell(meters, conf->id);
	if (!old)
		return SW_METER_FINE;
	if (m->remarks && !old->remarks && meters->lists_void)
		meters->lists_void(meters->lists_arg);
	meter_retire(old);
	return SW_METER_FINE;
}

static void end_rules(struct sw_meters *meters, uint32_t id)
{
	if (!meters->rules || !sw_rules_gone_are_many(meters->rules, SW_RULE_METER_GONE, id, 0))
		return;
	sw_rules_begin(meters->rules);
	sw_rules_stage_gone(meters->rules, SW_RULE_METER_GONE, id, UINT_MAX);
	sw_rules_commit(meters->rules);
}

static enum sw_meter_fault drop(struct sw_meters *meters, uint32_t id)
{
	struct sw_meter *m = meter_find(meters, id);

	if (id == SW_METER_ALL ? !meters->map.n : !m)
		return SW_METER_FINE;
	end_rules(meters, id);
	if (m)
		meter_take_out(meters, m);
	while (id == SW_METER_ALL && meters->map.n)
		meter_take_out(meters, meter_find(meters, meters->map.ids[meters->map.n - 1]));
	return SW_METER_FINE;
}

enum sw_meter_fault sw_meters_change(struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err)
{
	RTE_ASSERT(!meters->staged);
	return verb == SW_METER_DELETE ? drop(meters, conf->id) : put(meters, verb, conf, err);
}

/* --- looking --- */

/* The meter that an action names, or 0. */
static uint32_t named_by(const struct sw_action *a)
{
	if (!strcmp(a->type->name, "meter"))
		return a->id;
	return strcmp(a->type->name, "controller") ? 0 : a->controller.meter;
}

static bool is_known(const struct sw_meters *meters, bool staged, uint32_t id)
{
	return staged ? sw_meters_has(meters, id) : meter_find(meters, id) != NULL;
}

static bool list_known(const struct sw_meters *meters, const struct sw_actions *list, bool staged,
	uint32_t *missing)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		uint32_t id = named_by(a);

		if (!strcmp(a->type->name, "clone") &&
			!list_known(meters, a->nested.list, staged, missing))
			return false;
		if (!id || is_known(meters, staged, id))
			continue;
		*missing = id;
		return false;
	}
	return true;
}

bool sw_meters_known(const struct sw_meters *meters, const struct sw_instructions *does,
	bool staged, uint32_t *missing)
{
	if (does->meter && !is_known(meters, staged, does->meter)) {
		*missing = does->meter;
		return false;
	}
	return list_known(meters, does->apply, staged, missing) &&
	       list_known(meters, does->write, staged, missing);
}

const struct sw_meter *sw_meters_next(const struct sw_meters *meters, int64_t id)
{
	return id_map_next(&meters->map, id);
}

const struct sw_meter *sw_meters_find(const struct sw_meters *meters, uint32_t id)
{
	return meter_find(meters, id);
}

const struct sw_meter_conf *sw_meter_conf(const struct sw_meter *m)
{
	return &m->conf;
}

unsigned sw_meters_count(const struct sw_meters *meters)
{
	return meters->map.n;
}

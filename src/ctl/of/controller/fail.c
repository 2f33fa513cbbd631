/* SPDX-License-Identifier: BSD-3-Clause */
/* See fail.h. Control thread. */
#include "fail.h"

#include <stdlib.h>

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/groups.h>
#include <sw/log.h>
#include <sw/meters.h>
#include <sw/rule_slices.h>

#include "../../loop.h"
#include "../../slice.h"
#include "../../staged.h"
#include "../bridge.h"
#include "controller.h"

SW_LOG_USE(openflow);
SW_USE(action_type, output);
SW_USE(event, controller);

#define PROBES	 3
#define PROBE_MS 5000 /* of a controller that is never asked: as if it had the usual one */

static void stage(struct of_bridge *of, struct sw_rule_change *change)
{
	struct sw_err err = { 0 };

	change->out_port = change->out_group = SW_OFPP_ANY;
	change->conf.does.goto_table = -1;
	/* Neither taking out nor adding one rule to table 0 can be refused, but by a table that is full. */
	if (sw_rules_stage(of->rules, change, &err) != SW_RULE_FINE)
		sw_error("bridge %s: the rule of fail_mode could not be changed: %s", of->name,
			err.text);
	sw_instructions_fini(&change->conf.does);
}

static void stage_normal(struct of_bridge *of, uint64_t cookie)
{
	struct sw_rule_change add = { .verb = SW_RULE_ADD, .conf.cookie = cookie };
	struct sw_action *a = sw_actions_add(&add.conf.does.apply);

	a->type = &sw_action_type_output;
	a->output.port = SW_OFPP_NORMAL;
	stage(of, &add);
}

/* Another connection is in the middle of a bundle. */
static bool is_busy(const struct of_bridge *of)
{
	return of->locked_by || sw_rules_busy(of->rules);
}

static void empty_all(void *arg);

/* Rules are staged to go, a slice of them; then what the bridge does without a controller comes, at once for every packet. */
static void empty_on(struct of_bridge *of)
{
	struct sw_rule_change rules = { .verb = SW_RULE_DELETE, .conf.table = SW_TABLE_ALL };
	struct sw_group_change groups = { .verb = SW_GROUP_DELETE, .conf.id = SW_GROUP_ALL };
	struct sw_meter_conf meters = { .id = SW_METER_ALL };
	const struct slice slice = slice_begin();
	struct of_fail *f = &of->fail;

	rules.out_port = rules.out_group = SW_OFPP_ANY;
	while (!f->staged || sw_rules_follow(of->rules, STAGED_LOOKS)) {
		f->staged = f->staged || sw_rules_stage_some(of->rules, &rules, STAGED_LOOKS,
						 NULL) != SW_RULE_MORE;
		if (slice_over(&slice)) {
			loop_again(empty_all, NULL);
			return;
		}
	}
	f->empties = false;
	if (!f->secure && (f->alone || !f->primaries))
		stage_normal(of, f->alone ? OF_ALONE_COOKIE : 0);
	staged_commit(of->bridge);
	sw_groups_change(of->groups, &groups, NULL); /* which no rule uses now */
	sw_meters_change(of->meters, SW_METER_DELETE, &meters, NULL);
	of_bridge_unlock(of);
}

/* Bridges that are at it: one may be gone, and with it what was staged. */
static void empty_all(void *arg)
{
	LOOP_STEP("rules of fail_mode");
	struct of_bridge *of = NULL;

	while ((of = of_bridge_next(of)))
		if (of->fail.empties) {
			empty_on(of);
			break; /* others have a call of their own */
		}
}

static void start_over(struct of_bridge *of)
{
	struct of_fail *f = &of->fail;

	f->start_over = is_busy(of) || !of_bridge_hold(of);
	if (f->start_over)
		return;	       /* the sweep comes again */
	f->rule_stays = false; /* the last one goes with the others */
	f->empties = true;
	f->staged = false;
	sw_rules_begin(of->rules);
	empty_on(of);
}

void of_fail_end(struct of_bridge *of)
{
	if (of->fail.empties)
		staged_abort(of->bridge);
	of->fail.empties = false;
}

static void take_rule_out(struct of_bridge *of)
{
	struct sw_rule_change change = {
		.verb = SW_RULE_DELETE_STRICT, .cookie = OF_ALONE_COOKIE, .cookie_mask = UINT64_MAX
	};

	of_bridge_commit(of);
	sw_rules_begin(of->rules);
	stage(of, &change);
	sw_rules_commit(of->rules);
}

/* End of switching by itself. A bundle that is under way keeps the rule until it is done. */
static void stop_alone(struct of_bridge *of)
{
	of->fail.alone = false;
	if (of->fail.start_over)
		start_over(of);
	else if (is_busy(of))
		of->fail.rule_stays = true;
	else
		take_rule_out(of);
}

static bool has_primary(const struct of_bridge *of)
{
	struct of_controller *ctl;

	TAILQ_FOREACH (ctl, &of->controllers, list)
		if (ctl->conf.primary && ctl->n_up)
			return true;
	return false;
}

void of_fail_set(struct of_bridge *of, bool secure, unsigned primaries)
{
	struct of_fail *f = &of->fail;
	bool had = f->primaries, has = primaries, was_secure = f->secure;

	f->secure = secure;
	f->primaries = primaries;
	if (had != has || (!has && secure != was_secure)) {
		f->alone = has && !secure && !has_primary(of);
		f->lost_ms = sw_clock_ms();
		start_over(of);
		return;
	}
	if (f->alone && secure)
		stop_alone(of);
	if (was_secure && !secure)
		f->lost_ms = sw_clock_ms(); /* it has its time from now on */
}

void of_fail_up(struct of_bridge *of)
{
	if (!of->fail.alone)
		return;
	sw_info("bridge %s: a controller is connected: the bridge does what that says", of->name);
	stop_alone(of);
}

void of_fail_down(struct of_bridge *of)
{
	if (!has_primary(of))
		of->fail.lost_ms = sw_clock_ms();
}

static uint64_t patience(const struct of_bridge *of)
{
	struct of_controller *ctl;
	uint64_t longest = 0;

	TAILQ_FOREACH (ctl, &of->controllers, list)
		if (ctl->conf.primary)
			longest = RTE_MAX(longest,
				(uint64_t)(ctl->conf.probe_ms ? ctl->conf.probe_ms : PROBE_MS));
	return PROBES * longest;
}

static void go_alone(struct of_bridge *of, uint64_t lost_ms)
{
	of->fail.alone = true;
	sw_warn("bridge %s: no controller for %u s: the bridge switches by itself (fail_mode "
		"standalone)",
		of->name, (unsigned)(lost_ms / 1000));
	sw_event_tell(&sw_event_controller,
		(struct sw_event_field[]){
			{ "bridge", of->name, 0 }, { "state", "standalone", 0 }, { 0 } },
		"bridge %s: no controller for %u s: the bridge switches by itself", of->name,
		(unsigned)(lost_ms / 1000));
	start_over(of);
}

bool of_fail_is_own(const struct sw_rule *rule)
{
	struct sw_rule_conf conf;

	if (sw_rule_priority(rule) || sw_rule_table(rule))
		return false;
	sw_rule_get(rule, &conf);
	return conf.cookie == OF_ALONE_COOKIE;
}

void of_fail_restored(struct of_bridge *of, uint64_t n)
{
	struct of_fail *f = &of->fail;

	f->start_over = false;
	f->lost_ms = sw_clock_ms();
	if (!f->alone)
		return;
	f->alone = !n;
	if (f->alone)
		start_over(of);
}

void of_fail_sweep(struct of_bridge *of, uint64_t now_ms)
{
	struct of_fail *f = &of->fail;

	if (f->start_over)
		start_over(of);
	if (f->rule_stays && !is_busy(of)) {
		f->rule_stays = false;
		take_rule_out(of);
	}
	if (!f->primaries || f->secure || f->alone || has_primary(of))
		return;
	if (now_ms - f->lost_ms >= patience(of))
		go_alone(of, now_ms - f->lost_ms);
}

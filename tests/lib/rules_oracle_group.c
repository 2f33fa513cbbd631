/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups, their buckets, and copies: see rules_oracle.h. */
#include "rules_oracle_run.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>

static bool group_lives(const struct run *run, uint32_t id, unsigned depth);

/* A path longer than there are groups comes by one twice, and what is live is found without that. */
static bool bucket_lives(const struct run *run, const struct sw_bucket_conf *b, unsigned depth)
{
	if (b->watch_port == SW_OFPP_ANY && b->watch_group == SW_GROUP_ANY)
		return true;
	return oracle_port_is_live(run, b->watch_port) ||
	       (b->watch_group != SW_GROUP_ANY && depth <= run->rules->n_groups &&
		       group_lives(run, b->watch_group, depth + 1));
}

/* The port that a bucket's action set sends to, with nothing else; SW_OFPP_ANY: there is none. */
static uint32_t own_port(const struct sw_actions *list)
{
	uint32_t port = SW_OFPP_ANY;

	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (a->type->set_place == SW_PLACE_GROUP)
			return SW_OFPP_ANY;
		if (a->type->set_place == SW_PLACE_OUTPUT)
			port = strcmp(a->type->name, "output") ? SW_OFPP_ANY : a->output.port;
	}
	return port <= SW_OFPP_MAX ? port : SW_OFPP_ANY;
}

/* Of a select group, one that says nothing of what it watches watches where it sends to. */
static bool lives_in(
	const struct run *run, const struct sw_group_conf *g, unsigned bucket, unsigned depth)
{
	struct sw_bucket_conf b = g->buckets[bucket];

	if (g->type == SW_GROUP_SELECT && b.watch_port == SW_OFPP_ANY &&
		b.watch_group == SW_GROUP_ANY)
		b.watch_port = own_port(b.actions);
	return bucket_lives(run, &b, depth);
}

static bool group_lives(const struct run *run, uint32_t id, unsigned depth)
{
	for (unsigned i = 0; i < run->rules->n_groups; i++) {
		const struct sw_group_conf *g = &run->rules->group[i];

		for (unsigned k = 0; g->id == id && k < g->n_buckets; k++)
			if (lives_in(run, g, k, depth))
				return true;
	}
	return false;
}

/* An action set by itself: the last action of each place, all that write fields. */
void oracle_bucket(struct run *run, const struct sw_actions *list)
{
	bool has_group = false, has_output = false;

	for (unsigned i = 0; list && i < list->n; i++) {
		has_group |= list->a[i].type->set_place == SW_PLACE_GROUP;
		has_output |= list->a[i].type->set_place == SW_PLACE_OUTPUT;
	}
	for (unsigned place = 1; place < SW_PLACES; place++)
		for (unsigned i = 0; list && i < list->n; i++) {
			const struct sw_action *a = &list->a[i];
			bool again = false;

			for (unsigned k = i + 1; k < list->n; k++)
				again |= list->a[k].type->set_place == place;
			if (a->type->set_place != place || (again && place != SW_PLACE_SET) ||
				(place == SW_PLACE_OUTPUT && has_group) ||
				(place == SW_PLACE_RESUBMIT && (has_group || has_output)))
				continue;
			oracle_list(run, a, 1);
		}
}

/* What the rest of a bucket does to stack and action set, behind where it stopped, comes too late for what follows the bucket. */
static void take_back(struct run *run)
{
	const struct run *then = run->stopped;

	if (!then)
		return;
	run->n_set = then->n_set;
	memcpy(run->set, then->set, sizeof(run->set));
	run->n_stack = then->n_stack;
	memcpy(run->stack, then->stack, sizeof(run->stack));
	free(run->stopped);
}

/* The packet and the pipeline's fields are as before afterwards; stack and action set are not. */
static void do_copy(struct run *run, const struct sw_actions *list)
{
	struct oracle_bytes packet = run->packet;
	struct sw_fields own = run->own;
	struct run *stopped = run->stopped;

	run->stopped = NULL;
	run->groups++;
	oracle_bucket(run, list);
	run->groups--;
	take_back(run);
	run->stopped = stopped;
	run->packet = packet;
	run->own = own;
	oracle_tell_output(run);
	run->exit = run->ended = false;
}

/* All but the packets that were sent is as before afterwards. */
void oracle_clone(struct run *run, const struct sw_actions *list)
{
	struct run *before = malloc(sizeof(*before));
	unsigned lookups;

	*before = *run;
	run->stopped = NULL;
	oracle_list(run, list->a, list->n);
	lookups = run->lookups;
	free(run->stopped);
	*run = *before;
	run->lookups = lookups;
	free(before);
}

void oracle_group(struct run *run, uint32_t id)
{
	const struct oracle_rules *rules = run->rules;

	for (unsigned i = 0; i < rules->n_groups; i++) {
		const struct sw_group_conf *g = &rules->group[i];
		uint64_t *hits = &rules->group_hits[i * (1 + ORACLE_BUCKETS)];

		if (g->id != id)
			continue;
		hits[0]++;
		for (unsigned k = 0; k < g->n_buckets && !run->result->too_long; k++) {
			if (!lives_in(run, g, k, 0))
				continue;
			hits[1 + k]++;
			do_copy(run, g->buckets[k].actions);
			if (g->type != SW_GROUP_TYPE_ALL)
				break;
		}
	}
}

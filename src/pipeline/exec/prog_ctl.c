/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling the rules program: for the members of a bridge whose rules say more than "switch by VLAN and station", which
 * the L2 program does without them.
 *
 * Control thread only.
 */
#include "prog.h"

#include <stdlib.h>
#include <string.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/mem.h>
#include <sw/port_state.h>
#include <sw/program.h>
#include <sw/rcu.h>
#include <sw/worker.h>

#include "../group/groups_ctl.h"
#include "../l2.h"
#include "../rule/rules_ctl.h"
#include "../trap.h"
#include "cache.h"
#include "packet_in.h"
#include "walk.h"

#define NARROW_MS 10000

struct of_ports *of_ports_create(const struct sw_member_conf *members, unsigned n)
{
	static uint32_t serial;
	struct of_ports *ports;
	uint32_t n_index = 0;

	for (unsigned i = 0; i < n; i++)
		if (members[i].number != SW_OFPP_LOCAL)
			n_index = RTE_MAX(n_index, members[i].number + 1);
	ports = sw_xcalloc(1, sizeof(*ports) + n_index * sizeof(ports->index_of[0]));
	ports->list = sw_xcalloc(n, sizeof(*ports->list));
	ports->serial = ++serial;
	ports->n_index = n_index;
	ports->local = PORT_NONE;
	for (uint32_t i = 0; i < n_index; i++)
		ports->index_of[i] = PORT_NONE;
	for (unsigned i = 0; i < n; i++) {
		uint32_t number = members[i].number;

		if (number == SW_OFPP_LOCAL)
			ports->local = members[i].port->index;
		else if (number)
			ports->index_of[number] = members[i].port->index;
		if (number)
			ports->list[ports->n++] = (struct of_port){ .number = number,
				.index = members[i].port->index,
				.member = i,
				.no_flood = members[i].port->state & SW_PORT_NO_FLOOD,
				.protect = members[i].protect };
	}
	return ports;
}

void of_ports_destroy(struct of_ports *ports)
{
	if (!ports)
		return;
	free(ports->list);
	free(ports);
}

void walks_create(void)
{
	packet_in_prepare();
	caches_create(CACHE_FIRST);
	for (unsigned i = 0; i < sw_worker_count(); i++)
		if (!walks[i])
			walks[i] = sw_xcalloc(SW_DEPTH_MAX + 1, sizeof(*walks[i]));
}

/* What walks look at. */
struct looks {
	struct sw_fields fields; /* a mask */
	struct cache_limits limits;
};

static void set_masks(struct of_shared *shared, const struct looks *looks)
{
	struct cache_masks *old = shared->masks;

	sw_rcu_set(shared->masks, cache_masks_create(&looks->fields, &looks->limits));
	if (old) /* not the first */
		sw_rcu_defer(free, old);
}

bool rules_are_looked_at(const struct sw_rules *rules, uint8_t asked)
{
	return asked & SW_BRIDGE_DROP_FRAGMENTS || !rules_are_normal(rules);
}

/* False: there is no room. */
static bool add_limit(struct cache_limits *limits, uint32_t len)
{
	unsigned at = cache_length_class(limits, len);

	if (at < limits->n && limits->of[at] == len)
		return true;
	if (limits->n == CACHE_LIMITS)
		return false;
	memmove(&limits->of[at + 1], &limits->of[at], (limits->n - at) * sizeof(limits->of[0]));
	limits->of[at] = len;
	limits->n++;
	return true;
}

/* Those that rules name; then, for packets that rules make longer or shorter before they ask, lengths that are as much below or above. */
static void add_limits(struct cache_limits *limits, const struct sw_rules *rules)
{
	const uint32_t *of, *growth;
	unsigned n = rules_limits(rules, &of), growths;

	limits->n = 0;
	if (likely(!n))
		return;
	growths = rules_growths(rules, &growth);
	for (unsigned g = 0; g <= growths; g++)
		for (unsigned i = 0; i < n; i++) {
			int len = (int)of[i] - (g ? (int)growth[g - 1] : 0);

			if (len > 0 && len < UINT16_MAX && !add_limit(limits, len))
				return;
		}
}

static void read_of(const struct of_shared *shared, const struct sw_rules *rules,
	const struct sw_groups *groups, struct looks *looks)
{
	rules_read(rules, &looks->fields);
	if (groups)
		groups_read(groups, &looks->fields);
	add_limits(&looks->limits, rules);
	if (shared->asked & SW_BRIDGE_DROP_FRAGMENTS)
		looks->fields.ip_frag = UINT8_MAX;
}

static bool has_limits(const struct cache_limits *have, const struct cache_limits *need)
{
	for (unsigned i = 0; i < need->n; i++) {
		unsigned at = cache_length_class(have, need->of[i]);

		if (at == have->n || have->of[at] != need->of[i])
			return false;
	}
	return true;
}

static bool has_fields(const struct sw_fields *mask, const struct sw_fields *bits)
{
	const uint64_t *have = (const uint64_t *)mask, *need = (const uint64_t *)bits;
	uint64_t lacks = 0;

	for (unsigned i = 0; i < sizeof(*mask) / 8; i++)
		lacks |= need[i] & ~have[i];
	return !lacks;
}

static bool has_all(const struct cache_masks *masks, const struct looks *looks)
{
	return has_fields(&masks->reads, &looks->fields) &&
	       has_limits(&masks->limits, &looks->limits);
}

/* Since when do the masks have more than what rules look at? */
static void note_width(struct of_shared *shared, const struct looks *looks)
{
	const struct cache_masks *masks = shared->masks;
	bool wide = memcmp(&masks->reads, &looks->fields, sizeof(masks->reads)) != 0 ||
		    masks->limits.n != looks->limits.n;

	if (wide && !shared->wide)
		shared->wide_ms = sw_clock_ms();
	shared->wide = wide;
}

void of_shared_update(
	struct of_shared *shared, const struct sw_rules *rules, const struct sw_groups *groups)
{
	struct looks looks;

	read_of(shared, rules, groups, &looks);
	if (!shared->masks || !has_all(shared->masks, &looks))
		set_masks(shared, &looks);
	note_width(shared, &looks);
}

void of_shared_rest(
	struct of_shared *shared, const struct sw_rules *rules, const struct sw_groups *groups)
{
	struct looks looks;

	/* What went with the last commit may have been there a little longer. */
	read_of(shared, rules, groups, &looks);
	note_width(shared, &looks);
	if (!shared->wide || sw_clock_ms() - shared->wide_ms < NARROW_MS)
		return;
	set_masks(shared, &looks);
	shared->wide = false;
}

void of_shared_void(struct of_shared *shared)
{
	struct looks looks = { shared->masks->reads, shared->masks->limits };

	set_masks(shared, &looks);
}

static bool rules_fits(const struct sw_program_job *job)
{
	return job->rules && rules_are_looked_at(job->rules, job->asked);
}

/* The number that flows of the port are kept by: as it was, where the port was in this bridge by that number already and
 * walks come to the same. */
static uint32_t flow_id(const struct sw_program_job *job, const struct sw_member_conf *member)
{
	bool no_packet_in = member->port->state & SW_PORT_NO_PACKET_IN;
	static uint32_t last;
	const struct rules_prog *now = (const struct rules_prog *)trap_inner(member->port->ingress);

	if (now && now->ingress.run == rules_run && now->rules == job->rules &&
		now->number == member->number && now->no_packet_in == no_packet_in &&
		now->asked == job->asked)
		return now->id;
	return ++last;
}

struct rules_prog rules_prog_of(const struct sw_program_job *job)
{
	return (struct rules_prog){
		.ports = job->ports,
		.rules = job->rules,
		.groups = job->groups,
		.meters = job->meters,
		.shared = job->shared,
		.asked = job->asked,
	};
}

static struct sw_ingress *rules_compile(const struct sw_program_job *job)
{
	const struct sw_member_conf *member = &job->members[job->at];
	struct rules_prog *self = sw_xcalloc(1, sizeof(*self));

	walks_create();
	*self = rules_prog_of(job);
	self->ingress.run = rules_run;
	self->id = flow_id(job, member);
	self->normal = l2_create(job, false);
	self->number = member->number;
	self->index = member->port->index;
	self->no_packet_in = member->port->state & SW_PORT_NO_PACKET_IN;
	return &self->ingress;
}

static void rules_destroy_prog(struct sw_ingress *ingress)
{
	struct rules_prog *self = (struct rules_prog *)ingress;

	free((void *)self->normal);
	free(self);
}

SW_REGISTER(program, rules) = {
	.name = "rules",
	.help = "takes packets through the tables of rules",
	.priority = 50,
	.fits = rules_fits,
	.compile = rules_compile,
	.destroy = rules_destroy_prog,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What walks asked for, done: rules learned, timeouts shortened. Of each bridge in one staging, so that many new rules are one
 * change for workers.
 *
 * Control thread only. Who asked may be gone since: a learn action is found by its number, a bridge's rules by serial. What is learned may
 * end rules that learn themselves, in whose place it comes or whose room it takes, and with these all that they learned
 * (delete_learned), of a million rules: whoever has a loop to keep commits in pieces (sw_rules_learned_by).
 */
#include "wish.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/learn.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>
#include <sw/worker.h>

#include "../action/action.h"
#include "../id_map.h"
#include "../rule/limit.h"
#include "../rule/rules_ctl.h"
#include "../rule/store.h"

SW_LOG(learn, "rules that packets make");

SW_USE(action_type, fin_timeout);
SW_USE(action_type, load);
SW_USE(action_type, output);

static struct id_map learners;
static uint32_t last_id;

/* Bits that the rule matches. */
static void add_mask(struct sw_fields *to, const struct sw_learn_spec *s)
{
	static const uint8_t none[16];
	uint8_t value[16] = { 0 }, mask[16] = { 0 };
	struct sw_match match = { .mask = *to };

	if (s->what != SW_LEARN_MATCH)
		return;
	bits_put(&s->dst, none, value, mask);
	know(&match, s->dst.field, value, mask);
	*to = match.mask;
}

struct learner *learner_create(const struct sw_learn *learn)
{
	struct learner *l = sw_xcalloc(1, sizeof(*l));

	if (!last_id)
		id_map_init(&learners, false);
	do
		l->id = ++last_id;
	while (!l->id || id_map_find(&learners, l->id));
	l->learn = learn;
	for (unsigned i = 0; i < learn->n; i++) {
		add_mask(&l->mask, &learn->specs[i]);
		if (!learn->specs[i].given)
			sw_field_add(learn->specs[i].src.field, &l->reads);
	}
	id_map_set(&learners, l->id, l);
	return l;
}

void learner_of_packet(struct learner *learner, struct sw_rules *rules)
{
	const struct sw_learn *l = learner->learn;
	unsigned looks = UINT_MAX;

	learner->of_packet = true;
	if (!rules || !l->limit)
		return;
	learner->counted = rules;
	learner->serial = rules->serial;
	rule_limit_learners(rules, l->table, l->cookie, 1);
	rule_limits_begin(rules, &looks); /* the packet comes at once */
}

void learner_destroy(struct learner *learner)
{
	const struct sw_learn *l = learner->learn;
	struct sw_rules *rules =
		learner->counted ? rules_alive(learner->counted, learner->serial) : NULL;

	if (rules)
		rule_limit_learners(rules, l->table, l->cookie, -1);
	id_map_remove(&learners, learner->id);
	free(learner);
}

/* --- the rule that a learn action and a packet's fields make --- */

/* What goes to dst, as 16 bytes with the lowest bits last. */
static void read_spec(
	const struct sw_learn_spec *s, const struct sw_fields *fields, uint8_t bits[16])
{
	uint8_t value[16];

	if (s->given) {
		memcpy(bits, s->value, 16);
		return;
	}
	sw_field_get(s->src.field, fields, value);
	bits_get(&s->src, value, bits);
}

static void add_match(struct sw_match *match, const struct sw_bits *to, const uint8_t bits[16])
{
	uint8_t value[16] = { 0 }, mask[16] = { 0 };

	bits_put(to, bits, value, mask);
	know(match, to->field, value, mask);
}

static void add_load(struct sw_actions **list, const struct sw_bits *to, const uint8_t bits[16])
{
	struct sw_action *a = sw_actions_add(list);

	a->type = &sw_action_type_load;
	a->set.field = to->field;
	bits_put(to, bits, a->set.value, a->set.mask);
}

/* Numbers of ports, and those reserved ones that Open vSwitch takes; of anything else no action comes. */
static void add_output(struct sw_actions **list, const struct sw_bits *from, const uint8_t bits[16])
{
	uint32_t port = (uint32_t)bits[12] << 24 | bits[13] << 16 | bits[14] << 8 | bits[15];
	struct sw_action *a;

	if (from->n <= 16 && port >= 0xff00)
		port |= 0xffff0000u;
	if (port >= SW_OFPP_MAX && port != SW_OFPP_IN_PORT && port != SW_OFPP_FLOOD &&
		port != SW_OFPP_ALL && port != SW_OFPP_LOCAL)
		return;
	a = sw_actions_add(list);
	a->type = &sw_action_type_output;
	a->output.port = port;
}

static void make(struct sw_rule_change *c, const struct sw_learn *l, const struct sw_fields *fields)
{
	memset(c, 0, sizeof(*c));
	c->verb = SW_RULE_MODIFY_STRICT;
	c->or_add = c->set_cookie = c->learned = true;
	c->out_port = c->out_group = SW_OFPP_ANY;
	c->conf.table = l->table;
	c->conf.flags = l->send_removed ? SW_RULE_SEND_REMOVED : 0;
	c->conf.priority = l->priority;
	c->conf.idle_timeout = l->idle_timeout;
	c->conf.hard_timeout = l->hard_timeout;
	c->conf.cookie = l->cookie;
	c->conf.does.goto_table = -1;
	if (l->fin_idle || l->fin_hard) {
		struct sw_action *a = sw_actions_add(&c->conf.does.apply);

		a->type = &sw_action_type_fin_timeout;
		a->fin_timeout.idle = l->fin_idle;
		a->fin_timeout.hard = l->fin_hard;
	}
	for (unsigned i = 0; i < l->n; i++) {
		const struct sw_learn_spec *s = &l->specs[i];
		uint8_t bits[16];

		read_spec(s, fields, bits);
		if (s->what == SW_LEARN_MATCH)
			add_match(&c->conf.match, &s->dst, bits);
		else if (s->what == SW_LEARN_LOAD)
			add_load(&c->conf.does.apply, &s->dst, bits);
		else
			add_output(&c->conf.does.apply, &s->src, bits);
	}
}

static void learn(struct sw_rules *rules, const struct wish *wish, const struct learner *l)
{
	struct sw_rule_change c;
	struct sw_err err;

	make(&c, l->learn, &wish->fields);
	if (rules_refresh(rules, &c) ||
		(l->learn->limit && !rule_limit_allows(rules, &c, l->learn->limit)))
		goto done;
	if (sw_rules_stage(rules, &c, &err) != SW_RULE_FINE)
		sw_debug("a packet's rule was not made: %s", err.text);
done:
	sw_instructions_fini(&c.conf.does);
}

/* --- rings --- */

static void (*commit)(struct sw_rules *rules) = sw_rules_commit;

void sw_rules_learned_by(void (*by)(struct sw_rules *rules))
{
	commit = by ? by : sw_rules_commit;
}

void wish_prepare(void)
{
	for (unsigned i = 0; i < sw_worker_count(); i++) {
		if (wish_rings[i])
			continue;
		wish_rings[i] = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*wish_rings[i]));
		if (!wish_rings[i])
			abort(); /* as sw_xcalloc */
		memset(wish_rings[i], 0, sizeof(*wish_rings[i]));
	}
}

void wish_fini(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		free(wish_rings[i]);
		wish_rings[i] = NULL;
	}
}

static void do_one(struct sw_rules *rules, const struct wish *wish)
{
	const struct learner *l = wish->learner ? id_map_find(&learners, wish->learner) : NULL;

	if (l && (l->rules || l->of_packet))
		learn(rules, wish, l);
	if (wish->limit)
		rule_limit_give(rules, wish->table, wish->cookie, wish->limit);
	if (!wish->learner)
		rules_shorten(rules, &wish->rule, wish->idle, wish->hard);
}

/* Neighbours of one bridge are one staging; where somebody else has one under way they wait. */
static unsigned run_ring(struct wish_ring *ring, unsigned most)
{
	uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE), tail = ring->tail;
	struct sw_rules *now = NULL;
	unsigned n = 0;

	for (; n < most && tail != head; n++, tail++) {
		const struct wish *wish = &ring->wish[tail % WISH_RING];
		struct sw_rules *rules = rules_alive(wish->rules, wish->serial);

		if (now && rules != now)
			commit(now);
		if (rules && rules != now) {
			now = NULL;
			if (sw_rules_busy(rules))
				break;
			sw_rules_begin(rules);
		}
		now = rules;
		if (rules)
			do_one(rules, wish);
		__atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
	}
	if (now)
		commit(now);
	return n;
}

unsigned wish_run(unsigned most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SW_WORKER_MAX; i++)
		if (wish_rings[i])
			n += run_ring(wish_rings[i], RTE_MAX(1u, most / sw_worker_count()));
	return n;
}

bool wish_settled(unsigned worker, uint32_t place)
{
	const struct wish_ring *ring = wish_rings[worker];

	return !ring || (int32_t)(ring->tail - place) >= 0;
}

bool wish_waiting(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		struct wish_ring *ring = wish_rings[i];

		if (ring && __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) != ring->tail)
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that packets make and shorten (learn, fin_timeout): what a walk asks for, and what comes of it. See rules_oracle.h and
 * oracle_store.h.
 *
 * The switch does not ask for the same twice in a second, nor does it walk a flow again that asked in this second. So what a packet
 * comes to that asks for what was asked before is known only while that would change nothing; else the result is unsure.
 */
#include "rules_oracle_run.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>

#include <sw/learn.h>
#include <sw/mem.h>

#include "bytes_oracle.h"
#include "oracle_store.h"

#define FIN 1
#define RST 4

/* --- the rule that is made --- */

/* Lowest bit first. */
static void spec_bits(const struct sw_learn_spec *s, const struct sw_fields *f, uint8_t bits[128])
{
	unsigned bytes = s->given ? 16 : sw_field_bytes(s->src.field), from = 0, n = s->dst.n;
	uint8_t value[16];

	memset(bits, 0, 128);
	if (s->given) {
		memcpy(value, s->value, 16);
	} else {
		sw_field_get(s->src.field, f, value);
		from = s->src.from;
		n = s->src.n;
	}
	for (unsigned i = 0; i < n; i++)
		bits[i] = oracle_bit(value, bytes, from + i);
}

static void put_bits(
	const struct sw_bits *to, const uint8_t bits[128], uint8_t value[16], uint8_t mask[16])
{
	unsigned bytes = sw_field_bytes(to->field);

	for (unsigned i = 0; i < to->n; i++) {
		oracle_bit_set(value, bytes, to->from + i, bits[i]);
		oracle_bit_set(mask, bytes, to->from + i, true);
	}
}

static void make_match(struct sw_match *match, const struct sw_bits *to, const uint8_t bits[128])
{
	uint8_t value[16], mask[16];

	sw_field_get(to->field, &match->value, value);
	sw_field_get(to->field, &match->mask, mask);
	put_bits(to, bits, value, mask);
	sw_field_set(to->field, &match->value, value);
	sw_field_set(to->field, &match->mask, mask);
}

static struct sw_action *add_action(struct sw_rule_conf *made, const char *type)
{
	struct sw_action *a = sw_actions_add(&made->does.apply);

	a->type = sw_reg_find(&sw_reg_kind_action_type, type);
	return a;
}

static void make_load(struct sw_rule_conf *made, const struct sw_bits *to, const uint8_t bits[128])
{
	struct sw_action *a = add_action(made, "load");

	a->set.field = to->field;
	put_bits(to, bits, a->set.value, a->set.mask);
}

/* To a port by its number, or to those that are none which Open vSwitch takes; else nothing. */
static void make_output(
	struct sw_rule_conf *made, const struct sw_bits *from, const uint8_t bits[128])
{
	uint32_t port = 0;

	for (unsigned i = 0; i < 32; i++)
		port |= (uint32_t)bits[i] << i;
	if (from->n <= 16 && port > 0xfeff)
		port |= 0xffff0000;
	if (port < SW_OFPP_MAX || port == SW_OFPP_IN_PORT || port == SW_OFPP_ALL ||
		port == SW_OFPP_FLOOD || port == SW_OFPP_LOCAL)
		add_action(made, "output")->output.port = port;
}

static void make_rule(
	struct sw_rule_conf *made, const struct sw_learn *l, const struct sw_fields *f)
{
	memset(made, 0, sizeof(*made));
	made->table = l->table;
	made->priority = l->priority;
	made->cookie = l->cookie;
	made->idle_timeout = l->idle_timeout;
	made->hard_timeout = l->hard_timeout;
	made->flags = l->send_removed ? SW_RULE_SEND_REMOVED : 0;
	made->does.goto_table = -1;
	if (l->fin_idle || l->fin_hard) {
		struct sw_action *a = add_action(made, "fin_timeout");

		a->fin_timeout.idle = l->fin_idle;
		a->fin_timeout.hard = l->fin_hard;
	}
	for (unsigned i = 0; i < l->n; i++) {
		const struct sw_learn_spec *s = &l->specs[i];
		uint8_t bits[128];

		spec_bits(s, f, bits);
		if (s->what == SW_LEARN_MATCH)
			make_match(&made->match, &s->dst, bits);
		else if (s->what == SW_LEARN_LOAD)
			make_load(made, &s->dst, bits);
		else
			make_output(made, &s->src, bits);
	}
}

/* --- who asks --- */

static struct sw_instructions hold(const struct sw_instructions *does)
{
	struct sw_instructions held = *does;

	sw_actions_share(held.apply);
	sw_actions_share(held.write);
	return held;
}

/* How many learn actions are before it; *found tells whether it is there at all. */
static unsigned place_of(const struct sw_actions *list, const struct sw_learn *l, bool *found)
{
	unsigned at = 0;

	for (unsigned i = 0; list && i < list->n && !*found; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "clone"))
			at += place_of(a->nested.list, l, found);
		if (strcmp(a->type->name, "learn"))
			continue;
		*found = a->learn == l;
		at += !*found;
	}
	return at;
}

static bool same_learner(const struct oracle_learner *a, const struct oracle_learner *b)
{
	return a->at == b->at && sw_instructions_equal(&a->does, &b->does);
}

static struct oracle_wish *new_wish(struct oracle_store *s)
{
	s->wish = sw_xrealloc(s->wish, s->n_wishes + 1, sizeof(*s->wish));
	memset(&s->wish[s->n_wishes], 0, sizeof(*s->wish));
	return &s->wish[s->n_wishes++];
}

static void wish_fini(struct oracle_wish *w)
{
	sw_instructions_fini(&w->by.does);
	sw_instructions_fini(&w->made.does);
}

static bool same_rule(const struct sw_rule_conf *a, const struct sw_rule_conf *b)
{
	return a->table == b->table && a->priority == b->priority &&
	       !memcmp(&a->match, &b->match, sizeof(a->match));
}

/* The last wish for the rule, or NULL. */
static const struct oracle_wish *waiting(
	const struct oracle_store *s, const struct sw_rule_conf *made)
{
	for (unsigned i = s->n_wishes; i-- > 0;)
		if (s->wish[i].learn && same_rule(&s->wish[i].made, made))
			return &s->wish[i];
	return NULL;
}

/* Is it as it would be if it were asked for again? */
static bool changes_nothing(
	const struct oracle_store *s, const struct oracle_asked *asked, const struct sw_learn *l)
{
	const struct oracle_wish *w = waiting(s, &asked->made);
	unsigned i = oracle_store_find(s, &asked->made);

	if (w)
		return asked->told && w->made.cookie == asked->made.cookie &&
		       sw_instructions_equal(&w->made.does, &asked->made.does);
	if (!asked->told)
		return !oracle_store_has(s, &asked->made) &&
		       oracle_store_count(s, l->table, l->cookie) >= l->limit;
	return i < s->n && s->conf[i].cookie == asked->made.cookie &&
	       sw_instructions_equal(&s->conf[i].does, &asked->made.does);
}

static const struct oracle_asked *asked_before(const struct oracle_store *s,
	const struct oracle_learner *by, const struct sw_fields *fields)
{
	for (unsigned i = 0; i < s->n_asked; i++)
		if (!s->asked[i].serial && same_learner(&s->asked[i].by, by) &&
			!memcmp(&s->asked[i].fields, fields, sizeof(*fields)))
			return &s->asked[i];
	return NULL;
}

/* Rules of the cookie, and those that are to come. */
static unsigned taken(const struct oracle_store *s, const struct sw_learn *l)
{
	unsigned n = oracle_store_count(s, l->table, l->cookie);

	for (unsigned i = 0; i < s->n_wishes; i++)
		n += s->wish[i].place && s->wish[i].made.table == l->table &&
		     s->wish[i].made.cookie == l->cookie;
	return n;
}

static struct oracle_asked *new_asked(struct oracle_store *s)
{
	s->asked = sw_xrealloc(s->asked, s->n_asked + 1, sizeof(*s->asked));
	memset(&s->asked[s->n_asked], 0, sizeof(*s->asked));
	return &s->asked[s->n_asked++];
}

static void note_asked(struct oracle_store *s, const struct oracle_wish *w,
	const struct sw_fields *fields, bool told)
{
	struct oracle_asked *a = new_asked(s);

	a->by = (struct oracle_learner){ hold(&w->by.does), w->by.at };
	a->made = w->made;
	a->made.does = hold(&w->made.does);
	a->fields = *fields;
	a->told = told;
}

/* The whole of each field that it takes bits of. */
static void taken_fields(const struct sw_learn *l, const struct sw_fields *f, struct sw_fields *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < l->n; i++) {
		const struct sw_field *field = l->specs[i].src.field;
		uint8_t value[16];

		if (l->specs[i].given)
			continue;
		sw_field_get(field, f, value);
		sw_field_set(field, out, value);
	}
}

/* Is the rule there, or will it be? */
static bool ask(struct run *run, const struct sw_learn *l, const struct sw_fields *f)
{
	struct oracle_store *s = run->rules->store;
	struct oracle_wish *w = new_wish(s);
	const struct oracle_asked *before;
	struct sw_fields fields;
	bool found = false, told = true;

	taken_fields(l, f, &fields);
	w->learn = l;
	w->by.does = hold(&run->rule->does);
	w->by.at = place_of(w->by.does.apply, l, &found);
	make_rule(&w->made, l, f);
	before = asked_before(s, &w->by, &fields);
	if (before) {
		wish_fini(w);
		s->n_wishes--;
		run->result->unsure |= !changes_nothing(s, before, l);
		run->result->repeats = true;
		return before->told;
	}
	if (l->limit && !oracle_store_has(s, &w->made)) {
		told = taken(s, l) < l->limit;
		w->place = told;
	}
	note_asked(s, w, &fields, told);
	if (!told) {
		wish_fini(w);
		s->n_wishes--;
	}
	return told;
}

bool oracle_learn(struct run *run, const struct sw_learn *l, const struct sw_fields *f)
{
	return ask(run, l, f);
}

static uint16_t shorter(uint16_t is, uint16_t most)
{
	return most && (!is || most < is) ? most : is;
}

static void note_fin(struct oracle_store *s, const struct oracle_wish *w)
{
	struct oracle_asked *a = new_asked(s);

	a->serial = w->serial;
	a->idle = w->idle;
	a->hard = w->hard;
}

void oracle_fin(struct run *run, const struct sw_action *a, const struct sw_fields *f)
{
	struct oracle_store *s = run->rules->store;
	uint16_t idle = a->fin_timeout.idle, hard = a->fin_timeout.hard;
	uint64_t serial = s->life[run->rule - s->conf].serial;
	struct oracle_wish *w;

	if (!(rte_be_to_cpu_16(f->tcp_flags) & (FIN | RST)) || f->ip_proto != 6)
		return;
	for (unsigned i = 0; i < s->n_asked; i++) {
		const struct oracle_asked *o = &s->asked[i];

		if (o->serial != serial || o->idle != idle || o->hard != hard)
			continue;
		run->result->repeats = true;
		run->result->unsure |=
			shorter(run->rule->idle_timeout, idle) != run->rule->idle_timeout ||
			shorter(run->rule->hard_timeout, hard) != run->rule->hard_timeout;
		return;
	}
	w = new_wish(s);
	w->serial = serial;
	w->idle = idle;
	w->hard = hard;
	note_fin(s, w);
}

/* --- control --- */

static bool learns(const struct oracle_store *s, const struct oracle_learner *by)
{
	for (unsigned i = 0; i < s->n; i++)
		if (sw_instructions_equal(&s->conf[i].does, &by->does))
			return true;
	return false;
}

/* Of a rule that is there only what it does and its cookie change. */
static void change(struct oracle_store *s, unsigned i, struct sw_rule_conf *made)
{
	s->life[i].modified_ms = s->now_ms;
	s->life[i].renewed = true;
	if (s->conf[i].cookie == made->cookie &&
		sw_instructions_equal(&s->conf[i].does, &made->does))
		return;
	s->life[i].learned = true;
	s->conf[i].cookie = made->cookie;
	sw_instructions_fini(&s->conf[i].does);
	s->conf[i].does = made->does;
	memset(&made->does, 0, sizeof(made->does));
	oracle_store_tell(s, i, SW_RULE_CHANGED);
}

static void do_learn(struct oracle_store *s, struct oracle_wish *w)
{
	unsigned i = oracle_store_find(s, &w->made), limit = w->learn->limit;

	if (!learns(s, &w->by))
		return;
	if (limit && !oracle_store_has(s, &w->made) &&
		oracle_store_count(s, w->made.table, w->made.cookie) >= limit)
		return;
	if (i < s->n)
		change(s, i, &w->made);
	else
		oracle_store_put(s, &w->made, true);
}

static void do_fin(struct oracle_store *s, const struct oracle_wish *w)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->life[i].serial == w->serial) {
			s->conf[i].idle_timeout = shorter(s->conf[i].idle_timeout, w->idle);
			s->conf[i].hard_timeout = shorter(s->conf[i].hard_timeout, w->hard);
		}
}

void oracle_store_do(struct oracle_store *s)
{
	for (unsigned i = 0; i < s->n_wishes; i++) {
		if (s->wish[i].learn)
			do_learn(s, &s->wish[i]);
		else
			do_fin(s, &s->wish[i]);
	}
	for (unsigned i = 0; i < s->n_wishes; i++)
		wish_fini(&s->wish[i]);
	s->n_wishes = 0;
	oracle_store_settle(s);
}

static void forget_asked(struct oracle_store *s, unsigned n)
{
	while (s->n_asked > n) {
		struct oracle_asked *a = &s->asked[--s->n_asked];

		sw_instructions_fini(&a->by.does);
		sw_instructions_fini(&a->made.does);
	}
}

void oracle_store_second(struct oracle_store *s)
{
	forget_asked(s, 0);
}

void oracle_store_mark(struct oracle_store *s)
{
	s->wishes_before = s->n_wishes;
	s->asked_before = s->n_asked;
	if (!s->n)
		return;
	memcpy(s->life_before, s->life, s->n * sizeof(*s->life));
	memcpy(s->hits_before, s->hits, s->n * sizeof(*s->hits));
}

void oracle_store_undo(struct oracle_store *s)
{
	while (s->n_wishes > s->wishes_before)
		wish_fini(&s->wish[--s->n_wishes]);
	forget_asked(s, s->asked_before);
	if (!s->n)
		return;
	memcpy(s->life, s->life_before, s->n * sizeof(*s->life));
	memcpy(s->hits, s->hits_before, s->n * sizeof(*s->hits));
}

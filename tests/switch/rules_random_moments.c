/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random_moments.h. */
#include "rules_random_moments.h"

#include <stdlib.h>

#include <rte_common.h>

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "realworkers.h"
#include "rules_oracle.h"
#include "rules_random.h"
#include "testrules.h"

#define RULES_EVER  4096 /* of one set */
#define GROUPS_EVER 4096

static struct rw_bridge *rw;
static uint64_t *rng;

/* From which version on and until before which is it there? */
struct life {
	char *text;
	unsigned born, died;
};

static struct rule_life {
	struct life life;
	struct sw_rule_conf conf;
} rule[RULES_EVER];

static struct group_life {
	struct life life;
	struct sw_group_conf conf;
} group[GROUPS_EVER];

static unsigned n_rules, n_groups, n_there, version, next_priority;
static bool staging;

static unsigned below(unsigned n)
{
	return (swtest_rand(rng) >> 33) % n;
}

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(rw->br.bridge);
}

static struct sw_groups *groups(void)
{
	return sw_bridge_groups(rw->br.bridge);
}

static struct life born(char *text)
{
	return (struct life){ text, version + 1, UINT_MAX };
}

/* As staged. */
static bool lives(const struct life *l)
{
	return l->died == UINT_MAX;
}

static bool was_there(const struct life *l, unsigned v)
{
	return l->born <= v && v < l->died;
}

/* --- rules --- */

static void stage(struct sw_rule_change *c, const char *text)
{
	struct sw_err err;

	if (sw_rules_stage(rules(), c, &err) != SW_RULE_FINE)
		fail_msg("%s: %s", text, err.text);
}

/* What it says is the staging's from then on, so ours is read anew. */
static void stage_text(const char *text)
{
	struct sw_rule_change c;
	struct sw_err err;

	assert_int_equal(sw_rule_parse(text, SW_RULE_ADD, &c, &err), 0);
	stage(&c, text);
	sw_instructions_fini(&c.conf.does);
}

static bool is_there(const struct sw_rule_conf *conf)
{
	for (unsigned i = 0; i < n_rules; i++)
		if (rule[i].life.died > version && rule[i].conf.table == conf->table &&
			rule[i].conf.priority == conf->priority &&
			!memcmp(&rule[i].conf.match, &conf->match, sizeof(conf->match)))
			return true;
	return false;
}

/* A random rule that is there from the version that is being staged on. What is not valid is left out. */
static void stage_add(void)
{
	struct sw_rule_change c;
	struct sw_str text = { 0 };
	struct sw_err err;

	if (n_rules == RULES_EVER || n_there == MOMENT_RULES)
		return;
	if (below(4))
		random_rule(&text, 1000 + next_priority++, rng);
	else
		random_clause_rule(&text, rng);
	if (sw_rule_parse(text.s, SW_RULE_ADD, &c, &err) || is_there(&c.conf)) {
		sw_instructions_fini(&c.conf.does);
		free(text.s);
		return;
	}
	stage_text(text.s);
	rule[n_rules++] = (struct rule_life){ born(text.s), c.conf };
	n_there++;
}

static struct rule_life *random_life(void)
{
	for (unsigned i = 0; i < 64; i++) {
		struct rule_life *l = &rule[below(n_rules)];

		if (lives(&l->life) && l->life.born <= version)
			return l;
	}
	return NULL;
}

static void stage_delete(void)
{
	struct rule_life *l = n_there > MOMENT_RULES / 3 ? random_life() : NULL;
	struct sw_rule_change c = {
		.verb = SW_RULE_DELETE_STRICT, .out_port = SW_OFPP_ANY, .out_group = SW_OFPP_ANY
	};

	if (!l)
		return;
	c.conf = l->conf;
	memset(&c.conf.does, 0, sizeof(c.conf.does));
	stage(&c, l->life.text);
	l->life.died = version + 1;
	n_there--;
}

/* --- groups --- */

static struct group_life *group_there(unsigned id)
{
	for (unsigned i = n_groups; i-- > 0;)
		if (group[i].conf.id == id && lives(&group[i].life))
			return &group[i];
	return NULL;
}

static bool names(const struct life *l, unsigned id)
{
	char name[16];

	snprintf(name, sizeof(name), "group:%u", id);
	return lives(l) && strstr(l->text, name);
}

static enum sw_group_fault change(const struct sw_group_change *c)
{
	return (staging ? sw_groups_stage : sw_groups_change)(groups(), c, NULL);
}

/* From the next version on, or from this one. What is not valid is left out. */
static void put_group(unsigned id, unsigned from)
{
	struct group_life *old = group_there(id);
	enum sw_group_verb verb = old ? SW_GROUP_MODIFY : SW_GROUP_ADD;
	struct sw_str text = { 0 };
	struct sw_group_change c;

	if (n_groups == GROUPS_EVER)
		return;
	random_group(&text, id, rng);
	if (sw_group_parse(text.s, verb, &c, NULL)) {
		free(text.s);
		return;
	}
	if (change(&c)) {
		sw_group_fini(&c.conf);
		free(text.s);
		return;
	}
	if (old)
		old->life.died = from;
	group[n_groups++] = (struct group_life){ { text.s, from, UINT_MAX }, c.conf };
}

/* With the rules that send to it; false: another group does, too, or it is not there. */
static bool drop_group(unsigned id)
{
	struct sw_group_change c = { .verb = SW_GROUP_DELETE, .conf.id = id };
	struct group_life *old = group_there(id);

	if (!old || change(&c))
		return false;
	old->life.died = version + 1;
	for (unsigned i = 0; i < n_rules; i++) {
		if (!names(&rule[i].life, id))
			continue;
		rule[i].life.died = version + 1;
		n_there--;
	}
	return true;
}

static bool is_named(unsigned id)
{
	for (unsigned i = 0; i < n_rules; i++)
		if (names(&rule[i].life, id))
			return true;
	for (unsigned i = 0; i < n_groups; i++)
		if (names(&group[i].life, id))
			return true;
	return false;
}

static void stage_group(void)
{
	unsigned id = below(RANDOM_GROUPS);

	if (!below(3))
		drop_group(id);
	else
		put_group(id, version + 1);
}

/* Without a staging. Rules that go with a group make a version, and what comes in its place another: buckets may watch it. What becomes of one
 * that nothing names makes none. */
static void change_group(void)
{
	unsigned id = below(RANDOM_GROUPS);
	bool gone = below(2) && drop_group(id);

	version += gone;
	if (gone ? below(2) : !is_named(id)) {
		put_group(id, version + gone);
		version += gone;
	}
}

/* --- versions --- */

void moment_stage_some(void)
{
	if (!staging && !below(3)) {
		change_group();
		return;
	}
	if (!staging)
		sw_groups_begin(groups());
	staging = true;
	for (unsigned n = below(4); n--;)
		switch (below(6)) {
		case 0:
			stage_group();
			break;
		case 1:
		case 2:
			stage_delete();
			break;
		default:
			stage_add();
		}
}

void moment_commit(void)
{
	if (!staging)
		return;
	sw_groups_commit(groups());
	staging = false;
	version++;
}

void moments_begin(struct rw_bridge *bridge, uint64_t *random)
{
	rw = bridge;
	rng = random;
}

static void forget(struct life *l)
{
	free(l->text);
	*l = (struct life){ 0 };
}

void moments_end(void)
{
	moment_commit();
	tr_no_rules(&rw->br);
	tr_group(&rw->br, SW_GROUP_DELETE, "group_id=all");
	for (unsigned i = 0; i < n_rules; i++) {
		sw_instructions_fini(&rule[i].conf.does);
		forget(&rule[i].life);
	}
	for (unsigned i = 0; i < n_groups; i++) {
		sw_group_fini(&group[i].conf);
		forget(&group[i].life);
	}
	n_rules = n_groups = n_there = next_priority = version = 0;
	rw_step();
}

unsigned moment_now(void)
{
	return version;
}

unsigned moment_n_rules(void)
{
	return n_rules;
}

void moment_rules(unsigned v, struct oracle_rules *all)
{
	static struct sw_rule_conf conf[MOMENT_RULES];
	static uint64_t hits[MOMENT_RULES], group_hits[RANDOM_GROUPS * (1 + ORACLE_BUCKETS)];
	static struct sw_group_conf there[RANDOM_GROUPS];

	*all = (struct oracle_rules){
		.rule = conf, .hits = hits, .group = there, .group_hits = group_hits
	};
	for (unsigned i = 0; i < n_rules; i++)
		if (was_there(&rule[i].life, v))
			conf[all->n++] = rule[i].conf;
	for (unsigned i = 0; i < n_groups; i++)
		if (was_there(&group[i].life, v))
			there[all->n_groups++] = group[i].conf;
}

static void show(const struct life *l, unsigned v)
{
	if (l->died > v)
		print_message("%u..%d: %s\n", l->born, (int)l->died, l->text);
}

void moments_show(unsigned v)
{
	for (unsigned i = 0; i < n_rules; i++)
		show(&rule[i].life, v);
	for (unsigned i = 0; i < n_groups; i++)
		show(&group[i].life, v);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See users.h. Control thread.
 */
#include "users.h"

#include <stdlib.h>

#include <sw/mem.h>

SW_USE(action_type, clone);
SW_USE(action_type, meter);

#define LOOKS 1024 /* rules a piece */

struct of_user {
	uint32_t id, n;
	unsigned rule; /* the last one that was counted: a rule counts once */
};

void of_users_add(struct of_users *users, uint32_t id)
{
	if (!(users->n & (users->n - 1))) /* full: the room is a power of two */
		users->of =
			sw_xrealloc(users->of, users->n ? 2 * users->n : 1, sizeof(users->of[0]));
	users->of[users->n++] = (struct of_user){ .id = id };
}

void of_users_fini(struct of_users *users)
{
	free(users->of);
	users->of = NULL;
	users->n = 0;
}

static struct of_user *find(const struct of_users *users, uint32_t id)
{
	unsigned from = 0, end = users->n;

	while (from < end) {
		unsigned at = from + (end - from) / 2;

		if (users->of[at].id == id)
			return &users->of[at];
		if (users->of[at].id < id)
			from = at + 1;
		else
			end = at;
	}
	return NULL;
}

void of_users_count(struct of_users *users, uint32_t id)
{
	struct of_user *u = find(users, id);

	if (!u || u->rule == users->rule)
		return;
	u->rule = users->rule;
	u->n++;
}

static void count_list(struct of_users *users, const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		if (list->a[i].type == &sw_action_type_clone)
			count_list(users, list->a[i].nested.list);
		else
			users->count(users, &list->a[i]);
	}
}

static void count_rule(struct of_users *users, const struct sw_rule *rule)
{
	struct sw_action meter = { .type = &sw_action_type_meter };
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	users->rule++;
	meter.id = conf.does.meter;
	if (meter.id)
		users->count(users, &meter);
	count_list(users, conf.does.apply);
	count_list(users, conf.does.write);
}

int of_users_walk(struct of_users *users, const struct sw_rules *rules, const struct slice *slice)
{
	const struct sw_rule *rule;

	if (!users->n)
		return 0;
	do {
		for (unsigned i = 0; i < LOOKS; i++) {
			rule = sw_rules_next(rules, &users->cursor, NULL);
			if (!rule)
				return 0;
			count_rule(users, rule);
		}
	} while (!slice_over(slice));
	return SLICE_MORE;
}

uint32_t of_users_of(const struct of_users *users, uint32_t id)
{
	const struct of_user *u = find(users, id);

	return u ? u->n : 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of actions: made once, shared by holders, freed with the last one; their checks one by one.
 *
 * Control thread. An action that was added is freed by its type's fini.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_REG_KIND_DEFINE(action_type);

struct sw_action *sw_actions_add(struct sw_actions **list)
{
	struct sw_actions *l = *list;
	unsigned n = l ? l->n : 0;

	/* Room for a power of two. */
	if (!(n & (n - 1)))
		l = sw_xrealloc(l, 1, sizeof(*l) + (n ? 2 * n : 1) * sizeof(l->a[0]));
	if (!n)
		l->shared = 0;
	l->n = n + 1;
	memset(&l->a[n], 0, sizeof(l->a[n]));
	*list = l;
	return &l->a[n];
}

struct sw_actions *sw_actions_share(struct sw_actions *list)
{
	if (list)
		list->shared++;
	return list;
}

void sw_actions_free(struct sw_actions *list)
{
	if (!list)
		return;
	if (list->shared) {
		list->shared--;
		return;
	}
	for (unsigned i = 0; i < list->n; i++)
		if (list->a[i].type && list->a[i].type->fini)
			list->a[i].type->fini(&list->a[i]);
	free(list);
}

static bool same(const struct sw_action *a, const struct sw_action *b)
{
	if (a->type != b->type)
		return false;
	return a->type->equal ? a->type->equal(a, b) : !memcmp(a, b, sizeof(*a));
}

bool sw_actions_equal(const struct sw_actions *a, const struct sw_actions *b)
{
	unsigned n = a ? a->n : 0;

	if (a == b)
		return true;
	if (n != (b ? b->n : 0))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!same(&a->a[i], &b->a[i]))
			return false;
	return true;
}

/* Say which action it is about, unless one within it was named. */
static void name_action(const struct sw_action *a, unsigned i, struct sw_err *err)
{
	struct sw_str text = { 0 };

	if (!err || err->path[0])
		return;
	sw_action_print(a, &text);
	sw_err_given(err, "%s", text.s);
	sw_err_path(err, "actions[%u]", i);
	free(text.s);
}

int sw_actions_check(const struct sw_actions *list, struct sw_match *match, struct sw_err *err)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		int rc = a->type->check ? a->type->check(a, match, err) : 0;

		if (rc) {
			name_action(a, i, err);
			return rc;
		}
	}
	return 0;
}

int sw_actions_check_set(const struct sw_actions *list, struct sw_err *err)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		int rc;

		if (a->type->set_place != SW_PLACE_NONE)
			continue;
		rc = sw_err_set(err, SW_CODE_INVALID,
			"%s cannot be in an action set (write_actions, bucket of a group)",
			a->type->name);
		sw_err_hint(err, "apply it, or resubmit to a table that does");
		name_action(a, i, err);
		return rc;
	}
	return 0;
}

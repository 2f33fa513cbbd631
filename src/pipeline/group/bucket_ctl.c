/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the actions of a bucket to ops: an action set (OpenFlow 1.3.5, 5.10), whose order is known when it is configured.
 *
 * Control thread only.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>
#include <sw/mem.h>

#include "../exec/code.h"
#include "groups_ctl.h"

/* The last action of a place; NULL: there is none. */
static const struct sw_action *last_of(const struct sw_actions *set, unsigned place)
{
	for (unsigned i = set->n; i-- > 0;)
		if (set->a[i].type->set_place == place)
			return &set->a[i];
	return NULL;
}

/* Of what sends, only the first in order is done. */
static bool is_idle(const struct sw_actions *set, unsigned place)
{
	if (place == SW_PLACE_OUTPUT)
		return last_of(set, SW_PLACE_GROUP);
	if (place == SW_PLACE_RESUBMIT)
		return last_of(set, SW_PLACE_GROUP) || last_of(set, SW_PLACE_OUTPUT);
	return false;
}

/* A list that owns nothing: its actions are those of the set, in order. */
static struct sw_actions *in_order(const struct sw_actions *set)
{
	unsigned n = set ? set->n : 0;
	struct sw_actions *list = sw_xcalloc(1, sizeof(*list) + n * sizeof(list->a[0]));

	for (unsigned place = 1; set && place < SW_PLACES; place++) {
		const struct sw_action *last = last_of(set, place);

		if (place == SW_PLACE_SET) {
			for (unsigned i = 0; i < set->n; i++)
				if (set->a[i].type->set_place == place)
					list->a[list->n++] = set->a[i];
		} else if (last && !is_idle(set, place)) {
			list->a[list->n++] = *last;
		}
	}
	return list;
}

struct code *bucket_compile(struct sw_actions *actions, struct sw_err *err)
{
	struct sw_actions *list = in_order(actions);
	struct code *code = code_create_bucket(list, actions, err);

	free(list);
	return code;
}

void bucket_each_group(
	const struct sw_bucket_conf *b, void (*fn)(void *arg, uint32_t id), void *arg)
{
	for (unsigned i = 0; b->actions && i < b->actions->n; i++) {
		const struct sw_action *a = &b->actions->a[i];

		if (!strcmp(a->type->name, "group"))
			fn(arg, a->id);
	}
}

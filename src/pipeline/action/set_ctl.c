/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What goes from an action set when something is written into it. Pure.
 */
#include <string.h>

#include <sw/action.h>
#include <sw/action_set.h>

SW_USE(action_type, move);

static bool full(const struct sw_field *f, const uint8_t *mask)
{
	struct sw_fields all = { 0 };

	sw_field_set(f, &all, mask);
	return sw_field_is_full(f, &all);
}

bool sw_action_replaces(const struct sw_action *later, const struct sw_action *earlier)
{
	if (later->type->set_place != earlier->type->set_place)
		return false;
	if (later->type->set_place != SW_PLACE_SET)
		return true;
	if (later->type == &sw_action_type_move || earlier->type == &sw_action_type_move)
		return false;
	return later->type == earlier->type && later->set.field == earlier->set.field &&
	       full(later->set.field, later->set.mask);
}

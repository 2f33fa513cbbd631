/* SPDX-License-Identifier: BSD-3-Clause */
/* See row_json.h. */
#include "row_json.h"

json_t *row_json(const char *op, const struct table *table, const struct uuid *uuid)
{
	char text[UUID_TEXT_SIZE];

	return json_pack(
		"{s:s, s:s, s:s}", "op", op, "table", table->name, "uuid", uuid_format(text, uuid));
}

/* What was added to and removed from a set or map. */
static void add_atoms(json_t *add, json_t *del, const struct column *c, const struct value *was,
	const struct value *is)
{
	struct value *more = value_minus(is, was, true);
	struct value *less = value_minus(was, is, false);

	if (more->n)
		json_object_set_new(add, c->name, value_to_json(more));
	if (less->n)
		json_object_set_new(del, c->name, value_to_json(less));
	value_unref(more);
	value_unref(less);
}

bool column_diff(struct column_diff *diff, const struct column *c, const struct value *was,
	const struct value *is)
{
	if (was == is || value_equal(was, is))
		return false;
	if (c->desc->type.max > 1) {
		add_atoms(diff->add, diff->del, c, was, is);
		return true;
	}
	json_object_set_new(diff->set, c->name, value_to_json(is));
	if (diff->old)
		json_object_set_new(diff->old, c->name, value_to_json(was));
	return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of a view: found by UUID, ordered by their last change. Control thread.
 */
#include "view_rows.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../cmd/conf.h"
#include "../row_json.h"

#define SLOTS_MIN 64

static unsigned slot_of(const struct view *v, const struct uuid *uuid)
{
	unsigned h;

	memcpy(&h, uuid->b, sizeof(h)); /* random already */
	return h & (v->n_slots - 1);
}

struct view_row *view_find(const struct view *v, const struct uuid *uuid)
{
	struct view_row *vr = v->n_slots ? v->slots[slot_of(v, uuid)] : NULL;

	while (vr && uuid_cmp(&vr->uuid, uuid))
		vr = vr->chain;
	return vr;
}

static void grow(struct view *v)
{
	struct view_row *vr;

	v->n_slots = v->n_slots ? 2 * v->n_slots : SLOTS_MIN;
	free(v->slots);
	v->slots = sw_xcalloc(v->n_slots, sizeof(*v->slots));
	TAILQ_FOREACH (vr, &v->order, order) {
		struct view_row **slot = &v->slots[slot_of(v, &vr->uuid)];

		vr->chain = *slot;
		*slot = vr;
	}
}

struct view_row *view_row_add(
	struct view *v, const struct topic_table *topic, const struct uuid *uuid)
{
	struct view_row *vr = sw_xcalloc(1, sizeof(*vr) + topic->n_status * sizeof(struct value *)),
			**slot;

	if (v->n_rows >= v->n_slots)
		grow(v);
	vr->uuid = *uuid;
	vr->topic = topic;
	slot = &v->slots[slot_of(v, uuid)];
	vr->chain = *slot;
	*slot = vr;
	v->n_rows++;
	TAILQ_INSERT_TAIL(&v->order, vr, order);
	return vr;
}

void view_row_touch(struct view *v, struct view_row *vr)
{
	vr->seq = ++v->seq;
	TAILQ_REMOVE(&v->order, vr, order);
	TAILQ_INSERT_TAIL(&v->order, vr, order);
	free(vr->text);
	vr->text = NULL;
}

void view_row_free(struct view *v, struct view_row *vr)
{
	struct view_row **slot = &v->slots[slot_of(v, &vr->uuid)];

	while (*slot != vr)
		slot = &(*slot)->chain;
	*slot = vr->chain;
	v->n_rows--;
	TAILQ_REMOVE(&v->order, vr, order);
	for (unsigned i = 0; i < vr->topic->n_status; i++)
		value_unref(vr->status[i]);
	row_unref(vr->row);
	free(vr->text);
	free(vr);
}

void view_rows_trim(struct view *v)
{
	struct view_row *vr, *next;

	for (vr = TAILQ_FIRST(&v->order); vr && v->n_gone > VIEW_GONE; vr = next) {
		next = TAILQ_NEXT(vr, order);
		if (vr->row)
			continue;
		v->gone_up_to = vr->seq;
		v->n_gone--;
		view_row_free(v, vr);
	}
}

/* What a reader has of the column now. */
const struct value *view_row_value(const struct view_row *vr, unsigned i)
{
	const struct topic_table *topic = vr->topic;

	return i < topic->n_status ? vr->status[i] : row_get(vr->row, topic->columns[i]);
}

json_t *view_row_columns(const struct view_row *vr)
{
	json_t *columns = json_object();

	for (unsigned i = 0; i < vr->topic->n_columns; i++)
		json_object_set_new(
			columns, vr->topic->columns[i]->name, value_to_json(view_row_value(vr, i)));
	return columns;
}

bool view_row_sample(struct view_row *vr, const struct draft *draft, struct column_diff *diff)
{
	bool changed = false;

	for (unsigned i = 0; i < vr->topic->n_status; i++) {
		const struct column *c = vr->topic->columns[i];
		struct value *now = conf_value(draft, vr->row, c);

		if (diff && !column_diff(diff, c, vr->status[i], now)) {
			value_unref(now);
			continue;
		}
		value_unref(vr->status[i]);
		vr->status[i] = now;
		changed = true;
	}
	return changed;
}

const char *view_row_text(struct view_row *vr)
{
	json_t *op;

	if (vr->text)
		return vr->text;
	op = row_json(vr->row ? "insert" : "delete", vr->topic->table, &vr->uuid);
	if (vr->row)
		json_object_set_new(op, "columns", view_row_columns(vr));
	vr->text = json_dumps(op, JSON_COMPACT);
	json_decref(op);
	return vr->text;
}

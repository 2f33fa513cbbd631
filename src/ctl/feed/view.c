/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Updates of a view: made of row operations, numbered, kept in the ring. A number belongs to one change of
 * one row or to one event; an update carries the last of its numbers. Control thread.
 */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include <sw/event.h>
#include <sw/mem.h>

#include "../event/json.h"
#include "../row_json.h"
#include "view_rows.h"

struct view *view_new(struct topics *topics)
{
	struct view *v = sw_xcalloc(1, sizeof(*v));
	struct uuid uuid = uuid_random();

	v->topics = *topics;
	memset(topics, 0, sizeof(*topics));
	uuid_format(v->epoch, &uuid);
	TAILQ_INIT(&v->order);
	TAILQ_INIT(&v->there);
	return v;
}

void view_free(struct view *v)
{
	struct view_row *vr;

	while ((vr = TAILQ_FIRST(&v->order)))
		view_row_free(v, vr);
	free(v->slots);
	for (uint64_t i = v->oldest; i < v->n_updates; i++)
		free(v->ring[i % VIEW_RING]);
	free(v->rows.s);
	db_unref(v->compare_db);
	topics_fini(&v->topics);
	free(v);
}

static void add_op(struct view *v, json_t *op)
{
	char *text = json_dumps(op, JSON_COMPACT);

	json_decref(op);
	sw_str_add_bytes(&v->rows, v->rows.len ? "," : "\"rows\":[", v->rows.len ? 1 : 8);
	sw_str_add_bytes(&v->rows, text, strlen(text));
	free(text);
}

static void put_new(struct view *v, const struct draft *draft, struct view_row *vr, struct row *is)
{
	json_t *op = row_json("insert", vr->topic->table, &vr->uuid);

	if (vr->seq) /* it was gone */
		v->n_gone--;
	vr->row = row_ref(is);
	view_row_sample(vr, draft, NULL);
	TAILQ_INSERT_TAIL(&v->there, vr, there);
	view_row_touch(v, vr);
	json_object_set_new(op, "columns", view_row_columns(vr));
	add_op(v, op);
}

static void put_gone(struct view *v, struct view_row *vr)
{
	json_t *op = row_json("delete", vr->topic->table, &vr->uuid);

	json_object_set_new(op, "old", view_row_columns(vr));
	if (v->sample_next == vr)
		v->sample_next = TAILQ_NEXT(vr, there);
	TAILQ_REMOVE(&v->there, vr, there);
	row_unref(vr->row);
	vr->row = NULL;
	v->n_gone++;
	view_row_touch(v, vr);
	add_op(v, op);
	view_rows_trim(v);
}

static struct column_diff diff_new(void)
{
	return (struct column_diff){ json_object(), json_object(), json_object(), json_object() };
}

/* Members that say nothing are left out. */
static void diff_end(json_t *op, struct column_diff *diff)
{
	const struct {
		const char *name;
		json_t *value;
	} parts[] = { { "columns", diff->set }, { "old", diff->old }, { "add", diff->add },
		{ "del", diff->del } };

	for (unsigned i = 0; i < 4; i++) {
		if (json_object_size(parts[i].value))
			json_object_set(op, parts[i].name, parts[i].value);
		json_decref(parts[i].value);
	}
}

/* `is` is the row that is there now: other stored columns, or NULL for a look at the computed ones. */
static void put_changed(
	struct view *v, const struct draft *draft, struct view_row *vr, struct row *is)
{
	struct column_diff diff = diff_new();
	const struct topic_table *topic = vr->topic;
	bool changed = false;
	json_t *op;

	for (unsigned i = topic->n_status; is && i < topic->n_columns; i++)
		changed |= column_diff(&diff, topic->columns[i],
			row_get(vr->row, topic->columns[i]), row_get(is, topic->columns[i]));
	if (is) {
		row_unref(vr->row);
		vr->row = row_ref(is);
	}
	changed |= view_row_sample(vr, draft, &diff);
	op = json_object();
	if (changed)
		json_object_update_new(op, row_json("modify", topic->table, &vr->uuid));
	diff_end(op, &diff);
	if (!changed) {
		json_decref(op);
		return;
	}
	view_row_touch(v, vr);
	add_op(v, op);
}

void view_put(struct view *v, const struct draft *draft, const struct topic_table *topic,
	const struct uuid *uuid, struct row *is)
{
	struct view_row *vr = view_find(v, uuid);

	if (is && !vr)
		vr = view_row_add(v, topic, uuid);
	if (is && !vr->row)
		put_new(v, draft, vr, is);
	else if (is)
		put_changed(v, draft, vr, is);
	else if (vr && vr->row)
		put_gone(v, vr);
	if (v->rows.len > VIEW_PART)
		view_publish(v, true);
}

void view_look(struct view *v, const struct draft *draft, struct view_row *vr)
{
	put_changed(v, draft, vr, NULL);
	if (v->rows.len > VIEW_PART)
		view_publish(v, v->unsettled);
}

static void drop_oldest(struct view *v)
{
	struct view_update **slot = &v->ring[v->oldest++ % VIEW_RING];

	v->ring_seq = (*slot)->seq;
	v->ring_events = (*slot)->events;
	v->ring_bytes -= (*slot)->len;
	free(*slot);
	*slot = NULL;
}

static void append(struct view *v, struct sw_str *text)
{
	struct view_update *u = sw_xcalloc(1, sizeof(*u) + text->len);

	u->seq = v->seq;
	u->events = v->events;
	u->len = text->len;
	memcpy(u->text, text->s, text->len);
	free(text->s);
	while (v->n_updates - v->oldest >= VIEW_RING ||
		(v->n_updates > v->oldest && v->ring_bytes + u->len > VIEW_RING_BYTES))
		drop_oldest(v);
	v->ring[v->n_updates++ % VIEW_RING] = u;
	v->ring_bytes += u->len;
	v->bytes += u->len;
}

void view_publish(struct view *v, bool more)
{
	struct sw_str text = v->rows;

	if (!text.len && !(v->unsettled && !more))
		return;
	v->seq += !text.len; /* the bare end of a change has a number, too */
	memset(&v->rows, 0, sizeof(v->rows));
	sw_str_add(&text, "%s", text.len ? "]," : "");
	if (v->generation)
		sw_str_add(&text, "\"generation\":%llu,", (unsigned long long)v->generation);
	sw_str_add(&text, "\"seq\":%llu%s}}\n", (unsigned long long)v->seq,
		more ? ",\"more\":true" : "");
	v->unsettled = more;
	append(v, &text);
}

void view_event(struct view *v, const struct sw_event_told *told)
{
	struct sw_str text = { 0 };
	json_t *json = event_json(told);
	char *dump = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	v->seq++;
	v->events++;
	sw_str_add(&text, "\"event\":%s,\"seq\":%llu%s}}\n", dump, (unsigned long long)v->seq,
		v->unsettled ? ",\"more\":true" : "");
	free(dump);
	append(v, &text);
}

bool view_has(const struct view *v, uint64_t seq)
{
	return seq >= v->ring_seq;
}

const struct view_update *view_next(const struct view *v, uint64_t seq)
{
	uint64_t low = v->oldest, high = v->n_updates;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (v->ring[mid % VIEW_RING]->seq > seq)
			high = mid;
		else
			low = mid + 1;
	}
	return low < v->n_updates && view_has(v, seq) ? v->ring[low % VIEW_RING] : NULL;
}

/* The first row behind `at`. Those who catch up are near the one end or the other. */
static struct view_row *row_behind(const struct view *v, uint64_t at)
{
	struct view_row *vr = TAILQ_FIRST(&v->order), *before;

	if (!at || !vr || vr->seq > at)
		return vr;
	vr = TAILQ_LAST(&v->order, view_rows);
	if (vr->seq <= at)
		return NULL;
	while ((before = TAILQ_PREV(vr, view_rows, order)) && before->seq > at)
		vr = before;
	return vr;
}

struct view_place view_place(const struct view *v, uint64_t from)
{
	if (from < v->gone_up_to)
		from = 0;
	return (struct view_place){ .from = from, .began = v->seq, .at = from };
}

/* Rows that went while it was underway were forgotten: it may have been given them. */
static void begin_again(const struct view *v, struct view_place *place)
{
	if (place->at < v->gone_up_to && (place->from || place->began < v->gone_up_to))
		*place = view_place(v, 0);
}

static void put_kind(const struct view_place *place, struct sw_str *out)
{
	if (place->from)
		sw_str_add(out, "\"coalesced\":true");
	else
		sw_str_add(out, "\"snapshot\":%u", place->parts);
}

enum view_part view_catch_up(struct view *v, struct view_place *place, struct sw_str *out)
{
	size_t before = out->len;
	struct view_row *vr;
	bool first = true, done;

	begin_again(v, place);
	vr = row_behind(v, place->at);
	for (; vr && out->len - before < VIEW_PART; vr = TAILQ_NEXT(vr, order)) {
		place->at = vr->seq;
		if (!place->from && !vr->row && vr->seq <= place->began)
			continue;
		sw_str_add(out, "%s", first ? "\"rows\":[" : ",");
		sw_str_add_bytes(out, view_row_text(vr), strlen(view_row_text(vr)));
		first = false;
	}
	done = !vr && !v->unsettled && !v->compare_db;
	if (first && !done)
		return VIEW_WAIT;
	if (done)
		place->at = v->seq;
	place->parts++;
	sw_str_add(out, "%s", first ? "" : "],");
	put_kind(place, out);
	sw_str_add(out, ",\"seq\":%llu", (unsigned long long)(done ? place->at : place->from));
	return done ? VIEW_LAST : VIEW_MORE;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * References of a document: names to rows, who owns what, and what nobody refers to.
 */
#include <errno.h>
#include <string.h>

#include <sw/err.h>

#include "apply_in.h"
#include "document.h"

static int refuse_missing(
	const struct apply *a, const struct column *c, const char *name, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no %s \"%s\"%s", c->ref->name, name,
		a->flags & APPLY_EXACT ? " in the document" : "");

	sw_err_given(err, "%s", name);
	sw_err_path(err, "%s", c->desc->name);
	sw_err_hint(err, "write it as \"%s\": {\"%s\": {...}}", c->ref->name, name);
	return rc;
}

/* A record has one owner; note who it is in the document. */
static int own(struct apply *a, const struct item *item, const struct column *c, const char *name,
	struct sw_err *err)
{
	json_t *table = json_object_get(a->owners, c->ref->name);
	const char *other;
	int rc;

	if (!table) {
		table = json_object();
		json_object_set_new(a->owners, c->ref->name, table);
	}
	other = json_string_value(json_object_get(table, name));
	if (!other || !(c->desc->flags & SW_COL_OWNER)) {
		json_object_set_new(table, name, json_string(item->name));
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_CONFLICT, "%s \"%s\" is in %s \"%s\", too", c->ref->name, name,
		c->table->name, other);
	sw_err_given(err, "%s", name);
	sw_err_path(err, "%s", c->desc->name);
	return rc;
}

/* A column of references while it is read. */
struct refs {
	struct apply *a;
	const struct draft *draft;
	const struct item *item;
	const struct column *c;
	struct value *v;
};

/* key: of a map, else NULL */
static int add_ref(struct refs *r, const char *key, const json_t *json, struct sw_err *err)
{
	const char *name = json_string_value(json);
	const struct row *to = name ? apply_find(r->draft, r->c->ref, name) : NULL;
	union atom at;
	int rc;

	if (!name) {
		rc = sw_err_set(err, SW_CODE_INVALID, "expected the name of a %s", r->c->ref->name);
		sw_err_path(err, "%s", r->c->desc->name);
		return rc;
	}
	if (!to || (r->a->flags & APPLY_EXACT && !apply_mentions(r->a, r->c->ref, name)))
		return refuse_missing(r->a, r->c, name, err);
	rc = own(r->a, r->item, r->c, name, err);
	if (!rc && key)
		rc = atom_from_key(r->c->desc->type.key, key, &at, err);
	if (rc)
		return rc;
	if (key) {
		value_add(r->v, &at, &(union atom){ .uuid = to->uuid });
		atom_fini(r->c->desc->type.key, &at);
	} else {
		value_add(r->v, &(union atom){ .uuid = to->uuid }, NULL);
	}
	return 0;
}

static int add_map(struct refs *r, const json_t *json, struct sw_err *err)
{
	const char *key;
	json_t *one;
	int rc = 0;

	if (!json_is_object(json))
		return sw_err_set(err, SW_CODE_INVALID, "a map must be a JSON object");
	json_object_foreach ((json_t *)json, key, one)
		rc = rc ? rc : add_ref(r, key, one, err);
	return rc;
}

/* Into r->v, which is the caller's in any case. */
static int read_refs(struct refs *r, const json_t *json, struct sw_err *err)
{
	json_t *one;
	size_t i;
	int rc = 0;

	r->v = value_new(r->c->desc->type);
	if (json && r->c->desc->type.value != SW_ATOM_NONE) {
		rc = add_map(r, json, err);
	} else if (json_is_array(json)) {
		json_array_foreach ((json_t *)json, i, one)
			if (!rc)
				rc = add_ref(r, NULL, one, err);
	} else if (json && !json_is_null(json)) {
		rc = add_ref(r, NULL, json, err);
	}
	if (rc && err && !*err->path)
		sw_err_path(err, "%s", r->c->desc->name);
	r->v = value_seal(r->v);
	return rc;
}

/* What comes from another owner leaves it. */
static void move_here(struct draft *draft, const struct row *row, const struct column *c,
	const struct value *refs)
{
	for (unsigned i = 0; i < refs->n; i++) {
		const struct row *to = draft_find(draft, c->ref, &refs->keys[i].uuid), *from;

		if (value_find(row_get(row, c), &refs->keys[i]) >= 0)
			continue;
		from = draft_referrer(draft, c, to);
		if (from)
			draft_unrefer(draft, from, c, to);
	}
}

int apply_refs(struct apply *a, struct draft *draft, const struct item *item,
	const struct column *c, const json_t *json, struct sw_err *err)
{
	const struct row *row = apply_find(draft, item->table, item->name);
	struct refs r = { a, draft, item, c, NULL };
	bool exact = a->flags & APPLY_EXACT;
	struct value *all;
	int rc;

	if (!exact && !json)
		return schema_check(c, row_get(row, c), err);
	rc = read_refs(&r, json, err);
	if (rc || document_implies(c)) {
		value_unref(r.v);
		return rc;
	}
	if (!exact && c->desc->flags & SW_COL_OWNER)
		move_here(draft, row, c, r.v);
	all = !exact && c->desc->type.max > 1 ? value_plus(row_get(row, c), r.v) : value_ref(r.v);
	value_unref(r.v);
	rc = schema_check(c, all, err);
	if (rc)
		value_unref(all);
	else
		draft_set(draft, row, c, all);
	return rc;
}

static void imply(struct apply *a, struct draft *draft, const struct column *c)
{
	struct value *v = value_new(c->desc->type), *sum;
	const struct row *root = apply_find(draft, c->table, ".");

	for (unsigned i = 0; i < a->n; i++)
		if (a->items[i].table == c->ref)
			value_add(v,
				&(union atom){
					.uuid = apply_find(draft, c->ref, a->items[i].name)->uuid },
				NULL);
	v = value_seal(v);
	sum = a->flags & APPLY_EXACT ? value_ref(v) : value_plus(row_get(root, c), v);
	value_unref(v);
	draft_set(draft, root, c, sum);
}

void apply_implied(struct apply *a, struct draft *draft)
{
	for (unsigned t = 0; t < schema_tables(); t++) {
		const struct table *table = schema_table_at(t);

		for (unsigned i = 0; i < table->n_columns; i++)
			if (document_implies(table->columns[i]))
				imply(a, draft, table->columns[i]);
	}
}

/* Does a row refer to it that the document may not even mention? */
static bool is_referred_to(const struct apply *a, const struct draft *draft, const struct column *c,
	const struct item *item)
{
	if (c->ref != item->table)
		return false;
	if (document_implies(c))
		return true;
	return !(a->flags & APPLY_EXACT) &&
	       draft_referrer(draft, c, apply_find(draft, item->table, item->name));
}

int apply_check_reached(
	struct apply *a, struct draft *draft, const struct item *item, struct sw_err *err)
{
	const char *from = NULL;
	int rc;

	if (item->table->desc->root ||
		json_object_get(json_object_get(a->owners, item->table->name), item->name))
		return 0;
	for (unsigned t = 0; t < schema_tables(); t++) {
		const struct table *table = schema_table_at(t);

		for (unsigned i = 0; i < table->n_columns; i++) {
			const struct column *c = table->columns[i];

			if (is_referred_to(a, draft, c, item))
				return 0;
			if (c->ref == item->table)
				from = c->desc->name;
		}
	}
	rc = sw_err_set(err, SW_CODE_CONFLICT, "nothing refers to %s \"%s\", so it would not be",
		item->table->name, item->name);
	sw_err_given(err, "%s", item->name);
	sw_err_hint(err, "put its name into %s of a record", from ? from : "a column");
	return rc;
}

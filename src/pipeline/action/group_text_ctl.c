/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups from text and back (ovs-ofctl(8), "Group Syntax"): arguments in any order, then buckets, each behind
 * "bucket=" and up to the next. A word of a bucket that is none of its arguments is an action.
 *
 * Control thread; no state.
 */
#include "group_bucket.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/text.h>

static const char *const type_names[] = { "all", "select", "indirect", "ff", "fast_failover",
	NULL };

const char *sw_group_type_name(enum sw_group_type type)
{
	return type_names[type];
}

struct reading {
	struct sw_group_change *change;
	bool id, type, bucket; /* given */
};

static int mask_fault(const struct sw_group_field *gf, struct sw_err *err)
{
	struct sw_fields mask = { 0 };
	int rc;

	sw_field_set(gf->field, &mask, gf->mask);
	if (sw_field_is_zero(gf->field, &mask))
		rc = sw_err_set(
			err, SW_CODE_INVALID, "fields: no bit of %s is hashed", gf->field->name);
	else if (!gf->field->maskable && !sw_field_is_full(gf->field, &mask))
		rc = sw_err_set(err, SW_CODE_INVALID, "fields: %s is hashed whole or not at all",
			gf->field->name);
	else
		return 0;
	sw_err_given(err, "%s", gf->field->name);
	sw_err_allowed(err, "%s, or %s=MASK with a mask that the field may have", gf->field->name,
		gf->field->name);
	return rc;
}

static int take_field(void *arg, const struct word *w, struct sw_err *err)
{
	struct sw_group_conf *conf = arg;
	const struct sw_field *f = field_of(w->name, err);
	struct sw_group_field *gf;
	int rc = 0;

	if (!f)
		return err_rc(err);
	for (unsigned i = 0; i < conf->n_fields; i++)
		if (conf->fields[i].field == f)
			return sw_err_set(
				err, SW_CODE_INVALID, "fields: %s is given twice", f->name);
	if (conf->n_fields == SW_GROUP_FIELDS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT, "more than %u fields", SW_GROUP_FIELDS_MAX);
	conf->fields = sw_xrealloc(conf->fields, conf->n_fields + 1, sizeof(*gf));
	gf = &conf->fields[conf->n_fields++];
	memset(gf, 0, sizeof(*gf));
	gf->field = f;
	if (!w->value)
		sw_field_ones(f, gf->mask);
	else
		rc = sw_field_parse(f, w->value, gf->mask, NULL, err);
	return rc ? rc : mask_fault(gf, err);
}

static int take_id(struct reading *r, const char *value, struct sw_err *err)
{
	bool all = r->change->verb == SW_GROUP_DELETE && !strcmp(value, "all");
	uint64_t id = SW_GROUP_ALL;
	int rc = all ? 0 : arg_number("group_id", value, SW_GROUP_MAX, &id, err);

	r->id = true;
	r->change->conf.id = (uint32_t)id;
	return rc;
}

static int take_type(struct reading *r, const char *value, struct sw_err *err)
{
	int type = arg_choice("type", value, type_names, err);

	r->type = true;
	r->change->conf.type = type == SW_GROUP_FF + 1 ? SW_GROUP_FF : type;
	return type < 0 ? type : 0;
}

static int take_bucket_place(struct reading *r, const char *value, struct sw_err *err)
{
	static const char *const words[] = { "first", "last", "all" };
	bool remove = r->change->verb == SW_GROUP_REMOVE_BUCKETS;
	uint64_t id = 0;
	int rc;

	r->bucket = true;
	for (unsigned i = 0; i < (remove ? 3 : 2); i++) {
		if (strcmp(value, words[i]))
			continue;
		r->change->bucket = SW_BUCKET_FIRST + i;
		return 0;
	}
	rc = arg_number("command_bucket_id", value, SW_GROUP_MAX, &id, err);
	sw_err_allowed(rc ? err : NULL, "a bucket's id, first, last%s", remove ? ", all" : "");
	r->change->bucket = (uint32_t)id;
	return rc;
}

static int take_method(struct reading *r, const char *value, struct sw_err *err)
{
	static const char *const methods[] = { "hash", "dp_hash", NULL };
	int which = arg_choice("selection_method", value, methods, err);

	if (which < 0)
		return which;
	strcpy(r->change->conf.method, methods[which]);
	return 0;
}

enum group_word { W_ID, W_TYPE, W_PLACE, W_METHOD, W_PARAM, W_FIELDS, W_WORDS };
static const char *const group_words[W_WORDS + 1] = { "group_id", "type", "command_bucket_id",
	"selection_method", "selection_method_param", "fields", NULL };

/* Which words a verb has. */
static bool has_word(enum sw_group_verb verb, enum group_word w)
{
	bool whole = verb == SW_GROUP_ADD || verb == SW_GROUP_MODIFY;
	bool buckets = verb == SW_GROUP_INSERT_BUCKETS || verb == SW_GROUP_REMOVE_BUCKETS;

	return w == W_ID || (w == W_PLACE ? buckets : whole);
}

static int take_group_word(struct reading *r, const struct word *w, struct sw_err *err)
{
	const char *value = w->value ? w->value : "";
	int word = arg_choice("group", w->name, group_words, err), rc;

	if (word < 0)
		return word;
	if (!has_word(r->change->verb, word)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "%s has no meaning here", w->name);
		sw_err_given(err, "%s", w->name);
		return rc;
	}
	switch ((enum group_word)word) {
	case W_ID:
		return take_id(r, value, err);
	case W_TYPE:
		return take_type(r, value, err);
	case W_PLACE:
		return take_bucket_place(r, value, err);
	case W_METHOD:
		return take_method(r, value, err);
	case W_PARAM:
		return arg_number("selection_method_param", value, UINT64_MAX,
			&r->change->conf.method_param, err);
	default:
		return args_each(value, take_field, &r->change->conf, err);
	}
}

/* "bucket=" stands next; what follows is not read yet. */
static char *at_bucket(const struct text *t, size_t *at)
{
	const char *p = text_rest(t, at);
	size_t skip = strspn(p, ", \t\r\n\v\f");

	*at += skip;
	return strncmp(p + skip, "bucket=", 7) ? NULL : (char *)p + skip;
}

/* Where the next bucket begins, outside of brackets and quotes, or the end. */
static char *next_bucket(char *p)
{
	unsigned depth = 0;

	for (bool word = true; *p; p++) {
		if (word && !depth && !strncmp(p, "bucket=", 7))
			return p;
		if (*p == '"' && strchr(p + 1, '"'))
			p = strchr(p + 1, '"');
		depth += *p == '(';
		depth -= *p == ')' && depth;
		word = strchr(", \t\r\n\v\f", *p);
	}
	return p;
}

static int read_buckets(struct reading *r, char *p, size_t at, struct sw_err *err)
{
	int rc = 0;

	if (r->change->verb == SW_GROUP_DELETE || r->change->verb == SW_GROUP_REMOVE_BUCKETS) {
		rc = sw_err_set(err, SW_CODE_INVALID, "bucket has no meaning here");
		text_place(err, at);
		return rc;
	}
	while (*p && !rc) {
		char *text = p + strlen("bucket="), *next = next_bucket(text), first = *next;

		if (first)
			next[-1] = '\0';
		rc = group_read_bucket(r->change, text, err);
		if (rc)
			text_place(err, err && err->path[0] ? at + strlen("bucket=") : at);
		at += (size_t)(next - p);
		p = next;
	}
	return rc;
}

static int read_words(struct reading *r, struct text *t, struct sw_err *err)
{
	char *bucket;
	struct word w;
	size_t at;
	int rc;

	while (!(bucket = at_bucket(t, &at))) {
		rc = text_next(t, &w, err);
		if (rc <= 0)
			return rc;
		rc = take_group_word(r, &w, err);
		if (rc) {
			text_place(err, err && err->path[0] ? w.value_at : w.at);
			return rc;
		}
	}
	return read_buckets(r, bucket, at, err);
}

/* What must be there, and ids of buckets that have none. */
static int finish(struct reading *r, struct sw_err *err)
{
	struct sw_group_conf *conf = &r->change->conf;
	enum sw_group_verb verb = r->change->verb;
	bool whole = verb == SW_GROUP_ADD || verb == SW_GROUP_MODIFY;

	if (!r->id && verb != SW_GROUP_DELETE)
		return arg_missing("group_id", err);
	if (!r->type && whole)
		return arg_missing("type", err);
	if (!whole) {
		if (r->bucket || verb == SW_GROUP_DELETE)
			return 0;
		return arg_missing("command_bucket_id", err);
	}
	sw_group_number_buckets(conf);
	return sw_group_check(conf, err);
}

int sw_group_parse(const char *text, enum sw_group_verb verb, struct sw_group_change *change,
	struct sw_err *err)
{
	struct reading r = { .change = change };
	struct text t;
	int rc;

	memset(change, 0, sizeof(*change));
	change->verb = verb;
	change->conf.id = SW_GROUP_ALL;
	text_init(&t, text);
	rc = read_words(&r, &t, err);
	if (!rc)
		rc = finish(&r, err);
	text_fini(&t);
	if (rc)
		sw_group_fini(&change->conf);
	return rc;
}

static void print_fields(const struct sw_group_conf *conf, struct sw_str *out)
{
	sw_str_add(out, ",fields(");
	for (unsigned i = 0; i < conf->n_fields; i++) {
		const struct sw_group_field *gf = &conf->fields[i];
		struct sw_fields mask = { 0 };

		sw_str_add(out, "%s%s", i ? "," : "", gf->field->name);
		sw_field_set(gf->field, &mask, gf->mask);
		if (sw_field_is_full(gf->field, &mask))
			continue;
		sw_str_add(out, "=");
		sw_field_print(gf->field, gf->mask, NULL, out);
	}
	sw_str_add(out, ")");
}

void sw_group_print(const struct sw_group_conf *conf, struct sw_str *out)
{
	sw_str_add(out, "group_id=%u,type=%s", conf->id, sw_group_type_name(conf->type));
	if (conf->method[0])
		sw_str_add(out, ",selection_method=%s", conf->method);
	if (conf->method_param)
		sw_str_add(out, ",selection_method_param=%llu",
			(unsigned long long)conf->method_param);
	if (conf->n_fields)
		print_fields(conf, out);
	for (unsigned i = 0; i < conf->n_buckets; i++)
		group_print_bucket(conf, &conf->buckets[i], out);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets of groups from text and back: "bucket_id:1,weight:5,watch_port:2,actions=output:2". A word that is none of
 * their arguments is an action, "actions=" may be left out.
 *
 * Control thread; no state.
 */
#include "group_bucket.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "list.h"

#define BUCKETS_MAX 4096

struct bucket_reading {
	struct sw_bucket_conf *b;
	unsigned words; /* that are actions */
	size_t last;	/* of them, for errors */
};

static int take_action(void *arg, const struct word *w, struct sw_err *err)
{
	struct bucket_reading *r = arg;

	r->words++;
	r->last = w->at;
	return list_take(&r->b->actions, w, err);
}

static int take_watch_group(struct sw_bucket_conf *b, const char *value, struct sw_err *err)
{
	uint64_t id = 0;
	int rc = arg_number("watch_group", value, SW_GROUP_MAX, &id, err);

	b->watch_group = (uint32_t)id;
	return rc;
}

static int take_watch_port(struct sw_bucket_conf *b, const char *value, struct sw_err *err)
{
	int rc = arg_port("watch_port", value, &b->watch_port, err);

	if (rc || b->watch_port <= SW_OFPP_MAX || b->watch_port == SW_OFPP_LOCAL ||
		b->watch_port == SW_OFPP_ANY)
		return rc;
	rc = sw_err_set(err, SW_CODE_INVALID, "watch_port: %s cannot go down", value);
	sw_err_given(err, "%s", value);
	sw_err_allowed(err, "a port, LOCAL, or ANY for none");
	return rc;
}

static int take_bucket_id(struct bucket_reading *r, const char *value, struct sw_err *err)
{
	uint64_t id = 0;
	int rc = arg_number("bucket_id", value, SW_GROUP_MAX, &id, err);

	r->b->id = (uint32_t)id;
	return rc;
}

static int take_bucket_word(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "bucket_id", "weight", "watch_port", "watch_group",
		"actions", "action" };
	struct bucket_reading *r = arg;
	unsigned i = 0;

	while (i < RTE_DIM(names) && (w->quoted || !w->value || strcmp(w->name, names[i])))
		i++;
	switch (i) {
	case 0:
		return take_bucket_id(r, w->value, err);
	case 1:
		return arg_u16("weight", w->value, &r->b->weight, err);
	case 2:
		return take_watch_port(r->b, w->value, err);
	case 3:
		return take_watch_group(r->b, w->value, err);
	case 4:
	case 5:
		return args_each(w->value, take_action, r, err);
	default:
		return take_action(r, w, err);
	}
}

static struct sw_bucket_conf *add_bucket(struct sw_group_conf *conf)
{
	struct sw_bucket_conf *b;

	conf->buckets = sw_xrealloc(conf->buckets, conf->n_buckets + 1, sizeof(*b));
	b = &conf->buckets[conf->n_buckets++];
	memset(b, 0, sizeof(*b));
	b->id = b->watch_group = SW_GROUP_ANY;
	b->watch_port = SW_OFPP_ANY;
	return b;
}

int group_read_bucket(struct sw_group_change *change, const char *text, struct sw_err *err)
{
	struct sw_group_conf *conf = &change->conf;
	struct bucket_reading r = { 0 };
	int rc;

	if (conf->n_buckets == BUCKETS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT, "more than %u buckets", BUCKETS_MAX);
	r.b = add_bucket(conf);
	if (change->verb == SW_GROUP_INSERT_BUCKETS || conf->type == SW_GROUP_SELECT)
		r.b->weight = 1;
	rc = args_each(text, take_bucket_word, &r, err);
	if (!rc && !r.words) {
		rc = sw_err_set(err, SW_CODE_INVALID, "a bucket has no actions");
		sw_err_hint(err, "write bucket=drop if it is to do nothing");
	}
	return rc ? rc : list_drop(&r.b->actions, r.words, r.last, err);
}

void group_print_bucket(
	const struct sw_group_conf *conf, const struct sw_bucket_conf *b, struct sw_str *out)
{
	sw_str_add(out, ",bucket=");
	if (b->id != SW_GROUP_ANY)
		sw_str_add(out, "bucket_id:%u,", b->id);
	if (conf->type == SW_GROUP_SELECT && b->weight != 1)
		sw_str_add(out, "weight:%u,", b->weight);
	if (b->watch_port != SW_OFPP_ANY) {
		sw_str_add(out, "watch_port:");
		port_print(b->watch_port, out);
		sw_str_add(out, ",");
	}
	if (b->watch_group != SW_GROUP_ANY)
		sw_str_add(out, "watch_group:%u,", b->watch_group);
	sw_str_add(out, "actions=");
	sw_actions_print(b->actions, out);
}

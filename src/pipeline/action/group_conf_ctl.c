/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configurations of groups: copied, compared, freed, checked (OpenFlow 1.3.5, 5.6.1, 6.7).
 *
 * Control thread; no state.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/group.h>
#include <sw/mem.h>

void sw_group_fini(struct sw_group_conf *conf)
{
	for (unsigned i = 0; i < conf->n_buckets; i++)
		sw_actions_free(conf->buckets[i].actions);
	free(conf->buckets);
	free(conf->fields);
	memset(conf, 0, sizeof(*conf));
}

static void *copy_of(const void *from, size_t n, size_t size)
{
	void *to = n ? sw_xcalloc(n, size) : NULL;

	return to ? memcpy(to, from, n * size) : NULL;
}

void sw_group_copy(struct sw_group_conf *to, const struct sw_group_conf *from)
{
	*to = *from;
	to->fields = copy_of(from->fields, from->n_fields, sizeof(*to->fields));
	to->buckets = copy_of(from->buckets, from->n_buckets, sizeof(*to->buckets));
	for (unsigned i = 0; i < to->n_buckets; i++)
		sw_actions_share(to->buckets[i].actions);
}

static bool bucket_equal(const struct sw_bucket_conf *a, const struct sw_bucket_conf *b)
{
	return a->id == b->id && a->weight == b->weight && a->watch_port == b->watch_port &&
	       a->watch_group == b->watch_group && sw_actions_equal(a->actions, b->actions);
}

/* Their order says nothing, each is there once. */
static bool fields_equal(const struct sw_group_conf *a, const struct sw_group_conf *b)
{
	for (unsigned i = 0; i < a->n_fields; i++) {
		unsigned j = 0;

		while (j < b->n_fields && a->fields[i].field != b->fields[j].field)
			j++;
		if (j == b->n_fields ||
			memcmp(a->fields[i].mask, b->fields[j].mask, sizeof(a->fields[i].mask)))
			return false;
	}
	return a->n_fields == b->n_fields;
}

bool sw_group_equal(const struct sw_group_conf *a, const struct sw_group_conf *b)
{
	if (a->id != b->id || a->type != b->type || strcmp(a->method, b->method) ||
		a->method_param != b->method_param || !fields_equal(a, b) ||
		a->n_buckets != b->n_buckets)
		return false;
	for (unsigned i = 0; i < a->n_buckets; i++)
		if (!bucket_equal(&a->buckets[i], &b->buckets[i]))
			return false;
	return true;
}

static int check_watch(
	const struct sw_group_conf *conf, const struct sw_bucket_conf *b, struct sw_err *err)
{
	bool watches = b->watch_port != SW_OFPP_ANY || b->watch_group != SW_GROUP_ANY;

	if (conf->type == SW_GROUP_FF && !watches)
		return sw_err_set(err, SW_CODE_INVALID,
			"bucket %u of a fast-failover group needs watch_port or watch_group",
			b->id);
	if (watches && conf->type != SW_GROUP_FF && conf->type != SW_GROUP_SELECT)
		return sw_err_set(err, SW_CODE_INVALID,
			"bucket %u: watch_port and watch_group are for types ff and select", b->id);
	return 0;
}

static int check_bucket(const struct sw_group_conf *conf, unsigned i, struct sw_err *err)
{
	const struct sw_bucket_conf *b = &conf->buckets[i];
	int rc;

	if (b->id > SW_GROUP_MAX)
		return sw_err_set(
			err, SW_CODE_INVALID, "bucket_id %u is above %u", b->id, SW_GROUP_MAX);
	if (b->weight && conf->type != SW_GROUP_SELECT)
		return sw_err_set(err, SW_CODE_INVALID,
			"bucket %u: only groups of type select have weights", b->id);
	rc = check_watch(conf, b, err);
	if (rc)
		return rc;
	rc = sw_actions_check_set(b->actions, err);
	if (rc)
		sw_err_prefix(err, "bucket %u", b->id);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The ids of all buckets, sorted; the caller's. Those that have none come last. */
static uint32_t *sorted_ids(const struct sw_group_conf *conf)
{
	uint32_t *ids = sw_xcalloc(conf->n_buckets + 1, sizeof(*ids));

	for (unsigned i = 0; i < conf->n_buckets; i++)
		ids[i] = conf->buckets[i].id;
	qsort(ids, conf->n_buckets, sizeof(*ids), by_number);
	return ids;
}

void sw_group_number_buckets(struct sw_group_conf *conf)
{
	uint32_t *used = sorted_ids(conf), id = 0;
	unsigned at = 0;

	for (unsigned i = 0; i < conf->n_buckets; i++) {
		if (conf->buckets[i].id != SW_GROUP_ANY)
			continue;
		for (; at < conf->n_buckets && used[at] <= id; at++)
			id += used[at] == id;
		conf->buckets[i].id = id++;
	}
	free(used);
}

static int check_ids(const struct sw_group_conf *conf, struct sw_err *err)
{
	uint32_t *ids = sorted_ids(conf);
	int rc = 0;

	for (unsigned i = 1; i < conf->n_buckets && !rc; i++)
		if (ids[i] == ids[i - 1])
			rc = sw_err_set(
				err, SW_CODE_INVALID, "two buckets have bucket_id %u", ids[i]);
	free(ids);
	return rc;
}

static int check_method(const struct sw_group_conf *conf, struct sw_err *err)
{
	bool hash = !strcmp(conf->method, "hash"), dp_hash = !strcmp(conf->method, "dp_hash");
	int rc;

	if (conf->method[0] && conf->type != SW_GROUP_SELECT)
		return sw_err_set(
			err, SW_CODE_INVALID, "selection_method is for groups of type select only");
	if (conf->method[0] && !hash && !dp_hash) {
		rc = sw_err_set(err, SW_CODE_INVALID, "selection_method: \"%s\" is not known",
			conf->method);
		sw_err_given(err, "%s", conf->method);
		sw_err_allowed(err, "hash, dp_hash");
		return rc;
	}
	if (conf->method_param && !conf->method[0])
		return sw_err_set(
			err, SW_CODE_INVALID, "selection_method_param needs a selection_method");
	if (conf->n_fields && !hash)
		return sw_err_set(
			err, SW_CODE_INVALID, "fields are for selection_method=hash only");
	return 0;
}

int sw_group_check(const struct sw_group_conf *conf, struct sw_err *err)
{
	int rc;

	if (conf->id > SW_GROUP_MAX)
		return sw_err_set(
			err, SW_CODE_INVALID, "group_id %u is above %u", conf->id, SW_GROUP_MAX);
	if (conf->type == SW_GROUP_INDIRECT && conf->n_buckets != 1)
		return sw_err_set(err, SW_CODE_INVALID,
			"a group of type indirect has one bucket, this has %u", conf->n_buckets);
	rc = check_method(conf, err);
	for (unsigned i = 0; i < conf->n_buckets && !rc; i++)
		rc = check_bucket(conf, i, err);
	return rc ? rc : check_ids(conf, err);
}

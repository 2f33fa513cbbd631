/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets put into groups and taken out (OpenFlow 1.5.1, 7.3.4.3).
 *
 * Control thread only. Configurations that are made share the lists of actions of those they come from.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "groups_ctl.h"

/* Which bucket is meant, or -1. */
static int bucket_at(const struct sw_group_conf *conf, uint32_t bucket)
{
	if (bucket == SW_BUCKET_FIRST || bucket == SW_BUCKET_LAST)
		return !conf->n_buckets		   ? -1
		       : bucket == SW_BUCKET_FIRST ? 0
						   : (int)conf->n_buckets - 1;
	for (unsigned i = 0; i < conf->n_buckets; i++)
		if (conf->buckets[i].id == bucket)
			return i;
	return -1;
}

static enum sw_group_fault unknown(
	const struct sw_group_conf *conf, uint32_t bucket, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_NOT_FOUND, "group %u has no bucket %u", conf->id, bucket);
	sw_err_given(err, "%u", bucket);
	sw_err_allowed(err, "a bucket_id of the group, first, or last");
	return SW_GROUP_BUCKET_UNKNOWN;
}

/* Copies to->n_buckets on; the lists get a holder more. */
static void append(struct sw_group_conf *to, const struct sw_bucket_conf *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		to->buckets[to->n_buckets] = from[i];
		sw_actions_share(from[i].actions);
		to->n_buckets++;
	}
}

/* All of a group but its buckets, with room for n. */
static void begin(struct sw_group_conf *to, const struct sw_group_conf *from, unsigned n)
{
	struct sw_group_conf bare = *from;

	bare.n_buckets = 0;
	sw_group_copy(to, &bare);
	to->buckets = sw_xcalloc(n, sizeof(to->buckets[0]));
}

/* Text gives new buckets the weight 1 without knowing the type of the group. */
static void adapt_weights(struct sw_bucket_conf *buckets, unsigned n, enum sw_group_type type)
{
	for (unsigned i = 0; i < n; i++)
		if (type != SW_GROUP_SELECT && buckets[i].weight == 1)
			buckets[i].weight = 0;
}

enum sw_group_fault group_insert_buckets(struct sw_group_conf *to, const struct sw_group_conf *from,
	const struct sw_group_change *change, struct sw_err *err)
{
	const struct sw_group_conf *new = &change->conf;
	int at = bucket_at(from, change->bucket);
	unsigned before;

	if (at < 0 && change->bucket != SW_BUCKET_FIRST && change->bucket != SW_BUCKET_LAST)
		return unknown(from, change->bucket, err);
	before = change->bucket == SW_BUCKET_LAST ? from->n_buckets : at < 0 ? 0 : at;
	begin(to, from, from->n_buckets + new->n_buckets);
	append(to, from->buckets, before);
	append(to, new->buckets, new->n_buckets);
	adapt_weights(to->buckets + before, new->n_buckets, from->type);
	append(to, from->buckets + before, from->n_buckets - before);
	return SW_GROUP_FINE;
}

enum sw_group_fault group_remove_buckets(struct sw_group_conf *to, const struct sw_group_conf *from,
	const struct sw_group_change *change, struct sw_err *err)
{
	int at = bucket_at(from, change->bucket);

	if (at < 0 && change->bucket <= SW_GROUP_MAX)
		return unknown(from, change->bucket, err);
	begin(to, from, from->n_buckets);
	for (unsigned i = 0; i < from->n_buckets; i++)
		if (change->bucket != SW_BUCKET_ALL && (int)i != at)
			append(to, &from->buckets[i], 1);
	return SW_GROUP_FINE;
}

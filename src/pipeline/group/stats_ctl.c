/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What groups have counted. A group that is changed goes on counting from where it was, a bucket too where buckets are put in
 * or taken out; a modified group's buckets begin at 0 (OpenFlow 1.3.5, 6.7).
 *
 * Control thread only. Workers that still run the object before count there: what it has when the next one takes its place
 * is added to that one's base at once, the rest when no worker has it any more.
 */
#include <string.h>

#include "../rule/rules_ctl.h"
#include "groups_ctl.h"

/* Of the group (i = 0), or of bucket i - 1, by all workers of this object. */
static struct group_count sum(const struct sw_group *g, unsigned i)
{
	struct group_count all = { 0 };

	for (unsigned w = 0; w < g->workers; w++) {
		const struct group_count *c = &g->counts[w * g->stride + i];

		all.packets += __atomic_load_n(&c->packets, __ATOMIC_RELAXED);
		all.bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
	}
	return all;
}

/* What came since it was added to the next one's base last. */
static void move_on(struct group_count *to, struct sw_group *from, unsigned i)
{
	struct group_count all = sum(from, i);

	to->packets += all.packets - from->added[i].packets;
	to->bytes += all.bytes - from->added[i].bytes;
	from->added[i] = all;
}

static int bucket_by_id(const struct sw_group *g, uint32_t id)
{
	for (unsigned i = 0; i < g->n; i++)
		if (g->conf.buckets[i].id == id)
			return i;
	return -1;
}

/* A copy of what is there for a staging: all. One that a staging has changed: those that it left. */
void group_keep_buckets(struct sw_group *g, const struct sw_group *old)
{
	for (unsigned i = 0; i < g->n; i++) {
		int was = bucket_by_id(old, g->conf.buckets[i].id);

		g->bucket[i].kept = was >= 0 && (!old->of->tried || old->bucket[was].kept);
	}
}

/* The bucket of `now`, which came after `old`, that counts on from a bucket of that one, or -1. */
static int heir(const struct sw_group *now, const struct sw_group *old, unsigned i)
{
	for (const struct sw_group *g = old->after;; g = g->after) {
		int at = bucket_by_id(g, old->conf.buckets[i].id);

		if (at < 0 || !g->bucket[at].kept)
			return -1;
		if (g == now)
			return at;
	}
}

void group_stats_follow(struct sw_group *g, struct sw_group *old)
{
	g->made_ms = old->made_ms;
	g->base[0] = old->base[0];
	for (unsigned i = 0; i < old->n; i++) {
		int at = heir(g, old, i);

		if (at >= 0)
			g->base[1 + at] = old->base[1 + i];
	}
	group_stats_settle(g, old);
}

void group_stats_settle(struct sw_group *now, struct sw_group *old)
{
	move_on(&now->base[0], old, 0);
	for (unsigned i = 0; i < old->n; i++) {
		int at = heir(now, old, i);

		if (at >= 0)
			move_on(&now->base[1 + at], old, 1 + i);
	}
}

static struct group_count counted(const struct sw_group *g, unsigned i)
{
	struct group_count all = sum(g, i);

	all.packets += g->base[i].packets;
	all.bytes += g->base[i].bytes;
	return all;
}

void sw_group_stats(const struct sw_group *g, struct sw_group_stats *out)
{
	struct group_count all = counted(g, 0);

	memset(out, 0, sizeof(*out));
	out->packets = all.packets;
	out->bytes = all.bytes;
	out->made_ms = g->made_ms;
	out->rules = g->refs;
	out->users = g->of->rules ? rules_using_group(g->of->rules, g->id) : 0;
	for (unsigned i = 0; i < g->n; i++) {
		all = counted(g, 1 + i);
		out->bucket[i].packets = all.packets;
		out->bucket[i].bytes = all.bytes;
	}
}

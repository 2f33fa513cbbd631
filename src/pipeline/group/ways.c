/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that only send: found once a burst.
 *
 * Workers. All of a burst is at one version of the rules, so what is found is the same for each packet; which buckets are
 * live is asked once, too, where all packets go to one.
 */
#include "ways.h"

#include "live.h"
#include "send.h"

/* The bucket of all packets; -1: there is none, or each has its own. */
static int bucket_of_all(const struct exec *x, const struct sw_group *g)
{
	switch (g->type) {
	case SW_GROUP_SELECT:
		return g->n == 1 ? select_by_packet(x->prog, x->version, g, x->pkts[0]) : -1;
	case SW_GROUP_INDIRECT:
		return (int)g->n - 1;
	case SW_GROUP_FF:
		return group_first_live(x->prog, x->version, g);
	default:
		return -1;
	}
}

static void settle(struct group_way *way, const struct sw_worker *w)
{
	struct group_count *c;

	if (!way->packets)
		return;
	c = group_counts(way->g, w);
	group_count(c, way->packets, way->bytes);
	if (way->lane)
		group_count(c + 1 + way->bucket, way->packets, way->bytes);
	way->packets = 0;
	way->bytes = 0;
}

/* Which way it is, in the place of the one that was there. */
static __rte_noinline void find_way(
	struct group_way *way, const struct exec *x, const struct op *op)
{
	const struct sw_group *g = group_find_at(x->prog->groups, op->group.id, x->version);
	int bucket;

	*way = (struct group_way){ .id = op->group.id, .in_port = op->group.in_port };
	if (!g || g->walks)
		return;
	bucket = bucket_of_all(x, g);
	if (bucket >= 0) {
		way->bucket = bucket;
		way->lane = group_lane(x, g, bucket, way->in_port);
		way->g = way->lane ? g : NULL;
	} else if (g->type == SW_GROUP_SELECT && g->n > 1) {
		way->g = g;
	}
}

static struct group_way *way_of(struct exec *x, const struct op *op)
{
	unsigned i = op->group.id % GROUP_WAYS;
	struct group_way *way = &x->ways->way[i];
	bool used = x->ways->used >> i & 1;

	if (likely(used && way->id == op->group.id && way->in_port == op->group.in_port))
		return way;
	if (used)
		settle(way, x->w);
	x->ways->used |= 1u << i;
	find_way(way, x, op);
	return way;
}

/* Where a packet goes by its connection, counted by its bucket. NULL: it cannot just be sent. */
static inline struct sw_lane *lane_of(
	const struct exec *x, const struct group_way *way, const struct rte_mbuf *m)
{
	int bucket = select_by_packet(x->prog, x->version, way->g, m);
	struct sw_lane *lane =
		likely(bucket >= 0) ? group_lane(x, way->g, bucket, way->in_port) : NULL;

	if (likely(lane))
		group_count(group_counts(way->g, x->w) + 1 + bucket, 1, m->pkt_len);
	return lane;
}

/* Consumes them one by one; false: one of them, which is the first now, cannot just be sent. */
static bool send_them(struct exec *x, struct group_way *way)
{
	do {
		struct rte_mbuf *m = x->pkts[0];
		struct sw_lane *lane = way->lane ? way->lane : lane_of(x, way, m);

		if (unlikely(!lane))
			return false;
		way->packets++;
		way->bytes += m->pkt_len;
		sw_send(x->w, lane, m);
		x->sent = true;
		x->pkts++;
	} while (--x->n);
	return true;
}

bool group_ways_send(struct exec *x, const struct op *op)
{
	struct group_way *way = way_of(x, op);

	if (!way->g || unlikely(x->runs >= GROUP_RUNS))
		return false;
	x->runs++;
	return send_them(x, way);
}

void group_ways_count(struct group_ways *ways, const struct sw_worker *w)
{
	for (uint32_t left = ways->used; left; left &= left - 1)
		settle(&ways->way[__builtin_ctz(left)], w);
	ways->used = 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending packets to a group (OpenFlow 1.3.5, 5.6.1): all buckets, one by a hash of each packet's connection, the one, or the
 * first live one. What a bucket does to a packet is not seen by others, nor by what follows the group.
 *
 * Workers but for the compiling. Each bucket runs on references of its own to the packets, so who changes one copies
 * it; the last to need a packet gets it itself. How many buckets run for a packet is bounded, and how deep.
 */
#include <string.h>

#include <sw/drop.h>

#include "../exec/code.h"
#include "../exec/pause.h"
#include "../exec/prog.h"
#include "../exec/run_ttl.h"
#include "../exec/walk_live.h"
#include "../exec/walk_reread.h"
#include "group.h"
#include "live.h"
#include "send.h"
#include "ways.h"

SW_USE(drop, rule_too_long);
SW_REGISTER(drop, rule_no_group) = {
	.name = "rule_no_group",
	.help = "a rule sends it to a group that is not there, or went while the packet was on its way",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, group_no_bucket) = {
	.name = "group_no_bucket",
	.help = "a rule sends it to a group that has no bucket for it: all that they watch is down, or there is none, or "
		"none has a weight",
	.as = SW_DROP_RX_DROPPED,
};

/* A group that is being run on packets. */
struct run {
	struct exec *x;
	const struct op *op;
	const struct sw_group *g;
	uint32_t in_port; /* outputs to it are not done; 0: the walk saw to it */
	bool sent;	  /* before it */
	unsigned why;	  /* likewise */
};

/* Packets for a bucket, and the bucket's ops. */
struct share {
	unsigned bucket, n, n_ops;
	const struct op *ops;
	bool last; /* nobody else needs them */
	struct rte_mbuf **pkts;
};

static inline bool send_share(struct run *r, const struct share *s)
{
	bool whole = s->ops == r->g->bucket[s->bucket].ops;
	struct sw_lane *lane = whole ? group_lane(r->x, r->g, s->bucket, r->in_port) : NULL;

	if (unlikely(!lane))
		return false;
	for (unsigned i = 0; i < s->n; i++)
		sw_send(r->x->w, lane, s->pkts[i]);
	r->x->sent = true;
	return true;
}

/* A packet that others have, too, is not lost when this bucket does nothing with it. */
static void run_ops(struct run *r, struct share *s)
{
	struct exec *x = r->x;
	struct exec sub = *x;

	sub.pkts = s->pkts;
	sub.n = s->n;
	sub.sent = false;
	sub.spare |= !s->last || r->sent;
	sub.why = r->why;
	sub.depth++;
	sub.ways = NULL;
	sub.in_port = r->in_port;
	exec_ops(&sub, s->ops, s->n_ops);
	exec_end(&sub);
	x->runs = sub.runs;
	x->why = sub.why;
	x->sent |= sub.sent;
}

/* Consumes the share. */
static void run_share(struct run *r, struct share *s)
{
	group_count(group_counts(r->g, r->x->w) + 1 + s->bucket, s->n, sw_bytes(s->pkts, s->n));
	r->x->runs++;
	if (!send_share(r, s))
		run_ops(r, s);
}

/* All of the packets, for one bucket. */
static void run_all_packets(struct run *r, struct share *s, bool last)
{
	struct rte_mbuf *copy[SW_BURST];
	struct exec *x = r->x;

	s->last = last;
	s->n = x->n;
	s->pkts = x->pkts;
	if (last) {
		x->n = 0;
	} else {
		exec_hold(x);
		memcpy(copy, x->pkts, x->n * sizeof(copy[0]));
		s->pkts = copy;
	}
	run_share(r, s);
}

static void set_bucket(const struct run *r, struct share *s, unsigned i)
{
	s->bucket = i;
	s->ops = r->g->bucket[i].ops;
	s->n_ops = r->g->bucket[i].n;
}

/* What a bucket sends before the last one has the packets counts for that one, too: they are not lost then. */
static void run_every(struct run *r)
{
	struct share s;

	for (unsigned i = 0; i < r->g->n; i++) {
		if (unlikely(r->x->runs >= GROUP_RUNS)) {
			r->x->why = SW_ID(drop, rule_too_long);
			return;
		}
		set_bucket(r, &s, i);
		run_all_packets(r, &s, r->op->last && i + 1 == r->g->n);
		r->sent |= r->x->sent;
	}
}

static void run_one(struct run *r, int bucket)
{
	struct share s;

	if (unlikely(bucket < 0))
		return;
	set_bucket(r, &s, bucket);
	run_all_packets(r, &s, r->op->last);
}

/* Nothing is live for packets kept[0..n): consumed. */
static void drop_kept(struct run *r, struct rte_mbuf **kept, unsigned n)
{
	if (r->sent || r->x->spare)
		rte_pktmbuf_free_bulk(kept, n);
	else
		sw_drop_many(r->x->in, SW_ID(drop, group_no_bucket), kept, n);
}

/* Packets by their buckets: a share for each bucket that has some, made when the first comes. */
struct sorted {
	unsigned n_kept, n_shares;
	uint8_t share_of[SW_BUCKETS_MAX]; /* + 1; 0: none yet */
	struct rte_mbuf *kept[SW_BURST];  /* for which no bucket is live */
	struct share share[SW_BURST];
	struct rte_mbuf *pkts[SW_BURST][SW_BURST]; /* of each share */
};

static void sort(struct run *r, struct sorted *to)
{
	struct exec *x = r->x;

	to->n_kept = to->n_shares = 0;
	memset(to->share_of, 0, r->g->n);
	for (unsigned i = 0; i < x->n; i++) {
		int bucket = select_by_packet(x->prog, x->version, r->g, x->pkts[i]);
		struct share *s;

		if (unlikely(bucket < 0)) {
			to->kept[to->n_kept++] = x->pkts[i];
			continue;
		}
		if (!to->share_of[bucket]) {
			s = &to->share[to->n_shares++];
			set_bucket(r, s, bucket);
			s->last = r->op->last;
			s->n = 0;
			s->pkts = to->pkts[to->n_shares - 1];
			to->share_of[bucket] = to->n_shares;
		}
		s = &to->share[to->share_of[bucket] - 1];
		s->pkts[s->n++] = x->pkts[i];
	}
}

static void hold(const struct share *s)
{
	for (unsigned i = 0; i < s->n; i++)
		rte_pktmbuf_refcnt_update(s->pkts[i], 1);
}

/* Packets of the same bucket together, in their order. */
static void run_select(struct run *r)
{
	struct sorted sorted;

	sort(r, &sorted);
	for (unsigned i = 0; i < sorted.n_shares; i++) {
		if (!r->op->last)
			hold(&sorted.share[i]);
		run_share(r, &sorted.share[i]);
	}
	if (!r->op->last)
		return;
	drop_kept(r, sorted.kept, sorted.n_kept);
	r->x->n = 0;
}

static bool begin(struct run *r)
{
	struct exec *x = r->x;

	if (unlikely(x->depth >= GROUP_DEPTH || x->runs >= GROUP_RUNS)) {
		x->why = SW_ID(drop, rule_too_long);
		return false;
	}
	x->why = SW_ID(drop, group_no_bucket); /* unless one is run */
	group_count(group_counts(r->g, x->w), x->n, sw_bytes(x->pkts, x->n));
	return true;
}

/* The group as it is at the version of the burst. */
static __rte_noinline void run_found(struct exec *x, const struct op *op)
{
	struct run r = { .x = x, .op = op, .sent = x->sent, .why = x->why };
	int bucket;

	r.g = group_find_at(x->prog->groups, op->group.id, x->version);
	r.in_port = op->group.in_port ? op->group.in_port : x->in_port;
	if (unlikely(!r.g || r.g->walks)) {
		x->why = SW_ID(drop, rule_no_group);
		return;
	}
	if (!begin(&r))
		return;
	switch (r.g->type) {
	case SW_GROUP_TYPE_ALL:
		run_every(&r);
		return;
	case SW_GROUP_SELECT:
		if (x->n > 1) {
			run_select(&r);
			return;
		} /* else there is nothing to sort: its neighbours go elsewhere */
		bucket = select_by_packet(x->prog, x->version, r.g, x->pkts[0]);
		break;
	case SW_GROUP_INDIRECT:
		bucket = r.g->n ? 0 : -1;
		break;
	default:
		bucket = group_first_live(x->prog, x->version, r.g);
	}
	run_one(&r, bucket);
}

static void run_group(struct exec *x, const struct op *op)
{
	if (!x->ways || !op->last || !group_ways_send(x, op))
		run_found(x, op);
}

/* The buckets that the walk took along. */
static void run_walked(struct exec *x, const struct op *op)
{
	struct run r = { .x = x, .op = op, .g = op->group.walked };
	const struct op *end = op + 1 + op->nested;

	r.sent = x->sent;
	r.why = x->why;
	if (!begin(&r))
		return;
	for (const struct op *b = op + 1; b < end; b += 1 + b->nested) {
		struct share s = { .bucket = b->id, .ops = b + 1, .n_ops = b->nested };

		run_all_packets(&r, &s, op->last && b->last);
		r.sent |= x->sent;
	}
}

/* A bucket's actions see the packet as it came to the group, and nothing after the group sees what they did; an exit, or the
 * packet's end, ends the bucket; where it stops, the rest of the bucket is what waits. */
static void walk_bucket(struct walk *walk, const struct sw_group *g, unsigned bucket)
{
	const struct code *code = g->bucket[bucket].code, *outer = walk->bucket;
	struct op head = { .sends = true, .id = bucket };
	struct walk_inner inner;

	if (!walk_open(walk, &inner, &head))
		return;
	walk->bucket = code;
	walk_ops(walk, code->apply, code->n_apply);
	walk->bucket = outer;
	pause_end(walk);
	walk->exit = walk->lost = false;
	walk_close(walk, &inner);
}

/* What it comes to holds no longer than what lives now. */
static void note_watched(struct walk *walk, const struct sw_group *g)
{
	if (g->watches)
		walk_asks_live(walk);
	walk->asked_groups |= (g->watches & GROUP_WATCHES_GROUPS) != 0;
}

static int choose(struct walk *walk, const struct sw_group *g)
{
	const struct rules_prog *prog = walk->prog;

	note_watched(walk, g);
	switch (g->type) {
	case SW_GROUP_SELECT:
		return select_by_fields(prog, walk->reader.version, g, &walk->fields);
	case SW_GROUP_INDIRECT:
		return g->n ? 0 : -1;
	default:
		return group_first_live(prog, walk->reader.version, g);
	}
}

static void walk_buckets(struct walk *walk, const struct sw_group *g)
{
	int chosen;

	if (g->type == SW_GROUP_TYPE_ALL) {
		for (unsigned i = 0; i < g->n && !walk->too_long; i++)
			walk_bucket(walk, g, i);
		return;
	}
	chosen = choose(walk, g);
	if (chosen >= 0)
		walk_bucket(walk, g, chosen);
}

static void walk_through(struct walk *walk, const struct op *op, const struct sw_group *g)
{
	struct op head = *op;
	struct walk_inner inner;

	if (walk->depth == WALK_DEPTH) {
		walk->too_long = true;
		return;
	}
	if (!walk_fresh(walk))
		return;
	walk->in_groups = true;
	head.run = run_walked;
	head.group.walked = g;
	if (walk->exit || walk->lost || !walk_open(walk, &inner, &head))
		return;
	walk->depth++;
	walk->groups++;
	walk_buckets(walk, g);
	walk->groups--;
	walk->depth--;
	walk_close(walk, &inner);
}

static void walk_group(struct walk *walk, const struct op *op)
{
	const struct sw_group *g =
		group_find_at(walk->prog->groups, op->group.id, walk->reader.version);
	unsigned downs = g ? __atomic_load_n(&g->downs, __ATOMIC_RELAXED) : 0;
	struct op *put;

	if (g && group_is_walked(g, walk->reader.version)) {
		walk_through(walk, op, g);
		return;
	}
	if (g && walk_may_end(walk, downs)) {
		walk->once = true; /* others go another way */
		walk_through(walk, op, g);
		return;
	}
	if (walk->left)
		return;
	walk->once |= !g; /* nobody hears of one that comes */
	put = walk_put(walk, op);
	if (put)
		put->group.in_port = rte_be_to_cpu_32(walk->fields.in_port);
}

bool groups_hold(const struct sw_groups *groups, const struct op *ops, unsigned n, uint64_t then,
	uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		const struct sw_group *g;

		if (ops[i].run != run_walked)
			continue;
		g = group_find_at(groups, ops[i].group.id, now);
		if (!g || g->begin > then)
			return false;
	}
	return true;
}

bool op_group(const struct op *op, uint32_t *id)
{
	*id = op->group.id;
	return op->run == run_group || op->run == run_walked;
}

static int compile_group(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->sends = op->fixed = true;
	op->walk = walk_group;
	op->run = run_group;
	op->group.id = a->id;
	return 0;
}
SW_REGISTER(action_code, group) = {
	.name = "group",
	.help = "sends to the buckets of a group",
	.compile = compile_group,
};

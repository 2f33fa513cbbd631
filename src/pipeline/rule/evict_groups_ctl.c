/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See evict_groups.h. A rank is importance and end, as they were when the rule was put there. Packets put off the end of an idle
 * timeout and tell nobody, so what is at the top is looked at anew and goes down if its end is later now. No rule ends
 * earlier than its heap has it: who shortens a timeout says so. So the choice is exact, unless LOOKS of those at the top
 * have been used meanwhile: then it is the best of them.
 *
 * The heap of a group is a leftist tree (Crane; Knuth, TAOCP 3, 5.2.3): joined along right spines, which are no longer than the
 * logarithm, and no rule but the one that changes is touched. Whatever grows does so by pages, so that no step is long.
 *
 * Control thread only.
 */
#include "evict_groups.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/mem.h>

#include "paged_ctl.h"
#include "timer.h"

#define LOOKS	1024
#define END	((1ull << 48) - 1) /* bits of a rank */
#define ODD	(1u << 31)	   /* of evict_at: in which of two it is; the rest is its node */
#define BUCKETS 16		   /* at first */

struct node {
	uint64_t rank;		  /* importance above, end in milliseconds below */
	struct sw_rule *rule;	  /* NULL: it is free */
	uint32_t left, right, up; /* left: of a free one the next */
	uint32_t
		spine; /* nodes on the way to the right, with this one; left's are as many or more */
};

struct group {
	uint64_t hash;
	uint32_t next; /* of the bucket; of a free one */
	uint32_t at;   /* in the heap of groups */
	uint32_t n, root;
	uint64_t key[];
};

struct evict_groups {
	struct evict_by *by; /* NULL: one group */
	uint32_t mark;	     /* ODD or 0 */
	/* Nodes and groups, from 1 on; the heap of groups, and lists of them by hash, as numbers of these. */
	struct paged nodes, groups, heap, buckets;
	uint32_t free_node, free_group;
	uint32_t n;    /* groups in the heap */
	uint32_t base; /* the power of two that is not above the number of buckets */
};

/* --- the rules of a group -------------------------------------------------------------------------------------------- */

static struct node *node_at(const struct evict_groups *e, uint32_t i)
{
	return paged_at(&e->nodes, i);
}

static uint32_t spine(const struct evict_groups *e, uint32_t i)
{
	return i ? node_at(e, i)->spine : 0;
}

static uint64_t rank_of(const struct sw_rule *rule)
{
	return (uint64_t)rule->importance << 48 | (rule_timer_due(rule) & END);
}

/* The side with the longer spine is the left one. Is its own another than before? */
static bool straighten(const struct evict_groups *e, struct node *n)
{
	uint32_t was = n->spine;

	if (spine(e, n->left) < spine(e, n->right))
		RTE_SWAP(n->left, n->right);
	n->spine = spine(e, n->right) + 1;
	return n->spine != was;
}

/* Two trees to one, whose root has nothing above. */
static uint32_t join(const struct evict_groups *e, uint32_t a, uint32_t b)
{
	uint32_t root = 0, last = 0, rest;

	while (a && b) {
		if (node_at(e, b)->rank < node_at(e, a)->rank)
			RTE_SWAP(a, b);
		if (last)
			node_at(e, last)->right = a;
		else
			root = a;
		node_at(e, a)->up = last;
		last = a;
		a = node_at(e, a)->right;
	}
	rest = a ? a : b;
	if (rest)
		node_at(e, rest)->up = last;
	if (!last)
		return rest;
	node_at(e, last)->right = rest;
	for (; last; last = node_at(e, last)->up)
		straighten(e, node_at(e, last));
	return root;
}

static void put_in(const struct evict_groups *e, struct group *g, uint32_t i)
{
	struct node *n = node_at(e, i);

	n->left = n->right = n->up = 0;
	n->spine = 1;
	g->root = join(e, g->root, i);
}

static void take_out(const struct evict_groups *e, struct group *g, uint32_t i)
{
	const struct node *n = node_at(e, i);
	uint32_t up = n->up, below = join(e, n->left, n->right);

	if (below)
		node_at(e, below)->up = up;
	if (!up)
		g->root = below;
	else if (node_at(e, up)->left == i)
		node_at(e, up)->left = below;
	else
		node_at(e, up)->right = below;
	while (up && straighten(e, node_at(e, up)))
		up = node_at(e, up)->up;
}

/* --- groups by what is to go first ----------------------------------------------------------------------------------- */

static struct group *group_at(const struct evict_groups *e, uint32_t i)
{
	return paged_at(&e->groups, i);
}

static uint32_t *heap_at(const struct evict_groups *e, uint32_t i)
{
	return paged_at(&e->heap, i);
}

static struct group *in_heap(const struct evict_groups *e, uint32_t i)
{
	return group_at(e, *heap_at(e, i));
}

static bool goes_before(const struct evict_groups *e, const struct group *a, const struct group *b)
{
	return a->n != b->n ? a->n > b->n : node_at(e, a->root)->rank < node_at(e, b->root)->rank;
}

static void put_group(const struct evict_groups *e, uint32_t at, uint32_t group)
{
	*heap_at(e, at) = group;
	group_at(e, group)->at = at;
}

/* Its size, or its first, is another. */
static void settle(const struct evict_groups *e, const struct group *g)
{
	uint32_t at = g->at, number = *heap_at(e, at);

	for (; at && goes_before(e, g, in_heap(e, (at - 1) / 2)); at = (at - 1) / 2)
		put_group(e, at, *heap_at(e, (at - 1) / 2));
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < e->n && goes_before(e, in_heap(e, child + 1), in_heap(e, child)))
			child++;
		if (child >= e->n || !goes_before(e, in_heap(e, child), g))
			break;
		put_group(e, at, *heap_at(e, child));
		at = child;
	}
	put_group(e, at, number);
}

/* --- groups by what they have in common ------------------------------------------------------------------------------ */

static uint32_t *bucket_of(const struct evict_groups *e, uint64_t hash)
{
	uint32_t i = hash & (2 * e->base - 1);

	return paged_at(&e->buckets, i < e->buckets.n ? i : i - e->base);
}

/* One bucket more, which takes from that which lies `base` before it (linear hashing: Litwin). */
static void split(struct evict_groups *e)
{
	uint32_t to = paged_add(&e->buckets), *into = paged_at(&e->buckets, to);
	uint32_t *at = paged_at(&e->buckets, to - e->base);

	*into = 0;
	while (*at) {
		uint32_t number = *at;
		struct group *g = group_at(e, number);

		if ((g->hash & (2 * e->base - 1)) != to) {
			at = &g->next;
			continue;
		}
		*at = g->next;
		g->next = *into;
		*into = number;
	}
	if (e->buckets.n == 2 * e->base)
		e->base *= 2;
}

static size_t key_size(const struct evict_groups *e)
{
	return e->by ? e->by->n * sizeof(uint64_t) : 0;
}

static struct group *find(const struct evict_groups *e, uint64_t hash, const uint64_t *key)
{
	for (uint32_t i = *bucket_of(e, hash); i; i = group_at(e, i)->next) {
		struct group *g = group_at(e, i);

		if (g->hash == hash && !memcmp(g->key, key, key_size(e)))
			return g;
	}
	return NULL;
}

/* The group of a rule that is in one. */
static struct group *group_of(const struct evict_groups *e, const struct sw_rule *rule)
{
	uint64_t key[EVICT_KEY_MOST];
	uint64_t hash;

	if (!e->by)
		return in_heap(e, 0);
	hash = evict_by_key(e->by, rule, key);
	return find(e, hash, key);
}

/* That of one that is to be in it; a new one is at the end of the heap of groups. */
static struct group *group_for(struct evict_groups *e, const struct sw_rule *rule)
{
	uint64_t key[EVICT_KEY_MOST] = { 0 };
	uint64_t hash = e->by ? evict_by_key(e->by, rule, key) : 0;
	uint32_t number, *bucket;
	struct group *g = find(e, hash, key);

	if (g)
		return g;
	if (e->n == e->buckets.n)
		split(e);
	if (e->n == e->heap.n)
		paged_add(&e->heap);
	number = e->free_group ? e->free_group : paged_add(&e->groups);
	g = group_at(e, number);
	if (number == e->free_group)
		e->free_group = g->next;
	g->hash = hash;
	g->n = g->root = 0;
	memcpy(g->key, key, key_size(e));
	bucket = bucket_of(e, hash);
	g->next = *bucket;
	*bucket = number;
	put_group(e, e->n++, number);
	return g;
}

/* It is empty. */
static void end_group(struct evict_groups *e, struct group *g)
{
	uint32_t number = *heap_at(e, g->at), last = *heap_at(e, --e->n);
	uint32_t *at = bucket_of(e, g->hash);

	while (*at != number)
		at = &group_at(e, *at)->next;
	*at = g->next;
	if (last != number) {
		put_group(e, g->at, last);
		settle(e, group_at(e, last));
	}
	g->next = e->free_group;
	e->free_group = number;
}

/* --------------------------------------------------------------------------------------------------------------------- */

struct evict_groups *evict_groups_create(struct evict_by *by, bool odd)
{
	struct evict_groups *e = sw_xcalloc(1, sizeof(*e));

	e->by = by;
	e->mark = odd ? ODD : 0;
	e->base = BUCKETS;
	paged_init(&e->nodes, sizeof(struct node));
	paged_init(&e->groups, sizeof(struct group) + key_size(e));
	paged_init(&e->heap, sizeof(uint32_t));
	paged_init(&e->buckets, sizeof(uint32_t));
	paged_add(&e->nodes); /* 0 is none */
	paged_add(&e->groups);
	while (e->buckets.n < BUCKETS)
		paged_add(&e->buckets);
	return e;
}

bool evict_groups_are_empty(const struct evict_groups *e)
{
	return !e->n;
}

bool evict_groups_are_by(const struct evict_groups *e, const struct evict_by *by)
{
	return evict_by_equal(e->by, by);
}

bool evict_groups_are_odd(const struct evict_groups *e)
{
	return e->mark;
}

bool evict_groups_have(const struct evict_groups *e, const struct sw_rule *rule)
{
	return rule->evict_at && (rule->evict_at & ODD) == e->mark;
}

static uint32_t new_node(struct evict_groups *e)
{
	uint32_t i = e->free_node;

	if (!i)
		return paged_add(&e->nodes);
	e->free_node = node_at(e, i)->left;
	return i;
}

static void come(struct evict_groups *e, struct sw_rule *rule)
{
	struct group *g = group_for(e, rule);
	uint32_t i = new_node(e);

	*node_at(e, i) = (struct node){ .rank = rank_of(rule), .rule = rule };
	rule->evict_at = i | e->mark;
	g->n++;
	put_in(e, g, i);
	settle(e, g);
}

static void rank_again(struct evict_groups *e, struct group *g, uint32_t i, uint64_t rank)
{
	take_out(e, g, i);
	node_at(e, i)->rank = rank;
	put_in(e, g, i);
	settle(e, g);
}

void evict_groups_set(struct evict_groups *e, struct sw_rule *rule)
{
	uint32_t i = rule->evict_at & ~ODD;
	uint64_t rank;

	if (!i) {
		come(e, rule);
		return;
	}
	rank = rank_of(rule);
	if (rank != node_at(e, i)->rank)
		rank_again(e, group_of(e, rule), i, rank);
}

void evict_groups_forget(struct evict_groups *e, struct sw_rule *rule)
{
	node_at(e, rule->evict_at & ~ODD)->rule = NULL;
	rule->evict_at = 0;
}

void evict_groups_drop(struct evict_groups *e, struct sw_rule *rule)
{
	struct group *g = group_of(e, rule);
	uint32_t i = rule->evict_at & ~ODD;

	take_out(e, g, i);
	evict_groups_forget(e, rule);
	node_at(e, i)->left = e->free_node;
	e->free_node = i;
	if (--g->n)
		settle(e, g);
	else
		end_group(e, g);
}

struct sw_rule *evict_groups_choose(struct evict_groups *e)
{
	struct sw_rule *best = NULL;
	uint64_t best_rank = UINT64_MAX;

	for (unsigned i = 0; e->n && i < LOOKS; i++) {
		struct group *g = in_heap(e, 0);
		const struct node *top = node_at(e, g->root);
		uint64_t rank = rank_of(top->rule);

		if (rank <= top->rank)
			return top->rule;
		if (rank < best_rank) {
			best_rank = rank;
			best = top->rule;
		}
		rank_again(e, g, g->root, rank);
	}
	return best;
}

struct sw_rule *evict_groups_take(struct evict_groups *e)
{
	struct sw_rule *rule = NULL;

	while (!rule && e->nodes.n > 1)
		rule = node_at(e, --e->nodes.n)->rule;
	if (rule)
		rule->evict_at = 0;
	return rule;
}

bool evict_groups_free(struct evict_groups *e, unsigned most)
{
	if (paged_free(&e->nodes, &most) || paged_free(&e->groups, &most) ||
		paged_free(&e->heap, &most) || paged_free(&e->buckets, &most))
		return true;
	free(e->by);
	free(e);
	return false;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tuples as control writes them. Each store that a reader may see is one word: a slot, a link.
 *
 * A hash that is too full, or far too empty, gets another size in shares: an array is filled from the old one a few
 * buckets at each change, while what changes is changed in both, and published when it is complete. Both
 * have the same chains. A large one is filled when its memory is there (ready.h). Readers of the old one miss only what came later, which no version of theirs shows.
 *
 * Control thread only.
 */
#include "tuple_ctl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_debug.h>

#include <sw/mem.h>

#include "chunk.h"
#include "limbo.h"

#define SLOTS_FULL 4 /* chains a bucket on average, when a larger array is begun */
#define STEP	   8 /* old buckets moved at each change, at least */
#define HUGE_SIZE  (1u << 20)

struct rule_more {
	struct rule_more *next;
	unsigned used, size;
	struct rule_bucket bucket[];
};

static void buckets_ready(struct rule_ready *r)
{
}

static struct rule_buckets *buckets_create(uint64_t n)
{
	struct rule_buckets *b = NULL;
	size_t size = sizeof(*b) + n * sizeof(b->bucket[0]);
	bool mapped = size > HUGE_SIZE;

	size = mapped ? RTE_ALIGN_CEIL(size, RULE_SLAB_SIZE) : size;
	b = mapped ? rule_map(size) : rule_align(size);
	if (!b)
		return NULL;
	b->mask = n - 1;
	b->mapped = mapped ? size : 0;
	if (mapped)
		rule_ready_begin(&b->ready, b->bucket, size - sizeof(*b), buckets_ready);
	return b;
}

static void buckets_free(struct rule_buckets *b)
{
	for (struct rule_more *more = b->more, *next; more; more = next) {
		next = more->next;
		free(more);
	}
	rule_ready_cancel(&b->ready);
	if (b->mapped)
		munmap(b, b->mapped);
	else
		free(b);
}

static void buckets_ripe(struct sw_rules *rules, struct rule_limbo *item)
{
	buckets_free(sw_container_of(item, struct rule_buckets, limbo));
}

/* Another bucket for a list that is full. */
static struct rule_bucket *one_more(struct rule_buckets *b)
{
	struct rule_more *more = b->more;

	if (!more || more->used == more->size) {
		unsigned size = more ? RTE_MIN(more->size * 2, 63u) : 1;

		more = rule_align(sizeof(*more) + size * sizeof(more->bucket[0]));
		more->size = size;
		more->next = b->more;
		b->more = more;
	}
	return &more->bucket[more->used++];
}

/* The slot that begins with this rule, a free one for NULL. */
static uint64_t *slot_of(struct rule_buckets *b, uint64_t hash, const struct sw_rule *head)
{
	struct rule_bucket *bucket = &b->bucket[hash & b->mask];

	for (;; bucket = bucket->more) {
		for (unsigned i = 0; i < RULE_SLOTS; i++)
			if (rule_in_slot(bucket, i) == head)
				return &bucket->slot[i];
		if (!bucket->more) {
			RTE_ASSERT(!head);
			sw_rcu_set(bucket->more, one_more(b));
		}
	}
}

static void set_head(
	struct rule_buckets *b, uint64_t hash, const struct sw_rule *was, const struct sw_rule *is)
{
	uint64_t word = is ? rule_sign(hash) | (uintptr_t)is : 0;

	RTE_ASSERT(!((uintptr_t)is & ~RULE_POINTER));
	__atomic_store_n(slot_of(b, hash, was), word, __ATOMIC_RELEASE);
}

/* In both arrays while there are two. */
static void change_head(
	struct rule_tuple *t, uint64_t hash, const struct sw_rule *was, const struct sw_rule *is)
{
	set_head(t->hash, hash, was, is);
	if (t->growing && (hash & t->hash->mask) < t->moved)
		set_head(t->growing, hash, was, is);
}

static struct sw_rule *chain_of(const struct rule_tuple *t, uint64_t hash, const uint64_t *words)
{
	const struct rule_bucket *b = &t->hash->bucket[hash & t->hash->mask];

	for (; b; b = b->more)
		for (unsigned hit = rule_signed(b, rule_sign(hash)); hit; hit &= hit - 1) {
			struct sw_rule *head = rule_in_slot(b, __builtin_ctz(hit));

			if (rule_agrees(head, t->mask, words))
				return head;
		}
	return NULL;
}

struct sw_rule *rule_tuple_chain(const struct rule_tuple *t, const uint64_t *words)
{
	return chain_of(t, rule_hash_of(t->mask, words), words);
}

static void move_bucket(struct rule_tuple *t, const struct rule_bucket *b)
{
	for (; b; b = b->more)
		for (unsigned i = 0; i < RULE_SLOTS; i++) {
			struct sw_rule *head = rule_in_slot(b, i);

			if (head)
				set_head(t->growing, rule_hash_under(t->mask, head), NULL, head);
		}
}

/* Begin to give the array another size, or go on with it. */
static void resize_step(struct sw_rules *rules, struct rule_tuple *t)
{
	struct rule_buckets *old = t->hash;
	uint64_t n = old->mask + 1;

	if (!t->growing) {
		if (t->keys > n * SLOTS_FULL)
			n *= 2;
		else if (n > 1 && t->keys < n / 4)
			n /= 2;
		else
			return;
		t->growing = buckets_create(n);
		t->moved = 0;
		if (!t->growing)
			return;
	}
	if (rule_ready_waits(&t->growing->ready))
		return;
	for (unsigned i = 0; i < STEP && t->moved <= old->mask; i++)
		move_bucket(t, &old->bucket[t->moved++]);
	if (t->moved <= old->mask)
		return;
	sw_rcu_set(t->hash, t->growing);
	t->growing = NULL;
	rule_limbo_add(rules, &old->limbo, buckets_ripe);
}

static void rate_add(struct rule_tuple *t, unsigned priority)
{
	if (!t->rules || priority > t->best) {
		__atomic_store_n(&t->best, priority, __ATOMIC_RELAXED);
		t->n_best = 0;
	}
	t->n_best += priority == t->best;
	t->rules++;
}

static bool has_room(const struct rule_tuple *t, const struct sw_rule *rule, unsigned most)
{
	while (most && rule) {
		rule = rule->next[t->link];
		most--;
	}
	return most;
}

bool rule_tuple_insert(
	struct sw_rules *rules, struct rule_tuple *t, struct sw_rule *rule, unsigned most)
{
	uint64_t words[RULE_WORDS], hash;
	struct sw_rule *head, *before;

	for (unsigned i = 0; i < t->mask->n; i++)
		words[t->mask->at[i]] = rule_word(rule, t->mask->at[i]);
	hash = rule_hash_of(t->mask, words);
	head = chain_of(t, hash, words);
	if (most != UINT_MAX && !has_room(t, head, most))
		return false;
	rate_add(t, rule->priority);
	rule->linked |= 1u << t->link;
	if (!head || rule->priority > head->priority) {
		rule->next[t->link] = head;
		change_head(t, hash, head, rule);
	} else {
		for (before = head;
			before->next[t->link] && before->next[t->link]->priority > rule->priority;
			before = before->next[t->link])
			;
		rule->next[t->link] = before->next[t->link];
		sw_rcu_set(before->next[t->link], rule);
	}
	t->keys += !head;
	resize_step(rules, t);
	return true;
}

void rule_tuple_remove(struct sw_rules *rules, struct rule_tuple *t, struct sw_rule *rule)
{
	struct sw_rule *after = rule->next[t->link], *head;
	uint64_t words[RULE_WORDS], hash;

	for (unsigned i = 0; i < t->mask->n; i++)
		words[t->mask->at[i]] = rule_word(rule, t->mask->at[i]);
	hash = rule_hash_of(t->mask, words);
	head = chain_of(t, hash, words);
	if (head == rule) {
		change_head(t, hash, rule, after);
		t->keys -= !after;
	} else {
		while (head->next[t->link] != rule)
			head = head->next[t->link];
		sw_rcu_set(head->next[t->link], after);
	}
	rule->linked &= ~(1u << t->link);
	t->rules--;
	t->left++;
	t->n_best -= rule->priority == t->best && t->n_best;
	resize_step(rules, t);
}

void rule_tuple_rate(struct rule_tuple *t)
{
	uint16_t best = 0;

	t->n_best = t->left = 0;
	for (uint64_t i = 0; i <= t->hash->mask; i++)
		for (const struct rule_bucket *b = &t->hash->bucket[i]; b; b = b->more)
			for (unsigned s = 0; s < RULE_SLOTS; s++) {
				const struct sw_rule *head = rule_in_slot(b, s);

				if (!head || head->priority < best)
					continue;
				t->n_best = head->priority == best ? t->n_best + 1 : 1;
				best = head->priority;
			}
	__atomic_store_n(&t->best, best, __ATOMIC_RELAXED);
}

struct rule_tuple *rule_tuple_create(struct rule_mask *mask, unsigned link)
{
	struct rule_tuple *t = rule_align(sizeof(*t));

	t->mask = mask;
	t->link = link;
	t->hash = buckets_create(1);
	return t;
}

void rule_tuple_free(struct rule_tuple *t)
{
	buckets_free(t->hash);
	if (t->growing)
		buckets_free(t->growing);
	rule_mask_put((struct rule_mask *)t->mask);
	free(t);
}

static void tuple_ripe(struct sw_rules *rules, struct rule_limbo *item)
{
	rule_tuple_free(sw_container_of(item, struct rule_tuple, limbo));
}

void rule_tuple_retire(struct sw_rules *rules, struct rule_tuple *t)
{
	RTE_ASSERT(!t->rules);
	rule_limbo_add(rules, &t->limbo, tuple_ripe);
}

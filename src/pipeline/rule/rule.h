/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a rule is in memory, for who writes it (control) and who reads it (workers).
 *
 * A rule is two cache lines and the words of its match: of struct sw_fields, seen as 64-bit words, it keeps those that its mask has a bit in.
 * The mask is shared by all rules that have the same. Rules lie in slabs, pages of 4 KiB, whose header is found from the address of a rule
 * and knows where their counters are.
 *
 * room: pipeline (private). Writer: control. Readers: workers, under RCU: what is reached stays for the rest of the turn.
 */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <rte_common.h>

#include <sw/rcu.h>
#include <sw/rule.h>

#define RULE_WORDS     (sizeof(struct sw_fields) / 8)
#define RULE_FOREVER   UINT64_MAX /* a version that never comes */
#define RULE_SLAB_SIZE 4096
#define RULE_SLAB_MOST 21 /* rules in a slab */
#define RULE_FEW \
	6 /* words: masks and rules have as many at least, so that what is usual has no loop */

struct code;
struct sw_rules;
struct rule_table;
struct rule_group;

/* Something that waits for a grace period; then `ripe` is called on control (limbo_ctl.c). */
struct rule_limbo {
	struct rule_limbo *next;
	void (*ripe)(struct sw_rules *rules, struct rule_limbo *item);
};

/* A mask that some rules or tuples have. */
struct rule_mask {
	uint32_t words; /* bit w: word w has bits */
	uint8_t n;	/* how many words that are */
	uint8_t at[26]; /* which: n of them, ascending */
	uint8_t places; /* from here control's: kinds of place (place.h), two of four bits (place_ctl.c) */
	uint32_t refs;
	uint32_t hash;
	struct rule_mask *next;
	struct rule_group *groups; /* who has it: one a table */
	uint64_t
		rest; /* of hashes under it: what words add that it has not, of the first RULE_FEW */
	uint64_t word[]; /* n; zeros behind them up to RULE_FEW */
};

/* What one worker counts of a rule. Others read it while it moves. Two are a cache line: none is in two. */
struct rule_count {
	uint64_t packets, bytes;
	uint32_t used_8; /* its w->now_8 at the last packet; 0: none yet */
	uint32_t spare[3];
};

/* Instructions, shared by all rules that do the same: a worker finds those of most rules in its cache. */
struct rule_code {
	uint32_t refs; /* control's, as the next two */
	uint32_t hash;
	struct rule_code *next;	     /* in the chain of the hash */
	struct code *ops;	     /* of does, for workers */
	struct rule_clause *clauses; /* clause.h; lookups pass over a rule that has some */
	struct sw_instructions does;
	bool learns; /* it has a learn action */
	uint32_t n_clauses, n_uses;
	struct rule_use *uses; /* what it names, each once (uses.h) */
};

/* Other instructions from a version on, until all workers are there; and, for a staging that is taken back, what
 * control knew of the rule before. */
struct rule_change {
	struct rule_limbo limbo;
	struct sw_rule *rule;
	uint64_t begin;
	struct rule_change *older; /* not settled yet either */
	struct rule_code *code;
	struct {
		uint64_t cookie, created_ms, modified_ms;
		uint16_t idle_timeout, hard_timeout, importance;
		uint8_t flags;
		bool learned, renewed;
		struct rule_count base;
	} was;
};

struct sw_rule {
	union {				 /* control's, all of the first line */
		struct rule_limbo limbo; /* after its end */
		struct {
			struct sw_rule *next, **at;
		} timer; /* at: NULL when it is on no list */
	};
	struct rule_group *group;
	uint64_t cookie, created_ms, modified_ms;
	uint16_t idle_timeout, hard_timeout, importance;
	bool learned, stored, renewed; /* sw/rule_mark.h; hard timeout from modified_ms */
	uint32_t evict_at;	       /* evict_ctl.c */

	/* Visible to those who read a version of begin <= version < end. */
	uint64_t begin __rte_cache_aligned, end;
	const struct rule_mask *mask;
	struct sw_rule *next[2]; /* in the chain of a tuple, by the tuple's link */
	struct rule_code *code;
	struct rule_change *changed; /* NULL nearly always */
	uint16_t priority;
	uint8_t table, flags;
	uint8_t slot;	/* in its slab */
	uint8_t linked; /* bit i: is in a tuple by next[i]; control's */

	uint64_t value[] __rte_cache_aligned; /* as mask->word */
};

/* Of a slab, one worker's. */
struct rule_counts {
	struct rule_count of[RULE_SLAB_MOST];
} __rte_cache_aligned;

struct rule_slab {
	struct rule_table *table;
	struct rule_counts *counts; /* by worker */
	struct rule_count *base;    /* what to take off the counters; NULL: nothing */
	struct rule_chunk *chunk;
	struct rule_slab *next,
		**at;  /* among those of its table and size with room; NULL: has none */
	uint32_t free; /* bit i: slot i */
	uint32_t pos;  /* in the table */
	uint16_t size; /* of a rule */
	uint8_t most, workers;
} __rte_cache_aligned;

static inline struct rule_slab *rule_slab_of(const struct sw_rule *rule)
{
	return (struct rule_slab *)((uintptr_t)rule & ~(uintptr_t)(RULE_SLAB_SIZE - 1));
}

static inline bool rule_visible(const struct sw_rule *rule, uint64_t version)
{
	return __atomic_load_n(&rule->begin, __ATOMIC_RELAXED) <= version &&
	       version < __atomic_load_n(&rule->end, __ATOMIC_RELAXED);
}

#endif

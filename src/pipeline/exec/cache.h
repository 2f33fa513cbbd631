/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow cache of a worker: what walks came to, by the bytes of the packet that the walks can have looked at. All rules of
 * a bridge look at some bits of the fields; what these are in the bytes of a packet depends on its class: how many tags it has
 * and which headers follow. So a packet's key is its first bytes under the mask of its class, and one probe tells, however
 * many rules and masks there are: nothing in the traffic makes the cache grow or slow.
 *
 * Packets whose headers lie elsewhere (ARP, fragments, IP options and extension headers, labels, headers cut short) have a key made of
 * their fields (cache_odd.c). Walked each time are those whose walk cannot be kept. An entry holds while no table that its walk looked
 * into has changed for its packets. A bucket is eight entries; a new one takes the place of one that was not used lately.
 *
 * A cache with much room keeps each flow at once. Later one is kept when it comes again before eight others of its bucket, which remembers
 * signs of keys (ghosts), or by chance, so that flows that come in turns get in, too. So packets that each are a flow of their own, an attack or
 * a scan, seldom cost more than a walk and a look, and push out only each other.
 *
 * room: pipeline (private). Thread: the worker that it is of.
 */
#ifndef PIPELINE_EXEC_CACHE_H
#define PIPELINE_EXEC_CACHE_H

#include <sw/late.h>

#include "cache_class.h"
#include "cache_entry.h"
#include "cache_layout.h"
#include "walk.h"

#define CACHE_EASY	  4	     /* a cache keeps all that comes until one in so many is used */
#define CACHE_CHANCE	  8	     /* later, of flows not seen before one in so many, and where */
#define CACHE_CHANCE_SCAN 64	     /* hardly any is found again one in so many */
#define CACHE_FIRST	  8192	     /* entries of a worker's cache at first */
#define CACHE_MOST	  (1u << 21) /* and at most; it becomes twice as large when it is half full */

/* Numbers of the lists, or of the rooms, of a cache: index + 1, 0 is none. */
struct cache_stock {
	uint32_t n, used;
	uint32_t begun; /* those above were never used */
	uint32_t back;	/* the first that came back; it says which is next */
};

struct cache {
	uint64_t mask; /* buckets - 1 */
	struct cache_bucket *bucket;
	struct cache_signs *ghosts;	 /* of each bucket: the latest first */
	struct cache_entry *entry;	 /* CACHE_WAYS a bucket */
	struct cache_rest *rest;	 /* of each entry */
	uint32_t entries, hand, chance;	 /* chance: of UINT32_MAX */
	struct cache_stock lists, rooms; /* lists.n: a power of two */
	struct cache_list *list;
	struct cache_room *room;
	uint32_t sweep;	     /* the bucket that is looked at next for one of them */
	uint32_t *list_head; /* by hash, as many as lists */
	uint32_t later;	     /* index + 1 of the first list with packets that are to be counted, */
	struct sw_settle settle; /* which does that */
	uint64_t version;	 /* of the last burst */
	uint32_t old_bursts; /* so many to come in which entries are likely of a version before */
	uint64_t used;	     /* entries */
	uint32_t taken[CACHE_MOST >> CACHE_PIECE_SHIFT]; /* of them, in each piece */
	uint64_t changes; /* entries given to another key: pointers to them are void */
	/* Packets: found; walked; walked and cannot be kept; walked and not seen before. */
	uint64_t hits, misses, uncached, ghostly;
	uint64_t seen_hits, seen_misses; /* when chance was set */
	bool full, told;		 /* more than half of it is in use; told so */
	struct cache *
		old; /* the smaller one before it: what is in it is taken from there, while keys are looked for, */
	uint64_t looks;	       /* so often yet. Who did not come by then walks once */
	size_t mapped, listed; /* bytes: of entries and buckets; of lists and rooms */
};

extern struct cache *caches[SW_WORKER_MAX];
extern struct cache_secret {
	uint64_t owner[2], class[CACHE_CLASSES], lane[2 * CACHE_LANES], end; /* end: odd */
} cache_secret;

/* Of CACHE_LISTED. */
static inline struct cache_list *cache_list(const struct cache *c, const struct cache_entry *e)
{
	return &c->list[e->out - 1];
}

/* Have on the way what is run of it. */
static inline void cache_fetch_list(const struct cache *c, const struct cache_entry *e)
{
	const struct cache_list *l = cache_list(c, e);

	rte_prefetch0(l);
	rte_prefetch0(l->few_ops);
}

/* The rules that it hits: n_hits of them. */
static inline const struct sw_rule *const *cache_hits(
	const struct cache *c, const struct cache_list *l)
{
	return l->room ? c->room[l->room - 1].hits : l->few_hits;
}

extern bool cache_keeps; /* false in measurements of what walks cost */
void cache_list_free(struct cache *c, struct cache_list *list);

static inline void cache_list_put(struct cache *c, struct cache_list *list)
{
	if (unlikely(!--list->refs))
		cache_list_free(c, list);
}

/* The entry of the key from the cache that was before this one, or NULL. */
struct cache_entry *cache_bring(struct cache *c, const struct cache_key *key);

/* By its number in the piece that a bucket's entries are in. */
static inline struct cache_entry *cache_entry(
	const struct cache *c, uint64_t bucket, uint32_t number)
{
	return &c->entry[(bucket >> CACHE_PIECE_BUCKETS << CACHE_PIECE_SHIFT) + number];
}

static inline struct cache_rest *cache_rest(const struct cache *c, const struct cache_entry *e)
{
	return &c->rest[e - c->entry];
}

/* Have these tables (a bit each; NULL: its one) not changed for its packets since its walk? */
bool cache_tables_hold(const struct cache_entry *e, const struct cache_rest *rest,
	const uint64_t *tables, const struct sw_rules *rules);

/* Has no table changed that its walk looked into, nor a group or a link that it asked for? Then it is as of the reader's version. */
bool cache_still_holds(struct cache *c, struct cache_entry *e, const struct walk *walk);

/* Is what the key's walk will come to to be kept? Then its place is on the way; else it is remembered that it was here. */
bool cache_admits(struct cache *c, const struct cache_key *key);

/* Keep what a walk came to, if it can be kept. `e`: the void entry of the key that was found, or NULL. Returns the number of its list, of a walk
 * that stopped and is kept, else 0. */
uint64_t cache_keep(struct cache *c, const struct cache_key *key, struct cache_entry *e,
	const struct walk *walk, uint32_t why);

/* The same of a packet whose rule says it all (plain of struct code), without a walk. */
struct cache_plain {
	const struct sw_rule *rule;	/* of the first table */
	const struct sw_fields *fields; /* the packet's */
	uint32_t out;			/* as in struct cache_entry */
	uint8_t mark;			/* of conjunctions that it met */
};
void cache_keep_plain(struct cache *c, const struct cache_key *key, struct cache_entry *e,
	const struct rule_reader *reader, const struct cache_plain *plain);

/* Control: a cache of n entries (a power of two, 64 at least) for each worker that has none. */
void caches_create(uint32_t entries);
void caches_destroy(void);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the flow cache (cache.h) is made of: buckets of signs, entries, and lists that entries share.
 *
 * room: pipeline (private). Thread: the worker that it is of.
 */
#ifndef PIPELINE_EXEC_CACHE_ENTRY_H
#define PIPELINE_EXEC_CACHE_ENTRY_H

#include <rte_common.h>

#include "../rule/place.h"
#include "cache_layout.h"
#include "op.h"

#define CACHE_WAYS 8 /* entries in a bucket */

/* What a list has room for itself, as most need no more, and in a room of its own. Longer walks are not kept. */
#define CACHE_OPS	 8
#define CACHE_HITS	 8
#define CACHE_OPS_MOST	 64
#define CACHE_HITS_MOST	 128
#define CACHE_ROOM_BYTES (CACHE_OPS_MOST * sizeof(struct op)) /* of ops, and what else lies there */

struct cache_room {
	struct op ops[CACHE_OPS_MOST];
	const struct sw_rule *hits[CACHE_HITS_MOST];
	uint32_t next; /* index + 1 of those that came back */
} __rte_cache_aligned;

/*
 * What several walks came to that are alike. What is run of it is its first line and its ops. Its packets are summed here, and
 * counted by its rules and tables before the worker reports quiescent (kept.c). Where the walks stopped to look at packets anew
 * (recirc.h), what was left to do lies behind its ops.
 */
struct cache_list {
	uint32_t refs;
	uint32_t packets; /* not counted yet, */
	uint64_t bytes;	  /* and theirs; where there are some: */
	uint32_t later;	  /* index + 1 of the next such list, and a reference of its own */
	/* From here on constant while it has references. */
	uint32_t why;
	uint16_t n_ops, n_hits;
	uint32_t room; /* index + 1 of its room, where all ops and hits are; 0: they are here */
	const struct op *ops;
	uint32_t hash;
	uint32_t next;	 /* index + 1 in the chain of its hash, or of those that came back */
	uint64_t recirc; /* its packets are looked for again, by this number of the list; 0: not */
	struct op few_ops[CACHE_OPS] __rte_cache_aligned;
	const struct sw_rule *few_hits[CACHE_HITS];
	struct sw_rules *rules;
	uint64_t tables[4]; /* looked into; a bit each, */
	uint64_t missed[4]; /* and of them those where no rule was hit */
	/* Of lists by which packets are looked for again: code_serial when it was made; and, likewise of those by which they were, the serial of
	 * masks, which is else 0. */
	uint64_t born;
	uint32_t masks;
} __rte_cache_aligned;

/* What a packet of a kept flow needs, as most keys have two lanes: one line. */
struct cache_entry {
	uint64_t owner; /* cache_owner() */
	union {
		struct {
			uint8_t class;
			uint8_t table; /* of the one rule */
			uint8_t why;   /* drop reason of an entry that sends nowhere; of others 0 */
			uint8_t flags;
			uint32_t
				out; /* port number; SW_OFPP_ANY: none; of CACHE_LISTED the list's index + 1 */
		};
		uint64_t way; /* all of these */
	};
	uint64_t version; /* at which its walk was made or seen to hold; 0 of LIVE and TIMED */
	union {
		struct rule_count *count; /* of the one rule */
		struct {
			uint32_t second; /* of CACHE_TIMED: it holds in this one */
			uint32_t prog;	 /* rules_prog.id, of packets that were looked for again */
		};			 /* of CACHE_LISTED */
	};
	cache_lane lane[CACHE_NEAR];
} __rte_cache_aligned;

/* The rest of an entry: of longer keys, and what is looked at when rules have changed. */
struct cache_rest {
	cache_lane lane[CACHE_LANES - CACHE_NEAR];
	union {
		struct rule_places places; /* of neither CACHE_WIDE nor CACHE_LATE */
		struct {
			uint64_t serial;  /* of CACHE_LIVE: ports_serial() that it holds for */
			uint64_t version; /* what else is in `version` */
		} late;			  /* of CACHE_LATE */
	};
} __rte_cache_aligned;

enum {
	CACHE_LISTED = 1,
	CACHE_WIDE = 2,	 /* its walk looked into a table with places other than the packet's own */
	CACHE_LIVE = 4,	 /* its walk asked which ports can send */
	CACHE_TIMED = 8, /* it told control something, as use does again and again */
	CACHE_GROUPS = 16,  /* its walk went through groups */
	CACHE_WATCHED = 32, /* and asked which live */
	CACHE_AGAIN = 64,   /* its packets are looked for again, or were (recirc.h) */
	/* Such an entry never has the reader's version, so that only those who find one look whether that is still so. */
	CACHE_LATE = CACHE_LIVE | CACHE_TIMED,
};

/* Signs of keys, or 0: none. Of an entry, bit 0 says that it was used since a place was looked for last. */
struct cache_signs {
	uint16_t of[CACHE_WAYS];
} __rte_aligned(16);

/*
 * Where the entries of its ways are: the number of each in its piece of the memory of entries, given when the way is used for the
 * first time. So entries that are in use lie side by side, in few pages and lines, however empty the buckets are.
 */
struct cache_bucket {
	struct cache_signs signs;
	uint16_t at[CACHE_WAYS];
} __rte_aligned(32);

/* Buckets whose entries are in one piece. */
#define CACHE_PIECE_BUCKETS 13 /* bits of their number */
#define CACHE_PIECE_SHIFT   16 /* entries, likewise: CACHE_WAYS a bucket */

/* What is left to do with packets of a list with `recirc`. */
static inline const struct sw_pause *cache_list_left(const struct cache_list *l)
{
	return (const struct sw_pause *)(l->ops + l->n_ops);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge as control keeps them; the head of struct sw_rules and of a table is what workers read.
 *
 * room: pipeline (private). Thread: control, but for what lookup.c reads.
 */
#ifndef RULE_STORE_H
#define RULE_STORE_H

#include <sw/flow.h>
#include <sw/rule_table.h>
#include <sw/worker.h>

#include "../id_map.h"
#include "place.h"
#include "steps.h"
#include "tuple.h"
#include "view.h"

/* Rules of a table, and of a bridge, if nobody says otherwise. */
#define RULE_LIMIT	 1000000
#define RULE_TOTAL_LIMIT 4000000

/* Flows set by hand, likewise; and all tables there are. */
#define RULE_BY_HAND_LIMIT 1024
#define RULE_TABLES	   (SW_TABLES + 1)

#define RULE_WHEEL    4096 /* lists of the timer wheel; longer times go around */
#define RULE_LEARNERS 64   /* lists of them */
#define RULE_SIZES    4	   /* rules of up to 8, 16, 24 and 32 words */

/* Counters of one worker, by table: packets that a rule of it took, and that none did, by a search or as a flow that was kept; tuples
 * that searches asked. */
struct rule_table_counts {
	struct {
		uint64_t matches, misses, probes;
	} of[RULE_TABLES];
} __rte_cache_aligned;

struct evict_by;

/* The rules of a table that have one mask. */
struct rule_group {
	struct rule_mask *mask;
	struct rule_table *table;
	struct rule_tuple
		*tuple[2]; /* where its rules are linked, by link: one it shares, one of its own */
	bool fits, scan;   /* of the search at hand (find_ctl.c) */
	uint32_t rules;
	struct rule_group *next, **at; /* of the table */
	struct rule_group *next_of_mask;
};

struct rule_table {
	struct rule_view *view; /* NULL: no rules */
	uint64_t changed;	/* version */
	uint64_t changed_wide;	/* the same, by a rule of no place (place.h) */
	uint32_t places;	/* bit: a rule of that kind of place was changed once */
	unsigned tuples;	/* 0: no rules, not even staged ones */

	uint8_t id;	  /* from here control's */
	bool stale;	  /* the view is to be made anew */
	uint32_t rules;	  /* as staged */
	uint32_t clausal; /* codes with clauses that workers may still find */
	unsigned groups;
	uint32_t many;		      /* kinds of place that a large staging is to stamp */
	unsigned gone;		      /* groups since `reads` was right */
	struct rule_sieve *sieve;     /* NULL: none was needed yet */
	struct rule_sieving *sieving; /* the next one, while it is made */
	uint64_t sieve_changes;	      /* chains that came or went since the last one was begun */
	struct sw_fields reads;
	struct rule_group *group;
	struct rule_tuple *tuple;
	struct rule_table *next_stale;
	struct rule_evict *evict; /* NULL: it never had to choose what to evict */
	struct rule_slab **slab;  /* by pos; NULL where one was */
	uint64_t
		*slab_uses; /* by slab: bits of groups and meters that its rules may use (uses.h) */
	unsigned slabs, slab_size, slab_free;
	struct rule_slab *roomy[RULE_SIZES]; /* slabs with room, by size */
};

/* Kinds of what rules name (uses.h). */
enum rule_used {
	RULE_USED_GROUP,
	RULE_USED_METER,
	RULE_USED_LIMIT,
	RULE_USED_GROWTH,
	RULE_USED_KINDS
};

struct rule_queue {
	struct rule_limbo *first, **last;
};

struct sw_rules {
	uint64_t version;
	struct rule_table *table[RULE_TABLES]; /* NULL until it is used */
	struct rule_table_counts *counts;      /* by worker */
	struct rule_stamps *stamps[PLACES];    /* NULL: no rule was of that kind */
	struct sw_rule
		*normal; /* rcu: says NORMAL for every packet, and is the only one; else NULL */
	unsigned workers;

	bool further;				  /* another table than the first was used */
	uint32_t serial;			  /* never given twice */
	struct rule_limit *limits[RULE_LEARNERS]; /* rcu; limit.h */

	char *name; /* from here control's */
	struct sw_rules *next_alive;
	struct rule_learners *learners[RULE_LEARNERS]; /* learned_ctl.c */
	struct rule_learners *ending; /* whose rules are being ended, off its list */
	uint32_t n_learners;	      /* on the lists of `learners` */
	bool learners_gone, limits_gone, limits_begin;
	unsigned n_limits;
	bool restoring; /* sw/rule_mark.h */
	uint32_t limit[RULE_TABLES];
	uint64_t total, total_limit;
	uint64_t clauses; /* of rules, as staged; clause.h */
	bool evict_all;	  /* every table evicts, whatever conf says; own may say other */
	struct sw_rule_table_conf conf[RULE_TABLES];
	struct sw_rule_table_own own[RULE_TABLES]; /* without groups: */
	struct evict_by *evict_by[RULE_TABLES];
	uint8_t next_vacancy[RULE_TABLES]; /* enum sw_rule_vacancy: what may be said next */
	struct rule_table *stale;
	bool staging, dying;
	bool published;	  /* what is staged is seen; what follows from it is under way */
	bool moves;	  /* the staging makes another version even without changes of rules */
	bool voids;	  /* and one where packets are walked again */
	struct code *ops; /* of the change that is being staged */
	struct sw_fields ops_read; /* fields that ops of any rule so far have read, as a mask */
	const struct rule_hooks *hooks; /* NULL: nobody else wants to know of commits */
	void *hooks_arg;
	struct id_map uses[RULE_USED_KINDS]; /* uses_ctl.c */
	struct rule_staged *staged;
	bool many;				   /* a large staging noted places in sets */
	unsigned n_staged, staged_size, n_settled; /* settled: of those that are published */
	struct rule_part part;
	struct rule_queue fresh, waiting, ripe; /* limbo_ctl.c */
	uint64_t in_limbo;
	bool grace;		/* a call of sw_rcu_defer is under way */
	struct sw_rule **wheel; /* RULE_WHEEL lists by tick; NULL: none had a timeout yet */
	uint64_t tick;		/* all before it were looked through */
	struct sw_rule *due;	/* what is left of the one before it */
};

struct rule_table *rule_table_create(unsigned id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A walk of one packet's fields through the tables: which rules it hits, and the ops they come to. It looks at the
 * fields only, so that what it finds holds for every packet with the same ones. Where an op reveals headers that
 * the fields do not know (a label popped) and something is to look at them, a walk that is to be kept stops, and goes on
 * by another one of the packet as it is then (recirc.h). Others run the ops so far on the packet and read its fields anew,
 * and hold for this packet alone (`once`).
 *
 * OpenFlow 1.3.5, 5.1 (pipeline), 5.9 (instructions), 5.10 (action set). Work is bounded by WALK_*.
 *
 * room: pipeline (private). Thread: workers; one walk at a time a worker, in memory that control made.
 */
#ifndef PIPELINE_EXEC_WALK_H
#define PIPELINE_EXEC_WALK_H

#include "../rule/lookup.h"
#include "coded.h"
#include "prog.h"
#include "walk_told.h"

#define WALK_OPS     512  /* on a list */
#define WALK_HITS    256  /* rules; more are not counted */
#define WALK_LOOKUPS 4096 /* tables looked into, as Open vSwitch's resubmits */
#define WALK_STEPS   4	  /* of conjunctions that count as one more (../rule/conj.h) */
#define WALK_DEPTH   64	  /* resubmits in resubmits */
#define WALK_SETS    64	  /* fields in an action set */
#define WALK_STACK   128  /* values pushed */
#define WALK_SNAPS   16	  /* times to controllers */
#define AHEAD_TABLES 8	  /* asked for a burst */
#define WALK_PAUSES  4096 /* words of what waits to be resumed */

struct walk_value {
	uint8_t bytes[16];
};

/* What is known of packets of a burst before their walks, as tables were asked for all of them at once (ahead.h). By
 * place in the burst. */
struct walk_ahead {
	struct sw_fields fields[SW_BURST]; /* the packet's own */
	struct sw_fields later[SW_BURST];  /* as rules leave them: only where they change any */
	uint8_t n[SW_BURST]; /* tables that its walk looks into first; 0: nothing is known */
	uint8_t mark[SW_BURST];
	const struct sw_rule
		*rule[SW_BURST][AHEAD_TABLES]; /* what is found there; NULL: none takes it */
};

struct walk {
	const struct rules_prog *prog;
	const struct cache_masks *masks; /* keys of the burst are made by them */
	struct exec *x;			 /* of the one packet */
	const struct walk_ear *ear;
	struct rule_reader reader; /* one for a whole burst */
	uint8_t marks[SW_BURST];   /* of the reader */
	uint32_t second;	   /* the worker's, likewise */
	struct sw_fields fields;
	const struct sw_rule *const
		*found; /* set by the caller: what the first n_found lookups find */
	unsigned n_found;
	uint8_t mark; /* of conjunctions that lookups met (../rule/place.h); set by the caller: of those n_found */
	uint8_t table;		       /* that is looked into */
	const struct sw_rule *rule;    /* whose actions are done; NULL: of none, or */
	const struct walk_as *as;      /* of this. NULL but for packets that are resumed */
	bool stale;		       /* the packet has headers now that the fields do not tell */
	bool once;		       /* ops were run on the way, or it does not hold for others */
	bool too_long;		       /* one of the bounds: the packet is dropped */
	bool exit;		       /* no more of the rules that led here */
	bool lost;		       /* an op takes the packet away: nothing more */
	bool counted_down;	       /* its TTL */
	bool asked_live, asked_groups; /* which ports can send, and which groups (walk_live.h) */
	bool in_groups;		       /* it went through some */
	bool timed;		       /* it told control what holds for this second */
	uint64_t live;		       /* ports_serial() before it asked first */
	bool keep;		       /* set by the caller: places are wanted */
	bool wide;	   /* a table was looked into with other places than the first */
	bool in_set;	   /* the actions are of the action set */
	bool asked_length; /* of the packet; all comes to the same if, as it comes, it is: */
	uint32_t longer_than, up_to;
	struct rule_places where;	  /* the first, */
	struct rule_place_bytes where_of; /* and what they are made of */
	bool packet_out;		  /* the actions are a controller's own, not of a rule */
	unsigned depth, inner, lookups, groups; /* groups: it is in a bucket of so many */
	unsigned n_tables;			/* different ones that were looked into */
	uint8_t first_table;
	uint64_t tables[4]; /* which: a bit each */
	unsigned n_ops, n_hits, n_stack, n_sets;
	uint32_t places; /* bit: place of the action set that is taken */
	struct op ops[WALK_OPS];
	const struct sw_rule *hits[WALK_HITS];
	const struct op *set[SW_PLACES];
	const struct op *set_field[WALK_SETS]; /* of the action set: what writes fields, in order */
	unsigned n_snaps;
	struct walk_value stack[WALK_STACK];
	struct walk_snap snap[WALK_SNAPS];
	struct walk_ahead ahead;
	/* pause.h: whose frames are being noted, or NULL; the bucket it is in; what a controller sent it with. */
	struct sw_pause *pausing;
	const struct code *bucket, *sent;
	const struct sw_pause *resumed;
	struct sw_pause
		*left; /* it stopped to look at the packet anew, with so much yet to do; or NULL */
	uint32_t pause_room; /* bytes that it may have */
	uint64_t pauses[WALK_PAUSES] __attribute__((aligned(16)));
};

/* From `table` to the end. The caller has set prog, x, reader, keep, found, n_found, mark and fields. */
void walk_run(struct walk *walk, uint8_t table);
/* The list of a packet that a controller sends; and what its output to TABLE is: all tables, then the action set. */
void walk_packet_out(struct walk *walk, const struct op *ops, unsigned n);
void walk_tables(struct walk *walk);

/* What ops do to a walk: put an op on the list (NULL: it is full); do what the rule of a table says, found with in_port in its
 * place (the actions see the packet's own); each of some ops. */
struct op *walk_put(struct walk *walk, const struct op *op);
void walk_table(struct walk *walk, uint8_t table, rte_be32_t in_port);
void walk_ops(struct walk *walk, const struct op *ops, unsigned n);
/* The rest of a rule behind its list of actions, and the tables it leads to. */
void walk_rest(struct walk *walk, const struct code *code);
/* The action set, which is empty then. */
void walk_set_run(struct walk *walk);
void walk_set_clear(struct walk *walk);
void walk_begin(struct walk *walk);
void walk_finish(struct walk *walk);

/* A list of its own within the list: what is put from here on belongs to `op`, which is put first; walk_close ends it and
 * takes back what it did to the fields. */
struct walk_inner {
	unsigned at; /* the op */
	struct sw_fields fields;
	bool stale, counted_down;
};
bool walk_open(struct walk *walk, struct walk_inner *inner, const struct op *op);
void walk_close(struct walk *walk, const struct walk_inner *inner);

#endif

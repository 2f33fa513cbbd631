/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps that rules do with packets. Control compiles the actions of a rule to ops once (code_ctl.c). A walk through the tables
 * gathers the ops of the rules it hits on the list of a packet (walk.c), and the list is run on packets that go the same way
 * (exec.c). So an action has two sides: `walk` tells what it does to the fields that later tables match, `run` what it does to
 * the packets. A packet that others hold too (refcnt > 1) is never changed: an op that changes takes its own copy first.
 *
 * room: pipeline (private). Thread: compiled by control, then constant; workers.
 */
#ifndef PIPELINE_EXEC_OP_H
#define PIPELINE_EXEC_OP_H

#include <sw/action.h>
#include <sw/action_set.h>
#include <sw/field.h>
#include <sw/worker.h>

struct code;
struct exec;
struct group_ways;
struct headers;
struct learner;
struct rules_prog;
struct sw_bundle;
struct sw_group;
struct sw_multipath;
struct sw_userdata;
struct walk;
struct walk_snap;

/* What a part of a header becomes: the field->size bytes that struct sw_fields keeps of it, where the mask is set. */
struct op_set {
	const struct sw_field *field;
	uint8_t value[16], mask[16];
};

/* What is known, before a walk, of the fields that later tables see behind an op that has a walk. */
enum op_ahead {
	OP_AHEAD_NOTHING,
	OP_AHEAD_SAME, /* they are as they were */
	OP_AHEAD_SET,  /* op->set is written to them, as walk_set() does */
	OP_AHEAD_TTL,  /* the TTL is counted down */
	OP_AHEAD_RESUBMIT, /* op->resubmit.table is the next that is looked into, with the packet's in_port */
};

/* The hop count, of IP or of the outermost label. DOWN: one less, or the packet is lost; NEW: one that no field before it tells. */
enum op_hops { OP_HOPS_SAME, OP_HOPS_DOWN, OP_HOPS_NEW };

enum op_changed {
	OP_CHANGED,
	OP_MOVED, /* headers are in other places now */
	OP_LOST,  /* the packet was dropped */
};

struct op {
	/* Before the packet's list is run: change the walk's fields, put ops on the list. NULL: this op goes on it. */
	void (*walk)(struct walk *walk, const struct op *op);
	union {
		/* Takes x->pkts[0..x->n) on; packets that it sends or drops for good leave them. NULL: a walk's alone. */
		void (*run)(struct exec *x, const struct op *op);
		/* With `changes`: one packet, writable, and its headers (headers.h). It may make another one of it. */
		enum op_changed (*change)(struct exec *x, struct rte_mbuf **m, struct headers *h,
			const struct op *op);
	};
	bool changes; /* which is the same whatever a walk knows of the packet */
	bool fixed;   /* so is run: walk is for later tables alone */
	bool sends; /* has an effect beyond the packet: what follows the last such op is for nothing */
	bool last;	 /* nothing behind it needs the packets */
	uint8_t ahead;	 /* enum op_ahead */
	uint8_t hops;	 /* enum op_hops */
	uint16_t nested; /* so many ops behind it are its own, not the list's */
	union {
		struct {
			uint32_t port;
			uint16_t max_len; /* what to cut a copy to, 0: nothing */
		} output;
		struct op_set set;
		struct {
			struct sw_bits from, to;
			uint16_t len; /* of packets */
		} move;
		struct {
			uint16_t max_len, id;
			uint8_t reason, by_itself; /* 1: by no action */
			bool pause; /* nothing more is done with the packet, until it is resumed */
			uint32_t meter;
			const struct walk_snap *snap; /* of the walk */
			struct sw_userdata *data;
		} controller;
		const struct code *code;	      /* clone */
		const struct sw_multipath *multipath; /* the action's, as is `bundle` */
		const struct sw_bundle *bundle;
		const struct learner *learner;
		struct {
			uint16_t idle, hard;
		} fin;
		rte_be16_t ethertype;
		uint32_t id;
		struct {
			uint32_t id, in_port;	       /* the packet's; 0: that of struct exec */
			const struct sw_group *walked; /* the ops of its buckets follow */
		} group;
		struct {
			uint16_t n;
			const uint16_t *ids; /* the action's */
		} controllers;		     /* who is told when a TTL ends */
		uint8_t ttl;
		struct {
			uint32_t port;
			uint8_t table;
		} resubmit;
	};
};

struct exec { /* packets that the same list is run on */
	struct sw_worker *w;
	const struct rules_prog *prog;
	struct sw_lane *in;
	uint64_t version; /* of rules and groups */
	struct rte_mbuf **pkts;
	unsigned n;
	bool sent;	  /* an op took copies: packets left at the end are done with, not lost */
	bool spare;	  /* others have the packets, too: they are not lost here */
	bool again;	  /* they were looked for before (recirc.h) */
	uint8_t depth;	  /* groups in groups */
	uint32_t runs;	  /* buckets run */
	uint32_t in_port; /* in buckets that no walk went over: no output to it; else 0 */
	unsigned why;	  /* drop reason of packets that nothing was done with */
	struct group_ways *ways; /* of the burst (../group/ways.h), or NULL */
};

/* The number of the port, where the op is nothing but an output to one; else 0. */
uint32_t op_port(const struct op *op);

/* Run a list on x->pkts. exec_end frees what is left of them: consumed all. */
void exec_ops(struct exec *x, const struct op *ops, unsigned n);
void exec_end(struct exec *x);

/* A list of its own on references to the packets, or on the packets themselves where nothing else needs them. What it does
 * not send is freed without a word. */
void exec_inner(struct exec *x, const struct op *ops, unsigned n, bool last);

/* A copy of the packet in its stead, for who changes it while others hold it. NULL: there was no buffer; the packet has been
 * dropped and counted. */
struct rte_mbuf *exec_copy(struct exec *x, struct rte_mbuf *m);

/* For an op that another one follows: a reference more to each packet, so that both may consume them. */
void exec_hold(struct exec *x);

#endif

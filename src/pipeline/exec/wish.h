/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of rules that walks ask for: learn, fin_timeout. A worker copies what it takes into a ring of its own; control
 * does it at its next step (wish_ctl.c). A full ring loses the wish and counts it, and the flow's next packet asks again. A
 * walk that asked is kept for the rest of the second (walk.h, `timed`), so that use is told once a second. The same wish is
 * not told twice in a second while nothing changed.
 *
 * room: pipeline (private). Thread: workers ask; control prepares, registers and runs.
 */
#ifndef PIPELINE_EXEC_WISH_H
#define PIPELINE_EXEC_WISH_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>
#include <sw/late.h>

#include "../rule/ref.h"

struct sw_learn;
struct sw_rules;
struct sw_worker;
struct walk;

#define WISH_RING   512 /* a worker may have waiting */
#define WISH_RECENT 1024

/* A learn action as workers name it: it may be gone when control comes to it. */
struct learner {
	uint32_t id; /* never 0, not given again while one has it */
	const struct sw_learn *learn;
	unsigned rules; /* that do it, as staged; control's */
	bool of_packet; /* a controller's: no rule does it. Control's, and of whose rules a limit counts it */
	const struct sw_rules *counted;
	uint32_t serial;
	struct sw_fields reads; /* mask: what the rule is made of */
	struct sw_fields mask;	/* that the rule matches by */
};

struct wish {
	const struct sw_rules *rules; /* of the bridge; with `serial`: it may be gone */
	uint32_t serial;
	uint32_t learner; /* 0: fin_timeout, of the rule that is next; else that is what it makes */
	uint32_t limit;	  /* 0, or of whom a place is taken for it (../rule/limit.h) */
	uint64_t cookie;
	struct rule_ref rule; /* whose timeouts are to be these at most */
	uint16_t idle, hard;
	uint8_t table;
	struct sw_fields fields; /* the packet's, where it asked; of learn only */
};

/* That something was asked at a second, and the version of the table then. */
struct wish_recent {
	uint64_t hash, changed;
	uint32_t second;
};

/* Of a wish in the ring: what was asked, and the one before it in its chain. */
struct wish_asked {
	uint64_t hash;
	uint32_t limit, before;
};

struct wish_ring {
	uint32_t head __rte_cache_aligned; /* written by the worker */
	uint64_t told, lost;
	struct sw_late late;
	struct wish_recent recent[WISH_RECENT]; /* by hash; another may come in its place */
	uint32_t chain[WISH_RECENT];		/* by hash: the youngest, perhaps done by now */
	struct wish_asked asked[WISH_RING];
	uint32_t tail __rte_cache_aligned; /* written by control */
	struct wish wish[WISH_RING];
};

/* By worker; NULL until control has prepared it. One more, always NULL, for a trace: it asks for nothing. */
extern struct wish_ring *wish_rings[SW_WORKER_MAX + 1];

/* Workers. A rule made of the walk's fields: is it there, or will be (<sw/learn.h>)? The timeouts of the rule that the
 * walk is at, at most. */
bool wish_learn(struct walk *walk, const struct learner *learner);
void wish_fin(struct walk *walk, uint16_t idle, uint16_t hard);
/* Where the worker's next wish has its place; and is there room for so many? */
uint32_t wish_place(const struct sw_worker *w);
bool wish_has_room(const struct sw_worker *w, unsigned n);

/* Control. */
void wish_prepare(void);
void wish_fini(void);
struct learner *learner_create(const struct sw_learn *learn);
void learner_destroy(struct learner *learner);
/* It is of a packet that a controller sends to these rules; NULL: it is not sent. */
void learner_of_packet(struct learner *learner, struct sw_rules *rules);
unsigned wish_run(unsigned most); /* how many were done */
bool wish_waiting(void);
/* Are all wishes of the worker done that have a place before this one? */
bool wish_settled(unsigned worker, uint32_t place);

#endif

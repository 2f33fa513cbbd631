/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of a plan: its steps; see plan.h. */
#ifndef CTL_PLAN_STEP_H
#define CTL_PLAN_STEP_H

#include "../draft.h"
#include "../names.h"
#include "live.h"

struct row;

enum step_kind {
	STEP_YIELD,   /* a port that goes lets go of its device for one that comes */
	STEP_MAKE,    /* a port that is not there, or not open */
	STEP_SET,     /* a port that is there: changed in place, or made anew */
	STEP_BRIDGE,  /* a new bridge, still without members */
	STEP_KEEP,    /* its rules are loaded, or stored from now on (persist-rules) */
	STEP_RESIZE,  /* a large table of stations is made ready */
	STEP_SYNC,    /* all changed bridges get settings, members and static stations */
	STEP_FORGET,  /* the stored rules of a bridge that keeps them no more, or is gone */
	STEP_CLOSE,   /* a port that is gone from the configuration */
	STEP_DESTROY, /* a bridge that is gone */
};

#define STEP_PENDING 1 /* from step_run and step_undo: plan_resume follows */

struct step {
	enum step_kind kind;
	char name[SW_NAME_SIZE];
	const struct row *row; /* of the draft: Interface or Bridge */
	bool made; /* MAKE, SET: there is a port that was opened here; BRIDGE, KEEP: it began here */
	bool set;  /* SET: changed in place; KEEP: it was of another row, was_uuid */
	bool downed; /* SET: the old port was closed */
	bool taken;  /* MAKE: the live port was made here */
	bool was_hopeless;
	struct sw_err *was; /* SET: why the port was not open before, or NULL */
	struct uuid was_uuid;
	uint32_t size,
		was_size; /* RESIZE: to be filled; published before, 0: there was no bridge */
	struct live_move move;
};

struct plan {
	const struct draft *draft;
	bool tolerant;
	unsigned stage; /* of making it */
	struct draft_diff diff;
	unsigned n, n_run; /* steps; those before the transaction is stored */
	struct step *steps;
	struct names ports, bridges; /* that changed, sorted */
	bool back;
	unsigned at, end; /* of the walk; while it is made, the port that is looked at */
	unsigned closing; /* ports that are on their way down */
	void (*done)(void *arg, int rc);
	void *arg;
	struct sw_err err;
	int command;
};

/* 0, STEP_PENDING or an error with plan->err. */
int step_run(struct plan *plan, struct step *step);
int step_undo(struct plan *plan, struct step *step); /* 0 or STEP_PENDING */

/* The last of the way back: publish the old configuration again. */
void step_sync_back(struct plan *plan);

/* A port that was closing is closed. */
void plan_closed(struct plan *plan);

/* A step that was pending has ended. */
void plan_resume(struct plan *plan, int rc);

#endif

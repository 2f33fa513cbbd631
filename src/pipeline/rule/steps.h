/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a staging keeps: its steps, and how far a change is that is staged in pieces.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_STEPS_H
#define RULE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

struct rule_change;
struct rule_code;

/* One step of a staging, for commit to finish or abort to take back. */
struct rule_staged {
	struct sw_rule *rule;
	struct rule_change *change; /* of RULE_SHIFTED */
	enum {
		RULE_CAME,
		RULE_WENT,
		RULE_SHIFTED, /* does something else from now on */
	} step : 8;
	enum sw_rule_news news : 8;
	uint8_t place, table; /* of the rule: enum rule_place; */
	uint16_t slot;	      /* which one of that kind */
};

/* Where a search through a table is that is made in pieces (find.h). */
struct rule_walking {
	bool begun, scans;
	uint64_t at;
};

/* A change that is staged in pieces, as far as it is. */
struct rule_part {
	bool begun, over; /* over: none was to be modified, so it is added */
	unsigned table;	  /* of those it looks through; before it they are done */
	struct rule_walking walk;
	unsigned n;		/* rules that it meant so far */
	struct rule_code *code; /* what they do now; a staged change holds it */
};

#endif

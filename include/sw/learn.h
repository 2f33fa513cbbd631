/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action learn: a rule that a packet makes (Open vSwitch's extension, ovs-actions(7)). Its match and its actions are
 * specs: bits taken from the packet or given as a value, and where they go.
 *
 * With a limit, no packet makes a rule more while the table has so many with the cookie, whoever made them: that
 * is certain. What the packet that asks is told is `result`:
 *
 * - 1: the rule is there at the packet's version of the rules, or a place below the limit is taken for it, and
 *   control makes it soon. Places are taken off one counter for all workers, so of any number of packets at once no
 *   more are told 1 for new rules than there is room. A rule of which 1 was told may still not come: the table is
 *   full, the learn action goes meanwhile, or a controller adds rules with the cookie itself.
 * - 0: there is no room, and nothing is asked for; or the worker's ring of such wishes is full (<sw/flow.h> counts
 *   that). A place that two workers take for the same rule is one too many for as long as both wait, so a third may
 *   be told 0 too early.
 *
 * What a flow was told holds for its packets for the rest of the second.
 *
 * room: pipeline. Thread: control makes them, constant then.
 */
#ifndef SW_LEARN_H
#define SW_LEARN_H

#include <sw/action.h>

enum sw_learn_what {
	SW_LEARN_MATCH,	 /* the new rule matches dst */
	SW_LEARN_LOAD,	 /* the new rule loads into dst */
	SW_LEARN_OUTPUT, /* the new rule outputs to the port that src is; no dst */
};

struct sw_learn_spec {
	enum sw_learn_what what;
	bool given;	    /* `value`, else src of the packet */
	struct sw_bits src; /* as many bits as dst */
	struct sw_bits dst;
	uint8_t value[16]; /* its lowest bits last */
};

#define SW_LEARN_SPECS_MAX 64

struct sw_learn {
	uint8_t table;
	bool send_removed;   /* SW_RULE_SEND_REMOVED */
	bool delete_learned; /* rules go when the last learn of that table and cookie goes */
	uint16_t priority, idle_timeout, hard_timeout;
	uint16_t fin_idle, fin_hard; /* both 0: no fin_timeout */
	uint32_t limit;		     /* rules of that cookie in the table; 0: any number */
	uint64_t cookie;
	struct sw_bits result; /* field NULL: none; else one bit: 1 when the rule is there */
	unsigned n;
	struct sw_learn_spec specs[];
};

#endif

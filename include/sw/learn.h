/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action learn: a rule that a packet makes (Open vSwitch's extension, ovs-actions(7)). Its match and its actions are
 * specs: bits taken from the packet or given as a value, and where they go.
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

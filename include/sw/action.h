/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a rule does with a packet, as people and controllers say it: actions, lists of them, instructions
 * (OpenFlow 1.3.5, 5.9, 5.10, 5.12; Open vSwitch's extensions). Each action is a descriptor in a file of its
 * own: its text, its checks, its place in an action set. How it is carried by OpenFlow is registered by ctl
 * under the same name; how workers run it, by the pipeline.
 *
 * room: pipeline. Thread: control. Lists are made once, then constant; sw_actions_free frees one.
 */
#ifndef SW_ACTION_H
#define SW_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>
#include <sw/reg.h>

struct sw_err;
struct sw_str;
struct sw_action_type;

/* Reserved ports (OpenFlow 1.3.5, 7.2.1). In text: IN_PORT, TABLE, NORMAL, FLOOD, ALL, CONTROLLER, LOCAL, ANY. */
enum {
	SW_OFPP_MAX = 0xffffff00u,
	SW_OFPP_UNSET = 0xfffffff7u, /* 1.5: actset_output without one */
	SW_OFPP_IN_PORT = 0xfffffff8u,
	SW_OFPP_TABLE = 0xfffffff9u,
	SW_OFPP_NORMAL = 0xfffffffau,
	SW_OFPP_FLOOD = 0xfffffffbu,
	SW_OFPP_ALL = 0xfffffffcu,
	SW_OFPP_CONTROLLER = 0xfffffffdu,
	SW_OFPP_LOCAL = 0xfffffffeu,
	SW_OFPP_ANY = 0xffffffffu,
};
#define SW_NO_BUFFER		  0xffff /* max_len: the whole packet to the controller */
#define SW_CONJUNCTION_DIMENSIONS 64	 /* at most; at least 2 */
#define SW_DEC_TTL_CONTROLLERS	  64	 /* at most */

/* Bits of a field: [from, from + n), from the lowest. */
struct sw_bits {
	const struct sw_field *field;
	uint16_t from, n;
};

struct sw_action {
	const struct sw_action_type *type;
	union {
		struct {
			uint32_t port;	   /* number or SW_OFPP_* */
			uint16_t max_len;  /* CONTROLLER: bytes to send; else to cut it to */
			uint16_t said_len; /* not CONTROLLER: of the flow-mod, told back */
		} output;
		struct sw_bits output_reg;
		struct {
			uint16_t max_len, id;
			uint8_t reason; /* OFPR_* */
			bool pause;	/* what follows waits for a controller (sw/pause.h) */
			uint32_t meter; /* 0: none */
			uint16_t n_data;
			const uint8_t *data; /* userdata; the list's */
		} controller;
		struct {
			const struct sw_field *field;
			uint8_t value[16], mask[16]; /* big-endian, sw_field_bytes(field) each */
		} set;
		struct {
			struct sw_bits from, to; /* as many bits each */
		} move;
		struct sw_bits stack; /* push, pop */
		struct {
			uint16_t len;
			struct sw_bits to; /* one */
		} larger;
		rte_be16_t ethertype; /* push_vlan, push_mpls, pop_mpls, push_pbb */
		uint8_t ttl;	      /* set_ip_ttl, set_mpls_ttl */
		uint32_t id;	      /* group, set_queue, meter */
		struct {
			uint16_t n;
			const uint16_t *ids;
		} controllers; /* dec_ttl(id, ...); 0 for the plain one */
		struct {
			uint32_t port, queue;
		} enqueue;
		struct {
			uint32_t port; /* IN_PORT: as it is */
			uint8_t table; /* 255: the one it is in */
		} resubmit;
		struct {
			uint16_t idle, hard;
		} fin_timeout;
		struct {
			uint32_t id;
			uint8_t k, n; /* dimension k of 1..n */
		} conjunction;
		struct {
			uint16_t len;
			const uint8_t *bytes;
		} note;
		struct sw_multipath *multipath; /* the list's */
		struct sw_bundle *bundle;
		struct sw_learn *learn;
		struct {
			struct sw_actions *list;
		} nested; /* clone */
	};
};

/* n actions; all they point to is the list's own. A list has holders: who copies a rule shares its lists. */
struct sw_actions {
	unsigned n, shared; /* shared: holders besides the first */
	struct sw_action a[];
};

/* Place in an action set (5.10): lower ones run first; one of a place, the last written; 0: not allowed in it. */
struct sw_action_type {
	const char *name; /* as ovs-ofctl names it: "push_vlan" */
	const char *help;
	const char *usage;  /* its arguments as text: "ETHERTYPE" */
	unsigned set_place; /* set_field: one for each field */
	/* From the text between its brackets or behind its ':' ("" for none). It may allocate what `a` points to. */
	int (*parse)(struct sw_action *a, const char *text, struct sw_err *err);
	void (*print)(const struct sw_action *a, struct sw_str *out);
	/* May it be done to packets of this match? Then the match becomes what they look like afterwards. */
	int (*check)(const struct sw_action *a, struct sw_match *match, struct sw_err *err);
	void (*fini)(struct sw_action *a); /* what it allocated; NULL: nothing */
	bool (*equal)(const struct sw_action *a, const struct sw_action *b); /* NULL: same bytes */
};
SW_REG_KIND_DECLARE(action_type);

/* A list is made by adding to NULL: a slot of zeros at the end of *list, which may move. */
struct sw_action *sw_actions_add(struct sw_actions **list);
struct sw_actions *sw_actions_share(struct sw_actions *list); /* one holder more; NULL is fine */
void sw_actions_free(struct sw_actions *list); /* one less, the last frees; NULL is fine */
bool sw_actions_equal(const struct sw_actions *a, const struct sw_actions *b); /* NULL: no action */

/* Instructions of a rule, in the order in which they run (5.9). */
struct sw_instructions {
	uint32_t meter; /* 0: none */
	bool clear;
	struct sw_actions *apply, *write; /* NULL: none; free by sw_instructions_fini */
	rte_be64_t metadata, metadata_mask;
	int16_t goto_table; /* -1: none */
};

void sw_instructions_copy(struct sw_instructions *to, const struct sw_instructions *from);
void sw_instructions_fini(struct sw_instructions *does);
bool sw_instructions_equal(const struct sw_instructions *a, const struct sw_instructions *b);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions on the wire (1.0.1, 5.2.4; 1.3.5, 7.2.5; 1.5.1, 7.2.6; Nicira's and ONF's behind type 0xffff). A wire form is a
 * descriptor: its number in which versions, its length, how its body becomes an action of <sw/action.h> and back.
 * An action may have several forms; one of a version is its own, where `put` says so.
 *
 *	SW_REGISTER(of_action, push_vlan) = { .name = "push_vlan", .help = "...",
 *		.of = &sw_action_type_push_vlan, .ids = { { OF_V13_UP, 0, 17, 8 } }, .get = get, .put = put };
 *
 * Thread: control; descriptors are constant.
 */
#ifndef CTL_OF_ACTION_H
#define CTL_OF_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/action.h>

#include "../codec/buf.h"
#include "../codec/cursor.h"
#include "../codec/error.h"
#include "../codec/oxm.h"
#include "../codec/version.h"

/* What the decoder of an action may want to know. */
struct of_action_in {
	struct of_cursor body; /* behind type, length and experimenter's head */
	uint8_t version;
	unsigned depth; /* of nested lists */
};

struct of_action_id {
	uint8_t versions;      /* OF_BIT() of each; 0 ends a list */
	uint32_t experimenter; /* 0: a standard action */
	uint16_t number;       /* type or experimenter's type */
	uint16_t size;	       /* all of it, in bytes; 0: `get` checks the length */
};
#define OF_ACTION_IDS 3

enum of_action_use {
	OF_BOTH_WAYS,
	OF_RECEIVED, /* another form is sent in its place */
	OF_SENT,     /* a form of another action, in its place; who receives it sees that one */
};

struct sw_of_action {
	const char *name;
	const char *help;
	const struct sw_action_type
		*of; /* what it becomes; put may be asked for actions of it alone */
	struct of_action_id ids[OF_ACTION_IDS];
	/* a->type is set. On an error it has let go of what it took. NULL: nothing to read but zeros. */
	enum of_error (*get)(struct of_action_in *in, struct sw_action *a);
	/* Write the body. False: not in this form. NULL: nothing to write. */
	bool (*put)(struct of_buf *out, const struct sw_action *a, uint8_t version);
	enum of_action_use use;
};
SW_REG_KIND_DECLARE(of_action);

#define OF_ACTION_DEPTH 8
#define OF_ACTIONS_MAX	2048 /* in a list; a walk keeps a quarter of it (WALK_OPS) */

/* A list that fills the cursor. *list is NULL where there is nothing in it, and on an error. */
enum of_error of_get_actions(struct of_cursor c, uint8_t version, struct sw_actions **list);
enum of_error of_get_actions_nested(
	struct of_cursor c, uint8_t version, unsigned depth, struct sw_actions **list);

/* What a version cannot say is left out. NULL is fine. */
void of_put_actions(struct of_buf *out, const struct sw_actions *list, uint8_t version);
/* One; its form, the version's first that fits. */
void of_put_action(struct of_buf *out, const struct sw_action *a, uint8_t version);

/* All numbers sorted for look-up, as of_messages_build. */
int of_actions_build(struct sw_err *err);

/* Numbers of the standard actions of a version that may be done at once, or written into a set; fn gets each. */
void of_actions_each(
	uint8_t version, bool in_set, void (*fn)(void *arg, uint16_t number), void *arg);

/* Does a port make sense to output to? */
bool of_port_is_output(uint32_t port);

/* "ofs_nbits" and header of a field: bits [ofs, ofs + n_bits). BAD_SET_TYPE, BAD_SET_LEN. */
enum of_error of_get_bits(struct of_cursor *c, struct sw_bits *out);
enum of_error of_get_bits_of(struct of_cursor *c, uint16_t from, uint16_t n, struct sw_bits *out);
uint16_t of_ofs_nbits(const struct sw_bits *bits);

/* Open vSwitch's in_port has 16 bits, ours 32. Where a field stands alone, all of the one is all of the other; beside
 * another field, more than 16 bits of it are named by OXM's header. */
void of_widen_port(struct sw_bits *bits);
struct sw_bits of_narrow_port(const struct sw_bits *bits);
uint8_t of_header_version(const struct sw_bits *bits); /* OF_NXM or a version */

/* Errors of a match's field as an action has them. */
enum of_error of_action_error(enum of_error error);

#endif

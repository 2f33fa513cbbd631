/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages: one descriptor a meaning, with the numbers it has in each version and by each experimenter, and the
 * length of its body. A message is a file in msg/ that ends with
 *
 *	SW_REGISTER(of_message, barrier) = { .name = "barrier", .help = "...", .ids = { ... }, .handle = fn };
 *
 * of_message_parse() finds the descriptor of received bytes and has proven the lengths it states before a handler
 * sees them.
 *
 * Thread: control; descriptors are constant.
 */
#ifndef CTL_OF_MESSAGE_H
#define CTL_OF_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/reg.h>

#include "cursor.h"
#include "error.h"
#include "head.h"
#include "version.h"

struct of_conn;
struct of_msg;
struct sw_err;

enum of_form { OF_PLAIN, OF_MULTIPART, OF_EXPERIMENTER, OF_EXP_MULTIPART };

struct of_id {
	uint8_t versions; /* OF_BIT() of each; 0 ends a list */
	uint8_t form;
	uint32_t experimenter; /* of the last two forms */
	uint32_t number;       /* type, type of multipart, or experimenter's type */
	uint16_t min;	       /* bytes of the body at least; without `unit` exactly */
	uint16_t unit;	       /* behind these a multiple of it follows */
};
#define OF_IDS_MAX 6

struct sw_of_message {
	const char *name;
	const char *help;
	struct of_id ids[OF_IDS_MAX];
	bool changes; /* a change of the switch: refused to slaves and to who may only read */
	bool staged;  /* a change of rules that may wait to the end of the turn */
	bool aside; /* it need not wait for others who change the bridge: it is only noted, or about packets */
	bool behind; /* it waits until all are told of what was changed before */
	/* Answer, or say what is wrong with it. */
	enum of_error (*handle)(struct of_conn *conn, const struct of_msg *msg);
	/* As a part of a bundle: see that it can be done, or stage it between sw_rules_begin and its end; OF_MORE: a piece of
	 * it, call it again. NULL: it cannot be part of one. */
	enum of_error (*stage)(struct of_conn *conn, const struct of_msg *msg, bool now);
	/* What is done when the bundle is committed; false: it is called again when the connection is no longer parked.
	 * NULL: nothing. */
	bool (*after)(struct of_conn *conn, const struct of_msg *msg);
};
SW_REG_KIND_DECLARE(of_message);

/* A received message; bytes are the receiver's. */
struct of_msg {
	const struct sw_of_message *type;
	const struct of_id *id;
	uint8_t version;
	uint32_t xid;
	uint16_t flags;	     /* of a multipart request */
	const uint8_t *head; /* `len` bytes in all */
	size_t len;
	struct of_cursor body; /* what `min` and `unit` are about */
};

/* Take a message apart: exactly `len` bytes, at least OF_HEAD, whose header says that they are so many and are of
 * `version`. On an error xid and version are good to answer with. */
enum of_error of_message_parse(
	const uint8_t *bytes, size_t len, uint8_t version, struct of_msg *msg);

/* For an answer when the bytes are gone: the message without a body, of its head what fits in `size`. */
void of_msg_keep(struct of_msg *to, const struct of_msg *msg, uint8_t *head, size_t size);

/* Sort all numbers for look-up; after sw_reg_seal(). Again is harmless. An error names two messages that claim the
 * same number. */
int of_messages_build(struct sw_err *err);

#endif

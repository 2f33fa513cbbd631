/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See stored.h. Control thread.
 */
#include "stored.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "../persist/persist.h"
#include "bridge.h"
#include "conn/conn.h"
#include "conn/reply.h"

/* A message that changed the bridge, as far as an error repeats it. */
struct of_blame {
	struct of_msg msg;
	uint8_t head[64];
};

uint64_t of_stored_ticket(const struct of_conn *c)
{
	const struct persist *p = persist_of(c->bridge->bridge);

	return p ? persist_ticket(p) : 0;
}

enum of_stored of_stored_check(struct of_conn *c, uint64_t ticket)
{
	struct persist *p = persist_of(c->bridge->bridge);
	struct sw_err err;
	int rc = p ? persist_check(p, ticket, &err) : 0;

	c->parked = rc == PERSIST_LATER;
	return !rc ? OF_STORED : c->parked ? OF_STORED_LATER : OF_STORED_NOT;
}

void of_stored_note(struct of_conn *c, const struct of_msg *msg)
{
	struct of_blame *b = c->blame;

	if (!persist_of(c->bridge->bridge))
		return;
	if (!b)
		b = c->blame = sw_xcalloc(1, sizeof(*b));
	b->msg = *msg;
	b->msg.len = msg->len < sizeof(b->head) ? msg->len : sizeof(b->head);
	memcpy(b->head, msg->head, b->msg.len);
	b->msg.head = b->head;
}

void of_stored_end(struct of_conn *c, bool stored)
{
	struct of_blame *b = c->blame;

	if (!b)
		return;
	if (!stored)
		of_send_error(c, OFPFMFC_UNKNOWN, &b->msg);
	free(b);
	c->blame = NULL;
}

bool of_stored_is_full(const struct of_conn *c)
{
	const struct persist *p = persist_of(c->bridge->bridge);

	return p && persist_is_full(p);
}

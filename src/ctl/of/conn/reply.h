/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making answers. A plain one is made in a buffer that all share, since it is queued before another is begun:
 *
 *	struct of_buf *out = of_reply(msg, OFPT_BARRIER_REPLY);
 *	of_send(conn, out);
 *
 * One of several parts is made entry by entry, over as many turns as it takes; no part is above 64 KiB:
 *
 *	of_parts_begin(&parts, msg);
 *	for each: out = of_parts_entry(&parts); ...; of_parts_entry_end(conn, &parts);
 *	of_parts_end(conn, &parts);
 *
 * Thread: control.
 */
#ifndef CTL_OF_REPLY_H
#define CTL_OF_REPLY_H

#include "conn.h"

/* Begin an answer of a plain type, with the request's version and transaction id. */
struct of_buf *of_reply(const struct of_msg *msg, uint8_t type);
struct of_buf *of_reply_experimenter(
	const struct of_msg *msg, uint32_t experimenter, uint32_t type);
/* Begin a message of our own; xid 0. */
struct of_buf *of_news(uint8_t version, uint8_t type);
struct of_buf *of_news_experimenter(uint8_t version, uint32_t experimenter, uint32_t type);

/* End it with its length, and queue it. */
void of_send(struct of_conn *c, struct of_buf *out);

/* An error about the message, or about `len` bytes of something. */
void of_send_error(struct of_conn *c, enum of_error error, const struct of_msg *msg);

/* An answer of one part, for requests whose answers are short. */
struct of_buf *of_reply_multipart(const struct of_msg *msg);

struct of_parts {
	struct of_buf buf;
	const struct of_id *id;
	uint8_t version;
	uint32_t xid;
	size_t entry; /* where the entry being written begins */
};
void of_parts_begin(struct of_parts *p, const struct of_msg *msg);
struct of_buf *of_parts_entry(struct of_parts *p);
void of_parts_entry_end(struct of_conn *c, struct of_parts *p);
void of_parts_end(struct of_conn *c, struct of_parts *p);
void of_parts_fini(struct of_parts *p);

#endif

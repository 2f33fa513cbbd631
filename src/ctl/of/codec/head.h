/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heads of messages: struct ofp_header, and those of multipart ("statistics" in 1.0) and experimenter
 * ("vendor") messages behind it (1.3.5, 7.1, 7.3.5, 7.5.4). Numbers of types that are the same in all versions
 * stand here; those of one message with that message.
 *
 * Thread: control.
 */
#ifndef CTL_OF_HEAD_H
#define CTL_OF_HEAD_H

#include <stdint.h>

#include "buf.h"

#define OF_HEAD	       8     /* bytes of struct ofp_header */
#define OF_MESSAGE_MAX 65535 /* bytes of a message */

enum {
	OFPT_HELLO = 0,
	OFPT_ERROR = 1,
	OFPT_ECHO_REQUEST = 2,
	OFPT_ECHO_REPLY = 3,
	OFPT_EXPERIMENTER = 4,
};

#define OFPMPF_MORE	   1 /* of a request and of a reply alike */
#define OFPMP_EXPERIMENTER 0xffff

/* Type of a multipart request; its reply is one more. */
static inline uint8_t of_multipart_type(uint8_t version)
{
	return version == 1 ? 16 : 18;
}

/* Begin a message; returns where, for of_end, which writes its length. */
size_t of_begin(struct of_buf *out, uint8_t version, uint8_t type, uint32_t xid);
void of_end(struct of_buf *out, size_t at);

/* Begin an experimenter's message. */
size_t of_begin_experimenter(
	struct of_buf *out, uint8_t version, uint32_t xid, uint32_t experimenter, uint32_t type);

#endif

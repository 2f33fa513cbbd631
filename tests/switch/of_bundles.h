/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles as controllers send them, for tests: 1.4 and later, and ONF's extension in 1.3. Messages about bundles have the number 0xc0, those
 * that ob_add() puts into one 0xad.
 */
#ifndef OF_BUNDLES_H
#define OF_BUNDLES_H

#include "of_peer.h"

struct of_buf;

enum { OB_OPEN, OB_OPENED, OB_CLOSE, OB_CLOSED, OB_COMMIT, OB_COMMITTED, OB_DISCARD, OB_DISCARDED };

/* Begin a message about a bundle (`add`: one that puts another in). */
void ob_put_head(struct of_buf *out, uint8_t version, bool add, uint32_t xid);
void ob_control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags);
void ob_hear_control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags);
/* An error of the kind "bundle failed". */
void ob_hear_failed(int fd, uint8_t version, uint16_t code);

/* A flow-mod into the bundle `id`, as or_flow_mod has it. */
void ob_put_add(struct of_buf *buf, uint8_t version, uint32_t id, uint32_t xid, unsigned command,
	const char *text);
void ob_add(int fd, uint8_t version, uint32_t id, unsigned command, const char *text);

/* Into bundle 7: a group-mod of 1.3 or 1.4 (type all, one bucket that sends to a port; 0: without a bucket); a meter-mod (a band that
 * drops above so many packets a second; 0: without one). */
enum { OB_ADD, OB_MODIFY, OB_DELETE };
void ob_add_group(int fd, uint8_t version, unsigned command, uint32_t group, uint32_t to);
void ob_add_meter(int fd, uint8_t version, unsigned command, uint32_t meter, uint32_t rate);

/* Bundle 7, atomic and ordered: opened, committed; or refused, and the message that fails says why. */
void ob_begin(int fd, uint8_t version);
void ob_commit(int fd, uint8_t version);
void ob_refuse(int fd, uint8_t version, unsigned type, unsigned code);

#endif

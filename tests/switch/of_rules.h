/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A controller's side of rules, for tests: flow-mods made of text, flow stats back to text.
 */
#ifndef OF_RULES_H
#define OF_RULES_H

#include "of_peer.h"

#include <sw/rule.h>

#include "../../src/ctl/of/codec/buf.h"

/* Commands of a flow-mod. */
enum { OR_ADD, OR_MODIFY, OR_MODIFY_STRICT, OR_DELETE, OR_DELETE_STRICT };

/* A connection to br0, whose rules are gone; in 1.0 flow-mods have their table in the command. */
int or_dial(uint8_t version);
void or_clear(int fd, uint8_t version);

/* Send one; "table=1,priority=5,tcp,actions=output:1"; out_port=, cookie=V/M as ovs-ofctl has them. */
void or_flow_mod(int fd, uint8_t version, unsigned command, const char *text);
/* Its message, with head; in 1.0 as NXT_FLOW_MOD where nxm is true. */
void or_put_flow_mod(struct of_buf *out, uint8_t version, bool nxm, uint32_t xid, unsigned command,
	const char *text);

/* All rules, a line each, sorted: "cookie=0x5, table=0, priority=5,tcp actions=drop"; free() it. */
char *or_dump(int fd, uint8_t version, bool nxm);
/* They are these, in any order. */
void or_expect(int fd, uint8_t version, const char *lines);

#endif

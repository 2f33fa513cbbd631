/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that controllers send, for tests.
 */
#ifndef OF_PACKET_OUTS_H
#define OF_PACKET_OUTS_H

#include "of_peer.h"

#include "../lib/testswitch.h"

#include "../../src/ctl/of/codec/buf.h"

#define PO_XID 0x55

/* A packet-out: its message, or said at once. Actions as ovs-ofctl has them. */
void po_put(struct of_buf *out, uint8_t version, uint32_t in_port, const char *actions,
	struct ts_frame frame);
void po_say(int fd, uint8_t version, uint32_t in_port, const char *actions, struct ts_frame frame);

/* A barrier, of the number PO_XID + 1, and the answer to it. */
void po_barrier(int fd, uint8_t version);
void po_hear_barrier(int fd, uint8_t version);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Properties of Nicira's second form of packet-ins (nicira-ext.h, NXT_PACKET_IN2), which come back in NXT_RESUME.
 *
 * Thread: control.
 */
#ifndef CTL_OF_PACKET_IN2_H
#define CTL_OF_PACKET_IN2_H

enum {
	NXPINT_PACKET,
	NXPINT_FULL_LEN,
	NXPINT_BUFFER_ID,
	NXPINT_TABLE_ID,
	NXPINT_COOKIE,
	NXPINT_REASON,
	NXPINT_METADATA,
	NXPINT_USERDATA,
	NXPINT_CONTINUATION, /* 4 bytes of zero, then properties that are ours alone */
	NXPINTS
};

/* A continuation of ours is the one property that Open vSwitch begins with, a UUID, as its tools show it: our handle (<sw/pause.h>). */
#define NXCPT_BRIDGE 0x8000

#endif

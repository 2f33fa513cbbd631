/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why a packet was lost. Every packet that enters is sent or freed with exactly one reason, counted per
 * worker on one port: the port it came in on, or, for what a port could not send, the port it was to
 * leave by. The file that drops registers the reason; a shared one is used by SW_USE(drop, ...).
 *
 * room: base. Thread: ids are read by workers; all else control.
 */
#ifndef SW_DROP_H
#define SW_DROP_H

#include <sw/reg.h>

#define SW_DROP_MAX 64 /* reasons at most; start-up refuses more */

/* Which OVS statistic of the port the reason adds to. */
enum sw_drop_as {
	SW_DROP_RX_DROPPED, /* counted on the input port: policy or no resources */
	SW_DROP_RX_ERRORS,  /* counted on the input port: the packet is broken */
	SW_DROP_TX_DROPPED, /* counted on the output port */
	SW_DROP_TX_ERRORS
};

struct sw_drop {
	const char *name; /* [a-z0-9_]+ */
	const char *help; /* what happened and what to do about it, for swctl port drops */
	enum sw_drop_as as;
};
SW_REG_KIND_DECLARE(drop);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that a rule sends to controllers and stops for them (Open vSwitch's controller(pause), nicira-ext.h "Continuations"): what
 * is left to do with one is kept here, by a handle that its controller is told, until it sends the packet back.
 *
 * Kept is what the rules said when the packet met them: they may change or go meanwhile, and the packet does what was left of them. What
 * it looks up from then on (tables, groups, meters, ports) is as it is then. A handle is good once, for the bridge and the process that
 * gave it, for SW_PAUSE_SECONDS at most, and only while no SW_PAUSED_MAX packets, or SW_PAUSED_BYTES, were kept after it, of all bridges
 * together.
 * Nothing of what is kept is in the controller's hands: all that it can change are the packet and the fields that come with it.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_PAUSE_H
#define SW_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/field.h>
#include <sw/packet_out.h>

struct sw_bridge;
struct sw_err;
struct sw_packet_in;

#define SW_PAUSE_HANDLE 16 /* bytes */

/* The oldest go for a new one. What is left to do with a packet is seldom more than 1 KB, and 8 KB at most. */
#define SW_PAUSED_MAX	 16384
#define SW_PAUSED_BYTES	 (32u << 20)
#define SW_PAUSE_SECONDS 60

/* Within a listener's call: keep what is left to do with the packet. false: it does not pause, or only in a trace. */
bool sw_pause_keep(const struct sw_packet_in *in, uint8_t handle[SW_PAUSE_HANDLE]);

struct sw_resume {
	uint8_t handle[SW_PAUSE_HANDLE];
	const void *bytes; /* of the packet, the caller's */
	size_t len;	   /* SW_PACKET_OUT_MIN..65535 */
	/* in_port, metadata, tunnel_id, pkt_mark and registers that it goes on with; NULL: as it was stopped with */
	const struct sw_fields *fields;
};

enum sw_resume_fault {
	SW_RESUME_FINE,
	SW_RESUME_STALE, /* nothing is kept by the handle, for this bridge */
	SW_RESUME_NO_BUFFER, /* as SW_PACKET_OUT_NO_BUFFER: the packet is lost, and counted; the handle is gone */
	SW_RESUME_FULL, /* as SW_PACKET_OUT_FULL: again, with the same handle, when some are done */
};

/* Send it on, as a packet of a controller's is sent (sw_packet_out_post): *ticket is good for sw_packet_out_done. What it loses is
 * counted on the port that it had come in on. Faults but the first with err's sentence. */
enum sw_resume_fault sw_pause_resume(struct sw_bridge *bridge, const struct sw_resume *resume,
	uint32_t *ticket, struct sw_err *err);

#endif

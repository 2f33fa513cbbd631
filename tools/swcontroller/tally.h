/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is counted, a switch: kept by its datapath id after it is gone, and told at the end.
 */
#ifndef SWCONTROLLER_TALLY_H
#define SWCONTROLLER_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#define TALLY_MAX \
	1024 /* switches that are told one by one; what further ones do is counted together */

struct counts {
	uint64_t connections;
	uint64_t received, sent; /* messages */
	uint64_t packet_ins, packet_outs, flow_mods;
	uint64_t flooded; /* packets, of packet_outs */
	uint64_t
		dropped; /* packets that go nowhere: back to where they came from, reserved addresses */
	uint64_t cut;	    /* packets that did not come whole, so that they cannot be sent on */
	uint64_t learned;   /* stations */
	uint64_t moved;	    /* of them, that were behind another port before */
	uint64_t errors;    /* messages of the switch that tell one */
	uint64_t malformed; /* messages that cannot be read */
};

struct tally_switch {
	uint64_t dpid;
	uint8_t version; /* the last one spoken */
	struct counts n;
};

struct tally {
	struct tally_switch **switches; /* in the order in which they came */
	unsigned n;
	struct tally_switch others; /* beyond TALLY_MAX, and who left before it told its id */
	uint64_t refused;	    /* connections that were not taken, or ended before hello */
};

/* Where to count for a switch; valid until tally_fini. */
struct tally_switch *tally_of(struct tally *tally, uint64_t dpid);

/* What was counted before the switch told who it is. */
void tally_move(struct counts *from, struct counts *to);

/* To standard output. */
void tally_print(const struct tally *tally, bool json);
void tally_fini(struct tally *tally);

#endif

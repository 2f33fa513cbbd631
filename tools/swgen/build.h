/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making packets (write.h): the template of its size is copied, then what depends on flow and packet is written over
 * it, and the checksums follow from sums of the template and of the words written. No memory for each flow: all
 * of a flow's headers are reckoned from its number.
 *
 * A flow joins a station of side A with one of side B; its packets from B are those from A with source and
 * destination exchanged. Station s of side A has the MAC 02:5d:00:ss:ss:ss, of side B 02:5d:01:ss:ss:ss. Flow f
 * has the addresses 10.0.0.0+f and 10.16.0.0+f (IPv6: in fd5d::/96), side A a port from 49152 on, side B port 7.
 */
#ifndef SWGEN_BUILD_H
#define SWGEN_BUILD_H

#include <rte_common.h>

#include "layout.h"

#define HEAD_SIZE 128

struct build_template {
	uint8_t head[HEAD_SIZE];
	uint32_t ip_sum, l4_sum; /* of all that does not change */
	uint16_t len;		 /* in memory, without FCS */
} __rte_cache_aligned;

struct build {
	struct build_template templates[MIX_SIZES];
	struct layout at;
	enum pattern pattern;
	bool reverse;	/* from side B */
	uint8_t copies; /* of 64 bytes of the head */
	unsigned mutate;
	uint32_t flows, macs;
	uint32_t ip[2];		  /* of flow 0, by side */
	uint32_t id;		  /* run and direction, as in the payload */
	uint16_t vid[2], vids[2]; /* outer first when there are two: the first VID, how many */
};

struct build_packet {
	uint32_t flow, seq, stamp;
	uint64_t noise; /* for the fields that change with every packet */
};

/* One for each direction. */
void build_init(struct build *b, const struct options *o, bool reverse);

/* Packets from now on belong to run 0..255. */
void build_run(struct build *b, uint8_t run);

#endif

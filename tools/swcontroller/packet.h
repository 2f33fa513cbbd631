/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet that a switch sent here, as far as a learning switch looks into it.
 */
#ifndef SWCONTROLLER_PACKET_H
#define SWCONTROLLER_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../src/ctl/of/codec/cursor.h"

struct sw_match;

/* struct ofp_match of OpenFlow 1.0, which is also what learned rules match in later versions. */
struct packet {
	uint32_t in_port;
	uint8_t dl_dst[6], dl_src[6];
	uint16_t dl_vlan; /* 0xffff: no tag */
	uint8_t dl_vlan_pcp;
	uint16_t dl_type; /* behind the tag; below 0x600: 0x5ff */
	uint8_t nw_tos, nw_proto;
	uint32_t nw_src, nw_dst;
	uint16_t tp_src, tp_dst;
	uint32_t unknown; /* OFPFW_* of what is not there, or not to be relied on */
};

/* OFPFW_* that options name. */
#define OFPFW_DL_DST (1u << 3)

/* False: not even an Ethernet header. */
bool packet_read(struct of_cursor frame, uint32_t in_port, struct packet *p);

/* The packets that are like it in all but the fields of `wildcards`. */
void packet_match(const struct packet *p, uint32_t wildcards, struct sw_match *out);

static inline bool packet_is_group(const uint8_t mac[6])
{
	return mac[0] & 1;
}

/* 01:80:c2:00:00:00 to 0f: never forwarded by a bridge (IEEE 802.1Q, 8.6.3). */
bool packet_is_reserved(const uint8_t mac[6]);

#endif

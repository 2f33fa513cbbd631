/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VLAN rules of a port as two tables by VID, built once by control, so that the packet path decides
 * with one load on each side and knows no modes:
 *
 *	in[vid]	  how a frame that carries this VID may enter
 *	untagged  the same for a frame without a tag or with a priority tag (VID 0), and its VLAN
 *	out[vid]  how a frame of this VLAN leaves
 *
 * IEEE 802.1Q-2018 clauses 6.9, 8.8.2 and OVS's vlan_mode. Only TPID 0x8100 is a tag of ours; 0x88a8 is
 * an EtherType like any other. VID 4095 is reserved: such frames do not enter, and none leaves tagged so.
 *
 * room: pipeline (private). Thread: vlan_map_init control; the tables are immutable afterwards.
 */
#ifndef PIPELINE_VLAN_H
#define PIPELINE_VLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#include <sw/bridge.h>

#define VLAN_VID_MASK  0x0fff
#define VLAN_PRIO_MASK 0xf000 /* PCP and DEI: kept through every change of tag */
#define VLAN_RESERVED  4095
#define VLAN_WORDS     (SW_VID_COUNT / 64) /* of a bitmap of VLANs */

/* in[]: what a frame may do in this VLAN. */
enum {
	VLAN_ENTER = 1, /* may enter */
	VLAN_LEARN = 2, /* and its source is learned */
};

/*
 * The shape of a frame: as it came in, and as it is to leave. A frame leaves untouched when both are
 * equal. The values below VLAN_SHAPES are no shapes but why a frame does not leave.
 */
enum vlan_shape {
	VLAN_NOT_CARRIED, /* the port is not a member, or not of this VLAN */
	VLAN_PROTECTED,	  /* both ports are protected */
	VLAN_SHAPES,
	VLAN_TAGGED = VLAN_SHAPES, /* with its VID */
	VLAN_UNTAGGED,
	VLAN_PRIORITY,		  /* with VID 0 */
	VLAN_PRIORITY_IF_NONZERO, /* output only: VLAN_PRIORITY when PCP or DEI is set, else untagged */
	VLAN_SHAPE_COUNT
};

struct vlan_map {
	unsigned refs;			  /* domains that use it; control's */
	uint16_t native;		  /* VLAN of frames that come untagged or priority-tagged */
	uint8_t untagged;		  /* VLAN_ENTER, VLAN_LEARN for them */
	uint8_t leaves[SW_VID_COUNT / 8]; /* bitmap of VLANs whose frames leave here at all */
	uint8_t in[SW_VID_COUNT];
	uint8_t out[SW_VID_COUNT]; /* enum vlan_shape */
};

/* no_learn: bitmap of VLANs that are not learned. */
void vlan_map_init(
	struct vlan_map *map, const struct sw_member_conf *conf, const uint8_t *no_learn);

/* Do both give the same map? */
bool vlan_conf_equal(const struct sw_member_conf *a, const struct sw_member_conf *b);

/* The same for what vlan_conf_equal() says is the same. */
uint32_t vlan_conf_hash(const struct sw_member_conf *conf);

/* The VLANs the port carries, in either direction, as a bitmap. */
void vlan_carried(const struct sw_member_conf *conf, uint8_t bitmap[SW_VID_COUNT / 8]);

static inline bool vlan_bit(const uint8_t *bitmap, uint16_t vid)
{
	return bitmap[vid / 8] >> (vid % 8) & 1;
}

/* VLANs 64 i to 64 i + 63 of a bitmap, the first in bit 0. */
static inline uint64_t vlan_word(const uint8_t *bitmap, unsigned i)
{
	uint64_t v;

	memcpy(&v, bitmap + 8 * i, sizeof(v));
	return rte_le_to_cpu_64(v);
}

/* The real shape behind VLAN_PRIORITY_IF_NONZERO for a frame with this tag control word (0: none). */
static inline enum vlan_shape vlan_resolve(enum vlan_shape shape, uint16_t tci)
{
	if (shape != VLAN_PRIORITY_IF_NONZERO)
		return shape;
	return tci & VLAN_PRIO_MASK ? VLAN_PRIORITY : VLAN_UNTAGGED;
}

#endif

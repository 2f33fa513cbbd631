/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a port's VLAN configuration to its tables by VID.
 *
 * The modes, as OVS defines them: an access port carries one VLAN, untagged, and refuses every frame
 * with a VID, its own included; a trunk carries its list, and untagged frames are VLAN 0, which must be
 * in the list too; the native modes carry their native VLAN whatever the list says, it is where frames
 * without a VID go, and they differ in whether it leaves tagged.
 *
 * Control thread only.
 */
#include "vlan.h"

#include <string.h>

static void set_bit(uint8_t *bitmap, uint16_t vid, bool on)
{
	bitmap[vid / 8] = (bitmap[vid / 8] & ~(1u << vid % 8)) | (unsigned)on << vid % 8;
}

void vlan_carried(const struct sw_member_conf *conf, uint8_t bitmap[SW_VID_COUNT / 8])
{
	if (conf->mode == SW_VLAN_ACCESS)
		memset(bitmap, 0, SW_VID_COUNT / 8);
	else if (conf->all_vlans)
		memset(bitmap, 0xff, SW_VID_COUNT / 8);
	else
		memcpy(bitmap, conf->trunks, SW_VID_COUNT / 8);
	if (conf->mode != SW_VLAN_TRUNK)
		set_bit(bitmap, conf->tag, true);
}

bool vlan_conf_equal(const struct sw_member_conf *a, const struct sw_member_conf *b)
{
	if (a->mode != b->mode || a->priority_tags != b->priority_tags)
		return false;
	if (a->mode != SW_VLAN_TRUNK && a->tag != b->tag)
		return false;
	if (a->mode == SW_VLAN_ACCESS)
		return true;
	if (a->all_vlans || b->all_vlans)
		return a->all_vlans == b->all_vlans;
	return !memcmp(a->trunks, b->trunks, sizeof(a->trunks));
}

uint32_t vlan_conf_hash(const struct sw_member_conf *conf)
{
	uint64_t h = conf->mode | (uint64_t)conf->priority_tags << 8;

	if (conf->mode != SW_VLAN_TRUNK)
		h |= (uint64_t)conf->tag << 16;
	if (conf->mode != SW_VLAN_ACCESS)
		h |= (uint64_t)conf->all_vlans << 32;
	h *= 0x9e3779b97f4a7c15ull;
	for (unsigned i = 0; conf->mode != SW_VLAN_ACCESS && !conf->all_vlans && i < VLAN_WORDS;
		i++)
		h = (h ^ h >> 32 ^ vlan_word(conf->trunks, i)) * 0x9e3779b97f4a7c15ull;
	return h >> 32;
}

static enum vlan_shape without_vid(enum sw_priority_tags priority_tags)
{
	switch (priority_tags) {
	case SW_PTAGS_ALWAYS:
		return VLAN_PRIORITY;
	case SW_PTAGS_IF_NONZERO:
		return VLAN_PRIORITY_IF_NONZERO;
	default:
		return VLAN_UNTAGGED;
	}
}

/* How a frame of a VLAN the port carries leaves. */
static enum vlan_shape out_shape(const struct sw_member_conf *conf, uint16_t vid)
{
	if (vid == 0 || conf->mode == SW_VLAN_ACCESS ||
		(conf->mode == SW_VLAN_NATIVE_UNTAGGED && vid == conf->tag))
		return without_vid(conf->priority_tags);
	return vid == VLAN_RESERVED ? VLAN_NOT_CARRIED : VLAN_TAGGED;
}

/* Eight bits as eight bytes of 0 or 1 in memory, the lowest bit first. */
static uint64_t bits_to_bytes(uint8_t bits)
{
	const uint64_t ones = 0x0101010101010101ull;
	uint64_t v = bits * ones & 0x8040201008040201ull; /* each byte its own bit */

	v = (v + 0x7f * ones) >> 7 & ones;
	return rte_cpu_to_le_64(v);
}

/* Tagged in and out in all of these VLANs. Eight at a time: a bridge has a thousand such tables. */
static void init_trunk(struct vlan_map *map, const uint8_t *carried, const uint8_t *no_learn)
{
	for (unsigned i = 0; i < SW_VID_COUNT / 8; i++) {
		uint64_t enter = bits_to_bytes(carried[i]);
		uint64_t learn = bits_to_bytes(carried[i] & ~no_learn[i]);
		uint64_t in = enter * VLAN_ENTER | learn * VLAN_LEARN, out = enter * VLAN_TAGGED;

		memcpy(&map->in[8 * i], &in, sizeof(in));
		memcpy(&map->out[8 * i], &out, sizeof(out));
	}
}

/* What VID 0, the native VLAN and the reserved one have of their own. */
static void special(struct vlan_map *map, const struct sw_member_conf *conf, const uint8_t *carried,
	uint16_t vid)
{
	map->out[vid] = vlan_bit(carried, vid) ? out_shape(conf, vid) : VLAN_NOT_CARRIED;
	set_bit(map->leaves, vid, map->out[vid] >= VLAN_SHAPES);
}

void vlan_map_init(struct vlan_map *map, const struct sw_member_conf *conf, const uint8_t *no_learn)
{
	uint8_t carried[SW_VID_COUNT / 8];

	vlan_carried(conf, carried);
	memset(map, 0, sizeof(*map));
	memcpy(map->leaves, carried, sizeof(map->leaves));
	map->native = conf->mode == SW_VLAN_TRUNK ? 0 : conf->tag;
	if (vlan_bit(carried, map->native))
		map->untagged = VLAN_ENTER | (vlan_bit(no_learn, map->native) ? 0 : VLAN_LEARN);
	if (conf->mode != SW_VLAN_ACCESS)
		init_trunk(map, carried, no_learn);
	special(map, conf, carried, 0);
	special(map, conf, carried, map->native);
	special(map, conf, carried, VLAN_RESERVED);
	map->in[VLAN_RESERVED] = 0;
	map->in[0] = map->untagged; /* a priority tag */
}

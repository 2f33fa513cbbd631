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

bool vlan_carried(const struct sw_member_conf *conf, uint16_t vid)
{
	if (conf->mode == SW_VLAN_ACCESS)
		return vid == conf->tag;
	if (conf->mode != SW_VLAN_TRUNK && vid == conf->tag)
		return true;
	return conf->all_vlans || vlan_bit(conf->trunks, vid);
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

static enum vlan_shape out_shape(const struct sw_member_conf *conf, uint16_t vid)
{
	if (!vlan_carried(conf, vid))
		return VLAN_NOT_CARRIED;
	if (vid == 0 || conf->mode == SW_VLAN_ACCESS ||
		(conf->mode == SW_VLAN_NATIVE_UNTAGGED && vid == conf->tag))
		return without_vid(conf->priority_tags);
	return vid == VLAN_RESERVED ? VLAN_NOT_CARRIED : VLAN_TAGGED;
}

/* What VID 0, the native VLAN and the reserved one have of their own. */
static void special(struct vlan_map *map, const struct sw_member_conf *conf, uint16_t vid)
{
	bool tagged_may = conf->mode != SW_VLAN_ACCESS && vid != VLAN_RESERVED;

	map->out[vid] = out_shape(conf, vid);
	map->in[vid] = tagged_may && vlan_carried(conf, vid) ? VLAN_ENTER | VLAN_LEARN : 0;
}

void vlan_map_init(struct vlan_map *map, const struct sw_member_conf *conf, const uint8_t *no_learn)
{
	memset(map, 0, sizeof(*map));
	map->native = conf->mode == SW_VLAN_TRUNK ? 0 : conf->tag;
	for (unsigned vid = 0; conf->mode != SW_VLAN_ACCESS && vid < SW_VID_COUNT; vid++)
		if (conf->all_vlans || vlan_bit(conf->trunks, vid)) {
			map->out[vid] = VLAN_TAGGED;
			map->in[vid] = VLAN_ENTER | VLAN_LEARN;
		}
	special(map, conf, 0);
	special(map, conf, map->native);
	special(map, conf, VLAN_RESERVED);
	if (vlan_carried(conf, map->native))
		map->untagged = VLAN_ENTER | (vlan_bit(no_learn, map->native) ? 0 : VLAN_LEARN);
	for (unsigned vid = 0; vid < SW_VID_COUNT; vid++)
		if (vlan_bit(no_learn, vid))
			map->in[vid] &= ~VLAN_LEARN;
	map->in[0] = map->untagged; /* a priority tag */
}

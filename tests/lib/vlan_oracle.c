/* SPDX-License-Identifier: BSD-3-Clause */
/* See vlan_oracle.h. */
#include "vlan_oracle.h"

#include <stdio.h>
#include <string.h>

#include <sw/text.h>

static bool listed(const struct sw_member_conf *port, int vlan)
{
	return port->all_vlans || (port->trunks[vlan / 8] & 1 << vlan % 8);
}

static bool carries(const struct sw_member_conf *port, int vlan)
{
	switch (port->mode) {
	case SW_VLAN_ACCESS:
		return vlan == port->tag;
	case SW_VLAN_TRUNK:
		return listed(port, vlan);
	default:
		return vlan == port->tag || listed(port, vlan);
	}
}

int oracle_enters(const struct sw_member_conf *port, int tag)
{
	int vid = tag == ORACLE_UNTAGGED ? 0 : tag & 0xfff;
	int vlan = vid;

	if (vid == 4095)
		return ORACLE_DROP; /* reserved, IEEE 802.1Q table 9-2 */
	if (vid && port->mode == SW_VLAN_ACCESS)
		return ORACLE_DROP; /* tagged, even with its own */
	if (!vid && port->mode != SW_VLAN_TRUNK)
		vlan = port->tag;
	return carries(port, vlan) ? vlan : ORACLE_DROP;
}

int oracle_leaves(const struct sw_member_conf *port, int vlan, int tag)
{
	int priority = tag == ORACLE_UNTAGGED ? 0 : tag & 0xf000;
	bool with_vid = vlan != 0 && port->mode != SW_VLAN_ACCESS;

	if (!carries(port, vlan))
		return ORACLE_DROP;
	if (port->mode == SW_VLAN_NATIVE_UNTAGGED && vlan == port->tag)
		with_vid = false;
	if (with_vid)
		return vlan == 4095 ? ORACLE_DROP : priority | vlan;
	if (port->priority_tags == SW_PTAGS_ALWAYS)
		return priority;
	if (port->priority_tags == SW_PTAGS_IF_NONZERO && priority)
		return priority;
	return ORACLE_UNTAGGED;
}

unsigned oracle_ports(struct sw_member_conf *out, unsigned max)
{
	static const char *const lists[] = { NULL, "", "0", "10", "10,20", "0,20,30" };
	static const int tags[] = { 0, 10, 20, 4095 };
	unsigned n = 0;

	for (int mode = SW_VLAN_TRUNK; mode <= SW_VLAN_NATIVE_UNTAGGED; mode++)
		for (int ptags = SW_PTAGS_NEVER; ptags <= SW_PTAGS_ALWAYS; ptags++)
			for (unsigned t = 0; t < (mode == SW_VLAN_TRUNK ? 1 : 4); t++)
				for (unsigned l = 0; l < (mode == SW_VLAN_ACCESS ? 1 : 6); l++) {
					struct sw_member_conf c = { .mode = mode,
						.priority_tags = ptags,
						.tag = tags[t],
						.all_vlans = !lists[l],
						.flood = true };

					if (lists[l] && lists[l][0])
						sw_parse_ranges(lists[l], c.trunks, SW_VID_COUNT);
					if (n < max)
						out[n++] = c;
				}
	return n;
}

unsigned oracle_tags(int *out, unsigned max)
{
	static const int all[] = { ORACLE_UNTAGGED, 0, 5 << 13, 1 << 12, 10, 3 << 13 | 10, 20,
		7 << 13 | 1 << 12 | 20, 30, 40, 4094, 4095, 6 << 13 | 4095 };
	unsigned n = sizeof(all) / sizeof(all[0]);

	memcpy(out, all, (n < max ? n : max) * sizeof(all[0]));
	return n < max ? n : max;
}

const char *oracle_name(const struct sw_member_conf *port, char *text, unsigned size)
{
	static const char *const modes[] = { "trunk", "access", "native-tagged",
		"native-untagged" };
	static const char *const ptags[] = { "never", "if-nonzero", "always" };
	char trunks[64] = "all";

	if (!port->all_vlans)
		sw_format_ranges(trunks, sizeof(trunks), port->trunks, SW_VID_COUNT);
	snprintf(text, size, "%s %u [%s] %s", modes[port->mode], port->tag, trunks,
		ptags[port->priority_tags]);
	return text;
}

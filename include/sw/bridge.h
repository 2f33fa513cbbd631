/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bridge as the datapath sees it: its stations (FDB), the VLAN membership of its ports, and what is
 * compiled of both for the workers. The whole membership is given at once; the bridge compiles it to an
 * immutable domain plus one ingress a port, publishes both, and retires the old ones by RCU: no worker
 * stops, no packet on an unchanged port is lost.
 *
 * VLAN terms: IEEE 802.1Q-2018 (VID 0 is a priority tag, 4095 is reserved); the modes are OVS's
 * Port.vlan_mode.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_BRIDGE_H
#define SW_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;
struct sw_port;
struct sw_fdb;

enum sw_vlan_mode {
	SW_VLAN_TRUNK,		 /* carries `trunks`; untagged frames are VLAN 0 */
	SW_VLAN_ACCESS,		 /* one VLAN, untagged; tagged frames with a VID are dropped */
	SW_VLAN_NATIVE_TAGGED,	 /* trunk; untagged frames are VLAN `tag`, which leaves tagged */
	SW_VLAN_NATIVE_UNTAGGED, /* trunk; untagged frames are VLAN `tag`, which leaves untagged */
};

/* What to do on output with a frame that leaves untagged: put a tag with VID 0 on it? */
enum sw_priority_tags { SW_PTAGS_NEVER, SW_PTAGS_IF_NONZERO, SW_PTAGS_ALWAYS };

#define SW_VID_COUNT 4096

struct sw_member_conf {
	struct sw_port *port;
	enum sw_vlan_mode mode;
	uint16_t tag; /* access, native: 0..4095 */
	enum sw_priority_tags priority_tags;
	bool all_vlans;			  /* no trunks given: 0..4095 */
	uint8_t trunks[SW_VID_COUNT / 8]; /* bit v of byte v/8; without all_vlans */
	uint32_t mac_limit; /* stations learned behind the port at most; 0: the table's size */
	bool flood;	    /* unknown, multicast and broadcast go out here */
	bool protect;	    /* no traffic to another protected port of the bridge */
	uint32_t
		number; /* as rules and controllers call it: 1..65279, SW_OFPP_LOCAL; 0: has none */
};

struct sw_bridge_conf {
	const char *name;
	uint32_t mac_table_size; /* 10..1000000, default 8192 */
	uint16_t mac_aging_time; /* seconds, 15..3600, default 300 */
	bool forward_bpdu;
	bool cross_connect; /* exactly two members: everything of one leaves by the other, untouched */
	uint32_t rules_max, table_rules_max; /* rules in all tables, in one; 0: 4000000, 1000000 */
	bool evict; /* a full table puts a rule with a timeout out for a new one */
	bool no_rules; /* made without the rule that is NORMAL (fail_mode secure); later it says nothing */
	uint8_t no_learn[SW_VID_COUNT / 8]; /* flood_vlans: these VLANs flood and do not learn */
};

struct sw_bridge;

/* Make a bridge without members. NULL with err: a value out of range, no memory for the table. */
struct sw_bridge *sw_bridge_create(const struct sw_bridge_conf *conf, struct sw_err *err);

/* Publish configuration and the whole membership, members[0..n) with n <= SW_PORT_MAX. Ports that were
 * members and are no more get ingress NULL and all their stations, static ones too, are forgotten (their
 * index may come back as another port); so are learned stations of a port in VLANs it left. Nothing
 * changes on error (cross_connect with n > 2; a port in another bridge; a value out of range). */
int sw_bridge_set(struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err);

/* Another mac_table_size takes up to 0.3 s, mostly to fill the table. Where nobody may wait so long it is made
 * ready before: sw_bridge_prepare on control, sw_bridge_fill with the size on any thread but a worker, while
 * control neither sets the bridge nor adds static stations; then sw_bridge_set with that size finds it.
 * sw_bridge_prepare again forgets it. SW_BRIDGE_SMALL stations and less are not worth the way. */
#define SW_BRIDGE_SMALL 16384
void sw_bridge_prepare(struct sw_bridge *bridge);
void sw_bridge_fill(struct sw_bridge *bridge, uint32_t mac_table_size);

/* Without members from here on; memory goes after a grace period. */
void sw_bridge_destroy(struct sw_bridge *bridge);

const char *sw_bridge_name(const struct sw_bridge *bridge);
struct sw_fdb *sw_bridge_fdb(struct sw_bridge *bridge);
struct sw_bridge *sw_bridge_by_name(const char *name); /* or NULL */

/* What controllers ask of a bridge beside rules. It is no configuration. In force for all that workers begin after the call; where it is
 * another than before, all that is kept of flows is void. */
enum {
	SW_BRIDGE_TELL_MISSES =
		1 << 0, /* what no rule takes goes to controllers, as OpenFlow 1.0 has it */
	SW_BRIDGE_DROP_FRAGMENTS = 1 << 1, /* of IP, before any rule; not by a cross-connect */
	SW_BRIDGE_TELL_TTL =
		1 << 2, /* what is lost by a TTL that is counted down goes to controllers */
};
void sw_bridge_ask(struct sw_bridge *bridge, uint8_t asked);
uint8_t sw_bridge_asked(const struct sw_bridge *bridge);

/* Then its ports look at no rules, groups and meters, and nothing of these counts. */
bool sw_bridge_is_cross_connect(const struct sw_bridge *bridge);

/* Name of the ingress program the port runs now: "l2", "cross-connect", "none". */
const char *sw_bridge_program_of(const struct sw_port *port);

#endif

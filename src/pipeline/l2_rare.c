/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the L2 program does with the few: broken frames, reserved addresses, frames whose tag changes on
 * the way out, and every reason for which it loses a packet.
 *
 * Workers. A packet that others hold too is never changed: it is copied first.
 */
#include "l2.h"

#include <sw/drop.h>
#include <sw/pool.h>

#include "domain.h"
#include "fdb.h"
#include "frame.h"
#include "l2_burst.h"

SW_REGISTER(drop, runt) = {
	.name = "runt",
	.help = "shorter than an Ethernet header (14 bytes): the sender or its driver is broken",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, vlan_truncated) = {
	.name = "vlan_truncated",
	.help = "ends within its 802.1Q tag: the sender or its driver is broken",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, rx_oversize) = {
	.name = "rx_oversize",
	.help = "longer than the port's MTU allows: raise mtu_request or lower the sender's MTU",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, source_group) = {
	.name = "source_group",
	.help = "the source is a group address: the sender is broken or forges frames",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, copy_no_buffer) = {
	.name = "copy_no_buffer",
	.help = "no packet buffer for a copy that was needed: raise mbufs in section "
		"[memory] of the boot file",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, vlan_not_allowed) = {
	.name = "vlan_not_allowed",
	.help = "came in with a VLAN the port does not carry, or tagged on an access port: see tag, "
		"trunks and vlan_mode of the port",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, vlan_reserved) = {
	.name = "vlan_reserved",
	.help = "came in with VLAN ID 4095, which IEEE 802.1Q reserves",
	.as = SW_DROP_RX_ERRORS,
};
SW_REGISTER(drop, reserved_address) = {
	.name = "reserved_address",
	.help = "to a link-local protocol address (STP, LACP, LLDP, CDP...): other_config:forward-bpdu "
		"of the bridge forwards them",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, hairpin) = {
	.name = "hairpin",
	.help = "the destination is on the port the frame came in on: nothing to do for a switch",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, vlan_not_carried) = {
	.name = "vlan_not_carried",
	.help = "the port of the destination does not carry the VLAN: see its tag, "
		"trunks and vlan_mode",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, protected_port) = {
	.name = "protected_port",
	.help = "between two ports that are both protected",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, port_gone) = {
	.name = "port_gone",
	.help = "the port of the destination is being removed",
	.as = SW_DROP_RX_DROPPED,
};

struct rte_mbuf *l2_odd(struct sw_lane *in, struct rte_mbuf *m)
{
	const uint8_t *p;

	if (m->pkt_len < FRAME_MIN) {
		sw_drop_one(in, SW_ID(drop, runt), m);
		return NULL;
	}
	if (m->data_len < FRAME_MIN_TAGGED && m->next) {
		struct rte_mbuf *whole = rte_pktmbuf_copy(m, sw_pool(), 0, UINT32_MAX);

		if (!whole) {
			sw_drop_one(in, SW_ID(drop, copy_no_buffer), m);
			return NULL;
		}
		rte_pktmbuf_free(m);
		m = whole;
	}
	p = rte_pktmbuf_mtod(m, const uint8_t *);
	if (m->pkt_len < FRAME_MIN_TAGGED && p[12] == 0x81 && p[13] == 0x00) {
		sw_drop_one(in, SW_ID(drop, vlan_truncated), m);
		return NULL;
	}
	if (m->pkt_len > sw_lane_rx_max_len(in)) {
		sw_drop_one(in, SW_ID(drop, rx_oversize), m);
		return NULL;
	}
	if (p[6] & 1) {
		sw_drop_one(in, SW_ID(drop, source_group), m);
		return NULL;
	}
	return m;
}

/* The addresses Open vSwitch lists under forward-bpdu: IEEE 802.1D/Q reserved (table 8-1), Extreme's EDP
 * and EAPS, Cisco's CDP, PVST+, UDLD and their kin. */
static bool reserved(const uint8_t *mac)
{
	static const uint8_t ieee[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };
	static const uint8_t extreme[5] = { 0x00, 0xe0, 0x2b, 0x00, 0x00 };
	static const uint8_t isl[6] = { 0x01, 0x00, 0x0c, 0x00, 0x00, 0x00 };
	static const uint8_t cdp[5] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc };
	static const uint8_t stp_uplink[6] = { 0x01, 0x00, 0x0c, 0xcd, 0xcd, 0xcd };

	if (!memcmp(mac, ieee, 5))
		return mac[5] < 0x10;
	if (!memcmp(mac, extreme, 5))
		return mac[5] == 0 || mac[5] == 4 || mac[5] == 6;
	if (!memcmp(mac, cdp, 5))
		return mac[5] == 0xcc || mac[5] == 0xcd || (mac[5] & 0xf8) == 0xc0;
	return !memcmp(mac, isl, 6) || !memcmp(mac, stp_uplink, 6);
}

void l2_count_group(struct sw_lane *in, uint64_t dst)
{
	if (dst == FRAME_MAC_MASK)
		in->stats.rx_broadcast++;
	else if (dst & 1)
		in->stats.rx_multicast++;
}

bool l2_group(const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m, uint64_t dst)
{
	if (self->rules)
		l2_count_group(in, dst);
	if (self->forward_bpdu || !reserved(rte_pktmbuf_mtod(m, const uint8_t *)))
		return false;
	sw_drop_one(in, SW_ID(drop, reserved_address), m);
	return true;
}

void l2_not_admitted(const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m, uint64_t tag)
{
	bool reserved_vid = L2_SHAPE(tag) == VLAN_TAGGED && L2_VID(tag) == VLAN_RESERVED;

	sw_drop_one(
		in, reserved_vid ? SW_ID(drop, vlan_reserved) : SW_ID(drop, vlan_not_allowed), m);
}

static unsigned why_not(const struct l2 *self, unsigned port, enum vlan_shape want)
{
	if (port == self->port)
		return SW_ID(drop, hairpin);
	if (want == VLAN_PROTECTED)
		return SW_ID(drop, protected_port);
	if (want == VLAN_NOT_CARRIED)
		return SW_ID(drop, vlan_not_carried);
	return SW_ID(drop, port_gone);
}

/* The packet, or a copy of it, in another shape; NULL when it was dropped. */
static inline struct rte_mbuf *reshape(
	struct sw_lane *in, struct rte_mbuf *m, uint64_t tag, enum vlan_shape want)
{
	if (unlikely(!frame_writable(m))) {
		struct rte_mbuf *copy = rte_pktmbuf_copy(m, sw_pool(), 0, UINT32_MAX);

		if (!copy) {
			sw_drop_one(in, SW_ID(drop, copy_no_buffer), m);
			return NULL;
		}
		rte_pktmbuf_free(m);
		m = copy;
	}
	frame_reshape(m, L2_SHAPE(tag), want, L2_VID(tag), L2_TCI(tag));
	return m;
}

void l2_unicast(
	struct sw_worker *w, const struct l2 *self, struct sw_lane *in, const struct l2_run *run)
{
	struct sw_lane *lane = sw_lane_of(w, run->port);
	uint64_t tag = run->tag;
	enum vlan_shape want = vlan_resolve(self->out[run->port][L2_VID(tag)], L2_TCI(tag));

	if (unlikely(run->port == self->port || want < VLAN_SHAPES || !lane)) {
		sw_drop_many(in, why_not(self, run->port, want), run->pkts, run->n);
		return;
	}
	for (unsigned i = 0; i < run->n; i++) {
		struct rte_mbuf *m = run->pkts[i];

		if (want != L2_SHAPE(tag))
			m = reshape(in, m, tag, want);
		if (likely(m))
			sw_send(w, lane, m);
	}
}

static void from_none(
	struct sw_worker *w, const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	struct l2_run run = { .pkts = &m, .n = 1, .tag = L2_TAG(0, VLAN_UNTAGGED, 0) };
	uint64_t key;
	uint32_t to;

	if (frame_load64(p + 6) >> 48 == L2_TYPE_TAGGED) {
		uint16_t tci = frame_tci(p), vid = tci & VLAN_VID_MASK;

		run.tag = L2_TAG(vid, vid ? VLAN_TAGGED : VLAN_PRIORITY, tci);
	}
	if (L2_VID(run.tag) == VLAN_RESERVED) {
		l2_not_admitted(self, in, m, run.tag);
		return;
	}
	key = fdb_key(L2_VID(run.tag), frame_load64(p) & FRAME_MAC_MASK);
	to = fdb_find(self->fdb, fdb_first(self->fdb, fdb_hash(self->fdb, key)), key);
	run.port = to & FDB_PORT_MASK;
	if (to == FDB_MISS || !fdb_alive(self->fdb, to))
		l2_flood(w, self, in, m, run.tag);
	else
		l2_unicast(w, self, in, &run);
}

void l2_from_none(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct l2 *self = (const struct l2 *)ingress;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = l2_odd(in, pkts[i]);

		if (m && !l2_group(self, in, m,
				 frame_load64(rte_pktmbuf_mtod(m, const uint8_t *)) &
					 FRAME_MAC_MASK))
			from_none(w, self, in, m);
	}
}

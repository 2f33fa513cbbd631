/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flooding: one packet to many ports without a copy a port. Members want a frame in at most three
 * shapes (tagged, untagged, priority-tagged). One packet is made for each shape somebody wants, the
 * received one serving as its own shape or being changed to the only other one; its reference count is
 * raised once, by how many want it, and it is appended to their lanes. Whoever transmits it reads only.
 *
 * Workers. Work is bounded by the members of the VLAN. A port whose send buffer is full loses its own
 * copy and nobody else's.
 */
#include "l2.h"

#include <sw/drop.h>
#include <sw/pool.h>

#include "domain.h"
#include "frame.h"

SW_REGISTER(drop, no_flood_port) = {
	.name = "no_flood_port",
	.help = "the destination is unknown or a group, and no other port takes floods of the VLAN",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, flood_no_buffer) = {
	.name = "flood_no_buffer",
	.help = "a flooded packet needed a copy with another VLAN tag and there was no packet buffer: "
		"raise mbufs in section [memory] of the boot file",
	.as = SW_DROP_TX_DROPPED,
};

struct flood {
	unsigned n;
	unsigned wanted[VLAN_SHAPE_COUNT];	 /* copies of each shape */
	struct rte_mbuf *body[VLAN_SHAPE_COUNT]; /* the packet in that shape */
	struct sw_lane *lane[SW_PORT_MAX];
	uint8_t shape[SW_PORT_MAX];
};

static void collect(struct flood *f, struct sw_worker *w, const struct l2 *self, uint64_t tag)
{
	const uint16_t *list = &self->domain->flood[self->domain->flood_at[L2_VID(tag)]];

	for (unsigned i = 1; i <= list[0]; i++) {
		unsigned port = list[i];
		enum vlan_shape want = vlan_resolve(self->out[port][L2_VID(tag)], L2_TCI(tag));
		struct sw_lane *lane = sw_lane_of(w, port);

		if (port == self->port || want < VLAN_SHAPES || !lane)
			continue;
		f->lane[f->n] = lane;
		f->shape[f->n++] = want;
		f->wanted[want]++;
	}
}

/*
 * A body for every shape that is wanted, held as often as it will be sent. The received packet becomes
 * the last other shape when nobody wants it as it is and nobody else holds it.
 */
static void make_bodies(struct flood *f, struct rte_mbuf *m, uint64_t tag)
{
	enum vlan_shape has = L2_SHAPE(tag);
	unsigned others = 0;
	bool used = f->wanted[has];

	for (enum vlan_shape s = VLAN_SHAPES; s < VLAN_SHAPE_COUNT; s++)
		others += f->wanted[s] && s != has;
	for (enum vlan_shape s = VLAN_SHAPES; s < VLAN_SHAPE_COUNT; s++) {
		bool take;

		if (!f->wanted[s])
			continue;
		take = s == has || (!used && others == 1 && frame_writable(m));
		f->body[s] = take ? m : rte_pktmbuf_copy(m, sw_pool(), 0, UINT32_MAX);
		used |= take;
		others -= s != has;
		if (!f->body[s])
			continue;
		if (s != has)
			frame_reshape(f->body[s], has, s, L2_VID(tag), L2_TCI(tag));
		rte_pktmbuf_refcnt_update(f->body[s], f->wanted[s] - 1);
	}
	if (!used)
		rte_pktmbuf_free(m);
}

void l2_flood(struct sw_worker *w, const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m,
	uint64_t tag)
{
	struct flood f;

	f.n = 0;
	memset(f.wanted, 0, sizeof(f.wanted));
	memset(f.body, 0, sizeof(f.body));
	collect(&f, w, self, tag);
	if (!f.n) {
		sw_drop_one(in, SW_ID(drop, no_flood_port), m);
		return;
	}
	make_bodies(&f, m, tag);
	for (unsigned i = 0; i < f.n; i++) {
		struct rte_mbuf *body = f.body[f.shape[i]];

		if (likely(body))
			sw_send(w, f.lane[i], body);
		else
			f.lane[i]->stats.drops[SW_ID(drop, flood_no_buffer)]++;
	}
}

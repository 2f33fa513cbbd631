/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The L2 program's object for a port, and what its files share.
 *
 * room: pipeline (private). Thread: compiled by control, then immutable; workers.
 */
#ifndef PIPELINE_L2_H
#define PIPELINE_L2_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/port.h>

struct domain;
struct fdb_table;
struct sw_program_job;
struct sw_rules;
struct vlan_map;

struct l2 {
	struct sw_ingress ingress;
	struct fdb_table *fdb;
	const uint8_t *const *out; /* the domain's, as this port sees it */
	const struct vlan_map *map;
	const struct domain *domain;
	uint16_t port;
	bool forward_bpdu;
	struct sw_rules
		*rules; /* of the bridge, for l2_count; NULL: they have counted what comes here */
};

/* A frame's place among the VLANs: [15:0] VLAN, [23:16] shape it came in, [47:32] its tag or 0. */
#define L2_TAG(vid, shape, tci) ((uint64_t)(vid) | (uint64_t)(shape) << 16 | (uint64_t)(tci) << 32)
#define L2_VID(tag)		((uint16_t)(tag))
#define L2_SHAPE(tag)		((uint8_t)((tag) >> 16))
#define L2_TCI(tag)		((uint16_t)((tag) >> 32))

/* The program: consumes pkts[0..n). One source, built for what every CPU has, and for AVX2. */
typedef void l2_run_fn(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n);
l2_run_fn l2_run, l2_run_avx2;
/* The same for packets that came in on no port (controllers send such): of all VLANs, and nothing is learned. */
l2_run_fn l2_from_none;

/* A third build, of a trace: it learns nothing, and tells what it found (FDB values; FDB_MISS: unknown). Control. */
l2_run_fn l2_run_dry;
void l2_tell(const struct sw_worker *w, uint64_t tag, uint32_t to, uint32_t from);

/* The object for a member; control. free() frees it. */
struct l2 *l2_create(const struct sw_program_job *job, bool counts);

/* Send to every member that takes floods of the VLAN but the input port; consumes m. */
void l2_flood(struct sw_worker *w, const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m,
	uint64_t tag);

/* Packets of a burst that go the same way. */
struct l2_run {
	struct rte_mbuf **pkts;
	unsigned n;
	unsigned port; /* out */
	uint64_t tag;
};

/* Send them in the shape the port wants, or drop them for the reason they do not leave; consumes them. */
void l2_unicast(
	struct sw_worker *w, const struct l2 *self, struct sw_lane *in, const struct l2_run *run);

/* A frame whose header needs care: too short, too long, in pieces, from a group address. The frame, or
 * a copy that begins with its whole header, or NULL when it was dropped. */
struct rte_mbuf *l2_odd(struct sw_lane *in, struct rte_mbuf *m);

/* What came in: for the port, and for the rule because of which it is here. */
void l2_count(
	struct sw_worker *w, const struct l2 *self, struct sw_lane *in, unsigned n, uint64_t bytes);

/* Count a frame by its destination, the 48 bits in memory order: to all, to a group, or neither. */
void l2_count_group(struct sw_lane *in, uint64_t dst);

/* Count a frame to a group address; true when the address is reserved and the frame was dropped. */
bool l2_group(const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m, uint64_t dst);

/* Drop a frame that may not enter: its VLAN is not the port's. */
void l2_not_admitted(const struct l2 *self, struct sw_lane *in, struct rte_mbuf *m, uint64_t tag);

#endif

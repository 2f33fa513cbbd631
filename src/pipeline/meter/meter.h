/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters as workers run them (OpenFlow 1.3.5, 5.7): each band is a token bucket, full at first, which a packet takes its
 * cost from when it can; of the bands that could not give it, the one with the highest rate acts.
 *
 * Tokens are counted in units that a cycle of the time-stamp counter adds `rate` of, so that filling is one
 * multiplication and nothing is divided: a packet costs as many units as there are cycles in a second, a byte 1/125 of
 * that where the rate is in kbit/s. kbit/s count the frame without FCS.
 *
 * All workers share a bucket (kind C of the design: several write, by atomics). A worker takes a little more than its
 * packets need, at most what METER_LEASE_US bring and 1/METER_LEASE_PART of the bucket, and spends that without
 * asking; what is left when the lease is over goes back. So a fast meter costs the shared line once in a hundred
 * microseconds a worker, and all together never let through more than the bucket and those leases. A worker that got too
 * little asks again when the time for a packet has gone by. No lock: who loses its core in the middle holds no other.
 *
 * room: pipeline (private). Writer of the conf: control; a changed meter is another object (RCU).
 */
#ifndef PIPELINE_METER_METER_H
#define PIPELINE_METER_METER_H

#include <sw/meters.h>
#include <sw/worker.h>

#include "../id_map.h"

#define METER_LEASE_US	 100
#define METER_LEASE_PART 64

struct exec;
struct op;

struct meter_band {
	uint64_t rate;	/* units a cycle: kbit/s or packets a second */
	uint64_t size;	/* of the bucket, in units */
	uint64_t full;	/* cycles that fill it */
	uint64_t lease; /* units that a worker may take more than it needs */
	uint8_t type;	/* enum sw_meter_band_type */
	uint8_t prec_level;
};

/* What control shows of a band, and of the meter. */
struct meter_count {
	uint64_t packets, bytes;
};

/* One worker's, in its own cache lines. Counters are read by others while they move. */
struct meter_part {
	uint64_t until; /* end of the lease */
	struct meter_count in;
	bool dry; /* a trace's: it takes nothing out of the buckets, and is in no statistics */
	struct {
		uint64_t left; /* leased units */
		uint64_t wait; /* there is no more for a packet before */
		struct meter_count acted;
	} band[];
};

struct sw_meter {
	uint32_t id;
	uint8_t n; /* bands */
	bool packets;
	bool remarks;  /* has a band that does */
	uint64_t unit; /* cost of a packet, or of a byte */
	uint64_t lease_cycles;
	size_t stride; /* bytes of a part */
	uint8_t *parts;
	/* Seen by who reads the version `begin` of the rules or one after it, when it was deleted none from `end` on (atomic); those
	 * before see `older` (NULL: none), until there are none. rcu */
	uint64_t begin, end;
	struct sw_meter *older;

	/* Control's. */
	const struct sw_meters *of;
	bool goes_on;		/* it counts on from where the meter before it was */
	struct sw_meter *after; /* that took its place */
	uint64_t made_ms;
	struct meter_count base, added; /* as those of groups */
	unsigned workers;
	struct sw_meter_conf conf;

	struct meter_band band[SW_METER_BANDS_MAX];

	/* Shared by workers. */
	uint64_t last __rte_cache_aligned; /* time to which the buckets are filled */
	uint64_t tokens[SW_METER_BANDS_MAX];
} __rte_cache_aligned;

struct sw_meters {
	struct id_map map;
	struct sw_meter *controllers; /* SW_METER_CONTROLLER, or it left. rcu; NULL: neither */
	/* Control's. */
	unsigned n_leaving; /* that some worker may still look at, though they were deleted */
	struct sw_rules *rules;
	struct meters_staging *staged; /* at hand, or NULL */
	void (*lists_void)(void *arg);
	void *lists_arg;
};

#define METER_FOREVER UINT64_MAX /* its end, unless it is deleted */

static inline struct sw_meter *meter_find(const struct sw_meters *meters, uint32_t id)
{
	return id_map_find(&meters->map, id);
}

/* As of a version of the rules. */
static inline struct sw_meter *meter_at(struct sw_meter *m, uint64_t version)
{
	while (m && m->begin > version)
		m = sw_rcu_get(m->older);
	return m && version < __atomic_load_n(&m->end, __ATOMIC_RELAXED) ? m : NULL;
}

static inline struct sw_meter *meter_find_at(
	const struct sw_meters *meters, uint32_t id, uint64_t version)
{
	struct sw_meter *m = meter_find(meters, id);

	return likely(m && m->begin <= version)
		       ? m
		       : meter_at(id_map_find_left(&meters->map, id), version);
}

static inline struct meter_part *meter_part(const struct sw_meter *m, unsigned worker)
{
	return (struct meter_part *)(m->parts + worker * m->stride);
}

/* Which band acts on each of n packets: an index, or -1 for none. false: none acts on any, and hit is not written. */
bool meter_pass(struct sw_meter *m, const struct sw_worker *w, struct rte_mbuf *const *pkts,
	unsigned n, int8_t *hit);

/* May the packet go to controllers, by the meter that its action names, else (id 0) by the one for all controllers? */
bool meter_lets_in(const struct sw_meters *meters, uint64_t version, const struct sw_worker *w,
	uint32_t id, struct rte_mbuf *pkt);

/* Is it an op that passes a meter; which? */
bool op_meter(const struct op *op, uint32_t *id);

#endif

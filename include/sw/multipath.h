/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Choice by hash: actions multipath (a link's number into a field), bundle and bundle_load (one of some ports, out by
 * it or its number into a field). Open vSwitch's extensions; what the algorithms compute is in ovs-actions(7).
 *
 * room: pipeline. Thread: control makes them, constant then.
 */
#ifndef SW_MULTIPATH_H
#define SW_MULTIPATH_H

#include <sw/action.h>

/* What is hashed; numbers of enum nx_hash_fields. */
enum sw_hash_fields {
	SW_HASH_ETH_SRC,
	SW_HASH_SYMMETRIC_L4,
	SW_HASH_SYMMETRIC_L3L4,
	SW_HASH_SYMMETRIC_L3L4_UDP,
	SW_HASH_NW_SRC,
	SW_HASH_NW_DST,
	SW_HASH_SYMMETRIC_L3,
};

/* Numbers of enum nx_mp_algorithm. */
enum sw_multipath_algorithm {
	SW_MULTIPATH_MODULO_N,
	SW_MULTIPATH_HASH_THRESHOLD,
	SW_MULTIPATH_HRW,
	SW_MULTIPATH_ITER_HASH,
};

struct sw_multipath {
	enum sw_hash_fields fields;
	enum sw_multipath_algorithm algorithm;
	uint16_t basis;
	uint32_t n_links; /* 1 to 65536, fits into dst */
	uint32_t arg;	  /* of iter_hash */
	struct sw_bits dst;
};

/* Numbers of enum nx_bd_algorithm. */
enum sw_bundle_algorithm { SW_BUNDLE_ACTIVE_BACKUP, SW_BUNDLE_HRW };

struct sw_bundle {
	enum sw_hash_fields fields;
	enum sw_bundle_algorithm algorithm;
	uint16_t basis;
	struct sw_bits dst; /* bundle_load only: at least 16 bits */
	unsigned n;
	uint32_t members[]; /* ports */
};

#endif

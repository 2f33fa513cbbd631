/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table inside: its layout.
 *
 * A bucket is one cache line: five keys, five values, and a word of [31:9] sequence, [8] lock, [7:0] how
 * many keys whose first choice is this bucket live in their second. A key is looked for in its first
 * bucket, and in the second only when that count is not zero. Writers hold the lock bit of each bucket
 * they change; every release moves the sequence. Readers take no lock: a value counts only when the word
 * was the same, and unlocked, before and after.
 *
 * key    1 | VLAN (15) | MAC (48, as lies in memory, little-endian); 0 is a free slot
 * value  [31:19] second of last use, [18:11] generation of the port, [10] static, [9:0] port index
 *
 * A learned value is alive while its low 19 bits equal stamp[port]; flushing a port moves its stamp.
 *
 * room: pipeline (private).
 */
#ifndef PIPELINE_FDB_TABLE_H
#define PIPELINE_FDB_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include <sw/fdb.h>
#include <sw/worker.h>

#define FDB_WAYS	 5
#define FDB_BUCKET_SHIFT 6 /* of its size */

#define FDB_LOCKED	  0x100u
#define FDB_OVERFLOW_MASK 0xffu
#define FDB_KEY_NONE	  UINT64_MAX /* no station's: VLANs end at 4095 */
#define FDB_KEY_LIVE	  (1ull << 63)
#define FDB_VLAN_SHIFT	  48
#define FDB_PORT_MASK	  0x3ffu
#define FDB_STATIC	  0x400u
#define FDB_GEN_SHIFT	  11
#define FDB_GEN_MASK	  0xffu
#define FDB_STAMP_MASK	  0x7ffffu /* port, static, generation */
#define FDB_AGE_SHIFT	  19
#define FDB_AGE_MASK	  0x1fffu
#define FDB_FUTURE	  64	     /* seconds another worker's clock may be ahead */
#define FDB_MISS	  UINT32_MAX /* no value is: static entries have second 0 */
#define FDB_RETRIES	  64

struct fdb_bucket {
	uint64_t key[FDB_WAYS];
	uint32_t val[FDB_WAYS];
	uint32_t word;
} __rte_cache_aligned;
static_assert(sizeof(struct fdb_bucket) == 1 << FDB_BUCKET_SHIFT, "a bucket is one cache line");

/* One writer each: a worker, or control in the last. */
struct fdb_counters {
	uint64_t learned, expired, evicted, moved, refused_full, refused_limit;
	uint32_t event_s; /* second of the events counted in event_n */
	uint32_t event_n;
} __rte_cache_aligned;

struct fdb_table {
	struct fdb_bucket *buckets;
	uint64_t mask; /* number of buckets - 1 */
	uint64_t secret[3];
	size_t bytes; /* of buckets */
	uint32_t id;
	uint32_t max;					 /* stations at most */
	uint32_t ageing;				 /* seconds; control writes */
	uint32_t stamp[SW_PORT_MAX] __rte_cache_aligned; /* control writes at a flush */

	/* [39:32] generation, [31:0] stations learned in it. Atomic, any writer. */
	uint64_t holds[SW_PORT_MAX] __rte_cache_aligned;
	uint32_t limit[SW_PORT_MAX]; /* control writes */
	uint32_t current
		__rte_cache_aligned; /* stations, reserved before they are counted on a port */
	uint32_t statics;

	/* Sweep: worker 0. */
	uint64_t sweep_next __rte_cache_aligned;
	uint32_t pass_start, last_pass_start;
	uint32_t passes; /* whole sweeps done, none skipped; control reads */
	bool pass_skipped;

	/* Flush: control. */
	struct fdb_flushes {
		uint32_t pass; /* passes at the last flush */
		uint8_t open;  /* generations that may still be found in the table */
	} flushes[SW_PORT_MAX] __rte_cache_aligned;

	struct fdb_counters counters[SW_WORKER_MAX + 1]; /* the last is control's */
};

/* One station to write. */
struct fdb_put {
	uint64_t key;
	uint16_t port;
	bool is_static;
	uint32_t seen_s; /* a clock value */
};
enum fdb_result { FDB_DONE, FDB_BUSY, FDB_FULL, FDB_LIMIT };

/* The set of tables that are swept, published by RCU. */
struct fdb_set {
	unsigned n;
	struct fdb_table *table[];
};
extern struct fdb_set *fdb_swept;

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stations of a bridge (filtering database, IEEE 802.1Q-2018 clause 8.8): (VLAN, MAC) -> port.
 * Learned by workers in the packet path, aged by housekeeping in slices, static entries by control.
 *
 * Kind (C), several writers: workers learn, refresh and move under a per-bucket try-lock (a busy bucket
 * is skipped; the next packet learns); readers take no lock and check the bucket's sequence. A full table
 * gives the learner the place of an expired station or of the oldest one, in the buckets near its hash,
 * of a port that holds more stations than the learner's port; otherwise nothing is learned and it is
 * counted.
 *
 * room: pipeline. Thread: control, unless a line says otherwise.
 */
#ifndef SW_FDB_H
#define SW_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

struct sw_err;
struct sw_fdb;

struct sw_fdb_entry {
	struct rte_ether_addr mac;
	uint16_t vid;
	uint16_t port; /* index */
	bool is_static;
	uint16_t age_s; /* seconds since last seen; 0 for static */
};

struct sw_fdb_stats {
	uint32_t max, current, statics; /* current counts static entries too */
	uint64_t learned, expired, evicted, moved;
	uint64_t refused_full;	/* table full and no port to take from */
	uint64_t refused_limit; /* the port is at its limit */
};

/* Add or change a static entry; a learned one of the same key is replaced. Static entries never age,
 * move or go by a flush. SW_CODE_LIMIT when the table is full of static entries. */
int sw_fdb_add_static(struct sw_fdb *fdb, uint16_t vid, const struct rte_ether_addr *mac,
	uint16_t port, struct sw_err *err);

/* Remove an entry of any kind. SW_CODE_NOT_FOUND. */
int sw_fdb_del(
	struct sw_fdb *fdb, uint16_t vid, const struct rte_ether_addr *mac, struct sw_err *err);

/* Forget learned entries: all; of one port (O(1)); of one VLAN. Static entries stay. */
void sw_fdb_flush(struct sw_fdb *fdb);
void sw_fdb_flush_port(struct sw_fdb *fdb, uint16_t port);
void sw_fdb_flush_vlan(struct sw_fdb *fdb, uint16_t vid);

/* Walk the entries in bounded steps: *cursor starts at 0 and is 0 again at the end; returns how many of
 * out[max] were filled, max >= 16. Entries that change meanwhile may be seen once, twice or not. */
unsigned sw_fdb_walk(struct sw_fdb *fdb, uint64_t *cursor, struct sw_fdb_entry *out, unsigned max);

void sw_fdb_stats(struct sw_fdb *fdb, struct sw_fdb_stats *stats);
void sw_fdb_stats_clear(struct sw_fdb *fdb);

#endif

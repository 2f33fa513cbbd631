/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which bucket of a select group a packet goes to: a keyed hash of its connection chooses one of many slots, and each
 * bucket owns a share of the slots by its weight. Slots are given out so that few change their owner when buckets come,
 * go, or change weight (each bucket asks for slots in an order of its own, by its id: Eisenbud et al., "Maglev", NSDI
 * 2016, 3.4). When the owner is not live, the hash chooses again among those that are, by weight: connections of live
 * buckets stay where they are, and come back when theirs does.
 *
 * Without fields, the hash takes MAC addresses, IP addresses (also those in ARP), protocol and ports (of fragments: no ports), where
 * there is no IP the type and label; by dp_hash of IP no MAC addresses. Both directions of a connection come to the same bucket.
 *
 * room: pipeline (private). Thread: made by control, then constant; workers.
 */
#ifndef PIPELINE_GROUP_SELECT_H
#define PIPELINE_GROUP_SELECT_H

#include <stdint.h>

#include <sw/field.h>

struct rte_mbuf;
struct rules_prog;
struct sw_group;
struct sw_group_conf;

#define SELECT_SLOTS_MIN 1024
#define SELECT_SLOTS_MAX 4096
#define SELECT_WORDS	 (sizeof(struct sw_fields) / 8)

struct select {
	uint64_t basis;	 /* of this group */
	uint64_t macs;	 /* SELECT_MACS, or 0: those of IP packets are not hashed */
	uint32_t slots;	 /* a power of two; 0: no bucket has a weight */
	uint8_t n_words; /* 0: what tells connections apart */
	uint8_t at[SELECT_WORDS];
	uint64_t word[SELECT_WORDS]; /* mask of the word at[i] of the fields */
	uint8_t slot[];		     /* bucket */
};

#define SELECT_MACS (~(uint64_t)0xffff) /* where a MAC address lies in a word with a port */

extern uint64_t select_secret[4];

/* Control. Keys are chosen once, before there are groups. */
void select_init(void);
struct select *select_create(const struct sw_group_conf *conf);

/* All bits that the choice looks at, added to a mask. */
void select_reads(const struct select *s, struct sw_fields *mask);

/* The bucket by a packet's fields, or by the packet, which is the same; -1: none is live as of the version. */
int select_by_fields(const struct rules_prog *prog, uint64_t version, const struct sw_group *g,
	const struct sw_fields *f);
int select_by_packet(const struct rules_prog *prog, uint64_t version, const struct sw_group *g,
	const struct rte_mbuf *m);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables asked for a burst, before its packets are walked one by one. A walk waits for memory at each table; here the packets that go to
 * the same table wait together, and what their walks will touch is fetched on the way. It goes with each packet from the first table on
 * for as long as it is known, from the rules found alone, where its walk looks next and with which fields (`ahead` of struct
 * code): then these are the first lookups of that walk, in order, which takes what they found instead of asking.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_AHEAD_H
#define PIPELINE_EXEC_AHEAD_H

#include "walk.h"

#define FIRST_TABLE 0

/* Fill walk->ahead for the packets at n places of a burst; walk->ahead.n of others stays. The caller has set prog and reader. No packet is
 * touched, nothing is counted (rules_look). At most AHEAD_TABLES lookups a packet. */
void walk_look_ahead(
	struct walk *walk, struct rte_mbuf *const *pkts, const uint8_t *at, unsigned n);

#endif

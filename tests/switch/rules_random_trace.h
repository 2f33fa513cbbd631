/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a trace says of the packets of the random test (rules_random.c), against what the oracle says.
 */
#ifndef RULES_RANDOM_TRACE_H
#define RULES_RANDOM_TRACE_H

#include <stdbool.h>

struct oracle_result;
struct packet_bytes;
struct sw_port;

/* It says what is sent, and counts nothing, which is seen when counters are compared. stops: packets stop for controllers, and traces
 * go no further; nothing is compared then. false: it is different, which is said. */
bool traced_expect(struct sw_port **port, unsigned in_port, const struct packet_bytes *p,
	const struct oracle_result *result, bool stops);

#endif

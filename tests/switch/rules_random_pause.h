/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of random rules that stop for a controller, which sends each on as it is. So all is done that would be done without stops,
 * in another order: what is behind a clone or in another bucket does not wait.
 */
#ifndef RULES_RANDOM_PAUSE_H
#define RULES_RANDOM_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_result;
struct sw_port;
struct ts_bridge;

/* After the packet's turn: send on what stopped until nothing does, and compare all that was sent out of port[1..RANDOM_PORTS] and told
 * with the result, in any order. Packets sent are added to *seen. false: it differs, which is said. */
bool pause_expect(struct ts_bridge *br, struct sw_port **port, const struct oracle_result *result,
	uint64_t *rng, uint64_t *seen);
unsigned pause_resumed(void); /* so far */

#endif

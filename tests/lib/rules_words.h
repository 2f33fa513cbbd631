/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What random rules match and random packets have: few values, so that they meet often.
 */
#ifndef RULES_WORDS_H
#define RULES_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "swtest.h"

static inline unsigned pick(uint64_t *rng, unsigned n)
{
	return swtest_rand(rng) % n;
}

#define ONE_OF(rng, list) (list)[pick(rng, RTE_DIM(list))]

static const char *const ips[] = { "10.0.0.1", "10.0.0.2", "10.0.1.1", "10.1.0.1" };
static const unsigned l4_ports[] = { 80, 81, 443, 53 };

struct sw_str;

/* Parts of a rule's actions, each with a comma before it. */
void random_set(struct sw_str *t, uint64_t *rng);
void random_header(struct sw_str *t, uint64_t *rng);
void random_controller(struct sw_str *t, uint64_t *rng);
void random_output(struct sw_str *t, bool last_table, uint64_t *rng);

#endif

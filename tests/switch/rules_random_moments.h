/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules and groups of a bridge that come, change and go by stagings, and which of them were there at each version.
 */
#ifndef RULES_RANDOM_MOMENTS_H
#define RULES_RANDOM_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_rules;
struct rw_bridge;

#define MOMENT_RULES 50 /* at most at a version */

/* None are there, and it is version 0. */
void moments_begin(struct rw_bridge *rw, uint64_t *rng);
/* All go, whatever is staged; a test's own rules, too. */
void moments_end(void);

/* A little of a staging, or of the bridge's own changes of groups, each of which makes a version; the end of a staging makes one, too. */
void moment_stage_some(void);
void moment_commit(void);

unsigned moment_now(void); /* the version */
unsigned moment_n_rules(void);
/* What was there at a version; good until the next call. */
void moment_rules(unsigned version, struct oracle_rules *all);
/* All that was there at a version and after it, printed. */
void moments_show(unsigned version);

#endif

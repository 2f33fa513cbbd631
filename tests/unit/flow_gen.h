/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules and groups as text, of what both ovs-ofctl and we know.
 */
#ifndef FLOW_GEN_H
#define FLOW_GEN_H

#include <stdint.h>

struct sw_str;

/* Which version they are for: what ovs-ofctl prints of an action depends on it. */
enum gen_version { GEN_10, GEN_13, GEN_15, GEN_VERSIONS };
extern const char *const gen_names[GEN_VERSIONS]; /* for -O */

void gen_rule(struct sw_str *out, enum gen_version version, uint64_t *rng);
void gen_group(struct sw_str *out, uint64_t *rng);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches that ovs-ofctl and swd write the same, and those where they differ on purpose.
 */
#ifndef TESTS_MATCH_OVS_CASES_H
#define TESTS_MATCH_OVS_CASES_H

/* The same normal form, or refused by both. */
extern const char *const ovs_same[];
extern const unsigned ovs_n_same;

struct ovs_difference {
	const char *text, *ovs, *ours, *why; /* normal forms, or "refused" */
};
extern const struct ovs_difference ovs_differences[];
extern const unsigned ovs_n_differences;

#endif

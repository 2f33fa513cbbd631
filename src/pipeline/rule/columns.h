/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which columns a sieve gets.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_COLUMNS_H
#define RULE_COLUMNS_H

#include "sieve.h"

/* For these tuples: mask and word of each column, and how many there are. */
void rule_columns_choose(struct rule_sieve *sieve, struct rule_tuple *const *tuple, unsigned n);

#endif

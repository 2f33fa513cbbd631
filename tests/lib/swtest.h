/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared by the C tests: cmocka with the headers it wants, and the parts of start-up a test may need.
 */
#ifndef SWTEST_H
#define SWTEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Start EAL once, small: no huge pages, no PCI, no files; registration sealed, RCU up. Aborts the test
 * program with the reason when that fails. Harmless when called again. */
void swtest_eal(void);
/* The same as the setup of a group of tests that need nothing else. */
int swtest_setup_eal(void **state);

/* A seed for random tests: SWTEST_SEED of the environment or `preset`; printed, so a failure can be run
 * again. */
uint64_t swtest_seed(uint64_t preset);

/* xorshift64*: the next random number. */
uint64_t swtest_rand(uint64_t *state);

/* Ascending, for medians and their like. */
void swtest_sort(uint64_t *value, size_t n);

#endif

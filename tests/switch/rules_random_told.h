/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What controllers are told of the packets of the random test (rules_random.c), against what the oracle says.
 */
#ifndef RULES_RANDOM_TOLD_H
#define RULES_RANDOM_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle_result;
struct sw_packet_in;
struct sw_rules;

/* Packets of this bridge are heard. */
void told_start(const struct sw_rules *rules);

/* What came out of the workers since the last call is what the oracle says, in order; else it says what is different. */
bool told_expect(const struct oracle_result *result);

void told_show_bytes(const char *what, const uint8_t *b, size_t len);
bool told_same_bytes(const uint8_t *a, const uint8_t *b, size_t len);

/* The same of one that a trace tells: the n-th. */
bool told_is(const struct oracle_result *result, unsigned n, const struct sw_packet_in *in);
/* The same without a word. */
bool told_is_like(const struct oracle_result *result, unsigned n, const struct sw_packet_in *in);

#endif

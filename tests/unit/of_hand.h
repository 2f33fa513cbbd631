/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of OpenFlow on the wire share: bytes written as hexadecimal text, random matches that make sense.
 */
#ifndef OF_HAND_H
#define OF_HAND_H

#include "../lib/swtest.h"

#include <stdbool.h>

#include <sw/field.h>

#include "../../src/ctl/of/codec/buf.h"
#include "../../src/ctl/of/codec/cursor.h"
#include "../../src/ctl/of/codec/error.h"

struct of_bytes {
	uint8_t bytes[2048];
	size_t len;
};

/* "0001 000c 80000a02 0800 / 0000": white space and '/' are for the reader. */
struct of_bytes of_hex(const char *text);
void of_hex_buf(struct of_buf *out, const char *text);
struct of_cursor of_at(const struct of_bytes *b);

/* Errors are compared by name. */
#define assert_error(got, want) assert_string_equal(of_error_name(got), of_error_name(want))

/* A match of fields whose prerequisites it meets; no field partly that must be whole. */
void of_random_match(uint64_t *seed, struct sw_match *match);
/* One that a struct ofp_match of 1.0 can say. */
void of_random_match10(uint64_t *seed, struct sw_match *match);

void of_match_same(const struct sw_match *got, const struct sw_match *want);

#endif

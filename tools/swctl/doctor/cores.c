/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sets of cores, as bitmaps.
 */
#include "doctor.h"

#include <sw/text.h>

#define BYTES (SW_CORE_MAX / 8)

bool core_in(const uint8_t *bits, unsigned core)
{
	return core < SW_CORE_MAX && bits[core / 8] & 1 << core % 8;
}

void core_add(uint8_t *bits, unsigned core)
{
	if (core < SW_CORE_MAX)
		bits[core / 8] |= 1 << core % 8;
}

unsigned core_count(const uint8_t *bits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < BYTES; i++)
		n += __builtin_popcount(bits[i]);
	return n;
}

bool core_both(uint8_t *out, const uint8_t *a, const uint8_t *b)
{
	for (unsigned i = 0; i < BYTES; i++)
		out[i] = a[i] & b[i];
	return core_count(out) > 0;
}

bool core_minus(uint8_t *out, const uint8_t *a, const uint8_t *b)
{
	for (unsigned i = 0; i < BYTES; i++)
		out[i] = a[i] & ~b[i];
	return core_count(out) > 0;
}

const char *core_text(char buf[CORE_TEXT], const uint8_t *bits)
{
	return sw_format_ranges(buf, CORE_TEXT, bits, SW_CORE_MAX);
}

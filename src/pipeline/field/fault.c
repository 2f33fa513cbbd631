/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a match consistent? Any thread, no state. Every rule that is added is asked, so bits are taken away
 * by whole structs, one for each set of prerequisites; names are looked for only when some are left.
 */
#include <sw/field_text.h>

#include <string.h>

#include "define.h"

#define WORDS (sizeof(struct sw_fields) / sizeof(uint64_t))

/* Of the mask, take away what fields explain whose prerequisites the match meets. Is something left? */
static bool unexplained(const struct sw_match *match, uint64_t left[WORDS])
{
	uint64_t any = 0;

	memcpy(left, &match->mask, sizeof(match->mask));
	for (unsigned p = 0; p <= SW_PRE_ND_ADVERT; p++) {
		const uint64_t *bits = (const uint64_t *)&field_bits_of[p];

		if (!sw_prereq_met(p, match))
			continue;
		for (unsigned i = 0; i < WORDS; i++)
			left[i] &= ~bits[i];
	}
	for (unsigned i = 0; i < WORDS; i++)
		any |= left[i];
	return any;
}

/* How many bits of the field are set; of equals, the one that is there in the first fragment. */
static unsigned score(
	const struct sw_field *f, const struct sw_fields *left, const struct sw_match *match)
{
	struct sw_match whole = *match;
	uint8_t value[16];
	unsigned n = 0;

	whole.value.ip_frag = 0;
	sw_field_get(f, left, value);
	for (unsigned i = 0; i < sw_field_bytes(f); i++)
		n += __builtin_popcount(value[i]);
	return n ? 2 * n + sw_prereq_met(f->prereq, &whole) : 0;
}

const struct sw_field *sw_match_fault(const struct sw_match *match)
{
	union {
		struct sw_fields fields;
		uint64_t words[WORDS];
	} left;
	const struct sw_field *f, *most = NULL;
	unsigned best = 0;

	if (!unexplained(match, left.words))
		return NULL;
	SW_REG_FOREACH (field, const struct sw_field *, f) {
		unsigned n = sw_prereq_met(f->prereq, match) ? 0 : score(f, &left.fields, match);

		if (n <= best)
			continue;
		best = n;
		most = f;
	}
	return most;
}

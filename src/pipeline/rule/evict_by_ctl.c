/* SPDX-License-Identifier: BSD-3-Clause */
/* See evict_by.h. Control thread only. */
#include "evict_by.h"

#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>

#include <sw/mem.h>

#include "../action/action.h"
#include "hash.h"
#include "lookup.h"
#include "mask.h"

static size_t size_of(unsigned n)
{
	return sizeof(struct evict_by) + n * sizeof(struct evict_part);
}

/* The bits as a mask of all fields. */
static void mask_of(const struct sw_bits *bits, struct sw_fields *mask)
{
	uint8_t ones[16], value[16] = { 0 }, unused[16] = { 0 };

	memset(ones, 0xff, sizeof(ones));
	memset(mask, 0, sizeof(*mask));
	bits_put(bits, ones, value, unused);
	sw_field_set(bits->field, mask, value);
}

struct evict_by *evict_by_create(const struct sw_bits *bits, unsigned n)
{
	struct evict_by *by;

	RTE_ASSERT(n <= SW_TABLE_GROUPS);
	if (!n)
		return NULL;
	by = sw_xcalloc(1, size_of(EVICT_KEY_MOST));
	for (unsigned i = 0; i < n; i++) {
		struct sw_fields mask;
		const uint64_t *word = (const uint64_t *)&mask;

		mask_of(&bits[i], &mask);
		for (unsigned w = 0; w < RULE_WORDS; w++)
			if (word[w])
				by->part[by->n++] =
					(struct evict_part){ word[w], bits[i].field->prereq, w };
	}
	return by;
}

struct evict_by *evict_by_copy(const struct evict_by *by)
{
	return by ? memcpy(sw_xcalloc(1, size_of(by->n)), by, size_of(by->n)) : NULL;
}

bool evict_by_equal(const struct evict_by *a, const struct evict_by *b)
{
	if (!a || !b)
		return a == b;
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (a->part[i].bits != b->part[i].bits || a->part[i].word != b->part[i].word ||
			a->part[i].prereq != b->part[i].prereq)
			return false;
	return true;
}

uint64_t evict_by_key(const struct evict_by *by, const struct sw_rule *rule, uint64_t *key)
{
	uint64_t hash = rule_secret[0];
	struct sw_match match;
	bool have = false;

	for (unsigned i = 0; i < by->n; i++) {
		const struct evict_part *p = &by->part[i];

		key[i] = rule_word(rule, p->word) & p->bits;
		if (key[i] &&
			p->prereq != SW_PRE_NONE) { /* else the bytes may be another field's */
			if (!have)
				rule_match_get(rule, &match);
			have = true;
			key[i] = sw_prereq_met(p->prereq, &match) ? key[i] : 0;
		}
		hash = fold(hash ^ key[i], rule_secret[RULE_WORDS]);
	}
	return hash;
}

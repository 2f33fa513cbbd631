/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving out the slots of a select group.
 *
 * Control thread only. Round by round each bucket is owed its weight in parts of the heaviest one's, and takes a slot for each
 * whole part: the next free one in its own order, which is a walk through all slots by an odd step. A weight that is
 * not 0 gets one slot at least.
 */
#include "select.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_random.h>

#include <sw/groups.h>
#include <sw/mem.h>

struct claim {
	uint32_t at, step; /* next slot to ask for */
	uint32_t owed;	   /* in parts of the heaviest weight */
	uint32_t weight;
};

void select_init(void)
{
	for (unsigned i = 0; i < RTE_DIM(select_secret); i++)
		if (!select_secret[i])
			select_secret[i] = rte_rand() | 1;
}

static uint64_t mix(uint64_t v)
{
	v = (v ^ v >> 33) * 0xff51afd7ed558ccdull;
	v = (v ^ v >> 33) * 0xc4ceb9fe1a85ec53ull;
	return v ^ v >> 33;
}

/* So many that the lightest bucket has eight, within bounds. */
static uint32_t slots_for(const struct sw_group_conf *conf)
{
	uint64_t sum = 0;
	uint32_t least = UINT32_MAX;

	for (unsigned i = 0; i < conf->n_buckets; i++) {
		uint32_t weight = conf->buckets[i].weight;

		sum += weight;
		if (weight)
			least = RTE_MIN(least, weight);
	}
	if (!sum)
		return 0;
	return RTE_MIN((uint64_t)SELECT_SLOTS_MAX,
		rte_align64pow2(RTE_MAX((uint64_t)SELECT_SLOTS_MIN, 8 * sum / least)));
}

static uint32_t claims_init(struct claim *claims, const struct sw_group_conf *conf, uint32_t slots)
{
	uint32_t most = 0;

	for (unsigned i = 0; i < conf->n_buckets; i++) {
		uint64_t order = mix(conf->buckets[i].id + 1ull);

		claims[i].at = order & (slots - 1);
		claims[i].step = order >> 32 | 1;
		claims[i].weight = conf->buckets[i].weight;
		most = RTE_MAX(most, claims[i].weight);
	}
	for (unsigned i = 0; i < conf->n_buckets; i++)
		claims[i].owed = claims[i].weight ? most - claims[i].weight : 0;
	return most;
}

static void give_out(struct select *s, const struct sw_group_conf *conf)
{
	struct claim *claims = sw_xcalloc(conf->n_buckets, sizeof(*claims));
	bool *taken = sw_xcalloc(s->slots, sizeof(*taken));
	uint32_t most = claims_init(claims, conf, s->slots), left = s->slots;

	for (unsigned i = 0; left; i = (i + 1) % conf->n_buckets) {
		struct claim *c = &claims[i];

		c->owed += c->weight;
		if (c->owed < most)
			continue;
		c->owed -= most;
		while (taken[c->at])
			c->at = (c->at + c->step) & (s->slots - 1);
		taken[c->at] = true;
		s->slot[c->at] = i;
		left--;
	}
	free(taken);
	free(claims);
}

/* Which bits of the fields are hashed, by words of them. */
static void choose_words(struct select *s, const struct sw_group_conf *conf)
{
	struct sw_fields mask = { 0 };
	const uint64_t *words = (const uint64_t *)&mask;

	for (unsigned i = 0; i < conf->n_fields; i++) {
		struct sw_fields one = { 0 };
		uint64_t *to = (uint64_t *)&mask;

		sw_field_set(conf->fields[i].field, &one, conf->fields[i].mask);
		for (unsigned k = 0; k < SELECT_WORDS; k++)
			to[k] |= ((const uint64_t *)&one)[k];
	}
	for (unsigned k = 0; k < SELECT_WORDS; k++) {
		if (!words[k])
			continue;
		s->at[s->n_words] = k;
		s->word[s->n_words++] = words[k];
	}
}

/* As select.c looks at a connection. */
static void read_connection(struct sw_fields *mask)
{
	memset(mask->eth_dst, 0xff, sizeof(mask->eth_dst));
	memset(mask->eth_src, 0xff, sizeof(mask->eth_src));
	memset(mask->ip_src, 0xff, sizeof(mask->ip_src));
	memset(mask->ip_dst, 0xff, sizeof(mask->ip_dst));
	mask->eth_type = mask->tp_src = mask->tp_dst = UINT16_MAX;
	mask->ip_proto = mask->ip_frag = UINT8_MAX;
	mask->mpls_lse |= RTE_BE32(0xfffff000);
}

void select_reads(const struct select *s, struct sw_fields *mask)
{
	if (!s->n_words)
		read_connection(mask);
	for (unsigned i = 0; i < s->n_words; i++)
		((uint64_t *)mask)[s->at[i]] |= s->word[i];
}

struct select *select_create(const struct sw_group_conf *conf)
{
	uint32_t slots = slots_for(conf);
	struct select *s = sw_xcalloc(1, sizeof(*s) + slots);

	s->slots = slots;
	s->basis = mix(conf->id + 1ull) ^ mix(conf->method_param);
	s->macs = strcmp(conf->method, "dp_hash") ? SELECT_MACS : 0;
	choose_words(s, conf);
	if (slots)
		give_out(s, conf);
	return s;
}

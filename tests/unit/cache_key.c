/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of the flow cache against the parser of fields: for random masks of what rules read, and random packets with bytes
 * changed, packets with the same key have the same fields under the mask, and are longer than the same limits; and common
 * packets do have a key.
 */
#include "swtest.h"

#include <rte_mbuf.h>

#include <sw/field.h>

#include "../../src/pipeline/exec/cache_key.h"
#include "../../src/pipeline/field/extract.h"
#include "packet.h"

#define LEAST 96

static uint64_t rng;

/* Bits of some fields, whole or in part. */
static void random_reads(struct sw_fields *reads)
{
	memset(reads, 0, sizeof(*reads));
	for (unsigned i = 0; i < 1 + swtest_rand(&rng) % 6; i++) {
		const struct sw_field *f =
			sw_reg_get(&sw_reg_kind_field, swtest_rand(&rng) % sw_reg_kind_field.count);
		uint8_t mask[16];

		for (unsigned k = 0; k < sizeof(mask); k++)
			mask[k] = swtest_rand(&rng) % 2 ? 0xff : (uint8_t)swtest_rand(&rng);
		sw_field_set(f, reads, mask);
	}
}

/* In half of the sets none. */
static void random_limits(struct cache_limits *limits)
{
	unsigned n = swtest_rand(&rng) % 2 ? 1 + swtest_rand(&rng) % 3 : 0, len = LEAST - 5;

	if (n && swtest_rand(&rng) % 4 == 0)
		n = CACHE_LIMITS;
	limits->n = n;
	for (unsigned i = 0; i < n; i++)
		limits->of[i] = len += 1 + swtest_rand(&rng) % (n > 3 ? 3 : 30);
}

static bool same_lengths(size_t a, size_t b, const struct cache_limits *limits)
{
	for (unsigned i = 0; i < limits->n; i++)
		if ((a > limits->of[i]) != (b > limits->of[i]))
			return false;
	return true;
}

static bool same_fields(
	const struct sw_fields *a, const struct sw_fields *b, const struct sw_fields *mask)
{
	const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b, *m = (const uint8_t *)mask;

	for (size_t i = 0; i < sizeof(*a); i++)
		if ((x[i] ^ y[i]) & m[i])
			return false;
	return true;
}

static bool same_key(const struct cache_key *a, const struct cache_key *b)
{
	return a->class != CACHE_NONE && a->class == b->class &&
	       !memcmp(a->lane, b->lane, a->n * sizeof(a->lane[0]));
}

/* A few bytes of the headers are others. */
static void vary(struct packet_bytes *p)
{
	for (unsigned i = 0; i < 1 + swtest_rand(&rng) % 3; i++)
		p->b[swtest_rand(&rng) % RTE_MIN(p->len, (size_t)90)] = (uint8_t)swtest_rand(&rng);
	if (swtest_rand(&rng) % 2)
		packet_fill(p, 0, swtest_rand(&rng) % 60);
}

static struct rte_mbuf *buffer(const struct packet_bytes *p)
{
	return packet_mbuf(p->b, p->len, NULL, 0);
}

static unsigned alike, keyed, limited;

static void one_packet(const struct cache_masks *masks)
{
	const struct cache_reader r = cache_reader(masks, 1);
	struct packet_bytes p = { .len = 0 };
	struct sw_fields f, g;
	struct cache_key k, l;
	struct rte_mbuf *m;

	packet_random(&p, &rng);
	if (swtest_rand(&rng) % 8 == 0)
		packet_damage(&p, &rng);
	if (p.len < LEAST)
		packet_fill(&p, 0,
			LEAST - p.len); /* else it may have no key: a buffer of the switch is longer */
	m = buffer(&p);
	fields_extract(m, 1, &f);
	cache_key_make(&k, &r, m);
	packet_free(m);
	keyed += k.class != CACHE_NONE;
	for (unsigned i = 0; i < 8; i++) {
		struct packet_bytes q = p;

		vary(&q);
		m = buffer(&q);
		fields_extract(m, 1, &g);
		cache_key_make(&l, &r, m);
		packet_free(m);
		if (!same_key(&k, &l))
			continue;
		alike++;
		limited += masks->limits.n != 0;
		if (!same_lengths(p.len, q.len, &masks->limits))
			fail_msg("packets of %zu and %zu bytes, class %u, have one key", p.len,
				q.len, k.class);
		if (same_fields(&f, &g, &masks->reads))
			continue;
		for (size_t b = 0; b < sizeof(f); b++)
			if ((((uint8_t *)&f)[b] ^ ((uint8_t *)&g)[b]) &
				((const uint8_t *)&masks->reads)[b])
				print_message("byte %zu of the fields: %02x and %02x, mask %02x\n",
					b, ((uint8_t *)&f)[b], ((uint8_t *)&g)[b],
					((const uint8_t *)&masks->reads)[b]);
		fail_msg("two packets of class %u have one key and other fields", k.class);
	}
}

static void test_same_key_same_fields(void **state)
{
	rng = swtest_seed(1);
	for (unsigned set = 0; set < 3000; set++) {
		struct cache_limits limits;
		struct cache_masks *masks;
		struct sw_fields reads;

		random_reads(&reads);
		random_limits(&limits);
		masks = cache_masks_create(&reads, &limits);
		for (unsigned i = 0; i < 20; i++)
			one_packet(masks);
		free(masks);
	}
	assert_true(keyed > 10000);
	assert_true(alike > 50000);
	assert_true(limited > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_key_same_fields) };

	swtest_eal();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

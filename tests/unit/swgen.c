/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pure parts of swgen: what is known of a flow against a model that remembers every number, percentiles
 * against sorted values, Zipf's law against its own formula, sizes and pace against counting, the search
 * for the zero-loss rate against a made-up switch.
 */
#include "swtest.h"

#include <math.h>

#include "../../tools/swgen/latency.h"
#include "../../tools/swgen/mix.h"
#include "../../tools/swgen/pace.h"
#include "../../tools/swgen/rfc2544.h"
#include "../../tools/swgen/track.h"
#include "../../tools/swgen/zipf.h"

static uint64_t seed;

/* What RFC 4737 and counting say, with a list as long as the numbers go. */
struct model {
	uint8_t times[20000];
	uint32_t next;
	struct track want;
	uint32_t late;
};

static enum track_news model_see(struct model *m, uint32_t seq)
{
	if (seq >= m->next) {
		m->next = seq + 1;
		m->times[seq]++;
		m->want.received++;
		return TRACK_IN_ORDER;
	}
	if (m->next - 1 - seq >= TRACK_WINDOW) {
		m->late++;
		m->want.received++;
		m->want.reordered++;
		return TRACK_LATE;
	}
	if (m->times[seq]++) {
		m->want.duplicates++;
		return TRACK_DUPLICATE;
	}
	m->want.received++;
	m->want.reordered++;
	return TRACK_REORDERED;
}

/* Numbers that go on mostly, are lost, come again or come from behind by up to `back`. */
static void track_against_model(uint32_t back, unsigned lossy)
{
	struct model *m = calloc(1, sizeof(*m));
	struct track t = { 0 };
	uint32_t seq = 0;

	for (unsigned i = 0; i < 15000; i++) {
		uint64_t r = swtest_rand(&seed);
		uint32_t now = seq;

		if (r % 100 < lossy)
			seq += (r >> 8) % 3 ? 1 : (r >> 16) % (sizeof(m->times) / 64);
		else if (r % 100 < 20 && seq)
			now = seq - 1 - (r >> 8) % (seq < back ? seq : back);
		if (now == seq)
			now = seq++;
		if (seq >= sizeof(m->times))
			break;
		assert_int_equal(track_see(&t, now), model_see(m, now));
	}
	assert_int_equal(t.received, m->want.received);
	assert_int_equal(t.reordered, m->want.reordered);
	assert_int_equal(t.duplicates, m->want.duplicates);
	assert_int_equal(t.next, m->next);
	free(m);
}

static void flows_are_known_as_by_a_list(void **state)
{
	for (unsigned i = 0; i < 40; i++) {
		track_against_model(1 + i, i % 10);
		track_against_model(TRACK_WINDOW, 0);
		track_against_model(3 * TRACK_WINDOW, i % 3);
	}
	assert_int_equal(sizeof(struct track), 32);
}

static void first_packet_lost_is_no_reordering(void **state)
{
	struct track t = { 0 };

	assert_int_equal(track_see(&t, 3), TRACK_IN_ORDER);
	assert_int_equal(track_see(&t, 1), TRACK_REORDERED);
	assert_int_equal(track_see(&t, 3), TRACK_DUPLICATE);
	assert_int_equal(track_see(&t, 4 + TRACK_WINDOW), TRACK_IN_ORDER);
	assert_int_equal(track_see(&t, 5), TRACK_REORDERED);
	assert_int_equal(track_see(&t, 4), TRACK_LATE);
	assert_int_equal(t.received, 5);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The histogram may be off by half a bucket: 1/128 of the value. */
static void check_percentiles(const struct latency *l, const uint32_t *sorted, unsigned n)
{
	static const double percents[] = { 0.1, 1, 50, 90, 99, 99.9, 99.99, 100 };

	for (unsigned i = 0; i < 8; i++) {
		unsigned rank = ceil(n * (percents[i] / 100));
		double want = sorted[rank ? rank - 1 : 0], got = latency_percentile(l, percents[i]);

		assert_true(fabs(got - want) <= want / 128 + 0.5);
	}
}

static void percentiles_are_those_of_sorted_values(void **state)
{
	struct latency *all = malloc(sizeof(*all)), *part = malloc(sizeof(*part));
	unsigned sizes[] = { 1, 2, 9, 100, 20000 };

	for (unsigned i = 0; i < 50; i++) {
		unsigned n = sizes[i % 5], bits = 1 + i * 31 / 49;
		uint32_t *values = malloc(n * sizeof(*values));
		uint64_t sum = 0;

		latency_clear(all);
		latency_clear(part);
		for (unsigned k = 0; k < n; k++) {
			sum += values[k] =
				swtest_rand(&seed) >> (64 - (1 + swtest_rand(&seed) % bits));
			latency_add(k % 3 ? all : part, values[k]);
		}
		latency_merge(all, part);
		qsort(values, n, sizeof(*values), by_value);
		check_percentiles(all, values, n);
		assert_int_equal(all->n, n);
		assert_int_equal(all->sum, sum);
		assert_int_equal(all->min, values[0]);
		assert_int_equal(all->max, values[n - 1]);
		free(values);
	}
	latency_clear(all);
	assert_int_equal(latency_percentile(all, 99), 0);
	latency_add(all, UINT32_MAX);
	assert_int_equal(latency_percentile(all, 99.99), UINT32_MAX);
	free(all);
	free(part);
}

/* Each number's share of the table, taken entry by entry, is its share by the law. */
static void zipf_table_is_the_law(void **state)
{
	static const double exponents[] = { 0, 0.5, 1, 1.1, 2.5 };
	static const uint32_t sizes[] = { 1, 2, 3, 1000, 65536 };

	for (unsigned i = 0; i < 25; i++) {
		uint32_t n = sizes[i / 5];
		double s = exponents[i % 5], total = 0, *share = calloc(n, sizeof(*share));
		struct zipf z;

		zipf_init(&z, n, s);
		for (uint32_t k = 0; k < n; k++) {
			share[k] += z.entries[k].keep / 4294967296.0 / n;
			share[z.entries[k].alias] += 1.0 / n - z.entries[k].keep / 4294967296.0 / n;
			total += pow(k + 1, -s);
		}
		for (uint32_t k = 0; k < n; k++)
			assert_true(fabs(share[k] - pow(k + 1, -s) / total) < 1e-8);
		zipf_fini(&z);
		free(share);
	}
}

/* And draws follow it: chi square of the ten commonest of 1000, well above its 99.99 % point of 33. */
static void zipf_draws_follow_the_law(void **state)
{
	struct random random = { swtest_rand(&seed) };
	unsigned counts[10] = { 0 }, n = 1000000;
	double total = 0, chi = 0;
	struct zipf z;

	zipf_init(&z, 1000, 1.1);
	for (unsigned k = 0; k < 1000; k++)
		total += pow(k + 1, -1.1);
	for (unsigned i = 0; i < n; i++) {
		uint32_t k = zipf_draw(&z, random_next(&random));

		assert_true(k < 1000);
		if (k < 10)
			counts[k]++;
	}
	for (unsigned k = 0; k < 10; k++) {
		double want = n * pow(k + 1, -1.1) / total;

		chi += (counts[k] - want) * (counts[k] - want) / want;
	}
	assert_true(chi < 50);
	zipf_fini(&z);
}

static unsigned times_of(const struct mix *mix, uint16_t frame)
{
	unsigned n = 0;

	for (unsigned i = 0; i < mix->round; i++)
		n += mix->frame[mix->order[i]] == frame;
	return n;
}

static void mixes_have_their_shares(void **state)
{
	static const char *const wrong[] = { "", "63", "9019", "64:0", "64:", ":3", "64,", "64:65",
		"1,2", "imix,64", "64;65", "64:33,65:32", "64,65,66,67,68,69,70,71,72" };
	struct mix mix;

	assert_int_equal(mix_parse(&mix, "imix", NULL), 0);
	assert_int_equal(mix.round, 12);
	assert_int_equal(times_of(&mix, 64), 7);
	assert_int_equal(times_of(&mix, 594), 4);
	assert_int_equal(times_of(&mix, 1518), 1);
	/* (7 * 84 + 4 * 614 + 1538) / 12 */
	assert_true(fabs(mix_wire_bytes(&mix) - 4582.0 / 12) < 1e-9);
	/* spread: never more than two small frames on end */
	for (unsigned i = 0; i < 12; i++)
		assert_false(mix.order[i] == 0 && mix.order[(i + 1) % 12] == 0 &&
			     mix.order[(i + 2) % 12] == 0 && mix.order[(i + 3) % 12] == 0);
	assert_int_equal(mix_parse(&mix, "1518:3,64,9018:60", NULL), 0);
	assert_int_equal(mix_smallest(&mix), 64);
	assert_int_equal(mix_largest(&mix), 9018);
	assert_int_equal(times_of(&mix, 9018), 60);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(mix_parse(&mix, wrong[i], NULL), 0);
}

/* A clock that jumps at random: what is sent is what the rate says, or counted as missed. */
static void pace_keeps_the_rate(void **state)
{
	static const double rates[] = { 1, 999, 1e6, 14.88e6, 1e9 };

	for (unsigned i = 0; i < 100; i++) {
		double pps = rates[i % 5];
		uint64_t hz = 2100000000, now = 5, start = now, sent = 0;
		unsigned longest = i < 50 ? 2000 : 3000000;
		struct pace p;

		pace_start(&p, pps, hz, now);
		for (unsigned k = 0; k < 20000; k++) {
			unsigned n = pace_due(&p, now += swtest_rand(&seed) % longest, 32);

			assert_in_range(n, 0, 32);
			pace_spend(&p, n);
			sent += n;
		}
		assert_true(fabs((now - start) * pps / hz - sent - p.missed - p.credit) < 1);
		assert_true(p.credit <= (pps > 640000 ? pps / 10000 : 64) + 1);
		if (longest == 2000 && pps <= 1e6)
			assert_true(p.missed == 0);
	}
}

/* A switch that loses above `real`; with `moody` tenths of good trials bad all the same. */
static unsigned search_switch(struct search *s, double most, double real, unsigned moody)
{
	double rate;

	search_init(s, most, 1);
	while ((rate = search_next(s)) > 0) {
		bool good = rate <= real && swtest_rand(&seed) % 10 >= moody;

		assert_true(rate <= most);
		search_tell(s, &(struct trial){ .asked = rate, .offered = rate, .good = good });
	}
	return s->n;
}

static void search_finds_the_rate(void **state)
{
	struct search s;

	for (unsigned i = 0; i < 2000; i++) {
		double most = 1 + swtest_rand(&seed) % 20000000,
		       real = most * (swtest_rand(&seed) % 120) / 100;
		unsigned n = search_switch(&s, most, real, 0);

		assert_int_equal(s.found, real >= most / 100);
		if (!s.found)
			continue;
		assert_true(s.least <= real);
		assert_true(s.least >= fmin(real, most) - most / 100);
		assert_true(s.trials[n - 1].confirms && s.trials[n - 1].good);
		assert_true(n <= 9);
	}
	for (unsigned i = 0; i < 2000; i++) {
		search_switch(&s, 1e6, 7e5, 2);
		if (s.found)
			assert_true(s.least <= 7e5 && s.trials[s.n - 1].confirms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_known_as_by_a_list),
		cmocka_unit_test(first_packet_lost_is_no_reordering),
		cmocka_unit_test(percentiles_are_those_of_sorted_values),
		cmocka_unit_test(zipf_table_is_the_law),
		cmocka_unit_test(zipf_draws_follow_the_law),
		cmocka_unit_test(mixes_have_their_shares),
		cmocka_unit_test(pace_keeps_the_rate),
		cmocka_unit_test(search_finds_the_rate),
	};

	seed = swtest_seed(20220544);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

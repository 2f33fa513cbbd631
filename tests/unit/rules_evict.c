/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Full tables that evict, against a look at all rules: which one goes, of which group, in stagings that are committed or taken back, with
 * packets, time, other changes and other groups in between; tables that are told to evict later, and limits that fall. Also
 * vacancy events, and how soon a rule goes that is used no more.
 */
#include "swtest.h"

#include <sw/action_text.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule_mark.h>
#include <sw/rule_table.h>
#include <sw/worker.h>

#include "rule_random.h"

#include "../../src/pipeline/rule/evict.h"
#include "../../src/pipeline/rule/find.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "../../src/pipeline/rule/timer.h"

#define LIMIT  40
#define ROUNDS 20000

static struct sw_rules *rules;
static struct sw_worker *w;
static uint64_t rng;
static unsigned n_evicted;

static void hear(struct sw_rules *of, const struct sw_rule *rule, enum sw_rule_news news)
{
	n_evicted += news == SW_RULE_EVICTED;
}

SW_REGISTER(rule_listener, test) = { .name = "test", .help = "counts", .heard = hear };

static unsigned below(unsigned n)
{
	return swtest_rand(&rng) % n;
}

static enum sw_rule_fault stage(struct sw_rule_change c)
{
	return sw_rules_stage(rules, &c, NULL);
}

static enum sw_rule_fault one(struct sw_rule_change c)
{
	sw_rules_begin(rules);
	enum sw_rule_fault fault = stage(c);

	sw_rules_commit(rules);
	return fault;
}

static uint64_t rank_of(const struct sw_rule *rule)
{
	return rule->idle_timeout || rule->hard_timeout
		       ? (uint64_t)rule->importance << 48 | rule_timer_due(rule)
		       : UINT64_MAX;
}

/* How the table groups its rules, which have the bytes of their cookie as address of IPv4, the lowest first. Addresses of ARP lie
 * where those of IPv4 do. */
static const struct way {
	const char *bits[2];
	uint32_t mask; /* of the cookie */
} ways[] = {
	{ { NULL }, 0 },
	{ { "NXM_OF_IP_DST[24..25]" }, 3 },
	{ { "arp_tpa", "ip_dst[24..26]" }, 7 },
	{ { "NXM_OF_ARP_TPA[]", "NXM_NX_REG3[]" }, 0 },
	{ { "ip_dst[]", "NXM_OF_IN_PORT[]" }, UINT32_MAX },
};
static const struct way *way;

/* So many rules with a timeout are in its group, but for one. */
static unsigned size_of_group(const struct sw_rule *rule, uint64_t but)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *other;
	unsigned n = 0;

	while ((other = sw_rules_next(rules, &cursor, NULL)))
		n += other->cookie != but && rank_of(other) != UINT64_MAX &&
		     !((other->cookie ^ rule->cookie) & way->mask);
	return n;
}

/* What a look at all rules but one finds: those of the largest groups with the lowest rank. */
struct lowest {
	uint64_t rank;
	unsigned size, n, rules;
	uint64_t cookie[2 * LIMIT];
};

static struct lowest find_lowest(uint64_t but)
{
	struct lowest low = { .rank = UINT64_MAX };
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;

	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		uint64_t rank = rank_of(rule);
		unsigned size;

		low.rules++;
		if (rule->cookie == but || rank == UINT64_MAX)
			continue;
		size = size_of_group(rule, but);
		if (size > low.size || (size == low.size && rank < low.rank)) {
			low.rank = rank;
			low.size = size;
			low.n = 0;
		}
		if (size == low.size && rank == low.rank)
			low.cookie[low.n++] = rule->cookie;
	}
	return low;
}

/* How many of them are there? */
static unsigned n_left(const struct lowest *low)
{
	unsigned n = 0;

	for (unsigned i = 0; i < low->n; i++) {
		struct sw_rule_change c = rule_change_of(SW_RULE_DELETE_STRICT, low->cookie[i]);

		n += sw_rules_next(rules, &(struct sw_rule_cursor){ 0 }, &c) != NULL;
	}
	return n;
}

static unsigned seen_full, seen_evicted;

/* A new rule: the right one makes room for it, or there is none that may. */
static void add_one(unsigned n)
{
	struct sw_rule_change c = rule_change_of(SW_RULE_ADD, n);
	struct lowest was = find_lowest(n);
	enum sw_rule_fault fault;

	c.conf.importance = below(3);
	c.conf.idle_timeout = below(3) ? 0 : 20 + below(20);
	c.conf.hard_timeout = below(3) ? 0 : 20 + below(40);
	fault = stage(c);
	if (was.rules < LIMIT) {
		assert_int_equal(fault, SW_RULE_FINE);
		assert_int_equal(n_left(&was), was.n);
	} else if (was.rank == UINT64_MAX) {
		assert_int_equal(fault, SW_RULE_TABLE_FULL);
		seen_full++;
	} else {
		assert_int_equal(fault, SW_RULE_FINE);
		assert_int_equal(n_left(&was), was.n - 1);
		assert_int_equal(find_lowest(n).rules, LIMIT);
		seen_evicted++;
	}
}

static const struct sw_rule *find_any(void)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule = NULL, *next;

	for (unsigned i = below(LIMIT); i && (next = sw_rules_next(rules, &cursor, NULL)); i--)
		rule = next;
	return rule;
}

static void something_else(unsigned n)
{
	const struct sw_rule *rule = find_any();
	struct sw_rule_change c;

	if (!rule)
		return;
	c = rule_change_of(SW_RULE_ADD, rule->cookie);
	switch (below(4)) {
	case 0: /* other timeouts of a rule that is there */
		c.conf.idle_timeout = below(30);
		c.conf.hard_timeout = below(30);
		c.conf.importance = below(3);
		assert_int_equal(stage(c), SW_RULE_FINE);
		break;
	case 1:
		c.verb = below(4) ? SW_RULE_MODIFY_STRICT : SW_RULE_DELETE_STRICT;
		assert_int_equal(stage(c), SW_RULE_FINE);
		break;
	default:
		rule_count_add(rule, w, 1, 100);
	}
}

/* Another way of grouping; limit and policy as they are said. */
static void use_way(unsigned which, const struct sw_rule_table_own *said)
{
	struct sw_rule_table_own own = *said;
	struct sw_bits bits[2];

	way = &ways[which];
	for (unsigned i = 0; i < 2 && way->bits[i]; i++)
		assert_int_equal(sw_bits_parse(way->bits[i], &bits[own.n_groups++], NULL), 0);
	own.groups = bits;
	sw_rules_table_own(rules, 0, &own);
}

static void random_rounds(unsigned rounds)
{
	static unsigned n;

	for (unsigned round = 0; round < rounds; round++) {
		unsigned evicted = n_evicted, before = seen_evicted;
		bool commit = below(4);

		sw_rules_begin(rules);
		for (unsigned i = below(5); i; i--) {
			if (below(3))
				add_one(n++);
			else
				something_else(n);
		}
		if (commit)
			sw_rules_commit(rules);
		else
			sw_rules_abort(rules);
		assert_int_equal(n_evicted - evicted, commit ? seen_evicted - before : 0);
		if (!below(8))
			sw_clock_warp(below(3000));
		sw_worker_read_clock(w);
		if (!below(8))
			sw_rules_expire(rules, 1000);
		sw_rcu_poll();
	}
}

static void start(void)
{
	rules = rules_create("test");
	rules_limit(rules, 0, LIMIT);
	rng = swtest_seed(21);
	way = &ways[0];
	seen_full = seen_evicted = 0;
}

static void end(void)
{
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

static void test_random(void **state)
{
	const struct sw_rule_table_conf evict = { .evict = true };

	start();
	sw_rules_table_set(rules, 0, &evict);
	random_rounds(ROUNDS);
	assert_true(seen_evicted > ROUNDS / 4);
	end();
}

/* Groups, and other ways of grouping, also again before all rules are in their new groups. */
static void test_groups(void **state)
{
	const struct sw_rule_table_own own = { .overflow = SW_OVERFLOW_EVICT };

	start();
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned k = below(4); k; k--)
			use_way(below(RTE_DIM(ways)), &own);
		use_way(i % RTE_DIM(ways), &own);
		random_rounds(ROUNDS / 80);
	}
	assert_true(seen_evicted > ROUNDS / 8);
	end();
}

/* Told to when it is full already; and no more. */
static void test_later(void **state)
{
	struct sw_rule_table_conf conf = { .evict = true };
	struct sw_rule_change c;

	start();
	for (unsigned i = 0; i < LIMIT; i++) {
		c = rule_change_of(SW_RULE_ADD, 1000000 + i);
		c.conf.hard_timeout = 100 - i;
		assert_int_equal(one(c), SW_RULE_FINE);
	}
	assert_int_equal(one(rule_change_of(SW_RULE_ADD, 1)), SW_RULE_TABLE_FULL);
	sw_rules_table_set(rules, 0, &conf);
	assert_int_equal(one(rule_change_of(SW_RULE_ADD, 1)), SW_RULE_FINE);
	c = rule_change_of(SW_RULE_DELETE_STRICT, 1000000 + LIMIT - 1);
	assert_null(sw_rules_next(rules, &(struct sw_rule_cursor){ 0 }, &c));
	conf.evict = false;
	sw_rules_table_set(rules, 0, &conf);
	assert_int_equal(one(rule_change_of(SW_RULE_ADD, 2)), SW_RULE_TABLE_FULL);
	rules_evict_all(rules, true);
	random_rounds(ROUNDS / 10);
	/* A limit that has fallen is reached again as rules come. */
	c = rule_change_of(SW_RULE_DELETE, 0);
	memset(&c.conf.match, 0, sizeof(c.conf.match));
	assert_int_equal(one(c), SW_RULE_FINE);
	for (unsigned i = 0; i < 2 * LIMIT; i++) {
		c = rule_change_of(SW_RULE_ADD, 2000000 + i);
		c.conf.hard_timeout = 9;
		if (i == LIMIT)
			rules_limit(rules, 0, LIMIT / 2);
		assert_int_equal(one(c), SW_RULE_FINE);
	}
	assert_int_equal(find_lowest(0).rules, LIMIT / 2);
	end();
}

static void fill_some(void)
{
	for (unsigned i = 0; i < LIMIT; i++) {
		struct sw_rule_change c = rule_change_of(SW_RULE_ADD, i);

		c.conf.importance = below(3);
		c.conf.idle_timeout =
			i % 4 ? 100 + below(100) : 0; /* a quarter is there for good */
		assert_int_equal(one(c), SW_RULE_FINE);
	}
}

static void own(bool limited, uint32_t limit, enum sw_rule_overflow overflow)
{
	use_way(below(RTE_DIM(ways)),
		&(struct sw_rule_table_own){
			.limited = limited, .limit = limit, .overflow = overflow });
}

/* The right ones go, until there are so many left. */
static void expect_shrink(unsigned left)
{
	for (bool more = true; more;) {
		struct lowest was = find_lowest(UINT64_MAX), is;

		more = sw_rules_evict(rules, 1);
		is = find_lowest(UINT64_MAX);
		if (is.rules == was.rules)
			continue;
		assert_int_equal(is.rules, was.rules - 1);
		assert_int_equal(n_left(&was), was.n - 1);
	}
	assert_int_equal(find_lowest(UINT64_MAX).rules, left);
}

static void expect_add(unsigned n, enum sw_rule_fault fault)
{
	struct sw_rule_change c = rule_change_of(SW_RULE_ADD, n);
	struct sw_err err = { 0 };

	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, &c, &err), fault);
	assert_true(!fault || strstr(err.hint, "flow_limit"));
	sw_rules_commit(rules);
}

static void test_own(void **state)
{
	struct sw_rule_table_conf conf = { .evict = true };
	struct sw_rule_table_stats stats;

	start();
	fill_some();
	rules_evict_all(rules, true);
	/* Whoever says refuse loses nothing and gets nothing. */
	own(true, LIMIT / 2, SW_OVERFLOW_REFUSE);
	expect_add(1000, SW_RULE_TABLE_FULL);
	expect_shrink(LIMIT);
	sw_rules_table_stats(rules, 0, &stats);
	assert_int_equal(stats.limit, LIMIT / 2);
	assert_int_equal(sw_rules_table_vacancy(rules, 0), 0);
	/* A table that was never to evict so far; then as the bridge has it; then since a controller asks. */
	own(true, LIMIT / 2, SW_OVERFLOW_EVICT);
	expect_shrink(LIMIT / 2);
	own(true, LIMIT / 2 - 1, SW_OVERFLOW_AS_BRIDGE);
	expect_shrink(LIMIT / 2 - 1);
	rules_evict_all(rules, false);
	own(true, LIMIT / 2 - 2, SW_OVERFLOW_AS_BRIDGE);
	expect_shrink(LIMIT / 2 - 1);
	own(true, LIMIT / 2 - 2, SW_OVERFLOW_REFUSE);
	sw_rules_table_set(rules, 0, &conf);
	expect_shrink(LIMIT / 2 - 2);
	/* Those for good stay, in whose place nothing comes. */
	own(true, 0, SW_OVERFLOW_EVICT);
	expect_shrink(LIMIT / 4);
	expect_add(1000, SW_RULE_TABLE_FULL);
	own(true, LIMIT,
		SW_OVERFLOW_EVICT); /* not in the middle of a change, nor of what comes back */
	fill_some();
	own(true, 0, SW_OVERFLOW_EVICT);
	sw_rules_begin(rules);
	expect_shrink(LIMIT);
	sw_rules_commit(rules);
	sw_rules_restoring(rules, true);
	expect_shrink(LIMIT);
	assert_int_equal(one(rule_change_of(SW_RULE_ADD, 0)), SW_RULE_FINE);
	assert_int_equal(one(rule_change_of(SW_RULE_DELETE_STRICT, 1)), SW_RULE_FINE);
	assert_int_equal(one(rule_change_of(SW_RULE_ADD, 1)), SW_RULE_FINE);
	assert_int_equal(find_lowest(UINT64_MAX).rules, LIMIT);
	sw_rules_restoring(rules, false);
	own(true, LIMIT + 1, SW_OVERFLOW_AS_BRIDGE); /* more than others have */
	expect_add(1000, SW_RULE_FINE);
	own(false, 0, SW_OVERFLOW_AS_BRIDGE);
	sw_rules_table_stats(rules, 0, &stats);
	assert_int_equal(stats.limit, LIMIT);
	end();
}

static void test_vacancy(void **state)
{
	struct sw_rule_table_conf conf = { .vacancy = true, .down = 20, .up = 50 };

	start();
	rules_limit(rules, 0, 10);
	sw_rules_table_set(rules, 0, &conf);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(sw_rules_table_vacancy(rules, 0), 100 - 10 * i);
		assert_int_equal(one(rule_change_of(SW_RULE_ADD, i)), SW_RULE_FINE);
		assert_int_equal(
			sw_rules_table_look(rules, 0), i == 8 ? SW_VACANCY_DOWN : SW_VACANCY_SAME);
	}
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(one(rule_change_of(SW_RULE_DELETE_STRICT, i)), SW_RULE_FINE);
		assert_int_equal(
			sw_rules_table_look(rules, 0), i == 5 ? SW_VACANCY_UP : SW_VACANCY_SAME);
	}
	/* Set where little is free: that it is more comes first. */
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(one(rule_change_of(SW_RULE_ADD, i)), SW_RULE_FINE);
	sw_rules_table_set(rules, 0, &conf);
	assert_int_equal(sw_rules_table_look(rules, 0), SW_VACANCY_SAME);
	assert_int_equal(one(rule_change_of(SW_RULE_DELETE, 0)), SW_RULE_FINE);
	rules_limit(rules, 0, 1000);
	assert_int_equal(sw_rules_table_look(rules, 0), SW_VACANCY_UP);
	conf.vacancy = false;
	sw_rules_table_set(rules, 0, &conf);
	rules_limit(rules, 0, 1);
	assert_int_equal(sw_rules_table_vacancy(rules, 0), 0);
	assert_int_equal(sw_rules_table_look(rules, 0), SW_VACANCY_SAME);
	end();
}

/* No sooner than its idle timeout after its last packet, and hardly later, wherever in a second that was. */
static void test_idle(void **state)
{
	start();
	for (unsigned i = 0; i < 20; i++) {
		struct sw_rule_change c = rule_change_of(SW_RULE_ADD, i);
		struct sw_rule_cursor cursor = { 0 };

		c.conf.idle_timeout = 1;
		assert_int_equal(one(c), SW_RULE_FINE);
		sw_clock_warp(10 + i * 49);
		sw_worker_read_clock(w);
		rule_count_add(sw_rules_next(rules, &cursor, NULL), w, 1, 100);
		sw_clock_warp(999);
		assert_int_equal(sw_rules_expire(rules, 1), 0);
		sw_clock_warp(300);
		assert_int_equal(sw_rules_expire(rules, 1), 1);
	}
	end();
}

static int setup(void **state)
{
	swtest_eal();
	sw_clock_stop();
	sw_worker_count_set(2);
	if (posix_memalign((void **)&w, 64, sizeof(*w)))
		return -1;
	memset(w, 0, sizeof(*w));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_vacancy),
		cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

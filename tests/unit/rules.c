/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge where a model cannot say what is right: sentences of refusals, counters, timeouts, walks in
 * pieces, memory that goes back. rules_model.c has the rest.
 */
#include "swtest.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule_slices.h>
#include <sw/worker.h>

#include "rule_random.h"

#include "../../src/pipeline/rule/chunk.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

static struct sw_rules *rules;
static struct sw_worker *w;
static enum sw_rule_news last_news;
static unsigned n_news;

static void hear(struct sw_rules *of, const struct sw_rule *rule, enum sw_rule_news news)
{
	last_news = news;
	n_news++;
}

SW_REGISTER(rule_listener, test) = { .name = "test", .help = "remembers the last", .heard = hear };

static void drain(void)
{
	while (sw_rcu_poll())
		;
}

/* Rule n, which passes a meter of its own. */
static struct sw_rule_change change_of(enum sw_rule_verb verb, unsigned n)
{
	struct sw_rule_change c = rule_change_of(verb, n);

	c.conf.does.meter = n + 1;
	return c;
}

static enum sw_rule_fault one(struct sw_rule_change c, struct sw_err *err)
{
	enum sw_rule_fault fault;

	memset(err, 0, sizeof(*err));
	sw_rules_begin(rules);
	fault = sw_rules_stage(rules, &c, err);
	if (fault)
		sw_rules_abort(rules);
	else
		sw_rules_commit(rules);
	return fault;
}

static void add(unsigned n)
{
	struct sw_err err;

	assert_int_equal(one(change_of(SW_RULE_ADD, n), &err), SW_RULE_FINE);
}

static const struct sw_rule *find(unsigned n)
{
	struct sw_rule_change c = change_of(SW_RULE_DELETE_STRICT, n);
	struct sw_rule_cursor cursor = { 0 };

	return sw_rules_next(rules, &cursor, &c);
}

static const struct sw_rule *look(unsigned n)
{
	struct rule_reader reader = { .version = rules_version(rules) };
	struct sw_rule_change c = change_of(SW_RULE_ADD, n);
	const struct sw_fields *key = &c.conf.match.value;
	const struct sw_rule *found;

	rules_lookup(rules, &reader, 0, &key, &found, 1);
	return found;
}

static unsigned count(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(rules, 0, &stats);
	return stats.rules;
}

static void test_refusals(void **state)
{
	struct sw_rule_change c = change_of(SW_RULE_ADD, 1);
	struct sw_err err;

	c.conf.table = 254;
	assert_int_equal(one(c, &err), SW_RULE_BAD_TABLE);
	assert_string_equal(err.given, "254");
	assert_string_equal(err.allowed, "0 to 253");
	c.conf.table = SW_TABLE_ALL; /* not for those that are added */
	assert_int_equal(one(c, &err), SW_RULE_BAD_TABLE);
	c.verb = SW_RULE_DELETE;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	c = change_of(SW_RULE_ADD, 1);
	c.conf.table = 5;
	for (int to = 0; to <= 5; to++) {
		c.conf.does.goto_table = to;
		assert_int_equal(one(c, &err), SW_RULE_BAD_GOTO);
		assert_string_equal(err.allowed, "6 to 253");
	}
	c.conf.does.goto_table = 254;
	assert_int_equal(one(c, &err), SW_RULE_BAD_GOTO);
	c.conf.table = 253;
	assert_int_equal(one(c, &err), SW_RULE_BAD_GOTO);
	assert_non_null(strstr(err.hint, "last table"));
	c.conf.table = 5;
	c.conf.does.goto_table = 253;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	c.verb = SW_RULE_MODIFY_STRICT;
	c.conf.does.goto_table = 5;
	assert_int_equal(one(c, &err), SW_RULE_BAD_GOTO);
}

static void test_full(void **state)
{
	struct sw_err err;

	rules_limit(rules, 0, 3);
	for (unsigned i = 0; i < 3; i++)
		add(i);
	assert_int_equal(one(change_of(SW_RULE_ADD, 3), &err), SW_RULE_TABLE_FULL);
	assert_non_null(strstr(err.text, "table 0 is full (3 rules)"));
	add(2); /* in place of the same */
	assert_int_equal(one(change_of(SW_RULE_DELETE_STRICT, 1), &err), SW_RULE_FINE);
	add(3);
	rules_limit(rules, 0, 10);
	rules_limit(rules, SW_TABLE_ALL, 3);
	assert_int_equal(one(change_of(SW_RULE_ADD, 4), &err), SW_RULE_TABLE_FULL);
	assert_non_null(strstr(err.text, "the bridge is full (3 rules in all tables)"));
	assert_int_equal(count(), 3);
}

static void count_packets(unsigned n, unsigned packets)
{
	rule_count_add(look(n), w, packets, packets * 100ull);
}

static void test_counts(void **state)
{
	struct sw_rule_change c = change_of(SW_RULE_ADD, 1);
	struct sw_rule_stats s;
	struct sw_err err;
	uint64_t made = sw_clock_ms();

	add(1);
	sw_rule_stats(find(1), &s);
	assert_true(!s.packets && !s.bytes && s.used_ms == made && s.created_ms == made);
	sw_clock_warp(5000);
	sw_worker_read_clock(w);
	count_packets(1, 3);
	w->id = 1;
	count_packets(1, 4);
	w->id = 0;
	sw_rule_stats(find(1), &s);
	assert_int_equal(s.packets, 7);
	assert_int_equal(s.bytes, 700);
	assert_int_equal(s.used_ms / 1000, sw_clock_s());
	assert_int_equal(one(c, &err), SW_RULE_FINE); /* the same again: they stay, it is new */
	sw_rule_stats(find(1), &s);
	assert_int_equal(s.packets, 7);
	assert_int_equal(s.created_ms, made + 5000);
	c.reset_counts = true;
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, &c, &err), SW_RULE_FINE);
	sw_rules_abort(rules);
	sw_rule_stats(find(1), &s);
	assert_int_equal(s.packets, 7);
	c.conf.does.meter = 2;
	c.conf.does.goto_table = -1;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	count_packets(1, 2);
	sw_rule_stats(find(1), &s);
	assert_true(s.packets == 2 && s.bytes == 200);
	assert_int_equal(one(change_of(SW_RULE_DELETE_STRICT, 1), &err), SW_RULE_FINE);
	drain();
	add(1); /* most likely in the same place */
	sw_rule_stats(find(1), &s);
	assert_true(!s.packets && !s.bytes);
}

static void test_table_stats(void **state)
{
	struct sw_rule_table_stats s;
	struct sw_rule_change c = change_of(SW_RULE_ADD, 7);
	struct sw_err err;

	add(1);
	add(2);
	c.conf.match.mask.eth_type = 0;
	c.conf.match.value.eth_type = 0;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	look(1);
	look(3);
	sw_rules_table_stats(rules, 0, &s);
	assert_int_equal(s.rules, 3);
	assert_int_equal(s.masks, 2);
	assert_int_equal(s.lookups, 2);
	assert_int_equal(s.matches, 1);
	assert_true(s.probes >= 2 && s.limit == 1000000);
	c.verb = SW_RULE_DELETE;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	drain();
	sw_rules_table_stats(rules, 0, &s);
	assert_true(s.rules == 2 && s.masks == 1 && s.tuples == 1);
}

static unsigned expire(void)
{
	unsigned n = 0, got;

	do
		n += got = sw_rules_expire(rules, 100);
	while (got == 100);
	return n;
}

static void test_hard(void **state)
{
	struct sw_rule_change c;
	struct sw_err err;

	for (unsigned i = 0; i < 1000; i++) {
		c = change_of(SW_RULE_ADD, i);
		c.conf.hard_timeout = 1 + i / 10;
		assert_int_equal(one(c, &err), SW_RULE_FINE);
	}
	c = change_of(SW_RULE_MODIFY, 0); /* changes no time */
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	c = change_of(SW_RULE_ADD, 10); /* a new one */
	c.conf.hard_timeout = 60000;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	sw_clock_warp(900);
	assert_int_equal(expire(), 0);
	n_news = 0;
	for (unsigned second = 1; second <= 100; second++) {
		sw_clock_warp(second == 1 ? 300 : 1000); /* 0.2 s after it is due */
		assert_int_equal(expire(), second == 2 ? 9 : 10);
		assert_int_equal(last_news, SW_RULE_HARD);
	}
	assert_int_equal(n_news, 999);
	assert_int_equal(count(), 1);
	drain();
	for (unsigned i = 0; i < 599; i++) {
		sw_clock_warp(99800);
		assert_int_equal(expire(), 0);
	}
	sw_clock_warp(120000);
	assert_int_equal(expire(), 1);
	assert_int_equal(count(), 0);
}

static void test_idle(void **state)
{
	struct sw_rule_change c;
	struct sw_err err;

	for (unsigned i = 0; i < 10; i++) {
		c = change_of(SW_RULE_ADD, i);
		c.conf.idle_timeout = 5;
		c.conf.hard_timeout = i == 9 ? 60 : 0;
		assert_int_equal(one(c, &err), SW_RULE_FINE);
	}
	for (unsigned second = 0; second < 59; second++) {
		sw_worker_read_clock(w);
		count_packets(0, 1);
		count_packets(9, 1);
		sw_clock_warp(second ? 1000 : 1300);
		assert_int_equal(expire(), second == 4 ? 8 : 0);
	}
	assert_int_equal(count(), 2);
	sw_clock_warp(1000);
	assert_int_equal(expire(), 1); /* it had packets all the time */
	assert_int_equal(last_news, SW_RULE_HARD);
	sw_clock_warp(2900);
	assert_int_equal(expire(), 0);
	sw_clock_warp(1500); /* up to a second late: seconds are counted */
	assert_int_equal(expire(), 1);
	assert_int_equal(last_news, SW_RULE_IDLE);
}

/* A clock that jumped, and a limit on what is taken at once. */
static void test_expire_in_slices(void **state)
{
	struct sw_rule_change c;
	struct sw_err err;
	unsigned n = 0;

	for (unsigned i = 0; i < 1000; i++) {
		c = change_of(SW_RULE_ADD, i);
		c.conf.hard_timeout = 1 + i;
		assert_int_equal(one(c, &err), SW_RULE_FINE);
	}
	sw_clock_warp(10000000);
	while (n < 1000) {
		unsigned got = sw_rules_expire(rules, 7);

		assert_in_range(got, 1, 7);
		n += got;
	}
	assert_int_equal(n, 1000);
	assert_int_equal(sw_rules_expire(rules, 7), 0);
}

/* Rules that stay are seen once, whatever happens between two steps. */
static void test_walk_in_pieces(void **state)
{
	uint64_t random = swtest_seed(0x3a1c);
	static uint8_t seen[2000];
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	struct sw_rule_conf conf;
	unsigned next = 2000;
	struct sw_err err;

	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < 2000; i++)
		add(i);
	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		sw_rule_get(rule, &conf);
		if (conf.cookie < 2000)
			seen[conf.cookie]++;
		for (unsigned i = 0; i < 3; i++) { /* odd ones may go */
			unsigned n = (swtest_rand(&random) >> 32) % 1000 * 2 + 1;

			assert_int_equal(
				one(change_of(SW_RULE_DELETE_STRICT, n), &err), SW_RULE_FINE);
		}
		if (next < 4000)
			add(next++);
		drain();
	}
	for (unsigned i = 0; i < 2000; i++)
		assert_true(seen[i] == 1 || (i % 2 && !seen[i]));
}

static void test_walk_filters(void **state)
{
	struct sw_rule_cursor cursor = { 0 };
	struct sw_rule_change c = change_of(SW_RULE_DELETE, 0);
	unsigned n = 0;
	struct sw_err err;

	for (unsigned i = 0; i < 100; i++)
		add(i);
	c.conf.table = 9;
	c.verb = SW_RULE_ADD;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	c.verb = SW_RULE_DELETE;
	while (sw_rules_next(rules, &cursor, &c))
		n++;
	assert_int_equal(n, 1);
	memset(&c.conf.match, 0, sizeof(c.conf.match));
	c.conf.table = SW_TABLE_ALL;
	c.cookie = 4;
	c.cookie_mask = 0x1c;
	cursor = (struct sw_rule_cursor){ 0 };
	for (n = 0; sw_rules_next(rules, &cursor, &c); n++)
		;
	assert_int_equal(n, 12);
	c = change_of(SW_RULE_DELETE_STRICT, 0);
	c.conf.table = SW_TABLE_ALL;
	cursor = (struct sw_rule_cursor){ 0 };
	for (n = 0; sw_rules_next(rules, &cursor, &c); n++)
		;
	assert_int_equal(n, 2);
}

static const struct sw_action_type output_type = { .name = "output" };
static const struct sw_action_type group_type = { .name = "group" };

static struct sw_actions *list_of(const struct sw_action_type *type, uint32_t id)
{
	struct sw_actions *list = calloc(1, sizeof(*list) + sizeof(list->a[0]));

	list->n = 1;
	list->a[0].type = type;
	if (type == &output_type)
		list->a[0].output.port = id;
	else
		list->a[0].id = id;
	return list;
}

static void test_outputs(void **state)
{
	struct sw_rule_change c;
	struct sw_err err;

	for (unsigned i = 0; i < 30; i++) {
		c = change_of(SW_RULE_ADD, i);
		c.conf.does.meter = i % 10 + 100;
		c.conf.does.apply = list_of(i % 2 ? &output_type : &group_type, i % 6);
		assert_int_equal(one(c, &err), SW_RULE_FINE);
	}
	c = change_of(SW_RULE_DELETE, 0);
	memset(&c.conf.match, 0, sizeof(c.conf.match));
	c.out_port = 1;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	assert_int_equal(count(), 25);
	c.out_port = SW_OFPP_ANY;
	c.out_group = 4;
	assert_int_equal(one(c, &err), SW_RULE_FINE);
	assert_int_equal(count(), 20);
	sw_rules_begin(rules);
	assert_false(sw_rules_stage_gone(rules, SW_RULE_GROUP_GONE, 0, -1));
	sw_rules_commit(rules);
	assert_int_equal(count(), 15);
	sw_rules_begin(rules);
	assert_false(sw_rules_stage_gone(rules, SW_RULE_METER_GONE, 103, -1));
	sw_rules_commit(rules);
	assert_int_equal(last_news, SW_RULE_METER_GONE);
	assert_int_equal(count(), 13);
}

/* What rules took goes back to the system. */
static void test_memory(void **state)
{
	struct sw_rule_change all = change_of(SW_RULE_DELETE, 0);
	uint64_t before, most;
	struct sw_err err;

	drain();
	before = rule_chunk_bytes();
	for (unsigned i = 0; i < 60000; i++)
		add(i);
	most = rule_chunk_bytes();
	/* A rule of 192 bytes in a slab that is nearly full, and counters of two workers. */
	assert_in_range(most - before, 60000 * (192 + 64ull) - (2 << 20), 60000 * (240 + 68ull));
	memset(&all.conf.match, 0, sizeof(all.conf.match));
	assert_int_equal(one(all, &err), SW_RULE_FINE);
	assert_int_equal(rules_in_limbo(rules) >= 60000, true);
	drain();
	assert_int_equal(rules_in_limbo(rules), 0);
	assert_in_range(rule_chunk_bytes(), 0, before + (2 << 20));
	for (unsigned i = 0; i < 5000; i++) /* the end of the test destroys them as they are */
		add(i);
}

static int setup(void **state)
{
	swtest_eal();
	sw_clock_stop();
	sw_worker_count_set(2);
	if (!w && posix_memalign((void **)&w, 64, sizeof(*w)))
		return -1;
	memset(w, 0, sizeof(*w));
	rules = rules_create("test");
	return 0;
}

static int teardown(void **state)
{
	rules_destroy(rules);
	drain();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_table_stats, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expire_in_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk_in_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outputs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory made ready before it is used (src/pipeline/rule/ready.h): a piece a round, all who wait in turn; and tables so large that
 * their hashes are.
 */
#include "testrules.h"

#include <sys/mman.h>

#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>

#include "../../src/pipeline/rule/chunk.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/ready.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define PIECE	(2u << 20)
#define PAGE	4096
#define PIECES	3
#define RULES	300000 /* two arrays of more than a MiB, one after the other */
#define PENDING 70000  /* the first of them is wanted */

static unsigned done;

static void on_done(struct rule_ready *r)
{
	done++;
}

static int setup(void **state)
{
	swtest_eal();
	done = 0;
	return 0;
}

static int teardown(void **state)
{
	while (sw_rcu_poll())
		;
	return 0;
}

/* Pieces of which all pages are there. */
static unsigned pieces_there(char *p)
{
	unsigned char page[PIECE / PAGE];
	unsigned n = 0;

	for (unsigned i = 0; i < PIECES; i++) {
		bool all = true;

		assert_int_equal(mincore(p + i * PIECE, PIECE, page), 0);
		for (unsigned k = 0; k < RTE_DIM(page); k++)
			all &= page[k] & 1;
		n += all;
	}
	return n;
}

static void test_pieces(void **state)
{
	struct rule_ready r[2] = { 0 }, gone = { 0 };
	char *p[2];

	for (unsigned i = 0; i < 2; i++) {
		p[i] = rule_map(PIECES * PIECE);
		assert_non_null(p[i]);
		assert_false(rule_ready_waits(&r[i]));
		rule_ready_begin(&r[i], p[i], PIECES * PIECE, on_done);
	}
	rule_ready_begin(&gone, p[0], PIECE, on_done);
	rule_ready_cancel(&gone);
	rule_ready_cancel(&gone);
	for (unsigned n = 0; n <= 2 * PIECES; n++) {
		assert_int_equal(pieces_there(p[0]), RTE_MIN(n, (unsigned)PIECES));
		assert_int_equal(pieces_there(p[1]), n > PIECES ? n - PIECES : 0);
		assert_int_equal(done, n / PIECES);
		assert_int_equal(rule_ready_waits(&r[0]), n < PIECES);
		assert_int_equal(rule_ready_waits(&r[1]), n < 2 * PIECES);
		sw_rcu_poll();
	}
	for (unsigned i = 0; i < 2; i++) {
		for (size_t k = 0; k < PIECES * PIECE; k += PAGE / 4)
			assert_int_equal(p[i][k], 0);
		munmap(p[i], PIECES * PIECE);
	}
}

/* The middle one of those that wait goes, then the last, then all. */
static void test_cancel(void **state)
{
	struct rule_ready r[3] = { 0 };
	char *p = rule_map(3 * PIECE);

	for (unsigned i = 0; i < 3; i++)
		rule_ready_begin(&r[i], p + i * PIECE, PIECE, on_done);
	rule_ready_cancel(&r[1]);
	rule_ready_cancel(&r[2]);
	rule_ready_begin(&r[1], p + PIECE, PIECE, on_done);
	while (sw_rcu_poll())
		;
	assert_int_equal(done, 2);
	assert_int_equal(pieces_there(p), 2);
	rule_ready_begin(&r[2], p + 2 * PIECE, PIECE, on_done);
	rule_ready_cancel(&r[2]);
	while (sw_rcu_poll())
		;
	assert_int_equal(done, 2);
	munmap(p, 3 * PIECE);
}

static void change(struct sw_rules *rules, struct sw_rule_change *c, unsigned n)
{
	struct sw_err err;
	uint32_t address = rte_cpu_to_be_32(n);

	memcpy(c->conf.match.value.ip_src, &address, 4);
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, c, &err), SW_RULE_FINE);
	sw_rules_commit(rules);
	if (n % 8 == 0)
		sw_rcu_poll();
}

static bool is_there(struct sw_rules *rules, const struct sw_rule_change *like, unsigned n)
{
	struct rule_reader reader = { .version = rules_version(rules) };
	struct sw_fields f = like->conf.match.value;
	const struct sw_fields *key = &f;
	const struct sw_rule *found;
	uint32_t address = rte_cpu_to_be_32(n);

	memcpy(f.ip_src, &address, 4);
	rules_lookup(rules, &reader, 0, &key, &found, 1);
	return found;
}

static void test_large(void **state)
{
	struct sw_rules *rules = rules_create("large");
	struct sw_rule_change c;
	struct sw_err err;

	rules_limit(rules, 0, 1u << 20);
	assert_int_equal(sw_rule_parse("ip,nw_src=1.2.3.4,actions=drop", SW_RULE_ADD, &c, &err), 0);
	for (unsigned n = 0; n < RULES; n++)
		change(rules, &c, n);
	for (unsigned n = 0; n < RULES; n++)
		assert_true(is_there(rules, &c, n));
	assert_false(is_there(rules, &c, RULES));
	c.verb = SW_RULE_DELETE_STRICT;
	for (unsigned n = 0; n < RULES; n += 2)
		change(rules, &c, n);
	for (unsigned n = 0; n < RULES; n++)
		assert_int_equal(is_there(rules, &c, n), n % 2);
	sw_instructions_fini(&c.conf.does);
	rules_destroy(rules);
}

/* It goes while an array is made ready, as rounds are few. */
static void test_destroy(void **state)
{
	struct sw_rules *rules = rules_create("pending");
	struct sw_rule_change c;
	struct sw_err err;

	rules_limit(rules, 0, 1u << 20);
	assert_int_equal(sw_rule_parse("ip,nw_src=1.2.3.4,actions=drop", SW_RULE_ADD, &c, &err), 0);
	for (unsigned n = 0; n < PENDING; n++)
		change(rules, &c, 8 * n + 1);
	for (unsigned n = 0; n < PENDING; n++)
		assert_true(is_there(rules, &c, 8 * n + 1));
	sw_instructions_fini(&c.conf.does);
	rules_destroy(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

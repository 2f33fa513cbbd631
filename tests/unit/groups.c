/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store of groups: every fault, that nothing changes with one, loops and chains against a naive model, limits, positions
 * of buckets.
 */
#include "swtest.h"

#include <stdbool.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rcu.h>
#include <sw/text.h>

#include <rte_mbuf.h>

#include "../../src/pipeline/field/extract.h"
#include "../../src/pipeline/group/groups_ctl.h"
#include "packet.h"

static struct sw_groups *groups;

static int setup(void **state)
{
	groups = groups_create(NULL);
	return 0;
}

static int teardown(void **state)
{
	groups_destroy(groups);
	while (sw_rcu_poll())
		;
	return 0;
}

/* What staging says of a change, which must be what comes of it. */
static enum sw_group_fault stage_alone(const struct sw_group_change *c)
{
	enum sw_group_fault fault;

	sw_groups_begin(groups);
	fault = sw_groups_stage(groups, c, NULL);
	sw_groups_abort(groups);
	return fault;
}

static enum sw_group_fault change(enum sw_group_verb verb, const char *text)
{
	enum sw_group_fault staged;
	struct sw_group_change c;
	struct sw_err err = { 0 };
	enum sw_group_fault fault;

	if (sw_group_parse(text, verb, &c, &err))
		fail_msg("%s: %s", text, err.text);
	err.text[0] = 0;
	staged = stage_alone(&c);
	fault = sw_groups_change(groups, &c, &err);
	assert_int_equal(staged, fault);
	sw_group_fini(&c.conf);
	assert_true(!fault == !err.text[0]);
	return fault;
}

/* As dump-groups has it; the caller frees it. */
static char *shown(uint32_t id)
{
	const struct sw_group *g = sw_groups_find(groups, id);
	struct sw_str text = { 0 };

	if (!g)
		return sw_xstrdup("");
	sw_group_print(sw_group_conf(g), &text);
	return text.s;
}

#define ADD    SW_GROUP_ADD
#define MODIFY SW_GROUP_MODIFY
#define DELETE SW_GROUP_DELETE
#define INSERT SW_GROUP_INSERT_BUCKETS
#define REMOVE SW_GROUP_REMOVE_BUCKETS

static void test_faults(void **state)
{
	static const struct {
		enum sw_group_verb verb;
		const char *text;
		enum sw_group_fault fault;
	} steps[] = {
		{ ADD, "group_id=1,type=all,bucket=bucket_id:5,output:1,bucket=output:2",
			SW_GROUP_FINE },
		{ ADD, "group_id=1,type=indirect,bucket=output:3", SW_GROUP_EXISTS },
		{ MODIFY, "group_id=2,type=all", SW_GROUP_UNKNOWN },
		{ INSERT, "group_id=2,command_bucket_id=last,bucket=output:1", SW_GROUP_UNKNOWN },
		{ ADD, "group_id=2,type=all,bucket=group:2", SW_GROUP_LOOP },
		{ ADD, "group_id=2,type=all,bucket=group:7", SW_GROUP_NO_GROUP },
		{ MODIFY, "group_id=1,type=all,bucket=group:1", SW_GROUP_LOOP },
		{ ADD, "group_id=2,type=all,bucket=group:1", SW_GROUP_FINE },
		{ MODIFY, "group_id=1,type=all,bucket=output:1,bucket=group:2", SW_GROUP_LOOP },
		{ INSERT, "group_id=1,command_bucket_id=first,bucket=group:2", SW_GROUP_LOOP },
		{ DELETE, "group_id=1", SW_GROUP_CHAINED },
		{ INSERT, "group_id=1,command_bucket_id=9,bucket=output:1",
			SW_GROUP_BUCKET_UNKNOWN },
		{ REMOVE, "group_id=1,command_bucket_id=9", SW_GROUP_BUCKET_UNKNOWN },
		{ INSERT, "group_id=1,command_bucket_id=5,bucket=bucket_id:5,output:1",
			SW_GROUP_BUCKET_EXISTS },
		{ REMOVE, "group_id=3,command_bucket_id=5", SW_GROUP_UNKNOWN },
		{ DELETE, "group_id=3", SW_GROUP_FINE },
		{ MODIFY, "group_id=2,type=all,bucket=output:1", SW_GROUP_FINE },
		{ DELETE, "group_id=1", SW_GROUP_FINE },
		{ ADD, "group_id=1,type=ff,bucket=watch_group:99,output:1", SW_GROUP_FINE },
		{ ADD, "group_id=4,type=indirect,bucket=output:1", SW_GROUP_FINE },
		{ INSERT, "group_id=4,command_bucket_id=last,bucket=output:2", SW_GROUP_INVALID },
		{ DELETE, "", SW_GROUP_FINE },
		{ DELETE, "", SW_GROUP_FINE },
	};

	for (unsigned i = 0; i < RTE_DIM(steps); i++) {
		char *one = shown(1), *two = shown(2);
		enum sw_group_fault fault = change(steps[i].verb, steps[i].text);

		if (fault != steps[i].fault)
			fail_msg("%s: fault %d, expected %d", steps[i].text, fault, steps[i].fault);
		if (fault) {
			char *now = shown(1);

			assert_string_equal(now, one);
			free(now);
			now = shown(2);
			assert_string_equal(now, two);
			free(now);
		}
		free(one);
		free(two);
	}
	assert_null(sw_groups_next(groups, -1));
	for (unsigned type = 0; type < 4; type++)
		assert_int_equal(sw_groups_count(groups, type), 0);
}

/* --- chains against a model --- */

#define MANY 10

static bool model_there[MANY], model_sends[MANY][MANY];

static bool model_reaches(unsigned from, unsigned to, unsigned depth)
{
	for (unsigned i = 0; i < MANY && depth < MANY; i++)
		if (model_sends[from][i] && (i == to || model_reaches(i, to, depth + 1)))
			return true;
	return false;
}

static bool model_used(unsigned id)
{
	for (unsigned i = 0; i < MANY; i++)
		if (model_there[i] && model_sends[i][id])
			return true;
	return false;
}

/* What adding or modifying comes to; the model is as it is then. */
static enum sw_group_fault model_put(unsigned id, bool add, const bool *sends)
{
	bool was[MANY];

	if (add == model_there[id])
		return add ? SW_GROUP_EXISTS : SW_GROUP_UNKNOWN;
	memcpy(was, model_sends[id], sizeof(was));
	memcpy(model_sends[id], sends, sizeof(was));
	if (!model_reaches(id, id, 0)) {
		bool missing = false;

		for (unsigned i = 0; i < MANY; i++)
			missing |= sends[i] && !model_there[i];
		if (!missing) {
			model_there[id] = true;
			return SW_GROUP_FINE;
		}
		memcpy(model_sends[id], was, sizeof(was));
		return SW_GROUP_NO_GROUP;
	}
	memcpy(model_sends[id], was, sizeof(was));
	return SW_GROUP_LOOP;
}

static enum sw_group_fault model_delete(unsigned id)
{
	if (!model_there[id])
		return SW_GROUP_FINE;
	if (model_used(id))
		return SW_GROUP_CHAINED;
	model_there[id] = false;
	memset(model_sends[id], 0, sizeof(model_sends[id]));
	return SW_GROUP_FINE;
}

static void test_chains(void **state)
{
	uint64_t rng = swtest_seed(11);
	unsigned seen[SW_GROUP_BAD_ACTION + 1] = { 0 };

	memset(model_there, 0, sizeof(model_there));
	memset(model_sends, 0, sizeof(model_sends));
	for (unsigned step = 0; step < 20000; step++) {
		unsigned id = swtest_rand(&rng) % MANY, n = swtest_rand(&rng) % 3;
		enum sw_group_verb verb = swtest_rand(&rng) % 3;
		bool sends[MANY] = { false };
		struct sw_str text = { 0 };
		enum sw_group_fault want, got;

		sw_str_add(&text, "group_id=%u", id);
		if (verb != DELETE)
			sw_str_add(&text, ",type=all,bucket=output:1");
		for (unsigned i = 0; i < n && verb != DELETE; i++) {
			unsigned to = swtest_rand(&rng) % MANY;

			sends[to] = true;
			sw_str_add(&text, ",bucket=group:%u", to);
		}
		got = change(verb, text.s);
		want = verb == DELETE ? model_delete(id) : model_put(id, verb == ADD, sends);
		if (got != want && !(got == SW_GROUP_NO_GROUP && want == SW_GROUP_LOOP) &&
			!(got == SW_GROUP_LOOP && want == SW_GROUP_NO_GROUP))
			fail_msg("step %u, %s: fault %d, expected %d", step, text.s, got, want);
		seen[got]++;
		free(text.s);
		sw_rcu_poll();
	}
	assert_true(seen[SW_GROUP_FINE] > 1000 && seen[SW_GROUP_LOOP] > 100 &&
		    seen[SW_GROUP_NO_GROUP] > 100 && seen[SW_GROUP_CHAINED] > 100);
	for (unsigned i = 0; i < MANY; i++)
		assert_true((sw_groups_find(groups, i) != NULL) == model_there[i]);
}

/* --- limits --- */

static void fill_buckets(struct sw_group_change *c, uint32_t id, unsigned n)
{
	memset(c, 0, sizeof(*c));
	c->conf.id = id;
	c->conf.n_buckets = n;
	c->conf.buckets = sw_xcalloc(n + 1, sizeof(c->conf.buckets[0]));
	for (unsigned i = 0; i < n; i++) {
		c->conf.buckets[i].id = SW_GROUP_ANY;
		c->conf.buckets[i].watch_port = SW_OFPP_ANY;
		c->conf.buckets[i].watch_group = SW_GROUP_ANY;
	}
}

static enum sw_group_fault add_empty(uint32_t id, unsigned n)
{
	struct sw_group_change c;
	struct sw_err err;
	enum sw_group_fault fault;

	fill_buckets(&c, id, n);
	fault = sw_groups_change(groups, &c, &err);
	sw_group_fini(&c.conf);
	return fault;
}

static void test_limits(void **state)
{
	const struct sw_group *g;
	uint32_t n = 0;

	assert_int_equal(add_empty(SW_GROUP_MAX + 1, 0), SW_GROUP_INVALID);
	assert_int_equal(add_empty(5, SW_BUCKETS_MAX + 1), SW_GROUP_OUT_OF_BUCKETS);
	while (n < GROUP_BUCKETS_MAX / SW_BUCKETS_MAX)
		assert_int_equal(add_empty(n++, SW_BUCKETS_MAX), SW_GROUP_FINE);
	assert_int_equal(add_empty(n, 1), SW_GROUP_OUT_OF_BUCKETS);
	while (n < SW_GROUPS_MAX)
		assert_int_equal(add_empty(n++, 0), SW_GROUP_FINE);
	assert_int_equal(add_empty(n, 0), SW_GROUP_OUT_OF_GROUPS);
	assert_int_equal(sw_groups_count(groups, SW_GROUP_TYPE_ALL), SW_GROUPS_MAX);
	n = 0;
	for (int64_t id = -1; (g = sw_groups_next(groups, id)); id = sw_group_conf(g)->id)
		assert_int_equal(sw_group_conf(g)->id, n++);
	assert_int_equal(n, SW_GROUPS_MAX);
	assert_int_equal(change(DELETE, ""), SW_GROUP_FINE);
	assert_null(sw_groups_next(groups, -1));
	assert_int_equal(add_empty(1, SW_BUCKETS_MAX), SW_GROUP_FINE);
}

/* --- buckets put in and taken out --- */

static void expect_ids(const char *text)
{
	const struct sw_group_conf *conf = sw_group_conf(sw_groups_find(groups, 1));
	struct sw_str ids = { 0 };

	sw_str_add(&ids, "%s", "");
	for (unsigned i = 0; i < conf->n_buckets; i++)
		sw_str_add(&ids, i ? " %u" : "%u", conf->buckets[i].id);
	assert_string_equal(ids.s, text);
	free(ids.s);
}

static void fine(enum sw_group_verb verb, const char *text)
{
	assert_int_equal(change(verb, text), SW_GROUP_FINE);
}

static void test_buckets(void **state)
{
	fine(ADD, "group_id=1,type=all");
	fine(REMOVE, "group_id=1,command_bucket_id=first");
	fine(REMOVE, "group_id=1,command_bucket_id=last");
	fine(INSERT, "group_id=1,command_bucket_id=last,bucket=bucket_id:10,output:1");
	fine(INSERT,
		"group_id=1,command_bucket_id=first,bucket=bucket_id:20,output:1,bucket=bucket_id:21,output:1");
	expect_ids("20 21 10");
	fine(INSERT, "group_id=1,command_bucket_id=21,bucket=bucket_id:30,output:1");
	expect_ids("20 30 21 10");
	fine(INSERT, "group_id=1,command_bucket_id=last,bucket=bucket_id:40,output:1");
	expect_ids("20 30 21 10 40");
	fine(INSERT, "group_id=1,command_bucket_id=10,bucket=output:1,bucket=output:2");
	expect_ids("20 30 21 0 1 10 40");
	fine(REMOVE, "group_id=1,command_bucket_id=21");
	fine(REMOVE, "group_id=1,command_bucket_id=first");
	fine(REMOVE, "group_id=1,command_bucket_id=last");
	expect_ids("30 0 1 10");
	fine(REMOVE, "group_id=1,command_bucket_id=all");
	expect_ids("");
	fine(MODIFY, "group_id=1,type=select,selection_method=hash,fields(ip_src),bucket=output:1");
	fine(INSERT, "group_id=1,command_bucket_id=last,bucket=weight:5,output:2");
	assert_int_equal(sw_group_conf(sw_groups_find(groups, 1))->n_fields, 1);
	assert_int_equal(sw_group_conf(sw_groups_find(groups, 1))->buckets[1].weight, 5);
}

/* --- which groups rules name --- */

static void test_known(void **state)
{
	struct sw_instructions does = { .goto_table = -1 };
	struct sw_action *a = sw_actions_add(&does.write);
	uint32_t missing = 0;

	a->type = sw_reg_find(&sw_reg_kind_action_type, "group");
	a->id = 4;
	assert_false(sw_groups_known(groups, &does, false, &missing));
	assert_int_equal(missing, 4);
	fine(ADD, "group_id=4,type=all");
	assert_true(sw_groups_known(groups, &does, false, &missing));
	sw_instructions_fini(&does);
}

/* --- slots --- */

/* Every bucket has the share of the slots that its weight says, to one, and one at least. */
static void test_slots(void **state)
{
	uint64_t rng = swtest_seed(5);

	for (unsigned round = 0; round < 300; round++) {
		struct sw_group_change c;
		unsigned n = 1 + swtest_rand(&rng) % SW_BUCKETS_MAX, got[SW_BUCKETS_MAX] = { 0 };
		unsigned spread = 1 + swtest_rand(&rng) % (round % 2 ? 3 : 2000);
		uint64_t sum = 0;
		struct select *s;

		fill_buckets(&c, round, n);
		for (unsigned i = 0; i < n; i++) {
			c.conf.buckets[i].id = swtest_rand(&rng) % 100000;
			c.conf.buckets[i].weight = swtest_rand(&rng) % (spread + 1);
			sum += c.conf.buckets[i].weight;
		}
		s = select_create(&c.conf);
		assert_true(!s->slots == !sum);
		for (unsigned k = 0; k < s->slots; k++)
			got[s->slot[k]]++;
		for (unsigned i = 0; i < n && sum; i++) {
			unsigned weight = c.conf.buckets[i].weight;
			double share = (double)s->slots * weight / sum;

			if (!weight)
				assert_int_equal(got[i], 0);
			else if (got[i] < 1 || got[i] > share * 1.05 + 2 ||
				 got[i] < share * .85 - 2)
				fail_msg(
					"round %u: bucket %u of %u, weight %u of %lu: %u of %u slots",
					round, i, n, weight, (unsigned long)sum, got[i], s->slots);
		}
		free(s);
		sw_group_fini(&c.conf);
	}
}

/* A packet is hashed where it lies as its fields would be, whatever it is and however it is cut. */
static void test_packets(void **state)
{
	uint64_t rng = swtest_seed(6);
	const struct sw_group *g;
	struct sw_group_change c;
	struct sw_err err;

	fill_buckets(&c, 1, SW_BUCKETS_MAX);
	c.conf.type = SW_GROUP_SELECT;
	for (unsigned i = 0; i < SW_BUCKETS_MAX; i++)
		c.conf.buckets[i].weight = 1;
	assert_int_equal(sw_groups_change(groups, &c, &err), SW_GROUP_FINE);
	sw_group_fini(&c.conf);
	g = sw_groups_find(groups, 1);
	for (unsigned i = 0; i < 200000; i++) {
		struct packet_bytes p = { .len = 0 };
		struct rte_mbuf *m;
		struct sw_fields f;

		packet_random(&p, &rng);
		if (swtest_rand(&rng) % 2)
			packet_damage(&p, &rng);
		m = packet_scatter(&p, &rng);
		fields_extract(m, 0, &f);
		assert_int_equal(select_by_packet(NULL, 0, g, m), select_by_fields(NULL, 0, g, &f));
		packet_free(m);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_faults),
		TEST(test_chains),
		TEST(test_limits),
		TEST(test_buckets),
		TEST(test_known),
		TEST(test_slots),
		TEST(test_packets),
	};

	return cmocka_run_group_tests(tests, swtest_setup_eal, NULL);
}

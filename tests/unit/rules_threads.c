/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two workers look up while control changes. For each of some keys there is one rule in each of two tables, and
 * whatever is done to one is done to the other in the same staging: modified, replaced, moved to another priority or
 * mask. So at any version both say the same, which is what the workers check; and none is ever missing. Around
 * them other rules come and go, so that hashes grow and shrink and views change; rules are freed all along.
 * Made for the thread sanitizer, too.
 */
#include "swtest.h"

#include <pthread.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/worker.h>

#include "rule_random.h"

#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define WORKERS 2
#define KEYS	48
#define EXTRAS	600
#define LAST	253 /* a table with one rule that stays */
#ifdef __SANITIZE_THREAD__
#define BURSTS 20000
#else
#define BURSTS 400000
#endif

static const uint8_t table_id[2] = { 0, 7 };
static struct sw_rules *rules;
static struct sw_worker *worker[WORKERS];
static uint32_t running;
static uint64_t version_seen[WORKERS];

/* How a key's rule is matched now. */
static struct key_rule {
	unsigned kind;
	uint16_t priority;
} key_rule[KEYS];

static void key_of(unsigned k, struct sw_fields *key)
{
	memset(key, 0, sizeof(*key));
	key->eth_type = 8;
	key->in_port = k % 5;
	key->ip_proto = 6;
	memcpy(key->ip_src, (uint8_t[]){ 10, k, k * 3, k * 7 }, 4);
	memcpy(key->ip_dst, (uint8_t[]){ 20, k * 5, k, 1 }, 4);
	key->tp_dst = 1000 + k;
}

/* Four masks that tell all keys apart. */
static void match_of(unsigned k, unsigned kind, struct sw_match *match)
{
	struct sw_fields *m = &match->mask;
	uint64_t *value = (uint64_t *)&match->value, *mask = (uint64_t *)m;

	memset(match, 0, sizeof(*match));
	key_of(k, &match->value);
	memset(m->ip_src, 0xff, kind == 3 ? 4 : 2 + kind % 2);
	if (kind)
		m->eth_type = 0xffff;
	if (kind > 1)
		memset(m->ip_dst, 0xff, 4);
	if (kind == 2)
		m->tp_dst = 0xffff;
	for (unsigned i = 0; i < sizeof(*m) / 8; i++)
		value[i] &= mask[i];
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

static void look(struct sw_worker *w, uint64_t *random)
{
	struct rule_reader reader = { .version = rules_version(rules), .worker = w->id };
	struct sw_fields key[SW_BURST];
	const struct sw_fields *keys[SW_BURST];
	const struct sw_rule *found[3][SW_BURST];
	unsigned n = 1 + (swtest_rand(random) >> 32) % SW_BURST, from = *random % KEYS;

	for (unsigned i = 0; i < n; i++) {
		key_of((from + i) % KEYS, &key[i]);
		keys[i] = &key[i];
	}
	rules_lookup(rules, &reader, table_id[0], keys, found[0], n);
	rules_lookup(rules, &reader, table_id[1], keys, found[1], n);
	rules_lookup(rules, &reader, LAST, keys, found[2], n);
	for (unsigned i = 0; i < n; i++) {
		if (!found[0][i] || !found[1][i] || !found[2][i])
			give_up("a rule is missing");
		if (rule_code_at(found[0][i], reader.version)->does.meter !=
			rule_code_at(found[1][i], reader.version)->does.meter)
			give_up("half of a staging is visible");
		rule_count_add(found[0][i], w, 1, 60);
		rule_count_add(found[2][i], w, 1, 60);
	}
	if (reader.version < version_seen[w->id])
		give_up("versions run backwards");
	version_seen[w->id] = reader.version;
	w->crossed += n;
}

static void *work(void *arg)
{
	struct sw_worker *w = arg;
	uint64_t random = 77 + w->id;

	sw_rcu_online(w->id);
	for (unsigned i = 0; i < BURSTS; i++) {
		if (i % 64 == 0)
			sw_worker_read_clock(w);
		look(w, &random);
		if (i % 8 == 0)
			sw_rcu_quiescent(w->id);
	}
	sw_rcu_offline(w->id);
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void stage(struct sw_rule_change *c)
{
	struct sw_err err;

	c->out_port = c->out_group = SW_OFPP_ANY;
	assert_int_equal(sw_rules_stage(rules, c, &err), SW_RULE_FINE);
}

/* The rule of a key in both tables, another way. */
static void change_key(unsigned k, uint64_t r)
{
	static uint32_t tag;
	unsigned how = (r >> 8) % 4, kind = (r >> 16) % 4;
	uint16_t priority = 1000 + (r >> 24) % 50;

	tag++;
	for (unsigned t = 0; t < 2; t++) {
		struct sw_rule_change c = { .conf = { .table = table_id[t],
						    .priority = key_rule[k].priority,
						    .does = { .meter = tag, .goto_table = -1 } } };

		match_of(k, key_rule[k].kind, &c.conf.match);
		if (how == 0) {
			c.verb = SW_RULE_MODIFY_STRICT;
			stage(&c);
			continue;
		}
		if (how > 1 && key_rule[k].priority) {
			c.verb = SW_RULE_DELETE_STRICT;
			stage(&c);
		}
		c.verb = SW_RULE_ADD;
		c.conf.does.meter = tag;
		c.conf.does.goto_table = -1;
		if (how > 1) {
			c.conf.priority = priority;
			match_of(k, kind, &c.conf.match);
		}
		stage(&c);
	}
	if (how > 1) {
		key_rule[k].kind = kind;
		key_rule[k].priority = priority;
	}
}

/* Others, of lower priority: come or go. */
static void change_extra(struct rule_world *world, bool come)
{
	struct sw_rule_change c = { .verb = come ? SW_RULE_ADD : SW_RULE_DELETE,
		.conf = { .does = { .goto_table = -1 } } };

	c.conf.table = table_id[rule_world_below(world, 2)];
	c.conf.cookie = 1;
	c.cookie = 1;
	c.cookie_mask = ~0ull;
	rule_world_match(world, &c.conf.match);
	c.conf.priority = rule_world_below(world, 500);
	if (!come) {
		struct sw_fields *m = &c.conf.match.mask;

		memset(m, 0, sizeof(*m));
		memset(&c.conf.match.value, 0, sizeof(*m));
		if (rule_world_below(world, 20)) {
			m->tp_src = 0xffff;
			c.conf.match.value.tp_src = 0x0101 * rule_world_below(world, 60);
		}
	}
	stage(&c);
}

static void control(struct rule_world *world, unsigned round)
{
	unsigned n = 1 + rule_world_below(world, 6);
	bool commit = rule_world_below(world, 4);
	struct key_rule kept[KEYS];

	memcpy(kept, key_rule, sizeof(kept));
	sw_rules_begin(rules);
	while (n--) {
		change_key(rule_world_below(world, KEYS), swtest_rand(&world->random));
		change_extra(world, round / EXTRAS % 2 == 0 || rule_world_below(world, 2));
	}
	if (commit) {
		sw_rules_commit(rules);
	} else {
		sw_rules_abort(rules);
		memcpy(key_rule, kept, sizeof(kept));
	}
	sw_rcu_poll();
}

static void first_rules(void)
{
	struct sw_rule_change c = { .verb = SW_RULE_ADD,
		.conf = { .table = LAST, .does = { .goto_table = -1 } } };

	sw_rules_begin(rules);
	stage(&c);
	for (unsigned k = 0; k < KEYS; k++)
		change_key(k, 2 << 8);
	sw_rules_commit(rules);
}

static void test_threads(void **state)
{
	struct sw_rule_cursor cursor = { .table = LAST };
	struct rule_world world;
	struct sw_rule_stats stats;
	struct sw_rule_table_stats table;
	pthread_t thread[WORKERS];
	uint64_t looked = 0;

	rule_world_init(&world, WORLD_PREFIXES, swtest_seed(4711));
	world.values = 60;
	first_rules();
	running = WORKERS;
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, worker[i]), 0);
	for (unsigned round = 0; __atomic_load_n(&running, __ATOMIC_ACQUIRE); round++)
		control(&world, round);
	for (unsigned i = 0; i < WORKERS; i++) {
		pthread_join(thread[i], NULL);
		looked += worker[i]->crossed;
	}
	sw_rule_stats(sw_rules_next(rules, &cursor, NULL), &stats);
	assert_int_equal(stats.packets, looked);
	assert_int_equal(stats.bytes, looked * 60);
	sw_rules_table_stats(rules, 7, &table);
	assert_int_equal(table.lookups, looked);
	assert_int_equal(table.matches, looked);
}

static int setup(void **state)
{
	swtest_eal();
	sw_worker_count_set(WORKERS);
	rules = rules_create("threads");
	for (unsigned i = 0; i < WORKERS; i++) {
		if (posix_memalign((void **)&worker[i], 64, sizeof(*worker[i])))
			return -1;
		memset(worker[i], 0, sizeof(*worker[i]));
		worker[i]->id = i;
	}
	return 0;
}

static int teardown(void **state)
{
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
	for (unsigned i = 0; i < WORKERS; i++)
		free(worker[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

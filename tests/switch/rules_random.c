/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules, groups and packets: what the switch sends out, byte by byte and port by port, and what it counts for each
 * rule, against the naive interpreter (rules_oracle). Each packet comes several times, so that it is walked, found in the
 * flow cache, and found again after rules, groups and links changed.
 *
 * SWTEST_SEED runs one seed; SWTEST_PACKETS says how many packets (for hours: 1000000000).
 */
#include "testswitch.h"

#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/groups.h>
#include <sw/mem.h>
#include <sw/post.h>
#include <sw/rule.h>
#include <sw/rule_text.h>

#include "packet.h"
#include "rules_oracle.h"
#include "rules_random.h"
#include "rules_random_pause.h"
#include "rules_random_told.h"
#include "rules_random_trace.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PACKETS 60000
#else
#define PACKETS 2000000
#endif
#define RULES_MAX 60

static struct ts_bridge *br;
static struct sw_port *port[RANDOM_PORTS + 1]; /* by number */
static uint64_t rng, sent_packets, seen_packets;

static struct sw_rule_conf conf[RULES_MAX];
static char *texts[RULES_MAX];
static uint64_t hits[RULES_MAX];
static unsigned n_rules, n_added;
static bool conjunctive; /* half of the rules are of conjunctions */
static bool pausing;	 /* packets stop for controllers, which traces do not go beyond */
static struct oracle_result result;

static struct sw_group_conf group[RANDOM_GROUPS];
static uint64_t group_hits[RANDOM_GROUPS * (1 + ORACLE_BUCKETS)];
static bool down[RANDOM_PORTS + 1];

static int setup(void **state)
{
	ts_start(1);
	br = ts_bridge("br0");
	for (unsigned i = 1; i <= RANDOM_PORTS; i++) {
		char name[8];

		snprintf(name, sizeof(name), "p%u", i);
		port[i] = ts_member(br, name, "trunk");
		ts_conf(br, port[i])->number = i;
	}
	ts_apply(br);
	result.out = sw_xcalloc(ORACLE_OUTS, sizeof(*result.out));
	result.told = sw_xcalloc(ORACLE_TOLD, sizeof(*result.told));
	sw_bridge_ask(br->bridge, SW_BRIDGE_TELL_TTL);
	told_start(sw_bridge_rules(br->bridge));
	return 0;
}

static int teardown(void **state)
{
	free(result.out);
	free(result.told);
	ts_stop();
	return 0;
}

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(br->bridge);
}

/* The change and nothing else; conf's instructions are copied for the oracle. */
static void change(const char *text, enum sw_rule_verb verb)
{
	struct sw_rule_change c;
	struct sw_err err;

	if (sw_rule_parse(text, verb, &c, &err))
		fail_msg("%s: %s", text, err.text);
	sw_rules_begin(rules());
	if (sw_rules_stage(rules(), &c, &err) != SW_RULE_FINE)
		fail_msg("%s: %s", text, err.text);
	sw_rules_commit(rules());
	sw_instructions_fini(&c.conf.does);
}

static bool is_rule(const struct sw_rule_conf *a, const struct sw_rule_conf *b)
{
	return a->table == b->table && a->priority == b->priority &&
	       !memcmp(&a->match, &b->match, sizeof(a->match));
}

static unsigned find_rule(const struct sw_rule_conf *want)
{
	unsigned i = 0;

	while (i < n_rules && !is_rule(&conf[i], want))
		i++;
	return i;
}

/* One more random rule in both; a text that is not valid, and another of a rule that is there, are left out. */
static void add_rule(void)
{
	struct sw_rule_change c;
	struct sw_str text = { 0 };
	struct sw_err err;
	bool bad;

	if (conjunctive && swtest_rand(&rng) % 2)
		random_clause_rule(&text, &rng);
	else
		random_rule(&text, 1000 + n_added++, &rng);
	bad = sw_rule_parse(text.s, SW_RULE_ADD, &c, &err);
	if (bad || find_rule(&c.conf) < n_rules) {
		sw_instructions_fini(&c.conf.does);
		free(text.s);
		return;
	}
	conf[n_rules] = c.conf;
	texts[n_rules] = text.s;
	hits[n_rules++] = 0;
	change(text.s, SW_RULE_ADD);
}

/* --- groups --- */

static void check_group(unsigned id)
{
	const struct sw_group *g = sw_groups_find(sw_bridge_groups(br->bridge), id);
	const uint64_t *want = &group_hits[id * (1 + ORACLE_BUCKETS)];
	struct sw_group_stats s;

	assert_true((g != NULL) == (group[id].id == id));
	if (!g)
		return;
	sw_group_stats(g, &s);
	if (s.packets != want[0])
		fail_msg("group %u: %llu packets, expected %llu", id, (unsigned long long)s.packets,
			(unsigned long long)want[0]);
	for (unsigned i = 0; i < group[id].n_buckets; i++)
		if (s.bucket[i].packets != want[1 + i])
			fail_msg("group %u, bucket %u: %llu packets, expected %llu", id, i,
				(unsigned long long)s.bucket[i].packets,
				(unsigned long long)want[1 + i]);
}

/* Another one in the place of the group, or the first. What is not valid is left out. */
static void put_group(unsigned id)
{
	enum sw_group_verb verb = group[id].id == id ? SW_GROUP_MODIFY : SW_GROUP_ADD;
	uint64_t *count = &group_hits[id * (1 + ORACLE_BUCKETS)];
	struct sw_group_change c;
	struct sw_str text = { 0 };
	struct sw_err err;

	random_group(&text, id, &rng);
	if (!sw_group_parse(text.s, verb, &c, &err)) {
		if (!sw_groups_change(sw_bridge_groups(br->bridge), &c, &err)) {
			sw_group_fini(&group[id]);
			group[id] = c.conf;
			memset(count + 1, 0, ORACLE_BUCKETS * sizeof(*count));
		} else {
			sw_group_fini(&c.conf);
		}
	}
	free(text.s);
}

static void set_link(unsigned number, bool is_down)
{
	down[number] = is_down;
	sw_dummy_set_link(port[number], !is_down);
	sw_post_run();
}

static void clear_groups(void)
{
	struct sw_group_change c = { .verb = SW_GROUP_DELETE, .conf.id = SW_GROUP_ALL };
	struct sw_err err;

	assert_int_equal(sw_groups_change(sw_bridge_groups(br->bridge), &c, &err), SW_GROUP_FINE);
	for (unsigned id = 0; id < RANDOM_GROUPS; id++) {
		sw_group_fini(&group[id]);
		group[id].id = SW_GROUP_ANY;
	}
	memset(group_hits, 0, sizeof(group_hits));
}

static void clear_rules(void)
{
	change("", SW_RULE_DELETE);
	for (unsigned i = 0; i < n_rules; i++) {
		sw_instructions_fini(&conf[i].does);
		free(texts[i]);
	}
	n_rules = n_added = 0;
	ts_turn();
}

/* A rule goes; the last takes its place in our list. */
static void remove_rule(unsigned i)
{
	struct sw_rule_change c = { .verb = SW_RULE_DELETE_STRICT,
		.conf = conf[i],
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };
	struct sw_err err;

	memset(&c.conf.does, 0, sizeof(c.conf.does));
	sw_rules_begin(rules());
	assert_int_equal(sw_rules_stage(rules(), &c, &err), SW_RULE_FINE);
	sw_rules_commit(rules());
	sw_instructions_fini(&conf[i].does);
	free(texts[i]);
	conf[i] = conf[--n_rules];
	texts[i] = texts[n_rules];
	hits[i] = hits[n_rules];
}

static void show_rules(void)
{
	for (unsigned id = 0; id < RANDOM_GROUPS; id++) {
		struct sw_str text = { 0 };

		if (group[id].id != id)
			continue;
		sw_group_print(&group[id], &text);
		print_message("%s\n", text.s);
		free(text.s);
	}
	for (unsigned number = 1; number <= RANDOM_PORTS; number++)
		if (down[number])
			print_message("port %u is down\n", number);
	for (unsigned i = 0; i < n_rules; i++)
		print_message("%s\n", texts[i]);
}

static void expect_out(const struct packet_bytes *in, unsigned in_port)
{
	for (unsigned i = 0; i < result.n; i++) {
		const struct oracle_out *out = &result.out[i];
		struct rte_mbuf *m = sw_dummy_sent(port[out->port]);
		uint8_t bytes[ORACLE_PACKET];
		const uint8_t *p = m ? rte_pktmbuf_read(m, 0, m->pkt_len, bytes) : NULL;

		if (m && m->pkt_len == out->packet.len &&
			told_same_bytes(p, out->packet.b, m->pkt_len)) {
			seen_packets++;
			rte_pktmbuf_free(m);
			continue;
		}
		show_rules();
		print_message("in_port %u, output %u of %u to port %u\n", in_port, i, result.n,
			out->port);
		told_show_bytes("in", in->b, in->len);
		told_show_bytes("expected", out->packet.b, out->packet.len);
		if (m)
			told_show_bytes("sent", p, m->pkt_len);
		fail_msg("the switch does something else");
	}
	for (unsigned i = 1; i <= RANDOM_PORTS; i++) {
		if (!sw_dummy_sent_waiting(port[i]))
			continue;
		struct rte_mbuf *m;
		uint8_t bytes[ORACLE_PACKET];

		show_rules();
		told_show_bytes("in", in->b, in->len);
		m = sw_dummy_sent(port[i]);
		told_show_bytes("too many", rte_pktmbuf_read(m, 0, m->pkt_len, bytes), m->pkt_len);
		print_message("after %u that were right\n", result.n);
		fail_msg("in_port %u: a packet too many on port %u", in_port, i);
	}
}

/* A trace costs as much as all else of a packet: one of four has it. */
static bool traced(const struct packet_bytes *p, unsigned in_port)
{
	if (swtest_rand(&rng) % 4)
		return true;
	return traced_expect(port, in_port, p, &result, pausing);
}

static void one_packet(const struct packet_bytes *p, unsigned in_port)
{
	static const uint32_t numbers[RANDOM_PORTS] = { 1, 2, 3, 4 };
	struct oracle_rules all = { n_rules, conf, hits, RANDOM_PORTS, numbers, RANDOM_GROUPS,
		group, group_hits, down };

	oracle_run(&all, in_port, p->b, p->len, &result);
	if (!traced(p, in_port)) {
		show_rules();
		told_show_bytes("in", p->b, p->len);
		fail_msg("in_port %u: the trace says something else", in_port);
	}
	ts_send_bytes(port[in_port], p->b, p->len);
	sw_pmd_turn(0);
	if (!pausing)
		expect_out(p, in_port);
	if (pausing ? !pause_expect(br, port, &result, &rng, &seen_packets)
		    : !told_expect(&result)) {
		show_rules();
		told_show_bytes("in", p->b, p->len);
		fail_msg("in_port %u: controllers are told something else", in_port);
	}
	sent_packets++;
}

static void check_counts(void)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	unsigned n = 0;

	while ((rule = sw_rules_next(rules(), &cursor, NULL))) {
		struct sw_rule_stats stats;
		struct sw_rule_conf c;
		unsigned i;

		sw_rule_stats(rule, &stats);
		sw_rule_get(rule, &c);
		i = find_rule(&c);
		assert_true(i < n_rules);
		if (stats.packets != hits[i])
			fail_msg("%s: %llu packets, expected %llu", texts[i],
				(unsigned long long)stats.packets, (unsigned long long)hits[i]);
		n++;
	}
	assert_int_equal(n, n_rules);
}

#define KEPT 32

static void one_set(unsigned packets)
{
	static struct packet_bytes kept[KEPT];
	static unsigned kept_port[KEPT];

	clear_groups();
	conjunctive = swtest_rand(&rng) % 2;
	pausing = swtest_rand(&rng) % 3 == 0;
	random_pauses(pausing);
	for (unsigned id = 0; id < RANDOM_GROUPS; id++)
		put_group(id);
	for (unsigned tries = 0; tries < RULES_MAX; tries++)
		add_rule();
	for (unsigned i = 0; i < packets; i++) {
		unsigned k = swtest_rand(&rng) % KEPT;

		if (i < KEPT || swtest_rand(&rng) % 3 == 0) {
			k = i < KEPT ? i : k;
			random_packet(&kept[k], &rng);
			kept_port[k] = 1 + swtest_rand(&rng) % RANDOM_PORTS;
		}
		one_packet(&kept[k], kept_port[k]);
		if (n_rules > RULES_MAX / 3 && swtest_rand(&rng) % 40 == 0)
			remove_rule(swtest_rand(&rng) % n_rules);
		if (n_rules < RULES_MAX && conjunctive && swtest_rand(&rng) % 20 == 0)
			add_rule();
		if (swtest_rand(&rng) % 40 == 0)
			put_group(swtest_rand(&rng) % RANDOM_GROUPS);
		if (swtest_rand(&rng) % 30 == 0)
			set_link(1 + swtest_rand(&rng) % RANDOM_PORTS, swtest_rand(&rng) % 2);
		if (i % 64 == 0)
			ts_turn();
	}
	check_counts();
	for (unsigned id = 0; id < RANDOM_GROUPS; id++)
		check_group(id);
	clear_rules();
}

static void test_random(void **state)
{
	const char *most = getenv("SWTEST_PACKETS");
	uint64_t packets = most ? strtoull(most, NULL, 10) : PACKETS;

	rng = swtest_seed(1);
	change("", SW_RULE_DELETE); /* NORMAL, which a new bridge has */
	while (sent_packets < packets)
		one_set(600);
	clear_groups();
	print_message("%llu packets in, %llu out, %u went on\n", (unsigned long long)sent_packets,
		(unsigned long long)seen_packets, pause_resumed());
	assert_true(pause_resumed() > sent_packets / 1000);
	assert_true(seen_packets > sent_packets / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

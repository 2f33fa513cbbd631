/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules, groups and packets: what the switch sends out, byte by byte and port by port, and what it counts for each
 * rule, against the naive interpreter (rules_oracle). Each packet comes several times, so that it is walked, found in the
 * flow cache, and found again after rules, groups and links changed. In some sets rules learn, and time passes: then all rules that are
 * there are compared after each packet, and those that came and went.
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
#include "rules_random_learned.h"
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

static struct oracle_store store;
static unsigned n_added;
static bool conjunctive; /* half of the rules are of conjunctions */
static bool pausing;	 /* packets stop for controllers, which traces do not go beyond */
static bool learning;	 /* half of the rules learn */
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
	learned_start(sw_bridge_rules(br->bridge), &store);
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

static void commit(struct sw_rule_change *c)
{
	struct sw_err err;

	sw_rules_begin(rules());
	if (sw_rules_stage(rules(), c, &err) != SW_RULE_FINE)
		fail_msg("table %u: %s", c->conf.table, err.text);
	sw_rules_commit(rules());
	sw_instructions_fini(&c->conf.does);
}

static void parse(const char *text, enum sw_rule_verb verb, struct sw_rule_change *c)
{
	struct sw_err err;

	if (sw_rule_parse(text, verb, c, &err))
		fail_msg("%s: %s", text, err.text);
}

static void change(const char *text, enum sw_rule_verb verb)
{
	struct sw_rule_change c;

	parse(text, verb, &c);
	commit(&c);
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
	else if (learning && swtest_rand(&rng) % 2)
		random_learn_rule(&text, 1000 + n_added++, &rng);
	else
		random_rule(&text, 1000 + n_added++, &rng);
	bad = sw_rule_parse(text.s, SW_RULE_ADD, &c, &err);
	if (!bad && oracle_store_find(&store, &c.conf) == store.n) {
		change(text.s, SW_RULE_ADD);
		oracle_store_add(&store, &c.conf);
	}
	sw_instructions_fini(&c.conf.does);
	free(text.s);
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
	oracle_store_clear(&store);
	learned_forget();
	n_added = 0;
	ts_turn();
}

static void remove_rule(unsigned i)
{
	struct sw_rule_change c = { .verb = SW_RULE_DELETE_STRICT,
		.conf = store.conf[i],
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };

	memset(&c.conf.does, 0, sizeof(c.conf.does));
	commit(&c);
	oracle_store_delete(&store, i);
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
	for (unsigned i = 0; i < store.n; i++) {
		struct sw_str text = { 0 };

		sw_rule_print(&store.conf[i], NULL, 0, SW_RULE_SHOW_RULE, &text);
		print_message("%s\n", text.s);
		free(text.s);
	}
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
static bool traced(const struct packet_bytes *p, unsigned in_port, bool stops)
{
	if (swtest_rand(&rng) % 4)
		return true;
	return traced_expect(port, in_port, p, &result, stops);
}

static void must(bool good)
{
	if (good)
		return;
	show_rules();
	fail_msg("rules are not as expected");
}

/* What is to become of the packet; where that depends on what was before in this second, it comes in the next. False: it is not
 * known. */
static bool ask_oracle(const struct packet_bytes *p, unsigned in_port)
{
	static const uint32_t numbers[RANDOM_PORTS] = { 1, 2, 3, 4 };

	for (unsigned i = 0; i < 2; i++) {
		struct oracle_rules all = { store.n, store.conf, store.hits, RANDOM_PORTS, numbers,
			RANDOM_GROUPS, group, group_hits, down, &store };
		uint64_t before[RTE_DIM(group_hits)];

		memcpy(before, group_hits, sizeof(before));
		oracle_run(&all, in_port, p->b, p->len, &result);
		if (!result.unsure)
			return true;
		oracle_store_undo(&store);
		memcpy(group_hits, before, sizeof(before));
		must(learned_do() && learned_later(1));
	}
	return false;
}

static void hear(const struct packet_bytes *p, unsigned in_port)
{
	if (pausing ? pause_expect(br, port, &result, &rng, &seen_packets) : told_expect(&result))
		return;
	show_rules();
	told_show_bytes("in", p->b, p->len);
	fail_msg("in_port %u: controllers are told something else", in_port);
}

static void one_packet(const struct packet_bytes *p, unsigned in_port)
{
	bool waiting =
		store.n_wishes; /* a trace knows nothing of what packets before are promised */

	if (!ask_oracle(p, in_port))
		return;
	if (!traced(p, in_port, pausing || waiting)) {
		show_rules();
		told_show_bytes("in", p->b, p->len);
		fail_msg("in_port %u: the trace says something else", in_port);
	}
	ts_send_bytes(port[in_port], p->b, p->len);
	sw_pmd_turn(0);
	if (!pausing)
		expect_out(p, in_port);
	sent_packets++;
	if (learning && !result.n_told && !result.repeats && swtest_rand(&rng) % 3 == 0)
		return; /* control comes later */
	hear(p, in_port);
	if (learning)
		must(learned_do());
}

#define KEPT 32
#define MORE 44 /* bytes: lengths that rules ask about (check_pkt_larger) are met */

/* A rule in the place of one that a packet made. */
static void replace_rule(void)
{
	const struct sw_rule_conf *is = &store.conf[swtest_rand(&rng) % store.n];
	struct sw_rule_change c[2];
	char text[100];

	if (is->priority < RANDOM_LEARNED)
		return; /* others of its priority may take the same packets */
	snprintf(text, sizeof(text), "cookie=%u,hard_timeout=%u,actions=output:%u",
		(unsigned)(swtest_rand(&rng) % RANDOM_COOKIES), (unsigned)(swtest_rand(&rng) % 9),
		(unsigned)(1 + swtest_rand(&rng) % RANDOM_PORTS));
	for (unsigned i = 0; i < 2; i++) {
		parse(text, SW_RULE_ADD, &c[i]);
		c[i].conf.table = is->table;
		c[i].conf.priority = is->priority;
		c[i].conf.match = is->match;
	}
	commit(&c[0]);
	oracle_store_add(&store, &c[1].conf);
}

static void change_learned(void)
{
	unsigned table = swtest_rand(&rng) % RANDOM_TABLES,
		 cookie = 1 + swtest_rand(&rng) % (RANDOM_COOKIES - 1);
	char text[64];

	if (swtest_rand(&rng) % 2) {
		replace_rule();
		return;
	}
	snprintf(text, sizeof(text), "table=%u,cookie=%u/-1", table, cookie);
	change(text, SW_RULE_DELETE);
	oracle_store_delete_cookie(&store, table, cookie);
}

static bool one_of(unsigned n)
{
	return swtest_rand(&rng) % n == 0;
}

/* What packets asked for before is done afterwards. */
static void change_rules(void)
{
	if (store.n > RULES_MAX / 3 && one_of(40))
		remove_rule(swtest_rand(&rng) % store.n);
	if (store.n < RULES_MAX && (conjunctive || learning) && one_of(20))
		add_rule();
	if (!learning)
		return;
	if (store.n && one_of(30))
		change_learned();
	if (store.n_news)
		must(learned_do());
	if (one_of(8))
		must(learned_do() && learned_later(1 + swtest_rand(&rng) % 3));
}

static void one_set(unsigned packets)
{
	static struct packet_bytes kept[KEPT];
	static unsigned kept_port[KEPT];
	static size_t kept_len[KEPT];

	clear_groups();
	conjunctive = swtest_rand(&rng) % 2;
	pausing = swtest_rand(&rng) % 3 == 0;
	learning = !pausing && swtest_rand(&rng) % 2;
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
			kept_len[k] = kept[k].len;
		} else if (one_of(2)) {
			/* of the same flow, with more behind its headers */
			kept[k].len = kept_len[k];
			packet_fill(&kept[k], 0, swtest_rand(&rng) % MORE);
		}
		one_packet(&kept[k], kept_port[k]);
		change_rules();
		if (swtest_rand(&rng) % 40 == 0)
			put_group(swtest_rand(&rng) % RANDOM_GROUPS);
		if (swtest_rand(&rng) % 30 == 0)
			set_link(1 + swtest_rand(&rng) % RANDOM_PORTS, swtest_rand(&rng) % 2);
		if (i % 64 == 0)
			ts_turn();
	}
	must(learned_expect());
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
	learned_forget();
	while (sent_packets < packets)
		one_set(600);
	clear_groups();
	print_message(
		"%llu packets in, %llu out, %u went on; rules: %u learned, %u timed out, %u shortened\n",
		(unsigned long long)sent_packets, (unsigned long long)seen_packets, pause_resumed(),
		learned_counts().made, learned_counts().over, learned_counts().shortened);
	assert_true(learned_counts().made > sent_packets / 1000);
	assert_true(learned_counts().over > sent_packets / 1000);
	assert_true(learned_counts().shortened > sent_packets / 5000);
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

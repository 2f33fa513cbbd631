/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that come in bursts go the way of those that come one by one: random pipelines of several tables in two bridges, one of which
 * gets each packet in a turn of its own. What both send, and what both count for each rule and each table, is the same.
 *
 * SWTEST_SEED runs one seed; SWTEST_PACKETS says how many packets.
 */
#include "testrules.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include <sw/mem.h>
#include <sw/pmd.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "packet.h"

#define PORTS	4
#define TABLES	6
#define RULES	8 /* a table */
#define PACKETS 20000
#define BURST	32

static struct ts_bridge *br[2]; /* one by one; in bursts */
static struct sw_port *port[2][PORTS + 1];
static uint64_t rng;
static struct came {
	unsigned port, len;
	uint8_t b[128];
} * came[2]; /* what each has sent */
static unsigned n_came[2], came_size[2];
static bool resubmits;
static uint64_t ahead[TABLES]; /* by how many the second has counted more */

static unsigned random_below(unsigned n)
{
	return (swtest_rand(&rng) >> 33) % n;
}

static int setup(void **state)
{
	ts_start(1);
	for (unsigned k = 0; k < 2; k++) {
		br[k] = ts_bridge(k ? "many" : "one");
		for (unsigned i = 1; i <= PORTS; i++) {
			char name[8];

			snprintf(name, sizeof(name), "%c%u", k ? 'm' : 'o', i);
			port[k][i] = ts_member(br[k], name, "trunk");
			ts_conf(br[k], port[k][i])->number = i;
		}
		ts_apply(br[k]);
	}
	return 0;
}

static void add_match(struct sw_str *t)
{
	static const char *const match[] = { "", "", "in_port=1,", "in_port=2,", "metadata=1,",
		"metadata=2/2,", "reg0=1,", "reg0=0,", "nw_ttl=1,", "nw_ttl=63,",
		"nw_dst=10.0.0.1,", "nw_src=10.0.0.0/31,", "tp_dst=2,", "dl_dst=02:00:00:00:00:02,",
		"dl_vlan=7,", "nw_tos=32," };

	sw_str_add(t, "udp,%s", match[random_below(RTE_DIM(match))]);
}

static void add_action(struct sw_str *t, unsigned table)
{
	static const char *const action[] = { "set_field:1->reg0", "set_field:2->reg0",
		"set_field:02:00:00:00:00:02->eth_dst", "set_field:10.0.0.1->ip_dst",
		"mod_tp_dst:2", "dec_ttl", "push_vlan:0x8100,set_field:4103->vlan_vid",
		"push_vlan:0x8100,strip_vlan", "move:NXM_NX_REG0[0..3]->NXM_NX_REG1[4..7]",
		"set_field:32->nw_tos", "output:2", "output:3", "output:4", "in_port",
		"load:1->NXM_NX_REG0[0]", "set_field:1->metadata",
		"clone(set_field:2->reg0,output:3)", "exit", "set_queue:0" };
	unsigned i = random_below(RTE_DIM(action) + (resubmits ? 6 : 0));

	if (i < RTE_DIM(action))
		sw_str_add(t, "%s,", action[i]);
	else if (!random_below(100))
		sw_str_add(t, "resubmit(,%u),", random_below(TABLES));
	else if (i % 3 && table < TABLES - 1)
		sw_str_add(t, "resubmit(,%u),", table + 1 + random_below(TABLES - table - 1));
	else
		sw_str_add(t, "resubmit(%u,%u),", 1 + random_below(PORTS),
			RTE_MIN(table + 1 + random_below(2), TABLES - 1u));
}

static void add_rule(unsigned table, unsigned priority)
{
	struct sw_str t = { 0 };

	sw_str_add(&t, "table=%u,priority=%u,", table, priority);
	add_match(&t);
	sw_str_add(&t, "actions=");
	for (unsigned n = random_below(4); n; n--)
		add_action(&t, table);
	if (!random_below(4))
		sw_str_add(&t, "clear_actions,");
	if (!random_below(3))
		sw_str_add(&t, "write_actions(output:%u),", 1 + random_below(PORTS));
	if (!random_below(3))
		sw_str_add(&t, "write_metadata:%u/3,", random_below(4));
	if (table < TABLES - 1 && random_below(4))
		sw_str_add(&t, "goto_table:%u", table + 1 + random_below(TABLES - table - 1));
	else
		sw_str_add(&t, "%s", t.s[strlen(t.s) - 1] == '=' ? "output:2" : "");
	if (t.s[strlen(t.s) - 1] == ',')
		t.s[strlen(t.s) - 1] = '\0';
	for (unsigned k = 0; k < 2; k++)
		tr_rule(br[k], t.s);
	free(t.s);
}

static void make_rules(void)
{
	resubmits = random_below(2);
	for (unsigned k = 0; k < 2; k++)
		tr_no_rules(br[k]);
	for (unsigned table = 0; table < TABLES; table++)
		for (unsigned i = 0; i < RULES; i++)
			add_rule(table, i);
	ts_turn();
}

/* A TTL of 1 is walked each time; the checksum is nobody's concern. */
static void make_packet(struct packet_bytes *p)
{
	const struct tr_udp u = { 10u << 24 | random_below(4), 10u << 24 | random_below(3),
		random_below(3), random_below(4), 0, 60 };

	tr_udp(p, &u);
	if (random_below(2))
		p->b[22] = 1;
}

/* False: a port was full, and lost some. */
static bool collect(unsigned k)
{
	bool all = true;

	for (unsigned i = 1; i <= PORTS; i++) {
		struct rte_mbuf *m;

		all &= sw_dummy_sent_waiting(port[k][i]) < SW_DUMMY_RING;
		while ((m = sw_dummy_sent(port[k][i]))) {
			struct came *c;

			if (n_came[k] == came_size[k]) {
				came_size[k] = came_size[k] ? 2 * came_size[k] : 64;
				came[k] = sw_xrealloc(came[k], came_size[k], sizeof(*came[k]));
			}
			c = &came[k][n_came[k]++];
			memset(c, 0, sizeof(*c));
			c->port = i;
			c->len = m->pkt_len;
			assert_true(m->nb_segs == 1 && c->len <= sizeof(c->b));
			memcpy(c->b, rte_pktmbuf_mtod(m, uint8_t *), c->len);
			rte_pktmbuf_free(m);
		}
	}
	return all;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct came));
}

/* A burst into both. */
static void send_both(void)
{
	unsigned n = 1 + random_below(BURST), in = 1 + random_below(2);
	struct packet_bytes p[BURST];

	for (unsigned i = 0; i < n; i++)
		make_packet(&p[i]);
	n_came[0] = n_came[1] = 0;
	for (unsigned i = 0; i < n; i++) {
		tr_send(port[0][in], &p[i]);
		sw_pmd_turn(0);
		collect(0);
	}
	for (unsigned i = 0; i < n; i++)
		tr_send(port[1][in], &p[i]);
	sw_pmd_turn(0);
	if (!collect(1))
		return;
	assert_int_equal(n_came[0], n_came[1]);
	for (unsigned k = 0; k < 2; k++)
		qsort(came[k], n_came[k], sizeof(*came[k]), by_bytes);
	for (unsigned i = 0; i < n_came[0]; i++)
		assert_memory_equal(&came[0][i], &came[1][i], sizeof(came[0][i]));
}

/* What both have counted since the rules were made; of rules that is all. */
static void compare_counts(void)
{
	for (unsigned table = 0; table < TABLES; table++) {
		struct sw_rule_table_stats s[2];

		for (unsigned k = 0; k < 2; k++)
			sw_rules_table_stats(sw_bridge_rules(br[k]->bridge), table, &s[k]);
		assert_int_equal(s[0].matches, s[1].matches);
		/* What is looked into in vain again and again counts once where the flow is kept. */
		if (!resubmits)
			assert_int_equal(s[0].lookups + ahead[table], s[1].lookups);
		ahead[table] = s[1].lookups - s[0].lookups;
		for (unsigned i = 0; i < RULES; i++)
			assert_int_equal(
				tr_rule_packets(br[0], table, i), tr_rule_packets(br[1], table, i));
	}
}

static void test_bursts(void **state)
{
	const char *want = getenv("SWTEST_PACKETS");
	uint64_t packets = want ? strtoull(want, NULL, 10) : PACKETS;

	rng = swtest_seed(1);
	for (uint64_t n = 0; n < packets; n += 20 * BURST / 2) {
		make_rules();
		for (unsigned i = 0; i < 20; i++)
			send_both();
		compare_counts();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bursts, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

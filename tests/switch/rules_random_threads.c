/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules that change while real workers take random packets: what comes of each packet is what the naive interpreter
 * (rules_oracle) makes of it by the rules of one moment, wholly, and that moment is none before the packet came and none before
 * that of the packet before. Commits of several rules at once, so that half a commit would show.
 *
 * Each commit makes a version. Packets come in batches, with commits between them; a mark at a batch's end that goes out of every
 * port tells that all of it is there. Then versions are looked for that explain it. Groups and learn are left to others: what they
 * do is not of a version.
 *
 * SWTEST_SEED runs one seed; SWTEST_PACKETS says how many packets (for hours: 1000000000).
 */
#include "realworkers.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/packet_in.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "packet.h"
#include "rules_oracle.h"
#include "rules_random.h"
#include "testrules.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PACKETS 20000
#else
#define PACKETS 200000
#endif
#define SET_PACKETS 800 /* by one set of rules, which changes */
#define BATCH	    16
#define RULES_MAX   50
#define RULES_EVER  4096 /* of one set */
#define KINDS_MAX   256	 /* of packets that come of a batch */
#define OUTS_MAX    40	 /* of a packet, so that nothing is lost for lack of room */
#define VAIN_MAX    256

static struct rw_bridge rw;
static uint64_t rng, n_packets, n_out, n_between, n_commits;

/* Rules of a set, with the versions from which on and until before which they are there. */
static struct life {
	struct sw_rule_conf conf;
	char *text;
	unsigned born, died;
} life[RULES_EVER];
static unsigned n_lives, n_there, version, next_priority;
static bool staging;

static struct sent {
	struct packet_bytes bytes;
	unsigned since; /* version when it was put in */
} sent[BATCH];
static unsigned n_sent, sent_port;

/* What came out of a port, each kind of packet once. A burst may be sent an action at a time, so their order says little. */
static struct came {
	unsigned port, n;
	struct rte_mbuf *m;
} came[KINDS_MAX];
static unsigned n_kinds, n_came;
static bool whole[RW_PORTS + 1]; /* the mark came */

static struct oracle_result result;

static unsigned below(unsigned n)
{
	return (swtest_rand(&rng) >> 33) % n;
}

/* --- rules --- */

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(rw.br.bridge);
}

static void stage(struct sw_rule_change *c, const char *text)
{
	struct sw_err err;

	if (sw_rules_stage(rules(), c, &err) != SW_RULE_FINE)
		fail_msg("%s: %s", text, err.text);
}

/* What it says is the staging's from then on, so ours is read anew. */
static void stage_text(const char *text)
{
	struct sw_rule_change c;
	struct sw_err err;

	assert_int_equal(sw_rule_parse(text, SW_RULE_ADD, &c, &err), 0);
	stage(&c, text);
	sw_instructions_fini(&c.conf.does);
}

static bool is_there(const struct sw_rule_conf *conf)
{
	for (unsigned i = 0; i < n_lives; i++)
		if (life[i].died > version && life[i].conf.table == conf->table &&
			life[i].conf.priority == conf->priority &&
			!memcmp(&life[i].conf.match, &conf->match, sizeof(conf->match)))
			return true;
	return false;
}

/* A random rule that is there from the version that is being staged on. What is not valid is left out. */
static void stage_add(void)
{
	struct sw_rule_change c;
	struct sw_str text = { 0 };
	struct sw_err err;

	if (n_lives == RULES_EVER || n_there == RULES_MAX)
		return;
	if (below(4))
		random_rule(&text, 1000 + next_priority++, &rng);
	else
		random_clause_rule(&text, &rng);
	if (sw_rule_parse(text.s, SW_RULE_ADD, &c, &err) || is_there(&c.conf)) {
		sw_instructions_fini(&c.conf.does);
		free(text.s);
		return;
	}
	stage_text(text.s);
	life[n_lives++] = (struct life){ c.conf, text.s, version + 1, UINT_MAX };
	n_there++;
}

static struct life *random_life(void)
{
	for (unsigned i = 0; i < 64; i++) {
		struct life *l = &life[below(n_lives)];

		if (l->died == UINT_MAX && l->born <= version)
			return l;
	}
	return NULL;
}

static void stage_delete(void)
{
	struct life *l = n_there > RULES_MAX / 3 ? random_life() : NULL;
	struct sw_rule_change c = {
		.verb = SW_RULE_DELETE_STRICT, .out_port = SW_OFPP_ANY, .out_group = SW_OFPP_ANY
	};

	if (!l)
		return;
	c.conf = l->conf;
	memset(&c.conf.does, 0, sizeof(c.conf.does));
	stage(&c, l->text);
	l->died = version + 1;
	n_there--;
}

/* A little of a staging, which packets come in between; its end makes the version. */
static void stage_some(void)
{
	if (!staging)
		sw_rules_begin(rules());
	staging = true;
	for (unsigned n = below(4); n--;)
		if (below(2))
			stage_add();
		else
			stage_delete();
}

static void commit(void)
{
	if (!staging)
		return;
	sw_rules_commit(rules());
	staging = false;
	version++;
	n_commits++;
}

static void clear_rules(void)
{
	tr_no_rules(&rw.br);
	for (unsigned i = 0; i < n_lives; i++) {
		sw_instructions_fini(&life[i].conf.does);
		free(life[i].text);
	}
	n_lives = n_there = next_priority = version = 0;
	rw_step();
}

/* --- packets --- */

/* From an address that random packets do not have. */
static void mark_bytes(struct packet_bytes *p)
{
	p->len = 0;
	packet_hex(p, "020000000909 020000000908 88b5");
	packet_fill(p, 0x5a, 46);
}

static bool same(struct rte_mbuf *m, const uint8_t *b, size_t len)
{
	static uint8_t flat[ORACLE_PACKET];

	return m->pkt_len == len && !memcmp(rte_pktmbuf_read(m, 0, len, flat), b, len);
}

/* Which kind it is, or n_kinds. */
static unsigned kind_of(unsigned port, const uint8_t *b, size_t len)
{
	unsigned k = 0;

	while (k < n_kinds && !(came[k].port == port && same(came[k].m, b, len)))
		k++;
	return k;
}

static void note_came(unsigned port, struct rte_mbuf *m)
{
	static uint8_t flat[ORACLE_PACKET];
	unsigned k = kind_of(port, rte_pktmbuf_read(m, 0, m->pkt_len, flat), m->pkt_len);

	n_came++;
	if (k < n_kinds) {
		came[k].n++;
		rte_pktmbuf_free(m);
		return;
	}
	assert_true(n_kinds < KINDS_MAX);
	came[n_kinds++] = (struct came){ port, 1, m };
}

static bool take_all(const struct packet_bytes *mark)
{
	bool all = true;

	for (unsigned p = 1; p <= RW_PORTS; p++) {
		struct rte_mbuf *m;

		while ((m = sw_dummy_sent(rw.port[p]))) {
			assert_false(whole[p]);
			if (same(m, mark->b, mark->len)) {
				whole[p] = true;
				rte_pktmbuf_free(m);
				continue;
			}
			note_came(p, m);
		}
		all &= whole[p];
	}
	return all;
}

static void forget_came(void)
{
	for (unsigned k = 0; k < n_kinds; k++)
		rte_pktmbuf_free(came[k].m);
	n_kinds = n_came = 0;
	memset(whole, 0, sizeof(whole));
}

/* --- is it right? --- */

/* How many of each kind are explained. */
struct explained {
	uint16_t n[KINDS_MAX];
	unsigned sum;
};

/* What was tried for the packets from one on, and was of no use. */
static struct vain {
	unsigned v;
	struct explained from;
} vain[BATCH + 1][VAIN_MAX];
static unsigned n_vain[BATCH + 1];

static void run_oracle(const struct sent *s, unsigned v)
{
	static const uint32_t numbers[RW_PORTS] = { 1, 2, 3, 4 };
	static const bool down[RW_PORTS + 1];
	static struct sw_rule_conf conf[RULES_MAX];
	static uint64_t hits[RULES_MAX];
	struct oracle_rules all = {
		.rule = conf, .hits = hits, .n_ports = RW_PORTS, .port = numbers, .down = down
	};

	for (unsigned i = 0; i < n_lives; i++)
		if (life[i].born <= v && v < life[i].died)
			conf[all.n++] = life[i].conf;
	oracle_run(&all, sent_port, s->bytes.b, s->bytes.len, &result);
}

static bool explains(const struct sent *s, unsigned v, struct explained *so_far)
{
	run_oracle(s, v);
	for (unsigned i = 0; i < result.n; i++) {
		const struct oracle_out *out = &result.out[i];
		unsigned k = kind_of(out->port, out->packet.b, out->packet.len);

		if (k == n_kinds || so_far->n[k] == came[k].n)
			return false;
		so_far->n[k]++;
		so_far->sum++;
	}
	return true;
}

/* Is it known that packets from i on are not explained from there on, by these versions or by more? */
static bool is_vain(unsigned i, unsigned v, const struct explained *so_far)
{
	for (unsigned k = 0; k < n_vain[i]; k++)
		if (vain[i][k].v <= v && !memcmp(&vain[i][k].from, so_far, sizeof(*so_far)))
			return true;
	return false;
}

/* Packets from i on, by versions from v on. */
static bool explain(unsigned i, unsigned v, const struct explained *so_far)
{
	unsigned first = i < n_sent ? RTE_MAX(v, sent[i].since) : v;

	if (i == n_sent)
		return so_far->sum == n_came;
	if (is_vain(i, first, so_far))
		return false;
	for (v = first; v <= version; v++) {
		struct explained more = *so_far;

		if (!explains(&sent[i], v, &more) || !explain(i + 1, v, &more))
			continue;
		n_between += v > sent[i].since && v < version;
		return true;
	}
	assert_true(n_vain[i] < VAIN_MAX);
	vain[i][n_vain[i]++] = (struct vain){ first, *so_far };
	return false;
}

static void show_bytes(const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		print_message("%02x", b[i]);
	print_message("\n");
}

/* What should have come of a packet by each version there was. */
static void show_wanted(const struct sent *s)
{
	for (unsigned v = s->since; v <= version; v++) {
		run_oracle(s, v);
		for (unsigned k = 0; k < result.n; k++) {
			print_message("  version %u, port %u: ", v, result.out[k].port);
			show_bytes(result.out[k].packet.b, result.out[k].packet.len);
		}
	}
}

static void show(void)
{
	for (unsigned i = 0; i < n_lives; i++)
		if (life[i].died > sent[0].since)
			print_message(
				"%u..%d: %s\n", life[i].born, (int)life[i].died, life[i].text);
	for (unsigned i = 0; i < n_sent; i++) {
		print_message("in_port %u, version %u..%u: ", sent_port, sent[i].since, version);
		show_bytes(sent[i].bytes.b, sent[i].bytes.len);
		show_wanted(&sent[i]);
	}
	for (unsigned k = 0; k < n_kinds; k++) {
		print_message("%u packets out of port %u: ", came[k].n, came[k].port);
		show_bytes(rte_pktmbuf_mtod(came[k].m, uint8_t *), came[k].m->data_len);
	}
}

static void check(void)
{
	struct explained none = { 0 };

	memset(n_vain, 0, sizeof(n_vain));
	if (!explain(0, sent[0].since, &none)) {
		show();
		fail_msg("no rules of one moment explain what came");
	}
	n_out += n_came;
}

/* --- rounds --- */

#define KEPT 32

static const struct packet_bytes *random_kept(struct packet_bytes kept[KEPT])
{
	struct packet_bytes *p = &kept[below(KEPT)];

	if (!below(6) || !p->len)
		random_packet(p, &rng);
	return p;
}

static void put_batch(struct packet_bytes kept[KEPT])
{
	unsigned busy = below(4); /* how often rules change */

	sent_port = 1 + below(RW_PORTS);
	n_sent = 0;
	for (unsigned i = 0; n_sent < BATCH && i < 4 * BATCH; i++) {
		struct sent *s = &sent[n_sent];

		*s = (struct sent){ *random_kept(kept), version };
		run_oracle(s, version);
		if (result.n > OUTS_MAX)
			continue;
		tr_send(rw.port[sent_port], &s->bytes);
		n_sent++;
		if (!below(8 >> busy))
			stage_some();
		if (!below(3))
			commit();
		if (!below(4))
			rw_step();
	}
	commit();
}

static void one_batch(struct packet_bytes kept[KEPT])
{
	struct packet_bytes mark;
	unsigned steps = 0;

	mark_bytes(&mark);
	put_batch(kept);
	tr_send(rw.port[sent_port], &mark);
	while (!take_all(&mark)) {
		assert_true(rw_waits(steps++));
		rw_step();
	}
	check();
	forget_came();
	while (sw_packet_in_run(BATCH))
		;
	n_packets += n_sent;
}

static void one_set(void)
{
	static struct packet_bytes kept[KEPT];
	uint64_t until = n_packets + SET_PACKETS;

	memset(kept, 0, sizeof(kept));
	tr_rule(&rw.br, "priority=65535,dl_src=02:00:00:00:09:08,actions=1,2,3,4,in_port");
	while (n_lives < RULES_MAX / 2)
		stage_some();
	commit();
	while (n_packets < until)
		one_batch(kept);
	clear_rules();
}

static void test_changes_between_packets(void **state)
{
	const char *most = getenv("SWTEST_PACKETS");
	uint64_t packets = most ? strtoull(most, NULL, 10) : PACKETS;

	rng = swtest_seed(1);
	result.out = sw_xcalloc(ORACLE_OUTS, sizeof(*result.out));
	result.told = sw_xcalloc(ORACLE_TOLD, sizeof(*result.told));
	rw_bridge_make(&rw);
	while (n_packets < packets)
		one_set();
	print_message(
		"%llu packets in, %llu out, %llu commits, %llu packets by a version between\n",
		(unsigned long long)n_packets, (unsigned long long)n_out,
		(unsigned long long)n_commits, (unsigned long long)n_between);
	assert_true(n_out > n_packets / 8);
	rw_bridge_gone(&rw);
	free(result.out);
	free(result.told);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_between_packets),
	};

	return cmocka_run_group_tests(tests, rw_setup, rw_teardown);
}

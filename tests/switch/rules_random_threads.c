/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules and groups that change while real workers take random packets: what comes of each packet is what the naive
 * interpreter (rules_oracle) makes of it by the rules and groups of one moment, wholly, and that moment is none before the packet
 * came and none before that of the packet before. Commits of several of them at once, so that half a commit would show.
 *
 * Each commit makes a version (rules_random_moments). Packets come in batches, with commits between them; a mark at a batch's end
 * that goes out of every port tells that all of it is there. Then versions are looked for that explain it. Learn is left to others:
 * what it does is not of a version.
 *
 * What becomes of a packet that a register sends to NORMAL is not known. None is put in that would be one by the rules of then; where
 * later rules make it one, and nothing else explains its batch, the batch says nothing: one of a hundred at most.
 *
 * SWTEST_SEED runs one seed; SWTEST_PACKETS says how many packets (for hours: 1000000000).
 */
#include "realworkers.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include <sw/dummy.h>
#include <sw/mem.h>
#include <sw/packet_in.h>

#include "packet.h"
#include "rules_oracle.h"
#include "rules_random.h"
#include "rules_random_moments.h"
#include "testrules.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PACKETS 20000
#else
#define PACKETS 200000
#endif
#define SET_PACKETS 800 /* by one set of rules, which changes */
#define BATCH	    16
#define KINDS_MAX   256 /* of packets that come of a batch */
#define OUTS_MAX    40	/* of a packet, so that nothing is lost for lack of room */
#define VAIN_MAX    256

static struct rw_bridge rw;
static uint64_t rng, n_packets, n_out, n_between, n_versions, n_batches, n_unsure;

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
static bool unsure; /* what one of the batch comes to by one of the versions tried is not known */

static unsigned below(unsigned n)
{
	return (swtest_rand(&rng) >> 33) % n;
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
	struct oracle_rules all;

	moment_rules(v, &all);
	all.n_ports = RW_PORTS;
	all.port = numbers;
	all.down = down;
	oracle_run(&all, sent_port, s->bytes.b, s->bytes.len, &result);
}

static bool explains(const struct sent *s, unsigned v, struct explained *so_far)
{
	run_oracle(s, v);
	unsure |= result.unsure;
	if (result.unsure)
		return false;
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
	for (v = first; v <= moment_now(); v++) {
		struct explained more = *so_far;

		if (!explains(&sent[i], v, &more) || !explain(i + 1, v, &more))
			continue;
		n_between += v > sent[i].since && v < moment_now();
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
	for (unsigned v = s->since; v <= moment_now(); v++) {
		run_oracle(s, v);
		for (unsigned k = 0; k < result.n; k++) {
			print_message("  version %u, port %u: ", v, result.out[k].port);
			show_bytes(result.out[k].packet.b, result.out[k].packet.len);
		}
	}
}

static void show(void)
{
	moments_show(sent[0].since);
	for (unsigned i = 0; i < n_sent; i++) {
		print_message(
			"in_port %u, version %u..%u: ", sent_port, sent[i].since, moment_now());
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
	unsure = false;
	n_batches++;
	if (explain(0, sent[0].since, &none)) {
		n_out += n_came;
	} else if (unsure) {
		n_unsure++;
	} else {
		show();
		fail_msg("no rules of one moment explain what came");
	}
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

		*s = (struct sent){ *random_kept(kept), moment_now() };
		if (below(2))
			packet_fill(&s->bytes, 0, below(44)); /* for check_pkt_larger */
		run_oracle(s, moment_now());
		if (result.n > OUTS_MAX || result.unsure)
			continue;
		tr_send(rw.port[sent_port], &s->bytes);
		n_sent++;
		if (!below(8 >> busy))
			moment_stage_some();
		if (!below(3))
			moment_commit();
		if (!below(4))
			rw_step();
	}
	if (!n_sent) /* by other rules some can be */
		moment_stage_some();
	moment_commit();
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
	while (moment_n_rules() < MOMENT_RULES / 2)
		moment_stage_some();
	moment_commit();
	while (n_packets < until)
		one_batch(kept);
	n_versions += moment_now();
	moments_end();
}

static void test_changes_between_packets(void **state)
{
	const char *most = getenv("SWTEST_PACKETS");
	uint64_t packets = most ? strtoull(most, NULL, 10) : PACKETS;

	rng = swtest_seed(1);
	result.out = sw_xcalloc(ORACLE_OUTS, sizeof(*result.out));
	result.told = sw_xcalloc(ORACLE_TOLD, sizeof(*result.told));
	rw_bridge_make(&rw);
	moments_begin(&rw, &rng);
	while (n_packets < packets)
		one_set();
	print_message(
		"%llu packets in, %llu out, %llu versions, %llu packets by a version between, %llu of %llu batches unsure\n",
		(unsigned long long)n_packets, (unsigned long long)n_out,
		(unsigned long long)n_versions, (unsigned long long)n_between,
		(unsigned long long)n_unsure, (unsigned long long)n_batches);
	assert_true(n_out > n_packets / 8);
	assert_true(n_unsure <= 1 + n_batches / 100);
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

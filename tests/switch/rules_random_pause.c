/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random_pause.h. */
#include "testswitch.h"

#include "rules_random_pause.h"

#include <string.h>

#include <rte_mbuf.h>

#include <sw/packet_in.h>
#include <sw/pause.h>

#include "rules_oracle.h"
#include "rules_random.h"
#include "rules_random_told.h"

#define STOPPED 256

struct stopped {
	struct sw_resume resume;
	struct sw_fields fields;
	uint8_t b[ORACLE_PACKET];
};

static struct stopped stopped[STOPPED];
static unsigned n_stopped, n_resumed;
static const struct oracle_result *wanted;
static bool met[ORACLE_TOLD], wrong;
static unsigned n_told;

/* Some wanted one, not yet met. */
static void meet(const struct sw_packet_in *in)
{
	static uint8_t flat[ORACLE_PACKET];

	for (unsigned i = 0; i < wanted->n_told; i++)
		if (!met[i] && wanted->told[i].pauses == in->pauses &&
			told_is_like(wanted, i, in)) {
			met[i] = true;
			n_told++;
			return;
		}
	print_message("controllers: id %u, reason %u, table %u, pauses %u is not expected\n",
		in->controller, in->reason, in->table, in->pauses);
	told_show_bytes("told", rte_pktmbuf_read(in->m, 0, in->m->pkt_len, flat), in->m->pkt_len);
	for (unsigned i = 0; i < wanted->n_told; i++) {
		const struct oracle_told *t = &wanted->told[i];

		print_message("%s: id %u, reason %u, table %u, pauses %u\n",
			met[i] ? "was told" : "expected", t->id, t->reason, t->table, t->pauses);
		told_show_bytes("", t->packet.b, t->packet.len);
	}
	wrong = true;
}

static void stop(const struct sw_packet_in *in)
{
	struct stopped *s = &stopped[n_stopped++];
	const void *p;

	assert_true(n_stopped <= STOPPED && in->m->pkt_len <= sizeof(s->b));
	assert_true(sw_pause_keep(in, s->resume.handle));
	p = rte_pktmbuf_read(in->m, 0, in->m->pkt_len, s->b);
	if (p != s->b)
		memcpy(s->b, p, in->m->pkt_len);
	s->fields = in->fields;
	s->resume.bytes = s->b;
	s->resume.len = in->m->pkt_len;
}

static void hear(const struct sw_packet_in *in)
{
	if (!wanted)
		return;
	meet(in);
	if (in->pauses)
		stop(in);
}

SW_REGISTER(packet_in_listener, rules_random_pause) = {
	.name = "rules_random_pause",
	.help = "stops packets and sends them on",
	.heard = hear,
};

/* With the fields that were told, or without, which is the same. */
static void send_on(struct ts_bridge *br, uint64_t *rng)
{
	unsigned n = n_stopped;

	n_stopped = 0;
	for (unsigned i = 0; i < n; i++) {
		uint32_t ticket;
		struct sw_err err;

		stopped[i].resume.fields = swtest_rand(rng) % 2 ? &stopped[i].fields : NULL;
		assert_int_equal(sw_pause_resume(br->bridge, &stopped[i].resume, &ticket, &err),
			SW_RESUME_FINE);
		n_resumed++;
	}
	sw_pmd_turn(0);
}

/* Some packet that is to leave by the port, not yet met. */
static bool meet_out(const struct oracle_out *out, bool *met_out, unsigned n, unsigned number,
	const struct rte_mbuf *m)
{
	uint8_t bytes[ORACLE_PACKET];
	const uint8_t *p = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);

	for (unsigned i = 0; i < n; i++)
		if (!met_out[i] && out[i].port == number && out[i].packet.len == m->pkt_len &&
			told_same_bytes(p, out[i].packet.b, m->pkt_len)) {
			met_out[i] = true;
			return true;
		}
	told_show_bytes("not expected", p, m->pkt_len);
	return false;
}

static bool expect_out(struct sw_port **port, const struct oracle_result *r, uint64_t *seen)
{
	bool met_out[ORACLE_OUTS] = { false }, good = true;
	unsigned n = 0;

	for (unsigned number = 1; number <= RANDOM_PORTS; number++)
		while (sw_dummy_sent_waiting(port[number])) {
			struct rte_mbuf *m = sw_dummy_sent(port[number]);

			good &= meet_out(r->out, met_out, r->n, number, m);
			rte_pktmbuf_free(m);
			n++;
		}
	*seen += n;
	if (n < r->n)
		print_message("%u of %u packets were sent\n", n, r->n);
	return good && n == r->n;
}

bool pause_expect(struct ts_bridge *br, struct sw_port **port, const struct oracle_result *result,
	uint64_t *rng, uint64_t *seen)
{
	wanted = result;
	memset(met, 0, sizeof(met));
	wrong = false;
	n_told = 0;
	do {
		send_on(br, rng);
		while (sw_packet_in_run(1000))
			;
	} while (n_stopped);
	wanted = NULL;
	if (n_told < result->n_told)
		print_message("controllers: %u of %u\n", n_told, result->n_told);
	return expect_out(port, result, seen) && !wrong && n_told == result->n_told;
}

unsigned pause_resumed(void)
{
	return n_resumed;
}

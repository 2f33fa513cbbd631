/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random_told.h. */
#include "swtest.h"

#include "rules_random_told.h"

#include <rte_mbuf.h>

#include <sw/packet_in.h>

#include "rules_oracle.h"

static const struct sw_rules *of;
static const struct oracle_result *wanted;
static unsigned n_heard;
static bool wrong;

void told_show_bytes(const char *what, const uint8_t *b, size_t len)
{
	print_message("%s (%zu):", what, len);
	for (size_t i = 0; i < len; i++)
		print_message(" %02x", b[i]);
	print_message("\n");
}

/* The Internet checksum has two zeros: after a change either may stand there. */
bool told_same_bytes(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i] &&
			!(i + 1 < len && a[i] == a[i + 1] && b[i] == b[i + 1] &&
				(uint8_t)(a[i] ^ b[i]) == 0xff && (a[i] == 0 || a[i] == 0xff)) &&
			!(i && a[i] == a[i - 1] && b[i] == b[i - 1] &&
				(uint8_t)(a[i] ^ b[i]) == 0xff && (a[i] == 0 || a[i] == 0xff)))
			return false;
	return true;
}

static bool same_packet(const struct rte_mbuf *m, const struct oracle_bytes *want)
{
	uint8_t bytes[ORACLE_PACKET];
	const uint8_t *p = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);

	return m->pkt_len == want->len && told_same_bytes(p, want->b, want->len);
}

static bool same_data(const struct sw_userdata *data, const struct oracle_told *want)
{
	if (!data)
		return !want->n_data;
	return data->n == want->n_data && !memcmp(data->bytes, want->data, data->n);
}

/* The meter, the rule's cookie and what is known of the packet beside its bytes are asked for elsewhere. */
bool told_is_like(const struct oracle_result *result, unsigned n, const struct sw_packet_in *in)
{
	const struct oracle_told *t = &result->told[n];

	return in->controller == t->id && in->reason == t->reason && in->max_len == t->max_len &&
	       in->table == t->table && in->fields.in_port == t->own.in_port &&
	       in->fields.metadata == t->own.metadata &&
	       !memcmp(in->fields.reg, t->own.reg, sizeof(t->own.reg)) && same_data(in->data, t) &&
	       same_packet(in->m, &t->packet);
}

bool told_is(const struct oracle_result *result, unsigned n, const struct sw_packet_in *in)
{
	const struct oracle_told *t = &result->told[n];

	if (n >= result->n_told) {
		print_message("controllers: one too many, reason %u\n", in->reason);
		return false;
	}
	if (told_is_like(result, n, in))
		return true;
	print_message(
		"controllers: %u of %u is id %u, reason %u, %u bytes at most, table %u; expected %u, %u, "
		"%u, %u\n",
		n, result->n_told, in->controller, in->reason, in->max_len, in->table, t->id,
		t->reason, t->max_len, t->table);
	return false;
}

static void hear(const struct sw_packet_in *in)
{
	if (in->rules == of && wanted)
		wrong |= !told_is(wanted, n_heard++, in);
}

SW_REGISTER(packet_in_listener, rules_random) = {
	.name = "rules_random",
	.help = "compares with the oracle",
	.heard = hear,
};

void told_start(const struct sw_rules *rules)
{
	of = rules;
}

bool told_expect(const struct oracle_result *result)
{
	wanted = result;
	n_heard = 0;
	wrong = false;
	while (sw_packet_in_run(100000))
		;
	if (n_heard < result->n_told)
		print_message("controllers: %u of %u\n", n_heard, result->n_told);
	wanted = NULL;
	return !wrong && n_heard == result->n_told;
}

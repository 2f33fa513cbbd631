/* SPDX-License-Identifier: BSD-3-Clause */
/* See packet.h. */
#include "packet.h"

#include <rte_mbuf.h>

#include "swtest.h"

static unsigned below(uint64_t *rng, unsigned n)
{
	return (unsigned)(swtest_rand(rng) >> 33) % n;
}

static void noise(struct packet_bytes *p, size_t n, uint64_t *rng)
{
	while (n--)
		packet_number(p, swtest_rand(rng) >> 40 & 0xff, 1);
}

static void set16(struct packet_bytes *p, size_t at, size_t v)
{
	p->b[at] = (uint8_t)(v >> 8);
	p->b[at + 1] = (uint8_t)v;
}

static void nd(struct packet_bytes *p, uint64_t *rng)
{
	unsigned options = below(rng, 5);

	noise(p, 6 + 16, rng); /* checksum, flags, target */
	while (options--) {
		unsigned units = below(rng, 8) ? 1 : below(rng, 3);

		packet_number(p, below(rng, 4), 1);
		packet_number(p, units, 1);
		noise(p, units ? units * 8 - 2 : 6, rng);
	}
}

static void transport(struct packet_bytes *p, uint8_t proto, uint64_t *rng)
{
	switch (proto) {
	case 6:
		noise(p, 12, rng);
		packet_number(p, 0x50 | below(rng, 16), 1);
		noise(p, 7, rng);
		break;
	case 132:
		noise(p, 12, rng);
		break;
	case 58:
		packet_number(p, 134 + below(rng, 4), 1);
		packet_number(p, below(rng, 6) ? 0 : 1, 1);
		nd(p, rng);
		return;
	default:
		noise(p, 8, rng);
	}
	noise(p, below(rng, 30), rng);
}

static void ipv4(struct packet_bytes *p, uint64_t *rng)
{
	static const uint8_t protos[] = { 6, 6, 6, 17, 17, 132, 1, 58, 2, 47 };
	uint8_t proto = protos[below(rng, sizeof(protos))];
	unsigned words = below(rng, 4) ? 5 : 5 + below(rng, 11);
	size_t start = p->len;

	packet_number(p, 0x40 | words, 1);
	noise(p, 5, rng);
	packet_number(p, below(rng, 4) ? below(rng, 2) << 14 : swtest_rand(rng) >> 48, 2);
	noise(p, 1, rng);
	packet_number(p, proto, 1);
	noise(p, 10 + (words - 5) * 4, rng);
	transport(p, proto, rng);
	set16(p, start + 2, p->len - start);
}

/* One extension header; *next is where the one before says what follows. */
static size_t extension(struct packet_bytes *p, size_t next, uint64_t *rng)
{
	static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 60, 44, 0 };
	uint8_t kind = kinds[below(rng, sizeof(kinds))];
	size_t start = p->len;
	unsigned units = below(rng, 4) ? 0 : below(rng, 4);

	p->b[next] = kind;
	packet_number(p, 0, 1);
	switch (kind) {
	case 44:
		noise(p, 1, rng);
		packet_number(p, below(rng, 3) ? below(rng, 8) : swtest_rand(rng) >> 48, 2);
		noise(p, 4, rng);
		break;
	case 51:
		packet_number(p, units, 1);
		noise(p, (units + 2) * 4 - 2, rng);
		break;
	default:
		packet_number(p, units, 1);
		noise(p, (units + 1) * 8 - 2, rng);
	}
	return start;
}

static void ipv6(struct packet_bytes *p, uint64_t *rng)
{
	static const uint8_t protos[] = { 6, 6, 17, 132, 58, 58, 58, 58, 58, 58, 1, 59, 50, 89 };
	unsigned count = below(rng, 2) ? 0 : below(rng, 8) ? below(rng, 6) : 14 + below(rng, 6);
	uint8_t proto = protos[below(rng, sizeof(protos))];
	size_t start = p->len, next = start + 6;

	packet_number(p, 0x60 | below(rng, 16), 1);
	noise(p, 39, rng);
	while (count--)
		next = extension(p, next, rng);
	p->b[next] = proto;
	transport(p, proto, rng);
	set16(p, start + 4, p->len - start - 40);
}

static void arp(struct packet_bytes *p, uint64_t *rng)
{
	packet_hex(p, "0001 0800 06 04");
	noise(p, 22, rng);
}

static void behind(struct packet_bytes *p, uint16_t type, uint64_t *rng)
{
	switch (type) {
	case 0x0800:
		ipv4(p, rng);
		return;
	case 0x86dd:
		ipv6(p, rng);
		return;
	case 0x0806:
	case 0x8035:
		arp(p, rng);
		return;
	default:
		noise(p, below(rng, 60), rng);
	}
}

void packet_random(struct packet_bytes *p, uint64_t *rng)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x86dd,
		0x86dd, 0x0806, 0x8035, 0x8847, 0x8848, 0x88e7, 0x8100, 0x88a8, 0x05ff, 0x0600, 0 };
	unsigned tags = below(rng, 3) ? 0 : below(rng, 4);
	uint16_t type = types[below(rng, sizeof(types) / sizeof(types[0]))];

	p->len = 0;
	if (!below(rng, 50)) { /* all at random */
		noise(p, below(rng, 120), rng);
		return;
	}
	noise(p, 12, rng);
	while (tags--) {
		packet_number(p, below(rng, 2) ? 0x8100 : 0x88a8, 2);
		noise(p, 2, rng);
	}
	if (!below(rng, 10)) { /* 802.3 */
		packet_number(p, below(rng, 0x600), 2);
		packet_hex(p, below(rng, 4) ? "aaaa03 000000" : "424203 000000");
	}
	packet_number(p, type, 2);
	behind(p, type, rng);
	if (!below(rng, 4))
		noise(p, below(rng, 30), rng);
}

void packet_damage(struct packet_bytes *p, uint64_t *rng)
{
	static const uint8_t likely[] = { 0, 1, 2, 6, 8, 0x45, 0x60, 0x81, 0x88, 0xff };
	unsigned changes = below(rng, 4);

	while (changes-- && p->len) {
		uint8_t *at = &p->b[below(rng, (unsigned)RTE_MIN(p->len, 100u))];

		*at = below(rng, 2) ? (uint8_t)(*at ^ 1u << below(rng, 8))
				    : likely[below(rng, sizeof(likely))];
	}
	if (!below(rng, 3))
		p->len = below(rng, (unsigned)p->len + 1);
}

struct rte_mbuf *packet_scatter(const struct packet_bytes *p, uint64_t *rng)
{
	unsigned cuts = below(rng, 3) ? 0 : below(rng, 6);
	uint16_t cut[8];

	for (unsigned i = 0; i < cuts; i++)
		cut[i] = (uint16_t)below(rng, below(rng, 2) ? 60 : 8);
	return packet_mbuf(p->b, p->len, cut, cuts);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for random rules: see rules_random.h. */
#include "rules_random.h"

#include "packet.h"
#include "rules_words.h"

static void add_l4(struct packet_bytes *p, unsigned proto, uint64_t *rng)
{
	/* The last two end a connection. */
	static const uint8_t flags[] = { 0x02, 0x10, 0x11, 0x14 };
	unsigned src = ONE_OF(rng, l4_ports), dst = ONE_OF(rng, l4_ports);

	switch (proto) {
	case 6:
		packet_number(p, src, 2);
		packet_number(p, dst, 2);
		packet_number(p, swtest_rand(rng), 8);
		packet_number(p, 0x5000 | ONE_OF(rng, flags), 2);
		packet_number(p, swtest_rand(rng) & 0xffffffffffff, 6);
		break;
	case 17:
		packet_number(p, src, 2);
		packet_number(p, dst, 2);
		packet_number(p, 20, 2);
		packet_number(p, pick(rng, 4) ? swtest_rand(rng) & 0xffff : 0, 2);
		break;
	case 132:
		packet_number(p, src, 2);
		packet_number(p, dst, 2);
		packet_number(p, swtest_rand(rng), 8);
		break;
	default:
		packet_number(p, pick(rng, 2) ? 8 : 0, 1);
		packet_number(p, 0, 1);
		packet_number(p, swtest_rand(rng) & 0xffff, 2);
	}
	packet_number(p, swtest_rand(rng), 8);
	packet_number(p, swtest_rand(rng), 4);
}

static void add_ip4(struct packet_bytes *p, uint64_t *rng)
{
	static const uint8_t protos[] = { 6, 6, 17, 1, 132, 99 };
	unsigned proto = ONE_OF(rng, protos), start = p->len, options = pick(rng, 10) ? 0 : 4;
	uint8_t address[4];

	packet_number(p, 0x40 + (20 + options) / 4, 1);
	packet_number(p, 32 * pick(rng, 2) + pick(rng, 2), 1);
	packet_number(p, 0, 2);
	packet_number(p, swtest_rand(rng) & 0xffff, 2);
	packet_number(p, pick(rng, 12) ? 0x4000 : pick(rng, 2) ? 0x2000 : 0x0010, 2);
	packet_number(p, pick(rng, 12) ? 63 + pick(rng, 2) : pick(rng, 3), 1);
	packet_number(p, proto, 1);
	packet_number(p, swtest_rand(rng) & 0xffff, 2);
	for (unsigned i = 0; i < 2; i++) {
		sscanf(ONE_OF(rng, ips), "%hhu.%hhu.%hhu.%hhu", &address[0], &address[1],
			&address[2], &address[3]);
		for (unsigned k = 0; k < 4; k++)
			packet_number(p, address[k], 1);
	}
	packet_fill(p, 1, options);
	add_l4(p, proto, rng);
	p->b[start + 2] = (uint8_t)((p->len - start) >> 8);
	p->b[start + 3] = (uint8_t)(p->len - start);
}

static void add_ip6(struct packet_bytes *p, uint64_t *rng)
{
	static const uint8_t protos[] = { 6, 17, 58, 99 };
	unsigned proto = ONE_OF(rng, protos), start = p->len;

	packet_number(p, 0x60000000u | pick(rng, 2) << 25 | pick(rng, 2), 4);
	packet_number(p, 0, 2);
	packet_number(p, proto, 1);
	packet_number(p, pick(rng, 12) ? 63 + pick(rng, 2) : pick(rng, 3), 1);
	for (unsigned i = 0; i < 2; i++) {
		packet_hex(p, "fd00 0000 0000 0000 0000 0000");
		packet_number(p, pick(rng, 2), 2);
		packet_number(p, 1 + pick(rng, 2), 2);
	}
	add_l4(p, proto, rng);
	p->b[start + 4] = (uint8_t)((p->len - start - 40) >> 8);
	p->b[start + 5] = (uint8_t)(p->len - start - 40);
}

static void add_mpls(struct packet_bytes *p, uint64_t *rng)
{
	unsigned labels = 1 + pick(rng, 2);

	for (unsigned i = 0; i < labels; i++)
		packet_number(p,
			pick(rng, 2) << 12 | (i + 1 == labels) << 8 | (pick(rng, 8) ? 64 : 1), 4);
	add_ip4(p, rng);
}

static void add_frame(struct packet_bytes *p, unsigned type, uint64_t *rng);

/* Of a customer's frame, or one cut short. */
static void add_pbb(struct packet_bytes *p, uint64_t *rng)
{
	packet_number(p, pick(rng, 8) << 29 | pick(rng, 2) << 27 | pick(rng, 4), 4);
	if (pick(rng, 8))
		add_frame(p, pick(rng, 2) ? 0x0800 : 0x88b5, rng);
	else
		packet_fill(p, 2, pick(rng, 14));
}

static void add_frame(struct packet_bytes *p, unsigned type, uint64_t *rng)
{
	for (unsigned i = 0; i < 2; i++) {
		packet_hex(p, "02 00 00 00");
		packet_number(p, pick(rng, 2), 1);
		packet_number(p, 1 + pick(rng, 2), 1);
	}
	for (unsigned tags = pick(rng, 4); tags > 1; tags--) {
		packet_number(p, pick(rng, 3) ? 0x8100 : 0x88a8, 2);
		packet_number(p, pick(rng, 2) << 13 | (10 + pick(rng, 2)), 2);
	}
	packet_number(p, type, 2);
	if (type == 0x0800)
		add_ip4(p, rng);
	else if (type == 0x86dd)
		add_ip6(p, rng);
	else if (type == 0x8847)
		add_mpls(p, rng);
	else if (type == 0x0806)
		packet_hex(p,
			pick(rng, 2)
				? "0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"
				: "0001 0800 06 04 0002 020000000002 0a000002 020000000001 0a000001");
	else if (type == 0x88e7)
		add_pbb(p, rng);
}

void random_packet(struct packet_bytes *p, uint64_t *rng)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8847,
		0x88b5, 0x88e7 };
	unsigned type = ONE_OF(rng, types);

	p->len = 0;
	add_frame(p, type, rng);
	if (p->len < 60)
		packet_fill(p, 0, 60 - p->len);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* See bytes_oracle.h. */
#include "bytes_oracle.h"

#include <stddef.h>
#include <string.h>

#include "fields_oracle.h"
#include "rules_oracle.h"

struct seen {
	struct sw_fields f;
	struct oracle_at at;
	unsigned type; /* eth_type */
};

static unsigned get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static struct seen look(const struct oracle_bytes *p)
{
	struct seen s;

	oracle_fields(p->b, p->len, 0, &s.f, &s.at);
	s.type = get16((const uint8_t *)&s.f.eth_type);
	return s;
}

static unsigned sum(const uint8_t *p, size_t n)
{
	unsigned long long total = 0;

	for (size_t i = 0; i < n; i++)
		total += i % 2 ? p[i] : (unsigned)p[i] << 8;
	return (unsigned)(total % 0xffff);
}

static unsigned crc32c(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

/* Where a checksum is and what it comes to, the sum without itself. */
struct check {
	size_t at; /* 0: none */
	unsigned sum;
};

static struct check ip4_check(const struct oracle_bytes *p, const struct seen *s)
{
	const uint8_t *h = p->b + s->at.l3;

	if (s->type != 0x0800 || !s->at.l3)
		return (struct check){ 0 };
	return (struct check){ s->at.l3 + 10,
		(sum(h, 10) + sum(h + 12, (h[0] & 15) * 4 - 12)) % 0xffff };
}

static struct check l4_check(const struct oracle_bytes *p, const struct seen *s)
{
	static const uint8_t offset[256] = { [1] = 2, [6] = 16, [17] = 6, [58] = 2 };
	unsigned proto = s->f.ip_proto, at = s->at.l4 + offset[proto];
	size_t end = s->at.end < p->len ? s->at.end : p->len;
	bool ip6 = s->type == 0x86dd;
	struct check c = { .at = at };

	if (!s->at.l4 || !offset[proto] || (proto == 1 && ip6) || (proto == 58 && !ip6))
		return (struct check){ 0 };
	if (proto == 17 && !get16(p->b + at))
		return (struct check){ 0 };
	c.sum = sum(p->b + s->at.l4, at - s->at.l4) + sum(p->b + at + 2, end - at - 2);
	if (proto != 1)
		c.sum += sum(p->b + s->at.l3 + (ip6 ? 8 : 12), ip6 ? 32 : 8) + p->b[s->at.proto];
	c.sum %= 0xffff;
	return c;
}

static void correct(struct oracle_bytes *p, struct check was, struct check is, bool udp)
{
	unsigned stored, now;

	if (!was.at || !is.at || was.sum == is.sum)
		return;
	stored = ~get16(p->b + is.at) & 0xffff;
	/* A sum of what is not all zero is 1 to 0xffff (RFC 1624, 3). */
	now = ~((stored + 0xffff - was.sum + is.sum - 1) % 0xffff + 1) & 0xffff;
	put16(p->b + is.at, udp && !now ? 0xffff : now);
}

/* --- where the field is in the packet: n bytes at `at`, of which the field has `mask`, shifted up by `shift` --- */
static size_t link_address(const struct seen *s, size_t arp, uint32_t option)
{
	if (s->type == 0x0806 || s->type == 0x8035)
		return s->at.l3 ? s->at.l3 + arp : 0;
	return option;
}

static size_t address(const struct seen *s, size_t ip4, size_t ip6, size_t arp)
{
	if (!s->at.l3)
		return 0;
	return s->at.l3 + (s->type == 0x0800 ? ip4 : s->type == 0x86dd ? ip6 : arp);
}

static size_t place(const struct seen *s, const struct sw_field *field)
{
	bool icmp = s->f.ip_proto == 1 || s->f.ip_proto == 58;

	switch (field->offset) {
	case offsetof(struct sw_fields, eth_src):
		return 6;
	case offsetof(struct sw_fields, eth_type):
		return s->at.payload ? s->at.payload - 2 : 0;
	case offsetof(struct sw_fields, vlan_tci):
		return s->at.tags ? 14 : 0;
	case offsetof(struct sw_fields, mpls_lse):
	case offsetof(struct sw_fields, pbb_isid):
		return s->at.l3;
	case offsetof(struct sw_fields, ip_proto):
		return s->at.proto;
	case offsetof(struct sw_fields, ip_tos):
		return address(s, 1, 0, 0);
	case offsetof(struct sw_fields, ip_ttl):
		return address(s, 8, 7, 0);
	case offsetof(struct sw_fields, ip_src):
		return address(s, 12, 8, 14);
	case offsetof(struct sw_fields, ip_dst):
		return address(s, 16, 24, 24);
	case offsetof(struct sw_fields, tp_src):
		return s->at.l4;
	case offsetof(struct sw_fields, tp_dst):
		return s->at.l4 ? s->at.l4 + (icmp ? 1 : 2) : 0;
	case offsetof(struct sw_fields, ipv6_label):
		return address(s, 0, 0, 0);
	case offsetof(struct sw_fields, arp_op):
		return address(s, 0, 0, 6);
	case offsetof(struct sw_fields, nd_target):
		return s->at.l4 ? s->at.l4 + 8 : 0;
	case offsetof(struct sw_fields, arp_sha):
		return link_address(s, 8, s->at.nd_sll);
	case offsetof(struct sw_fields, arp_tha):
		return link_address(s, 18, s->at.nd_tll);
	}
	return 0;
}

/* Bit i of a big-endian number at p, n bytes long, from the lowest. */
static void put_bit(uint8_t *p, unsigned n, unsigned i, bool one)
{
	uint8_t *b = &p[n - 1 - i / 8];

	*b = (uint8_t)((*b & ~(1u << i % 8)) | (unsigned)one << i % 8);
}

static void write_at(struct oracle_bytes *p, const struct seen *s, const struct sw_field *field,
	size_t at, const uint8_t *value)
{
	bool icmp = s->f.ip_proto == 1 || s->f.ip_proto == 58;
	bool port = field->offset == offsetof(struct sw_fields, tp_src) ||
		    field->offset == offsetof(struct sw_fields, tp_dst);
	unsigned size = port && icmp ? 1 : field->size, up = field->shift;

	if (field->offset == offsetof(struct sw_fields, ip_tos) && s->type == 0x86dd) {
		size = 2;
		up += 4;
	}
	for (unsigned i = 0; i < field->bits; i++) {
		bool one = value[sw_field_bytes(field) - 1 - i / 8] >> i % 8 & 1;

		if (i < field->unused)
			continue;
		if (field->offset == offsetof(struct sw_fields, vlan_tci) && up + i == 12)
			continue; /* "there is a tag" */
		if (up + i < size * 8)
			put_bit(p->b + at, size, up + i, one);
	}
}

void oracle_write(struct oracle_bytes *p, const struct sw_field *field, const uint8_t *value)
{
	struct seen s = look(p), after;
	size_t at = place(&s, field), end = s.at.end < p->len ? s.at.end : p->len;
	struct check ip4 = ip4_check(p, &s), l4 = l4_check(p, &s);
	uint32_t crc = s.at.l4 ? crc32c(p->b + s.at.l4, end - s.at.l4) : 0, stored;

	if (!at && field->offset != offsetof(struct sw_fields, eth_dst))
		return;
	write_at(p, &s, field, at, value);
	after = s; /* headers lie where they lay */
	correct(p, ip4, ip4_check(p, &after), false);
	correct(p, l4, l4_check(p, &after), s.f.ip_proto == 17);
	if (s.f.ip_proto == 132 && s.at.l4) {
		memcpy(&stored, p->b + s.at.l4 + 8, 4);
		stored ^= crc ^ crc32c(p->b + s.at.l4, end - s.at.l4);
		memcpy(p->b + s.at.l4 + 8, &stored, 4);
	}
}

static void insert(struct oracle_bytes *p, size_t at, size_t n)
{
	memmove(p->b + at + n, p->b + at, p->len - at);
	memset(p->b + at, 0, n);
	p->len += n;
}

static void cut(struct oracle_bytes *p, size_t at, size_t n)
{
	memmove(p->b + at, p->b + at + n, p->len - at - n);
	p->len -= n;
}

void oracle_push_vlan(struct oracle_bytes *p, uint16_t type)
{
	struct seen s = look(p);
	unsigned tci = s.at.tags ? get16(p->b + 14) & 0xefff : 0;

	if (p->len < 14)
		return;
	insert(p, 12, 4);
	put16(p->b + 12, type);
	put16(p->b + 14, tci);
}

void oracle_pop_vlan(struct oracle_bytes *p)
{
	if (look(p).at.tags)
		cut(p, 12, 4);
}

void oracle_push_mpls(struct oracle_bytes *p, uint16_t type)
{
	struct seen s = look(p);
	uint8_t lse[4] = { 0, 0, 1, 0 };

	if (!s.at.payload)
		return;
	if (s.type == 0x8847 || s.type == 0x8848) {
		memcpy(lse, p->b + s.at.payload, 4);
		lse[2] &= 0xfe;
	} else if ((s.type == 0x0800 || s.type == 0x86dd) && s.at.l3) {
		lse[3] = s.f.ip_ttl;
	}
	insert(p, s.at.payload, 4);
	memcpy(p->b + s.at.payload, lse, 4);
	put16(p->b + s.at.payload - 2, type);
}

void oracle_pop_mpls(struct oracle_bytes *p, uint16_t type)
{
	struct seen s = look(p);

	if ((s.type != 0x8847 && s.type != 0x8848) || !s.at.l3)
		return;
	cut(p, s.at.payload, 4);
	put16(p->b + s.at.payload - 2, type);
}

/* The frame as it is becomes the customer's, behind its own addresses, the type and 4 bits, UCA, I-SID. */
void oracle_push_pbb(struct oracle_bytes *p, uint16_t type)
{
	struct seen s = look(p);
	uint8_t head[18] = { 0 };

	if (p->len < 14)
		return;
	memcpy(head, p->b, 12);
	put16(head + 12, type);
	if (s.type == 0x88e7 && s.at.l3)
		memcpy(head + 15, p->b + s.at.l3 + 1, 3);
	if (s.at.tags)
		head[14] = p->b[14] & 0xe0;
	insert(p, 0, sizeof(head));
	memcpy(p->b, head, sizeof(head));
}

void oracle_pop_pbb(struct oracle_bytes *p)
{
	struct seen s = look(p);
	uint8_t customer[12];

	if (s.type != 0x88e7 || !s.at.l3 || p->len < s.at.l3 + 4 + 12 + 2)
		return;
	memcpy(customer, p->b + s.at.l3 + 4, 12);
	cut(p, s.at.l3 - 2, 18);
	memcpy(p->b, customer, 12);
}

bool oracle_dec_ttl(struct oracle_bytes *p, bool mpls)
{
	struct seen s = look(p);
	struct check ip4 = ip4_check(p, &s);
	bool there =
		mpls ? s.type == 0x8847 || s.type == 0x8848 : s.type == 0x0800 || s.type == 0x86dd;
	uint8_t *ttl = p->b + s.at.l3 + (mpls ? 3 : s.type == 0x0800 ? 8 : 7);

	if (!there || !s.at.l3)
		return true;
	if (*ttl <= 1)
		return false;
	(*ttl)--;
	correct(p, ip4, ip4_check(p, &s), false);
	return true;
}

bool oracle_bit(const uint8_t *value, unsigned bytes, unsigned bit)
{
	return value[bytes - 1 - bit / 8] >> bit % 8 & 1;
}

void oracle_bit_set(uint8_t *value, unsigned bytes, unsigned bit, bool one)
{
	uint8_t *b = &value[bytes - 1 - bit / 8];

	*b = (uint8_t)((*b & ~(1u << bit % 8)) | (unsigned)one << bit % 8);
}

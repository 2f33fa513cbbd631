/* SPDX-License-Identifier: BSD-3-Clause */
/* See class_rules.h. The shares are read off the seeds' published statistics, rounded. */
#include "class_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "swtest.h"

const char *const class_kind_name[CLASS_KINDS] = { "acl", "fw", "ipc" };

enum ports { WC, HI, LO, EM, AR };

struct pair {
	uint8_t a, b, weight;
};

/* What of a hundred rules has which two. */
struct shape {
	struct pair prefix[14]; /* source, destination */
	struct pair ports[8];	/* source, destination */
	struct pair proto[4];	/* number, 0: any */
	unsigned jitter;	/* of a hundred prefixes another length nearby */
};

static const struct shape shapes[CLASS_KINDS] = {
	[CLASS_ACL] = { { { 32, 32, 26 }, { 24, 32, 14 }, { 32, 24, 9 }, { 24, 24, 12 },
				{ 16, 32, 8 }, { 28, 32, 6 }, { 0, 32, 5 }, { 32, 16, 3 },
				{ 16, 24, 5 }, { 27, 30, 4 }, { 22, 26, 3 }, { 0, 24, 2 },
				{ 8, 32, 2 }, { 24, 0, 1 } },
		{ { WC, EM, 62 }, { WC, WC, 14 }, { WC, AR, 12 }, { WC, HI, 6 }, { EM, EM, 2 },
			{ EM, WC, 2 }, { HI, EM, 1 }, { WC, LO, 1 } },
		{ { 6, 0, 72 }, { 17, 0, 18 }, { 1, 0, 2 }, { 0, 0, 8 } }, 18 },
	[CLASS_FW] = { { { 0, 32, 24 }, { 32, 0, 16 }, { 0, 24, 10 }, { 24, 0, 7 }, { 32, 32, 12 },
			       { 0, 0, 1 }, { 16, 32, 6 }, { 32, 16, 5 }, { 24, 32, 7 },
			       { 8, 32, 3 }, { 0, 16, 3 }, { 16, 0, 2 }, { 24, 24, 3 },
			       { 0, 29, 1 } },
		{ { WC, EM, 44 }, { WC, WC, 17 }, { HI, EM, 13 }, { EM, WC, 7 }, { WC, HI, 7 },
			{ WC, AR, 6 }, { EM, HI, 4 }, { HI, HI, 2 } },
		{ { 6, 0, 62 }, { 17, 0, 24 }, { 1, 0, 4 }, { 0, 0, 10 } }, 12 },
	[CLASS_IPC] = { { { 32, 32, 22 }, { 24, 32, 11 }, { 32, 24, 9 }, { 16, 16, 7 },
				{ 24, 24, 12 }, { 0, 32, 6 }, { 32, 0, 6 }, { 26, 28, 6 },
				{ 16, 32, 5 }, { 8, 8, 2 }, { 20, 22, 5 }, { 28, 16, 4 },
				{ 24, 16, 3 }, { 0, 24, 2 } },
		{ { WC, WC, 42 }, { WC, EM, 30 }, { EM, WC, 9 }, { EM, EM, 5 }, { HI, EM, 4 },
			{ WC, HI, 4 }, { WC, AR, 4 }, { AR, WC, 2 } },
		{ { 6, 0, 48 }, { 17, 0, 30 }, { 1, 0, 3 }, { 0, 0, 19 } }, 25 },
};

static const uint16_t known_ports[] = { 80, 443, 25, 53, 22, 23, 21, 110, 143, 135, 139, 445, 389,
	1433, 1521, 3306, 161, 123, 8080, 5060, 3389, 1723, 7000, 2049, 179, 514, 1812, 5632, 6789,
	1705 };

static const struct range {
	uint16_t from, to;
} known_ranges[] = { { 20, 21 }, { 137, 139 }, { 161, 162 }, { 1433, 1434 }, { 5190, 5193 },
	{ 6000, 6063 }, { 3000, 3009 }, { 2300, 2400 }, { 1024, 5000 }, { 8000, 8090 },
	{ 27960, 27970 }, { 5631, 5632 } };

struct maker {
	const struct shape *shape;
	uint64_t random;
	unsigned sites;
	struct class_rule *rule;
	unsigned n, want;
};

static uint32_t below(uint64_t *random, uint32_t n)
{
	return (swtest_rand(random) >> 32) % n;
}

/* Low ones often, as some sites have many rules and most have few. */
static uint32_t skewed(uint64_t *random, uint32_t n)
{
	uint32_t a = below(random, n), b = below(random, n);

	return RTE_MIN(a, b);
}

static const struct pair *choose(struct maker *m, const struct pair *list, unsigned n)
{
	unsigned all = 0, left;

	for (unsigned i = 0; i < n; i++)
		all += list[i].weight;
	left = below(&m->random, all);
	for (; left >= list->weight; list++)
		left -= list->weight;
	return list;
}

/* Sites are /16s in a few /8s; each has some nets, each net some hosts. */
static uint32_t address(struct maker *m)
{
	uint32_t site = skewed(&m->random, m->sites);
	uint32_t net = skewed(&m->random, 4 + site * 7 % 60), host = below(&m->random, 256);

	return (site % 24 + 10) << 24 | (site / 24 * 37 & 255) << 16 | (net * 11 & 255) << 8 | host;
}

static void prefix(struct maker *m, unsigned len, uint8_t *value, uint8_t *mask)
{
	uint32_t bits, at = address(m);

	if (len && below(&m->random, 100) < m->shape->jitter)
		len = RTE_MIN(32u, RTE_MAX(1u, len + below(&m->random, 7) - 3));
	bits = rte_cpu_to_be_32(len ? ~0u << (32 - len) : 0);
	at = rte_cpu_to_be_32(at) & bits;
	memcpy(value, &at, 4);
	memcpy(mask, &bits, 4);
}

static struct range range_of(struct maker *m, enum ports class)
{
	uint16_t one;

	switch (class) {
	case HI:
		return (struct range){ 1024, 65535 };
	case LO:
		return (struct range){ 0, 1023 };
	case EM:
		one = below(&m->random, 5) ? known_ports[skewed(&m->random, RTE_DIM(known_ports))]
					   : 1 + below(&m->random, 65535);
		return (struct range){ one, one };
	case AR:
		return known_ranges[below(&m->random, RTE_DIM(known_ranges))];
	default:
		return (struct range){ 0, 65535 };
	}
}

/* The largest block that begins at `from`: its mask; `from` moves behind it, 65536 or more at the end. */
static uint16_t block(uint32_t *from, uint32_t to)
{
	uint32_t size = *from ? *from & -*from : 65536;

	while (*from + size - 1 > to)
		size /= 2;
	*from += size;
	return ~(size - 1);
}

static unsigned bits_of(const struct sw_fields *mask)
{
	const uint64_t *word = (const uint64_t *)mask;
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof(*mask) / 8; i++)
		n += __builtin_popcountll(word[i]);
	return n;
}

static void put(struct maker *m, const struct sw_match *match, uint16_t priority)
{
	if (m->n < m->want)
		m->rule[m->n++] = (struct class_rule){ *match, priority };
}

/* All masks of both ranges. */
static void put_ranges(struct maker *m, struct sw_match *match, struct range src, struct range dst,
	uint16_t priority)
{
	for (uint32_t s = src.from; s <= src.to;) {
		match->value.tp_src = rte_cpu_to_be_16(s);
		match->mask.tp_src = rte_cpu_to_be_16(block(&s, src.to));
		for (uint32_t d = dst.from; d <= dst.to;) {
			match->value.tp_dst = rte_cpu_to_be_16(d);
			match->mask.tp_dst = rte_cpu_to_be_16(block(&d, dst.to));
			put(m, match, priority);
		}
	}
}

static void make(struct maker *m)
{
	const struct pair *prefixes = choose(m, m->shape->prefix, RTE_DIM(m->shape->prefix));
	const struct pair *ports = choose(m, m->shape->ports, RTE_DIM(m->shape->ports));
	unsigned proto = choose(m, m->shape->proto, RTE_DIM(m->shape->proto))->a;
	struct range any = { 0, 65535 };
	struct sw_match match;
	uint16_t priority;

	memset(&match, 0, sizeof(match));
	match.value.eth_type = rte_cpu_to_be_16(0x0800);
	match.mask.eth_type = 0xffff;
	prefix(m, prefixes->a, match.value.ip_src, match.mask.ip_src);
	prefix(m, prefixes->b, match.value.ip_dst, match.mask.ip_dst);
	if (proto) {
		match.value.ip_proto = proto;
		match.mask.ip_proto = 0xff;
	}
	priority = (bits_of(&match.mask) + 16 * (ports->a == EM) + 16 * (ports->b == EM)) * 500 +
		   below(&m->random, 500);
	if (proto == 6 || proto == 17)
		put_ranges(m, &match, range_of(m, ports->a), range_of(m, ports->b), priority);
	else
		put_ranges(m, &match, any, any, priority);
}

struct class_rule *class_rules(enum class_kind kind, unsigned n, uint64_t seed)
{
	struct maker m = { .shape = &shapes[kind], .random = seed, .want = n };

	m.sites = RTE_MIN(6000u, 8 + n / 12);
	m.rule = malloc(n * sizeof(*m.rule));
	while (m.rule && m.n < n)
		make(&m);
	return m.rule;
}

void class_packet(const struct class_rule *rule, uint64_t *random, struct sw_fields *key)
{
	const uint64_t *value = (const uint64_t *)&rule->match.value;
	const uint64_t *mask = (const uint64_t *)&rule->match.mask;
	uint64_t *word = (uint64_t *)key, r = swtest_rand(random), s = swtest_rand(random);

	memset(key, 0, sizeof(*key));
	key->eth_type = rte_cpu_to_be_16(0x0800);
	key->in_port = rte_cpu_to_be_32(1);
	key->ip_proto = r & 1 ? 6 : 17;
	key->ip_ttl = 64;
	memcpy(key->ip_src, &s, 4);
	memcpy(key->ip_dst, (uint8_t *)&s + 4, 4);
	key->tp_src = r >> 16;
	key->tp_dst = r >> 32;
	for (unsigned i = 0; i < sizeof(*key) / 8; i++)
		word[i] = (word[i] & ~mask[i]) | value[i];
}

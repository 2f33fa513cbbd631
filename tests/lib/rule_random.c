/* SPDX-License-Identifier: BSD-3-Clause */
/* See rule_random.h. */
#include "rule_random.h"

#include <assert.h>
#include <string.h>

#include <rte_byteorder.h>

#include "class_rules.h"
#include "swtest.h"

#define WORDS	   (sizeof(struct sw_fields) / 8)
#define CLASS_POOL 2000

uint32_t rule_world_below(struct rule_world *w, uint32_t n)
{
	return (swtest_rand(&w->random) >> 32) % n;
}

static void fill(struct rule_world *w, void *p, size_t size, uint8_t value)
{
	memset(p, rule_world_below(w, 3) ? value : 0, size);
}

/* Whole fields, each there or not. */
static void whole_mask(struct rule_world *w, struct sw_fields *m)
{
	memset(m, 0, sizeof(*m));
	fill(w, &m->in_port, 4, 0xff);
	fill(w, &m->eth_dst, 6, 0xff);
	fill(w, &m->eth_type, 2, 0xff);
	fill(w, &m->ip_proto, 1, 0xff);
	fill(w, &m->ip_src, 4, 0xff);
	fill(w, &m->ip_dst, 4, 0xff);
	fill(w, &m->tp_dst, 2, 0xff);
}

static void prefix(struct rule_world *w, uint8_t *p)
{
	unsigned len = rule_world_below(w, 33);
	uint32_t mask = rte_cpu_to_be_32(len ? ~0u << (32 - len) : 0);

	memcpy(p, &mask, 4);
}

static void prefix_mask(struct rule_world *w, struct sw_fields *m)
{
	memset(m, 0, sizeof(*m));
	m->eth_type = 0xffff;
	prefix(w, m->ip_src);
	prefix(w, m->ip_dst);
	fill(w, &m->ip_proto, 1, 0xff);
	fill(w, &m->tp_src, 2, 0xff);
	if (rule_world_below(w, 2))
		m->tp_dst = rte_cpu_to_be_16(0xffffu << rule_world_below(w, 17));
}

static void any_mask(struct rule_world *w, struct sw_fields *m)
{
	uint64_t *word = (uint64_t *)m;

	for (unsigned i = 0; i < WORDS; i++)
		word[i] = rule_world_below(w, 3)
				  ? 0
				  : swtest_rand(&w->random) & swtest_rand(&w->random);
}

void rule_world_init(struct rule_world *w, enum rule_world_kind kind, uint64_t seed)
{
	w->kind = kind;
	w->random = seed;
	w->values = 3;
	w->priorities = 6;
	for (unsigned i = 0; i < RTE_DIM(w->mask); i++)
		whole_mask(w, &w->mask[i]);
}

static void mask_of(struct rule_world *w, struct sw_fields *m)
{
	switch (w->kind) {
	case WORLD_ONE_MASK:
		*m = w->mask[0];
		break;
	case WORLD_FEW_MASKS:
		*m = w->mask[rule_world_below(w, RTE_DIM(w->mask))];
		break;
	case WORLD_PREFIXES:
		prefix_mask(w, m);
		break;
	default:
		any_mask(w, m);
	}
}

/* Bytes of a field alike but for the last bits, so that long prefixes tell values apart, too. */
static void values_of(struct rule_world *w, struct sw_fields *f)
{
	uint64_t *word = (uint64_t *)f;

	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t v = rule_world_below(w, w->values);

		word[i] = v * 0x0101010101010101ull << rule_world_below(w, 2) * 4;
	}
}

/* One of some thousand rules of each kind, which every world has. */
static const struct class_rule *class_rule(struct rule_world *w)
{
	static struct class_rule *list[CLASS_KINDS];
	unsigned kind = rule_world_below(w, CLASS_KINDS);

	if (!list[kind])
		list[kind] = class_rules(kind, CLASS_POOL, 1);
	assert(list[kind]);
	return &list[kind][rule_world_below(w, CLASS_POOL)];
}

void rule_world_match(struct rule_world *w, struct sw_match *match)
{
	uint64_t *value = (uint64_t *)&match->value, *mask = (uint64_t *)&match->mask;

	if (w->kind == WORLD_CLASSES) {
		*match = class_rule(w)->match;
		return;
	}
	mask_of(w, &match->mask);
	values_of(w, &match->value);
	for (unsigned i = 0; i < WORDS; i++)
		value[i] &= mask[i];
}

uint16_t rule_world_priority(struct rule_world *w)
{
	return 65535 - rule_world_below(w, w->priorities) * 1000;
}

void rule_world_packet(struct rule_world *w, const struct sw_match *match, struct sw_fields *key)
{
	uint64_t *word = (uint64_t *)key;

	if (w->kind == WORLD_CLASSES)
		class_packet(class_rule(w), &w->random, key);
	else
		values_of(w, key);
	if (!match)
		return;
	for (unsigned i = 0; i < WORDS; i++) {
		const uint64_t *value = (const uint64_t *)&match->value;
		const uint64_t *mask = (const uint64_t *)&match->mask;

		word[i] = (word[i] & ~mask[i]) | value[i];
	}
}

struct sw_rule_change rule_change_of(enum sw_rule_verb verb, uint32_t n)
{
	struct sw_rule_change c = { .verb = verb,
		.conf = { .priority = 100, .cookie = n, .does = { .goto_table = -1 } },
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };

	c.conf.match.mask.eth_type = 0xffff;
	c.conf.match.value.eth_type = rte_cpu_to_be_16(0x0800);
	memset(c.conf.match.mask.ip_dst, 0xff, 4);
	memcpy(c.conf.match.value.ip_dst, &n, 4);
	return c;
}

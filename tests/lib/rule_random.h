/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random matches and packets that meet often: a world has few different values, and masks of one kind.
 */
#ifndef RULE_RANDOM_H
#define RULE_RANDOM_H

#include <stdint.h>

#include <sw/rule.h>

enum rule_world_kind {
	WORLD_ONE_MASK,
	WORLD_FEW_MASKS,
	WORLD_PREFIXES, /* of two addresses, with and without ports */
	WORLD_ANY_BITS, /* masks without order over all words */
	WORLD_CLASSES, /* as ClassBench makes them (class_rules.h): of two addresses, ports, protocols */
	WORLD_KINDS
};

struct rule_world {
	enum rule_world_kind kind;
	uint64_t random;
	unsigned values;     /* different ones of a word: fewer, more meetings */
	unsigned priorities; /* different ones */
	struct sw_fields mask[4];
};

void rule_world_init(struct rule_world *w, enum rule_world_kind kind, uint64_t seed);
uint32_t rule_world_below(struct rule_world *w, uint32_t n);
void rule_world_match(struct rule_world *w, struct sw_match *match);
uint16_t rule_world_priority(struct rule_world *w);

/* A packet; one that the match takes, if there is one, with bits of chance elsewhere. */
void rule_world_packet(struct rule_world *w, const struct sw_match *match, struct sw_fields *key);

/* Not by chance: a change of rule n of table 0, which matches an address of IPv4 that has n's bytes; its cookie is n. */
struct sw_rule_change rule_change_of(enum sw_rule_verb verb, uint32_t n);

#endif

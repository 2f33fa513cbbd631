/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge as a list, looked through from one end to the other: what flow-mods and lookups must
 * come to, in the words of OpenFlow 1.3.5 (5.1, 6.4), without versions, hashes, threads.
 */
#ifndef RULE_MODEL_H
#define RULE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

#define MODEL_WORDS (sizeof(struct sw_fields) / 8)

struct model_rule {
	struct sw_rule_conf conf; /* does.meter alone says what it does */
	uint64_t created_ms, modified_ms;
};

struct model {
	struct model_rule *rule;
	unsigned n, size;
	uint32_t limit; /* of each table */
	/* What was heard of changes since somebody set it to 0: a sum over all of them. */
	uint64_t heard;
};

/* One thing that was heard, for the sum. */
uint64_t model_news(const struct sw_rule_conf *conf, enum sw_rule_news news);

void model_copy(struct model *to, const struct model *from);
void model_free(struct model *m);

enum sw_rule_fault model_change(struct model *m, const struct sw_rule_change *change);

/* Take out what is over at a time: hard timeouts alone. */
void model_expire(struct model *m, uint64_t now_ms);

bool model_takes(const struct sw_match *match, const struct sw_fields *key);

/* The highest priority that takes the packet; -1: none. */
int model_lookup(const struct model *m, unsigned table, const struct sw_fields *key);

/* The rule of this table, match and priority, or NULL. */
struct model_rule *model_find(const struct model *m, const struct sw_rule_conf *conf);

/* Does a change (as for DELETE) mean this rule? */
bool model_means(const struct sw_rule_change *change, const struct sw_rule_conf *conf);

#endif

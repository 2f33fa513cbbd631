/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table as workers see it: which way to look in it (a template) and what that way needs. Immutable, made by
 * control at each commit that needs another, published by RCU before the version of the commit.
 *
 * room: pipeline (private). Writer: control. Readers: workers.
 */
#ifndef RULE_VIEW_H
#define RULE_VIEW_H

#include <sw/worker.h>

#include "sieve.h"

/* A burst in a table. */
struct rule_look {
	uint64_t version;
	const uint64_t *const *key;   /* n of them; the words of struct sw_fields */
	const struct sw_rule **found; /* n, NULL at first */
	uint8_t *marks;		      /* NULL, or n, of conjunctions (place.h) */
	unsigned n;
	unsigned probes;		 /* buckets and lists that were looked into */
	unsigned steps;			 /* what conjunctions took (conj.h); */
	bool over;			 /* it was too much for one of the packets */
	const struct rule_conj_ear *ear; /* who follows it; workers: NULL */
};

struct rule_conj_ear;
struct rule_view;
typedef void rule_look_fn(const struct rule_view *view, struct rule_look *look);

struct rule_view {
	struct rule_limbo limbo;
	rule_look_fn *look;
	struct sw_fields reads;		   /* bits that any rule looks at */
	const struct rule_sieve *sieve;	   /* NULL: there are few tuples */
	uint64_t places[RULE_PLACE_WORDS]; /* of the sieve that have a tuple */
	const struct rule_tuple **tuple;   /* by place; behind probe */
	unsigned n;			   /* tuples that are in no sieve */
	struct rule_probe {
		const struct rule_tuple *tuple;
		uint32_t best; /* no rule here or in later ones has a higher priority */
	} probe[];	       /* falling by best */
};

/* Templates, each in two builds (sw/simd.h). */
rule_look_fn rule_look_tuples, rule_look_tuples_avx2;
rule_look_fn rule_look_sieve, rule_look_sieve_avx2;

/* Part of the second: tuples one by one, for those who may find better than `best` (by packet) there. */
typedef void rule_look_rest_fn(const struct rule_view *view, struct rule_look *look, int32_t *best);
rule_look_rest_fn rule_look_rest, rule_look_rest_avx2;

#endif

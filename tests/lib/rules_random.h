/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random rules as text and random packets that they are about: few different values, so that packets meet rules.
 */
#ifndef RULES_RANDOM_H
#define RULES_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet_bytes;
struct sw_str;

#define RANDOM_PORTS	    4 /* 1..4 */
#define RANDOM_TABLES	    5
#define RANDOM_GROUPS	    6 /* 0..5 */
#define RANDOM_CONJUNCTIONS 4

/* From now on some actions are controller(pause), or none. */
void random_pauses(bool some);

/* A rule in the syntax of ovs-ofctl, with this priority; not all of them are valid. */
void random_rule(struct sw_str *text, unsigned priority, uint64_t *rng);
/* One of a few priorities that says what it meets of some conjunctions. */
void random_clause_rule(struct sw_str *text, uint64_t *rng);
/* One that learns, with a few priorities of what is learned in each table, each with the same mask; or it is shortened. */
void random_learn_rule(struct sw_str *text, unsigned priority, uint64_t *rng);
#define RANDOM_LEARNED 3000 /* priorities of what is learned: this and above */
#define RANDOM_COOKIES 4    /* 0..3, of what learns and of what is learned */
/* A group; what it sends to has a lower id. Not all of them are valid. */
void random_group(struct sw_str *text, unsigned id, uint64_t *rng);
void random_packet(struct packet_bytes *p, uint64_t *rng);

#endif

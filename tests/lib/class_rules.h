/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as ClassBench makes them (Taylor and Turner, INFOCOM 2005), by the shape of its seeds for access lists, firewalls
 * and Linux's ipchains: which prefix lengths go together, how addresses nest, classes of ports (WC any, HI from 1024
 * up, LO below, EM one, AR a range), protocols. A range is as many rules as it has masks, of one priority. More
 * specific rules have higher priorities.
 */
#ifndef CLASS_RULES_H
#define CLASS_RULES_H

#include <stdint.h>

#include <sw/field.h>

enum class_kind { CLASS_ACL, CLASS_FW, CLASS_IPC, CLASS_KINDS };

struct class_rule {
	struct sw_match match;
	uint16_t priority;
};

extern const char *const class_kind_name[CLASS_KINDS];

/* n rules, the same for the same seed; free() them. Some may be the same as others. */
struct class_rule *class_rules(enum class_kind kind, unsigned n, uint64_t seed);

/* Fields of a packet that the rule takes, by chance where it does not say; TCP or UDP, if it does not say. */
void class_packet(const struct class_rule *rule, uint64_t *random, struct sw_fields *key);

#endif

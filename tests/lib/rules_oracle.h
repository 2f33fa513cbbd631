/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rules do to a packet, said a second time and naively: one list of rules, every one compared with the whole match,
 * each action done to the packet's bytes when it is reached, the fields read anew after each (fields_oracle). Checksums
 * are corrected by the difference of two sums over all that they cover.
 *
 * OpenFlow 1.3.5, 5.1 to 5.12; Open vSwitch's extensions as ovs-actions(7) has them.
 */
#ifndef RULES_ORACLE_H
#define RULES_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/group.h>
#include <sw/rule.h>

#include "oracle_store.h"

#define ORACLE_OUTS    600
#define ORACLE_PACKET  2048
#define ORACLE_TOLD    4096
#define ORACLE_BUCKETS 8

struct oracle_bytes {
	size_t len;
	uint8_t b[ORACLE_PACKET];
};

struct oracle_rules {
	unsigned n;
	/* No two of a table and priority that have no conjunction take the same packet. */
	const struct sw_rule_conf *rule;
	uint64_t *hits; /* by rule: packets, counted up */
	unsigned n_ports;
	const uint32_t *port; /* numbers of the bridge's ports */
	unsigned n_groups;
	const struct sw_group_conf *group; /* n_buckets 0 and id SW_GROUP_ANY: not there */
	uint64_t *group_hits;		   /* by group: packets, then of each of ORACLE_BUCKETS */
	const bool *down;	    /* by a port's number: it cannot send, for who watches it */
	struct oracle_store *store; /* that these rules are of; NULL: none of them learns */
};

/* A packet that leaves; port SW_OFPP_NORMAL: it is handed to the L2 program. */
struct oracle_out {
	uint32_t port;
	struct oracle_bytes packet;
};

/* One that goes to controllers: at most max_len bytes of it. */
struct oracle_told {
	uint16_t id;
	unsigned reason; /* enum sw_packet_in_reason */
	uint16_t max_len;
	bool pauses; /* what follows is done when it is resumed, which is said here as if that were at once */
	uint8_t table;
	uint16_t n_data;
	const uint8_t *data;  /* userdata, the action's */
	struct sw_fields own; /* those of no packet */
	struct oracle_bytes packet;
};

struct oracle_result {
	unsigned n;
	struct oracle_out *out; /* ORACLE_OUTS of them, the caller's */
	unsigned n_told;
	struct oracle_told *told; /* likewise, ORACLE_TOLD */
	bool too_long;
	/* What it comes to is not known: it asks for what was asked before in this second, and something is different since; or a field says NORMAL. */
	bool unsure;
	bool repeats; /* it asks for what was asked before in this second: perhaps control hears of it again */
};

/* The rule of the table that takes a packet with these fields, or NULL. */
const struct sw_rule_conf *oracle_find(
	const struct oracle_rules *rules, uint8_t table, const struct sw_fields *fields);

void oracle_run(const struct oracle_rules *rules, uint32_t in_port, const uint8_t *packet,
	size_t len, struct oracle_result *result);

#endif

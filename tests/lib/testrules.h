/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules, groups and meters of a test's bridge, as text in the syntax of ovs-ofctl(8). What must be fine fails the test
 * naming the text.
 */
#ifndef TESTRULES_H
#define TESTRULES_H

#include "testswitch.h"

#include <sw/flow.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule.h>

struct packet_bytes;

void tr_change_in(struct sw_rules *rules, const char *text, enum sw_rule_verb verb);
void tr_change(struct ts_bridge *br, const char *text, enum sw_rule_verb verb);
void tr_rule(struct ts_bridge *br, const char *text); /* adds it */
/* Into the staging that is at hand. */
void tr_stage_in(struct sw_rules *rules, const char *text, enum sw_rule_verb verb);
void tr_stage_rule(struct ts_bridge *br, const char *text); /* added */
/* All rules go, and what is kept of them. */
void tr_no_rules(struct ts_bridge *br);
/* Packets that the rule of a table and priority has counted; fails where there is none, unless `none` is fine. */
uint64_t tr_rule_packets(struct ts_bridge *br, unsigned table, unsigned priority);
unsigned tr_rule_count(struct ts_bridge *br);

enum sw_group_fault tr_group_try(struct ts_bridge *br, enum sw_group_verb verb, const char *text);
void tr_group(struct ts_bridge *br, enum sw_group_verb verb, const char *text);
void tr_stage_group(struct ts_bridge *br, enum sw_group_verb verb, const char *text);
enum sw_meter_fault tr_meter_try(struct ts_bridge *br, enum sw_meter_verb verb, const char *text);
void tr_meter(struct ts_bridge *br, enum sw_meter_verb verb, const char *text);

/* A bridge of ports p1..pN numbered 1..N, published; port[i] is number i. */
struct ts_bridge *tr_bridge(const char *name, struct sw_port **port, unsigned n);
/* A switch of one worker with such a bridge, br0, without rules. */
struct ts_bridge *tr_start(struct sw_port **port, unsigned n);

/* An Ethernet frame with IPv4 and UDP, `len` bytes long in all. */
struct tr_udp {
	uint32_t src, dst;
	uint16_t sport, dport;
	uint8_t tos;
	unsigned len;
};
void tr_udp(struct packet_bytes *p, const struct tr_udp *u);
void tr_send(struct sw_port *port, const struct packet_bytes *p);

/* So many packets came out of each of the ports port[1] to port[ports]; they are gone afterwards. */
void tr_expect(struct sw_port **port, unsigned ports, const unsigned *n);

/* What worker 0 counted of flows since the mark; entries and used are as they are. */
void tr_flows_mark(void);
struct sw_flow_stats tr_flows_since(void);

/* Of a group that is there; good until the next call. */
const struct sw_group_stats *tr_group_stats(struct ts_bridge *br, uint32_t id);

#endif

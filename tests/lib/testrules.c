/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules, groups and meters of tests: text parsed and applied at once, each a commit of its own.
 *
 * The test's thread.
 */
#include "testrules.h"

#include <sw/group.h>
#include <sw/meter.h>
#include <sw/rule_text.h>

#include "packet.h"

void tr_stage_in(struct sw_rules *rules, const char *text, enum sw_rule_verb verb)
{
	struct sw_rule_change c;
	struct sw_err err;

	if (sw_rule_parse(text, verb, &c, &err))
		fail_msg("%s: %s", text, err.text);
	if (sw_rules_stage(rules, &c, &err) != SW_RULE_FINE)
		fail_msg("%s: %s", text, err.text);
	sw_instructions_fini(&c.conf.does);
}

void tr_change_in(struct sw_rules *rules, const char *text, enum sw_rule_verb verb)
{
	sw_rules_begin(rules);
	tr_stage_in(rules, text, verb);
	sw_rules_commit(rules);
}

void tr_stage_rule(struct ts_bridge *br, const char *text)
{
	tr_stage_in(sw_bridge_rules(br->bridge), text, SW_RULE_ADD);
}

void tr_change(struct ts_bridge *br, const char *text, enum sw_rule_verb verb)
{
	tr_change_in(sw_bridge_rules(br->bridge), text, verb);
}

void tr_rule(struct ts_bridge *br, const char *text)
{
	tr_change(br, text, SW_RULE_ADD);
}

void tr_no_rules(struct ts_bridge *br)
{
	tr_change(br, "", SW_RULE_DELETE);
}

uint64_t tr_rule_packets(struct ts_bridge *br, unsigned table, unsigned priority)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;

	while ((rule = sw_rules_next(sw_bridge_rules(br->bridge), &cursor, NULL))) {
		struct sw_rule_stats stats;

		if (sw_rule_table(rule) != table || sw_rule_priority(rule) != priority)
			continue;
		sw_rule_stats(rule, &stats);
		return stats.packets;
	}
	fail_msg("no rule of priority %u in table %u", priority, table);
	return 0;
}

unsigned tr_rule_count(struct ts_bridge *br)
{
	struct sw_rule_cursor cursor = { 0 };
	unsigned n = 0;

	while (sw_rules_next(sw_bridge_rules(br->bridge), &cursor, NULL))
		n++;
	return n;
}

static enum sw_group_fault group_change(
	struct ts_bridge *br, enum sw_group_verb verb, const char *text, struct sw_err *err)
{
	struct sw_group_change c;
	enum sw_group_fault fault;

	if (sw_group_parse(text, verb, &c, err))
		fail_msg("%s: %s", text, err->text);
	err->text[0] = 0;
	fault = sw_groups_change(sw_bridge_groups(br->bridge), &c, err);
	sw_group_fini(&c.conf);
	return fault;
}

enum sw_group_fault tr_group_try(struct ts_bridge *br, enum sw_group_verb verb, const char *text)
{
	struct sw_err err = { 0 };
	enum sw_group_fault fault = group_change(br, verb, text, &err);

	if (fault && !err.text[0])
		fail_msg("%s: refused without a word", text);
	return fault;
}

void tr_group(struct ts_bridge *br, enum sw_group_verb verb, const char *text)
{
	struct sw_err err = { 0 };

	if (group_change(br, verb, text, &err))
		fail_msg("%s: %s", text, err.text);
}

void tr_stage_group(struct ts_bridge *br, enum sw_group_verb verb, const char *text)
{
	struct sw_group_change c;
	struct sw_err err = { 0 };

	if (sw_group_parse(text, verb, &c, &err) ||
		sw_groups_stage(sw_bridge_groups(br->bridge), &c, &err))
		fail_msg("%s: %s", text, err.text);
	sw_group_fini(&c.conf);
}

static enum sw_meter_fault meter_change(
	struct ts_bridge *br, enum sw_meter_verb verb, const char *text, struct sw_err *err)
{
	struct sw_meter_conf conf = { 0 };
	enum sw_meter_fault fault;

	if (verb == SW_METER_DELETE ? sw_meter_parse_id(text, &conf.id, err)
				    : sw_meter_parse(text, &conf, err))
		fail_msg("%s: %s", text, err->text);
	err->text[0] = 0;
	fault = sw_meters_change(sw_bridge_meters(br->bridge), verb, &conf, err);
	sw_meter_fini(&conf);
	return fault;
}

enum sw_meter_fault tr_meter_try(struct ts_bridge *br, enum sw_meter_verb verb, const char *text)
{
	struct sw_err err = { 0 };
	enum sw_meter_fault fault = meter_change(br, verb, text, &err);

	if (fault && !err.text[0])
		fail_msg("%s: refused without a word", text);
	return fault;
}

void tr_meter(struct ts_bridge *br, enum sw_meter_verb verb, const char *text)
{
	struct sw_err err = { 0 };

	if (meter_change(br, verb, text, &err))
		fail_msg("%s: %s", text, err.text);
}

struct ts_bridge *tr_bridge(const char *name, struct sw_port **port, unsigned n)
{
	struct ts_bridge *br = ts_bridge(name);

	for (unsigned i = 1; i <= n; i++) {
		char text[16];

		snprintf(text, sizeof(text), "p%u", i);
		port[i] = ts_member(br, text, "trunk");
		ts_conf(br, port[i])->number = i;
	}
	ts_apply(br);
	return br;
}

struct ts_bridge *tr_start(struct sw_port **port, unsigned n)
{
	struct ts_bridge *br;

	ts_start(1);
	br = tr_bridge("br0", port, n);
	tr_no_rules(br);
	return br;
}

static uint16_t ip_checksum(const uint8_t *b)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += b[i] << 8 | b[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

void tr_udp(struct packet_bytes *p, const struct tr_udp *u)
{
	uint16_t sum;

	p->len = 0;
	packet_hex(p, "02 00 00 00 00 02 02 00 00 00 00 01 0800 45");
	packet_number(p, u->tos, 1);
	packet_number(p, u->len - 14, 2);
	packet_hex(p, "0000 4000 40 11 0000");
	packet_number(p, u->src, 4);
	packet_number(p, u->dst, 4);
	sum = ip_checksum(p->b + 14);
	p->b[24] = sum >> 8;
	p->b[25] = sum;
	packet_number(p, u->sport, 2);
	packet_number(p, u->dport, 2);
	packet_number(p, u->len - 34, 2);
	packet_hex(p, "0000");
	packet_fill(p, 0x5a, u->len - p->len);
}

void tr_send(struct sw_port *port, const struct packet_bytes *p)
{
	ts_send_bytes(port, p->b, p->len);
}

void tr_expect(struct sw_port **port, unsigned ports, const unsigned *n)
{
	for (unsigned i = 1; i <= ports; i++) {
		unsigned got = sw_dummy_sent_drop(port[i]);

		if (got != n[i - 1])
			fail_msg("port %u: %u packets, expected %u", i, got, n[i - 1]);
	}
}

static struct sw_flow_stats marked;

void tr_flows_mark(void)
{
	assert_true(sw_flow_stats(0, &marked));
}

struct sw_flow_stats tr_flows_since(void)
{
	struct sw_flow_stats s;

	assert_true(sw_flow_stats(0, &s));
	s.hits -= marked.hits;
	s.walks -= marked.walks;
	s.ghosts -= marked.ghosts;
	s.not_kept -= marked.not_kept;
	s.wishes -= marked.wishes;
	s.wishes_lost -= marked.wishes_lost;
	return s;
}

const struct sw_group_stats *tr_group_stats(struct ts_bridge *br, uint32_t id)
{
	static struct sw_group_stats s;
	const struct sw_group *g = sw_groups_find(sw_bridge_groups(br->bridge), id);

	assert_non_null(g);
	sw_group_stats(g, &s);
	return &s;
}

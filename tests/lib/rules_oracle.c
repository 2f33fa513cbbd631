/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_oracle.h. */
#include "rules_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include <sw/action_set.h>
#include <sw/learn.h>

#include "bytes_oracle.h"
#include "fields_oracle.h"
#include "hash_oracle.h"
#include "rules_oracle_run.h"

/* The fields now: the packet's, but those of the pipeline. */
static struct sw_fields fields_now(const struct run *run)
{
	struct sw_fields f;
	struct oracle_at at;

	oracle_fields(run->packet.b, run->packet.len, run->in_port, &f, &at);
	memcpy(&f, &run->own, offsetof(struct sw_fields, pbb_isid));
	return f;
}

static const struct sw_rule_conf *look_up(struct run *run, uint8_t table, rte_be32_t in_port)
{
	struct oracle_store *store = run->rules->store;
	struct sw_fields f = fields_now(run);
	const struct sw_rule_conf *best;

	if (++run->lookups > LOOKUPS) {
		run->result->too_long = true;
		return NULL;
	}
	f.in_port = in_port;
	run->table = table;
	best = oracle_find(run->rules, table, &f);
	if (best) {
		run->rules->hits[best - run->rules->rule]++;
		if (store)
			store->life[best - run->rules->rule].used_ms = store->now_ms;
		run->rule = best;
	}
	if (getenv("ORACLE_TRACE"))
		printf("table %u: %d\n", table, best ? best->priority : -1);
	return best;
}

static void send(struct run *run, uint32_t port)
{
	struct oracle_result *result = run->result;

	if (result->n < ORACLE_OUTS)
		result->out[result->n++] = (struct oracle_out){ port, run->packet };
}

static void output(struct run *run, uint32_t port)
{
	uint32_t in = rte_be_to_cpu_32(run->own.in_port);

	if (port == SW_OFPP_IN_PORT) {
		send(run, run->in_port);
	} else if (port == SW_OFPP_NORMAL) {
		send(run, port);
	} else if (port == SW_OFPP_CONTROLLER) {
		oracle_to_controller(run, SW_NO_BUFFER);
	} else if (port == SW_OFPP_ALL || port == SW_OFPP_FLOOD) {
		for (unsigned i = 0; i < run->rules->n_ports; i++)
			if (run->rules->port[i] != run->in_port)
				send(run, run->rules->port[i]);
	} else if (port != in) {
		for (unsigned i = 0; i < run->rules->n_ports; i++)
			if (run->rules->port[i] == port)
				send(run, port);
	}
}

/* --- bits of fields, as strings of 0 and 1 --- */

/* Lowest bit first in out[], 128 of them. */
static void read_bits(const struct run *run, const struct sw_bits *bits, uint8_t out[128])
{
	struct sw_fields f = fields_now(run);
	uint8_t value[16];

	memset(out, 0, 128);
	sw_field_get(bits->field, &f, value);
	for (unsigned i = 0; i < bits->n; i++)
		out[i] = oracle_bit(value, sw_field_bytes(bits->field), bits->from + i);
}

/* Does the packet have the field? */
static bool has(const struct sw_fields *f, const struct sw_field *field)
{
	struct sw_match match = { .value = *f };

	memset(&match.mask, 0xff, sizeof(match.mask));
	return sw_prereq_met(field->prereq, &match);
}

static void write_field(
	struct run *run, const struct sw_field *field, const uint8_t *value, const uint8_t *mask)
{
	unsigned n = sw_field_bytes(field);
	uint8_t now[16];
	struct sw_fields f = fields_now(run);

	if (!has(&f, field))
		return;
	sw_field_get(field, &f, now);
	for (unsigned i = 0; i < n; i++)
		now[i] = (now[i] & ~mask[i]) | (value[i] & mask[i]);
	if (field->offset < offsetof(struct sw_fields, pbb_isid))
		sw_field_set(field, &run->own, now);
	else
		oracle_write(&run->packet, field, now);
}

static void write_bits(struct run *run, const struct sw_bits *bits, const uint8_t in[128])
{
	unsigned n = sw_field_bytes(bits->field);
	uint8_t value[16] = { 0 }, mask[16] = { 0 };

	for (unsigned i = 0; i < bits->n; i++) {
		oracle_bit_set(value, n, bits->from + i, in[i]);
		oracle_bit_set(mask, n, bits->from + i, true);
	}
	write_field(run, bits->field, value, mask);
}

/* --- the tables --- */
static bool sets(const struct sw_action *a)
{
	return !strcmp(a->type->name, "set_field") || !strcmp(a->type->name, "load");
}

/* Writes of what says which headers follow, the later of all bits of the one before: what that one would do to checksums on the
 * way is not done. Of other fields it makes no difference. */
static bool takes_place(const struct sw_action *a, const struct sw_action *before)
{
	if (!sets(a) || !sets(before) || a->set.field != before->set.field)
		return false;
	for (unsigned i = 0; i < sw_field_bytes(a->set.field); i++)
		if (before->set.mask[i] & ~a->set.mask[i])
			return false;
	return true;
}

/* Of those that write fields the last; NULL: none. */
static struct sw_action *last_set(struct run *run)
{
	for (unsigned i = run->n_set; i-- > 0;)
		if (run->set[i].type->set_place == SW_PLACE_SET)
			return &run->set[i];
	return NULL;
}

/* One action of each place; those that write fields one after another. */
static void write_actions(struct run *run, const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		struct sw_action *last = last_set(run);
		unsigned at = 0;

		if (a->type->set_place == SW_PLACE_SET && last && takes_place(a, last)) {
			*last = *a;
			continue;
		}
		while (at < run->n_set &&
			(a->type->set_place == SW_PLACE_SET ||
				run->set[at].type->set_place != a->type->set_place))
			at++;
		if (at == ORACLE_SET)
			abort();
		run->set[at] = *a;
		run->n_set += at == run->n_set;
	}
}

void oracle_tell_output(struct run *run)
{
	uint32_t port = SW_OFPP_UNSET;
	bool group = false;

	for (unsigned i = 0; i < run->n_set; i++) {
		group |= run->set[i].type->set_place == SW_PLACE_GROUP;
		if (!strcmp(run->set[i].type->name, "output"))
			port = run->set[i].output.port;
	}
	run->own.actset_output = rte_cpu_to_be_32(group ? SW_OFPP_UNSET : port);
}

static void do_table(struct run *run, uint8_t table, rte_be32_t in_port)
{
	for (int next = table; next >= 0; in_port = run->own.in_port) {
		const struct sw_rule_conf *rule = look_up(run, next, in_port);

		if (!rule) {
			if (!run->depth)
				run->n_set = 0;
			return;
		}
		if (rule->does.apply)
			oracle_list(run, rule->does.apply->a, rule->does.apply->n);
		if (run->exit || run->ended || run->result->too_long)
			return;
		if (rule->does.clear)
			run->n_set = 0;
		write_actions(run, rule->does.write);
		oracle_tell_output(run);
		run->own.metadata = (run->own.metadata & ~rule->does.metadata_mask) |
				    (rule->does.metadata & rule->does.metadata_mask);
		next = rule->does.goto_table;
	}
}

static void resubmit(struct run *run, const struct sw_action *a)
{
	const struct sw_rule_conf *rule = run->rule;
	uint8_t table = run->table;
	rte_be32_t in_port = a->resubmit.port == SW_OFPP_IN_PORT
				     ? run->own.in_port
				     : rte_cpu_to_be_32(a->resubmit.port);

	if (run->depth == DEPTH) {
		run->result->too_long = true;
		return;
	}
	run->depth++;
	do_table(run, a->resubmit.table == 255 ? table : a->resubmit.table, in_port);
	run->depth--;
	run->table = table;
	run->rule = rule;
}

static void do_stack(struct run *run, const struct sw_action *a, bool push)
{
	uint8_t bits[128];

	if (push && run->n_stack == STACK) {
		run->result->too_long = true;
	} else if (push) {
		read_bits(run, &a->stack, bits);
		memset(run->stack[run->n_stack], 0, 16);
		for (unsigned i = 0; i < 128; i++)
			oracle_bit_set(run->stack[run->n_stack], 16, i, bits[i]);
		run->n_stack++;
	} else if (run->n_stack) {
		run->n_stack--;
		for (unsigned i = 0; i < 128; i++)
			bits[i] = oracle_bit(run->stack[run->n_stack], 16, i);
		write_bits(run, &a->stack, bits);
	}
}

static void do_move(struct run *run, const struct sw_action *a)
{
	uint8_t bits[128];

	read_bits(run, &a->move.from, bits);
	write_bits(run, &a->move.to, bits);
}

static void do_output_bits(struct run *run, const struct sw_action *a)
{
	uint8_t bits[128];
	uint32_t port = 0;

	read_bits(run, &a->output_reg, bits);
	for (unsigned i = 0; i < 32; i++)
		port |= (uint32_t)bits[i] << i;
	if (a->output_reg.n <= 16 && port >= 0xff00)
		port |= 0xffff0000u;
	/* What becomes of it is the L2 program's, which the test has no model of. */
	run->result->unsure |= port == SW_OFPP_NORMAL;
	output(run, port);
}

static void write_number(struct run *run, const struct sw_bits *to, uint64_t number)
{
	uint8_t bits[128] = { 0 };

	for (unsigned i = 0; i < 64; i++)
		bits[i] = number >> i & 1;
	write_bits(run, to, bits);
}

static void do_multipath(struct run *run, const struct sw_multipath *m)
{
	struct sw_fields f = fields_now(run);

	write_number(run, &m->dst, oracle_link(&f, m));
}

bool oracle_port_is_live(const struct run *run, uint32_t port)
{
	for (unsigned i = 0; i < run->rules->n_ports; i++)
		if (run->rules->port[i] == port)
			return !run->rules->down[port];
	return port == SW_OFPP_IN_PORT;
}

static void do_bundle(struct run *run, const struct sw_bundle *b)
{
	struct sw_fields f = fields_now(run);
	bool *live = calloc(b->n + 1, sizeof(*live));
	int best;

	for (unsigned i = 0; i < b->n; i++)
		live[i] = oracle_port_is_live(run, b->members[i]);
	best = oracle_member(&f, b, live);
	free(live);
	if (b->dst.field)
		write_number(run, &b->dst, best < 0 ? 0xffff : b->members[best] & 0xffff);
	else if (best >= 0)
		output(run, b->members[best]);
}

/* A tag is added where there is none. */
static void do_mod_vlan(struct run *run, const struct sw_action *a)
{
	struct sw_fields f = fields_now(run);

	if (!f.vlan_tci)
		oracle_push_vlan(&run->packet, 0x8100);
	write_field(run, a->set.field, a->set.value, a->set.mask);
}

/* Of whatever has ports. */
static void do_mod_tp_dst(struct run *run, const struct sw_action *a)
{
	static const char *const names[] = { "tcp_dst", "udp_dst", "sctp_dst" };

	for (unsigned i = 0; i < RTE_DIM(names); i++)
		write_field(
			run, sw_reg_find(&sw_reg_kind_field, names[i]), a->set.value, a->set.mask);
}

static void do_learn(struct run *run, const struct sw_learn *l)
{
	struct sw_fields f = fields_now(run);
	bool told = oracle_learn(run, l, &f);

	if (l->result.field)
		write_number(run, &l->result, told);
}

static void do_fin(struct run *run, const struct sw_action *a)
{
	struct sw_fields f = fields_now(run);

	oracle_fin(run, a, &f);
}

static void do_one(struct run *run, const struct sw_action *a)
{
	const char *name = a->type->name;

	if (!strcmp(name, "controller"))
		oracle_controller(run, a);
	else if (!strcmp(name, "output") && a->output.port == SW_OFPP_CONTROLLER)
		oracle_to_controller(run, a->output.max_len);
	else if (!strcmp(name, "output"))
		output(run, a->output.port);
	else if (!strcmp(name, "output_reg"))
		do_output_bits(run, a);
	else if (!strcmp(name, "set_field") || !strcmp(name, "load"))
		write_field(run, a->set.field, a->set.value, a->set.mask);
	else if (!strcmp(name, "move"))
		do_move(run, a);
	else if (!strcmp(name, "check_pkt_larger"))
		write_number(run, &a->larger.to, run->packet.len > a->larger.len);
	else if (!strcmp(name, "push") || !strcmp(name, "pop"))
		do_stack(run, a, !strcmp(name, "push"));
	else if (!strcmp(name, "push_vlan"))
		oracle_push_vlan(&run->packet, rte_be_to_cpu_16(a->ethertype));
	else if (!strcmp(name, "pop_vlan"))
		oracle_pop_vlan(&run->packet);
	else if (!strcmp(name, "push_mpls"))
		oracle_push_mpls(&run->packet, rte_be_to_cpu_16(a->ethertype));
	else if (!strcmp(name, "pop_mpls"))
		oracle_pop_mpls(&run->packet, rte_be_to_cpu_16(a->ethertype));
	else if (!strcmp(name, "push_pbb"))
		oracle_push_pbb(&run->packet, rte_be_to_cpu_16(a->ethertype));
	else if (!strcmp(name, "pop_pbb"))
		oracle_pop_pbb(&run->packet);
	else if (!strcmp(name, "enqueue"))
		output(run, a->enqueue.port);
	else if (!strcmp(name, "dec_ttl"))
		oracle_dec(run, a, false);
	else if (!strcmp(name, "dec_mpls_ttl"))
		oracle_dec(run, a, true);
	else if (!strcmp(name, "resubmit"))
		resubmit(run, a);
	else if (!strcmp(name, "mod_vlan_vid"))
		do_mod_vlan(run, a);
	else if (!strcmp(name, "mod_tp_dst"))
		do_mod_tp_dst(run, a);
	else if (!strcmp(name, "group"))
		oracle_group(run, a->id);
	else if (!strcmp(name, "multipath"))
		do_multipath(run, a->multipath);
	else if (!strcmp(name, "bundle") || !strcmp(name, "bundle_load"))
		do_bundle(run, a->bundle);
	else if (!strcmp(name, "clone"))
		oracle_clone(run, a->nested.list);
	else if (!strcmp(name, "learn"))
		do_learn(run, a->learn);
	else if (!strcmp(name, "fin_timeout"))
		do_fin(run, a);
	else if (!strcmp(name, "exit"))
		run->exit = true;
	else if (strcmp(name, "drop") && strcmp(name, "set_queue") && strcmp(name, "pop_queue"))
		abort(); /* the test gave it what it does not know; ports have no queues */
}

void oracle_list(struct run *run, const struct sw_action *a, unsigned n)
{
	for (unsigned i = 0; i < n && !run->exit && !run->ended && !run->result->too_long; i++)
		do_one(run, &a[i]);
}

/* 5.10: by place; with a group no output. What its actions write to the set comes too late. */
static void do_set(struct run *run)
{
	struct sw_actions *set = calloc(1, sizeof(*set) + run->n_set * sizeof(set->a[0]));

	set->n = run->n_set;
	memcpy(set->a, run->set, run->n_set * sizeof(set->a[0]));
	run->n_set = 0;
	run->in_set = true;
	oracle_bucket(run, set);
	free(set);
}

void oracle_run(const struct oracle_rules *rules, uint32_t in_port, const uint8_t *packet,
	size_t len, struct oracle_result *result)
{
	struct run *run = calloc(1, sizeof(*run));

	result->n = result->n_told = 0;
	result->too_long = result->unsure = result->repeats = false;
	if (rules->store)
		oracle_store_mark(rules->store);
	run->rules = rules;
	run->result = result;
	run->in_port = in_port;
	run->own.in_port = run->own.in_phy_port = rte_cpu_to_be_32(in_port);
	run->own.actset_output = rte_cpu_to_be_32(SW_OFPP_UNSET);
	run->packet.len = len;
	memcpy(run->packet.b, packet, len);
	do_table(run, 0, run->own.in_port);
	run->exit = false;
	if (!run->ended)
		do_set(run);
	if (result->too_long)
		result->n = result->n_told = 0;
	free(run->stopped);
	free(run);
}

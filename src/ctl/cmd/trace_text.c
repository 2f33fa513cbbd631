/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See trace_text.h. Control thread.
 */
#include "trace_text.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action.h>
#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/field_text.h>
#include <sw/flow.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/packet_in.h>
#include <sw/port.h>
#include <sw/rule_text.h>

#include "../switch/switch.h"

#define NEAR  2	    /* rules that are told */
#define LOOKS 20000 /* in all tables together: a millisecond or two */

static void line(struct trace_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line(struct trace_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sw_str_vadd(&t->lines, fmt, args);
	va_end(args);
	sw_str_add(&t->lines, "\n");
}

static json_t *step(struct trace_text *t, const char *what)
{
	json_t *s = json_pack("{s:s}", "step", what);

	json_array_append_new(t->steps, s);
	return s;
}

/* The caller frees it. */
static char *rule_text(const struct sw_rule *rule)
{
	struct sw_rule_conf conf;
	struct sw_str text = { 0 };

	sw_rule_get(rule, &conf);
	sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_COOKIE, &text);
	return text.s;
}

static char *flow_text(const struct sw_fields *fields, bool with_port)
{
	struct sw_match match;
	struct sw_str text = { 0 };

	sw_trace_match(fields, &match);
	if (!with_port)
		match.value.in_port = match.mask.in_port = 0;
	sw_str_add(&text, "%s", "");
	sw_match_print(&match, &text);
	return text.s;
}

static void on_enter(void *arg, const struct sw_port *port, const struct sw_fields *fields)
{
	struct trace_text *t = arg;
	const char *bridge = switch_bridge_of(port);
	char *flow = flow_text(fields, true);
	json_t *s = step(t, "enter");

	line(t, "%sbridge %s, by port %s: %s", t->lines.len ? "\n" : "", bridge ? bridge : "?",
		port->name, flow);
	json_object_set_new(s, "bridge", json_string(bridge));
	json_object_set_new(s, "port", json_string(port->name));
	json_object_set_new(s, "flow", json_string(flow));
	t->last = *fields;
	free(flow);
}

/* --- tables --- */

/* xreg0 and its like are registers once more. */
static bool is_view(const struct sw_field *f)
{
	return f->bits > 32 && f->offset >= offsetof(struct sw_fields, reg) &&
	       f->offset < offsetof(struct sw_fields, in_port);
}

/* What actions did to the fields since the table before; in_port is put in its place by resubmits. */
static void tell_changes(struct trace_text *t, const struct sw_fields *now)
{
	struct sw_match is;
	const struct sw_field *f;
	struct sw_fields seen = { 0 };

	sw_trace_match(now, &is);
	SW_REG_FOREACH (field, const struct sw_field *, f) {
		uint8_t a[16] = { 0 }, b[16] = { 0 };
		struct sw_str text = { 0 };

		sw_field_get(f, &t->last, a);
		sw_field_get(f, now, b);
		if (is_view(f) || !memcmp(a, b, sizeof(a)) || sw_field_is_full(f, &seen) ||
			!sw_prereq_met(f->prereq, &is))
			continue;
		sw_field_add(f, &seen);
		sw_str_add(&text, "%s ", f->name);
		sw_field_print(f, a, NULL, &text);
		sw_str_add(&text, " -> ");
		sw_field_print(f, b, NULL, &text);
		line(t, "      %s", text.s);
		json_object_set_new(step(t, "change"), "change", json_string(text.s));
		free(text.s);
	}
	t->last = *now;
}

static void tell_near(struct trace_text *t, const struct sw_trace_table *at, json_t *s)
{
	const struct sw_rule *near[NEAR];
	unsigned n = sw_trace_near(at, near, NEAR, &t->looks);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++) {
		struct sw_str differs = { 0 };
		char *rule = rule_text(near[i]);

		sw_trace_differs(near[i], at->fields, &differs);
		line(t, "      not %s: %s", rule, differs.s);
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "rule", rule, "differs", differs.s));
		free(differs.s);
		free(rule);
	}
	json_object_set_new(s, "near", list);
	if (!t->looks)
		line(t, "      (near rules were sought among the first %u)", LOOKS);
}

/* "1, 3" */
static void add_dims(struct sw_str *text, uint64_t dims)
{
	for (unsigned n = 0; dims; dims &= dims - 1)
		sw_str_add(text, "%s%u", n++ ? ", " : "", (unsigned)__builtin_ctzll(dims) + 1);
}

static json_t *dims_json(uint64_t dims)
{
	json_t *list = json_array();

	for (; dims; dims &= dims - 1)
		json_array_append_new(list, json_integer(__builtin_ctzll(dims) + 1));
	return list;
}

/* What it meets of a conjunction and what it lacks. */
static void tell_conj(struct trace_text *t, const struct sw_trace_conj *c, json_t *list)
{
	uint64_t all = c->n == 64 ? UINT64_MAX : (1ull << c->n) - 1;
	struct sw_str text = { 0 };

	if (c->leads)
		sw_str_add(&text, "all %u dimensions met: looked up with conj_id=%u", c->n, c->id);
	else if (c->dims == all)
		sw_str_add(&text, "all %u dimensions met, but no rule takes it with conj_id=%u",
			c->n, c->id);
	else
		sw_str_add(&text, "of %u dimensions met ", c->n);
	if (c->dims != all) {
		add_dims(&text, c->dims);
		sw_str_add(&text, ", lacking ");
		add_dims(&text, all & ~c->dims);
	}
	line(t, "      conjunction %u, priority %u: %s", c->id, c->priority, text.s);
	json_array_append_new(list,
		json_pack("{s:I, s:i, s:i, s:o, s:o, s:b}", "id", (json_int_t)c->id, "priority",
			c->priority, "dimensions", c->n, "met", dims_json(c->dims), "lacking",
			dims_json(all & ~c->dims), "leads", c->leads));
	free(text.s);
}

static void tell_conjs(struct trace_text *t, const struct sw_trace_table *at, json_t *s)
{
	json_t *list;

	if (!at->n_conj)
		return;
	list = json_array();
	for (unsigned i = 0; i < at->n_conj; i++)
		tell_conj(t, &at->conj[i], list);
	if (at->n_conj == SW_TRACE_CONJS)
		line(t, "      (the first %u conjunctions are told)", SW_TRACE_CONJS);
	json_object_set_new(s, "conjunctions", list);
}

/* Why a rule that takes the packet is not the one that was found. */
static void add_reason(
	const struct sw_trace_table *at, const struct sw_rule *rule, struct sw_str *text)
{
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	if (sw_actions_conjunctive(conf.does.apply))
		sw_str_add(text, "it matches, and is for conjunctions: all dimensions of one must "
				 "be met");
	else
		sw_str_add(text, "it matches, but priority %u goes before its %u",
			at->rule ? sw_rule_priority(at->rule) : 0, conf.priority);
}

/* Of the rule that is asked for. */
static void tell_why(struct trace_text *t, const struct sw_trace_table *at, json_t *s)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule = sw_rules_next(at->rules, &cursor, t->why);
	struct sw_str differs = { 0 };
	char *text;

	if (!rule || sw_rule_table(rule) != at->table || rule == at->rule)
		return;
	text = rule_text(rule);
	if (!sw_trace_differs(rule, at->fields, &differs))
		add_reason(at, rule, &differs);
	line(t, "      why not %s: %s", text, differs.s);
	json_object_set_new(s, "why", json_string(differs.s));
	free(differs.s);
	free(text);
}

static void on_table(void *arg, const struct sw_trace_table *at)
{
	struct trace_text *t = arg;
	char *rule = at->rule ? rule_text(at->rule) : NULL, deep[32] = "";
	json_t *s;

	tell_changes(t, at->fields);
	s = step(t, "table");
	if (at->depth)
		snprintf(deep, sizeof(deep), " (%u deep)", at->depth);
	if (at->table == SW_TABLE_BY_HAND)
		line(t, "  flows set by hand: %s", rule ? rule : "none takes it");
	else
		line(t, "  table %u%s: %s", at->table, deep, rule ? rule : "no rule");
	json_object_set_new(s, "table", json_integer(at->table));
	json_object_set_new(s, "depth", json_integer(at->depth));
	json_object_set_new(s, "rule", rule ? json_string(rule) : json_null());
	tell_conjs(t, at, s);
	tell_near(t, at, s);
	if (t->why)
		tell_why(t, at, s);
	free(rule);
}

/* --- what is done --- */

static const char *port_text(uint32_t number, char text[16])
{
	static const struct {
		uint32_t number;
		const char *name;
	} reserved[] = { { SW_OFPP_IN_PORT, "IN_PORT" }, { SW_OFPP_NORMAL, "NORMAL" },
		{ SW_OFPP_FLOOD, "FLOOD" }, { SW_OFPP_ALL, "ALL" },
		{ SW_OFPP_CONTROLLER, "CONTROLLER" }, { SW_OFPP_LOCAL, "LOCAL" },
		{ SW_OFPP_ANY, "the port that a field says" } };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (reserved[i].number == number)
			return reserved[i].name;
	snprintf(text, 16, "%u", number);
	return text;
}

static void add_places(const struct sw_trace_set *set, struct sw_str *text)
{
	static const char *const names[SW_PLACES] = { [SW_PLACE_COPY_TTL_IN] = "copy_ttl_in",
		[SW_PLACE_POP_VLAN] = "pop_vlan",
		[SW_PLACE_POP_PBB] = "pop_pbb",
		[SW_PLACE_POP_MPLS] = "pop_mpls",
		[SW_PLACE_PUSH_MPLS] = "push_mpls",
		[SW_PLACE_PUSH_PBB] = "push_pbb",
		[SW_PLACE_PUSH_VLAN] = "push_vlan",
		[SW_PLACE_COPY_TTL_OUT] = "copy_ttl_out",
		[SW_PLACE_DEC_TTL] = "dec_ttl",
		[SW_PLACE_DEC_MPLS_TTL] = "dec_mpls_ttl",
		[SW_PLACE_METER] = "meter",
		[SW_PLACE_SET_QUEUE] = "set_queue",
		[SW_PLACE_RESUBMIT] = "resubmit" };
	char number[16];

	for (unsigned place = 0; place < SW_PLACES; place++) {
		if (!(set->places & 1u << place))
			continue;
		if (place == SW_PLACE_OUTPUT)
			sw_str_add(text, ",output:%s", port_text(set->output, number));
		else if (place == SW_PLACE_GROUP)
			sw_str_add(text, ",group:%u", set->group);
		else if (names[place])
			sw_str_add(text, ",%s", names[place]);
	}
}

static void on_set(void *arg, const struct sw_trace_set *set)
{
	struct trace_text *t = arg;
	struct sw_str text = { 0 };

	sw_str_add(&text, "%s", "");
	for (unsigned i = 0; i < set->n_fields; i++) {
		sw_str_add(&text, ",set_field:");
		sw_field_print(set->field[i], set->value[i], NULL, &text);
		sw_str_add(&text, "->%s", set->field[i]->name);
	}
	add_places(set, &text);
	line(t, "  action set: %s", text.s + 1);
	json_object_set_new(step(t, "set"), "actions", json_string(text.s + 1));
	free(text.s);
}

static const char *port_name(unsigned index)
{
	const struct sw_port *port = sw_port_by_index(index);

	return port ? port->name : "a port that is gone";
}

static void on_normal(void *arg, const struct sw_trace_normal *n)
{
	struct trace_text *t = arg;
	json_t *s = step(t, "normal");

	line(t, "  NORMAL: VLAN %u, destination %s%s; source %s%s", n->vid,
		n->known ? "is known on " : "is unknown or a group: to all ports of the VLAN",
		n->known ? port_name(n->to) : "", n->knows_source ? "is known on " : "is new",
		n->knows_source ? port_name(n->from) : "");
	json_object_set_new(s, "vlan", json_integer(n->vid));
	json_object_set_new(s, "known", n->known ? json_string(port_name(n->to)) : json_null());
}

/* Why this bucket, in words. */
static const char *reason_of(const struct sw_group_conf *conf)
{
	switch (conf->type) {
	case SW_GROUP_SELECT:
		return conf->n_fields ? "chosen by the hash of its fields"
				      : "chosen by the hash of the connection";
	case SW_GROUP_FF:
		return "the first that is live";
	case SW_GROUP_INDIRECT:
		return "the only one";
	default:
		return "each gets the packet";
	}
}

static void on_group(void *arg, const struct sw_group *group, int bucket, uint64_t packets)
{
	const struct sw_group_conf *conf = sw_group_conf(group);
	struct trace_text *t = arg;
	json_t *s = step(t, "group");

	json_object_set_new(s, "group", json_integer(conf->id));
	if (bucket < 0) {
		line(t, "  group %u, type %s, %u buckets", conf->id, sw_group_type_name(conf->type),
			conf->n_buckets);
		return;
	}
	line(t, "      bucket %u: %s", conf->buckets[bucket].id, reason_of(conf));
	json_object_set_new(s, "bucket", json_integer(conf->buckets[bucket].id));
	json_object_set_new(s, "reason", json_string(reason_of(conf)));
}

static void on_meter(void *arg, const struct sw_meter *meter, int band)
{
	const struct sw_meter_conf *conf = sw_meter_conf(meter);
	struct trace_text *t = arg;
	const char *does = "lets it pass now";

	if (band >= 0)
		does = conf->bands[band].type == SW_METER_DROP ? "drops it now"
							       : "remarks its DSCP now";
	line(t, "  meter %u %s", conf->id, does);
	json_object_set_new(step(t, "meter"), "meter", json_integer(conf->id));
	json_object_set_new(
		json_array_get(t->steps, json_array_size(t->steps) - 1), "does", json_string(does));
}

/* --- the end --- */

static void add_verdict(struct trace_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add_verdict(struct trace_text *t, const char *fmt, ...)
{
	va_list args;

	sw_str_add(&t->verdict, "%s", t->verdict.len ? ", " : "");
	va_start(args, fmt);
	sw_str_vadd(&t->verdict, fmt, args);
	va_end(args);
}

static void on_output(void *arg, const struct sw_port *port, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
	struct trace_text *t = arg;
	struct sw_str hex = { 0 };
	json_t *s = step(t, "output");
	char *flow;

	for (size_t i = 0; i < len; i++)
		sw_str_add(&hex, "%02x", bytes[i]);
	flow = flow_text(fields, false);
	line(t, "  leaves by %s, %zu bytes: %s", port->name, len, flow);
	line(t, "      %s", hex.s ? hex.s : "");
	json_object_set_new(s, "port", json_string(port->name));
	json_object_set_new(s, "bytes", json_string(hex.s));
	add_verdict(t, "%s", port->name);
	free(flow);
	free(hex.s);
}

static void on_controller(void *arg, const struct sw_packet_in *in, size_t len)
{
	struct trace_text *t = arg;

	json_t *s = step(t, "controller");
	char id[32] = "";

	if (in->controller)
		snprintf(id, sizeof(id), " of id %u", in->controller);
	line(t, "  to controllers%s: %zu bytes%s, from table %u%s", id, len,
		in->data ? " and userdata" : "", in->table,
		in->pauses ? "; what follows waits until one resumes it" : "");
	json_object_set_new(s, "table", json_integer(in->table));
	json_object_set_new(s, "id", json_integer(in->controller));
	json_object_set_new(s, "pause", json_boolean(in->pauses));
	add_verdict(t, "controllers");
}

static void on_drop(void *arg, const struct sw_port *port, const struct sw_drop *why)
{
	struct trace_text *t = arg;
	json_t *s = step(t, "drop");

	line(t, "  dropped (%s, counted on %s): %s", why->name, port->name, why->help);
	json_object_set_new(s, "port", json_string(port->name));
	json_object_set_new(s, "reason", json_string(why->name));
	add_verdict(t, "dropped: %s", why->name);
}

void trace_text_begin(struct trace_text *t, const struct sw_rule_change *why)
{
	*t = (struct trace_text){ .ear = { t, on_enter, on_table, on_set, on_normal, on_group,
					  on_meter, on_output, on_controller, on_drop },
		.why = why,
		.looks = LOOKS };
	t->steps = json_array();
}

json_t *trace_text_end(struct trace_text *t)
{
	json_t *result;

	if (!t->verdict.len)
		sw_str_add(&t->verdict, "nothing is sent");
	sw_str_add(&t->lines, "\nverdict: %s\n", t->verdict.s);
	result = json_pack("{s:s, s:{s:s, s:o}}", "text", t->lines.s, "data", "verdict",
		t->verdict.s, "steps", t->steps);
	free(t->lines.s);
	free(t->verdict.s);
	return result;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trace --live: the next real packets of a bridge that match. What a worker did with one is told as the worker saw it; why,
 * table by table, comes of a second walk of the same bytes (sw/trace.h), and where the two differ that is said.
 *
 * Control thread. The trap goes with the command: at its end, when the client goes away, when swd stops.
 */
#include "run_trace.h"

#include <stdlib.h>
#include <string.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/port.h>
#include <sw/rule_text.h>
#include <sw/text.h>
#include <sw/trap.h>

#include "../switch/numbers_of.h"
#include "../switch/switch.h"
#include "option.h"
#include "trace_text.h"

#define MARGIN_MS 1000 /* before the client would give up; less when it waits for less than 10 s */

struct live {
	struct sw_bridge *bridge; /* while the trap says that it is there */
	struct sw_trap *trap;
	uint64_t count, got;
	uint64_t seconds, end_ms; /* it waits for; 0: for ever */
	bool names, has_why;
	struct sw_rule_change why;
	struct sw_str text;
	json_t *packets;
};

/* A second walk, and where it leads. */
struct again {
	struct trace_text text; /* first: its ear's arg is both */
	struct sw_trace_ear plain;
	unsigned bridges; /* that it came into: one, unless there are patch ports */
	uint16_t n[SW_PORT_MAX];
};

static void again_enter(void *arg, const struct sw_port *port, const struct sw_fields *fields)
{
	struct again *a = arg;

	a->bridges++;
	a->plain.enter(arg, port, fields);
}

static void again_output(void *arg, const struct sw_port *port, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
	struct again *a = arg;

	a->n[port->index]++;
	a->plain.output(arg, port, bytes, len, fields);
}

/* Did the packet leave by the ports that the walk says? Behind patch ports nobody counted. */
static bool differs(const struct again *a, const struct sw_trap_packet *p)
{
	unsigned left = 0;

	if (a->bridges != 1 || p->unsure || p->n_out > SW_TRAP_OUTS)
		return false;
	for (unsigned i = 0; i < p->n_out; i++)
		if (a->n[p->out[i].port] != p->out[i].n)
			return true;
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		left += a->n[i] != 0;
	return left != p->n_out;
}

/* --- what a worker did --- */

static void add_outs(const struct sw_trap_packet *p, struct sw_str *text, json_t *list)
{
	for (unsigned i = 0; i < RTE_MIN(p->n_out, (unsigned)SW_TRAP_OUTS); i++) {
		const struct sw_port *port = sw_port_by_index(p->out[i].port);
		const char *name = port ? port->name : "a port that is gone";

		sw_str_add(text, "%s%s", text->len ? ", " : "", name);
		if (p->out[i].n != 1)
			sw_str_add(text, " (%u copies)", p->out[i].n);
		json_array_append_new(
			list, json_pack("{s:s, s:i}", "port", name, "copies", p->out[i].n));
	}
	if (p->n_out > SW_TRAP_OUTS)
		sw_str_add(text, " and %u more ports", p->n_out - SW_TRAP_OUTS);
}

static void add_what(const struct sw_trap_packet *p, struct sw_str *text, json_t *data)
{
	json_t *left = json_array();

	add_outs(p, text, left);
	json_object_set_new(data, "left", left);
	json_object_set_new(data, "to_controllers", json_integer(p->to_controllers));
	json_object_set_new(data, "dropped", p->why ? json_string(p->why->name) : json_null());
	json_object_set_new(data, "unsure", json_boolean(p->unsure));
	if (p->to_controllers)
		sw_str_add(text, "%scontrollers", text->len ? ", " : "");
	if (p->why)
		sw_str_add(text, "%sdropped: %s", text->len ? ", " : "", p->why->name);
	if (!text->len)
		sw_str_add(text, "nowhere: it was lost at the port it was to leave by, as below");
}

static void add_hex(struct sw_str *text, const struct sw_trap_packet *p)
{
	for (unsigned i = 0; i < p->n_bytes; i++)
		sw_str_add(text, "%02x", p->bytes[i]);
}

static const char *way_of(const struct sw_trap_packet *p)
{
	if (strcmp(p->program, "rules"))
		return "";
	return p->kept ? ", its flow was kept" : ", it went through the tables";
}

static void tell_worker(struct live *l, const struct sw_trap_packet *p, json_t *data)
{
	struct sw_str what = { 0 }, hex = { 0 };
	const char *port = p->port ? p->port->name : "a port that is gone";

	add_what(p, &what, data);
	add_hex(&hex, p);
	sw_str_add(&l->text, "%spacket %u of %u: %u bytes, came in by %s %.1f ms ago\n",
		l->got > 1 ? "\n" : "", (unsigned)l->got, (unsigned)l->count, p->len, port,
		p->age_us / 1000.0);
	sw_str_add(&l->text, "  %s%s\n", hex.s ? hex.s : "", p->n_bytes < p->len ? "..." : "");
	sw_str_add(&l->text, "  worker %u, program %s%s; went to: %s%s\n", p->worker, p->program,
		way_of(p), what.s,
		p->unsure ? " (a send buffer became full: some of it may be of others)" : "");
	json_object_set_new(data, "port", json_string(port));
	json_object_set_new(data, "worker", json_integer(p->worker));
	json_object_set_new(data, "length", json_integer(p->len));
	json_object_set_new(data, "bytes", json_string(hex.s ? hex.s : ""));
	json_object_set_new(data, "age_us", json_integer(p->age_us));
	json_object_set_new(data, "program", json_string(p->program));
	json_object_set_new(data, "kept", json_boolean(p->kept));
	free(what.s);
	free(hex.s);
}

/* --- and why --- */

static void say_of_walk(struct live *l, const struct sw_trap_packet *p, bool same, json_t *data)
{
	sw_str_add(&l->text, "walked again%s%s:\n",
		same ? ", by the rules that it met"
		     : "; rules of the bridge have changed since it passed, so by those of now",
		p->n_bytes < p->len ? ", without what is not shown of it" : "");
	json_object_set_new(data, "same_rules", json_boolean(same));
}

static void add_walk(struct live *l, struct again *a, const struct sw_trap_packet *p, json_t *data)
{
	json_t *told = trace_text_end(&a->text), *value;
	const char *key;

	sw_str_add(&l->text, "%s", json_string_value(json_object_get(told, "text")));
	json_object_foreach (json_object_get(told, "data"), key, value)
		json_object_set(data, key, value);
	json_decref(told);
	if (!differs(a, p))
		return;
	sw_str_add(&l->text,
		"the packet itself went another way: what it met has changed since (stations, links, groups, "
		"meters%s)\n",
		json_is_true(json_object_get(data, "same_rules")) ? "" : ", rules");
	json_object_set_new(data, "differs", json_true());
}

static void walk_again(struct live *l, const struct sw_trap_packet *p, json_t *data)
{
	struct sw_trap_state now;
	struct sw_err err = { 0 };
	struct again *a;

	sw_trap_state(l->trap, &now);
	if (!p->port || now.bridge_gone ||
		strcmp(switch_bridge_of(p->port) ?: "", sw_bridge_name(l->bridge))) {
		sw_str_add(&l->text, "its port has left the bridge: it cannot be walked again\n");
		return;
	}
	a = sw_xcalloc(1, sizeof(*a));
	trace_text_begin(&a->text, l->has_why ? &l->why : NULL);
	a->plain = a->text.ear;
	a->text.ear.enter = again_enter;
	a->text.ear.output = again_output;
	say_of_walk(l, p, p->version == now.version, data);
	if (sw_trace_run(&a->text.ear, p->port, p->bytes, p->n_bytes, NULL, &err)) {
		json_decref(trace_text_end(&a->text));
		sw_str_add(&l->text, "%s\n", err.text);
	} else {
		add_walk(l, a, p, data);
	}
	free(a);
}

static void gather(struct live *l)
{
	struct sw_trap_packet p;

	numbers_of(l->names ? l->bridge : NULL);
	while (sw_trap_next(l->trap, &p)) {
		json_t *data = json_object();

		l->got++;
		tell_worker(l, &p, data);
		walk_again(l, &p, data);
		json_array_append_new(l->packets, data);
	}
	numbers_of(NULL);
}

/* --- the command --- */

static void live_drop(void *arg)
{
	struct live *l = arg;

	sw_trap_remove(l->trap);
	sw_instructions_fini(&l->why.conf.does);
	free(l->text.s);
	json_decref(l->packets);
	free(l);
}

static int read_options(struct live *l, const struct sw_call *call, struct sw_err *err)
{
	const char *count = call->option[TRACE_COUNT], *why = call->option[TRACE_WHY];
	char range[32];
	int rc;

	l->count = 1;
	snprintf(range, sizeof(range), "a number from 1 to %d", SW_TRAP_MOST);
	if (count && sw_parse_u64(count, 1, SW_TRAP_MOST, &l->count))
		return option_bad("count", count, range, err);
	l->names = call->option[TRACE_NAMES] != NULL;
	l->seconds = call->patience_s;
	if (l->seconds)
		l->end_ms = sw_clock_ms() + l->seconds * 1000 -
			    RTE_MIN((uint64_t)MARGIN_MS, l->seconds * 100);
	if (!why)
		return 0;
	rc = sw_rule_parse(why, SW_RULE_DELETE_STRICT, &l->why, err);
	if (rc)
		sw_err_prefix(err, "--why=%s", why);
	l->has_why = !rc;
	return rc;
}

static int read_match(struct live *l, const struct sw_call *call, struct sw_match *match,
	const struct sw_port **port, struct sw_err *err)
{
	int rc;

	if (call->n_args > 2) {
		rc = sw_err_set(
			err, SW_CODE_USAGE, "--live waits for a real packet: none is given");
		sw_err_hint(err, "leave --live out to trace the packet that you have");
		return rc;
	}
	numbers_of(l->bridge);
	rc = call->n_args > 1 ? sw_match_parse(call->args[1], match, err) : 0;
	numbers_of(NULL);
	return rc || !match->mask.in_port ? rc : trace_port_of(l->bridge, match, port, err);
}

static int begin(struct sw_call *call, struct sw_err *err)
{
	const struct sw_port *port = NULL;
	struct sw_match match = { 0 };
	struct live *l;
	int rc;

	l = sw_xcalloc(1, sizeof(*l));
	call->state = l;
	call->drop = live_drop;
	l->packets = json_array();
	l->bridge = switch_bridge(call->args[0], err);
	if (!l->bridge)
		return sw_err_errno(err->code);
	rc = read_options(l, call, err);
	if (!rc)
		rc = read_match(l, call, &match, &port, err);
	if (rc)
		return rc;
	l->trap = sw_trap_set(l->bridge, port, &match, l->count, err);
	return l->trap ? SW_CMD_SLEEP : sw_err_errno(err->code);
}

static int none_came(const struct live *l, const struct sw_trap_state *s, struct sw_err *err)
{
	int rc;

	if (s->bridge_gone || s->port_gone)
		return sw_err_set(err, SW_CODE_NOT_FOUND,
			"the %s went away before a packet matched",
			s->bridge_gone ? "bridge" : "port");
	rc = sw_err_set(err, SW_CODE_TIMEOUT,
		"no packet matched: %llu were looked at, %llu more came too fast to be looked at",
		(unsigned long long)s->looked, (unsigned long long)s->passed);
	sw_err_hint(err,
		s->looked
			? "--timeout=SECONDS waits longer; swctl trace without --live tells of a packet that you give"
			: "none came in: swctl port show tells whether its link is up");
	return rc;
}

static int end(struct live *l, const struct sw_trap_state *s, struct sw_call *call)
{
	if (l->got < l->count)
		sw_str_add(&l->text, "\n%u of %u packets: %s\n", (unsigned)l->got,
			(unsigned)l->count,
			s->bridge_gone ? "the bridge went away"
			: s->port_gone ? "the port went away"
				       : "the time is over (--timeout=SECONDS)");
	call->result = json_pack("{s:s, s:{s:O, s:I, s:I}}", "text", l->text.s, "data", "packets",
		l->packets, "looked_at", (json_int_t)s->looked, "not_looked_at",
		(json_int_t)s->passed);
	return 0;
}

int trace_live(struct sw_call *call, struct sw_err *err)
{
	struct sw_trap_state s;
	struct live *l = call->state;

	if (!l)
		return begin(call, err);
	gather(l);
	sw_trap_state(l->trap, &s);
	if (l->got < l->count && !s.bridge_gone && !s.port_gone &&
		(!l->end_ms || sw_clock_ms() < l->end_ms))
		return SW_CMD_SLEEP;
	return l->got ? end(l, &s, call) : none_came(l, &s, err);
}

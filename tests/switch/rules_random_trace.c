/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random_trace.h. */
#include "testswitch.h"

#include "rules_random_trace.h"

#include <string.h>

#include <sw/trace.h>

#include "packet.h"
#include "rules_oracle.h"
#include "rules_random_told.h"

/* What a trace says would be sent: in the order of each port. */
static struct traced {
	const struct sw_port *port;
	size_t len;
	uint8_t b[ORACLE_PACKET];
} traced[ORACLE_OUTS];
static unsigned n_traced, n_traced_told;
static bool traced_wrong;
static const struct oracle_result *wanted; /* NULL: nothing is compared */

static void on_enter(void *arg, const struct sw_port *p, const struct sw_fields *fields)
{
}

static void on_table(void *arg, const struct sw_trace_table *t)
{
	const struct sw_rule *near[4];
	uint32_t looks = 50;
	unsigned n = sw_trace_near(t, near, 4, &looks);

	for (unsigned i = 0; i < n; i++) {
		struct sw_str text = { 0 };

		/* One that goes before the rule that was found differs in something. */
		assert_true(sw_trace_differs(near[i], t->fields, &text) > 0);
		assert_true(text.len > 0);
		free(text.s);
	}
	if (t->rule) {
		struct sw_str text = { 0 };

		assert_int_equal(sw_trace_differs(t->rule, t->fields, &text), 0);
		free(text.s);
	}
}

static void on_set(void *arg, const struct sw_trace_set *set)
{
}

static void on_normal(void *arg, const struct sw_trace_normal *n)
{
}

static void on_group(void *arg, const struct sw_group *g, int bucket, uint64_t packets)
{
}

static void on_meter(void *arg, const struct sw_meter *meter, int band)
{
}

static void on_output(void *arg, const struct sw_port *p, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
	struct traced *t = &traced[n_traced++];

	assert_true(n_traced <= ORACLE_OUTS && len <= sizeof(t->b));
	t->port = p;
	t->len = len;
	memcpy(t->b, bytes, len);
}

static void on_controller(void *arg, const struct sw_packet_in *in, size_t len)
{
	traced_wrong |= wanted && !told_is(wanted, n_traced_told++, in);
}

static void on_drop(void *arg, const struct sw_port *p, const struct sw_drop *why)
{
}

static bool same_output(struct sw_port **port, const struct oracle_out *out)
{
	for (struct traced *t = traced; t < traced + n_traced; t++) {
		if (t->port != port[out->port])
			continue;
		if (t->len != out->packet.len || !told_same_bytes(t->b, out->packet.b, t->len))
			return false;
		t->port = NULL;
		return true;
	}
	return false;
}

static bool compare(struct sw_port **port, const struct oracle_result *result)
{
	if (traced_wrong || n_traced_told != result->n_told) {
		print_message("the trace tells %u controllers, expected %u\n", n_traced_told,
			result->n_told);
		return false;
	}
	for (unsigned i = 0; i < result->n; i++)
		if (!same_output(port, &result->out[i])) {
			print_message("the trace does not say output %u to port %u\n", i,
				result->out[i].port);
			return false;
		}
	if (n_traced != result->n)
		print_message("the trace says %u packets too many\n", n_traced - result->n);
	return n_traced == result->n;
}

bool traced_expect(struct sw_port **port, unsigned in_port, const struct packet_bytes *p,
	const struct oracle_result *result, bool stops)
{
	static const struct sw_trace_ear ear = { NULL, on_enter, on_table, on_set, on_normal,
		on_group, on_meter, on_output, on_controller, on_drop };
	struct sw_err err;

	n_traced = n_traced_told = 0;
	traced_wrong = false;
	wanted = stops ? NULL : result;
	assert_int_equal(sw_trace_run(&ear, port[in_port], p->b, p->len, NULL, &err), 0);
	return stops || compare(port, result);
}

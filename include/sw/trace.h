/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the switch would do with a packet, and why, without doing it: the packet goes through the code that workers run, as
 * a worker that is none. It has send buffers that lead nowhere, counters that are in no statistics, an L2 program that does
 * not learn, and meters that it takes nothing from.
 *
 * room: pipeline. Thread: control. What callbacks are given is good until they return, but for rules and ports, which
 * are until control returns to its loop.
 */
#ifndef SW_TRACE_H
#define SW_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/field.h>

struct sw_drop;
struct sw_err;
struct sw_group;
struct sw_meter;
struct sw_packet_in;
struct sw_port;
struct sw_rule;
struct sw_rules;
struct sw_str;

/* A conjunction of which the packet meets some dimensions, by rules of a priority above that of the best other rule. */
struct sw_trace_conj {
	uint32_t id;
	uint16_t priority;
	uint8_t n;     /* dimensions that it has */
	bool leads;    /* all are met, and its id leads to the rule that was found */
	uint64_t dims; /* bit k - 1: dimension k is met */
};
#define SW_TRACE_CONJS 32 /* that are told */

/* A table was looked into. */
struct sw_trace_table {
	const struct sw_rules *rules;
	const struct sw_fields
		*fields; /* that were looked up, after all changes so far; conj_id with them */
	const struct sw_rule *rule; /* that was found, or NULL */
	uint8_t table;
	unsigned depth; /* resubmits and groups that it is in */
	unsigned n_conj;
	const struct sw_trace_conj *conj; /* as they were tried; none behind one that leads */
};

/* What the action set was when it was run: of places and fields, what each says last. */
struct sw_trace_set {
	uint32_t places;	/* bit: SW_PLACE_* is taken */
	uint32_t output, group; /* of these places */
	unsigned n_fields;
	const struct sw_field *field[64];
	const uint8_t *value[64]; /* as struct sw_fields has them */
};

/* What the L2 program found out about a packet; ports by index. */
struct sw_trace_normal {
	uint16_t vid;
	bool known, knows_source;
	uint16_t to, from; /* where stations are, if they are known */
};

struct sw_trace_ear {
	void *arg;
	/* It comes in by a port, of a bridge that the packet itself or a patch port led to. */
	void (*enter)(void *arg, const struct sw_port *port, const struct sw_fields *fields);
	void (*table)(void *arg, const struct sw_trace_table *t);
	void (*set)(void *arg, const struct sw_trace_set *set);
	void (*normal)(void *arg, const struct sw_trace_normal *n);
	/* A bucket by its place ran for so many packets; -1: the group itself. */
	void (*group)(void *arg, const struct sw_group *group, int bucket, uint64_t packets);
	void (*meter)(void *arg, const struct sw_meter *meter, int band); /* -1: passed */
	void (*output)(void *arg, const struct sw_port *port, const uint8_t *bytes, size_t len,
		const struct sw_fields *fields);
	void (*controller)(void *arg, const struct sw_packet_in *in, size_t len);
	void (*drop)(void *arg, const struct sw_port *port, const struct sw_drop *why);
};

#define SW_TRACE_BYTES 9216 /* of a packet at most */

/* Send bytes[0..len) in by a port. meta: registers, metadata, tunnel and so on that it has from the start; NULL: 0. An
 * error: the port is in no bridge, there is no memory for the packet. */
int sw_trace_run(const struct sw_trace_ear *ear, const struct sw_port *port, const uint8_t *bytes,
	size_t len, const struct sw_fields *meta, struct sw_err *err);

/* A packet as the match says it, for what it does not say usual values, into bytes[SW_TRACE_BYTES]; its length, or an error:
 * no such packet can be made, with the field. */
int sw_trace_compose(const struct sw_match *match, uint8_t *bytes, struct sw_err *err);

/* All of the fields that a packet with these values has, as a match. */
void sw_trace_match(const struct sw_fields *fields, struct sw_match *match);

/* Where a rule differs from fields: "tcp_dst is 22, not 80, ..."; "" if it takes them. How many fields. */
unsigned sw_trace_differs(
	const struct sw_rule *rule, const struct sw_fields *fields, struct sw_str *out);

/* Rules that come before the one that was found (without one: all) and differ in the fewest fields: up to `most` into
 * near[], the nearest first; of these the highest priority. Looks at *looks rules at most and takes off what it looked at. */
unsigned sw_trace_near(const struct sw_trace_table *t, const struct sw_rule **near, unsigned most,
	uint32_t *looks);

#endif

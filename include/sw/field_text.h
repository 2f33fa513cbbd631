/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields and matches as text, in the syntax that ovs-ofctl users know: "tcp,nw_src=10.0.0.0/8,tp_dst=80". Exact:
 * names in full, a field whose prerequisites are missing is refused, so is one that is given twice with
 * different values.
 *
 * room: pipeline. Thread: any but workers. Texts that are added to are the caller's.
 */
#ifndef SW_FIELD_TEXT_H
#define SW_FIELD_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>

struct sw_err;
struct sw_str;

/* The field of that name or alias whose prerequisites `match` meets (NULL: any). NULL with err: unknown, with
 * the nearest, or known and not there in packets of this match. */
const struct sw_field *sw_field_find(
	const char *name, const struct sw_match *match, struct sw_err *err);

/* "VALUE" or "VALUE/MASK" into sw_field_bytes(f) bytes each, big-endian; without a mask all its bits are
 * set. Bits of the value outside the mask are refused. mask NULL: one is refused. */
int sw_field_parse(const struct sw_field *f, const char *text, uint8_t *value, uint8_t *mask,
	struct sw_err *err);
/* The other way, the shortest form that reads back the same; mask NULL: none. */
void sw_field_print(
	const struct sw_field *f, const uint8_t *value, const uint8_t *mask, struct sw_str *out);

/* One "NAME=VALUE[/MASK]" or shorthand ("ip", "tcp6", "arp"; value NULL) of a match, added to it. Its
 * prerequisites must be there already. What the match has already may be said again or more closely, not
 * contradicted. 1: `name` is no field and no shorthand, err has the nearest. */
int sw_match_add(struct sw_match *match, const char *name, const char *value, struct sw_err *err);

/* A whole match: fields in any order, separated by commas or white space; "" or "any" is every packet. */
int sw_match_parse(const char *text, struct sw_match *match, struct sw_err *err);
/* "" for every packet; else as ovs-ofctl dump-flows prints it, shorthands first. */
void sw_match_print(const struct sw_match *match, struct sw_str *out);

/* A field of the match whose prerequisites are not met, or NULL: the match is consistent. */
const struct sw_field *sw_match_fault(const struct sw_match *match);

/* The port of a number, for texts: control may tell how ports are called. By default numbers only. */
struct sw_port_names {
	/* Name of an OpenFlow port, or NULL; number of a name, or SW_OFPP_ANY. */
	const char *(*name_of)(void *arg, uint32_t port);
	uint32_t (*port_of)(void *arg, const char *name);
	void *arg;
};
/* For the texts that follow on this thread; NULL: numbers again. */
void sw_port_names_use(const struct sw_port_names *names);

#endif

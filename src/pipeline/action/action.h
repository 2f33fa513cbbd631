/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of actions share: words of a text, numbers with their range, ports, and what a match says about
 * packets after an action.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_ACTION_H
#define PIPELINE_ACTION_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/action.h>

struct sw_err;
struct sw_str;

/* --- words: NAME, NAME:VALUE, NAME=VALUE, NAME(VALUE); a NAME in double quotes is taken as it is --- */

struct text {
	char *copy, *next;
};

struct word {
	const char *name;  /* "": there is only a value */
	const char *value; /* NULL: none */
	bool quoted;	   /* the name was */
	size_t at, value_at;
};

void text_init(struct text *t, const char *s);
void text_fini(struct text *t);
/* 1 with the next word, 0 at the end, or an error that has its place. Words are good until text_fini. */
int text_next(struct text *t, struct word *w, struct sw_err *err);
/* Each word to `take`, until one is refused; its place is added. */
int args_each(const char *text, int (*take)(void *arg, const struct word *w, struct sw_err *err),
	void *arg, struct sw_err *err);
/* What is left, from the next word on; its place. */
const char *text_rest(const struct text *t, size_t *at);
/* Parts between commas, without the white space around them: how many, at most `most`; more are an error. */
int text_split(struct text *t, const char **parts, unsigned most, struct sw_err *err);

/* The place of an error: `at` bytes on from where it is already, or there. */
void text_place(struct sw_err *err, size_t at);

/* What to return after err was set by something that returns none. */
int err_rc(const struct sw_err *err);

/* --- values; `what` is the word for errors: "idle_timeout" --- */

int arg_number(const char *what, const char *text, uint64_t max, uint64_t *out, struct sw_err *err);
int arg_u16(const char *what, const char *text, uint16_t *out, struct sw_err *err);
int arg_u32(const char *what, const char *text, uint32_t *out, struct sw_err *err);
int arg_none(const char *what, const char *text, struct sw_err *err);
int arg_missing(const char *what, struct sw_err *err);
/* An unknown word among some; `words` ends with NULL. */
int arg_unknown(const char *what, const char *given, const char *const *words, struct sw_err *err);
/* Index of a word, or an error. */
int arg_choice(const char *what, const char *given, const char *const *words, struct sw_err *err);
/* A port: number, reserved name, or a port's name where they are known; quotes are taken off. */
int arg_port(const char *what, const char *text, uint32_t *out, struct sw_err *err);
void port_print(uint32_t port, struct sw_str *out);
int meter_fault(uint32_t meter, struct sw_err *err); /* may not be a meter's number */
/* Pairs of hex digits, with points between them where one likes; *out is the caller's. */
int arg_bytes(const char *what, const char *text, uint8_t **out, uint16_t *len, struct sw_err *err);
void bytes_print(const uint8_t *bytes, unsigned len, struct sw_str *out);
/* Up to 128 bits, decimal (64 bits) or hexadecimal, into the last of 16 bytes; it must fit into `bits`. */
int arg_wide(
	const char *what, const char *text, unsigned bits, uint8_t out[16], struct sw_err *err);
void wide_print(const uint8_t value[16], struct sw_str *out);

/* --- fields --- */

/* As sw_field_find without a match, but names of several fields mean what ovs-ofctl takes them for. */
const struct sw_field *field_of(const char *name, struct sw_err *err);
int field_writable(const struct sw_field *f, const char *what, struct sw_err *err);
/* "SRC->DST" apart at the arrow, in place. */
int text_arrow(char *text, const char *usage, char **left, char **right, struct sw_err *err);
/* Two sets of bits must have as many; all of in_port is 16 bits beside 16 others. */
int bits_same(struct sw_bits *a, struct sw_bits *b, struct sw_err *err);
/* Where OpenFlow's messages have room for 64 bits at most (ofs_nbits). */
int bits_carried(const struct sw_bits *bits, const char *what, struct sw_err *err);
bool bits_equal(const struct sw_bits *a, const struct sw_bits *b);
/* Bits of a value of 16 bytes, lowest last, to where they are in the field's own value and mask; and back. */
void bits_put(const struct sw_bits *bits, const uint8_t from[16], uint8_t *value, uint8_t *mask);
void bits_get(const struct sw_bits *bits, const uint8_t *value, uint8_t to[16]);
/* The one run of bits that a mask has. */
void bits_of_mask(const struct sw_field *f, const uint8_t *mask, struct sw_bits *bits);

/* What set_field and its likes have: value for all of the field, or the mask of all of it. */
void set_mask_all(struct sw_action *a);
void set_print(const struct sw_action *a, struct sw_str *out);

/* --- what a match says --- */

/* Packets of the match have it, or an error says what `action` needs. */
int need(enum sw_prereq prereq, const struct sw_match *match, const char *action,
	struct sw_err *err);
int need_field(const struct sw_field *f, const struct sw_match *match, const char *action,
	struct sw_err *err);
/* The same for a field that is to be written; vlan_vid needs a tag then. */
int need_target(const struct sw_field *f, const struct sw_match *match, const char *action,
	struct sw_err *err);
void know(struct sw_match *match, const struct sw_field *f, const uint8_t *value,
	const uint8_t *mask);
void forget_bits(struct sw_match *match, const struct sw_bits *bits);
/* They were written with something unknown; a tag that was there still is. */
void forget_target(struct sw_match *match, const struct sw_bits *bits);
/* As know(), of a packet that the field is written to: what it was that it names is another header then. */
void know_target(struct sw_match *match, const struct sw_field *f, const uint8_t *value,
	const uint8_t *mask);
/* There is another header behind the tags now: type is known, what follows is not. */
void know_eth_type(struct sw_match *match, rte_be16_t type);

#endif

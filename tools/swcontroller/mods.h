/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that every switch gets (--with-flows), read once, and flow-mods of rules.
 */
#ifndef SWCONTROLLER_MODS_H
#define SWCONTROLLER_MODS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

#include "../../src/ctl/of/codec/buf.h"

struct sw_err;

#define MODS_COOKIE 0x7377636fu /* "swco", of the rules that are ours */
#define NO_BUFFER   UINT32_MAX

struct mods_line {
	struct sw_rule_change change;
	const char *file;
	unsigned line;
};

struct mods {
	struct mods_line *lines;
	unsigned n;
};

/* Add the rules of a file, with its comments and empty lines. versions: what may be spoken; a rule that none of them
 * can say is refused. */
int mods_read(struct mods *mods, const char *file, uint32_t versions, struct sw_err *err);
void mods_fini(struct mods *mods);

/* A change that does nothing yet, in table 0, of our cookie; its `does` is to be freed by sw_instructions_fini. */
void mods_begin(struct sw_rule_change *change, enum sw_rule_verb verb, uint16_t priority);

/* The flow-mod of a change. False: the version cannot say it; then nothing is written. */
bool mods_put(
	struct of_buf *out, const struct sw_rule_change *change, uint8_t version, uint32_t buffer);

#endif

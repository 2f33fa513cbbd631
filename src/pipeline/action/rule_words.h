/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parser of rules is made of: options (rule_options_ctl.c), and the rest (rule_parse_ctl.c).
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_ACTION_RULE_WORDS_H
#define PIPELINE_ACTION_RULE_WORDS_H

#include <sw/rule.h>

#include "action.h"

struct rule_option;

/* The option of that name, or NULL. */
const struct rule_option *rule_option_find(const char *name);
/* Its number, below RULE_OPTIONS. */
unsigned rule_option_id(const struct rule_option *o);
#define RULE_OPTIONS 32

/* Take it into the change; refused when the verb has no such option. */
int rule_option_take(const struct rule_option *o, const struct word *w,
	struct sw_rule_change *change, struct sw_err *err);

/* The option nearest to a word that is none, or NULL. */
const char *rule_option_nearest(const char *name);

const char *rule_verb_name(enum sw_rule_verb verb);

#endif

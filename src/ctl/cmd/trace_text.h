/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A trace in words, and as JSON.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_TRACE_TEXT_H
#define CTL_CMD_TRACE_TEXT_H

#include <jansson.h>

#include <sw/rule.h>
#include <sw/text.h>
#include <sw/trace.h>

struct trace_text {
	struct sw_trace_ear ear; /* to be given to sw_trace_run */
	struct sw_str lines;
	json_t *steps;
	struct sw_str verdict;
	struct sw_fields last; /* as the table before saw them */
	const struct sw_rule_change *why;
	uint32_t looks;	 /* rules that may still be looked at for near ones */
	unsigned indent; /* patch ports that were crossed */
	bool sent;
};

/* why: a rule that is asked for, or NULL. */
void trace_text_begin(struct trace_text *t, const struct sw_rule_change *why);
/* The value of a command with SW_OUT_TREE. */
json_t *trace_text_end(struct trace_text *t);

#endif

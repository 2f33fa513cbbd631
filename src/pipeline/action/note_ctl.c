/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions note and fin_timeout, which say something about their rule (ovs-actions(7)).
 *
 * Control thread; no state. The bytes of a note are the action's own.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

static int note_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint8_t *bytes;
	int rc = arg_bytes("note", text, &bytes, &a->note.len, err);

	if (!rc)
		a->note.bytes = bytes;
	return rc;
}

static void note_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "note:");
	bytes_print(a->note.bytes, a->note.len, out);
}

static void note_fini(struct sw_action *a)
{
	free((void *)a->note.bytes);
}

static bool note_equal(const struct sw_action *a, const struct sw_action *b)
{
	return a->note.len == b->note.len &&
	       (!a->note.len || !memcmp(a->note.bytes, b->note.bytes, a->note.len));
}

static int fin_take(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "idle_timeout", "hard_timeout", NULL };
	struct sw_action *a = arg;
	int which = arg_choice("fin_timeout", w->name, names, err);

	if (which < 0)
		return which;
	return arg_u16(names[which], w->value ? w->value : "",
		which ? &a->fin_timeout.hard : &a->fin_timeout.idle, err);
}

static int fin_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return args_each(text, fin_take, a, err);
}

static void fin_print(const struct sw_action *a, struct sw_str *out)
{
	const uint16_t idle = a->fin_timeout.idle, hard = a->fin_timeout.hard;

	sw_str_add(out, "fin_timeout(");
	if (idle)
		sw_str_add(out, "idle_timeout=%u", idle);
	if (hard)
		sw_str_add(out, "%shard_timeout=%u", idle ? "," : "", hard);
	sw_str_add(out, ")");
}

static int fin_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	return need(SW_PRE_TCP, match, "fin_timeout", err);
}

SW_REGISTER(action_type, note) = {
	.name = "note",
	.help = "does nothing; keeps bytes for who reads the rule",
	.usage = "HEX",
	.parse = note_parse,
	.print = note_print,
	.fini = note_fini,
	.equal = note_equal,
};

SW_REGISTER(action_type, fin_timeout) = {
	.name = "fin_timeout",
	.help = "shortens the timeouts of its rule when a TCP connection ends",
	.usage = "(idle_timeout=SECONDS,hard_timeout=SECONDS)",
	.parse = fin_parse,
	.print = fin_print,
	.check = fin_check,
};

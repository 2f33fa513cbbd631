/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action check_pkt_larger: a bit that says whether the packet is longer than so many bytes (ovs-actions(7)), from its Ethernet
 * header on, with its tags, without FCS.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#define USAGE "check_pkt_larger(BYTES)->FIELD[BIT]"
#define ARROW ")->"

static int one_bit(const struct sw_bits *to, const char *text, struct sw_err *err)
{
	if (to->n == 1)
		return 0;
	sw_err_set(err, SW_CODE_INVALID, "check_pkt_larger: the answer is one bit, not %u", to->n);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, USAGE);
	return err_rc(err);
}

/* "1500)->reg0[3]" */
static int larger_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *copy = sw_xstrdup(text), *to = strstr(copy, ARROW);
	int rc = 0;

	if (!to) {
		rc = sw_err_set(
			err, SW_CODE_INVALID, "check_pkt_larger needs a bit for its answer");
		sw_err_given(err, "%s", text);
		sw_err_allowed(err, USAGE);
	} else {
		*to = '\0';
		to += strlen(ARROW);
		rc = arg_u16("check_pkt_larger", copy, &a->larger.len, err);
	}
	if (!rc)
		rc = sw_bits_parse(to, &a->larger.to, err);
	if (!rc)
		rc = field_writable(a->larger.to.field, "check_pkt_larger", err);
	if (!rc)
		rc = one_bit(&a->larger.to, to, err);
	free(copy);
	return rc;
}

static void larger_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "check_pkt_larger(%u)->", a->larger.len);
	sw_bits_print(&a->larger.to, out);
}

static int larger_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need_target(a->larger.to.field, match, "check_pkt_larger", err);

	forget_target(match, &a->larger.to);
	return rc;
}

static bool larger_equal(const struct sw_action *a, const struct sw_action *b)
{
	return a->larger.len == b->larger.len && bits_equal(&a->larger.to, &b->larger.to);
}

SW_REGISTER(action_type, check_pkt_larger) = {
	.name = "check_pkt_larger",
	.help = "writes into a bit whether the packet is longer than so many bytes",
	.usage = "(BYTES)->FIELD[BIT]",
	.parse = larger_parse,
	.print = larger_print,
	.check = larger_check,
	.equal = larger_equal,
};

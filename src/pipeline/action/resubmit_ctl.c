/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions resubmit, clone and exit: what to run besides the list that they are in (ovs-actions(7)).
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/rule.h>
#include <sw/text.h>

static int read_table(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint64_t table;
	int rc;

	if (!strcmp(text, "255")) /* as ovs-ofctl writes the same one */
		return 0;
	rc = arg_number("resubmit", text, SW_TABLES - 1, &table, err);
	if (!rc)
		a->resubmit.table = (uint8_t)table;
	return rc;
}

static int take_parts(struct sw_action *a, const char **part, int n, struct sw_err *err)
{
	int rc = 0;

	if (n == 3) {
		rc = strcmp(part[2], "ct")
			     ? sw_err_set(err, SW_CODE_INVALID, "resubmit: \"%s\" is not known",
				       part[2])
			     : sw_err_set(err, SW_CODE_UNSUPPORTED,
				       "resubmit with ct is not supported: there is no connection "
				       "tracking in this switch yet");
		sw_err_given(err, "%s", part[2]);
		return rc;
	}
	if (*part[0])
		rc = arg_port("resubmit", part[0], &a->resubmit.port, err);
	if (!rc && n > 1 && *part[1])
		rc = read_table(a, part[1], err);
	if (rc)
		return rc;
	if (a->resubmit.port == SW_OFPP_IN_PORT && a->resubmit.table == SW_TABLE_ALL) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"resubmit needs another port or a table, else it would not end");
		sw_err_allowed(err, "PORT, (,TABLE) or (PORT,TABLE)");
	}
	return rc;
}

static int resubmit_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	const char *part[3];
	struct text t;
	int n;

	a->resubmit.port = SW_OFPP_IN_PORT;
	a->resubmit.table = SW_TABLE_ALL;
	text_init(&t, text);
	n = text_split(&t, part, RTE_DIM(part), err);
	if (n > 0)
		n = take_parts(a, part, n, err);
	text_fini(&t);
	return n;
}

static void resubmit_print(const struct sw_action *a, struct sw_str *out)
{
	if (a->resubmit.table == SW_TABLE_ALL) {
		sw_str_add(out, "resubmit:");
		port_print(a->resubmit.port, out);
		return;
	}
	sw_str_add(out, "resubmit(");
	if (a->resubmit.port != SW_OFPP_IN_PORT)
		port_print(a->resubmit.port, out);
	sw_str_add(out, ",%u)", a->resubmit.table);
}

static int clone_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = sw_actions_parse(text, &a->nested.list, err);

	if (rc)
		text_place(err, 0);
	return rc;
}

static void clone_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "clone(");
	sw_actions_print(a->nested.list, out);
	sw_str_add(out, ")");
}

/* What it does to the packet is undone afterwards. */
static int clone_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	struct sw_match within = *match;

	return sw_actions_check(a->nested.list, &within, err);
}

static void clone_fini(struct sw_action *a)
{
	sw_actions_free(a->nested.list);
}

static bool clone_equal(const struct sw_action *a, const struct sw_action *b)
{
	return sw_actions_equal(a->nested.list, b->nested.list);
}

static int exit_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_none("exit", text, err);
}

SW_REGISTER(action_type, resubmit) = {
	.name = "resubmit",
	.help = "does what a table has for the packet, as if it came by another port if one is given",
	.usage = "PORT or ([PORT],[TABLE])",
	.set_place = SW_PLACE_RESUBMIT,
	.parse = resubmit_parse,
	.print = resubmit_print,
};

SW_REGISTER(action_type, clone) = {
	.name = "clone",
	.help = "does actions to a copy: the packet and all that is known of it stay as they were",
	.usage = "(ACTION,...)",
	.parse = clone_parse,
	.print = clone_print,
	.check = clone_check,
	.fini = clone_fini,
	.equal = clone_equal,
};

SW_REGISTER(action_type, exit) = {
	.name = "exit",
	.help = "ends all actions of the packet, but not its action set",
	.usage = "",
	.parse = exit_parse,
};

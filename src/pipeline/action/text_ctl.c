/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of actions from text and back. A word is an action by its registered name, or a port to output to. What
 * Open vSwitch has and we do not yet is refused by name.
 *
 * Control thread. The depth of lists within lists is counted, so that no text exhausts the stack.
 */
#include "action.h"

#include <ctype.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/text.h>

#include "list.h"

SW_USE(action_type, drop);
SW_USE(action_type, output);

static const char *const not_yet[][2] = {
	{ "ct", "connection tracking" },
	{ "ct_clear", "connection tracking" },
	{ "dec_nsh_ttl", "network service headers" },
	{ "decap", "packets without an Ethernet header" },
	{ "delete_field", "options of tunnels" },
	{ "encap", "packets without an Ethernet header" },
	{ "nat", "connection tracking" },
	{ "sample", "sampling by rules" },
};

static int unsupported(const char *name, struct sw_err *err)
{
	for (unsigned i = 0; i < RTE_DIM(not_yet); i++) {
		if (strcmp(name, not_yet[i][0]))
			continue;
		sw_err_set(err, SW_CODE_UNSUPPORTED,
			"action %s is not supported: there is no %s in this switch yet", name,
			not_yet[i][1]);
		sw_err_given(err, "%s", name);
		return sw_err_errno(SW_CODE_UNSUPPORTED);
	}
	return 0;
}

static int unknown(const char *name, struct sw_err *err)
{
	int rc = unsupported(name, err);

	if (rc)
		return rc;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "\"%s\" is no action and no port", name);
	sw_err_given(err, "%s", name);
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_action_type, name));
	sw_err_hint(err, "actions are those of ovs-actions(7)");
	return rc;
}

/* "2", "LOCAL", "\"eth0\"": output:PORT. */
static int bare_port(const struct word *w, struct sw_action *a, struct sw_err *err)
{
	struct sw_err ignored;
	uint32_t port;

	/* What begins as a number is told what is wrong with it. */
	if (!w->value && (isdigit((unsigned char)w->name[0]) ||
				 !arg_port("output", w->name, &port, &ignored))) {
		a->type = &sw_action_type_output;
		return a->type->parse(a, w->name, err);
	}
	return unknown(w->name, err);
}

int list_take(struct sw_actions **list, const struct word *w, struct sw_err *err)
{
	const struct sw_action_type *type =
		w->quoted ? NULL : sw_reg_find(&sw_reg_kind_action_type, w->name);
	struct sw_action a;
	int rc;

	memset(&a, 0, sizeof(a));
	a.type = type;
	if (*list && (*list)->n >= SW_ACTIONS_MAX)
		rc = sw_err_set(err, SW_CODE_LIMIT, "more than %u actions", SW_ACTIONS_MAX);
	else if (type)
		rc = type->parse(&a, w->value ? w->value : "", err);
	else
		rc = bare_port(w, &a, err);
	if (rc) {
		text_place(err, err && err->path[0] ? w->value_at : w->at);
		return rc;
	}
	*sw_actions_add(list) = a;
	return 0;
}

int list_drop(struct sw_actions **list, unsigned words, size_t last, struct sw_err *err)
{
	int rc;

	for (unsigned i = 0; *list && i < (*list)->n; i++) {
		if ((*list)->a[i].type != &sw_action_type_drop)
			continue;
		if (words > 1) {
			rc = sw_err_set(err, SW_CODE_INVALID,
				"drop stands alone: no other action or instruction beside it");
			sw_err_given(err, "drop");
			text_place(err, last);
			return rc;
		}
		sw_actions_free(*list);
		*list = NULL;
		break;
	}
	return 0;
}

static _Thread_local unsigned depth;

int sw_actions_parse(const char *text, struct sw_actions **list, struct sw_err *err)
{
	struct sw_actions *made = NULL;
	struct text t;
	struct word w;
	unsigned n = 0;
	size_t last = 0;
	int rc;

	*list = NULL;
	if (depth >= SW_ACTIONS_DEPTH)
		return sw_err_set(err, SW_CODE_LIMIT,
			"lists of actions are nested more than %u deep", SW_ACTIONS_DEPTH);
	depth++;
	text_init(&t, text);
	while ((rc = text_next(&t, &w, err)) > 0) {
		last = w.at;
		rc = list_take(&made, &w, err);
		if (rc)
			break;
		n++;
	}
	if (!rc)
		rc = list_drop(&made, n, last, err);
	text_fini(&t);
	depth--;
	if (rc)
		sw_actions_free(made);
	else
		*list = made;
	return rc;
}

void sw_action_print(const struct sw_action *a, struct sw_str *out)
{
	if (a->type->print)
		a->type->print(a, out);
	else
		sw_str_add(out, "%s", a->type->name);
}

void sw_actions_print(const struct sw_actions *list, struct sw_str *out)
{
	if (!list || !list->n)
		sw_str_add(out, "drop");
	for (unsigned i = 0; list && i < list->n; i++) {
		if (i)
			sw_str_add_bytes(out, ",", 1);
		sw_action_print(&list->a[i], out);
	}
}

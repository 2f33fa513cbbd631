/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action conjunction: its rule is one of those of a dimension of a conjunctive match (ovs-actions(7), ovs-fields(7) "Conjunctive
 * Match Fields"). Such a rule does nothing itself: beside conjunctions only notes may stand in it.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_USE(action_type, clone);
SW_USE(action_type, note);

#define USAGE "(ID,K/N)"

int sw_conjunction_fault(const struct sw_action *a, struct sw_err *err)
{
	unsigned k = a->conjunction.k, n = a->conjunction.n;

	if (n < 2 || n > SW_CONJUNCTION_DIMENSIONS)
		sw_err_set(err, SW_CODE_INVALID, "a conjunction has 2 to %u dimensions, not %u",
			SW_CONJUNCTION_DIMENSIONS, n);
	else if (!k || k > n)
		sw_err_set(err, SW_CODE_INVALID, "dimension %u is none of a conjunction's 1 to %u",
			k, n);
	else
		return 0;
	sw_err_given(err, "%u/%u", k, n);
	sw_err_allowed(err, "K/N, N from 2 to %u, K from 1 to N", SW_CONJUNCTION_DIMENSIONS);
	return err_rc(err);
}

static int no_dimension(const char *text, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_INVALID, "conjunction needs an id and which dimension of how many");

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "conjunction" USAGE ", as conjunction(1234,1/2)");
	return rc;
}

/* "1/2" */
static int read_dimension(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *copy = sw_xstrdup(text), *slash = strchr(copy, '/');
	uint64_t k, n;
	int rc;

	if (slash)
		*slash = '\0';
	rc = slash ? arg_number("conjunction", copy, UINT8_MAX, &k, err) : no_dimension(text, err);
	if (!rc)
		rc = arg_number("conjunction", slash + 1, UINT8_MAX, &n, err);
	if (!rc) {
		a->conjunction.k = (uint8_t)k;
		a->conjunction.n = (uint8_t)n;
		rc = sw_conjunction_fault(a, err);
	}
	free(copy);
	return rc;
}

static int conjunction_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	const char *part[2];
	struct text t;
	int n, rc;

	text_init(&t, text);
	n = text_split(&t, part, RTE_DIM(part), err);
	if (n < 0)
		rc = n;
	else if (n < 2)
		rc = no_dimension(text, err);
	else
		rc = arg_u32("conjunction", part[0], &a->conjunction.id, err);
	if (!rc)
		rc = read_dimension(a, part[1], err);
	text_fini(&t);
	return rc;
}

static void conjunction_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "conjunction(%u,%u/%u)", a->conjunction.id, a->conjunction.k,
		a->conjunction.n);
}

static bool conjunction_equal(const struct sw_action *a, const struct sw_action *b)
{
	return a->conjunction.id == b->conjunction.id && a->conjunction.k == b->conjunction.k &&
	       a->conjunction.n == b->conjunction.n;
}

SW_REGISTER(action_type, conjunction) = {
	.name = "conjunction",
	.help = "makes the rule one of dimension K of N; who meets all of them is looked up again "
		"with conj_id=ID",
	.usage = USAGE,
	.parse = conjunction_parse,
	.print = conjunction_print,
	.equal = conjunction_equal,
};

bool sw_actions_conjunctive(const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (a->type == &sw_action_type_conjunction ||
			(a->type == &sw_action_type_clone &&
				sw_actions_conjunctive(a->nested.list)))
			return true;
	}
	return false;
}

/* What stands beside conjunctions and may not; NULL: nothing does. */
static const char *stranger(const struct sw_instructions *does)
{
	const struct sw_actions *list = does->apply;

	for (unsigned i = 0; list && i < list->n; i++)
		if (list->a[i].type != &sw_action_type_conjunction &&
			list->a[i].type != &sw_action_type_note)
			return list->a[i].type->name;
	return does->meter	      ? "meter"
	       : does->clear	      ? "clear_actions"
	       : does->write	      ? "write_actions"
	       : does->metadata_mask  ? "write_metadata"
	       : does->goto_table < 0 ? NULL
				      : "goto_table";
}

int sw_conjunctions_check(const struct sw_instructions *does, struct sw_err *err)
{
	const char *beside;
	int rc;

	if (!sw_actions_conjunctive(does->apply) && !sw_actions_conjunctive(does->write))
		return 0;
	beside = stranger(does);
	if (!beside)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"a rule with conjunction does nothing else, and %s stands there, too", beside);
	sw_err_given(err, "%s", beside);
	sw_err_allowed(err, "conjunction, note");
	sw_err_hint(err, "what is to be done stands in the rule that matches conj_id");
	return rc;
}

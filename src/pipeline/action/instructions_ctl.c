/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Instructions of a rule (OpenFlow 1.3.5, 5.9) as ovs-ofctl writes them behind "actions=": the actions of
 * apply_actions bare, between "meter" and the others. They stand in the order in which they run, each once; another
 * order is refused, as it would not be what runs.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <inttypes.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "list.h"

SW_USE(field, metadata);
SW_USE(action_type, clone);
SW_USE(action_type, output);

/* What may stand there, in the order of 5.9. */
enum step { STEP_METER, STEP_APPLY, STEP_CLEAR, STEP_WRITE, STEP_METADATA, STEP_GOTO, STEPS };
static const char *const names[STEPS + 1] = { "meter", "an action", "clear_actions",
	"write_actions", "write_metadata", "goto_table", NULL };

struct reading {
	struct sw_instructions *does;
	int last;	/* step that came last; -1: none */
	unsigned words; /* so far */
};

static enum step step_of(const struct reading *r, const struct word *w)
{
	/* Behind actions, a meter is an action itself (OpenFlow 1.5). */
	if (w->quoted || (r->last == STEP_APPLY && !strcmp(w->name, names[STEP_METER])))
		return STEP_APPLY;
	for (enum step s = 0; s < STEPS; s++)
		if (!strcmp(w->name, names[s]))
			return s;
	return STEP_APPLY;
}

static int read_metadata(struct sw_instructions *does, const char *text, struct sw_err *err)
{
	return sw_field_parse(&sw_field_metadata, text, (uint8_t *)&does->metadata,
		(uint8_t *)&does->metadata_mask, err);
}

static int read_goto(struct sw_instructions *does, const char *text, struct sw_err *err)
{
	uint64_t table;
	int rc = arg_number("goto_table", text, SW_TABLES - 1, &table, err);

	if (!rc)
		does->goto_table = (int16_t)table;
	return rc;
}

static int read_meter(struct sw_instructions *does, const char *text, struct sw_err *err)
{
	int rc = arg_u32("meter", text, &does->meter, err);

	return rc ? rc : meter_fault(does->meter, err);
}

static int read_step(struct reading *r, enum step step, const struct word *w, struct sw_err *err)
{
	const char *value = w->value ? w->value : "";

	switch (step) {
	case STEP_METER:
		return read_meter(r->does, value, err);
	case STEP_CLEAR:
		r->does->clear = true;
		return arg_none("clear_actions", value, err);
	case STEP_WRITE:
		return sw_actions_parse(value, &r->does->write, err);
	case STEP_METADATA:
		return read_metadata(r->does, value, err);
	case STEP_GOTO:
		return read_goto(r->does, value, err);
	default:
		return 0;
	}
}

/* Only actions may follow their like. */
static bool in_order(const struct reading *r, enum step step)
{
	return (int)step > r->last || ((int)step == r->last && step == STEP_APPLY);
}

static int misplaced(
	const struct reading *r, enum step step, const struct word *w, struct sw_err *err)
{
	int rc = (int)step == r->last
			 ? sw_err_set(err, SW_CODE_INVALID, "%s is there twice", names[step])
			 : sw_err_set(err, SW_CODE_INVALID,
				   "%s stands behind %s, but runs before it", w->name,
				   names[r->last]);

	sw_err_given(err, "%s", w->name);
	sw_err_allowed(err, "meter, actions, clear_actions, write_actions, write_metadata, "
			    "goto_table in this order, each once");
	return rc;
}

static int read_word(struct reading *r, const struct word *w, struct sw_err *err)
{
	enum step step = step_of(r, w);
	int rc;

	r->words++;
	if (!in_order(r, step)) {
		rc = misplaced(r, step, w, err);
		text_place(err, w->at);
		return rc;
	}
	r->last = step;
	if (step == STEP_APPLY)
		return list_take(&r->does->apply, w, err);
	rc = read_step(r, step, w, err);
	if (rc)
		text_place(err, err && err->path[0] ? w->value_at : w->at);
	return rc;
}

int sw_instructions_parse(const char *text, struct sw_instructions *does, struct sw_err *err)
{
	struct reading r = { .does = does, .last = -1 };
	struct text t;
	struct word w;
	size_t last = 0;
	int rc;

	memset(does, 0, sizeof(*does));
	does->goto_table = -1;
	text_init(&t, text);
	while ((rc = text_next(&t, &w, err)) > 0) {
		last = w.at;
		rc = read_word(&r, &w, err);
		if (rc)
			break;
	}
	if (!rc)
		rc = list_drop(&does->apply, r.words, last, err);
	if (rc)
		sw_instructions_fini(does);
	text_fini(&t);
	return rc;
}

static void print_metadata(const struct sw_instructions *does, struct sw_str *out)
{
	sw_str_add(out, "write_metadata:%#" PRIx64, rte_be_to_cpu_64(does->metadata));
	if (~does->metadata_mask)
		sw_str_add(out, "/%#" PRIx64, rte_be_to_cpu_64(does->metadata_mask));
	sw_str_add(out, ",");
}

void sw_instructions_print(const struct sw_instructions *does, struct sw_str *out)
{
	size_t before = out->len;

	if (does->meter)
		sw_str_add(out, "meter:%u,", does->meter);
	if (does->apply && does->apply->n) {
		sw_actions_print(does->apply, out);
		sw_str_add(out, ",");
	}
	if (does->clear)
		sw_str_add(out, "clear_actions,");
	if (does->write && does->write->n) {
		sw_str_add(out, "write_actions(");
		sw_actions_print(does->write, out);
		sw_str_add(out, "),");
	}
	if (does->metadata_mask)
		print_metadata(does, out);
	if (does->goto_table >= 0)
		sw_str_add(out, "goto_table:%d,", does->goto_table);
	if (out->len == before)
		sw_str_add(out, "drop");
	else
		out->s[--out->len] = '\0';
}

/* TABLE is for packets that a controller sends (7.3.7). */
static int no_table(const struct sw_actions *list, struct sw_err *err)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		int rc;

		if (a->type == &sw_action_type_output && a->output.port == SW_OFPP_TABLE)
			return sw_err_set(err, SW_CODE_INVALID,
				"a rule cannot output to TABLE; use goto_table or resubmit");
		rc = a->type == &sw_action_type_clone ? no_table(a->nested.list, err) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

int sw_instructions_check(
	const struct sw_instructions *does, const struct sw_match *match, struct sw_err *err)
{
	struct sw_match m = *match;
	int rc = sw_conjunctions_check(does, err);

	if (!rc)
		rc = sw_actions_check(does->apply, &m, err);
	if (!rc)
		rc = sw_actions_check_set(does->write, err);
	if (!rc)
		rc = no_table(does->apply, err);
	if (!rc)
		rc = no_table(does->write, err);
	return rc;
}

void sw_instructions_copy(struct sw_instructions *to, const struct sw_instructions *from)
{
	*to = *from;
	sw_actions_share(to->apply);
	sw_actions_share(to->write);
}

void sw_instructions_fini(struct sw_instructions *does)
{
	sw_actions_free(does->apply);
	sw_actions_free(does->write);
	memset(does, 0, sizeof(*does));
	does->goto_table = -1;
}

bool sw_instructions_equal(const struct sw_instructions *a, const struct sw_instructions *b)
{
	return a->meter == b->meter && a->clear == b->clear && a->metadata == b->metadata &&
	       a->metadata_mask == b->metadata_mask && a->goto_table == b->goto_table &&
	       sw_actions_equal(a->apply, b->apply) && sw_actions_equal(a->write, b->write);
}

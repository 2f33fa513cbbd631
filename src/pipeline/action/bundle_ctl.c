/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions bundle and bundle_load: their text and their checks.
 *
 * Control thread; no state. The struct is the action's own.
 */
#include "hash.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/multipath.h>
#include <sw/text.h>

SW_USE(action_type, bundle_load);

#define MEMBERS_MAX 2048 /* as Open vSwitch has it */

static const char *const bundle_names[] = { "active_backup", "hrw", NULL };

#define BUNDLE_USAGE	  "(FIELDS,BASIS,ALGORITHM,ofport,members:PORT,...)"
#define BUNDLE_LOAD_USAGE "(FIELDS,BASIS,ALGORITHM,ofport,FIELD[BITS],members:PORT,...)"

static int add_member(struct sw_bundle **bundle, const char *text, struct sw_err *err)
{
	struct sw_bundle *b = *bundle;
	uint32_t port;
	int rc = arg_port("members", text, &port, err);

	if (rc)
		return rc;
	if (b->n == MEMBERS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT, "bundle: more than %u members", MEMBERS_MAX);
	b = sw_xrealloc(b, 1, sizeof(*b) + (b->n + 1) * sizeof(b->members[0]));
	b->members[b->n++] = port;
	*bundle = b;
	return 0;
}

static int read_bundle_dst(struct sw_bundle *b, const char *text, struct sw_err *err)
{
	int rc = sw_bits_parse(text, &b->dst, err);

	if (!rc)
		rc = field_writable(b->dst.field, "bundle_load", err);
	if (!rc)
		rc = bits_carried(&b->dst, "bundle_load", err);
	if (rc || b->dst.n >= 16)
		return rc;
	rc = sw_err_set(
		err, SW_CODE_INVALID, "bundle_load: a port does not fit into %u bits", b->dst.n);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "16 bits or more");
	return rc;
}

struct bundle_reading {
	struct sw_bundle *b;
	bool load;
	unsigned words;
};

/* The arguments before "members", one by one. */
static int take_head(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const link[] = { "ofport", NULL };
	struct bundle_reading *r = arg;
	int choice = 0;

	switch (r->words++) {
	case 0:
		choice = arg_choice("bundle", w->name, hash_names, err);
		r->b->fields = choice;
		break;
	case 1:
		return arg_u16("basis", w->name, &r->b->basis, err);
	case 2:
		choice = arg_choice("bundle", w->name, bundle_names, err);
		r->b->algorithm = choice;
		break;
	case 3:
		choice = arg_choice("bundle", w->name, link, err);
		break;
	case 4:
		if (r->load)
			return read_bundle_dst(r->b, w->name, err);
		/* fall through */
	default:
		return arg_usage(r->load ? "bundle_load" : "bundle",
			r->load ? BUNDLE_LOAD_USAGE : BUNDLE_USAGE, w->name, err);
	}
	return choice < 0 ? choice : 0;
}

/* Names of ports may have ':' in them, so they are no words. */
static int read_members(struct bundle_reading *r, const char *text, size_t at, struct sw_err *err)
{
	while (*text) {
		size_t len = strcspn(text, ", \t"), blank = strspn(text + len, ", \t");
		char *port = sw_xasprintf("%.*s", (int)len, text);
		int rc = len ? add_member(&r->b, port, err) : 0;

		free(port);
		if (rc) {
			text_place(err, at);
			return rc;
		}
		text += len + blank;
		at += len + blank;
	}
	return 0;
}

static int read_bundle(struct bundle_reading *r, const char *text, struct sw_err *err)
{
	/* "slaves" is how older ovs-ofctl wrote it. */
	const char *members = strstr(text, "members:"), *old = strstr(text, "slaves:"), *list;
	char *head;
	int rc;

	if (!members && !old)
		return arg_usage(r->load ? "bundle_load" : "bundle",
			r->load ? BUNDLE_LOAD_USAGE : BUNDLE_USAGE, text, err);
	list = strchr(members ? members : old, ':') + 1;
	head = sw_xasprintf("%.*s", (int)((members ? members : old) - text), text);
	rc = args_each(head, take_head, r, err);
	free(head);
	if (!rc && r->words < 4 + r->load)
		rc = arg_usage(r->load ? "bundle_load" : "bundle",
			r->load ? BUNDLE_LOAD_USAGE : BUNDLE_USAGE, text, err);
	return rc ? rc : read_members(r, list, (size_t)(list - text), err);
}

static int bundle_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	struct bundle_reading r = { .b = sw_xcalloc(1, sizeof(*r.b)),
		.load = a->type == &sw_action_type_bundle_load };
	int rc = read_bundle(&r, text, err);

	if (rc)
		free(r.b);
	else
		a->bundle = r.b;
	return rc;
}

static void bundle_print(const struct sw_action *a, struct sw_str *out)
{
	const struct sw_bundle *b = a->bundle;

	sw_str_add(out, "%s(%s,%u,%s,ofport,", a->type->name, hash_names[b->fields], b->basis,
		bundle_names[b->algorithm]);
	if (b->dst.field) {
		sw_bits_print(&b->dst, out);
		sw_str_add(out, ",");
	}
	sw_str_add(out, "members:");
	for (unsigned i = 0; i < b->n; i++) {
		if (i)
			sw_str_add(out, ",");
		port_print(b->members[i], out);
	}
	sw_str_add(out, ")");
}

static int bundle_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	const struct sw_bits *dst = &a->bundle->dst;
	int rc = dst->field ? need_target(dst->field, match, a->type->name, err) : 0;

	if (dst->field)
		forget_target(match, dst);
	return rc;
}

static void bundle_fini(struct sw_action *a)
{
	free(a->bundle);
}

static bool bundle_equal(const struct sw_action *x, const struct sw_action *y)
{
	const struct sw_bundle *a = x->bundle, *b = y->bundle;

	return a->fields == b->fields && a->algorithm == b->algorithm && a->basis == b->basis &&
	       a->n == b->n && bits_equal(&a->dst, &b->dst) &&
	       !memcmp(a->members, b->members, a->n * sizeof(a->members[0]));
}

SW_REGISTER(action_type, bundle) = {
	.name = "bundle",
	.help = "sends the packet out by one of some ports that are up, chosen by a hash",
	.usage = BUNDLE_USAGE,
	.parse = bundle_parse,
	.print = bundle_print,
	.check = bundle_check,
	.fini = bundle_fini,
	.equal = bundle_equal,
};

SW_REGISTER(action_type, bundle_load) = {
	.name = "bundle_load",
	.help = "chooses a port as bundle does and writes its number into a field",
	.usage = BUNDLE_LOAD_USAGE,
	.parse = bundle_parse,
	.print = bundle_print,
	.check = bundle_check,
	.fini = bundle_fini,
	.equal = bundle_equal,
};

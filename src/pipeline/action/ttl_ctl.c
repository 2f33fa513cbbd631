/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions on times to live, of IP and of MPLS (OpenFlow 1.3.5, 7.2.5). A packet whose TTL runs out is for the
 * controllers that asked for it; dec_ttl may name them (Open vSwitch).
 *
 * Control thread; no state. The list of controllers is the action's own.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_USE(field, mpls_ttl);
SW_USE(field, nw_ttl);
SW_USE(action_type, mod_nw_ttl);

static void forget_ttl(struct sw_match *match, const struct sw_field *f)
{
	forget_bits(match, &(struct sw_bits){ .field = f, .n = f->bits });
}

static int take_id(void *arg, const struct word *w, struct sw_err *err)
{
	struct sw_action *a = arg;
	uint16_t *ids = (uint16_t *)a->controllers.ids, id;
	int rc = arg_u16("dec_ttl", w->value ? w->value : w->name, &id, err);

	if (rc)
		return rc;
	if (a->controllers.n == SW_DEC_TTL_CONTROLLERS)
		return sw_err_set(err, SW_CODE_LIMIT, "dec_ttl tells at most %u controllers",
			SW_DEC_TTL_CONTROLLERS);
	ids = sw_xrealloc(ids, a->controllers.n + 1u, sizeof(*ids));
	ids[a->controllers.n++] = id;
	a->controllers.ids = ids;
	return 0;
}

static void dec_ttl_fini(struct sw_action *a)
{
	free((void *)a->controllers.ids);
}

static int dec_ttl_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = args_each(text, take_id, a, err);

	if (rc)
		dec_ttl_fini(a);
	return rc;
}

static void dec_ttl_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "dec_ttl");
	for (unsigned i = 0; i < a->controllers.n; i++)
		sw_str_add(out, "%s%u", i ? "," : "(", a->controllers.ids[i]);
	if (a->controllers.n)
		sw_str_add(out, ")");
}

static int dec_ttl_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_IP, match, "dec_ttl", err);

	forget_ttl(match, &sw_field_nw_ttl);
	return rc;
}

static bool dec_ttl_equal(const struct sw_action *a, const struct sw_action *b)
{
	unsigned n = a->controllers.n;

	return n == b->controllers.n &&
	       (!n || !memcmp(a->controllers.ids, b->controllers.ids, n * sizeof(uint16_t)));
}

static int read_ttl(struct sw_action *a, const char *what, const char *text, struct sw_err *err)
{
	uint64_t ttl = 0;
	int rc = arg_number(what, text, UINT8_MAX, &ttl, err);

	a->ttl = (uint8_t)ttl;
	return rc;
}

static int set_ttl_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	a->type = &sw_action_type_mod_nw_ttl;
	return read_ttl(a, "mod_nw_ttl", text, err);
}

static void set_ttl_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "mod_nw_ttl:%u", a->ttl);
}

static int set_ttl_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_IP, match, "mod_nw_ttl", err);

	know(match, &sw_field_nw_ttl, &a->ttl, NULL);
	return rc;
}

static int no_argument(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_none(a->type->name, text, err);
}

static int mpls_ttl_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_MPLS, match, a->type->name, err);

	forget_ttl(match, &sw_field_mpls_ttl);
	return rc;
}

static int set_mpls_ttl_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return read_ttl(a, "set_mpls_ttl", text, err);
}

static void set_mpls_ttl_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "set_mpls_ttl(%u)", a->ttl);
}

static int set_mpls_ttl_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_MPLS, match, "set_mpls_ttl", err);

	know(match, &sw_field_mpls_ttl, &a->ttl, NULL);
	return rc;
}

/* What is below the outermost label is changed; nothing of it is in a match. */
static int copy_in_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	return need(SW_PRE_MPLS, match, "copy_ttl_in", err);
}

SW_REGISTER(action_type, dec_ttl) = {
	.name = "dec_ttl",
	.help = "takes 1 from the TTL of IPv4, the hop limit of IPv6; at 0 tells controllers",
	.usage = "[(CONTROLLER,...)]",
	.set_place = SW_PLACE_DEC_TTL,
	.parse = dec_ttl_parse,
	.print = dec_ttl_print,
	.check = dec_ttl_check,
	.fini = dec_ttl_fini,
	.equal = dec_ttl_equal,
};

SW_REGISTER(action_type, mod_nw_ttl) = {
	.name = "mod_nw_ttl",
	.help = "sets the TTL of IPv4, the hop limit of IPv6",
	.usage = "TTL",
	.set_place = SW_PLACE_SET,
	.parse = set_ttl_parse,
	.print = set_ttl_print,
	.check = set_ttl_check,
};

SW_REGISTER(action_type, set_nw_ttl) = {
	.name = "set_nw_ttl",
	.help = "the same as mod_nw_ttl",
	.usage = "TTL",
	.parse = set_ttl_parse,
};

SW_REGISTER(action_type, dec_mpls_ttl) = {
	.name = "dec_mpls_ttl",
	.help = "takes 1 from the TTL of the outermost MPLS label",
	.usage = "",
	.set_place = SW_PLACE_DEC_MPLS_TTL,
	.parse = no_argument,
	.check = mpls_ttl_check,
};

SW_REGISTER(action_type, set_mpls_ttl) = {
	.name = "set_mpls_ttl",
	.help = "sets the TTL of the outermost MPLS label",
	.usage = "TTL",
	.set_place = SW_PLACE_SET,
	.parse = set_mpls_ttl_parse,
	.print = set_mpls_ttl_print,
	.check = set_mpls_ttl_check,
};

SW_REGISTER(action_type, copy_ttl_out) = {
	.name = "copy_ttl_out",
	.help = "copies the TTL of the header below to the outermost MPLS label",
	.usage = "",
	.set_place = SW_PLACE_COPY_TTL_OUT,
	.parse = no_argument,
	.check = mpls_ttl_check,
};

SW_REGISTER(action_type, copy_ttl_in) = {
	.name = "copy_ttl_in",
	.help = "copies the TTL of the outermost MPLS label to the header below",
	.usage = "",
	.set_place = SW_PLACE_COPY_TTL_IN,
	.parse = no_argument,
	.check = copy_in_check,
};

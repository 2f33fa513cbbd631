/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action multipath: its text and its check.
 *
 * Control thread; no state. The structs are the action's own.
 */
#include "hash.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/multipath.h>
#include <sw/text.h>

#define LINKS_MAX 65536

const char *const hash_names[] = { "eth_src", "symmetric_l4", "symmetric_l3l4",
	"symmetric_l3l4+udp", "nw_src", "nw_dst", "symmetric_l3", NULL };
static const char *const multipath_names[] = { "modulo_n", "hash_threshold", "hrw", "iter_hash",
	NULL };

static int read_links(struct sw_multipath *m, const char *text, struct sw_err *err)
{
	uint64_t n = 0;
	int rc = arg_number("n_links", text, LINKS_MAX, &n, err);

	m->n_links = (uint32_t)n;
	if (rc || n)
		return rc;
	rc = sw_err_set(err, SW_CODE_INVALID, "n_links: there must be a link to choose");
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "1 to %u", LINKS_MAX);
	return rc;
}

static int read_dst(struct sw_multipath *m, const char *text, struct sw_err *err)
{
	int rc = sw_bits_parse(text, &m->dst, err);

	if (!rc)
		rc = field_writable(m->dst.field, "multipath", err);
	if (!rc)
		rc = bits_carried(&m->dst, "multipath", err);
	if (rc || m->dst.n > 16 || m->n_links <= 1u << m->dst.n)
		return rc;
	rc = sw_err_set(err, SW_CODE_INVALID, "multipath: %u links do not fit into %u bits",
		m->n_links, m->dst.n);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "at most %u links, or more bits", 1u << m->dst.n);
	return rc;
}

static int read_multipath(struct sw_multipath *m, const char **part, struct sw_err *err)
{
	int choice = arg_choice("multipath", part[0], hash_names, err);
	int rc = choice < 0 ? choice : arg_u16("basis", part[1], &m->basis, err);

	if (rc)
		return rc;
	m->fields = choice;
	choice = arg_choice("multipath", part[2], multipath_names, err);
	rc = choice < 0 ? choice : read_links(m, part[3], err);
	if (!rc)
		rc = arg_u32("arg", part[4], &m->arg, err);
	if (rc)
		return rc;
	m->algorithm = choice;
	return read_dst(m, part[5], err);
}

int arg_usage(const char *what, const char *usage_text, const char *given, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%s\" lacks arguments", what, given);

	sw_err_given(err, "%s", given);
	sw_err_allowed(err, "%s%s", what, usage_text);
	return rc;
}

#define MULTIPATH_USAGE "(FIELDS,BASIS,ALGORITHM,N_LINKS,ARG,FIELD[BITS])"

static int multipath_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	struct sw_multipath *m = sw_xcalloc(1, sizeof(*m));
	const char *part[6];
	struct text t;
	int n;

	text_init(&t, text);
	n = text_split(&t, part, RTE_DIM(part), err);
	if (n == RTE_DIM(part))
		n = read_multipath(m, part, err);
	else if (n > 0)
		n = arg_usage("multipath", MULTIPATH_USAGE, text, err);
	text_fini(&t);
	if (n)
		free(m);
	else
		a->multipath = m;
	return n;
}

static void multipath_print(const struct sw_action *a, struct sw_str *out)
{
	const struct sw_multipath *m = a->multipath;

	sw_str_add(out, "multipath(%s,%u,%s,%u,%u,", hash_names[m->fields], m->basis,
		multipath_names[m->algorithm], m->n_links, m->arg);
	sw_bits_print(&m->dst, out);
	sw_str_add(out, ")");
}

static int multipath_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need_target(a->multipath->dst.field, match, "multipath", err);

	forget_target(match, &a->multipath->dst);
	return rc;
}

static void multipath_fini(struct sw_action *a)
{
	free(a->multipath);
}

static bool multipath_equal(const struct sw_action *x, const struct sw_action *y)
{
	const struct sw_multipath *a = x->multipath, *b = y->multipath;

	return a->fields == b->fields && a->algorithm == b->algorithm && a->basis == b->basis &&
	       a->n_links == b->n_links && a->arg == b->arg && bits_equal(&a->dst, &b->dst);
}

SW_REGISTER(action_type, multipath) = {
	.name = "multipath",
	.help = "hashes the packet and writes the number of a link into a field",
	.usage = MULTIPATH_USAGE,
	.parse = multipath_parse,
	.print = multipath_print,
	.check = multipath_check,
	.fini = multipath_fini,
	.equal = multipath_equal,
};

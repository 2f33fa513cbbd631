/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nicira's choice by hash: multipath, bundle, bundle_load (nicira-ext.h). Control thread.
 */
#include "action.h"

#include <stdlib.h>

#include <sw/mem.h>
#include <sw/multipath.h>

#include "../codec/port.h"

SW_USE(action_type, bundle);
SW_USE(action_type, bundle_load);
SW_USE(action_type, multipath);
SW_USE(field, in_port);

#define PORT_BITS 16 /* a field that a port's number is loaded into has as many */

static enum of_error get_dst(struct of_cursor *c, struct sw_bits *out)
{
	enum of_error error = of_get_bits(c, out);

	return error ? error : out->field->writable ? OF_FINE : OFPBAC_BAD_SET_ARGUMENT;
}

static enum of_error get_multipath(struct of_action_in *in, struct sw_action *a)
{
	struct of_cursor *c = &in->body;
	struct sw_multipath mp = { .fields = of_u16(c) };
	enum of_error error;
	bool zeros;

	mp.basis = of_u16(c);
	of_skip(c, 2);
	mp.algorithm = of_u16(c);
	mp.n_links = of_u16(c) + 1;
	mp.arg = of_u32(c);
	zeros = of_zeros(c, 2);
	error = get_dst(c, &mp.dst);
	if (error)
		return error;
	if (!zeros)
		return NXBAC_MUST_BE_ZERO;
	if (mp.fields > SW_HASH_SYMMETRIC_L3 || mp.algorithm > SW_MULTIPATH_ITER_HASH)
		return OFPBAC_BAD_ARGUMENT;
	if (mp.dst.n < 16 && mp.n_links > 1u << mp.dst.n)
		return OFPBAC_BAD_ARGUMENT;
	a->multipath = sw_xcalloc(1, sizeof(mp));
	*a->multipath = mp;
	return OF_FINE;
}

static bool put_multipath(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	const struct sw_multipath *mp = a->multipath;

	of_put_u16(out, mp->fields);
	of_put_u16(out, mp->basis);
	of_put_u16(out, 0);
	of_put_u16(out, mp->algorithm);
	of_put_u16(out, mp->n_links - 1);
	of_put_u32(out, mp->arg);
	of_put_u16(out, 0);
	of_put_u16(out, of_ofs_nbits(&mp->dst));
	of_put_oxm_header(out, mp->dst.field, OF_NXM, false);
	return !of_oxm_header_of(mp->dst.field, OF_NXM).experimenter;
}

/* --- bundle ------------------------------------------------------------------------------------------------------- */

static enum of_error get_members(struct of_cursor *c, unsigned n, struct sw_bundle *b)
{
	for (unsigned i = 0; i < n; i++)
		if (!of_port_from16(of_u16(c), &b->members[i]) || !of_port_is_output(b->members[i]))
			return OFPBAC_BAD_OUT_PORT;
	b->n = n;
	return OF_FINE;
}

static enum of_error get_head(struct of_cursor *c, struct sw_bundle *head, bool load, unsigned *n)
{
	uint32_t kind, header;
	struct of_cursor dst;
	uint16_t ofs_nbits;

	head->algorithm = of_u16(c);
	head->fields = of_u16(c);
	head->basis = of_u16(c);
	kind = of_u32(c);
	*n = of_u16(c);
	dst = *c;
	ofs_nbits = of_u16(c);
	header = of_u32(c);
	if (!of_zeros(c, 4))
		return c->over ? OFPBAC_BAD_LEN : NXBAC_MUST_BE_ZERO;
	if (of_left(c) < 2 * (size_t)*n)
		return OFPBAC_BAD_LEN;
	if (head->fields > SW_HASH_SYMMETRIC_L3 || head->algorithm > SW_BUNDLE_HRW ||
		kind != sw_field_in_port.nxm)
		return OFPBAC_BAD_ARGUMENT;
	if (!load)
		return ofs_nbits || header ? NXBAC_MUST_BE_ZERO : OF_FINE;
	if (get_dst(&dst, &head->dst))
		return OFPBAC_BAD_SET_ARGUMENT;
	return head->dst.n < PORT_BITS ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

static enum of_error get_any(struct of_action_in *in, struct sw_action *a, bool load)
{
	struct sw_bundle head = { .n = 0 };
	enum of_error error;
	unsigned n;

	error = get_head(&in->body, &head, load, &n);
	if (error)
		return error;
	a->bundle = sw_xcalloc(1, sizeof(head) + n * sizeof(head.members[0]));
	*a->bundle = head;
	error = get_members(&in->body, n, a->bundle);
	if (error)
		free(a->bundle);
	return error;
}

static enum of_error get_bundle(struct of_action_in *in, struct sw_action *a)
{
	return get_any(in, a, false);
}

static enum of_error get_bundle_load(struct of_action_in *in, struct sw_action *a)
{
	return get_any(in, a, true);
}

static bool put_bundle(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	const struct sw_bundle *b = a->bundle;

	of_put_u16(out, b->algorithm);
	of_put_u16(out, b->fields);
	of_put_u16(out, b->basis);
	of_put_u32(out, sw_field_in_port.nxm);
	of_put_u16(out, b->n);
	if (b->dst.field) {
		of_put_u16(out, of_ofs_nbits(&b->dst));
		of_put_oxm_header(out, b->dst.field, OF_NXM, false);
	} else {
		of_room(out, 6);
	}
	of_room(out, 4);
	for (unsigned i = 0; i < b->n; i++)
		of_put_u16(out, of_port_to16(b->members[i]));
	return true;
}

SW_REGISTER(of_action, multipath) = {
	.name = "multipath",
	.help = "the number of a link, by hash, into a field",
	.of = &sw_action_type_multipath,
	.ids = { { OF_ALL, OF_NICIRA, 10, 32 } },
	.get = get_multipath,
	.put = put_multipath,
};
SW_REGISTER(of_action, bundle) = {
	.name = "bundle",
	.help = "to one of some ports, by hash",
	.of = &sw_action_type_bundle,
	.ids = { { OF_ALL, OF_NICIRA, 12, 0 } },
	.get = get_bundle,
	.put = put_bundle,
};
SW_REGISTER(of_action, bundle_load) = {
	.name = "bundle_load",
	.help = "the number of one of some ports, by hash, into a field",
	.of = &sw_action_type_bundle_load,
	.ids = { { OF_ALL, OF_NICIRA, 13, 0 } },
	.get = get_bundle_load,
	.put = put_bundle,
};

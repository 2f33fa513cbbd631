/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nicira's learn: a rule that a packet makes (nicira-ext.h, NXAST_LEARN, NXAST_LEARN2). Behind a head of fixed length come its
 * specs: 16 bits that say how many bits go from where to where, then where; a header of 0 ends them.
 *
 * Control thread.
 */
#include "action.h"

#include <stdlib.h>

#include <rte_common.h>

#include <sw/learn.h>
#include <sw/mem.h>
#include <sw/rule.h>

SW_USE(action_type, learn);

#define SEND_FLOW_REM  (1 << 0)
#define DELETE_LEARNED (1 << 1)
#define WRITE_RESULT   (1 << 2)

#define SPEC_BITS      0x07ff
#define SPEC_DST_SHIFT 11
#define SPEC_DST_MASK  3
#define SPEC_IMMEDIATE (1 << 13)
#define SPEC_UNUSED    0xc000

/* --- specs ---------------------------------------------------------------------------------------------------------- */

static enum of_error get_field(struct of_cursor *c, unsigned n, struct sw_bits *out)
{
	struct of_cursor header = *c;
	struct of_oxm oxm;
	enum of_error error = of_action_error(of_get_oxm_header(c, &oxm));
	uint16_t from = of_u16(c);

	return error ? error : of_get_bits_of(&header, from, n, out);
}

/* Given bits: as many pairs of bytes as they need, lowest bits last. */
static enum of_error get_value(struct of_cursor *c, unsigned n, struct sw_learn_spec *spec)
{
	unsigned len = 2 * ((n + 15) / 16);
	const uint8_t *p = of_take(c, len);

	if (!p || len > sizeof(spec->value))
		return OFPBAC_BAD_LEN;
	memcpy(spec->value + sizeof(spec->value) - len, p, len);
	if (n % 16 && (p[0] << 8 | p[1]) >> n % 16)
		return OFPBAC_BAD_ARGUMENT;
	spec->given = true;
	return OF_FINE;
}

static enum of_error get_spec(struct of_cursor *c, uint16_t head, struct sw_learn_spec *spec)
{
	unsigned n = head & SPEC_BITS, dst = head >> SPEC_DST_SHIFT & SPEC_DST_MASK;
	enum of_error error;

	if (head & SPEC_UNUSED || dst > SW_LEARN_OUTPUT || !n)
		return OFPBAC_BAD_ARGUMENT;
	spec->what = dst;
	error = head & SPEC_IMMEDIATE ? get_value(c, n, spec) : get_field(c, n, &spec->src);
	if (error)
		return error;
	if (dst == SW_LEARN_OUTPUT) {
		of_widen_port(&spec->src);
		return spec->given ? OFPBAC_BAD_ARGUMENT : OF_FINE;
	}
	error = get_field(c, n, &spec->dst);
	if (!error && !spec->given && spec->src.field == spec->dst.field) {
		of_widen_port(&spec->src);
		of_widen_port(&spec->dst);
	}
	if (!error && dst == SW_LEARN_LOAD && !spec->dst.field->writable)
		error = OFPBAC_BAD_SET_ARGUMENT;
	return error;
}

static enum of_error get_specs(struct of_cursor *c, struct sw_learn *learn)
{
	while (of_left(c) >= 2) {
		uint16_t head = of_u16(c);
		enum of_error error;

		if (!head)
			break;
		if (learn->n == SW_LEARN_SPECS_MAX)
			return OFPBAC_TOO_MANY;
		error = get_spec(c, head, &learn->specs[learn->n]);
		if (error)
			return error;
		learn->n++;
	}
	return of_zeros(c, of_left(c)) ? OF_FINE : OFPBAC_BAD_LEN;
}

/* --- the head --------------------------------------------------------------------------------------------------------- */

static enum of_error get_head(
	struct of_cursor *c, uint16_t allowed, uint16_t *flags, struct sw_learn *learn)
{
	learn->idle_timeout = of_u16(c);
	learn->hard_timeout = of_u16(c);
	learn->priority = of_u16(c);
	learn->cookie = of_u64(c);
	*flags = of_u16(c);
	learn->table = of_u8(c);
	if (!of_zeros(c, 1))
		return c->over ? OFPBAC_BAD_LEN : NXBAC_MUST_BE_ZERO;
	learn->fin_idle = of_u16(c);
	learn->fin_hard = of_u16(c);
	learn->send_removed = *flags & SEND_FLOW_REM;
	learn->delete_learned = *flags & DELETE_LEARNED;
	return *flags & ~allowed || learn->table >= SW_TABLES ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

static enum of_error get_result(struct of_cursor *c, uint16_t flags, struct sw_learn *learn)
{
	enum of_error error;
	uint16_t from;

	learn->limit = of_u32(c);
	from = of_u16(c);
	if (!of_zeros(c, 2))
		return c->over ? OFPBAC_BAD_LEN : NXBAC_MUST_BE_ZERO;
	if (!(flags & WRITE_RESULT))
		return from ? OFPBAC_BAD_ARGUMENT : OF_FINE;
	error = of_get_bits_of(c, from, 1, &learn->result);
	return error ? error : learn->result.field->writable ? OF_FINE : OFPBAC_BAD_SET_ARGUMENT;
}

static enum of_error get_any(struct of_action_in *in, struct sw_action *a, bool second)
{
	const size_t specs = SW_LEARN_SPECS_MAX * sizeof(struct sw_learn_spec);
	struct sw_learn *learn = sw_xcalloc(1, sizeof(*learn) + specs);
	uint16_t allowed = SEND_FLOW_REM | DELETE_LEARNED | (second ? WRITE_RESULT : 0), flags;
	enum of_error error = get_head(&in->body, allowed, &flags, learn);

	if (!error && second)
		error = get_result(&in->body, flags, learn);
	if (!error)
		error = get_specs(&in->body, learn);
	if (error) {
		free(learn);
		return error;
	}
	a->learn = sw_xrealloc(learn, 1, sizeof(*learn) + learn->n * sizeof(struct sw_learn_spec));
	return OF_FINE;
}

static enum of_error get_learn(struct of_action_in *in, struct sw_action *a)
{
	return get_any(in, a, false);
}

static enum of_error get_learn2(struct of_action_in *in, struct sw_action *a)
{
	return get_any(in, a, true);
}

/* --- the other way ---------------------------------------------------------------------------------------------------- */

static void put_field(struct of_buf *out, const struct sw_bits *bits)
{
	of_put_oxm_header(out, bits->field, of_header_version(bits), false);
	of_put_u16(out, bits->from);
}

static void put_spec(struct of_buf *out, const struct sw_learn_spec *as_is)
{
	struct sw_learn_spec copy = *as_is, *spec = &copy;
	unsigned n, len;

	if (spec->what == SW_LEARN_OUTPUT)
		spec->src = of_narrow_port(&spec->src);
	else if (!spec->given && spec->src.field == spec->dst.field) {
		spec->src = of_narrow_port(&spec->src);
		spec->dst = of_narrow_port(&spec->dst);
	}
	n = spec->what == SW_LEARN_OUTPUT ? spec->src.n : spec->dst.n;
	len = 2 * ((n + 15) / 16);

	of_put_u16(out, n | spec->what << SPEC_DST_SHIFT | (spec->given ? SPEC_IMMEDIATE : 0));
	if (spec->given)
		of_put(out, spec->value + sizeof(spec->value) - len, len);
	else
		put_field(out, &spec->src);
	if (spec->what != SW_LEARN_OUTPUT)
		put_field(out, &spec->dst);
}

static void put_head(struct of_buf *out, const struct sw_learn *l)
{
	of_put_u16(out, l->idle_timeout);
	of_put_u16(out, l->hard_timeout);
	of_put_u16(out, l->priority);
	of_put_u64(out, l->cookie);
	of_put_u16(out, (l->send_removed ? SEND_FLOW_REM : 0) |
				(l->delete_learned ? DELETE_LEARNED : 0) |
				(l->result.field ? WRITE_RESULT : 0));
	of_put_u8(out, l->table);
	of_put_u8(out, 0);
	of_put_u16(out, l->fin_idle);
	of_put_u16(out, l->fin_hard);
}

static bool is_second(const struct sw_learn *l)
{
	return l->limit || l->result.field;
}

static void put_specs(struct of_buf *out, const struct sw_learn *l)
{
	for (unsigned i = 0; i < l->n; i++)
		put_spec(out, &l->specs[i]);
}

static bool put_learn(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	if (is_second(a->learn))
		return false;
	put_head(out, a->learn);
	put_specs(out, a->learn);
	return true;
}

static bool put_learn2(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	const struct sw_learn *l = a->learn;

	if (!is_second(l))
		return false;
	put_head(out, l);
	of_put_u32(out, l->limit);
	of_put_u16(out, l->result.field ? l->result.from : 0);
	of_put_u16(out, 0);
	if (l->result.field)
		of_put_oxm_header(out, l->result.field, OF_NXM, false);
	put_specs(out, l);
	return true;
}

SW_REGISTER(of_action, learn) = {
	.name = "learn",
	.help = "a rule that the packet makes",
	.of = &sw_action_type_learn,
	.ids = { { OF_ALL, OF_NICIRA, 16, 0 } },
	.get = get_learn,
	.put = put_learn,
};
SW_REGISTER(of_action, learn2) = {
	.name = "learn2",
	.help = "a rule that the packet makes, with a limit or a result",
	.of = &sw_action_type_learn,
	.ids = { { OF_ALL, OF_NICIRA, 45, 0 } },
	.get = get_learn2,
	.put = put_learn2,
};

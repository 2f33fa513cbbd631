/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions that go elsewhere: groups, meters, queues; other tables, copies, the end; notes and timeouts. Control thread.
 */
#include "action.h"

#include <stdlib.h>

#include <sw/action_text.h>
#include <sw/mem.h>

#include "../codec/port.h"

SW_USE(action_type, clone);
SW_USE(action_type, conjunction);
SW_USE(action_type, exit);
SW_USE(action_type, fin_timeout);
SW_USE(action_type, group);
SW_USE(action_type, meter);
SW_USE(action_type, note);
SW_USE(action_type, pop_queue);
SW_USE(action_type, resubmit);
SW_USE(action_type, set_queue);

#define OFPG_MAX   0xffffff00u
#define OFPM_MAX   0xffff0000u
#define THIS_TABLE 255

/* --- one number ------------------------------------------------------------------------------------------------ */

static enum of_error get_id(struct of_action_in *in, struct sw_action *a)
{
	a->id = of_u32(&in->body);
	return OF_FINE;
}

static bool put_id(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u32(out, a->id);
	return true;
}

static enum of_error get_group(struct of_action_in *in, struct sw_action *a)
{
	get_id(in, a);
	return a->id <= OFPG_MAX ? OF_FINE : OFPBAC_BAD_OUT_GROUP;
}

static enum of_error get_meter(struct of_action_in *in, struct sw_action *a)
{
	get_id(in, a);
	return a->id && a->id <= OFPM_MAX ? OF_FINE : OFPMMFC_INVALID_METER;
}

static enum of_error get_queue(struct of_action_in *in, struct sw_action *a)
{
	get_id(in, a);
	return a->id != OFPQ_ALL ? OF_FINE : OFPBAC_BAD_QUEUE;
}

/* Nicira's, with 2 bytes before it. */
static enum of_error get_padded_queue(struct of_action_in *in, struct sw_action *a)
{
	of_skip(&in->body, 2);
	return get_queue(in, a);
}

static enum of_error get_padded_group(struct of_action_in *in, struct sw_action *a)
{
	of_skip(&in->body, 2);
	return get_group(in, a);
}

static bool put_padded_id(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 2);
	return put_id(out, a, version);
}

/* --- other tables ------------------------------------------------------------------------------------------------ */

static enum of_error get_resubmit(struct of_action_in *in, struct sw_action *a)
{
	bool is_port = of_port_from16(of_u16(&in->body), &a->resubmit.port);

	a->resubmit.table = THIS_TABLE;
	return is_port ? OF_FINE : OFPBAC_BAD_ARGUMENT;
}

static bool put_resubmit(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_port_to16(a->resubmit.port));
	of_room(out, 4);
	return a->resubmit.table == THIS_TABLE;
}

static enum of_error get_resubmit_table(struct of_action_in *in, struct sw_action *a)
{
	bool is_port = of_port_from16(of_u16(&in->body), &a->resubmit.port);

	a->resubmit.table = of_u8(&in->body);
	if (!of_zeros(&in->body, 3))
		return NXBAC_MUST_BE_ZERO;
	return is_port ? OF_FINE : OFPBAC_BAD_ARGUMENT;
}

static bool put_resubmit_table(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_port_to16(a->resubmit.port));
	of_put_u8(out, a->resubmit.table);
	of_room(out, 3);
	return a->resubmit.table != THIS_TABLE;
}

static enum of_error get_clone(struct of_action_in *in, struct sw_action *a)
{
	struct of_cursor list;

	if (!of_zeros(&in->body, 6))
		return in->body.over ? OFPBAC_BAD_LEN : NXBAC_MUST_BE_ZERO;
	if (in->depth == OF_ACTION_DEPTH)
		return OFPBAC_TOO_MANY;
	list = of_sub(&in->body, of_left(&in->body));
	return of_get_actions_nested(list, in->version, in->depth + 1, &a->nested.list);
}

static bool put_clone(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 6);
	of_put_actions(out, a->nested.list, version);
	return true;
}

/* --- the rest ------------------------------------------------------------------------------------------------------- */

static bool put_zeros(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 6);
	return true;
}

/* All bytes there are, padding too: their number is not told. */
static enum of_error get_note(struct of_action_in *in, struct sw_action *a)
{
	uint16_t len = of_left(&in->body);
	uint8_t *bytes = sw_xcalloc(1, len + 1u);

	of_copy(&in->body, bytes, len);
	a->note.len = len;
	a->note.bytes = bytes;
	return OF_FINE;
}

static bool put_note(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put(out, a->note.bytes, a->note.len);
	of_room(out, a->note.len < 6 ? 6 - a->note.len : 0);
	out->inexact |= a->note.len % 8 != 6; /* the zeros that follow become a part of it */
	return true;
}

static enum of_error get_fin_timeout(struct of_action_in *in, struct sw_action *a)
{
	a->fin_timeout.idle = of_u16(&in->body);
	a->fin_timeout.hard = of_u16(&in->body);
	return of_zeros(&in->body, 2) ? OF_FINE : NXBAC_MUST_BE_ZERO;
}

static bool put_fin_timeout(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, a->fin_timeout.idle);
	of_put_u16(out, a->fin_timeout.hard);
	of_room(out, 2);
	return true;
}

/* Dimensions count from 0 there. */
static enum of_error get_conjunction(struct of_action_in *in, struct sw_action *a)
{
	unsigned k = of_u8(&in->body);

	a->conjunction.n = of_u8(&in->body);
	a->conjunction.id = of_u32(&in->body);
	if (k >= a->conjunction.n)
		return NXBAC_BAD_CONJUNCTION;
	a->conjunction.k = k + 1;
	return sw_conjunction_fault(a, NULL) ? NXBAC_BAD_CONJUNCTION : OF_FINE;
}

static bool put_conjunction(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u8(out, a->conjunction.k - 1);
	of_put_u8(out, a->conjunction.n);
	of_put_u32(out, a->conjunction.id);
	return true;
}

#define FORM(ident, type, what, get_fn, put_fn, ...)      \
	SW_REGISTER(of_action, ident) = { .name = #ident, \
		.help = what,                             \
		.of = &sw_action_type_##type,             \
		.ids = { __VA_ARGS__ },                   \
		.get = get_fn,                            \
		.put = put_fn }

FORM(group, group, "to a group", get_group, put_id, { OF_V13_UP, 0, 22, 8 });
FORM(nx_group, group, "to a group", get_padded_group, put_padded_id, { OF_V10, OF_NICIRA, 40, 16 });
FORM(meter, meter, "through a meter", get_meter, put_id, { OF_V15, 0, 29, 8 });
FORM(set_queue, set_queue, "the queue of outputs that follow", get_queue, put_id,
	{ OF_V13_UP, 0, 21, 8 });
FORM(nx_set_queue, set_queue, "the queue of outputs that follow", get_padded_queue, put_padded_id,
	{ OF_V10, OF_NICIRA, 4, 16 });
FORM(pop_queue, pop_queue, "the queue there was first", NULL, put_zeros,
	{ OF_ALL, OF_NICIRA, 5, 16 });
FORM(resubmit, resubmit, "this table again, as if from a port", get_resubmit, put_resubmit,
	{ OF_ALL, OF_NICIRA, 1, 16 });
FORM(resubmit_table, resubmit, "a table", get_resubmit_table, put_resubmit_table,
	{ OF_ALL, OF_NICIRA, 14, 16 });
FORM(exit, exit, "the end", NULL, put_zeros, { OF_ALL, OF_NICIRA, 17, 16 });
FORM(clone, clone, "actions on a copy", get_clone, put_clone, { OF_ALL, OF_NICIRA, 42, 0 });
FORM(note, note, "bytes that do nothing", get_note, put_note, { OF_ALL, OF_NICIRA, 8, 0 });
FORM(fin_timeout, fin_timeout, "timeouts when a connection ends", get_fin_timeout, put_fin_timeout,
	{ OF_ALL, OF_NICIRA, 19, 16 });
FORM(conjunction, conjunction, "one of a conjunction's dimensions", get_conjunction,
	put_conjunction, { OF_ALL, OF_NICIRA, 34, 16 });

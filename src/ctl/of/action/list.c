/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of actions on the wire: each has a type and a length that is a multiple of 8 and proven to lie within the
 * list; behind type 0xffff stand experimenter and its own type. See action.h. Control thread.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "../codec/port.h"

SW_REG_KIND_DEFINE(of_action);

#define OFPAT_EXPERIMENTER 0xffff
#define ACTION_HEAD	   4
#define ACTION_MIN	   8
#define EXPERIMENTER_HEAD  10 /* Nicira's, and ONF's: 32 bits of it, 16 of its type */

struct entry {
	uint64_t key;
	const struct sw_of_action *form;
	const struct of_action_id *id;
};

static struct entry *entries;
static size_t n_entries;

static uint64_t key_of(uint8_t version, uint32_t experimenter, uint16_t number)
{
	return (uint64_t)version << 56 | (uint64_t)experimenter << 16 | number;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void add_entries(const struct sw_of_action *form, const struct of_action_id *id)
{
	for (uint8_t version = OF10; version <= OF15; version++) {
		if (!(id->versions & OF_BIT(version)))
			continue;
		entries = sw_xrealloc(entries, n_entries + 1, sizeof(*entries));
		entries[n_entries++] =
			(struct entry){ key_of(version, id->experimenter, id->number), form, id };
	}
}

int of_actions_build(struct sw_err *err)
{
	const struct sw_of_action *form;

	if (entries)
		return 0;
	SW_REG_FOREACH (of_action, const struct sw_of_action *, form)
		for (unsigned i = 0;
			i < OF_ACTION_IDS && form->ids[i].versions && form->use != OF_SENT; i++)
			add_entries(form, &form->ids[i]);
	qsort(entries, n_entries, sizeof(*entries), by_key);
	for (size_t i = 1; i < n_entries; i++)
		if (entries[i - 1].key == entries[i].key)
			return sw_err_set(err, SW_CODE_INTERNAL,
				"the OpenFlow actions %s and %s have the same number %u",
				entries[i - 1].form->name, entries[i].form->name,
				entries[i].id->number);
	return 0;
}

static const struct entry *find(uint8_t version, uint32_t experimenter, uint16_t number)
{
	struct entry wanted = { .key = key_of(version, experimenter, number) };

	return bsearch(&wanted, entries, n_entries, sizeof(*entries), by_key);
}

/* --- reading ----------------------------------------------------------------------------------------------- */

/* Its head: what it is, and the cursor of its body. */
static enum of_error read_head(
	struct of_cursor *c, struct of_action_in *in, const struct entry **found)
{
	uint16_t number = of_u16(c), len = of_u16(c);
	uint32_t experimenter = 0;

	if (c->over || len < ACTION_MIN || len % 8)
		return OFPBAC_BAD_LEN;
	in->body = of_sub(c, len - ACTION_HEAD);
	if (c->over)
		return OFPBAC_BAD_LEN;
	if (number == OFPAT_EXPERIMENTER) {
		experimenter = of_u32(&in->body);
		if (experimenter != OF_NICIRA && experimenter != OF_ONF)
			return OFPBAC_BAD_EXPERIMENTER;
		number = of_u16(&in->body);
		if (in->body.over)
			return OFPBAC_BAD_LEN;
	}
	*found = find(in->version, experimenter, number);
	if (!*found)
		return experimenter ? OFPBAC_BAD_EXP_TYPE : OFPBAC_BAD_TYPE;
	return (*found)->id->size && (*found)->id->size != len ? OFPBAC_BAD_LEN : OF_FINE;
}

static enum of_error read_action(
	struct of_cursor *c, struct of_action_in *in, struct sw_actions **list)
{
	const struct entry *found;
	enum of_error error = read_head(c, in, &found);
	struct sw_action *a;

	if (error)
		return error;
	if (*list && (*list)->n == OF_ACTIONS_MAX)
		return OFPBAC_TOO_MANY;
	a = sw_actions_add(list);
	a->type = found->form->of;
	if (found->form->get)
		error = found->form->get(in, a);
	else if (of_left(&in->body) && !of_zeros(&in->body, of_left(&in->body)))
		error = NXBAC_MUST_BE_ZERO;
	if (!error && in->body.over) {
		error = OFPBAC_BAD_LEN;
		if (a->type->fini)
			a->type->fini(a);
	}
	if (error)
		(*list)->n--;
	return error;
}

enum of_error of_get_actions_nested(
	struct of_cursor c, uint8_t version, unsigned depth, struct sw_actions **list)
{
	struct of_action_in in = { .version = version, .depth = depth };
	enum of_error error = OF_FINE;

	*list = NULL;
	while (of_left(&c) && !error)
		error = read_action(&c, &in, list);
	if (error) {
		sw_actions_free(*list);
		*list = NULL;
	}
	return error;
}

enum of_error of_get_actions(struct of_cursor c, uint8_t version, struct sw_actions **list)
{
	return of_get_actions_nested(c, version, 0, list);
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static const struct of_action_id *id_in(const struct sw_of_action *form, uint8_t version)
{
	for (unsigned i = 0; i < OF_ACTION_IDS && form->ids[i].versions; i++)
		if (form->ids[i].versions & OF_BIT(version))
			return &form->ids[i];
	return NULL;
}

static bool put_form(struct of_buf *out, const struct sw_of_action *form, const struct sw_action *a,
	uint8_t version)
{
	const struct of_action_id *id = id_in(form, version);
	size_t at = out->len;

	if (!id || form->use == OF_RECEIVED)
		return false;
	of_put_u16(out, id->experimenter ? OFPAT_EXPERIMENTER : id->number);
	of_put_u16(out, 0);
	if (id->experimenter) {
		of_put_u32(out, id->experimenter);
		of_put_u16(out, id->number);
	}
	if (form->put && !form->put(out, a, version)) {
		out->len = at;
		return false;
	}
	of_pad8(out, at);
	of_patch_u16(out, at + 2, out->len - at);
	return true;
}

void of_put_action(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	const struct sw_of_action *form;

	SW_REG_FOREACH (of_action, const struct sw_of_action *, form)
		if (form->of == a->type && put_form(out, form, a, version)) {
			out->inexact |= form->use == OF_SENT;
			return;
		}
	out->inexact = true;
}

void of_put_actions(struct of_buf *out, const struct sw_actions *list, uint8_t version)
{
	for (unsigned i = 0; list && i < list->n; i++)
		of_put_action(out, &list->a[i], version);
}

void of_actions_each(
	uint8_t version, bool in_set, void (*fn)(void *arg, uint16_t number), void *arg)
{
	for (size_t i = 0; i < n_entries; i++) {
		const struct entry *e = &entries[i];

		if (e->key >> 56 != version || e->id->experimenter)
			continue;
		if (!in_set || e->form->of->set_place)
			fn(arg, e->id->number);
	}
}

/* --- what several families use ------------------------------------------------------------------------------ */

bool of_port_is_output(uint32_t port)
{
	if (port >= SW_OFPP_IN_PORT)
		return port != SW_OFPP_ANY;
	return port && port < OF10_PORT_MAX; /* no port here will ever have a higher number */
}

enum of_error of_action_error(enum of_error error)
{
	switch (error) {
	case OFPBMC_BAD_FIELD:
		return OFPBAC_BAD_SET_TYPE;
	case OFPBMC_BAD_LEN:
		return OFPBAC_BAD_SET_LEN;
	case OFPBMC_BAD_VALUE:
	case OFPBMC_BAD_MASK:
	case OFPBMC_BAD_WILDCARDS:
		return OFPBAC_BAD_SET_ARGUMENT;
	default:
		return error;
	}
}

enum of_error of_get_bits_of(struct of_cursor *c, uint16_t from, uint16_t n, struct sw_bits *out)
{
	struct of_oxm oxm;
	enum of_error error = of_action_error(of_get_oxm_header(c, &oxm));
	unsigned bits;

	if (error)
		return error;
	/* in_port has 16 bits where NXM names it. */
	bits = oxm.field->form == SW_FORM_PORT ? 8u * oxm.wire : oxm.field->bits;
	if (!n || from + n > bits)
		return OFPBAC_BAD_SET_LEN;
	*out = (struct sw_bits){ oxm.field, from, n };
	return OF_FINE;
}

enum of_error of_get_bits(struct of_cursor *c, struct sw_bits *out)
{
	uint16_t ofs_nbits = of_u16(c);

	return of_get_bits_of(c, ofs_nbits >> 6, (ofs_nbits & 0x3f) + 1, out);
}

uint16_t of_ofs_nbits(const struct sw_bits *bits)
{
	return bits->from << 6 | (bits->n - 1);
}

#define PORT16 16

void of_widen_port(struct sw_bits *bits)
{
	if (bits->field && bits->field->form == SW_FORM_PORT && !bits->from && bits->n == PORT16)
		bits->n = bits->field->bits;
}

struct sw_bits of_narrow_port(const struct sw_bits *bits)
{
	struct sw_bits sent = *bits;

	if (bits->field->form == SW_FORM_PORT && bits->field->nxm && bits->n == bits->field->bits)
		sent.n = PORT16;
	return sent;
}

uint8_t of_header_version(const struct sw_bits *bits)
{
	return bits->field->form == SW_FORM_PORT && bits->from + bits->n > PORT16 ? OF13 : OF_NXM;
}

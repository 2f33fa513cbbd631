/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See method.h. A field stands with its mask in the place of the value. Control thread.
 */
#include "method.h"

#include <string.h>

#include <sw/mem.h>

#include "../codec/oxm.h"
#include "../codec/property.h"
#include "../codec/version.h"

#define NETRONOME      0x0000154du
#define NETRONOME_OLD  0x00001540u /* what Open vSwitch 2.4 sent */
#define NTRT_SELECTION 1
#define METHOD_SIZE    16

static enum of_error get_field(struct of_cursor *c, struct sw_group_conf *conf)
{
	struct sw_group_field *f;
	struct of_oxm oxm;
	enum of_error error = of_get_oxm(c, &oxm);

	if (error)
		return error;
	if (oxm.has_mask)
		return OFPBMC_BAD_MASK;
	for (unsigned i = 0; i < conf->n_fields; i++)
		if (conf->fields[i].field == oxm.field)
			return OFPBMC_DUP_FIELD;
	if (conf->n_fields == SW_GROUP_FIELDS_MAX)
		return OFPBPC_TOO_MANY;
	conf->fields = sw_xrealloc(conf->fields, conf->n_fields + 1, sizeof(*f));
	f = &conf->fields[conf->n_fields++];
	memset(f, 0, sizeof(*f));
	f->field = oxm.field;
	memcpy(f->mask, oxm.value, sw_field_bytes(oxm.field));
	return OF_FINE;
}

static enum of_error get_method(struct of_cursor *c, struct sw_group_conf *conf)
{
	enum of_error error = OF_FINE;

	of_skip(c, 4);
	of_copy(c, conf->method, METHOD_SIZE);
	conf->method_param = of_u64(c);
	if (c->over)
		return OFPBPC_BAD_LEN;
	if (conf->method[METHOD_SIZE - 1])
		return OFPBPC_BAD_VALUE;
	if (strcmp(conf->method, "hash") && strcmp(conf->method, "dp_hash"))
		return OFPBPC_BAD_VALUE;
	if (of_left(c) && strcmp(conf->method, "hash"))
		return OFPBPC_BAD_VALUE;
	while (of_left(c) && !error)
		error = get_field(c, conf);
	return error;
}

static enum of_error get_experimenter(struct of_cursor *c, struct sw_group_change *change)
{
	uint32_t experimenter = of_u32(c), type = of_u32(c);
	struct sw_group_conf *conf = &change->conf;

	if (c->over)
		return OFPBPC_BAD_LEN;
	if (experimenter != NETRONOME && experimenter != NETRONOME_OLD)
		return OFPBPC_BAD_EXPERIMENTER;
	if (type != NTRT_SELECTION)
		return OFPBPC_BAD_EXP_TYPE;
	if (conf->method[0])
		return OFPBPC_DUP_TYPE;
	if (conf->type != SW_GROUP_SELECT ||
		(change->verb != SW_GROUP_ADD && change->verb != SW_GROUP_MODIFY))
		return OFPBPC_BAD_VALUE;
	return get_method(c, conf);
}

enum of_error of_get_group_properties(struct of_cursor c, struct sw_group_change *change)
{
	enum of_error error = OF_FINE;

	while (of_left(&c) && !error) {
		struct of_property p;

		error = of_get_property(&c, &p);
		if (error == OFPBPC_BAD_EXPERIMENTER)
			error = get_experimenter(&p.body, change);
		else if (!error)
			error = OFPBPC_BAD_TYPE;
	}
	return error;
}

/* Open vSwitch's in_port is NXM's, of 16 bits, in all versions. */
static void put_field(struct of_buf *out, const struct sw_group_field *f, uint8_t version)
{
	bool nxm = version == OF10 || f->field->form == SW_FORM_PORT;

	of_put_oxm(out, f->field, nxm ? OF_NXM : version, f->mask, NULL);
}

void of_put_group_method(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version)
{
	size_t at;

	if (!conf->method[0])
		return;
	at = of_property_begin(out, OF_PROPERTY_EXPERIMENTER);
	of_put_u32(out, NETRONOME);
	of_put_u32(out, NTRT_SELECTION);
	of_put_u32(out, 0);
	of_put(out, conf->method, METHOD_SIZE);
	of_put_u64(out, conf->method_param);
	for (unsigned i = 0; i < conf->n_fields; i++)
		put_field(out, &conf->fields[i], version);
	of_property_end(out, at);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the heads of a message to its descriptor (1.3.5, 7.1, 7.3.5, 7.5.4; 1.0, 5.1, 5.3.5, 5.5.4): the number is
 * looked up by version and form in one sorted array.
 *
 * Thread: control.
 */
#include "message.h"

#include <stdlib.h>

#include <sw/err.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(of_message);

struct entry {
	uint64_t key;
	const struct sw_of_message *type;
	const struct of_id *id;
};

static struct entry *entries;
static size_t n_entries;

static bool is_known(uint32_t experimenter)
{
	return experimenter == OF_NICIRA || experimenter == OF_ONF;
}

static uint64_t key_of(uint8_t version, enum of_form form, uint32_t experimenter, uint32_t number)
{
	return (uint64_t)version << 56 | (uint64_t)form << 48 |
	       (uint64_t)(experimenter == OF_ONF) << 40 | number;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void add_entries(const struct sw_of_message *type, const struct of_id *id)
{
	for (uint8_t version = OF10; version <= OF15; version++) {
		if (!(id->versions & OF_BIT(version)))
			continue;
		entries = sw_xrealloc(entries, n_entries + 1, sizeof(*entries));
		entries[n_entries++] =
			(struct entry){ key_of(version, id->form, id->experimenter, id->number),
				type, id };
	}
}

int of_messages_build(struct sw_err *err)
{
	const struct sw_of_message *type;

	if (entries)
		return 0;
	SW_REG_FOREACH (of_message, const struct sw_of_message *, type)
		for (unsigned i = 0; i < OF_IDS_MAX && type->ids[i].versions; i++)
			add_entries(type, &type->ids[i]);
	qsort(entries, n_entries, sizeof(*entries), by_key);
	for (size_t i = 1; i < n_entries; i++)
		if (entries[i - 1].key == entries[i].key)
			return sw_err_set(err, SW_CODE_INTERNAL,
				"the OpenFlow messages %s and %s have the same number %u",
				entries[i - 1].type->name, entries[i].type->name,
				(unsigned)entries[i].id->number);
	return 0;
}

static const struct entry *find(
	uint8_t version, enum of_form form, uint32_t experimenter, uint32_t number)
{
	struct entry wanted = { .key = key_of(version, form, experimenter, number) };

	return bsearch(&wanted, entries, n_entries, sizeof(*entries), by_key);
}

/* Take the second head off, if there is one; *found NULL with OF_FINE cannot be. */
static enum of_error find_multipart(struct of_msg *msg, const struct entry **found)
{
	struct of_cursor *c = &msg->body;
	uint32_t experimenter, number;
	uint16_t type = of_u16(c);

	msg->flags = of_u16(c);
	if (msg->version != OF10)
		of_skip(c, 4);
	if (type != OFPMP_EXPERIMENTER) {
		*found = find(msg->version, OF_MULTIPART, 0, type);
		return c->over ? OFPBRC_BAD_LEN : *found ? OF_FINE : OFPBRC_BAD_MULTIPART;
	}
	experimenter = of_u32(c);
	if (!c->over && !is_known(experimenter))
		return OFPBRC_BAD_EXPERIMENTER;
	number = of_u32(c);
	if (msg->version == OF10)
		of_skip(c, 4);
	if (c->over)
		return OFPBRC_BAD_LEN;
	*found = find(msg->version, OF_EXP_MULTIPART, experimenter, number);
	return *found ? OF_FINE : OFPBRC_BAD_EXP_TYPE;
}

static enum of_error find_experimenter(struct of_msg *msg, const struct entry **found)
{
	uint32_t experimenter = of_u32(&msg->body), number;

	if (msg->body.over)
		return OFPBRC_BAD_LEN;
	if (!is_known(experimenter))
		return OFPBRC_BAD_EXPERIMENTER;
	number = of_u32(&msg->body);
	if (msg->body.over)
		return OFPBRC_BAD_LEN;
	*found = find(msg->version, OF_EXPERIMENTER, experimenter, number);
	return *found ? OF_FINE : OFPBRC_BAD_EXP_TYPE;
}

static bool is_length_good(const struct of_id *id, size_t len)
{
	if (len < id->min)
		return false;
	return id->unit ? (len - id->min) % id->unit == 0 : len == id->min;
}

enum of_error of_message_parse(
	const uint8_t *bytes, size_t len, uint8_t version, struct of_msg *msg)
{
	const struct entry *found = NULL;
	enum of_error error;
	uint8_t type;

	memset(msg, 0, sizeof(*msg));
	msg->head = bytes;
	msg->len = len;
	msg->version = version;
	msg->body = of_cursor(bytes, len);
	of_skip(&msg->body, 1);
	type = of_u8(&msg->body);
	of_skip(&msg->body, 2);
	msg->xid = of_u32(&msg->body);
	if (type == OFPT_EXPERIMENTER) {
		error = find_experimenter(msg, &found);
	} else if (type == of_multipart_type(version)) {
		error = find_multipart(msg, &found);
	} else {
		found = find(version, OF_PLAIN, 0, type);
		error = found ? OF_FINE : OFPBRC_BAD_TYPE;
	}
	if (error)
		return error;
	if (!is_length_good(found->id, of_left(&msg->body)))
		return OFPBRC_BAD_LEN;
	msg->type = found->type;
	msg->id = found->id;
	return OF_FINE;
}

void of_msg_keep(struct of_msg *to, const struct of_msg *msg, uint8_t *head, size_t size)
{
	*to = *msg;
	to->len = msg->len < size ? msg->len : size;
	memcpy(head, msg->head, to->len);
	to->head = head;
	to->body = (struct of_cursor){ 0 };
}

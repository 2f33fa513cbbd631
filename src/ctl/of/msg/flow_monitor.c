/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of flow monitors (1.4.1, 7.3.5.17; the same by ONF's number for 1.3; Nicira's NXST_FLOW_MONITOR for 1.0 with
 * NXT_FLOW_MONITOR_CANCEL): a request has one or several; all of them are begun, or none.
 *
 * Thread: control.
 */
#include <string.h>

#include "../bridge.h"
#include "../codec/match.h"
#include "../codec/port.h"
#include "../conn/reply.h"
#include "../flow/flow.h"
#include "../monitors.h"

enum { OFPFMC_ADD, OFPFMC_MODIFY, OFPFMC_DELETE };
enum {
	OFPFMF_INITIAL = 1 << 0,
	OFPFMF_ADD = 1 << 1,
	OFPFMF_REMOVED = 1 << 2,
	OFPFMF_MODIFY = 1 << 3,
	OFPFMF_INSTRUCTIONS = 1 << 4,
	OFPFMF_NO_ABBREV = 1 << 5,
	OFPFMF_ONLY_OWN = 1 << 6,
};
#define FLAGS_NICIRA 0x3f
#define FLAGS	     0x7f

/* Flags are the same bits in both. */
static enum of_error read_nxm(struct of_cursor *c, struct of_monitor *m, uint16_t *flags)
{
	uint16_t len;

	m->id = of_u32(c);
	*flags = of_u16(c);
	of_port_from16(of_u16(c), &m->filter.out_port);
	len = of_u16(c);
	m->filter.conf.table = of_u8(c);
	if (!of_zeros(c, 5))
		return c->over ? OFPBRC_BAD_LEN : NXBRC_MUST_BE_ZERO;
	m->filter.out_group = SW_OFPP_ANY;
	return of_get_nxm(c, len, &m->filter.conf.match, NULL);
}

static enum of_error read_onf(struct of_cursor *c, struct of_monitor *m, uint16_t *flags)
{
	m->id = of_u32(c);
	*flags = of_u16(c);
	of_skip(c, 2); /* length of the match, which says it itself */
	m->filter.out_port = of_u32(c);
	m->filter.conf.table = of_u8(c);
	if (!of_zeros(c, 3))
		return c->over ? OFPBRC_BAD_LEN : NXBRC_MUST_BE_ZERO;
	m->filter.out_group = SW_OFPP_ANY;
	return of_get_match(c, &m->filter.conf.match);
}

static enum of_error read_oxm(
	struct of_cursor *c, struct of_monitor *m, uint16_t *flags, uint8_t *command)
{
	m->id = of_u32(c);
	m->filter.out_port = of_u32(c);
	m->filter.out_group = of_u32(c);
	*flags = of_u16(c);
	m->filter.conf.table = of_u8(c);
	*command = of_u8(c);
	return of_get_match(c, &m->filter.conf.match);
}

static enum of_error read_monitor(
	struct of_cursor *c, uint8_t version, struct of_monitor *m, uint8_t *command)
{
	enum of_error error;
	uint16_t flags;

	memset(m, 0, sizeof(*m));
	m->filter.verb = SW_RULE_DELETE;
	*command = OFPFMC_ADD;
	error = version == OF10	  ? read_nxm(c, m, &flags)
		: version == OF13 ? read_onf(c, m, &flags)
				  : read_oxm(c, m, &flags, command);
	if (error)
		return error;
	if (*command > OFPFMC_DELETE)
		return OFPMOFC_BAD_COMMAND;
	if (*command == OFPFMC_DELETE)
		return OF_FINE;
	if (flags & ~(version < OF14 ? FLAGS_NICIRA : FLAGS) ||
		!(flags & (OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY | OFPFMF_INITIAL)))
		return OFPMOFC_BAD_FLAGS;
	if (m->filter.conf.table >= SW_TABLES && m->filter.conf.table != SW_TABLE_ALL)
		return version < OF14 ? OFPBRC_BAD_TABLE_ID : OFPMOFC_BAD_TABLE_ID;
	m->flags = flags;
	return OF_FINE;
}

/* Modify is to remove and to add. */
static void change(
	struct of_conn *c, const struct of_msg *msg, const struct of_monitor *m, uint8_t command)
{
	if (command != OFPFMC_ADD)
		of_monitor_remove(c, m->id);
	if (command != OFPFMC_DELETE)
		of_monitor_add(c, msg, m);
}

/* Monitors of a request that are good so far. */
struct seen {
	unsigned n, room;		  /* room: how many more may come */
	uint32_t id[2 * OF_MONITORS_MAX]; /* what is there goes or changes, as much comes */
};

static enum of_error check_one(
	struct of_conn *c, struct seen *seen, const struct of_monitor *m, uint8_t command)
{
	if (command == OFPFMC_ADD && of_monitor_has(c, m->id))
		return OFPMOFC_MONITOR_EXISTS;
	if (command != OFPFMC_ADD && !of_monitor_has(c, m->id))
		return OFPMOFC_UNKNOWN_MONITOR;
	for (unsigned i = 0; i < seen->n; i++)
		if (seen->id[i] == m->id)
			return OFPMOFC_MONITOR_EXISTS;
	if (command == OFPFMC_ADD && !seen->room)
		return OFPMOFC_UNKNOWN;
	seen->room += command == OFPFMC_DELETE;
	seen->room -= command == OFPFMC_ADD;
	seen->id[seen->n++] = m->id;
	return OF_FINE;
}

/* All of a request are looked at before the first is begun. */
static enum of_error check(struct of_conn *c, const struct of_msg *msg)
{
	struct seen seen = { .room = of_monitors_room(c) };
	struct of_cursor body = msg->body;
	enum of_error error = OF_FINE;

	while (!error && of_left(&body)) {
		struct of_monitor m;
		uint8_t command;

		error = read_monitor(&body, msg->version, &m, &command);
		if (!error)
			error = check_one(c, &seen, &m, command);
	}
	return error;
}

static enum of_error flow_monitor(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	enum of_error error = check(c, msg);
	unsigned added = 0;

	if (error)
		return error;
	while (of_left(&body)) {
		struct of_monitor m;
		uint8_t command;

		read_monitor(&body, msg->version, &m, &command);
		change(c, msg, &m, command);
		added += command != OFPFMC_DELETE;
	}
	of_monitors_begin(c, msg, added);
	return OF_FINE;
}

static enum of_error cancel(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;

	return of_monitor_remove(c, of_u32(&body)) ? OF_FINE : OFPMOFC_UNKNOWN_MONITOR;
}

SW_REGISTER(of_message, flow_monitor) = {
	.name = "flow_monitor",
	.help = "tell of rules that come, change and go",
	.ids = { { OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 2, 0, 8 },
		{ OF_V13, OF_EXP_MULTIPART, OF_ONF, 1870, 0, 8 },
		{ OF_V14_UP, OF_MULTIPART, 0, 16, 0, 8 } },
	.handle = flow_monitor,
};
SW_REGISTER(of_message, flow_monitor_cancel) = {
	.name = "flow_monitor_cancel",
	.help = "tell no more",
	.ids = { { OF_V10, OF_EXPERIMENTER, OF_NICIRA, 21, 4, 0 },
		{ OF_V13, OF_EXPERIMENTER, OF_ONF, 1870, 4, 0 } },
	.handle = cancel,
};

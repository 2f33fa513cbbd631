/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of Controller that tell how it goes: computed when they are read, under OVS's names and meanings. Where
 * several bridges have one row, it is connected when it is so for all of them, and the rest is of one that is not.
 *
 * Control thread.
 */
#include <stdio.h>

#include <sw/clock.h>
#include <sw/table.h>

#include "../../db.h"
#include "../bridge.h"
#include "../conn/conn.h"
#include "controller.h"

static struct of_controller *at_work(const struct row *row)
{
	struct of_controller *ctl = of_controller_of(&row->uuid, NULL), *next;

	for (next = ctl; next; next = of_controller_of(&row->uuid, next))
		if (!next->n_up)
			return next;
	return ctl;
}

static struct of_conn *connection(const struct of_controller *ctl)
{
	struct of_conn *c;

	if (ctl)
		TAILQ_FOREACH (c, &ctl->of->conns, peers)
			if (c->controller == ctl && !c->dropped)
				return c;
	return NULL;
}

static struct value *is_connected(const struct draft *draft, const struct row *row)
{
	const struct of_controller *ctl = at_work(row);

	return value_boolean(ctl && ctl->n_up);
}

/* Under the names OVS keeps. */
static struct value *get_role(const struct draft *draft, const struct row *row)
{
	static const char *const words[] = {
		[OF_ROLE_EQUAL] = "other", [OF_ROLE_MASTER] = "master", [OF_ROLE_SLAVE] = "slave"
	};
	const struct of_conn *c = connection(at_work(row));

	return c && c->version ? value_string(words[c->role]) : NULL;
}

static void add_number(struct value *v, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	value_add_pair(v, key, text);
}

static void add_limit(struct value *v, const char *kind, const struct of_limit *limit)
{
	const struct {
		const char *name;
		uint64_t number;
	} parts[] = { { "bypassed", limit->count.bypassed }, { "queued", limit->count.queued },
		{ "dropped", limit->count.dropped }, { "backlog", limit->waiting } };
	char key[40];

	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(key, sizeof(key), "packet-in-%s-%s", kind, parts[i].name);
		add_number(v, key, parts[i].number);
	}
}

static void add_times(struct value *v, const struct of_controller *ctl)
{
	uint64_t now = sw_clock_ms();

	if (ctl->up_ms)
		add_number(v, "sec_since_connect", (now - ctl->up_ms) / 1000);
	if (ctl->down_ms)
		add_number(v, "sec_since_disconnect", (now - ctl->down_ms) / 1000);
}

static struct value *get_status(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_MAP);
	const struct of_controller *ctl = at_work(row);
	const struct of_conn *c = connection(ctl);
	uint64_t lost;

	if (!ctl) {
		value_add_pair(v, "state", "VOID");
		return value_seal(v);
	}
	value_add_pair(v, "state", of_controller_state(ctl));
	if (ctl->last_error[0])
		value_add_pair(v, "last_error", ctl->last_error);
	add_times(v, ctl);
	if (c && c->limit[OF_PACKETS_MISS].rate) {
		add_limit(v, "miss", &c->limit[OF_PACKETS_MISS]);
		add_limit(v, "action", &c->limit[OF_PACKETS_ACTION]);
	}
	lost = of_controller_lost(ctl);
	if (lost)
		add_number(v, "packet-in-lost", lost);
	return value_seal(v);
}

static const char *const roles[] = { "other", "master", "slave", NULL };

SW_REGISTER(column, controller_is_connected) = {
	.name = "Controller.is_connected",
	.help = "whether it is connected and has said which OpenFlow it speaks; of one that comes to us, "
		"whether there is one",
	.type = SW_ONE(BOOLEAN),
	.flags = SW_COL_STATUS,
	.status = is_connected,
};
SW_REGISTER(column, controller_role) = {
	.name = "Controller.role",
	.help = "role it asked for: master, slave, or other, which OpenFlow calls equal; empty while it "
		"is not connected",
	.type = SW_OPTIONAL(STRING),
	.flags = SW_COL_STATUS,
	.words = roles,
	.status = get_role,
};
SW_REGISTER(column, controller_status) = {
	.name = "Controller.status",
	.help = "state of the connection, its last error, and what became of packets to it, by key",
	.type = SW_MAP,
	.flags = SW_COL_STATUS,
	.status = get_status,
};

#define STATUS_KEY(ident, called, text)                 \
	SW_REGISTER(key, controller_status_##ident) = { \
		.name = "Controller.status:" called,    \
		.help = text,                           \
		.type = SW_ATOM_STRING,                 \
	}

STATUS_KEY(state, "state",
	"BACKOFF: waiting for the next attempt; CONNECTING; ACTIVE: connected; IDLE: asked for an echo; "
	"LISTENING: nobody came yet; VOID: no bridge has it");
STATUS_KEY(last_error, "last_error", "why the last attempt or connection ended");
STATUS_KEY(since_connect, "sec_since_connect", "seconds since it was connected last");
STATUS_KEY(since_disconnect, "sec_since_disconnect", "seconds since a connection ended last");
STATUS_KEY(lost, "packet-in-lost",
	"packets for it that were lost, by controller_rate_limit or because it did not keep up (not in OVS)");
/* Of the connection that is, with controller_rate_limit. */
STATUS_KEY(miss_bypassed, "packet-in-miss-bypassed", "packets no rule matched, sent at once");
STATUS_KEY(miss_queued, "packet-in-miss-queued", "packets no rule matched, that had to wait");
STATUS_KEY(miss_dropped, "packet-in-miss-dropped", "packets no rule matched, lost by the limit");
STATUS_KEY(miss_backlog, "packet-in-miss-backlog", "packets no rule matched, that wait now");
STATUS_KEY(action_bypassed, "packet-in-action-bypassed", "packets rules sent it, sent at once");
STATUS_KEY(action_queued, "packet-in-action-queued", "packets rules sent it, that had to wait");
STATUS_KEY(action_dropped, "packet-in-action-dropped", "packets rules sent it, lost by the limit");
STATUS_KEY(action_backlog, "packet-in-action-backlog", "packets rules sent it, that wait now");

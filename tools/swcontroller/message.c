/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See message.h. Sections of 1.0: 5.3, 5.4, 5.5; of 1.3.5: 7.3, 7.4, 7.5.
 */
#include "message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <sw/rule_text.h>
#include <sw/text.h>

#include "learn.h"
#include "names.h"
#include "peer.h"
#include "ports.h"

#define WHOLE_PACKET   0xffff
#define MULTIPART_PORT 13 /* OFPMP_PORT_DESC */
#define MULTIPART_HEAD 8
#define MISS_PRIORITY  0

/* --- what is said ---------------------------------------------------------------------------------------- */

/* A message that is a head alone. */
static void send_head(struct peer *p, uint8_t type)
{
	peer_begin(p, type);
	peer_show(p, '>', "%s", type_name(p->version, type));
	peer_send(p);
}

void message_echo(struct peer *p)
{
	send_head(p, OFPT_ECHO_REQUEST);
}

static void answer_echo(struct peer *p, struct of_cursor c)
{
	struct of_buf *out = peer_begin(p, OFPT_ECHO_REPLY);

	of_put(out, c.at, of_left(&c));
	peer_show(p, '>', "echo_reply");
	peer_send(p);
}

bool message_flow_mod(struct peer *p, const struct sw_rule_change *change, uint32_t buffer)
{
	static const char *const verbs[] = { "add", "modify", "modify_strict", "delete",
		"delete_strict" };
	struct sw_str text = { 0 };

	p->c->out.len = 0;
	if (!mods_put(&p->c->out, change, p->version, buffer))
		return false;
	if (p->c->o->verbose) {
		sw_rule_print(&change->conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
		peer_show(p, '>', "flow_mod %s %s", verbs[change->verb], text.s);
		free(text.s);
	}
	peer_send(p);
	p->n->flow_mods++;
	return true;
}

static void ask_for_ports(struct peer *p)
{
	struct of_buf *out = peer_begin(p, of_multipart_type(p->version));

	of_put_u16(out, MULTIPART_PORT);
	of_room(out, MULTIPART_HEAD - 2);
	peer_show(p, '>', "multipart_request port_desc");
	peer_send(p);
}

static void set_config(struct peer *p)
{
	struct of_buf *out = peer_begin(p, OFPT_SET_CONFIG);

	of_put_u16(out, 0);
	of_put_u16(out, WHOLE_PACKET);
	peer_show(p, '>', "set_config miss_send_len=%u", WHOLE_PACKET);
	peer_send(p);
}

/* --- setting up ------------------------------------------------------------------------------------------ */

/* Ours of an earlier time are not to be relied on: stations have moved. 1.0 cannot tell them from others. */
static void delete_ours(struct peer *p)
{
	struct sw_rule_change change;

	if (p->version == OF10)
		return;
	mods_begin(&change, SW_RULE_DELETE, 0);
	change.conf.table = SW_TABLE_ALL;
	change.cookie = MODS_COOKIE;
	change.cookie_mask = UINT64_MAX;
	message_flow_mod(p, &change, NO_BUFFER);
}

/* What no other rule matches comes here; in a hub it is flooded. 1.0 would send it here without a rule, but where
 * the switch has another rule for the rest, that is replaced so. */
static void add_miss(struct peer *p)
{
	bool flood = p->c->o->hub && !p->c->o->no_flow;
	struct sw_rule_change change;
	struct sw_action *a;

	mods_begin(&change, SW_RULE_ADD, MISS_PRIORITY);
	a = sw_actions_add(&change.conf.does.apply);
	a->type = &sw_action_type_output;
	a->output.port = flood ? SW_OFPP_FLOOD : SW_OFPP_CONTROLLER;
	a->output.max_len = flood ? 0 : WHOLE_PACKET;
	message_flow_mod(p, &change, NO_BUFFER);
	sw_instructions_fini(&change.conf.does);
}

static void add_rules(struct peer *p)
{
	const struct mods *mods = &p->c->mods;

	for (unsigned i = 0; i < mods->n; i++)
		if (!message_flow_mod(p, &mods->lines[i].change, NO_BUFFER))
			peer_tell(p,
				"%s, line %u: the rule cannot be said in OpenFlow 1.%u, left out",
				mods->lines[i].file, mods->lines[i].line, p->version - 1);
}

void message_begin(struct peer *p)
{
	if (!p->c->o->mute)
		send_head(p, OFPT_FEATURES_REQUEST);
}

static void take_features(struct peer *p, struct of_cursor c)
{
	uint64_t dpid = of_u64(&c);
	uint8_t auxiliary;

	of_skip(&c, 5);
	auxiliary = of_u8(&c);
	of_skip(&c, 10);
	if (c.over) {
		p->n->malformed++;
		return;
	}
	if (p->known)
		return;
	p->known = true;
	p->dpid = dpid;
	snprintf(p->name, sizeof(p->name), "%016" PRIx64 " (%s)", dpid, p->from);
	p->tally = tally_of(&p->c->tally, dpid);
	p->tally->version = p->version;
	tally_move(&p->early, &p->tally->n);
	p->n = &p->tally->n;
	if (p->version != OF10 && auxiliary) {
		peer_tell(p, "auxiliary connection %u: nothing is sent by it", auxiliary);
		return;
	}
	if (p->version == OF10)
		ports_take(p, c);
	else
		ask_for_ports(p);
	set_config(p);
	delete_ours(p);
	add_rules(p); /* first, so that what they take never comes here */
	add_miss(p);
	send_head(p, p->version == OF10 ? OFPT10_BARRIER_REQUEST : OFPT_BARRIER_REQUEST);
}

static void take_barrier(struct peer *p)
{
	if (p->ready)
		return;
	p->ready = true;
	peer_tell(p, "is set up, OpenFlow 1.%u, %u ports", p->version - 1, p->n_ports);
	ports_check(p);
}

/* --- what comes ------------------------------------------------------------------------------------------ */

static void take_error(struct peer *p, struct of_cursor c)
{
	uint16_t type = of_u16(&c), code = of_u16(&c);
	char text[ERROR_TEXT];

	p->n->errors++;
	if (c.over)
		p->n->malformed++;
	else
		peer_tell(p, "error %s", error_text(p->version, type, code, c, text));
}

static void take_multipart(struct peer *p, struct of_cursor c)
{
	uint16_t type = of_u16(&c);

	of_skip(&c, MULTIPART_HEAD - 2);
	if (p->version != OF10 && type == MULTIPART_PORT && !c.over)
		ports_take(p, c);
}

static void take_known(struct peer *p, uint8_t type, struct of_cursor c)
{
	switch (type) {
	case OFPT_ERROR:
		take_error(p, c);
		break;
	case OFPT_ECHO_REQUEST:
		answer_echo(p, c);
		break;
	case OFPT_FEATURES_REPLY:
		take_features(p, c);
		break;
	case OFPT_PACKET_IN:
		learn_take(p, c);
		break;
	case OFPT_PORT_STATUS:
		ports_take_status(p, c);
		break;
	default:
		if (type == (p->version == OF10 ? OFPT10_BARRIER_REPLY : OFPT_BARRIER_REPLY))
			take_barrier(p);
		else if (type == of_multipart_type(p->version) + 1)
			take_multipart(p, c);
	}
}

void message_take(struct peer *p, const uint8_t *bytes, size_t len)
{
	struct of_cursor c = of_cursor(bytes, len);
	uint8_t type = bytes[1];

	of_skip(&c, OF_HEAD);
	if (type != OFPT_PACKET_IN)
		peer_show(p, '<', "%s", type_name(p->version, type));
	if (!p->c->o->mute)
		take_known(p, type, c);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How tables are configured (1.3.5, 7.3.3; 1.4.1, 7.3.4.2, 7.3.5.14): do they evict, and do they say when they get full; and saying
 * so (7.4.5). Which rule is evicted is not theirs to choose: see sw/rule_table.h; that there are groups is what OTHER says.
 *
 * Thread: control.
 */
#include <sw/rule_table.h>

#include "../../persist/persist.h"
#include "../bridge.h"
#include "../codec/property.h"
#include "../conn/reply.h"
#include "tables.h"

#define OFPTT_ALL	  0xff
#define OFPT_TABLE_STATUS 31
#define PROPERTY_BYTES	  4

enum {
	DEPRECATED = 3, /* bits of 1.1 and 1.2: what to do with packets that no rule matches */
	OFPTC_EVICTION = 1 << 2,
	OFPTC_VACANCY_EVENTS = 1 << 3,
};
enum { OFPTMPT_EVICTION = 2, OFPTMPT_VACANCY = 3 };
enum { OFPTMPEF_OTHER = 1, OFPTMPEF_IMPORTANCE = 2, OFPTMPEF_LIFETIME = 4 };
enum { OFPTR_VACANCY_DOWN = 3, OFPTR_VACANCY_UP = 4 };
#define EVICTS_BY (OFPTMPEF_IMPORTANCE | OFPTMPEF_LIFETIME)

static void put_desc(
	struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version)
{
	struct sw_rule_table_conf conf;
	size_t begin = out->len, at;

	sw_rules_table_conf(of->rules, table, &conf);
	of_put_u16(out, 0);
	of_put_u8(out, table);
	of_put_u8(out, 0);
	of_put_u32(
		out, (conf.evict ? OFPTC_EVICTION : 0) | (conf.vacancy ? OFPTC_VACANCY_EVENTS : 0));
	if (conf.evict) {
		at = of_property_begin(out, OFPTMPT_EVICTION);
		of_put_u32(out,
			EVICTS_BY |
				(sw_rules_table_is_fair(of->rules, table) ? OFPTMPEF_OTHER : 0));
		of_property_end(out, at);
	}
	if (conf.vacancy) {
		at = of_property_begin(out, OFPTMPT_VACANCY);
		of_put_u8(out, conf.down);
		of_put_u8(out, conf.up);
		of_put_u8(out, sw_rules_table_vacancy(of->rules, table));
		of_put_u8(out, 0);
		of_property_end(out, at);
	}
	of_patch_u16(out, begin, out->len - begin);
}

static enum of_error table_desc(struct of_conn *c, const struct of_msg *msg)
{
	of_tables_walk(c, msg, put_desc);
	return OF_FINE;
}

/* Properties say more of what config asks for, each once. ovs-ofctl and others send back what a description said. */
static enum of_error get_property(
	struct of_property *p, struct sw_rule_table_conf *conf, unsigned *seen)
{
	if (p->type != OFPTMPT_EVICTION && p->type != OFPTMPT_VACANCY)
		return OFPBPC_BAD_TYPE;
	if (*seen & 1u << p->type)
		return OFPBPC_DUP_TYPE;
	*seen |= 1u << p->type;
	if (of_left(&p->body) != PROPERTY_BYTES)
		return OFPBPC_BAD_LEN;
	if (p->type == OFPTMPT_EVICTION)
		return (of_u32(&p->body) & ~OFPTMPEF_OTHER) == EVICTS_BY ? OF_FINE
									 : OFPBPC_BAD_VALUE;
	conf->down = of_u8(&p->body);
	conf->up = of_u8(&p->body);
	return conf->down <= conf->up && conf->up <= 100 ? OF_FINE : OFPBPC_BAD_VALUE;
}

static enum of_error get_table_mod(
	struct of_cursor body, uint8_t version, uint8_t *table, struct sw_rule_table_conf *conf)
{
	unsigned seen = 0;
	uint32_t config;

	*table = of_u8(&body);
	of_skip(&body, 3);
	config = of_u32(&body);
	*conf = (struct sw_rule_table_conf){ 0 };
	while (of_left(&body)) {
		struct of_property p;
		enum of_error error = of_get_property(&body, &p);

		if (!error)
			error = get_property(&p, conf, &seen);
		if (error)
			return error;
	}
	if (*table >= SW_TABLES && *table != OFPTT_ALL)
		return OFPTMFC_BAD_TABLE;
	if (config &
		~(version < OF14 ? DEPRECATED : DEPRECATED | OFPTC_EVICTION | OFPTC_VACANCY_EVENTS))
		return OFPTMFC_BAD_CONFIG;
	conf->evict = config & OFPTC_EVICTION;
	conf->vacancy = config & OFPTC_VACANCY_EVENTS;
	/* Thresholds that nothing says would be events of every table: nobody wants them. */
	return conf->vacancy && !(seen & 1u << OFPTMPT_VACANCY) ? OFPTMFC_BAD_CONFIG : OF_FINE;
}

static enum of_error table_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct sw_rule_table_conf conf;
	uint8_t table;
	enum of_error error = get_table_mod(msg->body, msg->version, &table, &conf);

	if (error)
		return error;
	for (unsigned i = 0; i < SW_TABLES; i++) {
		if (table != i && table != OFPTT_ALL)
			continue;
		sw_rules_table_set(c->bridge->rules, i, &conf);
		persist_table(c->bridge->rules, i);
	}
	return OF_FINE;
}

/* --- what is said of a table ---------------------------------------------------------------------------------------- */

static void tell(struct of_bridge *of, unsigned table, uint8_t reason)
{
	struct of_conn *c;

	TAILQ_FOREACH (c, &of->conns, peers) {
		struct of_buf *out;

		if (c->version < OF14 || !of_async_wants(c, OF_ASYNC_TABLE_STATUS, reason))
			continue;
		out = of_news(c->version, OFPT_TABLE_STATUS);
		of_put_u8(out, reason);
		of_room(out, 7);
		put_desc(out, of, table, c->version);
		of_send(c, out);
	}
}

static void heard(struct sw_rules *rules, const struct sw_rule *rule, enum sw_rule_news news)
{
	unsigned table = sw_rule_table(rule);
	struct sw_rule_table_conf conf;
	enum sw_rule_vacancy now;
	struct of_bridge *of;

	sw_rules_table_conf(rules, table, &conf);
	of = conf.vacancy ? of_bridge_of_rules(rules) : NULL;
	if (!of)
		return;
	now = sw_rules_table_look(rules, table);
	if (now != SW_VACANCY_SAME)
		tell(of, table, now == SW_VACANCY_DOWN ? OFPTR_VACANCY_DOWN : OFPTR_VACANCY_UP);
}

SW_REGISTER(rule_listener, openflow_tables) = {
	.name = "openflow-tables",
	.help = "tells controllers of tables that get full",
	.heard = heard,
};
SW_REGISTER(of_message, table_desc) = {
	.name = "table_desc",
	.help = "configuration of tables",
	.ids = { { OF_V14_UP, OF_MULTIPART, 0, 14, 0, 0 } },
	.handle = table_desc,
};
SW_REGISTER(of_message, table_mod) = {
	.name = "table_mod",
	.help = "configure a table",
	.ids = { { OF_V13, OF_PLAIN, 0, 17, 8, 0 }, { OF_V14_UP, OF_PLAIN, 0, 17, 8, 8 } },
	.changes = true,
	.handle = table_mod,
};

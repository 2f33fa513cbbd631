/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow-removed (1.0.1, 5.4.3; 1.3.5, 7.4.2; Nicira's where the peer chose NXM): a rule that asked for it has ended. Rules end by
 * time when a timer looks at them, a share at a time.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../conn/reply.h"
#include "../flow/flow.h"

#define OFPT_FLOW_REMOVED 11
#define NXT_FLOW_REMOVED  14
enum {
	OFPRR_IDLE_TIMEOUT,
	OFPRR_HARD_TIMEOUT,
	OFPRR_DELETE,
	OFPRR_GROUP_DELETE,
	OFPRR_METER_DELETE, /* from 1.4 on, as the next */
	OFPRR_EVICTION,
	NOT_REMOVED
};

unsigned of_removed_reason(enum sw_rule_news news)
{
	switch (news) {
	case SW_RULE_IDLE:
		return OFPRR_IDLE_TIMEOUT;
	case SW_RULE_HARD:
		return OFPRR_HARD_TIMEOUT;
	case SW_RULE_DELETED:
		return OFPRR_DELETE;
	case SW_RULE_GROUP_GONE:
		return OFPRR_GROUP_DELETE;
	case SW_RULE_METER_GONE:
		return OFPRR_METER_DELETE;
	case SW_RULE_EVICTED:
		return OFPRR_EVICTION;
	default:
		return NOT_REMOVED;
	}
}

/* As the version knows it. */
uint8_t of_removed_told_as(unsigned reason, uint8_t version)
{
	unsigned known = version == OF10   ? OFPRR_DELETE
			 : version == OF13 ? OFPRR_GROUP_DELETE
					   : OFPRR_EVICTION;

	return reason <= known ? reason : OFPRR_DELETE;
}

static void tell(struct of_conn *c, const struct sw_rule *rule, unsigned reason)
{
	enum of_flow_form form = OF_FLOW_OXM;
	struct of_buf *out;

	if (!of_async_wants(c, OF_ASYNC_FLOW_REMOVED, reason))
		return;
	if (c->version == OF10)
		form = c->session.nxm ? OF_FLOW_NXM : OF_FLOW_10;
	if (form == OF_FLOW_NXM)
		out = of_news_experimenter(c->version, OF_NICIRA, NXT_FLOW_REMOVED);
	else
		out = of_news(c->version, OFPT_FLOW_REMOVED);
	c->hears_rules = true;
	of_put_flow_removed(out, rule, of_removed_told_as(reason, c->version), c->version, form);
	of_send(c, out);
}

static void heard(struct sw_rules *rules, const struct sw_rule *rule, enum sw_rule_news news)
{
	unsigned reason = of_removed_reason(news);
	struct of_bridge *of;
	struct sw_rule_conf conf;
	struct of_conn *c;

	if (reason == NOT_REMOVED)
		return;
	of = of_bridge_of_rules(rules);
	if (!of || TAILQ_EMPTY(&of->conns))
		return;
	sw_rule_get(rule, &conf);
	if (!(conf.flags & SW_RULE_SEND_REMOVED))
		return;
	TAILQ_FOREACH (c, &of->conns, peers)
		tell(c, rule, reason);
}

SW_REGISTER(rule_listener, openflow) = {
	.name = "openflow",
	.help = "tells controllers of rules that ended",
	.heard = heard,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics of rules, one by one and summed (1.0.1, 5.3.5; 1.3.5, 7.3.5.2, 7.3.5.3; 1.5.1, 7.3.5.2 to 7.3.5.4; Nicira's for 1.0). There may be a
 * million of them: the walk goes in slices, and waits while the peer does not take what it has; what is changed
 * meanwhile is told as it is then.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/mem.h>

#include "../bridge.h"
#include "../conn/reply.h"
#include "../flow/each.h"
#include "../flow/flow.h"

#define FLOW_DESC_15 1 /* flow stats of earlier versions */

struct walk {
	struct of_work work;
	struct of_parts parts;
	struct sw_rule_change filter;
	struct sw_rule_cursor cursor;
	struct of_aggregate sum;
	enum of_flow_form form;
	bool described;
};

static enum of_flow_form form_of(const struct of_msg *msg)
{
	return msg->id->form == OF_EXP_MULTIPART ? OF_FLOW_NXM
	       : msg->version == OF10		 ? OF_FLOW_10
						 : OF_FLOW_OXM;
}

static void put_rule(struct of_conn *c, void *arg, const struct sw_rule *rule)
{
	struct walk *w = arg;

	of_put_flow(of_parts_entry(&w->parts), rule, w->parts.version, w->form, w->described);
	of_parts_entry_end(c, &w->parts);
}

static int step_stats(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);
	int rc = of_each_rule(c, &w->cursor, &w->filter, slice, put_rule, w);

	if (!rc)
		of_parts_end(c, &w->parts);
	return rc;
}

static void add_rule(struct of_conn *c, void *arg, const struct sw_rule *rule)
{
	struct walk *w = arg;
	struct sw_rule_stats stats;

	sw_rule_stats(rule, &stats);
	w->sum.rules++;
	w->sum.packets += stats.packets;
	w->sum.bytes += stats.bytes;
}

static int step_sum(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct walk *w = sw_container_of(work, struct walk, work);
	int rc = of_each_rule(c, &w->cursor, &w->filter, slice, add_rule, w);

	if (rc)
		return rc;
	of_put_aggregate(of_parts_entry(&w->parts), &w->sum, w->parts.version);
	of_parts_end(c, &w->parts);
	return 0;
}

static void walk_free(struct of_work *work)
{
	struct walk *w = sw_container_of(work, struct walk, work);

	of_parts_fini(&w->parts);
	free(w);
}

static enum of_error begin(struct of_conn *c, const struct of_msg *msg,
	int (*step)(struct of_conn *c, struct of_work *work, const struct slice *slice))
{
	struct sw_rule_change filter;
	enum of_error error = of_get_flow_filter(msg->body, msg->version, form_of(msg), &filter);
	struct walk *w;

	if (error)
		return error;
	w = sw_xcalloc(1, sizeof(*w));
	w->work = (struct of_work){ step, walk_free };
	w->filter = filter;
	w->form = form_of(msg);
	w->described = msg->id->number == FLOW_DESC_15 || w->form == OF_FLOW_NXM;
	of_parts_begin(&w->parts, msg);
	c->work = &w->work;
	return OF_FINE;
}

static enum of_error flow_stats(struct of_conn *c, const struct of_msg *msg)
{
	return begin(c, msg, step_stats);
}

static enum of_error aggregate(struct of_conn *c, const struct of_msg *msg)
{
	return begin(c, msg, step_sum);
}

SW_REGISTER(of_message, flow_stats) = {
	.name = "flow_stats",
	.help = "rules, what they do and what they counted",
	.ids = { { OF_V10, OF_MULTIPART, 0, 1, 44, 0 }, { OF_V13_UP, OF_MULTIPART, 0, 1, 40, 8 },
		{ OF_V15, OF_MULTIPART, 0, 17, 40, 8 },
		{ OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 0, 8, 8 } },
	.handle = flow_stats,
};
SW_REGISTER(of_message, aggregate) = {
	.name = "aggregate",
	.help = "rules counted, and what they counted",
	.ids = { { OF_V10, OF_MULTIPART, 0, 2, 44, 0 }, { OF_V13_UP, OF_MULTIPART, 0, 2, 40, 8 },
		{ OF_V10, OF_EXP_MULTIPART, OF_NICIRA, 1, 8, 8 } },
	.handle = aggregate,
};

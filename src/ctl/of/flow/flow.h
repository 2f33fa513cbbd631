/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules on the wire: flow-mods and requests to struct sw_rule_change, rules to entries of flow stats and to flow-removed
 * (1.0.1, 5.3.3, 5.3.5, 5.4.3; 1.3.5, 7.3.4.1, 7.3.5.2, 7.4.2; 1.5.1, 7.3.4.2, 7.3.5.2 with its statistics as OXS; Nicira's with
 * NXM for 1.0).
 *
 * Thread: control.
 */
#ifndef CTL_OF_FLOW_H
#define CTL_OF_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

#include "../codec/buf.h"
#include "../codec/cursor.h"
#include "../codec/error.h"

struct of_bridge;
struct of_conn;
struct of_msg;

/* The forms of a message: of the version itself, or Nicira's for 1.0. */
enum of_flow_form { OF_FLOW_10, OF_FLOW_OXM, OF_FLOW_NXM };

/* What a flow-mod says; its instructions are the caller's to free. table_ids: 1.0's commands have a table. */
enum of_error of_get_flow_mod(struct of_cursor c, uint8_t version, enum of_flow_form form,
	bool table_ids, struct sw_rule_change *change);
/* Stage it; between sw_rules_begin and its end. OF_MORE: a piece of it, call it again. One that takes more than a piece says so at
 * first, and nothing of it is staged yet. */
enum of_error of_stage_flow_mod(const struct of_bridge *of, struct sw_rule_change *change);

/* A request for flow stats or an aggregate: a filter as for a DELETE. */
enum of_error of_get_flow_filter(
	struct of_cursor c, uint8_t version, enum of_flow_form form, struct sw_rule_change *out);

/* An entry of flow stats. `described`: 1.5's OFPMP_FLOW_DESC, else its OFPMP_FLOW_STATS. */
void of_put_flow(struct of_buf *out, const struct sw_rule *rule, uint8_t version,
	enum of_flow_form form, bool described);

/* Body of a flow-removed. */
void of_put_flow_removed(struct of_buf *out, const struct sw_rule *rule, uint8_t reason,
	uint8_t version, enum of_flow_form form);

/* An update of a flow monitor: what happened, as Nicira and 1.4 number it. */
enum of_flow_event {
	OF_FLOW_INITIAL,
	OF_FLOW_ADDED,
	OF_FLOW_REMOVED,
	OF_FLOW_MODIFIED,
	OF_FLOW_ABBREV
};
uint16_t of_flow_event_number(enum of_flow_event event, uint8_t version);
void of_put_flow_update(struct of_buf *out, const struct sw_rule *rule, enum of_flow_event event,
	uint8_t reason, uint8_t version, bool actions);

/* Why a rule ended: OFPRR_* of 1.4; and as a version tells it. */
unsigned of_removed_reason(enum sw_rule_news news);
uint8_t of_removed_told_as(unsigned reason, uint8_t version);

/* Sums of an aggregate. */
struct of_aggregate {
	uint64_t packets, bytes;
	uint32_t rules;
};
void of_put_aggregate(struct of_buf *out, const struct of_aggregate *sum, uint8_t version);

#endif

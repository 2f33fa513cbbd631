/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Updates of flow monitors: Nicira's struct nx_flow_update_full for 1.0 and, around a match of 1.3, for 1.3 (ONF's extension);
 * ofp_flow_update_full of 1.4.1, 7.3.5.17 later, which has no instructions where a rule went; Open vSwitch tells actions in Nicira's then, too.
 * Control thread.
 */
#include "flow.h"

#include <string.h>

#include "../action/instruction.h"
#include "../codec/match.h"
#include "../codec/version.h"

uint16_t of_flow_event_number(enum of_flow_event event, uint8_t version)
{
	static const uint16_t nicira[] = { 0, 0, 1, 2, 3 }; /* what is there at first was added */

	return version < OF14 ? nicira[event] : event;
}

static void put_nicira(
	struct of_buf *out, const struct sw_rule_conf *conf, uint8_t reason, uint8_t version)
{
	size_t len, match;

	of_put_u16(out, reason);
	of_put_u16(out, conf->priority);
	of_put_u16(out, conf->idle_timeout);
	of_put_u16(out, conf->hard_timeout);
	len = out->len;
	of_put_u16(out, 0);
	of_put_u8(out, conf->table);
	of_put_u8(out, 0);
	of_put_u64(out, conf->cookie);
	match = out->len;
	if (version == OF10) {
		of_patch_u16(out, len, of_put_nxm(out, &conf->match));
		return;
	}
	of_put_match(out, &conf->match, version);
	memcpy(out->bytes + len, out->bytes + match + 2, 2); /* as the match says itself */
}

static void put_oxm(
	struct of_buf *out, const struct sw_rule_conf *conf, uint8_t reason, uint8_t version)
{
	of_put_u8(out, conf->table);
	of_put_u8(out, reason);
	of_put_u16(out, conf->idle_timeout);
	of_put_u16(out, conf->hard_timeout);
	of_put_u16(out, conf->priority);
	of_put_u32(out, 0);
	of_put_u64(out, conf->cookie);
	of_put_match(out, &conf->match, version);
}

void of_put_flow_update(struct of_buf *out, const struct sw_rule *rule, enum of_flow_event event,
	uint8_t reason, uint8_t version, bool actions)
{
	size_t at = out->len;
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	of_put_u16(out, 0);
	of_put_u16(out, of_flow_event_number(event, version));
	if (version < OF14)
		put_nicira(out, &conf, reason, version);
	else
		put_oxm(out, &conf, reason, version);
	if (actions && !(version >= OF14 && event == OF_FLOW_REMOVED))
		of_put_instructions(out, &conf.does, version);
	of_patch_u16(out, at, out->len - at);
}

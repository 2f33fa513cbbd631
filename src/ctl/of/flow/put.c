/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as they are told; see flow.h. Control thread.
 */
#include "flow.h"

#include <rte_common.h>

#include <sw/clock.h>

#include "../action/instruction.h"
#include "../codec/match.h"
#include "../codec/version.h"

/* OXS fields of OpenFlow 1.5 (7.2.4.4): class, number, bytes. */
#define OXS(number, bytes) (0x80020000u | (number) << 9 | (bytes))
enum { OXS_DURATION, OXS_IDLE_TIME, OXS_FLOW_COUNT = 3, OXS_PACKET_COUNT, OXS_BYTE_COUNT };
#define STATS_HEAD 4

struct told {
	struct sw_rule_conf conf;
	struct sw_rule_stats stats;
	uint64_t now_ms, age_ms;
};

static void look(struct told *t, const struct sw_rule *rule)
{
	sw_rule_get(rule, &t->conf);
	sw_rule_stats(rule, &t->stats);
	t->now_ms = sw_clock_ms();
	t->age_ms = t->now_ms - t->stats.created_ms;
}

/* Seconds since, plus 1; 0 would mean that it is not known. */
static uint16_t age(uint64_t now_ms, uint64_t then_ms)
{
	return RTE_MIN((now_ms - then_ms) / 1000 + 1, (uint64_t)UINT16_MAX);
}

/* --- OXS ------------------------------------------------------------------------------------------------------------------ */

static size_t begin_stats(struct of_buf *out)
{
	of_put_u16(out, 0);
	of_put_u16(out, 0);
	return out->len - STATS_HEAD;
}

static void end_stats(struct of_buf *out, size_t at)
{
	of_patch_u16(out, at + 2, out->len - at);
	of_pad8(out, at);
}

static void put_count(struct of_buf *out, unsigned number, uint64_t value)
{
	of_put_u32(out, OXS(number, 8));
	of_put_u64(out, value);
}

static void put_stats(struct of_buf *out, const struct told *t)
{
	size_t at = begin_stats(out);

	of_put_u32(out, OXS(OXS_DURATION, 8));
	of_put_duration(out, t->age_ms);
	of_put_u32(out, OXS(OXS_IDLE_TIME, 8));
	of_put_duration(out, t->now_ms - t->stats.used_ms);
	put_count(out, OXS_PACKET_COUNT, t->stats.packets);
	put_count(out, OXS_BYTE_COUNT, t->stats.bytes);
	end_stats(out, at);
}

void of_put_aggregate(struct of_buf *out, const struct of_aggregate *sum, uint8_t version)
{
	size_t at;

	if (version < OF15) {
		of_put_u64(out, sum->packets);
		of_put_u64(out, sum->bytes);
		of_put_u32(out, sum->rules);
		of_put_u32(out, 0);
		return;
	}
	at = begin_stats(out);
	put_count(out, OXS_PACKET_COUNT, sum->packets);
	put_count(out, OXS_BYTE_COUNT, sum->bytes);
	of_put_u32(out, OXS(OXS_FLOW_COUNT, 4));
	of_put_u32(out, sum->rules);
	end_stats(out, at);
}

/* --- entries of flow stats -------------------------------------------------------------------------------------------- */

static void put_times(struct of_buf *out, const struct told *t)
{
	of_put_duration(out, t->age_ms);
	of_put_u16(out, t->conf.priority);
	of_put_u16(out, t->conf.idle_timeout);
	of_put_u16(out, t->conf.hard_timeout);
}

static void put_counts(struct of_buf *out, const struct told *t)
{
	of_put_u64(out, t->conf.cookie);
	of_put_u64(out, t->stats.packets);
	of_put_u64(out, t->stats.bytes);
}

static void put_flow10(struct of_buf *out, const struct told *t)
{
	of_put_u8(out, t->conf.table);
	of_put_u8(out, 0);
	of_put_match10(out, &t->conf.match);
	put_times(out, t);
	of_room(out, 6);
	put_counts(out, t);
}

static void put_flow_nxm(struct of_buf *out, const struct told *t)
{
	size_t len;

	of_put_u8(out, t->conf.table);
	of_put_u8(out, 0);
	put_times(out, t);
	len = out->len;
	of_put_u16(out, 0); /* of the match, written below */
	of_put_u16(out, age(t->now_ms, t->stats.used_ms));
	of_put_u16(out, age(t->now_ms, t->stats.modified_ms));
	put_counts(out, t);
	of_patch_u16(out, len, of_put_nxm(out, &t->conf.match));
}

static void put_flow_oxm(struct of_buf *out, const struct told *t, uint8_t version)
{
	of_put_u8(out, t->conf.table);
	of_put_u8(out, 0);
	put_times(out, t);
	of_put_u16(out, t->conf.flags);
	of_put_u16(out, version >= OF14 ? t->conf.importance : 0);
	of_put_u16(out, 0);
	put_counts(out, t);
	of_put_match(out, &t->conf.match, version);
}

/* struct ofp_flow_desc */
static void put_flow_desc(struct of_buf *out, const struct told *t, uint8_t version)
{
	of_put_u16(out, 0);
	of_put_u8(out, t->conf.table);
	of_put_u8(out, 0);
	of_put_u16(out, t->conf.priority);
	of_put_u16(out, t->conf.idle_timeout);
	of_put_u16(out, t->conf.hard_timeout);
	of_put_u16(out, t->conf.flags);
	of_put_u16(out, t->conf.importance);
	of_put_u64(out, t->conf.cookie);
	of_put_match(out, &t->conf.match, version);
	put_stats(out, t);
}

/* struct ofp_flow_stats of 1.5: no instructions */
static void put_flow_stats15(struct of_buf *out, const struct told *t, uint8_t version)
{
	of_put_u16(out, 0);
	of_put_u8(out, t->conf.table);
	of_put_u8(out, 0); /* OFPFSR_STATS_REQUEST */
	of_put_u16(out, t->conf.priority);
	of_put_match(out, &t->conf.match, version);
	put_stats(out, t);
}

void of_put_flow(struct of_buf *out, const struct sw_rule *rule, uint8_t version,
	enum of_flow_form form, bool described)
{
	size_t at = out->len;
	struct told t;

	look(&t, rule);
	of_put_u16(out, 0);
	if (form == OF_FLOW_10)
		put_flow10(out, &t);
	else if (form == OF_FLOW_NXM)
		put_flow_nxm(out, &t);
	else if (version < OF15)
		put_flow_oxm(out, &t, version);
	else if (described)
		put_flow_desc(out, &t, version);
	else
		put_flow_stats15(out, &t, version);
	if (version < OF15 || described)
		of_put_instructions(out, &t.conf.does, version);
	of_patch_u16(out, at, out->len - at);
}

/* --- flow-removed ------------------------------------------------------------------------------------------------------- */

static void put_removed10(struct of_buf *out, const struct told *t, uint8_t reason)
{
	of_put_match10(out, &t->conf.match);
	of_put_u64(out, t->conf.cookie);
	of_put_u16(out, t->conf.priority);
	of_put_u8(out, reason);
	of_put_u8(out, 0);
	of_put_duration(out, t->age_ms);
	of_put_u16(out, t->conf.idle_timeout);
	of_put_u16(out, 0);
	of_put_u64(out, t->stats.packets);
	of_put_u64(out, t->stats.bytes);
}

static void put_removed_nxm(struct of_buf *out, const struct told *t, uint8_t reason)
{
	size_t len;

	of_put_u64(out, t->conf.cookie);
	of_put_u16(out, t->conf.priority);
	of_put_u8(out, reason);
	of_put_u8(out, t->conf.table + 1);
	of_put_duration(out, t->age_ms);
	of_put_u16(out, t->conf.idle_timeout);
	len = out->len;
	of_put_u16(out, 0);
	of_put_u64(out, t->stats.packets);
	of_put_u64(out, t->stats.bytes);
	of_patch_u16(out, len, of_put_nxm(out, &t->conf.match));
}

static void put_removed(struct of_buf *out, const struct told *t, uint8_t reason, uint8_t version)
{
	of_put_u64(out, t->conf.cookie);
	of_put_u16(out, t->conf.priority);
	of_put_u8(out, reason);
	of_put_u8(out, t->conf.table);
	of_put_duration(out, t->age_ms);
	of_put_u16(out, t->conf.idle_timeout);
	of_put_u16(out, t->conf.hard_timeout);
	of_put_u64(out, t->stats.packets);
	of_put_u64(out, t->stats.bytes);
	of_put_match(out, &t->conf.match, version);
}

static void put_removed15(struct of_buf *out, const struct told *t, uint8_t reason)
{
	of_put_u8(out, t->conf.table);
	of_put_u8(out, reason);
	of_put_u16(out, t->conf.priority);
	of_put_u16(out, t->conf.idle_timeout);
	of_put_u16(out, t->conf.hard_timeout);
	of_put_u64(out, t->conf.cookie);
	of_put_match(out, &t->conf.match, OF15);
	put_stats(out, t);
}

void of_put_flow_removed(struct of_buf *out, const struct sw_rule *rule, uint8_t reason,
	uint8_t version, enum of_flow_form form)
{
	struct told t;

	look(&t, rule);
	if (form == OF_FLOW_10)
		put_removed10(out, &t, reason);
	else if (form == OF_FLOW_NXM)
		put_removed_nxm(out, &t, reason);
	else if (version < OF15)
		put_removed(out, &t, reason, version);
	else
		put_removed15(out, &t, reason);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as ovs-ofctl dump-flows shows them (ovs-ofctl(8), "Table Entry Output").
 *
 * Control thread; no state.
 */
#include <inttypes.h>

#include <sw/action_text.h>
#include <sw/field_text.h>
#include <sw/rule_text.h>
#include <sw/text.h>

static void print_duration(uint64_t ms, struct sw_str *out)
{
	sw_str_add(out, "duration=%" PRIu64, ms / 1000);
	if (ms % 1000)
		sw_str_add(out, ".%03u", (unsigned)(ms % 1000));
	sw_str_add(out, "s, ");
}

static uint64_t since(uint64_t now_ms, uint64_t then_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

static void print_flags(unsigned flags, struct sw_str *out)
{
	if (flags & SW_RULE_SEND_REMOVED)
		sw_str_add(out, "send_flow_rem ");
	if (flags & SW_RULE_NO_PACKET_COUNTS)
		sw_str_add(out, "no_packet_counts ");
	if (flags & SW_RULE_NO_BYTE_COUNTS)
		sw_str_add(out, "no_byte_counts ");
}

static void print_timeouts(const struct sw_rule_conf *conf, struct sw_str *out)
{
	if (conf->idle_timeout)
		sw_str_add(out, "idle_timeout=%u, ", conf->idle_timeout);
	if (conf->hard_timeout)
		sw_str_add(out, "hard_timeout=%u, ", conf->hard_timeout);
	print_flags(conf->flags, out);
	if (conf->importance)
		sw_str_add(out, "importance=%u, ", conf->importance);
}

static void print_ages(const struct sw_rule_stats *stats, uint64_t now_ms, struct sw_str *out)
{
	uint64_t hard = since(now_ms, stats->modified_ms) / 1000;

	sw_str_add(out, "idle_age=%" PRIu64 ", ", since(now_ms, stats->used_ms) / 1000);
	if (hard != since(now_ms, stats->created_ms) / 1000)
		sw_str_add(out, "hard_age=%" PRIu64 ", ", hard);
}

static void print_match(const struct sw_rule_conf *conf, struct sw_str *out)
{
	size_t before;

	if (conf->priority != SW_RULE_PRIORITY)
		sw_str_add(out, "priority=%u,", conf->priority);
	before = out->len;
	sw_match_print(&conf->match, out);
	/* The comma goes when no field follows, and a space comes before the actions. */
	if (out->len == before && conf->priority != SW_RULE_PRIORITY)
		out->s[out->len - 1] = ' ';
	else if (out->len > before)
		sw_str_add(out, " ");
}

void sw_rule_print(const struct sw_rule_conf *conf, const struct sw_rule_stats *stats,
	uint64_t now_ms, unsigned show, struct sw_str *out)
{
	bool zeros = show & SW_RULE_SHOW_ZEROS;

	if (show & SW_RULE_SHOW_COOKIE && (zeros || conf->cookie))
		sw_str_add(out, "cookie=0x%" PRIx64 ", ", conf->cookie);
	if (show & SW_RULE_SHOW_DURATION && stats)
		print_duration(since(now_ms, stats->created_ms), out);
	if (show & SW_RULE_SHOW_TABLE && (zeros || conf->table))
		sw_str_add(out, "table=%u, ", conf->table);
	if (show & SW_RULE_SHOW_COUNTS && stats)
		sw_str_add(out, "n_packets=%" PRIu64 ", n_bytes=%" PRIu64 ", ", stats->packets,
			stats->bytes);
	if (show & SW_RULE_SHOW_TIMEOUTS)
		print_timeouts(conf, out);
	if (show & SW_RULE_SHOW_AGES && stats)
		print_ages(stats, now_ms, out);
	print_match(conf, out);
	sw_str_add(out, "actions=");
	sw_instructions_print(&conf->does, out);
}

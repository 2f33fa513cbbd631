/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command openflow show: who speaks OpenFlow with each bridge, and what became of packets that controllers send and are to be
 * told of. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/packet_out.h>

#include "../of/bridge.h"
#include "../of/conn/conn.h"
#include "../switch/switch.h"
#include "../table_out.h"

static uint64_t packet_ins_lost(const struct of_bridge *of)
{
	const struct of_conn *c;
	uint64_t lost = 0;

	TAILQ_FOREACH (c, &of->conns, peers)
		lost += c->count.packet_ins_lost;
	return lost;
}

static void add_bridge(void *arg, struct sw_bridge *bridge)
{
	const struct of_bridge *of = of_bridge_of(bridge);
	struct sw_packet_out_stats stats;
	json_t *row = table_row(arg);
	uint64_t lost = 0;

	sw_packet_out_stats(bridge, &stats);
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		lost += stats.drops[i];
	const uint64_t cells[] = { of ? of->n_conns - of->n_mgmt - of->n_snoopers : 0,
		of ? of->n_mgmt : 0, of ? of->n_snoopers : 0, of ? packet_ins_lost(of) : 0,
		stats.posted, stats.no_buffer, lost };

	json_array_append_new(row, json_string(sw_bridge_name(bridge)));
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		json_array_append_new(row, json_integer(cells[i]));
}

static int run_show(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Bridge", "Controllers", "At mgmt", "Snoopers",
		"Packet-ins lost", "Packet-outs", "Without buffer", "Lost", NULL };
	struct sw_bridge *bridge = NULL;

	if (call->n_args) {
		bridge = switch_bridge(call->args[0], err);
		if (!bridge)
			return sw_err_errno(err->code);
	}
	call->result = table_new(columns);
	if (bridge)
		add_bridge(call->result, bridge);
	else
		switch_each_bridge(add_bridge, call->result);
	return 0;
}

SW_REGISTER(cmd, openflow_show) = {
	.name = "openflow show",
	.help = "connections of OpenFlow to each bridge: of rows of Controller, at BRIDGE.mgmt and BRIDGE.snoop; packets to those that are connected "
		"that were lost; packets that controllers sent, those for which no buffer was free, and those lost that came in on no port "
		"(port drops says why)",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 1,
	.run = run_show,
};

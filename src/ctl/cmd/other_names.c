/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names by which users of ovs-ofctl(8) and ovs-appctl(8) know commands of ours: what they type works here. Arguments and
 * options are those of our command; what is printed is ours, too. Control thread.
 */
#include <sw/cmd.h>

#define OTHER_NAME(ident, of, their, program) \
	SW_USE(cmd, of);                      \
	SW_REGISTER(cmd,                      \
		ident) = { .name = their, .help = "the name that " program, .is = &sw_cmd_##of }

OTHER_NAME(add_flow, rule_add, "add-flow", "ovs-ofctl has for rule add");
OTHER_NAME(add_flows, rule_load, "add-flows", "ovs-ofctl has for rule load");
OTHER_NAME(replace_flows, rule_replace, "replace-flows", "ovs-ofctl has for rule replace");
OTHER_NAME(diff_flows, rule_diff, "diff-flows", "ovs-ofctl has for rule diff");
OTHER_NAME(mod_flows, rule_mod, "mod-flows", "ovs-ofctl has for rule mod");
OTHER_NAME(del_flows, rule_del, "del-flows", "ovs-ofctl has for rule del");
OTHER_NAME(dump_flows, rule_dump, "dump-flows", "ovs-ofctl has for rule dump");
OTHER_NAME(dump_tables, rule_tables, "dump-tables", "ovs-ofctl has for rule tables");
OTHER_NAME(add_group, group_add, "add-group", "ovs-ofctl has for group add");
OTHER_NAME(add_groups, group_load, "add-groups", "ovs-ofctl has for group load");
OTHER_NAME(mod_group, group_mod, "mod-group", "ovs-ofctl has for group mod");
OTHER_NAME(del_groups, group_del, "del-groups", "ovs-ofctl has for group del");
OTHER_NAME(insert_buckets, group_insert_buckets, "insert-buckets",
	"ovs-ofctl has for group insert-buckets");
OTHER_NAME(remove_buckets, group_remove_buckets, "remove-buckets",
	"ovs-ofctl has for group remove-buckets");
OTHER_NAME(dump_groups, group_dump, "dump-groups", "ovs-ofctl has for group dump");
OTHER_NAME(dump_group_stats, group_stats, "dump-group-stats", "ovs-ofctl has for group stats");
OTHER_NAME(add_meter, meter_add, "add-meter", "ovs-ofctl has for meter add");
OTHER_NAME(add_meters, meter_load, "add-meters",
	"ovs-ofctl would have for meter load, if it took files of meters");
OTHER_NAME(mod_meter, meter_mod, "mod-meter", "ovs-ofctl has for meter mod");
OTHER_NAME(del_meter, meter_del, "del-meter", "ovs-ofctl has for meter del");
OTHER_NAME(del_meters, meter_del, "del-meters", "ovs-ofctl has for meter del");
OTHER_NAME(dump_meter, meter_dump, "dump-meter", "ovs-ofctl has for meter dump");
OTHER_NAME(dump_meters, meter_dump, "dump-meters", "ovs-ofctl has for meter dump");
OTHER_NAME(meter_stats_too, meter_stats, "meter-stats", "ovs-ofctl has for meter stats");
OTHER_NAME(ofproto_trace, trace, "ofproto/trace", "ovs-appctl has for trace");
OTHER_NAME(dpif_dump_flows, flow_dump, "dpif/dump-flows", "ovs-appctl has for flow dump");
OTHER_NAME(dpctl_dump_flows, flow_dump, "dpctl/dump-flows", "ovs-appctl has for flow dump");
OTHER_NAME(dpctl_del_flows, flow_del, "dpctl/del-flows", "ovs-appctl has for flow del");
OTHER_NAME(their_fdb_show, fdb_show, "fdb/show", "ovs-appctl has for fdb show");
OTHER_NAME(their_fdb_flush, fdb_flush, "fdb/flush", "ovs-appctl has for fdb flush");
OTHER_NAME(their_fdb_stats, fdb_stats, "fdb/stats-show", "ovs-appctl has for fdb stats");
OTHER_NAME(
	their_fdb_clear, fdb_stats_clear, "fdb/stats-clear", "ovs-appctl has for fdb stats-clear");
OTHER_NAME(pmd_stats_show, worker_show, "dpif-netdev/pmd-stats-show",
	"ovs-appctl has for worker show");
OTHER_NAME(pmd_rxq_show, worker_queues, "dpif-netdev/pmd-rxq-show",
	"ovs-appctl has for worker queues");
OTHER_NAME(pmd_rxq_rebalance, worker_rebalance, "dpif-netdev/pmd-rxq-rebalance",
	"ovs-appctl has for worker rebalance");

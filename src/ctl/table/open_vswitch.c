/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Open_vSwitch: one row, the switch as a whole.
 */
#include <string.h>

#include <rte_version.h>

#include <sw/port.h>
#include <sw/table.h>

#include "value.h"

static const char *const unsupported_columns[] = { "cur_cfg", "next_cfg", "datapaths", "db_version",
	"manager_options", "ovs_version", "ssl", "statistics", "system_type", "system_version",
	NULL };

static const char *const unsupported_keys[] = { "bundle-idle-timeout", "ct-zone-limit",
	"dpdk-alloc-mem", "dpdk-extra", "dpdk-hugepage-dir", "dpdk-init", "dpdk-lcore-mask",
	"dpdk-socket-limit", "dpdk-socket-mem", "emc-insert-inv-prob", "enable-statistics",
	"flow-limit", "hw-offload", "hw-offload-priority", "max-idle", "max-revalidator",
	"n-handler-threads", "n-offload-threads", "n-revalidator-threads", "offload-rebalance",
	"offloaded-stats-delay", "per-port-memory", "pmd-auto-lb", "pmd-cpu-mask", "pmd-maxsleep",
	"pmd-perf-metrics", "pmd-rxq-assign", "pmd-rxq-isolate", "shared-mempool-config",
	"smc-enable", "stats-update-interval", "tc-policy", "tx-flush-interval",
	"userspace-tso-enable", "vhost-iommu-support", "vhost-postcopy-support", "vhost-sock-dir",
	"vlan-limit", NULL };

static struct value *iface_types(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_SET(STRING, 64));
	const struct sw_port_class *cls;

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		value_add_string(v, cls->name);
	return value_seal(v);
}

static struct value *datapath_types(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_SET(STRING, 8));

	value_add_string(v, "netdev");
	return v;
}

static struct value *swd_version(const struct draft *draft, const struct row *row)
{
	return value_string(SW_VERSION);
}

static struct value *dpdk_version(const struct draft *draft, const struct row *row)
{
	return value_string(rte_version());
}

SW_REGISTER(table, open_vswitch) = {
	.name = "Open_vSwitch",
	.help = "the switch as a whole; its only row is named \".\"",
	.alias = "open",
	.root = true,
	.unsupported = unsupported_columns,
};
SW_REGISTER(column, open_bridges) = {
	.name = "Open_vSwitch.bridges",
	.help = "the bridges of the switch",
	.type = SW_SET(UUID, 4096),
	.flags = SW_COL_OWNER,
	.ref = "Bridge",
};
SW_REGISTER(column, open_other_config) = {
	.name = "Open_vSwitch.other_config",
	.help = "settings of the switch as a whole; cores, memory and sockets are boot facts, "
		"see swd --config",
	.type = SW_MAP,
	.unsupported = unsupported_keys,
};
SW_REGISTER(column, open_external_ids) = {
	.name = "Open_vSwitch.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};
SW_REGISTER(column, open_iface_types) = {
	.name = "Open_vSwitch.iface_types",
	.help = "types an Interface may have",
	.type = SW_SET(STRING, 64),
	.flags = SW_COL_STATUS,
	.status = iface_types,
};
SW_REGISTER(column, open_datapath_types) = {
	.name = "Open_vSwitch.datapath_types",
	.help = "types a Bridge may have",
	.type = SW_SET(STRING, 8),
	.flags = SW_COL_STATUS,
	.status = datapath_types,
};
SW_REGISTER(column, open_swd_version) = {
	.name = "Open_vSwitch.swd_version",
	.help = "version of the switch",
	.type = SW_ONE(STRING),
	.flags = SW_COL_STATUS,
	.status = swd_version,
};
SW_REGISTER(column, open_dpdk_version) = {
	.name = "Open_vSwitch.dpdk_version",
	.help = "version of DPDK it runs on",
	.type = SW_ONE(STRING),
	.flags = SW_COL_STATUS,
	.status = dpdk_version,
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What users of OVS may name and cannot have here yet, by the feature it belongs to: devices, workers,
 * memory and caches. See ovs_features.c.
 *
 * Constant; read on the control thread.
 */
#include <sw/table.h>

SW_REGISTER(unsupported, dpdk_start) = {
	.name = "DPDK's start by configuration",
	.help = "cores, memory and arguments of DPDK, which are known before the configuration is",
	.names = SW_WORDS("Open_vSwitch.other_config:dpdk-init",
		"Open_vSwitch.other_config:dpdk-lcore-mask",
		"Open_vSwitch.other_config:dpdk-alloc-mem",
		"Open_vSwitch.other_config:dpdk-socket-mem",
		"Open_vSwitch.other_config:dpdk-socket-limit",
		"Open_vSwitch.other_config:dpdk-hugepage-dir",
		"Open_vSwitch.other_config:dpdk-extra",
		"Open_vSwitch.other_config:dpdk-probe-at-init",
		"Open_vSwitch.other_config:pmd-cpu-mask",
		"Open_vSwitch.other_config:vhost-sock-dir"),
	.hint = "cores, memory and places are in swd's boot file (swd --config)",
};

SW_REGISTER(unsupported, buffers) = {
	.name = "buffer pools by port",
	.help = "packet buffers set aside for one port or one MTU",
	.names = SW_WORDS("Open_vSwitch.other_config:per-port-memory",
		"Open_vSwitch.other_config:shared-mempool-config"),
	.hint = "one pool serves all ports; memory.mbufs of swd's boot file is its size",
};

SW_REGISTER(unsupported, worker_sleep) = {
	.name = "worker sleep by configuration",
	.help = "how long an idle worker may sleep, changed while it runs",
	.names = SW_WORDS("Open_vSwitch.other_config:pmd-maxsleep",
		"Open_vSwitch.other_config:pmd-sleep-max"),
	.hint = "worker.idle-sleep-us of swd's boot file is the longest sleep",
};

SW_REGISTER(unsupported, placement) = {
	.name = "queue placement by hand",
	.help = "which worker polls which queue, told by hand",
	.names = SW_WORDS("Open_vSwitch.other_config:pmd-rxq-assign",
		"Open_vSwitch.other_config:pmd-rxq-isolate",
		"Interface.other_config:pmd-rxq-affinity"),
	.hint = "other_config:pmd-auto-lb=true moves queues by load, worker rebalance once",
};

SW_REGISTER(unsupported, perf_metrics) = {
	.name = "histograms of worker turns",
	.help = "cycles and packets of single turns of a worker",
	.names = SW_WORDS("Open_vSwitch.other_config:pmd-perf-metrics"),
	.hint = "worker show tells what workers do",
};

SW_REGISTER(unsupported, flow_caches) = {
	.name = "flow caches",
	.help = "sizes and ages of cached flows, and the threads that watch them",
	.names = SW_WORDS("Open_vSwitch.other_config:emc-insert-inv-prob",
		"Open_vSwitch.other_config:smc-enable", "Open_vSwitch.other_config:flow-limit",
		"Open_vSwitch.other_config:max-idle", "Open_vSwitch.other_config:max-revalidator",
		"Open_vSwitch.other_config:min-revalidate-pps",
		"Open_vSwitch.other_config:n-handler-threads",
		"Open_vSwitch.other_config:n-revalidator-threads",
		"Interface.other_config:emc-enable"),
};

SW_REGISTER(unsupported, offload) = {
	.name = "hardware offload",
	.help = "flows and tunnels handled by the network card",
	.names = SW_WORDS("Open_vSwitch.other_config:hw-offload",
		"Open_vSwitch.other_config:hw-offload-priority",
		"Open_vSwitch.other_config:n-offload-threads",
		"Open_vSwitch.other_config:offload-rebalance",
		"Open_vSwitch.other_config:offloaded-stats-delay",
		"Interface.statistics:ovs_tx_invalid_hwol_drops"),
};

SW_REGISTER(unsupported, tso) = {
	.name = "segmentation offload to guests (TSO)",
	.help = "large TCP segments handed to guests and network cards whole",
	.names = SW_WORDS("Open_vSwitch.other_config:userspace-tso-enable"),
};

SW_REGISTER(unsupported, kernel_datapath) = {
	.name = "the kernel datapath",
	.help = "switching inside the Linux kernel",
	.names = SW_WORDS("Bridge.datapath_type=system", "Open_vSwitch.other_config:tc-policy"),
	.hint = "the one datapath is in userspace: leave datapath_type empty, or set netdev",
};

SW_REGISTER(unsupported, steering) = {
	.name = "queue steering",
	.help = "which queue of a device takes which packets",
	.names = SW_WORDS("Interface.other_config:tx-steering", "Interface.options:rx-steering",
		"Interface.status:rx-steering", "Interface.status:rx_steering_queue",
		"Interface.status:rss_queues"),
};

SW_REGISTER(unsupported, flush_interval) = {
	.name = "delayed sending",
	.help = "packets held back to send more of them at once",
	.names = SW_WORDS("Open_vSwitch.other_config:tx-flush-interval"),
	.hint = "what a turn of a worker gathers is sent at its end",
};

SW_REGISTER(unsupported, stats_interval) = {
	.name = "statistics at intervals",
	.help = "how often statistics are written to the database",
	.names = SW_WORDS("Open_vSwitch.other_config:stats-update-interval"),
	.hint = "statistics are read when they are asked for, so they are never old",
};

SW_REGISTER(unsupported, vhost_more) = {
	.name = "vhost-user IOMMU, postcopy and VDUSE",
	.help = "guests behind an IOMMU, migration while they run, kernel vhost devices",
	.names = SW_WORDS("Open_vSwitch.other_config:vhost-iommu-support",
		"Open_vSwitch.other_config:vhost-postcopy-support",
		"Interface.options:vhost-max-queue-pairs"),
};

SW_REGISTER(unsupported, device_settings) = {
	.name = "flow control and VF settings of DPDK ports",
	.help = "pause frames, link interrupts and addresses of virtual functions",
	.names = SW_WORDS("Interface.options:rx-flow-ctrl", "Interface.options:tx-flow-ctrl",
		"Interface.options:flow-ctrl-autoneg", "Interface.options:dpdk-lsc-interrupt",
		"Interface.options:dpdk-vf-mac", "Interface.status:dpdk-vf-mac",
		"Interface.status:pci-vendor_id", "Interface.status:pci-device_id"),
};

SW_REGISTER(unsupported, afxdp) = {
	.name = "AF_XDP",
	.help = "kernel interfaces polled through XDP sockets",
	.names = SW_WORDS("Interface.type=afxdp", "Interface.type=afxdp-nonpmd",
		"Interface.options:xdp-mode", "Interface.options:use-need-wakeup"),
};

SW_REGISTER(unsupported, sizes) = {
	.name = "packet size histograms",
	.help = "how many packets of which size a port received and sent",
	.names = SW_WORDS("Interface.statistics:rx_1_to_64_packets",
		"Interface.statistics:rx_65_to_127_packets",
		"Interface.statistics:rx_128_to_255_packets",
		"Interface.statistics:rx_256_to_511_packets",
		"Interface.statistics:rx_512_to_1023_packets",
		"Interface.statistics:rx_1024_to_1522_packets",
		"Interface.statistics:rx_1523_to_max_packets",
		"Interface.statistics:tx_1_to_64_packets",
		"Interface.statistics:tx_65_to_127_packets",
		"Interface.statistics:tx_128_to_255_packets",
		"Interface.statistics:tx_256_to_511_packets",
		"Interface.statistics:tx_512_to_1023_packets",
		"Interface.statistics:tx_1024_to_1522_packets",
		"Interface.statistics:tx_1523_to_max_packets",
		"Interface.statistics:tx_multicast_packets",
		"Interface.statistics:tx_broadcast_packets",
		"Interface.statistics:rx_undersized_errors",
		"Interface.statistics:rx_oversize_errors",
		"Interface.statistics:rx_fragmented_errors",
		"Interface.statistics:rx_jabber_errors",
		"Interface.statistics:ovs_tx_failure_drops",
		"Interface.statistics:ovs_tx_mtu_exceeded_drops"),
};

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What users of OVS may name and cannot have here yet, by the feature it belongs to: switching, its
 * protocols, flows and management. Who builds a feature takes its names away, and the schema test tells
 * which of OVS's are then without an owner. How each name is written: struct sw_unsupported.
 *
 * Constant; read on the control thread.
 */
#include <sw/table.h>

SW_REGISTER(unsupported, mirroring) = {
	.name = "port mirroring",
	.help = "copies of packets to a port or into a VLAN",
	.names = SW_WORDS("Mirror", "Bridge.mirrors"),
};

SW_REGISTER(unsupported, qos) = {
	.name = "QoS and queues",
	.help = "egress policers and shapers, and their queues",
	.names = SW_WORDS("QoS", "Queue", "Port.qos", "Interface.statistics:ovs_tx_qos_drops"),
};

SW_REGISTER(unsupported, policing) = {
	.name = "ingress policing",
	.help = "a limit on what a port may send into the switch",
	.names = SW_WORDS("Interface.ingress_policing_rate", "Interface.ingress_policing_burst",
		"Interface.ingress_policing_kpkts_rate", "Interface.ingress_policing_kpkts_burst",
		"Interface.statistics:ovs_rx_qos_drops"),
};

SW_REGISTER(unsupported, openflow) = {
	.name = "OpenFlow",
	.help = "the bridge's identity, and queues to controllers",
	.names = SW_WORDS("Bridge.protocols=OpenFlow11", "Bridge.protocols=OpenFlow12",
		"Bridge.other_config:datapath-id", "Bridge.other_config:dp-desc",
		"Bridge.other_config:dp-sn", "Bridge.other_config:controller-queue-size",
		"Controller.controller_queue_size", "Bridge.other_config:controller-rate-limit",
		"Bridge.other_config:controller-burst-limit",
		"Open_vSwitch.other_config:bundle-idle-timeout",
		"Open_vSwitch.other_config:flow-restore-wait",
		"Open_vSwitch.other_config:explicit-sampled-drops",
		"Interface.statistics:upcall_packets", "Interface.statistics:upcall_errors"),
};

SW_REGISTER(unsupported, prefix_tracking) = {
	.name = "prefix tracking",
	.help = "fields whose prefixes the classifier of OVS tracks, so that one cached flow serves more packets",
	.names = SW_WORDS("Flow_Table.prefixes"),
	.hint = "leave it out: nothing is to be gained by it here, where flows are kept one by one, at a cost that does not grow "
		"with prefixes",
};

SW_REGISTER(unsupported, in_band) = {
	.name = "in-band control",
	.help = "the way to a controller over the bridge that it controls",
	.names = SW_WORDS("Controller.connection_mode=in-band", "Controller.local_ip",
		"Controller.local_netmask", "Controller.local_gateway",
		"Bridge.other_config:in-band-queue"),
	.hint = "give the controller a network of its own: connection_mode=out-of-band",
};

SW_REGISTER(unsupported, ovs_ofctl) = {
	.name = "what ovs-ofctl does",
	.help = "ports, packets and queues by OpenFlow, and watching a connection",
	.names = (const char *const[]){ NULL },
	.commands = SW_WORDS("dump-aggregate", "dump-ports", "dump-ports-desc", "dump-desc",
		"dump-table-features", "mod-port", "packet-out", "snoop", "bundle", "queue-stats",
		"meter-features"),
	.hint = "ovs-ofctl itself works on the bridge's socket, unix:RUN-DIR/BRIDGE.mgmt (BRIDGE.snoop for snoop; swctl daemon show has the "
		"run folder)",
};

SW_REGISTER(unsupported, conntrack) = {
	.name = "connection tracking",
	.help = "connections by zone, NAT, time-outs and limits",
	.names = SW_WORDS("Datapath", "CT_Zone", "CT_Timeout_Policy", "Open_vSwitch.datapaths",
		"Open_vSwitch.other_config:ct-zone-limit"),
	.commands = SW_WORDS("add-zone-tp", "del-zone-tp", "list-zone-tp", "set-zone-limit",
		"del-zone-limit", "list-zone-limits", "list-dp-cap"),
};

SW_REGISTER(unsupported, netflow) = {
	.name = "NetFlow",
	.help = "records of flows to a collector",
	.names = SW_WORDS("NetFlow", "Bridge.netflow"),
};

SW_REGISTER(unsupported, sflow) = {
	.name = "sFlow",
	.help = "samples of packets and counters to a collector",
	.names = SW_WORDS("sFlow", "Bridge.sflow"),
};

SW_REGISTER(unsupported, ipfix) = {
	.name = "IPFIX",
	.help = "records of flows to a collector, by bridge or by rule",
	.names = SW_WORDS("IPFIX", "Flow_Sample_Collector_Set", "Bridge.ipfix"),
};

SW_REGISTER(unsupported, bonding) = {
	.name = "bonding",
	.help = "one port on several interfaces",
	.names = SW_WORDS("Port.bond_mode", "Port.bond_updelay", "Port.bond_downdelay",
		"Port.bond_active_slave", "Port.other_config:all-members-active",
		"Port.other_config:all-slaves-active", "Port.other_config:bond-balance-tcp",
		"Port.other_config:bond-detect-mode", "Port.other_config:bond-hash-basis",
		"Port.other_config:bond-miimon-interval", "Port.other_config:bond-primary",
		"Port.other_config:bond-rebalance-interval", "Port.other_config:lb-output-action"),
	.commands = SW_WORDS("add-bond", "add-bond-iface", "del-bond-iface"),
};

SW_REGISTER(unsupported, lacp) = {
	.name = "LACP",
	.help = "link aggregation agreed on with the other end",
	.names = SW_WORDS("Port.lacp", "Interface.lacp_current", "Port.other_config:lacp-time",
		"Port.other_config:lacp-system-id", "Port.other_config:lacp-system-priority",
		"Port.other_config:lacp-fallback-ab", "Port.other_config:lacp-aggregation-key",
		"Port.other_config:lacp-port-id", "Port.other_config:lacp-port-priority",
		"Interface.other_config:lacp-port-id", "Interface.other_config:lacp-port-priority",
		"Interface.other_config:lacp-aggregation-key"),
};

SW_REGISTER(unsupported, stp) = {
	.name = "spanning tree (STP)",
	.help = "a tree without loops among bridges, IEEE 802.1D-1998",
	.names = SW_WORDS("Bridge.stp_enable", "Bridge.status:stp_bridge_id",
		"Bridge.status:stp_designated_root", "Bridge.status:stp_root_path_cost",
		"Port.status", "Port.statistics", "Bridge.other_config:stp-system-id",
		"Bridge.other_config:stp-priority", "Bridge.other_config:stp-hello-time",
		"Bridge.other_config:stp-max-age", "Bridge.other_config:stp-forward-delay",
		"Port.other_config:stp-enable", "Port.other_config:stp-port-num",
		"Port.other_config:stp-port-priority", "Port.other_config:stp-path-cost"),
};

SW_REGISTER(unsupported, rstp) = {
	.name = "rapid spanning tree (RSTP)",
	.help = "a tree without loops among bridges, IEEE 802.1D-2004",
	.names = SW_WORDS("Bridge.rstp_enable", "Bridge.rstp_status", "Port.rstp_status",
		"Port.rstp_statistics", "Bridge.other_config:rstp-address",
		"Bridge.other_config:rstp-priority", "Bridge.other_config:rstp-ageing-time",
		"Bridge.other_config:rstp-force-protocol-version",
		"Bridge.other_config:rstp-max-age", "Bridge.other_config:rstp-forward-delay",
		"Bridge.other_config:rstp-transmit-hold-count", "Port.other_config:rstp-enable",
		"Port.other_config:rstp-port-num", "Port.other_config:rstp-port-priority",
		"Port.other_config:rstp-path-cost", "Port.other_config:rstp-port-admin-edge",
		"Port.other_config:rstp-port-auto-edge", "Port.other_config:rstp-port-mcheck",
		"Port.other_config:rstp-admin-p2p-mac", "Port.other_config:rstp-admin-port-state"),
};

SW_REGISTER(unsupported, multicast) = {
	.name = "multicast snooping",
	.help = "groups sent only where somebody listens, by IGMP and MLD",
	.names = SW_WORDS("Bridge.mcast_snooping_enable",
		"Bridge.other_config:mcast-snooping-aging-time",
		"Bridge.other_config:mcast-snooping-table-size",
		"Bridge.other_config:mcast-snooping-disable-flood-unregistered",
		"Port.other_config:mcast-snooping-flood",
		"Port.other_config:mcast-snooping-flood-reports"),
};

SW_REGISTER(unsupported, bfd) = {
	.name = "BFD",
	.help = "is the other end of a path alive, RFC 5880",
	.names = SW_WORDS("Interface.bfd", "Interface.bfd_status"),
};

SW_REGISTER(unsupported, cfm) = {
	.name = "connectivity fault management (CFM)",
	.help = "is the other end of a path alive, IEEE 802.1ag",
	.names = SW_WORDS("Interface.cfm_mpid", "Interface.cfm_flap_count", "Interface.cfm_fault",
		"Interface.cfm_fault_status", "Interface.cfm_health", "Interface.cfm_remote_mpids",
		"Interface.cfm_remote_opstate", "Interface.other_config:cfm_interval",
		"Interface.other_config:cfm_extended", "Interface.other_config:cfm_demand",
		"Interface.other_config:cfm_opstate", "Interface.other_config:cfm_ccm_vlan",
		"Interface.other_config:cfm_ccm_pcp"),
};

SW_REGISTER(unsupported, lldp) = {
	.name = "LLDP and Auto Attach",
	.help = "telling neighbours who we are, and VLANs agreed on with them",
	.names = SW_WORDS("AutoAttach", "Bridge.auto_attach", "Interface.lldp"),
	.commands = SW_WORDS("add-aa-mapping", "del-aa-mapping", "get-aa-mapping"),
};

SW_REGISTER(unsupported, tunnels) = {
	.name = "tunnels",
	.help = "Ethernet or IP in IP: VXLAN, Geneve, GRE, ERSPAN, GTP-U, SRv6",
	.names = SW_WORDS("Interface.type=vxlan", "Interface.type=geneve", "Interface.type=gre",
		"Interface.type=ip6gre", "Interface.type=erspan", "Interface.type=ip6erspan",
		"Interface.type=gtpu", "Interface.type=srv6", "Interface.type=lisp",
		"Interface.type=stt", "Interface.type=bareudp", "Interface.options:remote_ip",
		"Interface.options:local_ip", "Interface.options:key", "Interface.options:in_key",
		"Interface.options:out_key", "Interface.options:dst_port", "Interface.options:tos",
		"Interface.options:ttl", "Interface.options:df_default",
		"Interface.options:egress_pkt_mark", "Interface.options:packet_type",
		"Interface.options:exts", "Interface.options:seq", "Interface.options:csum",
		"Interface.options:erspan_idx", "Interface.options:erspan_ver",
		"Interface.options:erspan_dir", "Interface.options:erspan_hwid",
		"Interface.options:payload_type", "Interface.options:srv6_segs",
		"Interface.options:srv6_flowlabel", "Interface.status:source_ip",
		"Interface.status:tunnel_egress_iface",
		"Interface.status:tunnel_egress_iface_carrier"),
};

SW_REGISTER(unsupported, ipsec) = {
	.name = "IPsec",
	.help = "encrypted tunnels",
	.names = SW_WORDS("Interface.options:psk", "Interface.options:remote_cert",
		"Interface.options:remote_name", "Open_vSwitch.other_config:ipsec_skb_mark",
		"Open_vSwitch.other_config:private_key", "Open_vSwitch.other_config:certificate",
		"Open_vSwitch.other_config:ca_cert"),
};

SW_REGISTER(unsupported, qinq) = {
	.name = "802.1ad tunnels (QinQ)",
	.help = "a customer's VLANs inside a VLAN of the provider",
	.names = SW_WORDS("Port.vlan_mode=dot1q-tunnel", "Port.cvlans",
		"Port.other_config:qinq-ethtype", "Open_vSwitch.other_config:vlan-limit"),
};

SW_REGISTER(unsupported, fake_bridges) = {
	.name = "fake bridges",
	.help = "a VLAN of a bridge that looks like a bridge",
	.names = SW_WORDS("Port.fake_bridge", "Port.bond_fake_iface"),
	.hint = "set tag=VLAN on the ports of one bridge instead",
};

SW_REGISTER(unsupported, port_mac) = {
	.name = "bridge addresses taken from ports",
	.help = "the MAC address of a bridge chosen among those of its ports",
	.names = SW_WORDS("Port.mac", "Port.other_config:hwaddr"),
	.hint = "Bridge.other_config:hwaddr gives a bridge its MAC address",
};

SW_REGISTER(unsupported, managers) = {
	.name = "OVSDB managers",
	.help = "the OVSDB protocol over the network",
	.names = SW_WORDS("Manager", "Open_vSwitch.manager_options"),
	.commands = SW_WORDS("get-manager", "set-manager", "del-manager"),
};

SW_REGISTER(unsupported, sequence) = {
	.name = "OVSDB's sequence numbers",
	.help = "counting up one column and waiting for another",
	.names = SW_WORDS("Open_vSwitch.next_cfg"),
	.hint = "a change is in force when its command ends",
};

SW_REGISTER(unsupported, host_statistics) = {
	.name = "host statistics",
	.help = "load, memory and file systems of the machine",
	.names = SW_WORDS("Open_vSwitch.statistics", "Open_vSwitch.other_config:enable-statistics"),
};

SW_REGISTER(unsupported, transient) = {
	.name = "transient ports",
	.help = "ports that go when the machine starts anew",
	.names = SW_WORDS("Port.other_config:transient"),
};

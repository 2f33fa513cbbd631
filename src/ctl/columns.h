/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns that code reads by name: ROW(row, port_tag), COLUMN(bridge_ports), TABLE(interface).
 */
#ifndef CTL_COLUMNS_H
#define CTL_COLUMNS_H

#include <sw/table.h>

SW_USE(table, open_vswitch);
SW_USE(table, bridge);
SW_USE(table, port);
SW_USE(table, interface);

SW_USE(column, open_bridges);
SW_USE(column, open_other_config);
SW_USE(column, bridge_name);
SW_USE(column, bridge_ports);
SW_USE(column, bridge_datapath_type);
SW_USE(column, bridge_flood_vlans);
SW_USE(column, bridge_other_config);
SW_USE(column, bridge_external_ids);
SW_USE(column, bridge_fail_mode);
SW_USE(column, port_name);
SW_USE(column, port_interfaces);
SW_USE(column, port_tag);
SW_USE(column, port_trunks);
SW_USE(column, port_vlan_mode);
SW_USE(column, port_protected);
SW_USE(column, port_static_macs);
SW_USE(column, port_other_config);
SW_USE(column, interface_name);
SW_USE(column, interface_type);
SW_USE(column, interface_options);
SW_USE(column, interface_mtu_request);
SW_USE(column, interface_mac);
SW_USE(column, interface_ofport_request);
SW_USE(column, interface_ofport_kept);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of Interface.status and Interface.statistics that port classes report, under OVS's names where
 * OVS has them. A class reports those its device has; DPDK ports add the device's own counters of errors
 * and losses. A net test compares what real ports report with this list.
 */
#include <sw/table.h>

#define STATUS_KEY(ident, called, text)                \
	SW_REGISTER(key, interface_status_##ident) = { \
		.name = "Interface.status:" called,    \
		.help = text,                          \
		.type = SW_ATOM_STRING,                \
	}

STATUS_KEY(driver_name, "driver_name", "driver of the device");
STATUS_KEY(driver_version, "driver_version", "version of the kernel's driver");
STATUS_KEY(firmware_version, "firmware_version", "version of the device's firmware");
STATUS_KEY(peer, "peer", "patch port at the other end");
STATUS_KEY(port_no, "port_no", "number of the device in DPDK");
STATUS_KEY(numa_id, "numa_id", "NUMA node of the device");
STATUS_KEY(min_rx_bufsize, "min_rx_bufsize", "smallest receive buffer the device takes, in bytes");
STATUS_KEY(max_rx_pktlen, "max_rx_pktlen", "longest frame the device receives, in bytes");
STATUS_KEY(max_rx_queues, "max_rx_queues", "receive queues the device has at most");
STATUS_KEY(max_tx_queues, "max_tx_queues", "transmit queues the device has at most");
STATUS_KEY(max_mac_addrs, "max_mac_addrs", "MAC addresses the device filters at most");
STATUS_KEY(max_hash_mac_addrs, "max_hash_mac_addrs", "MAC addresses the device filters by hash");
STATUS_KEY(max_vfs, "max_vfs", "virtual functions the device has at most");
STATUS_KEY(max_vmdq_pools, "max_vmdq_pools", "VMDq pools the device has at most");
STATUS_KEY(if_type, "if_type", "kind of interface as IANA numbers it: 6 is Ethernet");
STATUS_KEY(if_descr, "if_descr", "DPDK's version and the driver");
STATUS_KEY(bus_info, "bus_info", "bus of the device and its place there");
STATUS_KEY(link_speed, "link_speed", "speed of the link with its unit, or Unknown");
STATUS_KEY(
	rx_csum_offload, "rx_csum_offload", "whether the device checks checksums: true or false");
STATUS_KEY(mode, "mode", "client: the guest's side makes the socket; server: the switch does");
STATUS_KEY(status, "status", "connected or disconnected: whether a guest is there");
STATUS_KEY(socket, "socket", "path of the vhost-user socket");
STATUS_KEY(mtu, "mtu", "MTU of the port, in bytes");
STATUS_KEY(n_rxq, "n_rxq", "receive queues in use");
STATUS_KEY(n_txq, "n_txq", "transmit queues in use");
STATUS_KEY(userspace_tso, "userspace-tso", "disabled: large segments are not handed to guests");
STATUS_KEY(last_fault, "last_fault", "what the guest did wrong last");
STATUS_KEY(features, "features", "virtio features agreed on with the guest, as a hexadecimal mask");
STATUS_KEY(numa, "numa", "NUMA node of the guest's memory");
STATUS_KEY(guest_mtu, "guest_mtu", "MTU the guest was offered, in bytes");
STATUS_KEY(stuck_queues, "stuck_queues", "receive queues that were stopped for broken descriptors");
STATUS_KEY(num_of_vrings, "num_of_vrings", "rings the guest has set up");
STATUS_KEY(vring_size, "vring_N_size", "descriptors of ring N, counted from 0");

#define COUNTER(ident, text)                               \
	SW_REGISTER(key, interface_statistics_##ident) = { \
		.name = "Interface.statistics:" #ident,    \
		.help = text,                              \
		.type = SW_ATOM_INTEGER,                   \
		.max = INT64_MAX,                          \
	}

COUNTER(rx_packets, "packets received");
COUNTER(rx_bytes, "bytes of packets received, without the frame check sequence");
COUNTER(rx_dropped, "good packets received and lost; port drops tells why");
COUNTER(rx_errors, "broken packets received and lost");
COUNTER(rx_multicast_packets, "packets received for a group of stations");
COUNTER(rx_broadcast_packets, "packets received for all stations");
COUNTER(rx_missed_errors, "packets the device lost because the switch did not fetch them in time");
COUNTER(rx_crc_err, "frames with a wrong check sequence");
COUNTER(rx_frame_err, "frames that end within a byte");
COUNTER(rx_over_err, "frames lost by an overrun of the device");
COUNTER(tx_packets, "packets sent");
COUNTER(tx_bytes, "bytes of packets sent, without the frame check sequence");
COUNTER(tx_dropped, "packets that could not be sent; port drops tells why");
COUNTER(tx_errors, "packets that could not be sent because something is broken");
COUNTER(collisions, "collisions the kernel counted");
COUNTER(ovs_tx_retries, "times a burst was offered again to a guest");
COUNTER(guest_bad_buffers,
	"buffers a guest offered that cannot be written to; they went back to it");

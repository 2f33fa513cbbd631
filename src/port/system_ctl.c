/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "system", control half: the two sockets, the interface's state, MTU, and its comings and goings.
 *
 * Open, close: job thread. Set, status, counters, interface_changed: control. The sockets stay the same from open to close, whatever happens to the interface: one that went down comes
 * back by itself, one that was deleted is bound to anew when an interface of its name appears; workers
 * notice nothing but an empty ring and refused sends.
 */
#include "system.h"

#include <sw/err.h>
#include <sw/log.h>
#include <sw/privilege.h>
#include <sw/mem.h>

#include <rte_byteorder.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

SW_LOG(system, "ports on kernel interfaces: sockets, link, MTU");

#define RING_SIZE  (SYSTEM_SLOTS * SYSTEM_SLOT_SIZE)
#define BLOCK_SIZE (64 << 10)
/* What may wait in the socket: some hundred super-packets, or as many small packets as there are slots.
 * The kernel counts its own overhead and doubles the number. */
#define RX_BYTES   (4 << 20)
#define TX_BYTES   (1 << 20)

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* Beyond the system's limit with CAP_NET_ADMIN, else up to it. */
static void set_buffer(int fd, int force, int plain, int bytes)
{
	if (set_int(fd, SOL_SOCKET, force, bytes))
		set_int(fd, SOL_SOCKET, plain, bytes);
}

static int open_rx(struct system_port *sp)
{
	struct tpacket_req req = { .tp_block_size = BLOCK_SIZE,
		.tp_block_nr = RING_SIZE / BLOCK_SIZE,
		.tp_frame_size = SYSTEM_SLOT_SIZE,
		.tp_frame_nr = SYSTEM_SLOTS };

	/* Protocol 0 until it is bound: nothing of other interfaces gets in before. */
	sp->rx_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sp->rx_fd < 0)
		return -errno;
	set_buffer(sp->rx_fd, SO_RCVBUFFORCE, SO_RCVBUF, RX_BYTES);
	if (set_int(sp->rx_fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2) ||
		set_int(sp->rx_fd, SOL_PACKET, PACKET_RESERVE, SYSTEM_RESERVE) ||
		set_int(sp->rx_fd, SOL_PACKET, PACKET_VNET_HDR, 1) ||
		set_int(sp->rx_fd, SOL_PACKET, PACKET_COPY_THRESH, 1) ||
		set_int(sp->rx_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) ||
		setsockopt(sp->rx_fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		return -errno;
	sp->ring = mmap(
		NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, sp->rx_fd, 0);
	if (sp->ring == MAP_FAILED) {
		sp->ring = NULL;
		return -errno;
	}
	return 0;
}

static int open_tx(struct system_port *sp)
{
	sp->tx_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sp->tx_fd < 0)
		return -errno;
	set_buffer(sp->tx_fd, SO_SNDBUFFORCE, SO_SNDBUF, TX_BYTES);
	return set_int(sp->tx_fd, SOL_PACKET, PACKET_VNET_HDR, 1) ? -errno : 0;
}

static int bind_to(int fd, uint16_t protocol, int ifindex)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
		.sll_protocol = rte_cpu_to_be_16(protocol),
		.sll_ifindex = ifindex };

	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
}

/* Both sockets to the interface, which becomes promiscuous for as long as they are. */
static int bind_both(struct system_port *sp, int ifindex)
{
	struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };
	int rc = bind_to(sp->rx_fd, ETH_P_ALL, ifindex);

	if (!rc)
		rc = bind_to(sp->tx_fd, 0, ifindex);
	if (!rc && setsockopt(sp->rx_fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		rc = -errno;
	if (!rc)
		sp->bound = ifindex;
	return rc;
}

static void close_sockets(struct system_port *sp)
{
	if (sp->ring)
		munmap(sp->ring, RING_SIZE);
	if (sp->rx_fd >= 0)
		close(sp->rx_fd);
	if (sp->tx_fd >= 0)
		close(sp->tx_fd);
	intake_fini(&sp->in);
	sp->ring = NULL;
	sp->rx_fd = sp->tx_fd = -1;
}

static int open_sockets(struct system_port *sp, struct sw_err *err)
{
	char doing[64];
	int rc;

	sp->tx_fd = -1;
	rc = open_rx(sp);
	if (!rc)
		rc = open_tx(sp);
	if (!rc)
		return 0;
	close_sockets(sp);
	snprintf(doing, sizeof(doing), "open a packet socket for interface %s", sp->port.name);
	return netdev_err(err, -rc, doing);
}

/* The interface that is asked for, and that it is one we can use. */
static int find(const struct sw_port *port, struct netdev_info *info, struct sw_err *err)
{
	char doing[64];
	int rc = netdev_query(port->name, 0, info);

	if (rc == -ENODEV) {
		rc = sw_err_set(err, SW_CODE_DEVICE, "there is no interface named %s", port->name);
		sw_err_given(err, "%s", port->name);
		sw_err_hint(err, "make it first (ip link add), or set a type: with internal or tap "
				 "the switch makes an interface of that name");
		return rc;
	}
	if (rc) {
		snprintf(doing, sizeof(doing), "ask for interface %s", port->name);
		return netdev_err(err, -rc, doing);
	}
	if (!info->ethernet) {
		rc = sw_err_set(
			err, SW_CODE_DEVICE, "interface %s carries no Ethernet frames", port->name);
		sw_err_allowed(
			err, "an Ethernet interface, such as a veth, a tap, a VLAN or a card");
		return rc;
	}
	return 0;
}

static int refuse_mac(struct sw_err *err)
{
	sw_err_set(err, SW_CODE_UNSUPPORTED, "the MAC address of a system port is its interface's");
	sw_err_path(err, "mac");
	sw_err_hint(err, "ip link set NAME address MAC");
	return sw_err_errno(SW_CODE_UNSUPPORTED);
}

/* Up, bound, and with the MTU asked for. */
static int take(struct system_port *sp, const struct netdev_info *info, struct sw_err *err)
{
	uint16_t mtu = sp->port.conf.mtu ? sp->port.conf.mtu : netdev_mtu16(info);
	char doing[64];
	int rc = netdev_up(info->name, err);

	if (rc)
		return rc;
	rc = bind_both(sp, info->ifindex);
	if (rc) {
		snprintf(doing, sizeof(doing), "bind to interface %s", info->name);
		return netdev_err(err, -rc, doing);
	}
	rc = netdev_set_mtu(info, mtu, err);
	if (!rc)
		sp->port.mtu = mtu;
	return rc;
}

/* An interface of the port's name is there again. */
static void come_back(struct system_port *sp, const struct netdev_info *info)
{
	struct sw_err err = { 0 };

	if (take(sp, info, &err))
		sw_warn("%s: the interface is back, but: %s", sp->port.name, err.text);
	else
		sw_info("%s: the interface is back", sp->port.name);
	__atomic_store_n(&sp->watch.ifindex, sp->bound, __ATOMIC_RELAXED);
}

static void interface_changed(struct sw_port *port)
{
	struct system_port *sp = system_of(port);
	struct netdev_info info;

	if (sp->bound && netdev_query(NULL, sp->bound, &info) == -ENODEV) {
		sw_warn("%s: the interface is gone; it is used again when it comes back",
			port->name);
		sp->bound = 0;
		__atomic_store_n(&sp->watch.ifindex, 0, __ATOMIC_RELAXED);
	}
	if (!sp->bound && !netdev_query(port->name, 0, &info) && info.ethernet)
		come_back(sp, &info);
	if (sp->bound && !netdev_query(NULL, sp->bound, &info)) {
		port->mac = info.mac;
		port->mtu = netdev_mtu16(&info);
	}
	sw_port_changed(port);
}

static int system_open(struct sw_port *port, struct sw_err *err)
{
	struct system_port *sp = system_of(port);
	struct netdev_info info;
	int rc = port->conf.has_mac ? refuse_mac(err) : find(port, &info, err);

	if (rc)
		return rc;
	rc = open_sockets(sp, err);
	if (rc)
		return rc;
	intake_init(&sp->in);
	sp->slot = 0;
	rc = take(sp, &info, err);
	if (rc)
		goto close_sockets;
	snprintf(sp->watch.name, sizeof(sp->watch.name), "%s", port->name);
	sp->watch.ifindex = info.ifindex;
	sp->watch.port = port;
	sp->watch.changed = interface_changed;
	rc = netdev_watch_start(&sp->watch, err);
	if (rc)
		goto close_sockets;
	port->mac = info.mac;
	port->n_rxq = 1;
	return 0;
close_sockets:
	close_sockets(sp);
	return rc;
}

static void system_close(struct sw_port *port)
{
	struct system_port *sp = system_of(port);

	netdev_watch_stop(&sp->watch);
	close_sockets(sp);
}

static int system_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	struct netdev_info info;
	int rc;

	if (conf->has_mac)
		return refuse_mac(err);
	if (!conf->mtu || conf->mtu == port->conf.mtu)
		return 0;
	rc = find(port, &info, err);
	if (!rc)
		rc = netdev_set_mtu(&info, conf->mtu, err);
	if (rc)
		return rc;
	port->mtu = conf->mtu;
	sw_port_changed(port);
	return 0;
}

static void system_status(struct sw_port *port, struct sw_port_status *status)
{
	struct system_port *sp = system_of(port);
	struct netdev_info info;

	status->n_rxq = 1;
	status->n_txq = 1;
	if (!sp->bound || netdev_query(NULL, sp->bound, &info)) {
		snprintf(status->error, sizeof(status->error),
			"interface %s is gone; it is used again when it comes back", port->name);
		return;
	}
	netdev_status(&info, status);
}

static void system_counters(struct sw_port *port, const struct sw_port_counters *out)
{
	struct system_port *sp = system_of(port);
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);
	struct netdev_info info = { 0 };

	/* Reading clears them. */
	if (!getsockopt(sp->rx_fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		sp->ring_drops += stats.tp_drops;
	netdev_query(NULL, sp->bound, &info);
	out->add(out->arg, "rx_missed_errors", info.rx_missed + sp->ring_drops);
	out->add(out->arg, "rx_crc_err", info.rx_crc);
	out->add(out->arg, "rx_frame_err", info.rx_frame);
	out->add(out->arg, "rx_over_err", info.rx_over);
	out->add(out->arg, "collisions", info.collisions);
}

SW_REGISTER(port_class, system) = {
	.name = "system",
	.help = "an interface the kernel has already, such as a veth or a guest's tap",
	.size = sizeof(struct system_port),
	.caps = SW_CAP(NET_ADMIN) | SW_CAP(NET_RAW),
	.mtu_min = 68,
	.mtu_max = UINT16_MAX,
	.open = system_open,
	.close = system_close,
	.set = system_set,
	.rx = system_rx,
	.tx = system_tx,
	.status = system_status,
	.counters = system_counters,
};

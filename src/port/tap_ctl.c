/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "tap" and "internal", control half: the interface is made, given address and MTU, and set up.
 *
 * Open, close: job thread. Set, status, counters, interface_changed: control. When somebody deletes the interface under us it is made again on the same descriptor, with the settings
 * the port has; workers notice refused writes for that moment.
 * Without an address of its own (Interface.mac) the interface gets one made from its name and the
 * machine's identity: the same after each restart, another one on another machine.
 */
#include "tap.h"

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/privilege.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include <linux/if.h>
#include <linux/if_tun.h>

SW_LOG(tap, "tap and internal ports");

#define OFFLOADS     (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN)
#define OFFLOADS_UDP 0x60 /* TUN_F_USO4 and TUN_F_USO6, which this linux/if_tun.h may not have */

/* FNV-1a, 64 bits. */
static uint64_t hash_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3;
	return h;
}

/* What tells this machine from others: systemd's id, else the host name. */
static void machine_identity(char *buf, size_t size)
{
	FILE *f = fopen("/etc/machine-id", "re");
	bool got = f && fgets(buf, (int)size, f);

	if (f)
		fclose(f);
	if (!got && gethostname(buf, size))
		buf[0] = 0;
	buf[size - 1] = 0;
}

static void make_mac(const char *name, struct rte_ether_addr *mac)
{
	char machine[65] = "";
	uint64_t h;

	machine_identity(machine, sizeof(machine));
	h = hash_text(hash_text(hash_text(0xcbf29ce484222325, machine), "/"), name);
	for (unsigned i = 0; i < sizeof(mac->addr_bytes); i++)
		mac->addr_bytes[i] = (uint8_t)(h >> (8 * i));
	mac->addr_bytes[0] = (mac->addr_bytes[0] & 0xfc) | 0x02; /* one station, locally assigned */
}

static int open_device(struct sw_err *err)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd >= 0)
		return fd;
	if (errno != ENOENT && errno != ENODEV && errno != ENXIO)
		return netdev_err(err, errno, "open /dev/net/tun");
	rc = sw_err_set(err, SW_CODE_DEVICE, "there is no /dev/net/tun to make interfaces with");
	sw_err_hint(err, "modprobe tun; in a container, start it with --device /dev/net/tun");
	return rc;
}

static int check_free(const char *name, struct sw_err *err)
{
	struct netdev_info info;
	int rc;

	if (netdev_query(name, 0, &info))
		return 0;
	rc = sw_err_set(err, SW_CODE_EXISTS,
		"an interface named %s exists already; this port type makes its own", name);
	sw_err_given(err, "%s", name);
	sw_err_hint(err,
		"use that interface with type=system, choose another name, or ip link del %s",
		name);
	return rc;
}

/* Attach the descriptor to a new interface, with address and MTU, up. The caller closes fd on failure,
 * which takes the interface with it. */
static int make_interface(struct tap_port *tp, int fd, uint16_t mtu, struct sw_err *err)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	struct netdev_info info;
	char doing[64];
	int rc;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", tp->port.name);
	snprintf(doing, sizeof(doing), "make interface %s", tp->port.name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return netdev_err(err, errno, doing);
	/* A kernel that knows no UDP segmentation yet (before 6.2) refuses it. */
	if (ioctl(fd, TUNSETOFFLOAD, OFFLOADS | OFFLOADS_UDP) < 0 &&
		ioctl(fd, TUNSETOFFLOAD, OFFLOADS) < 0)
		return netdev_err(err, errno, doing);
	rc = netdev_query(tp->port.name, 0, &info);
	if (rc)
		return netdev_err(err, -rc, doing);
	rc = netdev_set_mac(tp->port.name, &tp->port.mac, err);
	if (!rc)
		rc = netdev_set_mtu(&info, mtu, err);
	if (!rc)
		rc = netdev_up(tp->port.name, err);
	if (!rc)
		tp->ifindex = info.ifindex;
	return rc;
}

static void interface_changed(struct sw_port *port)
{
	struct tap_port *tp = tap_of(port);
	struct netdev_info info;
	struct sw_err err = { 0 };

	if (tp->ifindex && netdev_query(NULL, tp->ifindex, &info) == -ENODEV) {
		tp->ifindex = 0;
		if (make_interface(tp, tp->fd, port->mtu, &err))
			sw_warn("%s: the interface was deleted and cannot be made again: %s",
				port->name, err.text);
		else
			sw_warn("%s: the interface was deleted by somebody and made again",
				port->name);
	}
	if (tp->ifindex && !netdev_query(NULL, tp->ifindex, &info)) {
		port->mac = info.mac;
		port->mtu = netdev_mtu16(&info);
	}
	__atomic_store_n(&tp->watch.ifindex, tp->ifindex, __ATOMIC_RELAXED);
	sw_port_changed(port);
}

static int tap_open(struct sw_port *port, struct sw_err *err)
{
	struct tap_port *tp = tap_of(port);
	int rc = check_free(port->name, err);

	if (rc)
		return rc;
	tp->fd = open_device(err);
	if (tp->fd < 0)
		return tp->fd;
	if (!port->conf.has_mac)
		make_mac(port->name, &port->mac);
	rc = make_interface(tp, tp->fd, port->mtu, err);
	if (rc)
		goto close_fd;
	snprintf(tp->watch.name, sizeof(tp->watch.name), "%s", port->name);
	tp->watch.ifindex = tp->ifindex;
	tp->watch.port = port;
	tp->watch.changed = interface_changed;
	rc = netdev_watch_start(&tp->watch, err);
	if (rc)
		goto close_fd;
	intake_init(&tp->in);
	tp->wait_us = 0;
	port->n_rxq = 1;
	return 0;
close_fd:
	close(tp->fd);
	return rc;
}

static void tap_close(struct sw_port *port)
{
	struct tap_port *tp = tap_of(port);

	netdev_watch_stop(&tp->watch);
	close(tp->fd);
	intake_fini(&tp->in);
	rte_pktmbuf_free(tp->spare);
	tp->spare = NULL;
}

static int tap_set(struct sw_port *port, const struct sw_port_conf *conf, struct sw_err *err)
{
	struct rte_ether_addr mac = conf->mac;
	uint16_t mtu = conf->mtu ? conf->mtu : RTE_ETHER_MTU;
	struct netdev_info info;
	int rc = netdev_query(port->name, 0, &info);

	if (rc)
		return netdev_err(err, -rc, "ask for the interface of the port");
	if (!conf->has_mac)
		make_mac(port->name, &mac);
	rc = netdev_set_mtu(&info, mtu, err);
	if (!rc)
		rc = netdev_set_mac(port->name, &mac, err);
	if (rc) {
		netdev_set_mtu(&info, port->mtu, NULL);
		return rc;
	}
	port->mac = mac;
	port->mtu = mtu;
	sw_port_changed(port);
	return 0;
}

static void tap_status(struct sw_port *port, struct sw_port_status *status)
{
	struct tap_port *tp = tap_of(port);
	struct netdev_info info;

	status->n_rxq = 1;
	status->n_txq = 1;
	if (!tp->ifindex || netdev_query(NULL, tp->ifindex, &info)) {
		snprintf(status->error, sizeof(status->error),
			"interface %s was deleted; remove the port and add it again", port->name);
		return;
	}
	netdev_status(&info, status);
}

static void tap_counters(struct sw_port *port, const struct sw_port_counters *out)
{
	struct netdev_info info = { 0 };

	/* What the kernel sent to us and we did not read in time. */
	netdev_query(NULL, tap_of(port)->ifindex, &info);
	out->add(out->arg, "rx_missed_errors", info.tx_dropped);
}

#define TAP_CLASS(text)                                                                            \
	.help = text, .caps = SW_CAP(NET_ADMIN), .size = sizeof(struct tap_port),                  \
	.mtu_min = RTE_ETHER_MIN_MTU, .mtu_max = UINT16_MAX - RTE_ETHER_HDR_LEN, .open = tap_open, \
	.close = tap_close, .set = tap_set, .rx = tap_rx, .tx = tap_tx, .status = tap_status,      \
	.counters = tap_counters

SW_REGISTER(port_class, tap) = {
	.name = "tap",
	TAP_CLASS("a kernel interface made by the switch"),
};
SW_REGISTER(port_class, internal) = {
	.name = "internal",
	TAP_CLASS("a kernel interface made by the switch, such as a bridge's own"),
};

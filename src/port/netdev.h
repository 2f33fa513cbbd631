/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A network interface of the kernel as its ports see it: one question (rtnetlink), the changes we ask
 * for (ioctl), and news of it. Everything is about the network namespace the switch runs in.
 *
 * room: port, private. Thread: control or job, unless a line says otherwise; never a worker. Nothing
 * here waits for anything but the kernel's own lock.
 */
#ifndef PORT_NETDEV_H
#define PORT_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/text.h>

#include <rte_ether.h>

struct nlmsghdr;
struct sw_err;
struct sw_port;
struct sw_port_counters;
struct sw_port_status;

/* What the kernel says of an interface. */
struct netdev_info {
	char name[SW_NAME_SIZE];
	char kind[16]; /* "veth", "tun", "" */
	int ifindex;
	bool ethernet; /* frames with an Ethernet header, and not the loopback */
	bool admin_up, link_up;
	uint32_t mtu, mtu_min, mtu_max;
	uint32_t carrier_changes;
	struct rte_ether_addr mac;
	uint64_t rx_errors, rx_crc, rx_frame, rx_over, rx_missed, tx_dropped, collisions;
};

/* Ask by name, or by ifindex when name is NULL. 0, -ENODEV, or another negative errno. */
int netdev_query(const char *name, int ifindex, struct netdev_info *info);

/* Read an RTM_NEWLINK or RTM_DELLINK. False when it is neither, or broken. */
bool netdev_parse(const struct nlmsghdr *nlh, struct netdev_info *info);

/* Changes. err names interface, value, range and what to do. */
int netdev_up(const char *name, struct sw_err *err);
int netdev_set_mtu(const struct netdev_info *info, uint16_t mtu, struct sw_err *err);
int netdev_set_mac(const char *name, const struct rte_ether_addr *mac, struct sw_err *err);

/* Fill a status and the driver's keys from the interface; speed and duplex by ethtool. */
void netdev_status(const struct netdev_info *info, struct sw_port_status *status);

/* An errno of the kernel as an error of ours; `doing` is "set the MTU of veth0 to 9000". */
int netdev_err(struct sw_err *err, int number, const char *doing);

/* The MTU as a port can hold it. */
static inline uint16_t netdev_mtu16(const struct netdev_info *info)
{
	return info->mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)info->mtu;
}

/*
 * News of one interface. The owner fills name, ifindex (0: it is not there now), port and changed. After
 * anything happened to the interface of that ifindex or name, changed(port) runs on the control thread,
 * once for several events; it asks for itself what is true now, and may set ifindex.
 */
struct netdev_watch {
	char name[SW_NAME_SIZE];
	int ifindex; /* written with __atomic_store_n once the watch has begun */
	struct sw_port *port;
	void (*changed)(struct sw_port *port);
	bool posted;
	struct netdev_watch *next;
};

/* Begin and end, on a job thread; after end changed() is not running and will not be called. */
int netdev_watch_start(struct netdev_watch *watch, struct sw_err *err);
void netdev_watch_stop(struct netdev_watch *watch);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Questions to the kernel about an interface and changes to it. State and counters come in one
 * RTM_GETLINK (rtnetlink(7)), so they belong together; what has no rtnetlink form older than our users'
 * kernels is an ioctl (netdevice(7), ethtool).
 *
 * Control and job threads. Each call opens and closes its own socket: calls are rare, and a descriptor
 * kept open would belong to the network namespace of whoever came first.
 */
#include "netdev.h"

#include <sw/err.h>
#include <sw/port.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

static void parse_stats(const struct rtattr *attr, struct netdev_info *info)
{
	struct rtnl_link_stats64 st = { 0 };
	size_t len = RTA_PAYLOAD(attr);

	memcpy(&st, RTA_DATA(attr), len < sizeof(st) ? len : sizeof(st));
	info->rx_errors = st.rx_errors;
	info->rx_crc = st.rx_crc_errors;
	info->rx_frame = st.rx_frame_errors;
	info->rx_over = st.rx_over_errors;
	info->rx_missed = st.rx_missed_errors;
	info->tx_dropped = st.tx_dropped;
	info->collisions = st.collisions;
}

static void copy_text(char *to, size_t size, const struct rtattr *attr)
{
	snprintf(to, size, "%.*s", (int)RTA_PAYLOAD(attr), (const char *)RTA_DATA(attr));
}

static uint32_t get_u32(const struct rtattr *attr)
{
	uint32_t v = 0;

	memcpy(&v, RTA_DATA(attr), RTA_PAYLOAD(attr) < sizeof(v) ? RTA_PAYLOAD(attr) : sizeof(v));
	return v;
}

static void parse_kind(const struct rtattr *outer, struct netdev_info *info)
{
	const struct rtattr *attr = RTA_DATA(outer);
	unsigned len = RTA_PAYLOAD(outer);

	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		if (attr->rta_type == IFLA_INFO_KIND)
			copy_text(info->kind, sizeof(info->kind), attr);
}

static void parse_attr(const struct rtattr *attr, struct netdev_info *info)
{
	switch (attr->rta_type) {
	case IFLA_IFNAME:
		copy_text(info->name, sizeof(info->name), attr);
		break;
	case IFLA_MTU:
		info->mtu = get_u32(attr);
		break;
	case IFLA_MIN_MTU:
		info->mtu_min = get_u32(attr);
		break;
	case IFLA_MAX_MTU:
		info->mtu_max = get_u32(attr);
		break;
	case IFLA_CARRIER_CHANGES:
		info->carrier_changes = get_u32(attr);
		break;
	case IFLA_ADDRESS:
		if (RTA_PAYLOAD(attr) == sizeof(info->mac))
			memcpy(&info->mac, RTA_DATA(attr), sizeof(info->mac));
		break;
	case IFLA_STATS64:
		parse_stats(attr, info);
		break;
	case IFLA_LINKINFO:
		parse_kind(attr, info);
		break;
	}
}

bool netdev_parse(const struct nlmsghdr *nlh, struct netdev_info *info)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	const struct rtattr *attr;
	unsigned len;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return false;
	if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*ifi)))
		return false;
	memset(info, 0, sizeof(*info));
	info->ifindex = ifi->ifi_index;
	info->ethernet = ifi->ifi_type == ARPHRD_ETHER;
	info->admin_up = ifi->ifi_flags & IFF_UP;
	info->link_up = info->admin_up && (ifi->ifi_flags & IFF_LOWER_UP);
	attr = IFLA_RTA(ifi);
	len = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*ifi));
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		parse_attr(attr, info);
	if (!info->mtu_max)
		info->mtu_max = UINT16_MAX;
	return true;
}

/* The answer to a request on fd; the sequence number was 1. */
static int read_answer(int fd, struct netdev_info *info)
{
	union {
		struct nlmsghdr nlh;
		char bytes[16384]; /* an interface with many virtual functions is long */
	} buf;
	ssize_t n = recv(fd, &buf, sizeof(buf), 0);

	if (n < 0)
		return -errno;
	if (!NLMSG_OK(&buf.nlh, (size_t)n))
		return -EBADMSG;
	if (buf.nlh.nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = NLMSG_DATA(&buf.nlh);

		return e->error ? e->error : -EBADMSG;
	}
	return netdev_parse(&buf.nlh, info) ? 0 : -EBADMSG;
}

int netdev_query(const char *name, int ifindex, struct netdev_info *info)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
		struct rtattr attr;
		char name[SW_NAME_SIZE];
	} req = {
		.nlh = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = 1 },
		.ifi.ifi_index = name ? 0 : ifindex,
	};
	int fd, rc = 0;

	if (name) {
		if (strlen(name) >= sizeof(req.name))
			return -ENODEV;
		strcpy(req.name, name);
		req.attr.rta_type = IFLA_IFNAME;
		req.attr.rta_len = (uint16_t)RTA_LENGTH(strlen(name) + 1);
		req.nlh.nlmsg_len += RTA_ALIGN(req.attr.rta_len);
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (send(fd, &req, req.nlh.nlmsg_len, 0) < 0)
		rc = -errno;
	if (!rc)
		rc = read_answer(fd, info);
	close(fd);
	return rc;
}

int netdev_err(struct sw_err *err, int number, const char *doing)
{
	if (number == EPERM || number == EACCES) {
		sw_err_set(err, SW_CODE_PERMISSION, "not allowed to %s", doing);
		sw_err_hint(err, "run swd as root, or give it CAP_NET_ADMIN and CAP_NET_RAW");
		return sw_err_errno(SW_CODE_PERMISSION);
	}
	return sw_err_set(err, SW_CODE_DEVICE, "cannot %s: %s", doing, strerror(number));
}

static int dev_ioctl(const char *name, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0)
		return -errno;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	if (ioctl(fd, request, ifr) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int netdev_up(const char *name, struct sw_err *err)
{
	struct ifreq ifr = { 0 };
	char doing[64];
	int rc = dev_ioctl(name, SIOCGIFFLAGS, &ifr);

	if (!rc && !(ifr.ifr_flags & IFF_UP)) {
		ifr.ifr_flags |= IFF_UP;
		rc = dev_ioctl(name, SIOCSIFFLAGS, &ifr);
	}
	if (!rc)
		return 0;
	snprintf(doing, sizeof(doing), "bring up interface %s", name);
	return netdev_err(err, -rc, doing);
}

int netdev_set_mtu(const struct netdev_info *info, uint16_t mtu, struct sw_err *err)
{
	struct ifreq ifr = { .ifr_mtu = mtu };
	char doing[64];
	int rc;

	if (info->mtu == mtu)
		return 0;
	if (mtu < info->mtu_min || mtu > info->mtu_max) {
		sw_err_set(err, SW_CODE_INVALID, "MTU %u is not possible on interface %s", mtu,
			info->name);
		sw_err_given(err, "%u", mtu);
		sw_err_allowed(err, "%u..%u, says its driver", info->mtu_min, info->mtu_max);
		return sw_err_errno(SW_CODE_INVALID);
	}
	rc = dev_ioctl(info->name, SIOCSIFMTU, &ifr);
	if (!rc)
		return 0;
	snprintf(doing, sizeof(doing), "set the MTU of interface %s to %u", info->name, mtu);
	return netdev_err(err, -rc, doing);
}

int netdev_set_mac(const char *name, const struct rte_ether_addr *mac, struct sw_err *err)
{
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };
	char doing[96], text[SW_MAC_SIZE];
	int rc;

	memcpy(ifr.ifr_hwaddr.sa_data, mac, sizeof(*mac));
	rc = dev_ioctl(name, SIOCSIFHWADDR, &ifr);
	if (!rc)
		return 0;
	snprintf(doing, sizeof(doing), "set the MAC address of interface %s to %s", name,
		sw_format_mac(text, mac));
	return netdev_err(err, -rc, doing);
}

static void add_driver(const char *name, struct sw_port_status *status)
{
	struct ethtool_drvinfo drv = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (void *)&drv };

	if (!status->add || dev_ioctl(name, SIOCETHTOOL, &ifr))
		return;
	status->add(status->arg, "driver_name", drv.driver);
	status->add(status->arg, "driver_version", drv.version);
	status->add(status->arg, "firmware_version", drv.fw_version);
}

void netdev_status(const struct netdev_info *info, struct sw_port_status *status)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	struct ifreq ifr = { .ifr_data = (void *)&cmd };
	uint32_t speed;

	status->admin_up = info->admin_up;
	status->link_up = info->link_up;
	status->link_resets = info->carrier_changes;
	status->ifindex = info->ifindex;
	status->full_duplex = true;
	if (!dev_ioctl(info->name, SIOCETHTOOL, &ifr)) {
		speed = ethtool_cmd_speed(&cmd);
		if (speed != (uint32_t)SPEED_UNKNOWN)
			status->link_speed = (uint64_t)speed * 1000000;
		status->full_duplex = cmd.duplex != DUPLEX_HALF;
	}
	add_driver(info->name, status);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a queue of an interface free for an AF_XDP socket? The kernel gives it back some time after the socket
 * was closed: a work item does it, once the last packet that was sent is freed. Who opens the queue
 * before that is refused, and net_af_xdp loses 2048 packet buffers with each attempt.
 *
 * Asked by binding a socket of our own for zero-copy only: -EBUSY comes first, and an interface that has no
 * zero-copy then refuses without having taken the queue. One that has it takes it, and must be given the
 * time to let go again; so only an interface that had a device of ours before is asked (not tried on such
 * hardware).
 *
 * Job thread.
 */
#include "dpdk.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_devargs.h>

#include <sw/err.h>

#define DRIVER	"net_af_xdp"
#define CHUNK	4096
#define TURN_US 1000
#define WAIT_MS 1000
#define ZC_US	200000

static int set(int fd, int option, const void *value, socklen_t size)
{
	return setsockopt(fd, SOL_XDP, option, value, size);
}

/* The least that the kernel binds: one chunk, and rings for it. */
static int prepare(int fd, void *chunk)
{
	struct xdp_umem_reg reg = { .addr = (uintptr_t)chunk, .len = CHUNK, .chunk_size = CHUNK };
	const int one = 1;

	if (set(fd, XDP_UMEM_REG, &reg, sizeof(reg)) ||
		set(fd, XDP_UMEM_FILL_RING, &one, sizeof(one)) ||
		set(fd, XDP_UMEM_COMPLETION_RING, &one, sizeof(one)))
		return -errno;
	return set(fd, XDP_RX_RING, &one, sizeof(one)) ? -errno : 0;
}

static int try_bind(unsigned ifindex, unsigned queue, void *chunk)
{
	struct sockaddr_xdp addr = { .sxdp_family = AF_XDP,
		.sxdp_flags = XDP_ZEROCOPY,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue };
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : prepare(fd, chunk);

	if (!rc && bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool is_down(const char *ifname)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(ifr.ifr_name, ifname, strnlen(ifname, IFNAMSIZ - 1));
	if (fd < 0)
		return false;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		ifr.ifr_flags = IFF_UP;
	close(fd);
	return !(ifr.ifr_flags & IFF_UP);
}

static int wait_free(unsigned ifindex, unsigned queue)
{
	unsigned ms = WAIT_MS;
	void *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc;

	if (chunk == MAP_FAILED)
		return -errno;
	rc = try_bind(ifindex, queue, chunk);
	for (; rc == -EBUSY && ms; ms--) {
		usleep(TURN_US);
		rc = try_bind(ifindex, queue, chunk);
	}
	if (!rc)
		usleep(ZC_US);
	munmap(chunk, CHUNK);
	return rc;
}

/* A socket that cannot be had costs net_af_xdp 2048 packet buffers at each attempt: ask before. What was
 * just removed is given back within milliseconds. */
int dpdk_xsk_check(const struct rte_eth_dev_info *info, unsigned n_rxq, struct sw_err *err)
{
	const struct rte_devargs *da = rte_dev_devargs(info->device);
	const char *first = da && da->args ? strstr(da->args, "start_queue=") : NULL;
	unsigned from = first ? strtoul(strchr(first, '=') + 1, NULL, 10) : 0;
	char name[IF_NAMESIZE] = "?";
	int rc;

	if (strcmp(info->driver_name, DRIVER) || !if_indextoname(info->if_index, name))
		return 0;
	if (is_down(name)) {
		rc = sw_err_set(err, SW_CODE_DEVICE, "interface %s of %s is down", name,
			rte_dev_name(info->device));
		sw_err_hint(err, "ip link set %s up", name);
		return rc;
	}
	for (unsigned q = from; dpdk_xsk_known(info->if_index) && q < from + n_rxq; q++) {
		if (wait_free(info->if_index, q) == -EBUSY)
			return sw_err_set(err, SW_CODE_DEVICE,
				"queue %u of interface %s is used by another AF_XDP socket", q,
				name);
	}
	return 0;
}

/* Removing a device of net_af_xdp takes the program off its interface, also when another device lives by
 * it: so an interface has one, and a second is refused before it exists. */
int dpdk_xsk_check_args(const char *devargs, struct sw_err *err)
{
	const char *at =
		strncmp(devargs, DRIVER, strlen(DRIVER)) ? NULL : strstr(devargs, ",iface=");
	struct rte_eth_dev_info info;
	char name[IF_NAMESIZE] = "";
	uint16_t id;

	if (!at)
		return 0;
	at += strlen(",iface=");
	memcpy(name, at, RTE_MIN(strcspn(at, ","), sizeof(name) - 1));
	RTE_ETH_FOREACH_DEV (id) {
		if (!rte_eth_dev_info_get(id, &info) && !strcmp(info.driver_name, DRIVER) &&
			info.if_index == if_nametoindex(name))
			return sw_err_set(err, SW_CODE_CONFLICT,
				"interface %s is used by device %s already", name,
				rte_dev_name(info.device));
	}
	return 0;
}

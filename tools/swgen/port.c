/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port: attached by its device string, one queue each way, started.
 */
#include "port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>

#include "bench.h"
#include "layout.h"
#include "options.h"

#define POOL_CACHE   256
#define POOL_SPARE   1024 /* caches and bursts */
#define LINK_POLL_US 1000

uint16_t port_room(const struct options *o)
{
	uint16_t most = o->pcap ? FRAME_MAX : mix_largest(&o->mix);

	/* room for tags a switch puts on, and a multiple of a line of cache */
	return RTE_ALIGN_CEIL(RTE_MAX(most + 64, RTE_MBUF_DEFAULT_DATAROOM), RTE_CACHE_LINE_SIZE);
}

unsigned port_buffers(const struct options *o)
{
	return (1 + o->rx_queues) * o->descriptors + POOL_SPARE;
}

static void zero_buffer(struct rte_mempool *pool, void *arg, void *object, unsigned n)
{
	struct rte_mbuf *m = object;

	memset(m->buf_addr, 0, m->buf_len);
}

struct rte_mempool *port_pool(
	const struct options *o, const char *name, unsigned n, struct sw_err *err)
{
	uint16_t size = port_room(o) + RTE_PKTMBUF_HEADROOM;
	struct rte_mempool *pool;

	pool = rte_pktmbuf_pool_create(name, n, POOL_CACHE, 0, size, SOCKET_ID_ANY);
	if (pool) {
		rte_mempool_obj_iter(pool, zero_buffer, NULL);
		return pool;
	}
	sw_err_set(err, SW_CODE_LIMIT, "no memory for %u buffers of %u bytes: %s", n, size,
		rte_strerror(rte_errno));
	sw_err_hint(err, "give more with --memory, or have fewer --descriptors");
	return NULL;
}

static int failed(const struct port *port, const char *what, int rc, struct sw_err *err)
{
	rc = sw_err_set(err, SW_CODE_DEVICE, "port %s: %s failed%s%s", port->device, what,
		rc == -1 ? "" : ": ", rc == -1 ? "" : rte_strerror(-rc));
	sw_err_hint(err, "--verbose shows the driver's own words");
	return rc;
}

/* Never anything else that has the name. */
static void remove_socket(const char *path)
{
	struct stat st;

	if (!lstat(path, &st) && S_ISSOCK(st.st_mode))
		unlink(path);
}

/* Where a virtio-user server listens; false: the device is none. */
static bool server_path(const char *device, char *path, size_t size)
{
	const char *at = strstr(device, "path=");

	if (!at || !strstr(device, "virtio_user") || !strstr(device, "server=1"))
		return false;
	snprintf(path, size, "%.*s", (int)strcspn(at + 5, ","), at + 5);
	return true;
}

/* A socket that a run before left behind keeps a server from listening; one with a listener is not ours. */
static int clear_socket(const struct port *port, struct sw_err *err)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd, rc = 0;

	if (!server_path(port->device, to.sun_path, sizeof(to.sun_path)))
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		rc = sw_err_set(err, SW_CODE_CONFLICT, "port %s: another program listens on %s",
			port->device, to.sun_path);
		sw_err_hint(err, "choose another path, or end that program");
	} else {
		remove_socket(to.sun_path);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* What ethdev calls the device: PCI addresses with their domain. */
static void device_name(const struct port *port, char *name, size_t size)
{
	int len = strcspn(port->device, ",");
	const char *colon = memchr(port->device, ':', len);
	bool short_pci = colon && !memchr(colon + 1, ':', port->device + len - colon - 1);

	snprintf(name, size, "%s%.*s", short_pci ? "0000:" : "", len, port->device);
}

/* The driver calls it an error when a virtio-user device is given no address. */
static char *devargs_of(const struct port *port, unsigned index)
{
	bool bare = strstr(port->device, "virtio_user") && !strstr(port->device, "mac=");

	return bare ? sw_xasprintf("%s,mac=02:5d:fe:00:00:%02x", port->device, index)
		    : sw_xstrdup(port->device);
}

static int probe(const struct port *port, unsigned index)
{
	char *devargs = devargs_of(port, index);
	int rc = rte_dev_probe(devargs);

	free(devargs);
	return rc;
}

static int attach(struct port *port, unsigned index, struct sw_err *err)
{
	char name[RTE_DEV_NAME_MAX_LEN];
	int rc = clear_socket(port, err);

	if (rc)
		return rc;
	device_name(port, name, sizeof(name));
	if (!rte_eth_dev_get_port_by_name(name, &port->id))
		return 0;
	rc = probe(port, index);
	if (!rc)
		rc = rte_eth_dev_get_port_by_name(name, &port->id);
	if (!rc)
		return 0;
	port_abandon(port->device);
	/* the code is -1 for nearly everything: the driver's words tell more */
	rc = sw_err_set(
		err, SW_CODE_DEVICE, "port %s: no driver takes it, see above", port->device);
	sw_err_hint(err, "is the other side there, and the name right? --verbose shows more");
	sw_err_allowed(
		err, "DRIVERn[,KEY=VALUE...], as net_af_packet0,iface=veth1, or a PCI address");
	return rc;
}

/* The MTU that the longest frames need. */
static int choose_mtu(const struct port *port, const struct options *o,
	const struct rte_eth_dev_info *info, uint32_t *mtu, struct sw_err *err)
{
	uint32_t over = RTE_ETHER_HDR_LEN + FCS_LEN, longest = mix_largest(&o->mix);
	uint32_t most = RTE_MIN(info->max_rx_pktlen, info->max_mtu + over);
	int rc;

	*mtu = RTE_MAX(longest, RTE_ETHER_MTU + over) - over;
	*mtu = RTE_MIN(*mtu, info->max_mtu);
	if (longest <= most)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"--size: frames of %u bytes; port %s takes at most %u", longest, port->device,
		most);
	sw_err_given(err, "%u", longest);
	sw_err_allowed(err, "%d to %u", FRAME_MIN, most);
	return rc;
}

static int check_queues(const struct port *port, const struct options *o,
	const struct rte_eth_dev_info *info, struct sw_err *err)
{
	int rc;

	if (o->rx_queues <= info->max_rx_queues)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "--rx-queues=%u: port %s has at most %u",
		o->rx_queues, port->device, info->max_rx_queues);
	sw_err_given(err, "%u", o->rx_queues);
	sw_err_allowed(err, "1 to %u", info->max_rx_queues);
	sw_err_hint(err, "some drivers are told in the device: virtio_user0,...,queues=%u",
		o->rx_queues);
	return rc;
}

static int set_up_queues(
	struct port *port, const struct options *o, uint16_t rx, uint16_t tx, struct sw_err *err)
{
	int rc;

	for (unsigned i = 0; i < o->rx_queues; i++) {
		rc = rte_eth_rx_queue_setup(port->id, i, rx, SOCKET_ID_ANY, NULL, port->rx_pool);
		if (rc)
			return failed(port, "setting up a receive queue", rc, err);
	}
	rc = rte_eth_tx_queue_setup(port->id, 0, tx, SOCKET_ID_ANY, NULL);
	return rc ? failed(port, "setting up the transmit queue", rc, err) : 0;
}

static int set_up(struct port *port, const struct options *o, struct sw_err *err)
{
	struct rte_eth_conf conf = { 0 };
	uint16_t rx = o->descriptors, tx = o->descriptors;
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(port->id, &info);

	if (rc)
		return failed(port, "asking the device", rc, err);
	rc = check_queues(port, o, &info, err);
	if (!rc)
		rc = choose_mtu(port, o, &info, &conf.rxmode.mtu, err);
	if (rc)
		return rc;
	conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	rc = rte_eth_dev_configure(port->id, o->rx_queues, 1, &conf);
	if (rc)
		return failed(port, "configuring the device", rc, err);
	rc = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &rx, &tx);
	if (rc)
		return failed(port, "setting the number of descriptors", rc, err);
	return set_up_queues(port, o, rx, tx, err);
}

int port_open(struct port *port, unsigned index, const struct options *o, struct sw_err *err)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	int rc;

	port->device = o->ports[index];
	snprintf(name, sizeof(name), "rx%u", index);
	rc = attach(port, index, err);
	if (rc)
		return rc;
	port->rx_pool = port_pool(o, name, port_buffers(o), err);
	if (!port->rx_pool)
		return sw_err_errno(err->code);
	rc = set_up(port, o, err);
	if (rc)
		return rc;
	rc = rte_eth_dev_start(port->id);
	if (rc)
		return failed(port, "starting the device", rc, err);
	rte_eth_promiscuous_enable(port->id); /* virtual devices that know none take everything */
	return 0;
}

static bool link_up(struct port *port)
{
	struct rte_eth_link link = { 0 };

	if (rte_eth_link_get_nowait(port->id, &link) || link.link_status != RTE_ETH_LINK_UP)
		return false;
	port->link_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
	return true;
}

int port_wait_links(struct port *ports, const struct options *o, struct sw_err *err)
{
	uint64_t end = sw_clock_ns() + (uint64_t)(o->wait_s * 1e9);

	for (unsigned i = 0; i < o->n_ports; i++) {
		while (!link_up(&ports[i])) {
			if (sw_clock_ns() >= end || bench_stop) {
				sw_err_set(err, SW_CODE_DEVICE,
					"port %s: the link is not up after %g s", ports[i].device,
					o->wait_s);
				sw_err_hint(
					err, "is the other side there? --wait gives it more time");
				return sw_err_errno(err->code);
			}
			usleep(LINK_POLL_US);
		}
	}
	return 0;
}

void port_close(struct port *port)
{
	rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
}

void port_abandon(const char *device)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

	if (server_path(device, path, sizeof(path)))
		remove_socket(path);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* See vhost_common.h. */
#include "vhost_common.h"

#include <poll.h>
#include <unistd.h>

#include <sw/boot.h>
#include <sw/clock.h>
#include <sw/module.h>
#include <sw/post.h>

SW_USE(module, vhost);

static char dir[64];
static unsigned in_use_before;
struct sw_err vt_err;
struct sw_worker vt_worker;
struct sw_lane vt_lane;

static void see(void *arg, const char *key, const char *value)
{
	struct vt_seen *s = arg;
	struct {
		const char *key;
		char *to;
		size_t size;
	} keys[] = {
		{ "socket", s->socket, sizeof(s->socket) },
		{ "status", s->status, sizeof(s->status) },
		{ "last_fault", s->fault, sizeof(s->fault) },
		{ "vring_0_size", s->vring, sizeof(s->vring) },
		{ "stuck_queues", s->stuck, sizeof(s->stuck) },
		{ "mode", s->mode, sizeof(s->mode) },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!strcmp(key, keys[i].key))
			snprintf(keys[i].to, keys[i].size, "%s", value);
	}
}

struct sw_port_status vt_status_of(struct sw_port *port, struct vt_seen *seen)
{
	struct sw_port_status st = { .add = seen ? see : NULL, .arg = seen };

	if (seen)
		memset(seen, 0, sizeof(*seen));
	port->cls->status(port, &st);
	return st;
}

/* Wait for news of the port until the link is as wanted. */
void vt_wait_link(struct sw_port *port, bool up)
{
	struct pollfd pfd = { .fd = sw_post_fd(), .events = POLLIN };

	while (vt_status_of(port, NULL).link_up != up) {
		assert_int_equal(poll(&pfd, 1, FRONT_LIMIT_MS), 1);
		sw_post_run();
	}
	sw_rcu_poll();
}

void vt_wait_rxq(struct sw_port *port, unsigned n)
{
	struct pollfd pfd = { .fd = sw_post_fd(), .events = POLLIN };

	/* The thread that hears of the guest writes the second a moment after the first, and then tells. */
	while (vt_status_of(port, NULL).n_rxq != n ||
		__atomic_load_n(&port->n_rxq, __ATOMIC_ACQUIRE) != RTE_MAX(n, 1u)) {
		assert_int_equal(poll(&pfd, 1, FRONT_LIMIT_MS), 1);
		sw_post_run();
	}
}

struct sw_port *vt_make(const char *name, const char *path, uint16_t mtu)
{
	const char *options[][2] = { { "vhost-server-path", path } };
	struct sw_port_conf conf = { .name = name,
		.type = path ? "dpdkvhostuserclient" : "dpdkvhostuser",
		.n_options = path ? 1 : 0,
		.options = options,
		.mtu = mtu };
	struct sw_port *port = sw_port_new(&conf, &vt_err);

	assert_non_null(port);
	return port;
}

struct sw_port *vt_open_port(const char *name, const char *path, uint16_t mtu)
{
	struct sw_port *port = vt_make(name, path, mtu);

	if (sw_port_open(port, &vt_err))
		fail_msg("%s", vt_err.text);
	in_use_before = rte_mempool_in_use_count(sw_pool());
	memset(&vt_lane, 0, sizeof(vt_lane));
	vt_lane.port = port;
	vt_worker.lanes[port->index] = &vt_lane;
	vt_worker.tx_lane = &vt_lane;
	return port;
}

void vt_drop_port(struct sw_port *port)
{
	sw_port_close(port);
	sw_port_free(port);
	sw_rcu_poll();
}

const char *vt_in_dir(const char *name)
{
	static char path[2][300];
	static unsigned turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

unsigned vt_rx(struct sw_port *port, unsigned queue, struct rte_mbuf **pkts)
{
	return port->cls->rx(port, queue, &vt_lane, pkts, SW_BURST);
}

unsigned vt_rx_some(struct sw_port *port, unsigned queue, struct rte_mbuf **pkts)
{
	uint64_t limit = sw_clock_ms() + FRONT_LIMIT_MS;
	unsigned n;

	while (!(n = vt_rx(port, queue, pkts)))
		assert_true(sw_clock_ms() < limit);
	return n;
}

/* n packets of len bytes, each of the byte `fill`, to the port's guest. */
unsigned vt_tx(struct sw_port *port, unsigned n, unsigned len, uint8_t fill)
{
	struct rte_mbuf *pkts[SW_BURST];
	unsigned sent;

	for (unsigned i = 0; i < n; i++) {
		pkts[i] = rte_pktmbuf_alloc(sw_pool());
		assert_non_null(pkts[i]);
		memset(rte_pktmbuf_append(pkts[i], len), fill, len);
	}
	sent = port->cls->tx(port, &vt_worker, pkts, n);
	sw_flush(&vt_worker); /* the guest is called */
	if (sent < n)
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	return sent;
}

void vt_no_leak(void)
{
	assert_int_equal(rte_mempool_in_use_count(sw_pool()), in_use_before);
}

/* A port with a front end that is up. */
struct sw_port *vt_up(struct front *f, unsigned n_pairs, uint16_t mtu)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("s"), mtu);

	front_init(f, n_pairs);
	front_listen(f, vt_in_dir("s"));
	front_accept(f);
	front_start(f);
	vt_wait_link(port, true);
	return port;
}

void vt_down(struct sw_port *port, struct front *f)
{
	front_fini(f);
	vt_drop_port(port);
	vt_no_leak();
}

int vt_set_up(void **state)
{
	struct sw_boot boot = { .vhost_dir = dir };

	strcpy(dir, "/tmp/swvhostXXXXXX");
	swtest_eal();
	if (!mkdtemp(dir) || sw_pool_create(1024, &vt_err))
		return -1;
	return sw_module_vhost.init(&boot, &vt_err);
}

int vt_tear_down(void **state)
{
	sw_module_vhost.fini();
	unlink(vt_in_dir("s"));
	unlink(vt_in_dir("s1"));
	return rmdir(dir);
}

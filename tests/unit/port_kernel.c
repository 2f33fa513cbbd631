/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes system, tap and internal on real interfaces, in a network namespace of this process: w0 (the
 * port) and w1 (the wire, a packet socket) are a veth pair. Needs root; without it the test is skipped.
 * Waits are for something that happens, with a limit.
 */
#include "kernel_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/uio.h>

#include <linux/if_tun.h>
#include <net/if.h>

SW_USE(drop, gso_unsupported);
SW_USE(drop, tx_refused);
SW_USE(drop, link_down);

static struct sw_port *veth_port(unsigned mtu)
{
	char command[128];
	struct sw_port *port;

	system("ip link del w0 2>/dev/null");
	snprintf(command, sizeof(command), "ip link add w0 mtu %u type veth peer name w1 mtu %u",
		mtu, mtu);
	sh(command);
	sh("ip link set w1 up");
	port = hand_add("w0", "", NULL, NULL);
	wait_for_wire();
	return port;
}

static void both_ways(struct sw_port *port, unsigned n_tags, unsigned payload_len)
{
	static struct frame f;
	static uint8_t got[FRAME_MAX];
	struct virtio_net_hdr vh;
	struct rte_mbuf *m;

	simple_frame(&f, n_tags, payload_len);
	assert_int_equal(wire_send(NULL, head(&f), length(&f)), 0);
	port_recv(port, &m, 1);
	assert_packet(m, head(&f), length(&f));
	port_send(port, head(&f), length(&f));
	sw_flush(&hand_worker);
	assert_int_equal(wire_recv(&vh, got, sizeof(got)), length(&f));
	assert_memory_equal(got, head(&f), length(&f));
	/* It does not see what it sent. */
	assert_int_equal(port->cls->rx(port, 0, hand_lane(port), &m, 1), 0);
}

static void frames_and_tags(void **state)
{
	struct sw_port *port = veth_port(1500);

	assert_int_equal(port->mtu, 1500);
	for (unsigned tags = 0; tags < 3; tags++)
		both_ways(port, tags, 100);
	both_ways(port, 1, 1400);
	hand_del(port);
}

static void jumbo_frames(void **state)
{
	struct sw_port *port = veth_port(9000);

	assert_int_equal(port->mtu, 9000);
	both_ways(port, 0, 9000 - 48);
	both_ways(port, 1, 9000 - 48);
	hand_del(port);
}

/* What a sender with default offloads puts on a veth, as the frames it stands for; and back. */
static void super_packets(void **state)
{
	static struct frame f;
	static uint8_t got[FRAME_MAX];
	struct sw_port *port = veth_port(1500);

	for (unsigned i = 0; i < 200; i++) {
		struct rte_mbuf *pkts[SW_BURST];
		struct virtio_net_hdr vh, back;
		unsigned n, len;
		struct spec s;
		uint8_t *pkt;

		do
			random_spec(&s, payload_bytes, 30000);
		while (s.tunnel != NO_TUNNEL || s.ip[0].options || s.n_tags == 2);
		s.flags = 0x10;
		s.mss = 1000 + below(400);
		n = (s.payload_len + s.mss - 1) / s.mss;
		pkt = make_super(&s, &f, &vh);
		len = length(&f);
		vh.hdr_len = (uint16_t)(len - s.payload_len);
		if (n == 1)
			vh.gso_type = vh.gso_size = 0;
		assert_int_equal(wire_send(&vh, pkt, len), 0);
		port_recv(port, pkts, n);
		for (unsigned k = 0; k < n; k++) {
			unsigned left = s.payload_len - k * s.mss;

			build(&f, &s, k * s.mss, left < s.mss ? left : s.mss, k);
			rte_mbuf_refcnt_update(pkts[k], 1);
			assert_packet(pkts[k], head(&f), length(&f));
			sw_send(&hand_worker, hand_lane(port), pkts[k]);
		}
		sw_flush(&hand_worker);
		for (unsigned k = 0; s.tcp ? !k : k < n; k++) {
			unsigned size = wire_recv(&back, got, sizeof(got));

			if (s.tcp && n > 1) {
				assert_int_equal(size, len);
				assert_memory_equal(got, pkt, len);
				assert_int_equal(back.gso_size, s.mss);
			}
		}
		free(pkt);
	}
	hand_del(port);
}

/* A tap as QEMU opens it for a guest. */
static int open_guest_tap(unsigned offloads)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR, .ifr_name = "g0" };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	assert_int_equal(ioctl(fd, TUNSETIFF, &ifr), 0);
	assert_int_equal(ioctl(fd, TUNSETOFFLOAD, offloads), 0);
	return fd;
}

static void guest_send(int fd, const struct virtio_net_hdr *vh, const uint8_t *bytes, size_t len)
{
	struct iovec iov[2] = { { (void *)(uintptr_t)vh, sizeof(*vh) },
		{ (void *)(uintptr_t)bytes, len } };

	assert_int_equal(writev(fd, iov, 2), len + sizeof(*vh));
}

/* A kind the kernel cannot describe in the header must cost that packet only. */
static void unknown_super_packet(void **state)
{
	int fd = open_guest_tap(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_UFO);
	struct sw_port *port = hand_add("g0", "", NULL, NULL);
	static struct frame f;
	struct virtio_net_hdr vh;
	struct rte_mbuf *m;
	struct spec s;
	uint8_t *pkt;

	do
		random_spec(&s, payload_bytes, 9000);
	while (s.tcp || s.tunnel != NO_TUNNEL || s.ip[0].options || s.ip[0].v6 || s.n_tags);
	s.mss = 1200;
	s.payload_len = 5000;
	pkt = make_super(&s, &f, &vh);
	vh.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	vh.hdr_len = 42;
	guest_send(fd, &vh, pkt, length(&f));
	free(pkt);
	memset(&vh, 0, sizeof(vh));
	simple_frame(&f, 0, 100);
	guest_send(fd, &vh, head(&f), length(&f));
	port_recv(port, &m, 1);
	assert_packet(m, head(&f), length(&f));
	assert_int_equal(hand_drops(port, SW_ID(drop, gso_unsupported)), 1);
	hand_del(port);
	close(fd);
}

/* Segments that go to the kernel merged reach a guest without offloads as they were. */
static void guest_without_offloads(void **state)
{
	int fd = open_guest_tap(0);
	struct sw_port *port = hand_add("g0", "", NULL, NULL);
	static struct frame f;
	static uint8_t got[FRAME_MAX];
	struct spec s;

	WAIT_FOR(link_is_up(port));
	do
		random_spec(&s, payload_bytes, 9000);
	while (!s.tcp || s.tunnel != NO_TUNNEL || s.ip[0].options || s.n_tags == 2);
	s.flags = 0x10;
	s.mss = 1300;
	s.payload_len = 20 * s.mss;
	for (unsigned i = 0; i < 20; i++) {
		build(&f, &s, i * s.mss, s.mss, i);
		port_send(port, head(&f), length(&f));
	}
	sw_flush(&hand_worker);
	assert_int_equal(hand_lane(port)->stats.tx_packets, 20);
	for (unsigned i = 0; i < 20; i++) {
		ssize_t n;

		WAIT_FOR((n = read(fd, got, sizeof(got))) > 0);
		build(&f, &s, i * s.mss, s.mss, i);
		assert_int_equal(n, length(&f) + sizeof(struct virtio_net_hdr));
		assert_memory_equal(got + sizeof(struct virtio_net_hdr), head(&f), length(&f));
	}
	hand_del(port);
	close(fd);
}

static void refused_packet_blocks_nothing(void **state)
{
	struct sw_port *port = veth_port(1500);
	static struct frame f;
	static uint8_t got[FRAME_MAX];
	struct virtio_net_hdr vh;

	simple_frame(&f, 0, 3000);
	port_send(port, head(&f), length(&f));
	simple_frame(&f, 0, 100);
	port_send(port, head(&f), length(&f));
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(port, SW_ID(drop, tx_refused)), 1);
	assert_int_equal(wire_recv(&vh, got, sizeof(got)), length(&f));
	assert_int_equal(hand_lane(port)->stats.tx_packets, 1);
	hand_del(port);
}

static void down_and_up(void **state)
{
	struct sw_port *port = veth_port(1500);
	static struct frame f;

	assert_true(link_is_up(port));
	sh("ip link set w0 down");
	assert_false(link_is_up(port));
	simple_frame(&f, 0, 100);
	port_send(port, head(&f), length(&f));
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(port, SW_ID(drop, link_down)), 1);
	sh("ip link set w0 up");
	wait_for_wire();
	both_ways(port, 0, 100);
	hand_del(port);
}

static void deleted_and_back(void **state)
{
	struct sw_port *port = veth_port(1500);
	struct sw_port_status st = { 0 };

	sh("ip link del w0");
	WAIT_FOR((port->cls->status(port, &st), st.error[0]));
	assert_non_null(strstr(st.error, "w0"));
	sh("ip link add w0 type veth peer name w1 && ip link set w1 up");
	wait_for_wire();
	both_ways(port, 0, 100);
	hand_del(port);
}

static void mtu_is_followed(void **state)
{
	struct sw_port *port = veth_port(1500);
	struct sw_port_conf conf = { .name = "w0", .type = "system", .mtu = 5000 };

	sh("ip link set w0 mtu 4000");
	WAIT_FOR(port->mtu == 4000);
	assert_int_equal(sw_port_set(port, &conf, &hand_err), 0);
	assert_int_equal(port->mtu, 5000);
	sh("ip link show w0 | grep -q 'mtu 5000'");
	hand_del(port);
}

static void refused_interfaces(void **state)
{
	struct sw_port_conf conf = { .name = "nowhere", .type = "system" };
	struct sw_port *port = sw_port_new(&conf, &hand_err);

	assert_int_equal(sw_port_open(port, &hand_err), -EIO);
	assert_non_null(strstr(hand_err.text, "nowhere"));
	sw_port_free(port);
	conf.name = "lo";
	port = sw_port_new(&conf, &hand_err);
	assert_int_equal(sw_port_open(port, &hand_err), -EIO);
	sw_port_free(port);
	conf.type = "internal";
	port = sw_port_new(&conf, &hand_err);
	assert_int_equal(sw_port_open(port, &hand_err), -EEXIST);
	assert_non_null(strstr(hand_err.hint, "type=system"));
	sw_port_free(port);
}

static void tap_comes_and_goes(void **state)
{
	struct rte_ether_addr mac;
	struct sw_port *port = hand_add("k0", "tap", NULL, NULL);

	assert_true(if_nametoindex("k0"));
	assert_true(link_is_up(port));
	mac = port->mac;
	assert_true(rte_is_local_admin_ether_addr(&mac));
	open_wire("k0");
	for (unsigned tags = 0; tags < 3; tags++)
		both_ways(port, tags, 100);
	hand_del(port);
	assert_false(if_nametoindex("k0"));
	port = hand_add("k0", "internal", NULL, NULL);
	assert_true(rte_is_same_ether_addr(&port->mac, &mac));
	sh("ip link del k0");
	WAIT_FOR(if_nametoindex("k0") && link_is_up(port));
	open_wire("k0");
	both_ways(port, 0, 1400);
	hand_del(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HAND_TEST(frames_and_tags),
		HAND_TEST(jumbo_frames),
		HAND_TEST(super_packets),
		HAND_TEST(unknown_super_packet),
		HAND_TEST(guest_without_offloads),
		HAND_TEST(refused_packet_blocks_nothing),
		HAND_TEST(down_and_up),
		HAND_TEST(deleted_and_back),
		HAND_TEST(mtu_is_followed),
		HAND_TEST(refused_interfaces),
		HAND_TEST(tap_comes_and_goes),
	};

	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr, "skipped: needs root for a network namespace of its own\n");
		return 77;
	}
	/* No neighbour discovery among our frames. */
	sh("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip link set lo up");
	gso_rnd = swtest_seed(0x6b65726e);
	random_bytes(payload_bytes, sizeof(payload_bytes));
	return cmocka_run_group_tests(tests, hand_setup, NULL);
}

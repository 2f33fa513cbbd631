/* SPDX-License-Identifier: BSD-3-Clause */
/* See kernel_wire.h. */
#include "kernel_wire.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

uint8_t payload_bytes[65536];
static int wire_fd = -1;

void sh(const char *command)
{
	if (system(command))
		fail_msg("failed: %s", command);
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void open_wire(const char *name)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
		.sll_protocol = rte_cpu_to_be_16(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name) };
	int one = 1, bytes = 1 << 20;

	if (wire_fd >= 0)
		close(wire_fd);
	wire_fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	setsockopt(wire_fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one));
	setsockopt(wire_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(wire_fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one));
	setsockopt(wire_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	assert_int_equal(bind(wire_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

int wire_send(const struct virtio_net_hdr *vh, const uint8_t *bytes, size_t len)
{
	static const struct virtio_net_hdr none;
	struct iovec iov[2] = { { (void *)(uintptr_t)(vh ? vh : &none), sizeof(none) },
		{ (void *)(uintptr_t)bytes, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	return sendmsg(wire_fd, &msg, 0) < 0 ? -errno : 0;
}

unsigned wire_recv(struct virtio_net_hdr *vh, uint8_t *bytes, unsigned size)
{
	uint8_t control[128];
	struct iovec iov[2] = { { vh, sizeof(*vh) }, { bytes, size - 4 } };
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	const struct tpacket_auxdata *aux;
	ssize_t n;

	WAIT_FOR((n = recvmsg(wire_fd, &msg, 0)) > 0);
	n -= (ssize_t)sizeof(*vh);
	aux = (const void *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	if (aux->tp_status & TP_STATUS_VLAN_VALID) {
		memmove(bytes + 16, bytes + 12, (size_t)n - 12);
		be16(bytes + 12, aux->tp_vlan_tpid);
		be16(bytes + 14, aux->tp_vlan_tci);
		n += 4;
	}
	return (unsigned)n;
}

unsigned port_recv(struct sw_port *port, struct rte_mbuf **pkts, unsigned want)
{
	unsigned n = 0;

	WAIT_FOR((n += port->cls->rx(port, 0, hand_lane(port), pkts + n,
			  RTE_MIN(want - n, (unsigned)SW_BURST))) >= want);
	return n;
}

void assert_packet(struct rte_mbuf *m, const uint8_t *bytes, unsigned len)
{
	static uint8_t copy[FRAME_MAX];

	assert_int_equal(m->pkt_len, len);
	assert_memory_equal(rte_pktmbuf_read(m, 0, len, copy), bytes, len);
	rte_pktmbuf_free(m);
}

/* A packet of ours, over as many buffers as it takes. */
static struct rte_mbuf *to_packet(const uint8_t *bytes, unsigned len)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(sw_pool()), *m = head;

	for (unsigned at = 0; at < len;) {
		unsigned n = RTE_MIN(len - at, 2000u);

		if (at) {
			m->next = rte_pktmbuf_alloc(sw_pool());
			m = m->next;
			head->nb_segs++;
		}
		memcpy(rte_pktmbuf_mtod(m, void *), bytes + at, n);
		m->data_len = (uint16_t)n;
		at += n;
	}
	head->pkt_len = len;
	return head;
}

void port_send(struct sw_port *port, const uint8_t *bytes, unsigned len)
{
	hand_lane(port)->max_len = 70000; /* the kernel's limit is meant to be met */
	sw_send(&hand_worker, hand_lane(port), to_packet(bytes, len));
}

void simple_frame(struct frame *f, unsigned n_tags, unsigned len)
{
	struct spec s;

	do
		random_spec(&s, payload_bytes, 1);
	while (s.tcp || s.tunnel != NO_TUNNEL || s.ip[0].options);
	s.n_tags = n_tags;
	s.payload_len = len;
	build(f, &s, 0, len, 0);
}

void wait_for_wire(void)
{
	WAIT_FOR(!system("ip link show w1 | grep -q 'state UP'"));
	open_wire("w1");
}

bool link_is_up(struct sw_port *port)
{
	struct sw_port_status st = { 0 };

	port->cls->status(port, &st);
	return st.link_up;
}

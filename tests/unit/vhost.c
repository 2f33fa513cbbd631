/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost-user ports with honest front ends: paths, connecting and connecting again in both socket modes, what
 * is negotiated, queues, packets both ways.
 */
#include "vhost_common.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

SW_USE(drop, vhost_bad_desc);
SW_USE(drop, vhost_down);

/* ---- paths ---- */

static void refused(struct sw_port *port, enum sw_code code, const char *text)
{
	assert_int_not_equal(sw_port_open(port, &vt_err), 0);
	assert_int_equal(vt_err.code, code);
	if (!strstr(vt_err.text, text))
		fail_msg("\"%s\" has no \"%s\"", vt_err.text, text);
	sw_port_free(port);
}

static void bad_paths(void **state)
{
	char name[200];

	refused(vt_make("c0", vt_in_dir("none/s"), 0), SW_CODE_DEVICE, "/none: No such file");
	refused(vt_make("c0", "relative/s", 0), SW_CODE_INVALID,
		"relative/s\" is not the absolute");
	refused(vt_make("c0", vt_in_dir(""), 0), SW_CODE_INVALID,
		"is not the absolute path of a socket");
	snprintf(name, sizeof(name), "%0150d", 0);
	refused(vt_make("c0", vt_in_dir(name), 0), SW_CODE_INVALID, "has at most 107");
	assert_int_equal(mkdir(vt_in_dir("d"), 0700), 0);
	refused(vt_make("c0", vt_in_dir("d"), 0), SW_CODE_DEVICE, "is not a socket");
	rmdir(vt_in_dir("d"));
	fclose(fopen(vt_in_dir("s0"), "w"));
	refused(vt_make("s0", NULL, 0), SW_CODE_DEVICE, "s0 exists and is not a socket");
	unlink(vt_in_dir("s0"));
}

static void one_port_a_socket(void **state)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("s"), 0);
	char other[300];

	snprintf(other, sizeof(other), "%s/s", vt_in_dir("."));
	refused(vt_make("c1", vt_in_dir("s"), 0), SW_CODE_CONFLICT,
		"is the one of port c0 already");
	refused(vt_make("c1", other, 0), SW_CODE_CONFLICT, "is the one of port c0 already");
	vt_drop_port(port);
	port = vt_open_port("c1", vt_in_dir("s"), 0);
	vt_drop_port(port);
}

static void server_socket(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct sw_port *port;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, vt_in_dir("s0"));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	listen(fd, 1);
	refused(vt_make("s0", NULL, 0), SW_CODE_CONFLICT, "another program listens on it");
	close(fd); /* as after a kill: the file is there, nobody listens */
	port = vt_open_port("s0", NULL, 0);
	assert_int_equal(stat(vt_in_dir("s0"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	vt_drop_port(port);
	assert_int_not_equal(stat(vt_in_dir("s0"), &st), 0);
}

/* ---- connections ---- */

static void client_connects_again(void **state)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("s"), 0);
	struct rte_ether_addr mac = port->mac;
	struct front f;

	assert_false(vt_status_of(port, NULL).link_up);
	assert_int_equal(mac.addr_bytes[0], 2);
	for (unsigned i = 0; i < 3; i++) {
		front_init(&f, 1);
		front_listen(&f, vt_in_dir("s")); /* a new socket each time, as a new QEMU makes */
		front_accept(&f);
		front_start(&f);
		vt_wait_link(port, true);
		front_fini(&f);
		vt_wait_link(port, false);
	}
	assert_int_equal(vt_status_of(port, NULL).link_resets, 3);
	vt_drop_port(port);
	port = vt_open_port("c0", vt_in_dir("s"), 0);
	assert_memory_equal(&mac, &port->mac, sizeof(mac));
	vt_drop_port(port);
}

static void same_listener_again(void **state)
{
	struct sw_port *port;
	struct front f;

	front_init(&f, 1);
	front_listen(&f, vt_in_dir("s"));
	for (unsigned i = 0; i < 2; i++) { /* the switch restarts, QEMU stays */
		port = vt_open_port("c0", vt_in_dir("s"), 0);
		front_accept(&f);
		front_start(&f);
		vt_wait_link(port, true);
		vt_drop_port(port);
		front_wait_closed(&f);
		front_hang_up(&f);
	}
	front_fini(&f);
}

static void server_accepts_again(void **state)
{
	struct sw_port *port = vt_open_port("s0", NULL, 0);
	struct front f, second;
	struct vt_seen seen;

	for (unsigned i = 0; i < 2; i++) {
		front_init(&f, 1);
		front_connect(&f, vt_in_dir("s0"));
		front_start(&f);
		vt_wait_link(port, true);
		front_fini(&f);
		vt_wait_link(port, false);
	}
	front_init(&f, 1);
	front_connect(&f, vt_in_dir("s0"));
	front_start(&f);
	vt_wait_link(port, true);
	front_init(&second, 1);
	front_connect(&second, vt_in_dir("s0"));
	front_wait_closed(&second); /* one guest a port */
	front_fini(&second);
	vt_status_of(port, &seen);
	assert_string_equal(seen.status, "connected");
	assert_string_equal(seen.mode, "server");
	assert_string_equal(seen.socket, vt_in_dir("s0"));
	assert_string_equal(seen.vring, "256");
	front_fini(&f);
	vt_drop_port(port);
}

static void negotiated(void **state)
{
	const unsigned never[] = { 0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 33, 34 };
	const unsigned always[] = { 15, 22, 26, 28, 29, 30, 32 };
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 0);
	for (unsigned i = 0; i < sizeof(never) / sizeof(*never); i++)
		assert_false(f.offered >> never[i] & 1);
	for (unsigned i = 0; i < sizeof(always) / sizeof(*always); i++)
		assert_true(f.offered >> always[i] & 1);
	assert_false(f.offered >> 3 & 1); /* MTU */
	vt_down(port, &f);
	port = vt_up(&f, 1, 9000);
	assert_true(f.offered >> 3 & 1);
	vt_down(port, &f);
}

/* ---- packets ---- */

static void packets_from_guest(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_port *port;
	uint8_t frame[1514];
	struct front f;

	port = vt_up(&f, 1, 0);
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	for (unsigned i = 0; i < 40; i++) {
		memset(frame, i, sizeof(frame));
		front_send(&f, 0, frame, i == 39 ? 1514 : 60);
	}
	assert_int_equal(vt_rx_some(port, 0, pkts), 32);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(pkts[i]->pkt_len, 60);
		assert_int_equal(rte_pktmbuf_mtod(pkts[i], uint8_t *)[59], i);
	}
	rte_pktmbuf_free_bulk(pkts, 32);
	assert_int_equal(vt_rx_some(port, 0, pkts), 8);
	assert_int_equal(pkts[7]->pkt_len, 1514);
	assert_int_equal(pkts[7]->ol_flags, 0);
	rte_pktmbuf_free_bulk(pkts, 8);
	assert_int_equal(front_used(&f, 1), 40);
	assert_true(f.rings[1].used->flags & VRING_USED_F_NO_NOTIFY ||
		    f.features & (1ull << 29)); /* the guest need not kick us */
	vt_down(port, &f);
}

static void packets_to_guest(void **state)
{
	struct sw_port *port;
	uint8_t frame[4096];
	struct front f;

	port = vt_up(&f, 1, 0);
	assert_int_equal(vt_tx(port, 4, 60, 1), 0); /* no buffers posted */
	front_post(&f, 0, 20, 2048);
	assert_int_equal(vt_tx(port, 32, 60, 7), 20);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(front_receive(&f, 0, frame, sizeof(frame)), 60);
		assert_int_equal(frame[59], 7);
	}
	assert_int_equal(front_receive(&f, 0, frame, sizeof(frame)), 0);
	front_post(&f, 0, 4, 512); /* smaller than the frame: merged buffers */
	assert_int_equal(vt_tx(port, 1, 1500, 9), 1);
	assert_int_equal(front_receive(&f, 0, frame, sizeof(frame)), 1500);
	assert_int_equal(frame[1499], 9);
	vt_down(port, &f);
}

static void shared_packet_to_guest(void **state)
{
	struct rte_mbuf *m;
	struct sw_port *port;
	uint8_t frame[2048];
	struct front f;

	port = vt_up(&f, 1, 0);
	front_post(&f, 0, 2, 2048);
	m = rte_pktmbuf_alloc(sw_pool());
	memset(rte_pktmbuf_append(m, 64), 5, 64);
	rte_mbuf_refcnt_update(m, 1); /* another vt_lane waits to send it too */
	assert_int_equal(port->cls->tx(port, &vt_worker, &m, 1), 1);
	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	assert_int_equal(m->pkt_len, 64);
	assert_int_equal(front_receive(&f, 0, frame, sizeof(frame)), 64);
	rte_pktmbuf_free(m);
	vt_down(port, &f);
}

static void down_is_counted(void **state)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("none"), 0);
	struct rte_mbuf *pkts[SW_BURST];

	assert_int_equal(vt_tx(port, 5, 60, 0), 5);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_down)], 5);
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	vt_no_leak();
	vt_drop_port(port);
}

static void queues_follow_guest(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	uint8_t frame[64] = { 0 }, got[2048];
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 3, 0);
	assert_int_equal(vt_status_of(port, NULL).n_rxq, 1);
	front_enable(&f, 1, true);
	front_enable(&f, 2, true);
	vt_wait_rxq(port, 3);
	assert_int_equal(__atomic_load_n(&port->n_rxq, __ATOMIC_ACQUIRE), 3);
	front_send(&f, 2, frame, sizeof(frame));
	assert_int_equal(vt_rx(port, 0, pkts) + vt_rx(port, 1, pkts), 0);
	assert_int_equal(vt_rx_some(port, 2, pkts), 1);
	rte_pktmbuf_free(pkts[0]);
	for (unsigned i = 0; i < 3; i++) { /* a worker each */
		front_post(&f, i, 1, 2048);
		vt_worker.id = i + 3;
		assert_int_equal(vt_tx(port, 1, 60, i), 1);
		assert_int_equal(front_receive(&f, i, got, sizeof(got)), 60);
	}
	front_enable(&f, 0, false);
	front_enable(&f, 1, false);
	vt_wait_rxq(port, 1);
	front_send(&f, 2, frame, sizeof(frame));
	assert_int_equal(vt_rx_some(port, 0, pkts), 1); /* the one that is left is queue 0 now */
	rte_pktmbuf_free(pkts[0]);
	vt_worker.id = 0;
	front_post(&f, 2, 1, 2048);
	assert_int_equal(vt_tx(port, 1, 60, 1), 1);
	vt_down(port, &f);
}

static void jumbo(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct vring_desc desc = { FRONT_BASE + 0x500000, 9014 + FRONT_HDR, 0, 0 };
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 9000);
	memset(f.mem + 0x500000, 0, FRONT_HDR);
	memset(f.mem + 0x500000 + FRONT_HDR, 3, 9014);
	front_offer(&f, 1, desc, 0);
	assert_int_equal(vt_rx_some(port, 0, pkts), 1);
	assert_int_equal(pkts[0]->pkt_len, 9014);
	assert_int_equal(pkts[0]->nb_segs, 1);
	rte_pktmbuf_free(pkts[0]);
	vt_down(port, &f);
	port = vt_up(&f, 1, 0);
	front_offer(&f, 1, desc, 0); /* beyond what a port of 1500 takes */
	for (unsigned i = 0; i < 1024; i++)
		assert_int_equal(vt_rx(port, 0, pkts), 0);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_bad_desc)], 1);
	assert_int_equal(front_used(&f, 1), 1);
	vt_down(port, &f);
}

/* The guest's index that the library answers when a ring is stopped. */
static uint32_t stop_ring(struct front *f, unsigned i)
{
	struct {
		uint32_t request, flags, size, index, num;
	} reply;

	front_send_ring(f, FRONT_GET_VRING_BASE, i, 0);
	assert_int_equal(recv(f->fd, &reply, sizeof(reply), MSG_WAITALL), sizeof(reply));
	assert_int_equal(reply.index, i);
	return reply.num;
}

/* Wait until the library's thread has handled all that was sent. */
static void settle(struct front *f)
{
	front_ask_u64(f, FRONT_GET_FEATURES);
}

static void one_each_way(struct sw_port *port, struct front *f, uint8_t fill)
{
	struct rte_mbuf *m;
	uint8_t frame[60], got[2048];

	memset(frame, fill, sizeof(frame));
	front_send(f, 0, frame, sizeof(frame));
	assert_int_equal(vt_rx_some(port, 0, &m), 1);
	assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[59], fill);
	rte_pktmbuf_free(m);
	front_post(f, 0, 1, 2048);
	assert_int_equal(vt_tx(port, 1, 60, fill), 1);
	front_wait_used(f, 0);
	assert_int_equal(front_receive(f, 0, got, sizeof(got)), 60);
	assert_int_equal(got[59], fill);
}

/* Indices are ours while we serve a ring; the front end hears the right ones when it stops. */
static void index_when_stopped(void **state)
{
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 0);
	for (unsigned i = 0; i < 300; i++) /* round the ring of 256 */
		one_each_way(port, &f, i);
	assert_int_equal(stop_ring(&f, 0), 300);
	assert_int_equal(stop_ring(&f, 1), 300);
	vt_down(port, &f);
}

/* Memory is plugged in, calls go elsewhere, rings are kicked again: packets go on where they were. */
static void changes_under_way(void **state)
{
	struct sw_port *port;
	uint64_t index = 0;
	struct front f;

	port = vt_up(&f, 1, 0);
	for (unsigned i = 0; i < 5; i++) {
		one_each_way(port, &f, i);
		front_memory(&f);
		settle(&f);
		one_each_way(port, &f, i);
		front_send_msg(&f, FRONT_SET_VRING_KICK, 0, &index, 8, f.rings[0].kick_fd);
		settle(&f);
		one_each_way(port, &f, i);
		front_send_msg(&f, FRONT_SET_VRING_CALL, 0, &index, 8, f.rings[0].call_fd);
		settle(&f);
		one_each_way(port, &f, i);
		front_send_u64(&f, FRONT_SET_FEATURES, f.features);
		settle(&f);
		one_each_way(port, &f, i);
	}
	assert_int_equal(stop_ring(&f, 1), 25);
	vt_down(port, &f);
}

/* The guest came from another host and cannot announce itself. */
static void announced(void **state)
{
	const uint8_t mac[8] = { 2, 1, 2, 3, 4, 5 };
	struct rte_mbuf *m;
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 0);
	front_send_msg(&f, FRONT_SEND_RARP, 0, mac, sizeof(mac), -1);
	assert_int_equal(vt_rx_some(port, 0, &m), 1);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, void *, 6), mac, 6);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, void *, 12), "\x80\x35", 2);
	rte_pktmbuf_free(m);
	assert_int_equal(vt_rx(port, 0, &m), 0); /* once */
	one_each_way(port, &f, 1);
	vt_down(port, &f);
}

/* A guest that is about to move: what is written to its memory is logged from then on. */
static void migration(void **state)
{
	uint64_t log[2] = { 256 << 10, 0 }, page;
	uint32_t answer[3]; /* a head without payload */
	struct sw_port *port;
	uint8_t *map;
	struct front f;
	int fd = memfd_create("log", 0);

	assert_int_equal(ftruncate(fd, log[0]), 0);
	map = mmap(NULL, log[0], PROT_READ, MAP_SHARED, fd, 0);
	port = vt_up(&f, 1, 0);
	one_each_way(port, &f, 1);
	front_send_msg(&f, FRONT_SET_LOG_BASE, 0, log, sizeof(log), fd);
	assert_int_equal(recv(f.fd, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
	front_send_u64(&f, FRONT_SET_FEATURES, f.features | 1ull << 26); /* VHOST_F_LOG_ALL */
	settle(&f);
	one_each_way(port, &f, 2);
	page = (FRONT_BASE + (front_buffer(&f, 0, 1) - f.mem)) / 4096;
	assert_true(map[page / 8] >> page % 8 & 1);
	front_send_u64(&f, FRONT_SET_FEATURES, f.features); /* it stays after all */
	settle(&f);
	one_each_way(port, &f, 3);
	assert_int_equal(stop_ring(&f, 1), 3);
	vt_down(port, &f);
	munmap(map, log[0]);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_paths),
		cmocka_unit_test(one_port_a_socket),
		cmocka_unit_test(server_socket),
		cmocka_unit_test(client_connects_again),
		cmocka_unit_test(same_listener_again),
		cmocka_unit_test(server_accepts_again),
		cmocka_unit_test(negotiated),
		cmocka_unit_test(packets_from_guest),
		cmocka_unit_test(packets_to_guest),
		cmocka_unit_test(shared_packet_to_guest),
		cmocka_unit_test(down_is_counted),
		cmocka_unit_test(queues_follow_guest),
		cmocka_unit_test(jumbo),
		cmocka_unit_test(index_when_stopped),
		cmocka_unit_test(changes_under_way),
		cmocka_unit_test(announced),
		cmocka_unit_test(migration),
	};

	return cmocka_run_group_tests(tests, vt_set_up, vt_tear_down);
}

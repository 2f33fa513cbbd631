/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost-user ports and those who harm them: guests that lie in their rings, front ends that send what none
 * should, memory that goes away. Each harms its own port only, and the port says what happened.
 */
#include "vhost_common.h"

#include <sys/socket.h>
#include <unistd.h>

SW_USE(drop, vhost_bad_desc);
SW_USE(drop, vhost_down);
SW_USE(drop, vhost_fault);

static void poll_many(struct sw_port *port)
{
	struct rte_mbuf *pkts[SW_BURST];

	for (unsigned i = 0; i < 2048; i++)
		assert_int_equal(vt_rx(port, 0, pkts), 0);
}

static void bad_descriptors(void **state)
{
	static const struct vring_desc lies[] = {
		{ FRONT_BASE + FRONT_MEMORY - 8, 100, 0, 0 }, /* over the end */
		{ 0, 100, 0, 0 },
		{ UINT64_MAX - 50, 100, 0, 0 },
		{ FRONT_BASE, 100, VRING_DESC_F_NEXT, 0 }, /* a loop */
		{ FRONT_BASE, 100, VRING_DESC_F_NEXT, 40000 },
		{ FRONT_BASE, UINT32_MAX, VRING_DESC_F_INDIRECT, 0 },
		{ FRONT_BASE + 8, 64, VRING_DESC_F_INDIRECT, 0 },
	};
	struct sw_port *port;
	struct vt_seen seen;
	struct front f;

	for (unsigned i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		port = vt_up(&f, 1, 0);
		f.rings[1].desc[0] = lies[i];
		front_offer(&f, 1, lies[i], 0);
		poll_many(port);
		vt_status_of(port, &seen); /* passed and counted, or the ring stands still */
		assert_int_equal(
			vt_lane.stats.drops[SW_ID(drop, vhost_bad_desc)] + !strcmp(seen.stuck, "1"),
			1);
		assert_int_equal(vt_tx(port, 1, 60, 0), 0);
		f.rings[0].desc[0] = lies[i];
		front_offer(&f, 0, lies[i], 0);
		assert_int_equal(vt_tx(port, 3, 60, 0), 0);
		vt_down(port, &f);
	}
}

static void short_and_wild(void **state)
{
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 0);
	for (unsigned len = 0; len <= FRONT_HDR; len++) /* no room for a frame */
		front_offer(&f, 1, (struct vring_desc){ FRONT_BASE + 0x500000, len, 0, 0 }, len);
	poll_many(port);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_bad_desc)], FRONT_HDR + 1);
	f.rings[1].avail->ring[f.rings[1].avail->idx % FRONT_RING] = 50000; /* no such chain */
	f.rings[1].avail->idx += 1;
	poll_many(port);
	f.rings[1].avail->idx += 30000;
	f.rings[0].avail->idx += 30000;
	poll_many(port);
	vt_tx(port, 32, 60, 0);
	vt_down(port, &f);
}

static void memory_gone(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_port *port;
	uint8_t frame[60] = { 0 };
	struct vt_seen seen;
	struct front f;

	port = vt_up(&f, 1, 0);
	front_send(&f, 0, frame, sizeof(frame));
	assert_int_equal(ftruncate(f.mem_fd, 0x100000), 0); /* rings stay, buffers go */
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_fault)], 1);
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	assert_int_equal(vt_tx(port, 2, 60, 0), 2);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_down)], 2);
	front_wait_closed(&f);
	vt_wait_link(port, false);
	vt_status_of(port, &seen);
	assert_non_null(strstr(seen.fault, "memory is gone at 0x"));
	assert_string_equal(vt_status_of(port, NULL).error, seen.fault);
	vt_down(port, &f);

	port = vt_up(&f, 1, 0); /* all of it, the rings too, while sending to the guest */
	front_post(&f, 0, 8, 2048);
	assert_int_equal(ftruncate(f.mem_fd, 0), 0);
	vt_tx(port, 8, 60, 0);
	assert_int_equal(vt_tx(port, 2, 60, 0), 2);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_down)], 2);
	front_wait_closed(&f);
	vt_down(port, &f);
}

/* A mapping of huge pages is cut at their size only. */
static void huge_memory_gone(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_port *port;
	struct front f;

	if (!front_init_huge(&f, 1))
		skip();
	port = vt_open_port("c0", vt_in_dir("s"), 0);
	front_listen(&f, vt_in_dir("s"));
	front_accept(&f);
	front_start(&f);
	vt_wait_link(port, true);
	assert_int_equal(ftruncate(f.mem_fd, 2u << 20), 0);
	front_offer(&f, 1, (struct vring_desc){ FRONT_BASE + 0x500000, 100, 0, 0 }, 0);
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	assert_int_equal(vt_lane.stats.drops[SW_ID(drop, vhost_fault)], 1);
	front_wait_closed(&f);
	vt_down(port, &f);
}

/* Memory that is gone when the library itself maps the rings. */
static void memory_never_there(void **state)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("s"), 0);
	struct front f;

	front_init(&f, 1);
	front_listen(&f, vt_in_dir("s"));
	front_accept(&f);
	front_negotiate(&f, 0);
	front_memory(&f);
	assert_int_equal(ftruncate(f.mem_fd, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct {
			uint32_t index, flags;
			uint64_t desc, used, avail, log;
		} addr = { i, 0, FRONT_BASE + 0x4000 * i, FRONT_BASE + 0x4000 * i + 0x2000,
			FRONT_BASE + 0x4000 * i + 0x1000, 0 };
		uint64_t index = i;

		front_send_ring(&f, FRONT_SET_VRING_NUM, i, FRONT_RING);
		front_send_ring(&f, FRONT_SET_VRING_BASE, i, 0);
		front_send_msg(&f, FRONT_SET_VRING_ADDR, 0, &addr, sizeof(addr), -1);
		front_send_msg(&f, FRONT_SET_VRING_KICK, 0, &index, 8, f.rings[i].kick_fd);
	}
	front_wait_closed(&f);
	vt_down(port, &f);
}

/* The front end sends one message more and is hung up on; the port says why. */
static void rejected(void (*lie)(struct front *f), const char *why)
{
	struct sw_port *port;
	struct vt_seen seen;
	struct front f;

	port = vt_up(&f, 1, 0);
	lie(&f);
	front_wait_closed(&f);
	vt_wait_link(port, false);
	vt_status_of(port, &seen);
	if (!strstr(seen.fault, why))
		fail_msg("\"%s\" has no \"%s\"", seen.fault, why);
	poll_many(port);
	vt_down(port, &f);
}

static void lie_resize(struct front *f)
{
	front_send_ring(f, FRONT_SET_VRING_NUM, 1, 1024);
}

static void lie_zero_ring(struct front *f)
{
	front_send_ring(f, FRONT_SET_VRING_NUM, 3, 0);
}

static void lie_huge_ring(struct front *f)
{
	front_send_ring(f, FRONT_SET_VRING_NUM, 3, 32768);
}

static void lie_short(struct front *f)
{
	front_send_msg(f, FRONT_SET_VRING_NUM, 0, "", 1, -1);
}

static void lie_unknown(struct front *f)
{
	front_send_u64(f, 22, 0); /* IOTLB_MSG */
}

static void lie_far_unknown(struct front *f)
{
	front_send_u64(f, 77777, 0);
}

static void lie_memory_table(struct front *f)
{
	uint64_t table[5] = { 1, FRONT_BASE, 0, FRONT_BASE, 0 };

	front_send_msg(f, FRONT_SET_MEM_TABLE, FRONT_REPLY_ACK, table, sizeof(table), f->mem_fd);
}

static void lie_pipe(struct front *f)
{
	uint64_t index = 1;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	front_send_msg(f, FRONT_SET_VRING_CALL, 0, &index, sizeof(index), fds[1]);
	close(fds[0]);
	close(fds[1]);
}

static void lie_log_offset(struct front *f)
{
	uint64_t log[2] = { 4096, 4096 };

	front_send_msg(f, FRONT_SET_LOG_BASE, FRONT_REPLY_ACK, log, sizeof(log), f->mem_fd);
}

static void lie_event_idx(struct front *f)
{
	front_send_ring(f, FRONT_GET_VRING_BASE, 0, 0); /* the device stops, ring 1 stays mapped */
	front_send_u64(f, FRONT_SET_FEATURES, f->features & ~(1ull << 29));
}

static void lying_front_ends(void **state)
{
	rejected(lie_resize, "resizes a ring that is in use");
	rejected(lie_zero_ring, "not a power of two");
	rejected(lie_huge_ring, "not a power of two from 1 to 4096");
	rejected(lie_short, "too short");
	rejected(lie_unknown, "not offered");
	rejected(lie_far_unknown, "not offered");
	rejected(lie_memory_table, "empty or wraps");
	rejected(lie_log_offset, "has an offset");
	rejected(lie_pipe, "not an eventfd");
	rejected(lie_event_idx, "changes features");
}

/* Half a message must not stop the thread that serves all front ends. */
static void half_message(void **state)
{
	struct sw_port *port, *other;
	struct front f, g;

	port = vt_up(&f, 1, 0);
	assert_int_equal(send(f.fd, "\x08\0\0\0\x01\0\0\0\x08\0\0\0", 12, 0), 12);
	front_wait_closed(&f);
	other = vt_open_port("c1", vt_in_dir("s1"), 0);
	front_init(&g, 1);
	front_listen(&g, vt_in_dir("s1"));
	front_accept(&g);
	front_start(&g);
	vt_wait_link(other, true);
	front_fini(&g);
	vt_drop_port(other);
	vt_down(port, &f);
}

/* A memory table that cannot be mapped, with the answer asked for, so that the library goes on. */
static void memory_refused(void **state)
{
	uint64_t table[5] = { 1, FRONT_BASE, FRONT_MEMORY, FRONT_BASE + 4096, 0 };
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_port *port;
	int fds[2];
	struct front f;

	port = vt_up(&f, 1, 0);
	assert_int_equal(pipe(fds), 0);
	front_send_msg(&f, FRONT_SET_MEM_TABLE, FRONT_REPLY_ACK, table, sizeof(table), fds[0]);
	front_send_u64(&f, FRONT_SET_OWNER, 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(vt_rx(port, 0, pkts), 0);
	front_wait_closed(&f);
	close(fds[0]);
	close(fds[1]);
	vt_down(port, &f);
}

/* Stopped and started again without hanging up, as a guest's driver does when it is loaded again. */
static void stop_and_start(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	uint8_t frame[60] = { 0 };
	struct sw_port *port;
	struct front f;

	port = vt_up(&f, 1, 0);
	for (unsigned i = 0; i < 3; i++) {
		front_send(&f, 0, frame, sizeof(frame));
		assert_int_equal(vt_rx_some(port, 0, pkts), 1);
		rte_pktmbuf_free(pkts[0]);
		front_send_msg(&f, FRONT_RESET_OWNER, 0, NULL, 0, -1);
		for (unsigned ring = 0; ring < 2; ring++)
			front_send_ring(&f, FRONT_GET_VRING_BASE, ring, 0);
		vt_wait_link(port, false);
		assert_int_equal(vt_rx(port, 0, pkts), 0);
		front_ring_up(&f, 0);
		front_ring_up(&f, 1);
		front_enable(&f, 0, true);
		vt_wait_link(port, true);
	}
	vt_down(port, &f);
}

/* Rings started again without their size: the library has freed what it would write to. */
static void unsized_ring(void **state)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct {
		uint32_t index, flags;
		uint64_t desc, used, avail, log;
	} addr = { 1, 0, FRONT_BASE + 0x4000, FRONT_BASE + 0x6000, FRONT_BASE + 0x5000, 0 };
	uint64_t index = 1;
	struct sw_port *port;
	uint8_t frame[60] = { 0 };
	struct front f;

	port = vt_up(&f, 1, 0);
	front_send_ring(&f, FRONT_GET_VRING_BASE, 1, 0);
	vt_wait_link(port, false);
	front_send(&f, 0, frame, sizeof(frame));
	front_send_msg(&f, FRONT_SET_VRING_ADDR, 0, &addr, sizeof(addr), -1);
	front_send_msg(&f, FRONT_SET_VRING_CALL, 0, &index, 8, f.rings[1].call_fd);
	front_send_msg(&f, FRONT_SET_VRING_KICK, 0, &index, 8, f.rings[1].kick_fd);
	vt_wait_link(port, true);
	assert_int_equal(vt_rx(port, 0, pkts), 0);
	assert_int_equal(vt_status_of(port, NULL).n_rxq, 0);
	vt_down(port, &f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_descriptors),
		cmocka_unit_test(short_and_wild),
		cmocka_unit_test(memory_gone),
		cmocka_unit_test(huge_memory_gone),
		cmocka_unit_test(memory_never_there),
		cmocka_unit_test(lying_front_ends),
		cmocka_unit_test(half_message),
		cmocka_unit_test(memory_refused),
		cmocka_unit_test(stop_and_start),
		cmocka_unit_test(unsized_ring),
	};

	return cmocka_run_group_tests(tests, vt_set_up, vt_tear_down);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a connection may cost: answers of many parts are made as the peer takes them; peers that flood, stall or
 * never read cost a bounded amount of memory and nobody else's time.
 */
#include "of_peer.h"

#include <sys/socket.h>

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/reply.h"
#include "../../src/ctl/of/conn/server.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* A multipart request of the test's own: answers with u32 entries of u32 bytes each. */
struct many {
	struct of_work work;
	struct of_parts parts;
	uint32_t n, size, at;
};

static int many_step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct many *m = (struct many *)work;

	while (m->at < m->n) {
		struct of_buf *out = of_parts_entry(&m->parts);

		of_put_u32(out, m->at++);
		of_room(out, m->size - 4);
		of_parts_entry_end(c, &m->parts);
		if (slice_over(slice) || of_conn_is_full(c))
			return SLICE_MORE;
	}
	of_parts_end(c, &m->parts);
	return 0;
}

static void many_free(struct of_work *work)
{
	of_parts_fini(&((struct many *)work)->parts);
	free(work);
}

static enum of_error many_handle(struct of_conn *c, const struct of_msg *msg)
{
	struct many *m = calloc(1, sizeof(*m));
	struct of_cursor body = msg->body;

	m->work = (struct of_work){ many_step, many_free };
	of_parts_begin(&m->parts, msg);
	m->n = of_u32(&body);
	m->size = of_u32(&body);
	c->work = &m->work;
	return OF_FINE;
}

SW_REGISTER(of_message, many) = {
	.name = "many",
	.help = "the test's own",
	.ids = { { OF_ALL, OF_EXP_MULTIPART, OF_NICIRA, 0xabcd, 8, 0 } },
	.handle = many_handle,
};

static struct of_bridge *the_bridge(void)
{
	return of_bridge_next(NULL);
}

/* Answers of many parts: each below 64 KiB, all entries once and in order, the last one says so. */
static void many_parts(void **state)
{
	static const uint32_t sizes[] = { 4, 100, 5000, 33000, 60000, 65535 - 24 };

	for (unsigned v = 0; v < 4; v++) {
		for (unsigned i = 0; i < 6; i++) {
			uint32_t n = sizes[i] > 1000 ? 40 : 3000, at = 0;
			int fd = op_dial_as("br0", versions[v]);
			size_t head = 16; /* the same for all, by other ways */
			const struct op_message *m;
			char body[100];
			bool more;

			snprintf(body, sizeof(body),
				versions[v] == OF10
					? "ffff0000 00002320 0000abcd 00000000 %08x%08x"
					: "ffff0000 00000000 00002320 0000abcd %08x%08x",
				n, sizes[i]);
			op_say(fd, versions[v], versions[v] == OF10 ? 16 : 18, 5, body);
			do {
				m = op_hear_type(fd, versions[v] == OF10 ? 17 : 19);
				assert_int_equal(op_u16(m, 0), 0xffff);
				more = op_u16(m, 2) & 1;
				for (size_t b = head; b < m->len; b += sizes[i])
					assert_int_equal(op_u32(m, b), at++);
			} while (more);
			assert_int_equal(at, n);
			op_echo(fd, versions[v]);
			op_close(fd);
		}
	}
}

/* --- peers that mean no good -------------------------------------------------------------------------------- */

/* It asks for ever and reads nothing: what waits for it is bounded, and what it asked for is all there later. */
static void never_reads(void **state)
{
	int bad = op_dial_as("br0", OF13), good = op_dial_as("br0", OF13);
	struct of_conn *c = TAILQ_FIRST(&the_bridge()->conns);
	uint8_t request[1000] = { 4, 2, 1000 >> 8, 1000 & 255 };
	unsigned sent = 0, whole = 0, heard = 0;
	size_t part = 0;

	while (heard < 200) {
		ssize_t n = send(bad, request + part, sizeof(request) - part, MSG_NOSIGNAL);

		if (n < 0) {
			op_turn(1);
			heard++;
		} else {
			sent += n;
			part = (part + n) % sizeof(request);
			whole = sent / sizeof(request);
		}
		assert_true(c->out.len <= OF_OUT_HIGH + OF_MESSAGE_MAX);
		assert_true(c->in.len <= OF_IN_MAX + 64 * 1024);
	}
	assert_true(whole > 300);
	op_echo(good, OF13);
	for (heard = 0; heard < whole; heard++)
		assert_int_equal(op_hear_type(bad, 3)->len, sizeof(request) - 8);
	op_close(bad);
	op_close(good);
}

/* A long answer that nobody takes waits in a bounded buffer, too. */
static void never_reads_parts(void **state)
{
	int bad = op_dial_as("br0", OF13), good = op_dial_as("br0", OF13);
	struct of_conn *c = TAILQ_FIRST(&the_bridge()->conns);

	op_say(bad, OF13, 18, 5, "ffff0000 00000000 00002320 0000abcd 00100000 00000100");
	for (unsigned i = 0; i < 100; i++) {
		op_turn(10);
		assert_true(c->out.len <= OF_OUT_HIGH + OF_MESSAGE_MAX);
	}
	assert_non_null(c->work);
	op_echo(good, OF13);
	op_close(bad);
	assert_int_equal(the_bridge()->n_conns, 1);
	op_close(good);
}

/* Somebody who floods has one turn where others have one, too. */
static void flood(void **state)
{
	int bad = op_dial_as("br0", OF13), good = op_dial_as("br0", OF13);
	uint8_t *requests = calloc(8192, 8);
	unsigned rounds;
	uint8_t answer[8];

	for (unsigned i = 0; i < 8192; i++)
		memcpy(requests + 8 * i, "\x04\x14\0\x08\0\0\0\x01", 8);
	sw_clock_tick(10000); /* each look at the clock takes 10 us */
	(void)!send(bad, requests, 8192 * 8, MSG_NOSIGNAL);
	op_turn(3);
	(void)!send(good, "\x04\x14\0\x08\0\0\0\x02", 8, MSG_NOSIGNAL);
	for (rounds = 0; recv(good, answer, 8, 0) < 0; rounds++)
		op_turn(1);
	sw_clock_tick(0);
	assert_true(rounds <= 4);
	assert_true(TAILQ_FIRST(&the_bridge()->conns)->in.len > 0); /* the flood is not over */
	free(requests);
	op_close(bad);
	op_close(good);
}

static void warp(unsigned seconds)
{
	while (seconds--) {
		sw_clock_warp(1000);
		of_server_sweep();
		op_turn(2);
	}
}

static void silence(void **state)
{
	int fd = op_dial_as("br0", OF13), mute = op_dial("br0");

	op_echo(fd, OF13);
	warp(59);
	op_hear_nothing(fd);
	warp(1);
	op_hear_type(fd, 2); /* are you there? */
	warp(30);
	op_say(fd, OF13, 3, 0, "");
	op_turn(5);
	warp(59);
	op_hear_nothing(fd);
	warp(1);
	op_hear_type(fd, 2);
	warp(60);
	op_hear_end(fd);
	op_hear_end(mute); /* never said HELLO */
	assert_int_equal(the_bridge()->n_conns, 0);
}

static void read_bytes(int fd, size_t len)
{
	static char bytes[65536];

	for (unsigned tries = 0; len; tries++) {
		ssize_t n = recv(fd, bytes, RTE_MIN(len, sizeof(bytes)), 0);

		assert_true(tries < 100000);
		len -= n > 0 ? n : 0;
		op_turn(1);
	}
}

/* A peer that takes what waits for it, slowly, is no dead one: what it says is not looked at meanwhile. */
static void slow_to_read(void **state)
{
	static const uint8_t filler[60000] = { OF13, 3, sizeof(filler) >> 8,
		sizeof(filler) & 0xff };
	int fd = op_dial_as("br0", OF13);
	struct of_conn *c;

	op_echo(fd, OF13);
	c = TAILQ_FIRST(&the_bridge()->conns);
	c->probe_ms = 5000; /* the kernel keeps some 200 KB before it takes more */
	for (unsigned i = 0; i < 60; i++)
		of_conn_queue(c, filler, sizeof(filler));
	op_turn(5);
	for (unsigned i = 0; i < 40; i++) {
		assert_true(of_conn_is_full(c));
		read_bytes(fd, sizeof(filler));
		warp(1);
		assert_int_equal(the_bridge()->n_conns, 1);
	}
	warp(16);
	assert_int_equal(the_bridge()->n_conns, 0);
	op_close(fd);
}

/* Answers that wait for a minute end the connection, though it asks on. */
static void stalled(void **state)
{
	int fd = op_dial_as("br0", OF13);

	op_say(fd, OF13, 18, 5, "ffff0000 00000000 00002320 0000abcd 00100000 00000100");
	op_turn(100);
	for (unsigned i = 0; i < 59; i++) {
		op_say(fd, OF13, 20, 5, "");
		warp(1);
	}
	assert_int_equal(the_bridge()->n_conns, 1);
	warp(2);
	assert_int_equal(the_bridge()->n_conns, 0);
	op_close(fd);
}

static void too_many(void **state)
{
	int fds[OF_CONNS_BRIDGE];

	for (unsigned i = 0; i < OF_CONNS_BRIDGE; i++)
		fds[i] = op_dial_as("br0", OF13);
	assert_int_equal(op_dial("br0"), -1);
	op_echo(fds[0], OF13);
	op_close(fds[1]);
	op_turn(5);
	fds[1] = op_dial_as("br0", OF13);
	for (unsigned i = 0; i < OF_CONNS_BRIDGE; i++)
		op_echo(fds[i], OF13);
	for (unsigned i = 0; i < OF_CONNS_BRIDGE; i++)
		op_close(fds[i]);
	op_turn(5);
	assert_int_equal(the_bridge()->n_conns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_parts),
		cmocka_unit_test(never_reads),
		cmocka_unit_test(never_reads_parts),
		cmocka_unit_test(flood),
		cmocka_unit_test(silence),
		cmocka_unit_test(slow_to_read),
		cmocka_unit_test(stalled),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}

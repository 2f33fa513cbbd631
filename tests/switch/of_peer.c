/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_peer.h. */
#include "of_peer.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/access.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/loop.h>
#include <sw/post.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/conn/server.h"

#define PATIENCE 200000

static struct event_base *base;
static struct sw_access access_of;

void op_turn(unsigned n)
{
	while (n--) {
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		sw_post_run();
		if (sw_loop_base()) /* what goes on in slices */
			event_base_loop(sw_loop_base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
}

void op_start(void)
{
	struct sw_err err;

	base = event_base_new();
	if (of_start(base, ct_dir(), &access_of, &err))
		fail_msg("%s", err.text);
}

void op_stop(void)
{
	of_stop();
	event_base_free(base);
	base = NULL;
}

int op_setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	op_start();
	return 0;
}

int op_teardown(void **state)
{
	op_stop();
	return ct_teardown(state);
}

void op_setup_ports(struct sw_port **port, unsigned n)
{
	ct_setup(NULL);
	ct_bridge("br0");
	ct_ports("br0", port, n);
	op_start();
}

void op_teardown_ports(struct sw_port **port, unsigned n)
{
	for (unsigned i = 0; i <= n; i++)
		if (port[i])
			sw_dummy_sent_drop(port[i]);
	op_teardown(NULL);
}

int op_dial_to(const char *name, uint32_t versions)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	const struct op_message *m;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s", ct_dir(), name);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	m = op_hear(fd);
	if (!m) {
		close(fd);
		return -1; /* turned away */
	}
	assert_int_equal(m->type, 0);
	assert_int_equal(m->version, 31 - __builtin_clz(versions));
	assert_int_equal(op_u32(m, 4), versions);
	return fd;
}

int op_dial(const char *bridge)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.mgmt", bridge);
	return op_dial_to(name, OF_ALL);
}

int op_dial_as(const char *bridge, uint8_t version)
{
	int fd = op_dial(bridge);

	op_say(fd, version, 0, 1, "");
	return fd;
}

void op_say_raw(int fd, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (unsigned tries = 0; len; tries++) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		assert_true(tries < PATIENCE);
		if (n < 0) {
			if (errno == EPIPE || errno == ECONNRESET)
				return;
			assert_int_equal(errno, EAGAIN);
			op_turn(1);
			continue;
		}
		at += n;
		len -= n;
	}
}

void op_say_hex(int fd, const char *bytes)
{
	struct of_bytes b = of_hex(bytes);

	op_say_raw(fd, b.bytes, b.len);
}

void op_say(int fd, uint8_t version, uint8_t type, uint32_t xid, const char *body)
{
	struct of_bytes b = of_hex(body);
	struct of_buf buf = { 0 };
	size_t len = b.len + 8;

	of_put_u8(&buf, version);
	of_put_u8(&buf, type);
	of_put_u16(&buf, len);
	of_put_u32(&buf, xid);
	of_put(&buf, b.bytes, b.len);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* False: the other side closed. */
static bool hear_bytes(int fd, uint8_t *to, size_t len)
{
	for (unsigned tries = 0; len;) {
		ssize_t n = recv(fd, to, len, 0);

		if (!n || (n < 0 && errno == ECONNRESET))
			return false;
		if (n < 0) {
			if (++tries == PATIENCE)
				fail_msg("no answer");
			op_turn(1);
			continue;
		}
		tries = 0;
		to += n;
		len -= n;
	}
	return true;
}

const struct op_message *op_hear(int fd)
{
	static struct op_message m;
	uint8_t head[8];
	size_t len;

	if (!hear_bytes(fd, head, sizeof(head)))
		return NULL;
	len = head[2] << 8 | head[3];
	assert_true(len >= 8);
	m.version = head[0];
	m.type = head[1];
	m.xid = (uint32_t)head[4] << 24 | head[5] << 16 | head[6] << 8 | head[7];
	m.len = len - 8;
	assert_true(hear_bytes(fd, m.body, m.len));
	return &m;
}

const struct op_message *op_hear_type(int fd, uint8_t type)
{
	const struct op_message *m = op_hear(fd);

	assert_non_null(m);
	if (m->type != type && m->type == 1)
		fail_msg("an error of type %u, code %u, not a message of type %u", op_u16(m, 0),
			op_u16(m, 2), type);
	assert_int_equal(m->type, type);
	return m;
}

void op_hear_error(int fd, uint16_t type, uint16_t code)
{
	const struct op_message *m = op_hear(fd);

	assert_non_null(m);
	if (m->type != 1 || op_u16(m, 0) != type || op_u16(m, 2) != code)
		fail_msg("a message of type %u (%u, %u), not the error (%u, %u)", m->type,
			op_u16(m, 0), op_u16(m, 2), type, code);
}

void op_hear_nothing(int fd)
{
	uint8_t byte;

	op_turn(5);
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

void op_echo(int fd, uint8_t version)
{
	static uint32_t xid = 0xec000000;
	const struct op_message *m;

	op_say(fd, version, 2, ++xid, "01020304");
	m = op_hear_type(fd, 3);
	assert_int_equal(m->xid, xid);
	assert_int_equal(m->version, version);
	assert_int_equal(m->len, 4);
	assert_int_equal(op_u32(m, 0), 0x01020304);
}

void op_hush(int fd, uint8_t version)
{
	op_say(fd, version, 4, 1,
		"00002320 00000013 00000000 00000000 00000000 00000000 00000000 00000000");
	op_echo(fd, version);
}

void op_hear_end(int fd)
{
	assert_null(op_hear(fd));
	op_close(fd);
}

void op_close(int fd)
{
	close(fd);
	op_turn(5);
}

uint16_t op_u16(const struct op_message *m, size_t at)
{
	return at + 2 <= m->len ? m->body[at] << 8 | m->body[at + 1] : 0;
}

uint32_t op_u32(const struct op_message *m, size_t at)
{
	return (uint32_t)op_u16(m, at) << 16 | op_u16(m, at + 2);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: what a controller sends, to a bridge with its rules, groups and meters. The first byte says which
 * version the connection speaks, the others are messages, each given that version. Whatever comes, the switch goes
 * on: the next connection finds it well, with rules that it can tell and delete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/access.h>
#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/post.h>
#include <sw/rcu.h>
#include <sw/rule.h>

#include "../lib/swtest.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/version.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

#define BYTES_MAX 65536
#define ROUNDS	  20000
#define BUFFERS	  4096 /* for packets that controllers send */
#define DAY_MS \
	INT64_C(1000000000000) /* the time of day at the start, which times in the corpus are near to */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;
static struct of_bridge *of;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void set_up(void)
{
	static const struct sw_bridge_conf conf = {
		.name = "br0", .mac_table_size = 16, .mac_aging_time = 300
	};
	static struct sw_access access_of;
	struct sw_err err;

	if (base)
		return;
	swtest_eal();
	sw_clock_set_wall(DAY_MS - (int64_t)(sw_clock_tai_ns() / 1000000));
	require(!sw_pool_create(BUFFERS, &err) && !sw_pmd_start(1, NULL, 0, &err));
	base = event_base_new();
	require(!of_start(base, "/nonexistent", &access_of, &err));
	of = of_bridge_new(sw_bridge_create(&conf, &err));
}

/* Of the worker, which takes packets that controllers send, and of the control loop. */
static void turn(unsigned n)
{
	while (n--) {
		sw_pmd_turn(0);
		sw_post_run();
		sw_pmd_events();
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
}

/* Take what the switch has to say. */
static bool drain(int fd)
{
	uint8_t bytes[16384];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		;
	return n < 0 && errno == EAGAIN; /* it is there still */
}

static void talk(int fd, const uint8_t *bytes, size_t len)
{
	for (unsigned round = 0; len && round < ROUNDS; round++) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			bytes += n;
			len -= n;
		} else if (errno != EAGAIN) {
			return;
		}
		turn(1);
		if (!drain(fd))
			return;
	}
	/* Until nothing is left to do. */
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct of_conn *c = TAILQ_FIRST(&of->conns);

		turn(1);
		if (!drain(fd) || !c || (!c->waiting && !c->out.len && !c->work))
			return;
	}
	abort();
}

static void give_version(uint8_t *bytes, size_t len, uint8_t version)
{
	for (size_t at = 0; at + 8 <= len;) {
		size_t message = bytes[at + 2] << 8 | bytes[at + 3];

		bytes[at] = version;
		at += message < 8 ? 8 : message;
	}
}

static void hang_up(int fd)
{
	close(fd);
	for (unsigned round = 0; round < ROUNDS && of->n_conns; round++)
		turn(1);
	require(!of->n_conns && !of->locked_by && !of->bundle_bytes && !of->staging);
}

static void forget_all(void)
{
	struct sw_rule_change all = { .verb = SW_RULE_DELETE, .conf.table = SW_TABLE_ALL };
	struct sw_group_change groups = { .verb = SW_GROUP_DELETE, .conf.id = SW_GROUP_ALL };
	struct sw_meter_conf meters = { .id = SW_METER_ALL };

	all.out_port = all.out_group = SW_OFPP_ANY;
	sw_rules_begin(of->rules);
	require(sw_rules_stage(of->rules, &all, NULL) == SW_RULE_FINE);
	sw_rules_commit(of->rules);
	require(sw_groups_change(of->groups, &groups, NULL) == SW_GROUP_FINE);
	require(sw_meters_change(of->meters, SW_METER_DELETE, &meters, NULL) == SW_METER_FINE);
	while (sw_rcu_poll())
		turn(1);
}

static int dial(uint8_t version)
{
	struct of_stream stream = { .cls = &of_stream_unix };
	uint8_t hello[8] = { version, 0, 0, 8, 0, 0, 0, 1 };
	struct of_conn *c;
	int fds[2];

	require(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
	stream.fd = fds[0];
	c = of_server_add(of, &stream, NULL, false, "fuzz");
	require(c != NULL);
	c->miss_len = 128; /* it is told all, as a primary controller is */
	talk(fds[1], hello, sizeof(hello));
	return fds[1];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };
	static const uint8_t dump[] = { OF13, 18, 0, 56, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0xff,
		0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0 };
	uint8_t *bytes;
	uint8_t version;
	int fd;

	if (!size || size > BYTES_MAX)
		return 0;
	set_up();
	version = versions[data[0] % 4];
	bytes = malloc(size);
	memcpy(bytes, data + 1, size - 1);
	give_version(bytes, size - 1, version);
	fd = dial(version);
	talk(fd, bytes, size - 1);
	hang_up(fd);
	free(bytes);
	/* Whoever comes next gets all the rules told. */
	fd = dial(OF13);
	talk(fd, dump, sizeof(dump));
	hang_up(fd);
	forget_all();
	return 0;
}

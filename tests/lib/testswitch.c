/* SPDX-License-Identifier: BSD-3-Clause */
/* See testswitch.h. */
#include "testswitch.h"

#include <inttypes.h>

#include <rte_mbuf.h>

#include <sw/mem.h>
#include <sw/post.h>
#include <sw/text.h>

#define MAX_BRIDGES 32

static struct ts_bridge *bridges[MAX_BRIDGES];
static struct sw_port *ports[SW_PORT_MAX]; /* by index */

struct ts_frame ts_frame(uint64_t dst, uint64_t src, int tci)
{
	return (struct ts_frame){
		.dst = dst, .src = src, .tci = tci, .len = tci == UNTAGGED ? 60 : 64
	};
}

void ts_start(unsigned workers)
{
	struct sw_err err;

	swtest_eal();
	sw_clock_stop();
	if (!sw_pool() && sw_pool_create(TS_BUFFERS, &err))
		fail_msg("%s", err.text);
	if (sw_pmd_start(workers, NULL, 0, &err))
		fail_msg("%s", err.text);
}

void ts_turn(void)
{
	for (unsigned turn = 0; turn < 8; turn++)
		for (unsigned id = 0; id < sw_pmd_workers(); id++)
			sw_pmd_turn(id);
	sw_post_run();
	sw_rcu_poll();
	sw_pmd_events();
}

void ts_warp(unsigned seconds)
{
	sw_clock_warp(seconds * 1000ull);
	for (unsigned i = 0; i < 16; i++)
		ts_turn();
}

void ts_stop(void)
{
	for (unsigned i = 0; i < MAX_BRIDGES; i++)
		if (bridges[i])
			ts_bridge_gone(bridges[i]);
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		if (ports[i])
			ts_port_gone(ports[i]);
	/* Rules go in several steps, each after a grace period. */
	for (unsigned i = 0; i < 16; i++)
		ts_turn();
	for (unsigned i = 0; i < 1000 && sw_rcu_poll(); i++)
		ts_turn(); /* rules go in shares */
	assert_int_equal(sw_rcu_poll(), 0);
	sw_pmd_stop();
	assert_int_equal(rte_mempool_avail_count(sw_pool()), TS_BUFFERS);
}

int ts_teardown(void **state)
{
	ts_stop();
	return 0;
}

struct ts_bridge *ts_bridge(const char *name)
{
	struct ts_bridge *br = sw_xcalloc(1, sizeof(*br));
	struct sw_err err;
	unsigned i = 0;

	br->conf.name = name;
	br->conf.mac_table_size = 8192;
	br->conf.mac_aging_time = 300;
	br->bridge = sw_bridge_create(&br->conf, &err);
	if (!br->bridge)
		fail_msg("%s", err.text);
	while (bridges[i])
		i++;
	bridges[i] = br;
	return br;
}

void ts_bridge_gone(struct ts_bridge *br)
{
	unsigned i = 0;

	while (bridges[i] != br)
		i++;
	bridges[i] = NULL;
	sw_bridge_destroy(br->bridge);
	free(br->members);
	free(br);
}

static struct sw_port *port_of(const struct sw_port_conf *conf)
{
	struct sw_err err = { 0 };
	struct sw_port *port = sw_port_new(conf, &err);

	if (!port || sw_port_open(port, &err) || sw_pmd_attach(port, &err))
		fail_msg("%s: %s", conf->name, err.text);
	ports[port->index] = port;
	return port;
}

struct sw_port *ts_port(const char *name)
{
	return port_of(&(struct sw_port_conf){ .name = name, .type = "dummy" });
}

struct sw_port *ts_patch(const char *name, const char *peer)
{
	const char *options[][2] = { { "peer", peer } };

	return port_of(&(struct sw_port_conf){
		.name = name, .type = "patch", .n_options = 1, .options = options });
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

void ts_port_gone(struct sw_port *port)
{
	bool done = false;

	sw_pmd_detach(port, set_true, &done);
	ts_turn();
	assert_true(done);
	ports[port->index] = NULL;
	sw_port_close(port);
	sw_port_free(port);
}

struct sw_member_conf *ts_conf(struct ts_bridge *br, const struct sw_port *port)
{
	for (unsigned i = 0; i < br->n; i++)
		if (br->members[i].port == port)
			return &br->members[i];
	fail_msg("%s is no member", port->name);
	return NULL;
}

void ts_add(struct ts_bridge *br, struct sw_port *port, const char *mode)
{
	static const char *const modes[] = { "trunk", "access", "native-tagged",
		"native-untagged" };
	char word[32] = "", first[64] = "", second[64] = "";
	struct sw_member_conf *m;

	br->members = sw_xrealloc(br->members, br->n + 1, sizeof(*m));
	m = &br->members[br->n++];
	memset(m, 0, sizeof(*m));
	m->port = port;
	m->flood = true;
	sscanf(mode, "%31s %63s %63s", word, first, second);
	for (m->mode = 0; strcmp(word, modes[m->mode]);)
		assert_true(++m->mode < 4);
	if (m->mode != SW_VLAN_TRUNK)
		m->tag = atoi(first);
	else
		strcpy(second, first);
	m->all_vlans = !second[0];
	if (second[0])
		assert_int_equal(sw_parse_ranges(second, m->trunks, SW_VID_COUNT), 0);
}

struct sw_port *ts_member(struct ts_bridge *br, const char *name, const char *mode)
{
	struct sw_port *port = ts_port(name);

	ts_add(br, port, mode);
	return port;
}

void ts_leave(struct ts_bridge *br, const struct sw_port *port)
{
	struct sw_member_conf *m = ts_conf(br, port);

	memmove(m, m + 1, (br->members + br->n - (m + 1)) * sizeof(*m));
	br->n--;
}

void ts_apply(struct ts_bridge *br)
{
	struct sw_err err;

	if (sw_bridge_set(br->bridge, &br->conf, br->members, br->n, &err))
		fail_msg("%s", err.text);
}

static uint8_t *put(uint8_t *p, uint64_t v, unsigned bytes)
{
	while (bytes--)
		*p++ = v >> 8 * bytes;
	return p;
}

unsigned ts_bytes(uint8_t *bytes, struct ts_frame f)
{
	uint8_t *p = bytes;

	memset(bytes, 0x5a, f.len);
	p = put(p, f.dst, 6);
	p = put(p, f.src, 6);
	if (f.tci != UNTAGGED)
		p = put(p, 0x81000000u | f.tci, 4);
	p = put(p, 0x88b5, 2); /* IEEE local experimental */
	if (p + 4 <= bytes + f.len)
		put(p, f.mark, 4);
	return f.len;
}

void ts_send_bytes(struct sw_port *port, const void *bytes, unsigned len)
{
	assert_int_equal(sw_dummy_rx(port, 0, bytes, len), 0);
}

void ts_send(struct sw_port *port, struct ts_frame f)
{
	uint8_t bytes[9800];

	ts_send_bytes(port, bytes, ts_bytes(bytes, f));
}

static void say(char *text, size_t size, const uint8_t *p, unsigned len)
{
	for (unsigned i = 0; i < len && i < 24; i++)
		snprintf(text + 2 * i, size - 2 * i, "%02x", p[i]);
}

void ts_expect_at(struct sw_port *port, struct ts_frame f, const char *file, int line)
{
	struct rte_mbuf *m = sw_dummy_sent(port);
	uint8_t want[9800], buf[9800];
	char text[2][64];
	const uint8_t *got;
	unsigned len = ts_bytes(want, f);

	if (!m) {
		print_error("%s: nothing was sent\n", port->name);
		_fail(file, line);
	}
	got = rte_pktmbuf_read(m, 0, m->pkt_len, buf);
	if (m->pkt_len != len || memcmp(got, want, len)) {
		say(text[0], sizeof(text[0]), got, m->pkt_len);
		say(text[1], sizeof(text[1]), want, len);
		print_error("%s sent %u bytes %s, not %u bytes %s\n", port->name, m->pkt_len,
			text[0], len, text[1]);
		_fail(file, line);
	}
	rte_pktmbuf_free(m);
}

void ts_quiet_at(const char *file, int line)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		unsigned n = ports[i] && !strcmp(ports[i]->cls->name, "dummy")
				     ? sw_dummy_sent_waiting(ports[i])
				     : 0;

		if (n) {
			print_error("%s sent %u packets more\n", ports[i]->name, n);
			_fail(file, line);
		}
	}
}

struct sw_lane_stats ts_stats(const struct sw_port *port)
{
	struct sw_lane_stats sum;

	sw_pmd_port_stats(port, &sum);
	return sum;
}

uint64_t ts_drops(const struct sw_port *port, const char *reason)
{
	for (unsigned i = 0; i < sw_reg_kind_drop.count; i++) {
		const struct sw_drop *d = sw_reg_get(&sw_reg_kind_drop, i);

		if (!strcmp(d->name, reason))
			return ts_stats(port).drops[i];
	}
	fail_msg("there is no drop reason %s", reason);
	return 0;
}

struct rte_ether_addr ts_ether(uint64_t mac)
{
	struct rte_ether_addr addr;

	put(addr.addr_bytes, mac, 6);
	return addr;
}

bool ts_station(struct ts_bridge *br, uint16_t vid, uint64_t mac, struct sw_fdb_entry *out)
{
	struct rte_ether_addr addr = ts_ether(mac);
	struct sw_fdb_entry e[64];
	uint64_t cursor = 0;

	do {
		unsigned n = sw_fdb_walk(sw_bridge_fdb(br->bridge), &cursor, e, 64);

		while (n--)
			if (e[n].vid == vid && rte_is_same_ether_addr(&e[n].mac, &addr)) {
				*out = e[n];
				return true;
			}
	} while (cursor);
	return false;
}

int ts_where(struct ts_bridge *br, uint16_t vid, uint64_t mac)
{
	struct sw_fdb_entry e;

	return ts_station(br, vid, mac, &e) ? e.port : -1;
}

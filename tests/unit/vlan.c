/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The VLAN tables of a port against rules on single frames: every mode, every kind of list and priority
 * tagging, all 4096 VLANs; the change of a tag in the bytes of a packet; whom a VLAN is flooded to.
 */
#include "swtest.h"

#include "vlan_oracle.h"

#include <rte_mbuf.h>

#include <sw/port.h>

#include "../../src/pipeline/domain.h"
#include "../../src/pipeline/frame.h"
#include "../../src/pipeline/vlan.h"

#define PORTS_MAX 200

static struct sw_member_conf ports[PORTS_MAX];
static unsigned n_ports;

static int setup(void **state)
{
	n_ports = oracle_ports(ports, PORTS_MAX);
	assert_true(n_ports > 100 && n_ports < PORTS_MAX);
	return 0;
}

/* What the tables say of a frame on the way in. */
static int enters(const struct vlan_map *map, int tag)
{
	int vid = tag == ORACLE_UNTAGGED ? 0 : tag & 0xfff;

	if (!vid)
		return map->untagged & VLAN_ENTER ? map->native : ORACLE_DROP;
	return map->in[vid] & VLAN_ENTER ? vid : ORACLE_DROP;
}

static int leaves(const struct vlan_map *map, int vlan, int tag)
{
	uint16_t tci = tag == ORACLE_UNTAGGED ? 0 : tag;

	switch (vlan_resolve(map->out[vlan], tci)) {
	case VLAN_TAGGED:
		return (tci & VLAN_PRIO_MASK) | vlan;
	case VLAN_UNTAGGED:
		return ORACLE_UNTAGGED;
	case VLAN_PRIORITY:
		return tci & VLAN_PRIO_MASK;
	default:
		return ORACLE_DROP;
	}
}

static void test_truth_table(void **state)
{
	static const uint8_t learn_all[SW_VID_COUNT / 8];
	static struct vlan_map map;
	char name[100];

	for (unsigned i = 0; i < n_ports; i++) {
		vlan_map_init(&map, &ports[i], learn_all);
		for (int tag = ORACLE_UNTAGGED; tag < 65536; tag++) {
			int vlan = oracle_enters(&ports[i], tag);

			if (enters(&map, tag) != vlan)
				fail_msg("%s, tag %#x enters %d, not %d",
					oracle_name(&ports[i], name, sizeof(name)), tag,
					enters(&map, tag), vlan);
		}
		for (int vlan = 0; vlan < 4096; vlan++)
			for (int tag = ORACLE_UNTAGGED; tag < 65536; tag += tag < 0 ? 1 : 0x1000)
				if (leaves(&map, vlan, tag) != oracle_leaves(&ports[i], vlan, tag))
					fail_msg("%s, VLAN %d, tag %#x leaves %#x, not %#x",
						oracle_name(&ports[i], name, sizeof(name)), vlan,
						tag, leaves(&map, vlan, tag),
						oracle_leaves(&ports[i], vlan, tag));
	}
}

static void test_no_learn(void **state)
{
	struct sw_member_conf trunk = { .mode = SW_VLAN_TRUNK, .all_vlans = true };
	struct sw_member_conf access = { .mode = SW_VLAN_ACCESS, .tag = 10 };
	uint8_t no_learn[SW_VID_COUNT / 8] = { 0 };
	struct vlan_map map;

	no_learn[10 / 8] |= 1 << 10 % 8;
	vlan_map_init(&map, &trunk, no_learn);
	assert_int_equal(map.in[10], VLAN_ENTER);
	assert_int_equal(map.in[11], VLAN_ENTER | VLAN_LEARN);
	assert_int_equal(map.untagged, VLAN_ENTER | VLAN_LEARN);
	vlan_map_init(&map, &access, no_learn);
	assert_int_equal(map.untagged, VLAN_ENTER);
}

/* Ports are equal exactly when they act equally. */
static void test_conf_equal(void **state)
{
	static struct vlan_map maps[PORTS_MAX];
	static const uint8_t learn_all[SW_VID_COUNT / 8];

	for (unsigned i = 0; i < n_ports; i++)
		vlan_map_init(&maps[i], &ports[i], learn_all);
	for (unsigned i = 0; i < n_ports; i++)
		for (unsigned k = 0; k < n_ports; k++)
			if (vlan_conf_equal(&ports[i], &ports[k]))
				assert_memory_equal(&maps[i], &maps[k], sizeof(maps[i]));
	for (unsigned i = 0; i < n_ports; i++)
		assert_true(vlan_conf_equal(&ports[i], &ports[i]));
}

static void reshape(enum vlan_shape has, int tag, enum vlan_shape want, int expected)
{
	uint8_t bytes[128 + 80], before[80];
	struct rte_mbuf m = { .buf_addr = bytes,
		.data_off = 128,
		.data_len = 64,
		.pkt_len = 64,
		.nb_segs = 1,
		.refcnt = 1,
		.ol_flags = RTE_MBUF_F_TX_IP_CKSUM };
	uint8_t *p = rte_pktmbuf_mtod(&m, uint8_t *);
	unsigned had = tag == ORACLE_UNTAGGED ? 0 : 4,
		 has_now = expected == ORACLE_UNTAGGED ? 0 : 4;

	m.l2_len = 14 + had;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	if (had)
		memcpy(p + 12, (uint8_t[]){ 0x81, 0, tag >> 8, tag }, 4);
	memcpy(before, p, 64);
	assert_true(frame_writable(&m));
	frame_reshape(&m, has, want, 10, had ? tag : 0);
	p = rte_pktmbuf_mtod(&m, uint8_t *);
	assert_int_equal(m.pkt_len, 64 - had + has_now);
	assert_int_equal(m.data_len, m.pkt_len);
	assert_int_equal(m.l2_len, 14 + has_now);
	assert_memory_equal(p, before, 12);
	if (has_now) {
		assert_int_equal(p[12] << 8 | p[13], 0x8100);
		assert_int_equal(p[14] << 8 | p[15], expected);
	}
	assert_memory_equal(p + 12 + has_now, before + 12 + had, 64 - 12 - had);
}

static void test_bytes(void **state)
{
	reshape(VLAN_UNTAGGED, ORACLE_UNTAGGED, VLAN_TAGGED, 10);
	reshape(VLAN_UNTAGGED, ORACLE_UNTAGGED, VLAN_PRIORITY, 0);
	reshape(VLAN_TAGGED, 0xb00a, VLAN_UNTAGGED, ORACLE_UNTAGGED);
	reshape(VLAN_TAGGED, 0xb00a, VLAN_PRIORITY, 0xb000);
	reshape(VLAN_PRIORITY, 0xe000, VLAN_TAGGED, 0xe00a);
	reshape(VLAN_PRIORITY, 0xe000, VLAN_UNTAGGED, ORACLE_UNTAGGED);
}

#define MEMBERS_MAX 120

/* A membership of ports of every kind, some with lists of their own, ranges and single VLANs. */
static unsigned random_members(struct sw_member_conf *members, struct sw_port *of, uint64_t *random)
{
	unsigned n = swtest_rand(random) % (MEMBERS_MAX + 1);

	for (unsigned i = 0; i < n; i++) {
		uint64_t r = swtest_rand(random);
		struct sw_member_conf *m = &members[i];
		unsigned from = (r >> 16) % SW_VID_COUNT, to = from + (r >> 32) % 200;

		*m = ports[r % n_ports];
		m->port = &of[i];
		m->flood = (r >> 8) % 8;
		m->all_vlans &= r >> 60 == 0;
		for (unsigned vid = from; vid < SW_VID_COUNT && vid < to; vid++)
			m->trunks[vid / 8] |= 1u << vid % 8;
		of[i].index = (i * 7 + 3) % SW_PORT_MAX;
	}
	return n;
}

static void check_flood(const struct domain *d, const struct sw_member_conf *members, unsigned n)
{
	for (unsigned vid = 0; vid < SW_VID_COUNT; vid++) {
		const uint16_t *list = &d->flood[d->flood_at[vid]];
		bool listed[SW_PORT_MAX] = { false };
		unsigned want = 0;

		for (unsigned i = 1; i <= list[0]; i++)
			listed[list[i]] = true;
		for (unsigned i = 0; i < n; i++) {
			bool leaves_here = oracle_leaves(&members[i], vid, vid) != ORACLE_DROP;

			want += members[i].flood && leaves_here;
			assert_int_equal(
				listed[members[i].port->index], members[i].flood && leaves_here);
		}
		assert_int_equal(list[0], want);
	}
}

/* Every change compiles from the one before, as a bridge does. */
static void test_flood_lists(void **state)
{
	static struct sw_member_conf members[2][MEMBERS_MAX];
	static struct sw_port of[MEMBERS_MAX];
	static struct sw_bridge_conf conf;
	uint64_t random = swtest_seed(20260);
	struct membership old = { .conf = &conf };

	for (unsigned round = 0; round < 20; round++) {
		struct sw_member_conf *now = members[round % 2];
		struct membership is = { .conf = &conf, .members = now };
		struct domain *d;

		is.n = random_members(now, of, &random);
		d = domain_create(&is, &old);
		check_flood(d, now, is.n);
		domain_destroy((struct domain *)old.domain);
		old = is;
		old.domain = d;
	}
	domain_destroy((struct domain *)old.domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth_table),
		cmocka_unit_test(test_no_learn),
		cmocka_unit_test(test_conf_equal),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_flood_lists),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

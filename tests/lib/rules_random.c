/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random.h. */
#include "rules_random.h"

#include <stdbool.h>
#include <string.h>

#include <sw/text.h>

#include "rules_words.h"

static const char *const macs[] = { "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:01:01" };
static const char *const ip6s[] = { "fd00::1", "fd00::2", "fd00::1:1" };

/* --- matches --- */
static void add_l4_match(struct sw_str *t, const char *proto, uint64_t *rng)
{
	if (strncmp(proto, "tcp", 3) && strncmp(proto, "udp", 3) && strncmp(proto, "sctp", 4))
		return;
	if (pick(rng, 2))
		sw_str_add(t, ",tp_dst=%u", ONE_OF(rng, l4_ports));
	if (!pick(rng, 3))
		sw_str_add(t, ",tp_src=%u/0x%x", ONE_OF(rng, l4_ports) & ~1u, 0xfffe);
	if (!pick(rng, 4) && !strncmp(proto, "tcp", 3))
		sw_str_add(t, ",tcp_flags=+syn-ack");
}

static void add_ip4_match(struct sw_str *t, uint64_t *rng)
{
	static const char *const protos[] = { "ip", "tcp", "udp", "icmp", "sctp" };
	const char *proto = ONE_OF(rng, protos);

	sw_str_add(t, ",%s", proto);
	if (pick(rng, 2))
		sw_str_add(t, ",nw_src=%s%s", ONE_OF(rng, ips), pick(rng, 2) ? "" : "/24");
	if (!pick(rng, 3))
		sw_str_add(t, ",nw_dst=%s%s", ONE_OF(rng, ips), pick(rng, 2) ? "" : "/16");
	if (!pick(rng, 5))
		sw_str_add(t, ",nw_tos=%u", 32 * pick(rng, 2));
	if (!pick(rng, 6))
		sw_str_add(t, ",nw_ttl=%u", 63 + pick(rng, 2));
	if (!pick(rng, 6) && !strcmp(proto, "ip"))
		sw_str_add(t, ",ip_frag=%s", pick(rng, 2) ? "no" : "yes");
	add_l4_match(t, proto, rng);
}

static void add_ip6_match(struct sw_str *t, uint64_t *rng)
{
	static const char *const protos[] = { "ipv6", "tcp6", "udp6", "icmp6" };
	const char *proto = ONE_OF(rng, protos);

	sw_str_add(t, ",%s", proto);
	if (pick(rng, 2))
		sw_str_add(t, ",ipv6_src=%s%s", ONE_OF(rng, ip6s), pick(rng, 2) ? "" : "/112");
	if (!pick(rng, 5))
		sw_str_add(t, ",ipv6_label=0x%x", pick(rng, 2));
	add_l4_match(t, proto, rng);
}

static void add_match(struct sw_str *t, uint64_t *rng)
{
	if (!pick(rng, 6))
		sw_str_add(t, ",in_port=%u", 1 + pick(rng, RANDOM_PORTS));
	if (!pick(rng, 8))
		sw_str_add(t, ",dl_dst=%s", ONE_OF(rng, macs));
	if (!pick(rng, 8))
		sw_str_add(t, ",dl_src=%s/ff:ff:ff:ff:00:ff", "02:00:00:00:00:01");
	if (!pick(rng, 4))
		sw_str_add(t, pick(rng, 2) ? ",dl_vlan=%u" : ",vlan_tci=0x%x/0x0fff",
			10 + pick(rng, 2));
	else if (!pick(rng, 4))
		sw_str_add(t, ",vlan_tci=0x1000/0x1000");
	if (!pick(rng, 8))
		sw_str_add(t, ",metadata=%u/3", pick(rng, 2));
	if (!pick(rng, 8))
		sw_str_add(t, ",reg%u=%u", pick(rng, 2), pick(rng, 2));
	if (!pick(rng, 12))
		sw_str_add(t, pick(rng, 3) ? ",actset_output=%u" : ",actset_output=UNSET",
			1 + pick(rng, RANDOM_PORTS));
	if (!pick(rng, 8))
		sw_str_add(t, ",conj_id=%u", pick(rng, RANDOM_CONJUNCTIONS));
	switch (pick(rng, 8)) {
	case 0:
	case 1:
	case 2:
		add_ip4_match(t, rng);
		break;
	case 3:
		add_ip6_match(t, rng);
		break;
	case 4:
		sw_str_add(t, ",arp,arp_op=%u", 1 + pick(rng, 2));
		break;
	case 5:
		sw_str_add(t, ",mpls,mpls_label=%u", pick(rng, 2));
		break;
	case 6:
		sw_str_add(t, ",dl_type=0x88e7");
		if (pick(rng, 2))
			sw_str_add(t, ",pbb_isid=%u/0x1", pick(rng, 2));
		break;
	}
}

/* --- actions: texts with their numbers in place --- */
/* What says which headers follow: they are read anew, as whatever they are taken for then. */
static void add_kind(struct sw_str *t, uint64_t *rng)
{
	static const unsigned types[] = { 0x0800, 0x86dd, 0x0806, 0x8847, 0x88e7, 0x8100, 0x9999 },
			      protos[] = { 6, 17, 1, 58, 132, 44, 60, 59, 253 };

	switch (pick(rng, 6)) {
	case 0:
		sw_str_add(t, ",set_field:0x%04x->eth_type", ONE_OF(rng, types));
		break;
	case 1:
		sw_str_add(t, ",set_field:%u->ip_proto", ONE_OF(rng, protos));
		break;
	case 2:
		sw_str_add(
			t, ",load:%u->NXM_OF_IP_PROTO[%s]", pick(rng, 2), pick(rng, 2) ? "0" : "4");
		break;
	case 3:
		sw_str_add(t, ",set_field:%u->mpls_bos", pick(rng, 2));
		break;
	case 4:
		sw_str_add(t, ",set_field:%u->icmpv6_type", 135 + pick(rng, 3));
		break;
	case 5:
		sw_str_add(t, ",set_field:%u->icmpv6_code", pick(rng, 2));
		break;
	}
}

void random_set(struct sw_str *t, uint64_t *rng)
{
	switch (pick(rng, 17)) {
	case 15:
	case 16:
		add_kind(t, rng);
		break;
	case 14:
		sw_str_add(t, ",set_field:%u->pbb_isid", pick(rng, 1 << 24));
		break;
	case 12: /* two views of the same byte */
		sw_str_add(t, ",set_field:%u->nw_tos", 4 * pick(rng, 64));
		break;
	case 13:
		sw_str_add(t, ",set_field:%u->nw_ecn", pick(rng, 4));
		break;
	case 0:
		sw_str_add(t, ",set_field:%s->eth_dst", ONE_OF(rng, macs));
		break;
	case 1:
		sw_str_add(t, ",set_field:00:00:00:00:00:%02x/00:00:00:00:00:ff->eth_src",
			1 + pick(rng, 2));
		break;
	case 2:
		sw_str_add(t, ",set_field:%s->ip_src", ONE_OF(rng, ips));
		break;
	case 3:
		sw_str_add(t, ",set_field:0.0.1.0/0.0.255.0->ip_dst");
		break;
	case 4:
		sw_str_add(t, ",set_field:%u->%s", ONE_OF(rng, l4_ports),
			pick(rng, 2) ? "tcp_dst" : "udp_src");
		break;
	case 5:
		sw_str_add(t, ",set_field:%s->ipv6_dst", ONE_OF(rng, ip6s));
		break;
	case 6:
		sw_str_add(t, ",set_field:%u->metadata", pick(rng, 4));
		break;
	case 7:
		sw_str_add(t, ",set_field:%u->reg%u", pick(rng, 3), pick(rng, 2));
		break;
	case 8:
		sw_str_add(t, ",set_field:%u->vlan_vid", 4096 + 10 + pick(rng, 2));
		break;
	case 9:
		sw_str_add(t, ",set_field:%u->ip_dscp", pick(rng, 64));
		break;
	case 10:
		sw_str_add(t, ",load:%u->NXM_NX_REG1[2..5]", pick(rng, 16));
		break;
	case 11:
		sw_str_add(t, ",set_field:%u->mpls_label", pick(rng, 2));
		break;
	}
}

/* Around the lengths of random packets, and of those a header longer or shorter. */
static void add_larger(struct sw_str *t, uint64_t *rng)
{
	static const unsigned lens[] = { 60, 63, 64, 78, 82, 100 };

	sw_str_add(t, ",check_pkt_larger(%u)->NXM_NX_REG%u[%u]", ONE_OF(rng, lens), pick(rng, 2),
		pick(rng, 2));
}

void random_header(struct sw_str *t, uint64_t *rng)
{
	static const char *const what[] = { ",push_vlan:0x8100", ",push_vlan:0x88a8", ",pop_vlan",
		",dec_ttl", ",dec_ttl(3,0,7)", ",push_mpls:0x8847", ",pop_mpls:0x0800",
		",dec_mpls_ttl", ",move:NXM_OF_IP_SRC[]->NXM_NX_REG1[]",
		",move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG0[0..15]",
		",move:NXM_NX_REG0[0..7]->NXM_OF_ETH_DST[8..15]", ",push:NXM_NX_REG0[]",
		",pop:NXM_NX_REG1[]", ",move:NXM_NX_REG1[0..7]->NXM_OF_IP_PROTO[]",
		",push:NXM_OF_ETH_TYPE[]", ",pop:NXM_OF_ETH_TYPE[]", ",push_pbb:0x88e7", ",pop_pbb",
		",set_queue:5", ",pop_queue" };

	if (!pick(rng, 8)) {
		add_larger(t, rng);
		return;
	}
	sw_str_add(t, "%s", ONE_OF(rng, what));
}

static const char *const hashed[] = { "eth_src", "nw_src", "nw_dst", "symmetric_l4",
	"symmetric_l3l4", "symmetric_l3l4+udp", "symmetric_l3" };

static void add_members(struct sw_str *t, uint64_t *rng)
{
	for (unsigned i = 0, n = pick(rng, 4); i <= n; i++)
		sw_str_add(t, ",%u", 1 + pick(rng, RANDOM_PORTS + 1));
	sw_str_add(t, pick(rng, 8) ? ")" : ",in_port)");
}

static void add_hash(struct sw_str *t, uint64_t *rng)
{
	static const char *const algorithms[] = { "modulo_n", "hash_threshold", "hrw",
		"iter_hash" };
	const char *fields = ONE_OF(rng, hashed);

	switch (pick(rng, 3)) {
	case 0:
		sw_str_add(t, ",multipath(%s,%u,%s,%u,%u,NXM_NX_REG1[0..7])", fields, pick(rng, 3),
			ONE_OF(rng, algorithms), 1 + pick(rng, 6), pick(rng, 12));
		break;
	case 1:
		sw_str_add(t, ",bundle(%s,%u,%s,ofport,members:%u", fields, pick(rng, 3),
			pick(rng, 3) ? "hrw" : "active_backup", 1 + pick(rng, RANDOM_PORTS));
		add_members(t, rng);
		break;
	case 2:
		sw_str_add(t, ",bundle_load(%s,%u,%s,ofport,NXM_NX_REG0[0..15],members:%u", fields,
			pick(rng, 3), pick(rng, 3) ? "hrw" : "active_backup",
			1 + pick(rng, RANDOM_PORTS));
		add_members(t, rng);
		break;
	}
}

static bool pauses;

void random_pauses(bool some)
{
	pauses = some;
}

void random_controller(struct sw_str *t, uint64_t *rng)
{
	static const char *const what[] = { ",CONTROLLER", ",controller:32", ",controller(id=5)",
		",controller(reason=no_match,max_len=20,id=1)", ",controller(userdata=01.02.03)",
		",controller(userdata=01.02.ff,id=2)" };

	if (pauses && pick(rng, 2))
		sw_str_add(t, ",controller(pause,max_len=%u,id=%u)", pick(rng, 99), pick(rng, 3));
	else
		sw_str_add(t, "%s", ONE_OF(rng, what));
}

/* Buckets ask the last table, whose rules send to no group: a walk without end is another test's. */
void random_output(struct sw_str *t, bool last_table, uint64_t *rng)
{
	switch (pick(rng, last_table ? 8 : 10)) {
	case 8:
	case 9:
		sw_str_add(
			t, ",group:%u", pick(rng, RANDOM_GROUPS + 1)); /* the last is not there */
		break;
	case 0:
		sw_str_add(t, ",in_port");
		break;
	case 1:
		sw_str_add(t, pick(rng, 2) ? ",all" : ",flood");
		break;
	case 4:
		random_controller(t, rng);
		break;
	case 2:
		sw_str_add(t, ",output:NXM_NX_REG%u[0..15]", pick(rng, 2));
		break;
	case 3:
		sw_str_add(t, ",enqueue:%u:%u", 1 + pick(rng, RANDOM_PORTS), pick(rng, 3));
		break;
	default:
		sw_str_add(t, ",output:%u",
			1 + pick(rng, RANDOM_PORTS + 1)); /* the last is not there */
	}
}

static void add_written(struct sw_str *t, bool last_table, uint64_t *rng)
{
	struct sw_str set = { 0 };

	for (unsigned i = 0; i < 1 + pick(rng, 4); i++)
		random_set(&set, rng);
	if (pick(rng, 2))
		sw_str_add(&set, ",output:%u", 1 + pick(rng, RANDOM_PORTS));
	if (!pick(rng, 4) && !last_table)
		sw_str_add(&set, ",group:%u", pick(rng, RANDOM_GROUPS));
	sw_str_add(t, ",write_actions(%s)", set.s + 1);
	free(set.s);
}

/* What is in it is seen by nothing behind it: fields, stack, action set, exit. */
static void add_clone(struct sw_str *t, unsigned table, uint64_t *rng)
{
	struct sw_str list = { 0 };

	for (unsigned i = 0, n = 1 + pick(rng, 3); i < n; i++) {
		if (pick(rng, 2))
			random_set(&list, rng);
		else
			random_header(&list, rng);
	}
	if (table + 1 < RANDOM_TABLES && !pick(rng, 3))
		sw_str_add(
			&list, ",resubmit(,%u)", table + 1 + pick(rng, RANDOM_TABLES - table - 1));
	if (pick(rng, 4))
		random_output(&list, table + 1 == RANDOM_TABLES, rng);
	if (!pick(rng, 6))
		sw_str_add(&list, ",exit");
	if (pick(rng, 3))
		sw_str_add(&list, ",output:%u", 1 + pick(rng, RANDOM_PORTS));
	sw_str_add(t, ",clone(%s)", list.s + 1);
	free(list.s);
}

/* One thing of a packet, so that many have it; now and then more. */
static void add_clause_match(struct sw_str *t, uint64_t *rng)
{
	switch (pick(rng, 8)) {
	case 0:
		sw_str_add(t, ",in_port=%u", 1 + pick(rng, RANDOM_PORTS));
		break;
	case 1:
		sw_str_add(t, ",dl_dst=%s", ONE_OF(rng, macs));
		break;
	case 2:
		sw_str_add(t, ",ip,nw_src=%s%s", ONE_OF(rng, ips), pick(rng, 2) ? "" : "/24");
		break;
	case 3:
		sw_str_add(t, ",ip,nw_dst=%s%s", ONE_OF(rng, ips), pick(rng, 2) ? "" : "/16");
		break;
	case 4:
		sw_str_add(t, ",ip");
		break;
	case 5:
		sw_str_add(t, ",%s,tp_dst=%u", pick(rng, 2) ? "tcp" : "udp", ONE_OF(rng, l4_ports));
		break;
	case 6:
		add_match(t, rng);
		break;
	default: /* all packets */
		break;
	}
}

/* Usually each id has one number of dimensions. */
static void add_clause(struct sw_str *t, uint64_t *rng)
{
	unsigned id = pick(rng, RANDOM_CONJUNCTIONS), n = 2 + (pick(rng, 20) ? id % 2 : 1);

	sw_str_add(t, ",conjunction(%u,%u/%u)", id, 1 + pick(rng, n), n);
}

void random_clause_rule(struct sw_str *text, uint64_t *rng)
{
	struct sw_str does = { 0 };

	sw_str_add(text, "table=%u,priority=%u", pick(rng, 2) ? 0 : pick(rng, RANDOM_TABLES),
		1000 + 20 * pick(rng, 4));
	add_clause_match(text, rng);
	do
		add_clause(&does, rng);
	while (pick(rng, 2));
	if (!pick(rng, 8))
		sw_str_add(&does, ",note:01");
	sw_str_add(text, ",actions=%s", does.s + 1);
	free(does.s);
}

void random_rule(struct sw_str *text, unsigned priority, uint64_t *rng)
{
	unsigned table = pick(rng, 3) ? pick(rng, RANDOM_TABLES) : 0;
	bool last = table + 1 == RANDOM_TABLES;
	struct sw_str does = { 0 };

	sw_str_add(text, "table=%u,priority=%u", table, priority);
	add_match(text, rng);
	for (unsigned i = 0; i < pick(rng, 4); i++) {
		if (pick(rng, 2))
			random_set(&does, rng);
		else
			random_header(&does, rng);
		if (!pick(rng, 6))
			add_hash(&does, rng);
		if (!pick(rng, 8))
			add_clone(&does, table, rng);
		if (!pick(rng, 3))
			random_output(&does, last, rng);
		if (pauses && !pick(rng, 4))
			random_controller(&does, rng);
	}
	/* Later tables only: a walk without end is another test's. */
	if (table + 1 < RANDOM_TABLES && !pick(rng, 4))
		sw_str_add(
			&does, ",resubmit(,%u)", table + 1 + pick(rng, RANDOM_TABLES - table - 1));
	if (pick(rng, 2))
		random_output(&does, last, rng);
	if (!pick(rng, 12))
		sw_str_add(&does, ",exit");
	if (!pick(rng, 8))
		sw_str_add(&does, ",clear_actions");
	if (!pick(rng, 3))
		add_written(&does, last, rng);
	if (!pick(rng, 6))
		sw_str_add(&does, ",write_metadata:%u/3", pick(rng, 4));
	if (table + 1 < RANDOM_TABLES && pick(rng, 2))
		sw_str_add(
			&does, ",goto_table:%u", table + 1 + pick(rng, RANDOM_TABLES - table - 1));
	sw_str_add(text, ",actions=%s", does.s ? does.s + 1 : "drop");
	free(does.s);
}

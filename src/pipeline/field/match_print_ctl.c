/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches to text, in the order, by the names and in the forms of ovs-ofctl dump-flows. Every bit of the mask
 * is said once: what was said is taken from a copy of it, and whatever has no place in the order comes last.
 *
 * Any thread but workers; no state.
 */
#include <sw/field_text.h>

#include <pthread.h>

#include <rte_common.h>
#include <rte_debug.h>

#include <sw/reg.h>
#include <sw/text.h>

#include "proto.h"
#include "text.h"
#include "wide.h"

SW_USE(field, eth_type);
SW_USE(field, nw_proto);
SW_USE(field, packet_type);
SW_USE(field, vlan_tci);

/* A field, what it is called in a match, hexadecimal digits when they are padded. Kinds of packet ("tcp") come
 * behind the first list, VLAN tags behind the second. */
struct place {
	const char *name, *as;
	unsigned width;
	const struct sw_field *field;
};

static struct place first[] = {
	{ "pkt_mark" },
	{ "conj_id" },
	{ "actset_output" },
};
static struct place second[] = {
	{ "reg0" },
	{ "reg1" },
	{ "reg2" },
	{ "reg3" },
	{ "reg4" },
	{ "reg5" },
	{ "reg6" },
	{ "reg7" },
	{ "reg8" },
	{ "reg9" },
	{ "reg10" },
	{ "reg11" },
	{ "reg12" },
	{ "reg13" },
	{ "reg14" },
	{ "reg15" },
	{ "tun_id" },
	{ "metadata" },
	{ "in_port" },
	{ "in_phy_port" },
};
static struct place third[] = {
	{ "eth_src", "dl_src" },
	{ "eth_dst", "dl_dst" },
	{ "eth_type", "dl_type", 4 },
	{ "pbb_isid" },
	{ "pbb_uca" },
	{ "ip_src", "nw_src" },
	{ "ip_dst", "nw_dst" },
	{ "arp_spa" },
	{ "arp_tpa" },
	{ "ipv6_src" },
	{ "ipv6_dst" },
	{ "ipv6_label", "ipv6_label", 5 },
	{ "ipv6_exthdr" },
	{ "nw_proto" },
	{ "arp_op" },
	{ "arp_sha" },
	{ "arp_tha" },
	{ "nw_tos" },
	{ "nw_ecn" },
	{ "nw_ttl" },
	{ "mpls_label" },
	{ "mpls_tc" },
	{ "mpls_ttl" },
	{ "mpls_bos" },
	{ "ip_frag", "nw_frag" },
	{ "icmp_type" },
	{ "icmp_code" },
	{ "icmpv6_type", "icmp_type" },
	{ "icmpv6_code", "icmp_code" },
	{ "tcp_src", "tp_src" },
	{ "tcp_dst", "tp_dst" },
	{ "udp_src", "tp_src" },
	{ "udp_dst", "tp_dst" },
	{ "sctp_src", "tp_src" },
	{ "sctp_dst", "tp_dst" },
	{ "tcp_flags" },
	{ "nd_target" },
	{ "nd_sll" },
	{ "nd_tll" },
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		places[i].field = sw_reg_find(&sw_reg_kind_field, places[i].name);
		RTE_ASSERT(places[i].field);
		if (!places[i].as)
			places[i].as = places[i].name;
	}
}

static void look_all_up(void)
{
	look_up(first, RTE_DIM(first));
	look_up(second, RTE_DIM(second));
	look_up(third, RTE_DIM(third));
}

struct line {
	const struct sw_match *match;
	struct sw_fields left; /* of the mask */
	struct sw_str *out;
	bool any;
};

static void item(struct line *l, const char *name)
{
	sw_str_add(l->out, "%s%s", l->any ? "," : "", name);
	l->any = true;
}

static void said(struct line *l, const struct sw_field *f)
{
	static const uint8_t none[16];

	sw_field_set(f, &l->left, none);
}

static void put_numbers(
	struct line *l, const uint8_t *value, const uint8_t *mask, unsigned bytes, unsigned width)
{
	text_put_hex(value, bytes, width, l->out);
	if (!mask)
		return;
	sw_str_add(l->out, "/");
	text_put_hex(mask, bytes, width, l->out);
}

static void put(struct line *l, const struct sw_field *f, const char *as, unsigned width)
{
	bool partly = !sw_field_is_full(f, &l->left);
	uint8_t value[16], mask[16];

	if (sw_field_is_zero(f, &l->left))
		return;
	sw_field_get(f, &l->match->value, value);
	sw_field_get(f, &l->left, mask);
	said(l, f);
	item(l, as);
	sw_str_add(l->out, "=");
	if (width || (partly && f->form == SW_FORM_DECIMAL))
		put_numbers(l, value, partly ? mask : NULL, sw_field_bytes(f), width ? width : 1);
	else
		sw_field_print(f, value, partly ? mask : NULL, l->out);
}

static void put_all(struct line *l, const struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sw_prereq_met(places[i].field->prereq, l->match))
			put(l, places[i].field, places[i].as, places[i].width);
}

static void put_kind(struct line *l)
{
	const struct sw_match *m = l->match;
	bool proto = m->mask.ip_proto == 0xff;
	const char *name;

	if (m->mask.packet_type == UINT32_MAX && !m->value.packet_type) {
		item(l, "eth");
		said(l, &sw_field_packet_type);
	} else {
		put(l, &sw_field_packet_type, "packet_type", 0);
	}
	if (m->mask.eth_type != UINT16_MAX)
		return;
	name = proto ? text_kind(rte_be_to_cpu_16(m->value.eth_type), m->value.ip_proto) : NULL;
	if (name)
		said(l, &sw_field_nw_proto);
	else
		name = text_kind(rte_be_to_cpu_16(m->value.eth_type), -1);
	if (!name)
		return;
	item(l, name);
	said(l, &sw_field_eth_type);
}

/* As VLAN and priority where they say all. */
static void put_vlan(struct line *l)
{
	unsigned v = rte_be_to_cpu_16(l->match->value.vlan_tci);
	unsigned m = rte_be_to_cpu_16(l->match->mask.vlan_tci);
	unsigned vid = m & 0xfff, pcp = m & 0xe000;
	bool whole = (!vid || vid == 0xfff) && (!pcp || pcp == 0xe000);

	if (!(m & v & SW_VLAN_PRESENT) || !(vid | pcp) || !whole) {
		put(l, &sw_field_vlan_tci, "vlan_tci", 4);
		return;
	}
	said(l, &sw_field_vlan_tci);
	if (vid) {
		item(l, "dl_vlan=");
		sw_str_add(l->out, "%u", v & 0xfff);
	}
	if (pcp) {
		item(l, "dl_vlan_pcp=");
		sw_str_add(l->out, "%u", v >> 13);
	}
}

void sw_match_print(const struct sw_match *match, struct sw_str *out)
{
	struct line l = { .match = match, .left = match->mask, .out = out };
	const struct sw_field *f;

	pthread_once(&once, look_all_up);
	sw_str_add(out, "%s", ""); /* so that there is a string */
	put_all(&l, first, RTE_DIM(first));
	put_kind(&l);
	put_all(&l, second, RTE_DIM(second));
	put_vlan(&l);
	put_all(&l, third, RTE_DIM(third));
	SW_REG_FOREACH (field, const struct sw_field *, f)
		put(&l, f, f->name, 0);
}

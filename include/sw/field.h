/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fields of a packet that rules match and actions set: OXM basic fields of OpenFlow 1.3.5 (7.2.3.7),
 * those of 1.5 that clients send, and Open vSwitch's registers. One struct holds them all, each in network
 * order as OXM carries it, so that a codec copies bytes and a mask is a plain AND.
 *
 * Fields whose prerequisites exclude each other share bytes (ip_src and arp_spa; tp_src, icmp_type, and so
 * on), as a packet has one of them. Bytes of fields that a packet does not have are 0.
 *
 * room: pipeline. Thread: descriptors are constant; the functions are pure, any thread.
 */
#ifndef SW_FIELD_H
#define SW_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include <sw/reg.h>

#define SW_REGS 16

#define SW_VLAN_PRESENT \
	0x1000 /* of vlan_tci, in place of the DEI: there is a tag (OFPVID_PRESENT) */

/* ip_frag: bits of NXM_NX_IP_FRAG. */
#define SW_FRAG_ANY   1 /* a fragment */
#define SW_FRAG_LATER 2 /* not the first; its L4 fields are 0 */

struct sw_fields {
	rte_be64_t metadata;
	rte_be64_t tunnel_id;
	rte_be32_t reg[SW_REGS];
	rte_be32_t in_port; /* OpenFlow port numbers, 32 bits */
	rte_be32_t in_phy_port;
	rte_be32_t
		actset_output;	/* OpenFlow 1.5.1, 7.2.3.7: of a walk; 0 in packets that come in */
	rte_be32_t packet_type; /* 0: Ethernet */
	rte_be32_t pkt_mark;
	rte_be32_t pbb_isid; /* 24 bits, and UCA in bit 27, as in the I-TAG */
	uint8_t eth_dst[6], eth_src[6];
	rte_be16_t eth_type; /* after all tags; below 0x0600 (802.3 without SNAP): 0x05ff */
	rte_be16_t
		vlan_tci; /* outermost tag, 0x8100 or 0x88a8: PCP, SW_VLAN_PRESENT, VID; 0: none */
	rte_be32_t mpls_lse; /* outermost label stack entry */
	uint8_t ip_proto;    /* IPv6: after the extension headers */
	uint8_t ip_tos;	     /* DSCP and ECN */
	uint8_t ip_ttl;
	uint8_t ip_frag;
	uint8_t ip_src[16], ip_dst[16]; /* IPv4 and ARP: the first 4 bytes */
	rte_be16_t tp_src, tp_dst;	/* TCP, UDP, SCTP ports; ICMP type and code, 8 bits each */
	rte_be16_t tcp_flags;		/* 12 bits */
	rte_be16_t ipv6_exthdr;		/* 9 bits, OFPIEH_* */
	rte_be32_t ipv6_label;		/* 20 bits */
	rte_be16_t arp_op;
	rte_be16_t pad1;
	uint8_t nd_target[16];
	uint8_t arp_sha[6], arp_tha[6]; /* and nd_sll, nd_tll */
	rte_be32_t conj_id; /* of no packet: what lookups put in its place (ovs-fields(7)) */
} __attribute__((aligned(16)));

/* What must hold for a field to be there (OpenFlow 1.3.5, 7.2.3.8). */
enum sw_prereq {
	SW_PRE_NONE,
	SW_PRE_IN_PORT, /* in_port is matched exactly */
	SW_PRE_VLAN,	/* a tag is there */
	SW_PRE_MPLS,	/* eth_type 0x8847 or 0x8848 */
	SW_PRE_PBB,	/* eth_type 0x88e7 */
	SW_PRE_ARP,	/* eth_type 0x0806, or 0x8035 (RARP) */
	SW_PRE_IP,	/* IPv4 or IPv6 */
	SW_PRE_IPV4,
	SW_PRE_IPV6,
	SW_PRE_TCP, /* over IPv4 or IPv6, as the next four */
	SW_PRE_UDP,
	SW_PRE_SCTP,
	SW_PRE_ICMPV4,
	SW_PRE_ICMPV6,
	SW_PRE_ND,	   /* ICMPv6 type 135 or 136; the code, if it is matched, 0 */
	SW_PRE_ND_SOLICIT, /* 135 */
	SW_PRE_ND_ADVERT,  /* 136 */
};

/* How its values are written in text. */
enum sw_field_form {
	SW_FORM_DECIMAL,
	SW_FORM_HEX,
	SW_FORM_PORT, /* a number or LOCAL, IN_PORT, ... ; a port's name where they are known */
	SW_FORM_MAC,
	SW_FORM_IPV4,
	SW_FORM_IPV6,
	SW_FORM_FRAG,	     /* no, yes, first, later, not_later */
	SW_FORM_TCP_FLAGS,   /* number, or +syn-ack */
	SW_FORM_PACKET_TYPE, /* (NAMESPACE,TYPE) */
};

struct sw_field {
	const char *name; /* as OXM and ovs-ofctl name it: "tcp_dst" */
	const char *help;
	/* Other names ("tp_dst", "nw_src"), ended by NULL; NULL for none. Several fields may have the same one:
	 * the field whose prerequisites the match meets is meant. */
	const char *const *aliases;
	uint16_t offset, size; /* bytes in struct sw_fields: one big-endian number */
	uint16_t shift,
		bits; /* the field is the bits [shift, shift + bits) of it, from the lowest */
	uint16_t
		unused; /* lowest bits of a value that are 0 and not the field's: nw_tos has 2, where the ECN is */
	enum sw_field_form form;
	enum sw_prereq prereq;
	bool maskable; /* by any mask */
	bool writable; /* by set_field and move; eth_type and ip_proto name another header then, of the bytes that are there */
	/* class << 16 | field << 9 | bytes of a value; 0: has none. NXM's form may be shorter or without prefix. */
	uint32_t oxm, nxm;
};
SW_REG_KIND_DECLARE(field);

/* Values and a mask: a packet matches when (packet & mask) == value. Bits of value outside the mask are 0. */
struct sw_match {
	struct sw_fields value, mask;
};

/* Bytes of a value as OXM carries it: it gives 20 bits of an MPLS label four bytes. */
static inline unsigned sw_field_bytes(const struct sw_field *f)
{
	return f->oxm ? f->oxm & 0xff : (f->bits + 7) / 8;
}

/* Read or write a field by its big-endian value of sw_field_bytes(f) bytes; other bits stay. */
void sw_field_get(const struct sw_field *f, const struct sw_fields *from, uint8_t *value);
void sw_field_set(const struct sw_field *f, struct sw_fields *to, const uint8_t *value);
/* All of it: as a value of sw_field_bytes(f) bytes, and added to a mask. */
void sw_field_ones(const struct sw_field *f, uint8_t *value);
void sw_field_add(const struct sw_field *f, struct sw_fields *mask);

/* Is none or all of the field in the mask? Else it is partly. */
bool sw_field_is_zero(const struct sw_field *f, const struct sw_fields *mask);
bool sw_field_is_full(const struct sw_field *f, const struct sw_fields *mask);

/* Has the match what the field needs? */
bool sw_prereq_met(enum sw_prereq prereq, const struct sw_match *match);
/* In words: "ip_proto=6 (and eth_type=0x0800 or 0x86dd)". */
const char *sw_prereq_text(enum sw_prereq prereq);

/* The field of an OXM or NXM header (its has-mask bit and length are not looked at), or NULL. O(1). Fields of
 * ONF's experimenter class have the numbers of class 0x8000: ask for those. */
const struct sw_field *sw_field_by_oxm(uint32_t header);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fields of a packet, and where its headers are: reads any bytes, in one buffer or in several, and
 * never beyond them. What a header says is taken when the whole header is there and makes sense; fields
 * of one that is cut short or broken, and of all that would follow it, are 0.
 *
 * - VLAN: at most two tags (0x8100, 0x88a8) are read; a third is the eth_type and ends it. The first one is
 *   what is matched. Its DEI is not kept.
 * - A length in place of the Ethertype: SNAP with OUI 0 has its type (802.3), all else 0x05ff.
 * - IPv4: version, IHL and total length must fit each other and the packet, else only the eth_type is known.
 * - IPv6: version and payload length likewise. Up to 16 extension headers are passed; ip_proto is the last
 *   header reached: the one above IP, or that at which it ended because it is cut short, one too many, ESP, "no
 *   next header", or a fragment other than the first (44, as OVS).
 * - Fragments other than the first have no L4 header.
 * - Neighbour discovery: up to 16 options are looked at. An address that is given twice makes all of it 0.
 *
 * room: pipeline (private). Thread: any; the packet must not change meanwhile.
 */
#ifndef PIPELINE_FIELD_EXTRACT_H
#define PIPELINE_FIELD_EXTRACT_H

#include <stdint.h>
#include <string.h>

#include <sw/field.h>

struct rte_mbuf;

/* Bytes from the beginning of the packet; 0: there is none. */
struct fields_at {
	uint32_t
		end; /* of what IP counts as its own, padding follows; of the packet when it is not IP */
	uint16_t payload; /* behind the Ethertype that counts: where MPLS would be pushed */
	uint16_t l3;	  /* the same, when IPv4, IPv6, ARP, MPLS or I-TAG is there and whole */
	uint16_t l4; /* TCP, UDP, SCTP, ICMP or ICMPv6, when all of its fixed header is there */
	uint16_t nd_sll, nd_tll; /* the addresses in the options of neighbour discovery */
	uint8_t tags;		 /* VLAN tags passed, 0 to 2 */
	uint8_t l4_proto;	 /* of what is at l4 */
	uint16_t proto; /* the byte that ip_proto is, where an extension header of IPv6 has it */
};

/* Of a packet that came in by a port; all that is not in the packet is 0, in_phy_port is in_port. */
void fields_extract(const struct rte_mbuf *m, uint32_t in_port, struct sw_fields *f);

/* Of a packet that was changed: registers, metadata, ports and so on stay. */
void fields_extract_again(const struct rte_mbuf *m, struct sw_fields *f);

/* What is in packets is 0 then. */
void fields_forget_packet(struct sw_fields *f);

/* What is in no packet and may come with it from elsewhere: metadata, tunnel_id, pkt_mark, registers. */
static inline void fields_set_meta(struct sw_fields *to, const struct sw_fields *meta)
{
	to->metadata = meta->metadata;
	to->tunnel_id = meta->tunnel_id;
	to->pkt_mark = meta->pkt_mark;
	memcpy(to->reg, meta->reg, sizeof(to->reg));
}

void fields_find(const struct rte_mbuf *m, struct fields_at *at);

#endif

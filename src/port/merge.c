/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Merging of TCP segments (RFC 9293) on the way to the kernel. Segments go together when a card that
 * cuts the super-packet again would make the very same ones: the same headers but for lengths, the IPv4
 * identification and checksums, sequence numbers that follow on, all but the last of one size, no flag
 * but ACK and, on the last, PSH.
 *
 * The super-packet's checksum is only begun, so nobody downstream checks the segments' own: they are
 * checked here, unless the port they came from knew them to be good (RTE_MBUF_F_RX_L4_CKSUM_GOOD). A
 * wrong one goes alone, as it came.
 *
 * Worker code. Packets may be shared and are only read.
 */
#include "merge.h"

#include <stdbool.h>
#include <string.h>

#include <rte_ether.h>

#include "csum.h"
#include "gso.h"

enum { TCP_PSH = 0x08, TCP_ACK = 0x10, PROTO_TCP = 6 };
enum { IP4_LEN = 20, IP6_LEN = 40, TCP_LEN = 20, IP_MAX = 65535 };

/* Where things are in one segment. */
struct segment {
	const uint8_t *p; /* its first bytes, all headers */
	uint16_t l3, l4, hdr_len;
	uint32_t len; /* payload */
	bool v6;
};

static inline uint16_t be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32_at(const uint8_t *p)
{
	return (uint32_t)be16_at(p) << 16 | be16_at(p + 2);
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Headers of plain IPv4 or IPv6, and that the packet ends where they say. */
static bool find_ip(const struct rte_mbuf *m, struct segment *s)
{
	uint16_t room = m->data_len, type;

	s->l3 = RTE_ETHER_HDR_LEN;
	if (room < s->l3 + IP4_LEN + TCP_LEN)
		return false;
	type = be16_at(s->p + 12);
	for (unsigned tags = 0; type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ;
		tags++) {
		if (tags == 2 || room < s->l3 + 4 + IP4_LEN + TCP_LEN)
			return false;
		type = be16_at(s->p + s->l3 + 2);
		s->l3 += 4;
	}
	if (type == RTE_ETHER_TYPE_IPV4) {
		const uint8_t *ip = s->p + s->l3;

		/* No options, no fragment, nothing wrong that would be put right. */
		s->l4 = s->l3 + IP4_LEN;
		return ip[0] == 0x45 && ip[9] == PROTO_TCP && !(be16_at(ip + 6) & 0x3fff) &&
		       csum_fold(csum_add(0, ip, IP4_LEN)) == UINT16_MAX &&
		       m->pkt_len == (uint32_t)s->l3 + be16_at(ip + 2);
	}
	s->v6 = true;
	s->l4 = s->l3 + IP6_LEN;
	return type == RTE_ETHER_TYPE_IPV6 && room >= s->l4 + TCP_LEN &&
	       s->p[s->l3 + 6] == PROTO_TCP &&
	       m->pkt_len == (uint32_t)s->l4 + be16_at(s->p + s->l3 + 4);
}

/* Is it a TCP segment that could be merged at all? */
static bool find_segment(const struct rte_mbuf *m, struct segment *s)
{
	memset(s, 0, sizeof(*s));
	s->p = rte_pktmbuf_mtod(m, const uint8_t *);
	if (!find_ip(m, s))
		return false;
	s->hdr_len = (uint16_t)(s->l4 + (s->p[s->l4 + 12] >> 4) * 4);
	if (s->hdr_len < s->l4 + TCP_LEN || s->hdr_len > m->data_len || s->hdr_len >= m->pkt_len)
		return false;
	s->len = m->pkt_len - s->hdr_len;
	return (s->p[s->l4 + 13] & ~TCP_PSH) == TCP_ACK && !(s->p[s->l4 + 12] & 15);
}

static uint64_t pseudo_sum(const struct segment *s, const uint8_t *ip, uint32_t l4_len)
{
	uint8_t word[4] = { 0, PROTO_TCP };

	put16(word + 2, (uint16_t)l4_len);
	return csum_add(
		s->v6 ? csum_add(0, ip + 8, 32) : csum_add(0, ip + 12, 8), word, sizeof(word));
}

static bool csum_is_good(const struct rte_mbuf *m, const struct segment *s)
{
	uint32_t skip = s->l4;
	uint64_t sum;

	if ((m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		return true;
	sum = pseudo_sum(s, s->p + s->l3, m->pkt_len - s->l4);
	for (; m; m = m->next) {
		uint32_t len = m->data_len - skip;

		if ((len & 1) && m->next)
			return false; /* sums of odd pieces do not join */
		sum = csum_add(sum, rte_pktmbuf_mtod_offset(m, const uint8_t *, skip), len);
		skip = 0;
	}
	return csum_fold(sum) == UINT16_MAX;
}

/* Is b what follows `bytes` of payload after a, the k-th segment of it? */
static bool follows(const struct segment *a, const struct segment *b, uint32_t bytes, unsigned k)
{
	const uint8_t *ia = a->p + a->l3, *ib = b->p + b->l3;
	const uint8_t *ta = a->p + a->l4, *tb = b->p + b->l4;

	if (b->l4 != a->l4 || b->hdr_len != a->hdr_len || b->len > a->len ||
		be32_at(tb + 4) != be32_at(ta + 4) + bytes)
		return false;
	/* Addresses, tags and type; ports; acknowledgement, offset; window; urgent pointer, options. */
	if (memcmp(a->p, b->p, a->l3) || memcmp(ta, tb, 4) || memcmp(ta + 8, tb + 8, 5) ||
		memcmp(ta + 14, tb + 14, 2) || memcmp(ta + 18, tb + 18, a->hdr_len - a->l4 - 18))
		return false;
	if (a->v6)
		return !memcmp(ia, ib, 4) && !memcmp(ia + 6, ib + 6, 34);
	return !memcmp(ia, ib, 2) && !memcmp(ia + 6, ib + 6, 4) && !memcmp(ia + 12, ib + 12, 8) &&
	       be16_at(ib + 4) == (uint16_t)(be16_at(ia + 4) + k);
}

/* Headers for `bytes` of payload, whose last segment had the flags given. */
static void make_head(const struct segment *s, uint32_t bytes, uint8_t flags, struct merged *out)
{
	uint8_t *ip = out->hdr + s->l3, *tcp = out->hdr + s->l4;
	uint32_t l4_len = s->hdr_len - s->l4 + bytes;
	uint16_t csum;

	memcpy(out->hdr, s->p, s->hdr_len);
	out->hdr_len = s->hdr_len;
	if (s->v6) {
		put16(ip + 4, (uint16_t)l4_len);
	} else {
		put16(ip + 2, (uint16_t)(IP4_LEN + l4_len));
		memset(ip + 10, 0, 2);
		csum = csum_finish(csum_add(0, ip, IP4_LEN));
		memcpy(ip + 10, &csum, sizeof(csum));
	}
	tcp[13] = flags;
	csum = csum_fold(pseudo_sum(s, ip, l4_len));
	memcpy(tcp + 16, &csum, sizeof(csum));
	out->vh = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = s->v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = s->hdr_len,
		.gso_size = (uint16_t)s->len,
		.csum_start = s->l4,
		.csum_offset = 16 };
}

unsigned merge_next(struct rte_mbuf **pkts, unsigned n, struct merged *out)
{
	struct segment first, next;
	uint32_t bytes, room;
	uint8_t flags;
	unsigned k = 1;

	if (n < 2 || !find_segment(pkts[0], &first) || first.len < GSO_MSS_MIN)
		return 1;
	flags = first.p[first.l4 + 13];
	bytes = first.len;
	room = IP_MAX - (first.hdr_len - first.l3);
	/* PSH or a short segment is the last. */
	for (bool more = !(flags & TCP_PSH); more && k < n; k++) {
		if (!find_segment(pkts[k], &next) || !follows(&first, &next, bytes, k) ||
			bytes + next.len > room || !csum_is_good(pkts[k], &next))
			break;
		if (k == 1 && !csum_is_good(pkts[0], &first))
			return 1;
		bytes += next.len;
		flags = next.p[next.l4 + 13];
		more = next.len == first.len && !(flags & TCP_PSH);
	}
	if (k > 1)
		make_head(&first, bytes, flags, out);
	return k;
}

/* The pieces of a packet from byte `skip` of its first. */
static unsigned add_pieces(struct iovec *iov, const struct rte_mbuf *m, uint32_t skip)
{
	unsigned n = 0;

	for (; m; m = m->next, skip = 0) {
		if (m->data_len == skip)
			continue;
		iov[n].iov_base = rte_pktmbuf_mtod_offset(m, void *, skip);
		iov[n++].iov_len = m->data_len - skip;
	}
	return n;
}

unsigned merge_message(struct rte_mbuf **pkts, unsigned n, struct merged *out, struct iovec *iov,
	unsigned max, unsigned *used)
{
	unsigned k = merge_next(pkts, n, out), need = 2, at = 1;

	for (unsigned i = 0; i < k; i++)
		need += pkts[i]->nb_segs;
	if (need > max && k > 1) {
		k = 1;
		need = 2u + pkts[0]->nb_segs;
	}
	if (need > max)
		return 0;
	if (k == 1)
		memset(&out->vh, 0, sizeof(out->vh));
	iov[0].iov_base = &out->vh;
	iov[0].iov_len = sizeof(out->vh);
	if (k > 1) {
		iov[at].iov_base = out->hdr;
		iov[at++].iov_len = out->hdr_len;
	}
	for (unsigned i = 0; i < k; i++)
		at += add_pieces(iov + at, pkts[i], k > 1 ? out->hdr_len : 0);
	*used = at;
	return k;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cutting of super-packets and completing of checksums, as a network card with TSO would do it: RFC 9293
 * (TCP), RFC 768, RFC 791 and 6864 (the IPv4 identification counts up), RFC 8200 (IPv6 with extension
 * headers), RFC 3168 6.1.2 (CWR goes with the first segment only).
 *
 * A packet that carries a tunnel (VXLAN, Geneve, GRE without checksum or sequence number, IP in IP) is
 * cut at its innermost TCP or UDP: the outer headers are walked from the front, the inner IP header is
 * the one that ends where the checksum starts and whose length fits, and each header that has a length
 * or a checksum is corrected in every segment. What lies between is copied as it is.
 *
 * The segments' checksum starts from the sender's own begun one minus the length: that is right for
 * routing headers too, whose last address we would have to look for.
 *
 * Worker code; no allocation. Every read of the packet is within [0, len) by header_at().
 */
#include "gso.h"

#include <stddef.h>
#include <string.h>

#include "csum.h"

enum {
	ETH_LEN = 14,
	VLAN_LEN = 4,
	IP4_LEN = 20,
	IP6_LEN = 40,
	TCP_LEN = 20,
	UDP_LEN = 8,
};

enum {
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_SVLAN = 0x88a8,
	TYPE_TEB = 0x6558,
};

enum {
	PROTO_HOPOPTS = 0,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IP6 = 41,
	PROTO_ROUTING = 43,
	PROTO_GRE = 47,
	PROTO_DSTOPTS = 60,
};

enum { TCP_FIN = 0x01, TCP_PSH = 0x08, TCP_CWR = 0x80 };

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* n bytes of header at off, or NULL when the packet or the room for headers ends before. */
static const uint8_t *header_at(const struct gso *g, uint32_t off, uint32_t n)
{
	return off + n <= g->len && off + n <= GSO_HDR_MAX ? g->pkt + off : NULL;
}

static enum gso_result complete_csum(uint8_t *pkt, uint32_t len, uint32_t start, uint32_t offset)
{
	uint16_t csum;

	if (start >= len || offset + 2 > len - start)
		return GSO_MALFORMED;
	/* The field holds the sum of the pseudo header. */
	csum = csum_finish_nonzero(csum_add(0, pkt + start, len - start));
	memcpy(pkt + start + offset, &csum, sizeof(csum));
	return GSO_WHOLE;
}

/* Note the IP header at off. *next gets what follows it, returns where that is, 0 when it is bad. */
static uint32_t walk_ip4(struct gso *g, uint32_t off, uint8_t *next)
{
	const uint8_t *ip = header_at(g, off, IP4_LEN);
	uint32_t ihl;

	if (!ip || ip[0] >> 4 != 4 || g->n_ip == GSO_IP_MAX)
		return 0;
	ihl = (uint32_t)(ip[0] & 15) * 4;
	/* A fragment has no whole L4 header to repeat. */
	if (ihl < IP4_LEN || !header_at(g, off, ihl) || (get16(ip + 6) & 0x3fff))
		return 0;
	g->ip[g->n_ip++] = (uint16_t)off;
	*next = ip[9];
	return off + ihl;
}

static uint32_t walk_ip6(struct gso *g, uint32_t off, uint8_t *next)
{
	const uint8_t *ip = header_at(g, off, IP6_LEN);

	if (!ip || ip[0] >> 4 != 6 || g->n_ip == GSO_IP_MAX)
		return 0;
	g->ip[g->n_ip++] = (uint16_t)off;
	*next = ip[6];
	off += IP6_LEN;
	while (*next == PROTO_HOPOPTS || *next == PROTO_ROUTING || *next == PROTO_DSTOPTS) {
		const uint8_t *ext = header_at(g, off, 8);

		if (!ext)
			return 0;
		*next = ext[0];
		off += 8 + (uint32_t)ext[1] * 8;
	}
	return off;
}

static uint32_t walk_ip(struct gso *g, uint32_t off, uint16_t type, uint8_t *next)
{
	if (type == TYPE_IP4)
		return walk_ip4(g, off, next);
	if (type == TYPE_IP6)
		return walk_ip6(g, off, next);
	return 0;
}

/* From the Ethernet header to the first thing that is not IP in IP. */
static uint32_t walk_outer(struct gso *g, uint8_t *next)
{
	const uint8_t *p = header_at(g, 0, ETH_LEN);
	uint32_t off = ETH_LEN;
	uint16_t type;

	if (!p)
		return 0;
	type = get16(p + 12);
	for (unsigned tags = 0; (type == TYPE_VLAN || type == TYPE_SVLAN) && tags < 2; tags++) {
		p = header_at(g, off, VLAN_LEN);
		if (!p)
			return 0;
		type = get16(p + 2);
		off += VLAN_LEN;
	}
	off = walk_ip(g, off, type, next);
	while (off && (*next == PROTO_IPIP || *next == PROTO_IP6))
		off = walk_ip(g, off, *next == PROTO_IPIP ? TYPE_IP4 : TYPE_IP6, next);
	return off;
}

/* Is there an IP header at off that covers exactly the rest of the packet? */
static bool is_inner_ip(const struct gso *g, uint32_t off, uint32_t ihl)
{
	const uint8_t *ip = header_at(g, off, ihl);

	if (!ip)
		return false;
	if (ip[0] >> 4 == 4)
		return (ip[0] & 15) * 4u == ihl && get16(ip + 2) == g->len - off &&
		       csum_fold(csum_add(0, ip, ihl)) == UINT16_MAX;
	return ip[0] >> 4 == 6 && ihl == IP6_LEN && get16(ip + 4) == g->len - off - IP6_LEN;
}

/* In a tunnel: the inner IP header ends at `l4`. It is looked for from there, because what is between
 * (VXLAN, Geneve and its options, a UDP port of the user's choice) cannot be known by its numbers. */
static bool find_inner(struct gso *g, uint32_t from, uint32_t l4, uint8_t *next)
{
	for (uint32_t ihl = IP4_LEN; ihl <= 60 && from + ihl <= l4; ihl += 4) {
		uint32_t off = l4 - ihl;

		if (is_inner_ip(g, off, ihl))
			return walk_ip(g, off, g->pkt[off] >> 4 == 4 ? TYPE_IP4 : TYPE_IP6, next) ==
			       l4;
	}
	return false;
}

/* Between the outer L4 header at off and the inner packet: note what must be corrected in it. */
static enum gso_result enter_tunnel(struct gso *g, uint32_t off, uint32_t l4, uint8_t *next)
{
	const uint8_t *p = header_at(g, off, UDP_LEN);

	if (!p || off + UDP_LEN > l4 || l4 >= g->len || *next == PROTO_TCP)
		return GSO_MALFORMED;
	if (*next == PROTO_UDP)
		g->outer_udp = (uint16_t)off;
	else if (*next != PROTO_GRE || (p[0] & 0x90)) /* a checksum or a sequence number */
		return GSO_UNSUPPORTED;
	return find_inner(g, off + 4, l4, next) ? GSO_SEGMENTS : GSO_UNSUPPORTED;
}

/* Find every header that changes from segment to segment. */
static enum gso_result find_headers(struct gso *g, const struct virtio_net_hdr *vh)
{
	bool begun = vh->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	uint8_t want = g->tcp ? PROTO_TCP : PROTO_UDP, next = 0;
	uint32_t off = walk_outer(g, &next);

	if (!off)
		return GSO_MALFORMED;
	if (begun && vh->csum_start > off) {
		enum gso_result r = enter_tunnel(g, off, vh->csum_start, &next);

		if (r != GSO_SEGMENTS)
			return r;
		off = vh->csum_start;
	}
	if (next != want || (begun && vh->csum_start != off))
		return GSO_MALFORMED;
	g->l4 = (uint16_t)off;
	return GSO_SEGMENTS;
}

/* A sum without the number n, which was added as 32 bits in network order. One's complement: adding
 * the complement subtracts. */
static uint16_t csum_without(uint64_t sum, uint32_t n)
{
	uint8_t word[4];

	put16(word, (uint16_t)(n >> 16));
	put16(word + 2, (uint16_t)n);
	return csum_fold(sum + (uint16_t)~csum_fold(csum_add(0, word, sizeof(word))));
}

/* What the sender put into a checksum field, the pseudo header of the whole, without its length. */
static uint16_t seed_at(const struct gso *g, uint32_t field, uint32_t l4)
{
	uint16_t seed;

	memcpy(&seed, g->pkt + field, sizeof(seed));
	return csum_without(seed, g->len - l4);
}

/* The same made from the addresses. */
static uint16_t pseudo_of(const struct gso *g)
{
	const uint8_t *ip = g->pkt + g->ip[g->n_ip - 1];
	uint8_t word[2] = { 0, g->tcp ? PROTO_TCP : PROTO_UDP };
	uint64_t sum = ip[0] >> 4 == 4 ? csum_add(0, ip + 12, 8) : csum_add(0, ip + 8, 32);

	return csum_fold(csum_add(sum, word, sizeof(word)));
}

static enum gso_result open_segments(struct gso *g, const struct virtio_net_hdr *vh)
{
	bool begun = vh->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	enum gso_result r = find_headers(g, vh);
	const uint8_t *l4;
	uint32_t l4_len = UDP_LEN;

	if (r != GSO_SEGMENTS)
		return r;
	l4 = header_at(g, g->l4, g->tcp ? TCP_LEN : UDP_LEN);
	if (!l4)
		return GSO_MALFORMED;
	if (g->tcp)
		l4_len = (uint32_t)(l4[12] >> 4) * 4;
	if (l4_len < (g->tcp ? TCP_LEN : UDP_LEN) || !header_at(g, g->l4, l4_len))
		return GSO_MALFORMED;
	g->hdr_len = (uint16_t)(g->l4 + l4_len);
	if (g->hdr_len >= g->len)
		return GSO_MALFORMED;
	g->at = g->hdr_len;
	/* The first segment is the longest, and its outermost IP header must be able to say so. */
	if (g->hdr_len - g->ip[0] + (g->len - g->at < g->mss ? g->len - g->at : g->mss) >
		UINT16_MAX)
		return GSO_MALFORMED;
	g->no_csum = !g->tcp && !begun && !get16(l4 + 6);
	g->pseudo = begun ? seed_at(g, g->l4 + (g->tcp ? 16 : 6), g->l4) : pseudo_of(g);
	if (g->outer_udp && get16(g->pkt + g->outer_udp + 6)) {
		g->outer_csum = true;
		g->outer_pseudo = seed_at(g, g->outer_udp + 6, g->outer_udp);
	}
	return GSO_SEGMENTS;
}

enum gso_result gso_open(struct gso *g, const struct virtio_net_hdr *vh, uint8_t *pkt, uint32_t len)
{
	memset(g, 0, sizeof(*g));
	if (len < ETH_LEN || len > GSO_LEN_MAX)
		return GSO_MALFORMED;
	switch (vh->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		if (!(vh->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
			return GSO_WHOLE;
		return complete_csum(pkt, len, vh->csum_start, vh->csum_offset);
	case VIRTIO_NET_HDR_GSO_TCPV4:
	case VIRTIO_NET_HDR_GSO_TCPV6:
		g->tcp = true;
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		break;
	default:
		return GSO_UNSUPPORTED;
	}
	if (vh->gso_size < GSO_MSS_MIN)
		return GSO_MALFORMED;
	g->pkt = pkt;
	g->len = len;
	g->mss = vh->gso_size;
	return open_segments(g, vh);
}

static void fix_tcp(const struct gso *g, uint8_t *tcp, bool last)
{
	uint32_t seq = (uint32_t)get16(tcp + 4) << 16 | get16(tcp + 6);

	seq += g->n * g->mss;
	put16(tcp + 4, (uint16_t)(seq >> 16));
	put16(tcp + 6, (uint16_t)seq);
	if (!last)
		tcp[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	if (g->n)
		tcp[13] &= (uint8_t)~TCP_CWR;
}

/* Checksum of the L4 header at l4 of a segment whose payload has the sum given. */
static void fix_l4(const struct gso *g, uint8_t *hdr, uint32_t payload_len, uint64_t payload_sum)
{
	uint8_t *field = hdr + g->l4 + (g->tcp ? 16 : 6);
	uint32_t l4_len = g->hdr_len - g->l4 + payload_len;
	uint8_t word[2];
	uint16_t csum;

	if (!g->tcp)
		put16(hdr + g->l4 + 4, (uint16_t)l4_len);
	memset(field, 0, 2);
	if (g->no_csum)
		return;
	put16(word, (uint16_t)l4_len);
	csum = csum_finish_nonzero(csum_add(csum_add(payload_sum + g->pseudo, word, sizeof(word)),
		hdr + g->l4, g->hdr_len - g->l4));
	memcpy(field, &csum, sizeof(csum));
}

static void fix_ip(const struct gso *g, uint8_t *ip, uint32_t len)
{
	uint16_t csum;

	if (ip[0] >> 4 == 6) {
		put16(ip + 4, (uint16_t)(len - IP6_LEN));
		return;
	}
	put16(ip + 2, (uint16_t)len);
	put16(ip + 4, (uint16_t)(get16(ip + 4) + g->n));
	memset(ip + 10, 0, 2);
	csum = csum_finish(csum_add(0, ip, (size_t)(ip[0] & 15) * 4));
	memcpy(ip + 10, &csum, sizeof(csum));
}

/* The UDP header of a tunnel; after everything inside it has its final bytes. */
static void fix_outer_udp(const struct gso *g, uint8_t *hdr, uint32_t end, uint64_t payload_sum)
{
	uint8_t *udp = hdr + g->outer_udp;
	uint16_t csum;

	put16(udp + 4, (uint16_t)(end - g->outer_udp));
	if (!g->outer_csum)
		return;
	memset(udp + 6, 0, 2);
	/* The length counts twice: in the header and in the pseudo header. */
	csum = csum_finish_nonzero(csum_add(csum_add(payload_sum + g->outer_pseudo, udp + 4, 2),
		udp, g->hdr_len - g->outer_udp));
	memcpy(udp + 6, &csum, sizeof(csum));
}

uint32_t gso_next(struct gso *g, uint8_t *hdr, const uint8_t **payload)
{
	uint32_t left = g->len - g->at, n = left < g->mss ? left : g->mss;
	uint64_t payload_sum;

	if (!n)
		return 0;
	*payload = g->pkt + g->at;
	payload_sum = g->no_csum && !g->outer_csum ? 0 : csum_add(0, *payload, n);
	memcpy(hdr, g->pkt, g->hdr_len);
	if (g->tcp)
		fix_tcp(g, hdr + g->l4, n == left);
	fix_l4(g, hdr, n, payload_sum);
	for (unsigned i = g->n_ip; i--;)
		fix_ip(g, hdr + g->ip[i], g->hdr_len + n - g->ip[i]);
	if (g->outer_udp)
		fix_outer_udp(g, hdr, g->hdr_len + n, payload_sum);
	g->at += n;
	g->n++;
	return n;
}

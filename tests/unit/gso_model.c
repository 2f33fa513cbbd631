/* SPDX-License-Identifier: BSD-3-Clause */
/* See gso_model.h. */
#include "gso_model.h"

uint64_t gso_rnd;

unsigned below(unsigned n)
{
	return (unsigned)(swtest_rand(&gso_rnd) % n);
}

void random_bytes(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)below(256);
}

static uint8_t *push(struct frame *f, unsigned n)
{
	assert_true(f->at >= n);
	f->at -= n;
	memset(head(f), 0, n);
	return head(f);
}

unsigned slow_sum(unsigned sum, const uint8_t *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		sum += i % 2 ? p[i] : (unsigned)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static unsigned slow_pseudo(const struct ip_spec *ip, unsigned proto, unsigned len)
{
	unsigned n = ip->v6 ? 16 : 4;
	uint8_t word[4] = { 0, (uint8_t)proto };

	be16(word + 2, len);
	return slow_sum(slow_sum(slow_sum(0, ip->src, n), ip->dst, n), word, 4);
}

static void store_csum(uint8_t *field, unsigned sum, bool zero_is_none)
{
	unsigned c = ~sum & 0xffff;

	be16(field, c || !zero_is_none ? c : 0xffff);
}

/* Of the TCP or UDP header at the frame's head, to its field. */
static void store_l4_csum(struct frame *f, uint8_t *field, const struct spec *s, bool outer)
{
	unsigned proto = s->tcp && !outer ? 6 : 17;
	unsigned pseudo = slow_pseudo(&s->ip[outer], proto, length(f));

	if (s->begun)
		be16(field, pseudo);
	else
		store_csum(field, slow_sum(pseudo, head(f), length(f)), true);
}

static void push_l4(struct frame *f, const struct spec *s, unsigned index, bool last)
{
	unsigned len = s->tcp ? 20 + s->tcp_options * 4u : 8;
	uint8_t *p = push(f, len), *field = p + (s->tcp ? 16 : 6);
	uint32_t seq = s->seq + index * s->mss;

	be16(p, 1234);
	be16(p + 2, 4321);
	if (s->tcp) {
		be16(p + 4, seq >> 16);
		be16(p + 6, seq & 0xffff);
		p[12] = (uint8_t)(len / 4 << 4);
		p[13] = s->flags;
		if (!last)
			p[13] &= 0xf6; /* no FIN, no PSH */
		if (index)
			p[13] &= 0x7f; /* no CWR */
		memset(p + 20, 1, len - 20);
	} else {
		be16(p + 4, length(f));
	}
	if (!s->no_csum)
		store_l4_csum(f, field, s, false);
}

static unsigned push_ext(struct frame *f, const struct ip_spec *ip, unsigned proto)
{
	uint8_t *p;

	if (ip->options & 2) {
		p = push(f, 24);
		p[0] = (uint8_t)proto;
		p[1] = 2;
		p[2] = 2; /* type 2 routing: the last address */
		p[3] = 1;
		memcpy(p + 8, ip->dst, 16);
		proto = 43;
	}
	if (ip->options & 1) {
		p = push(f, 8);
		p[0] = (uint8_t)proto;
		p[2] = 1; /* PadN */
		p[3] = 4;
		proto = 0;
	}
	return proto;
}

static void push_ip(struct frame *f, const struct ip_spec *ip, unsigned proto, unsigned index)
{
	unsigned len = 20 + ip->options * 4u;
	uint8_t *p;

	if (ip->v6) {
		proto = push_ext(f, ip, proto);
		len = length(f);
		p = push(f, 40);
		p[0] = 0x60;
		be16(p + 4, len);
		p[6] = (uint8_t)proto;
		p[7] = 64;
		memcpy(p + 8, ip->src, 16);
		memcpy(p + 24, ip->options & 2 ? ip->via : ip->dst, 16);
		return;
	}
	p = push(f, len);
	p[0] = (uint8_t)(0x40 | len / 4);
	be16(p + 2, length(f));
	be16(p + 4, ip->id + index);
	p[6] = 0x40;
	p[8] = 64;
	p[9] = (uint8_t)proto;
	memcpy(p + 12, ip->src, 4);
	memcpy(p + 16, ip->dst, 4);
	memset(p + 20, 1, len - 20);
	store_csum(p + 10, slow_sum(0, p, len), false);
}

static void push_eth(struct frame *f, unsigned type, unsigned n_tags)
{
	uint8_t *p;

	be16(push(f, 2), type);
	for (unsigned i = 0; i < n_tags; i++) {
		p = push(f, 4);
		be16(p, i + 1 == n_tags && n_tags > 1 ? 0x88a8 : 0x8100);
		be16(p + 2, 100 + i);
	}
	p = push(f, 12);
	memset(p, 2, 6);
	memset(p + 6, 4, 6);
}

/* The tunnel's own header and the outer IP header. */
static void push_tunnel(struct frame *f, const struct spec *s, unsigned index)
{
	unsigned type = s->ip[0].v6 ? 0x86dd : 0x0800;
	bool udp = s->tunnel == VXLAN || s->tunnel == GENEVE;
	unsigned proto = udp ? 17 : s->tunnel == IP_IN_IP ? (s->ip[0].v6 ? 41 : 4) : 47;
	uint8_t *p;

	if (s->tunnel == VXLAN || s->tunnel == GRE_TEB)
		push_eth(f, type, 0);
	if (s->tunnel == VXLAN) {
		push(f, 8)[0] = 8;
	} else if (s->tunnel == GENEVE) {
		memset(push(f, 12), 0x45, 12); /* options that look like the start of IPv4 */
		p = push(f, 8);
		p[0] = 3;
		be16(p + 2, type);
	} else if (s->tunnel == GRE_TEB || s->tunnel == GRE_IP) {
		p = push(f, 8); /* with a key */
		p[0] = 0x20;
		be16(p + 2, s->tunnel == GRE_TEB ? 0x6558 : type);
	}
	if (udp) {
		p = push(f, 8);
		be16(p + 2, s->tunnel == VXLAN ? 4789 : 6081);
		be16(p + 4, length(f));
		if (s->outer_csum)
			store_l4_csum(f, p + 6, s, true);
	}
	push_ip(f, &s->ip[1], proto, index);
}

void build(struct frame *f, const struct spec *s, unsigned from, unsigned len, unsigned index)
{
	bool last = from + len == s->payload_len;

	f->at = FRAME_MAX;
	memcpy(push(f, len), s->payload + from, len);
	push_l4(f, s, index, last);
	push_ip(f, &s->ip[0], s->tcp ? 6 : 17, index);
	if (s->tunnel != NO_TUNNEL)
		push_tunnel(f, s, index);
	push_eth(f, s->ip[s->tunnel != NO_TUNNEL].v6 ? 0x86dd : 0x0800, s->n_tags);
}

static void random_ip(struct ip_spec *ip, bool options)
{
	random_bytes((uint8_t *)ip, sizeof(*ip));
	ip->v6 = below(2);
	ip->options = options ? (uint8_t)below(ip->v6 ? 4 : 11) : 0;
}

void random_spec(struct spec *s, const uint8_t *payload, unsigned payload_max)
{
	memset(s, 0, sizeof(*s));
	s->n_tags = below(3);
	s->tunnel = below(2) ? NO_TUNNEL : (enum tunnel)below(TUNNELS);
	s->outer_csum = below(2);
	s->tcp = below(3);
	random_ip(&s->ip[0], s->tunnel == NO_TUNNEL || s->tunnel == IP_IN_IP);
	random_ip(&s->ip[1], true);
	s->tcp_options = (uint8_t)below(11);
	s->seq = (uint32_t)swtest_rand(&gso_rnd);
	s->flags = (uint8_t)below(256);
	s->payload = payload;
	s->payload_len = 1 + below(payload_max);
	s->mss = 8 + below(below(2) ? 1500 : 9000);
}

uint8_t *make_super(const struct spec *s, struct frame *f, struct virtio_net_hdr *vh)
{
	unsigned l4_len = s->payload_len + (s->tcp ? 20 + s->tcp_options * 4u : 8);
	struct spec left = *s;
	uint8_t *pkt;

	left.begun = true;
	build(f, &left, 0, s->payload_len, 0);
	pkt = malloc(length(f));
	memcpy(pkt, head(f), length(f));
	memset(vh, 0, sizeof(*vh));
	vh->gso_size = (uint16_t)s->mss;
	vh->gso_type = s->tcp ? (s->ip[0].v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4)
			      : VIRTIO_NET_HDR_GSO_UDP_L4;
	if (s->no_csum)
		return pkt;
	vh->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vh->csum_start = (uint16_t)(length(f) - l4_len);
	vh->csum_offset = s->tcp ? 16 : 6;
	return pkt;
}

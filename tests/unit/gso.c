/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * src/port/gso.c against a model: one builder writes complete frames byte by byte with checksums summed
 * the slow way. The super-packet is the builder's frame of the whole payload with only the pseudo header
 * in the innermost checksum, and each segment must be, to the byte, what the builder writes for its part
 * of the payload. Then input that lies: nothing may be read or written outside of what is there.
 */
#include "gso_model.h"

#include "../../src/port/csum.h"

static void check_segments(const struct spec *s)
{
	static struct frame f;
	struct virtio_net_hdr vh;
	uint8_t *pkt = make_super(s, &f, &vh), hdr[GSO_HDR_MAX];
	unsigned len = length(&f), n = (s->payload_len + s->mss - 1) / s->mss;
	const uint8_t *payload;
	struct gso g;

	assert_int_equal(gso_open(&g, &vh, pkt, len), GSO_SEGMENTS);
	for (unsigned i = 0; i < n; i++) {
		unsigned from = i * s->mss;
		unsigned want = s->payload_len - from < s->mss ? s->payload_len - from : s->mss;

		assert_int_equal(gso_left(&g), n - i);
		assert_int_equal(gso_next(&g, hdr, &payload), want);
		build(&f, s, from, want, i);
		assert_int_equal(g.hdr_len + want, length(&f));
		assert_memory_equal(hdr, head(&f), g.hdr_len);
		assert_memory_equal(payload, head(&f) + g.hdr_len, want);
	}
	assert_int_equal(gso_left(&g), 0);
	assert_int_equal(gso_next(&g, hdr, &payload), 0);
	free(pkt);
}

static uint8_t *payload_bytes;

static void segments_are_as_built(void **state)
{
	for (unsigned i = 0; i < 3000; i++) {
		struct spec s;

		random_spec(&s, payload_bytes, i % 50 ? 9000 : 64000);
		if (s.payload_len / s.mss > 300)
			s.mss += 1400;
		check_segments(&s);
	}
}

/* The checksum is not begun, as after a receiving card merged packets: it is made from the addresses. */
static void without_a_begun_checksum(void **state)
{
	static struct frame f;

	for (unsigned i = 0; i < 300; i++) {
		uint8_t hdr[GSO_HDR_MAX], *pkt;
		struct virtio_net_hdr vh;
		const uint8_t *payload;
		struct spec s;
		struct gso g;

		random_spec(&s, payload_bytes, 9000);
		s.tunnel = NO_TUNNEL;
		if (s.ip[0].v6)
			s.ip[0].options &= 1;
		pkt = make_super(&s, &f, &vh);
		vh.flags = VIRTIO_NET_HDR_F_DATA_VALID;
		assert_int_equal(gso_open(&g, &vh, pkt, length(&f)), GSO_SEGMENTS);
		while (gso_next(&g, hdr, &payload)) {
			unsigned from = (g.n - 1) * s.mss;

			build(&f, &s, from, g.at - g.hdr_len - from, g.n - 1);
			assert_memory_equal(hdr, head(&f), g.hdr_len);
		}
		free(pkt);
	}
}

static void udp_without_checksum_stays_so(void **state)
{
	struct spec s;

	do
		random_spec(&s, payload_bytes, 9000);
	while (s.tcp || s.ip[0].v6 || s.tunnel != NO_TUNNEL);
	s.no_csum = true;
	check_segments(&s);
}

static void checksum_of_whole_packets(void **state)
{
	static struct frame f;

	for (unsigned i = 0; i < 1000; i++) {
		struct virtio_net_hdr vh;
		struct spec s;
		struct gso g;
		uint8_t *pkt;

		random_spec(&s, payload_bytes, 3000);
		s.outer_csum = false; /* a sender fills it in itself */
		pkt = make_super(&s, &f, &vh);
		vh.gso_type = VIRTIO_NET_HDR_GSO_NONE;
		assert_int_equal(gso_open(&g, &vh, pkt, length(&f)), GSO_WHOLE);
		build(&f, &s, 0, s.payload_len, 0);
		assert_memory_equal(pkt, head(&f), length(&f));
		free(pkt);
	}
}

static void sums_agree(void **state)
{
	for (unsigned i = 0; i < 2000; i++) {
		unsigned at = below(8), len = below(i % 10 ? 200 : 60000);
		uint16_t fast = csum_fold(csum_add(0, payload_bytes + at, len));
		uint8_t slow[2];

		be16(slow, slow_sum(0, payload_bytes + at, len));
		assert_memory_equal(&fast, slow, 2);
	}
}

static enum gso_result open_with(
	const struct virtio_net_hdr *vh, const uint8_t *bytes, unsigned len)
{
	uint8_t *pkt = malloc(len ? len : 1), hdr[GSO_HDR_MAX];
	enum gso_result r;
	const uint8_t *payload;
	unsigned n, sum = 0;
	struct gso g;

	memcpy(pkt, bytes, len);
	r = gso_open(&g, vh, pkt, len);
	if (r == GSO_SEGMENTS) {
		assert_in_range(g.hdr_len, 14, GSO_HDR_MAX);
		while ((n = gso_next(&g, hdr, &payload))) {
			assert_true(payload >= pkt && payload + n <= pkt + len);
			sum += n;
		}
		assert_int_equal(sum + g.hdr_len, len);
	}
	free(pkt);
	return r;
}

static void impossible_headers(void **state)
{
	static struct frame f;
	struct virtio_net_hdr vh, bad;
	struct spec s;
	uint8_t *pkt;

	do
		random_spec(&s, payload_bytes, 5000);
	while (!s.tcp || s.tunnel != NO_TUNNEL || s.n_tags || s.ip[0].v6 || s.payload_len < 4000);
	pkt = make_super(&s, &f, &vh);
	assert_int_equal(open_with(&vh, pkt, length(&f)), GSO_SEGMENTS);
#define BAD(change, result) \
	bad = vh;           \
	change;             \
	assert_int_equal(open_with(&bad, pkt, length(&f)), result)
	BAD(bad.gso_size = 0, GSO_MALFORMED);
	BAD(bad.gso_size = 7, GSO_MALFORMED);
	BAD(bad.gso_type = VIRTIO_NET_HDR_GSO_UDP, GSO_UNSUPPORTED);
	BAD(bad.gso_type = 77, GSO_UNSUPPORTED);
	BAD(bad.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4, GSO_MALFORMED);
	BAD(bad.csum_start = 14, GSO_MALFORMED);
	BAD(bad.csum_start = 65535, GSO_MALFORMED);
	BAD(bad.csum_start += 1, GSO_MALFORMED);
	BAD((bad.gso_type = 0, bad.csum_start = 65535), GSO_MALFORMED);
	BAD((bad.gso_type = 0, bad.csum_offset = 65535), GSO_MALFORMED);
	BAD((bad.gso_type = 0, bad.csum_start = length(&f) - 1, bad.csum_offset = 0),
		GSO_MALFORMED);
	BAD(pkt[20] |= 0x20, GSO_MALFORMED); /* a fragment */
	pkt[20] &= (uint8_t)~0x20;
	BAD(pkt[14] = 0x44, GSO_MALFORMED); /* an IPv4 header of 16 bytes */
	BAD(pkt[12] = 0x99, GSO_MALFORMED); /* not IP */
	for (unsigned len = 0; len <= vh.csum_start + 20u; len++)
		assert_int_equal(open_with(&vh, pkt, len), GSO_MALFORMED);
	free(pkt);
}

/* Nothing is promised of what comes out, only that nothing else is touched (run under ASan). */
static void random_lies(void **state)
{
	static struct frame f;

	for (unsigned i = 0; i < 20000; i++) {
		struct virtio_net_hdr vh;
		struct spec s;
		uint8_t *pkt;
		unsigned len;

		random_spec(&s, payload_bytes, 2000);
		pkt = make_super(&s, &f, &vh);
		len = length(&f);
		for (unsigned k = below(4); k; k--)
			pkt[below(len < 120 ? len : 120)] = (uint8_t)below(256);
		if (!below(4))
			random_bytes((uint8_t *)&vh, 2 + below(sizeof(vh) - 2));
		if (!below(3))
			len = below(len + 1);
		open_with(&vh, pkt, len);
		free(pkt);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_agree),
		cmocka_unit_test(segments_are_as_built),
		cmocka_unit_test(without_a_begun_checksum),
		cmocka_unit_test(udp_without_checksum_stays_so),
		cmocka_unit_test(checksum_of_whole_packets),
		cmocka_unit_test(impossible_headers),
		cmocka_unit_test(random_lies),
	};

	gso_rnd = swtest_seed(0x67736f31);
	payload_bytes = malloc(65536);
	random_bytes(payload_bytes, 65536);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(payload_bytes);
	return failed;
}

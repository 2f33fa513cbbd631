/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * src/port/merge.c by one law: whatever is merged, cut again by gso.c, must be the packets that went in,
 * to the byte. It holds for good segments, for segments with any bit turned (a wrong checksum must not be
 * healed), and for chains of buffers. Beside that: what is good does get merged.
 */
#include "gso_model.h"

#include "../../src/port/merge.h"

#define N 32

static uint8_t payload_bytes[65536];
static struct frame frames[N];
static uint8_t storage[N][FRAME_MAX + 64];
static struct rte_mbuf bufs[N][3];
static struct rte_mbuf *pkts[N];

/* A packet in one buffer, or in up to three. */
static struct rte_mbuf *make_packet(unsigned i, const uint8_t *bytes, unsigned len, unsigned pieces)
{
	unsigned at = 0;

	memset(bufs[i], 0, sizeof(bufs[i]));
	memcpy(storage[i], bytes, len);
	for (unsigned p = 0; p < pieces; p++) {
		struct rte_mbuf *m = &bufs[i][p];
		unsigned n = p + 1 == pieces ? len - at : below(len - at + 1);

		if (!p && n < 130)
			n = len < 130 ? len : 130; /* headers are in the first */
		m->buf_addr = storage[i] + at;
		m->data_len = (uint16_t)n;
		m->next = p + 1 < pieces ? m + 1 : NULL;
		at += n;
	}
	bufs[i][0].pkt_len = len;
	bufs[i][0].nb_segs = (uint16_t)pieces;
	return bufs[i];
}

/* The message to the kernel, put together and cut again, against the packets it was made of. */
static void check_round_trip(
	unsigned k, const struct merged *out, const struct iovec *iov, unsigned used)
{
	static uint8_t whole[GSO_LEN_MAX];
	uint8_t hdr[GSO_HDR_MAX];
	const uint8_t *payload;
	unsigned len = 0, n;
	struct gso g;

	assert_ptr_equal(iov[0].iov_base, &out->vh);
	for (unsigned i = 1; i < used; i++) {
		memcpy(whole + len, iov[i].iov_base, iov[i].iov_len);
		len += iov[i].iov_len;
	}
	if (k == 1) {
		assert_int_equal(out->vh.gso_type | out->vh.flags, 0);
		assert_int_equal(len, pkts[0]->pkt_len);
		assert_memory_equal(whole, storage[0], len);
		return;
	}
	assert_int_equal(gso_open(&g, &out->vh, whole, len), GSO_SEGMENTS);
	for (unsigned i = 0; i < k; i++) {
		n = gso_next(&g, hdr, &payload);
		assert_int_equal(g.hdr_len + n, pkts[i]->pkt_len);
		assert_memory_equal(hdr, storage[i], g.hdr_len);
		assert_memory_equal(payload, storage[i] + g.hdr_len, n);
	}
	assert_int_equal(gso_next(&g, hdr, &payload), 0);
}

/* n segments of a connection, of which the last may be short. */
static unsigned random_segments(struct spec *s, bool mergeable)
{
	unsigned n = 1 + below(N);

	do
		random_spec(s, payload_bytes, 100);
	while (s->tunnel != NO_TUNNEL || (mergeable && (!s->tcp || s->ip[0].options)));
	if (mergeable)
		s->flags = 0x10 | (below(2) ? 8 : 0);
	if (n * s->mss > 65000)
		s->mss = 65000 / n;
	s->payload_len = n * s->mss - below(s->mss);
	for (unsigned i = 0; i < n; i++) {
		unsigned from = i * s->mss, left = s->payload_len - from;

		build(&frames[i], s, from, left < s->mss ? left : s->mss, i);
	}
	return n;
}

static unsigned merge_all(unsigned n, unsigned pieces)
{
	struct iovec iov[N * 3 + 2];
	struct merged out;
	unsigned used, k;

	for (unsigned i = 0; i < n; i++)
		pkts[i] = make_packet(i, head(&frames[i]), length(&frames[i]), pieces);
	k = merge_message(pkts, n, &out, iov, N * 3 + 2, &used);
	assert_in_range(k, 1, n);
	check_round_trip(k, &out, iov, used);
	return k;
}

static void good_segments_merge(void **state)
{
	struct spec s;

	for (unsigned i = 0; i < 2000; i++) {
		unsigned n = random_segments(&s, true), pieces = 1;

		assert_int_equal(merge_all(n, pieces), n);
	}
}

static void anything_survives(void **state)
{
	struct spec s;

	for (unsigned i = 0; i < 20000; i++) {
		unsigned n = random_segments(&s, below(4));

		/* The headers of any packet, mostly, or its end. */
		for (unsigned turned = below(3); turned; turned--) {
			struct frame *f = &frames[below(n)];
			unsigned len = length(f), at = below(8) ? below(90) : len - 1;

			head(f)[at < len ? at : 0] ^= (uint8_t)(1 << below(8));
		}
		merge_all(n, 1 + below(3));
	}
}

static void wrong_checksum_goes_alone(void **state)
{
	struct spec s;
	unsigned n;

	do
		n = random_segments(&s, true);
	while (n < 5);
	head(&frames[3])[length(&frames[3]) - 1] ^= 1;
	assert_int_equal(merge_all(n, 1), 3);
	head(&frames[0])[length(&frames[0]) - 1] ^= 1;
	assert_int_equal(merge_all(n, 1), 1);
}

static void push_is_the_last(void **state)
{
	struct spec s;
	unsigned n;

	do
		n = random_segments(&s, true);
	while (n < 5);
	s.flags |= 8;
	build(&frames[2], &s, 0, s.mss, 2);
	/* As if the payload ended there: same bytes, with PSH. */
	s.payload_len = 3 * s.mss;
	build(&frames[2], &s, 2 * s.mss, s.mss, 2);
	assert_int_equal(merge_all(n, 1), 3);
}

static void room_for_pieces(void **state)
{
	struct iovec iov[N + 2];
	struct merged out;
	unsigned used, n;
	struct spec s;

	do
		n = random_segments(&s, true);
	while (n < 5);
	merge_all(n, 1);
	assert_int_equal(merge_message(pkts, n, &out, iov, n + 2, &used), n);
	assert_int_equal(used, n + 2);
	assert_int_equal(merge_message(pkts, n, &out, iov, n + 1, &used), 1);
	assert_int_equal(used, 2);
	assert_int_equal(merge_message(pkts, n, &out, iov, 2, &used), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_segments_merge),
		cmocka_unit_test(anything_survives),
		cmocka_unit_test(wrong_checksum_goes_alone),
		cmocka_unit_test(push_is_the_last),
		cmocka_unit_test(room_for_pieces),
	};

	gso_rnd = swtest_seed(0x6d726731);
	random_bytes(payload_bytes, sizeof(payload_bytes));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Admission of four packets at once, by vectors of 256 bits: what l2.c's admit() does for one, for four that
 * are alike and have nothing special. Any others are left to admit(), which alone has the rules; here is
 * only what tells that none but the straight way applies. Without AVX2 all packets are.
 *
 * What pays is the hash: four keys go through it together (measured: 4 to 6 of 20 to 25 cycles a
 * packet; the same with 128-bit vectors and the hash one by one gains nothing).
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_L2_FOUR_H
#define PIPELINE_L2_FOUR_H

#include "fdb_four.h"
#include "frame.h"
#include "l2.h"
#include "l2_burst.h"
#include "l2_lanes.h"

#ifdef __AVX2__
#define L2_FOUR 4

/* Sums of packet lengths, in the second 32 bits of each lane. */
typedef __m256i l2_four_bytes;
#define L2_FOUR_ZERO _mm256_setzero_si256()

static inline uint64_t l2_four_total(l2_four_bytes bytes)
{
	return (uint64_t)(uint32_t)_mm256_extract_epi32(bytes, 1) +
	       (uint32_t)_mm256_extract_epi32(bytes, 5);
}

/* Keys of two packets' stations to the burst, and their first buckets, on the way into the cache. */
static inline void l2_locate_two(
	const struct l2 *self, struct l2_burst *b, unsigned i, __m256i head, __m256i fid)
{
	const struct fdb_table *t = self->fdb;
	const __m256i sort = l2_lanes(0x80800b0a09080706, 0x8080050403020100); /* src, dst */
	__m256i key = _mm256_or_si256(_mm256_shuffle_epi8(head, sort), fid);
	__m256i at = _mm256_and_si256(fdb_hash_four(t, key), _mm256_set1_epi64x((int64_t)t->mask));

	at = _mm256_slli_epi64(at, FDB_BUCKET_SHIFT);
	at = _mm256_add_epi64(at, _mm256_set1_epi64x((int64_t)(uintptr_t)t->buckets));
	_mm256_storeu_si256((__m256i *)b->key[i], key);
	_mm256_storeu_si256((__m256i *)b->at[i], at);
	l2_fetch(b, i);
	l2_fetch(b, i + 1);
}

/* Is any too short, too long, in small pieces, to or from a group address? */
static inline bool l2_four_odd(
	const struct l2_burst *b, const __m256i fields[2], const __m256i head[2])
{
	const __m256i most = l2_lanes((uint64_t)b->max_len << 32 | UINT32_MAX, UINT64_MAX);
	const __m256i least = l2_lanes(0, FRAME_MIN_TAGGED);
	__m256i longest = _mm256_max_epu32(_mm256_max_epu32(fields[0], fields[1]), most);
	__m256i shortest = _mm256_min_epu16(_mm256_min_epu16(fields[0], fields[1]), least);
	__m256i group =
		_mm256_and_si256(_mm256_or_si256(head[0], head[1]), l2_lanes(1ull << 48 | 1, 0));
	__m256i odd =
		_mm256_or_si256(_mm256_xor_si256(longest, most), _mm256_xor_si256(shortest, least));

	odd = _mm256_or_si256(odd, group);
	return !_mm256_testz_si256(odd, odd);
}

static inline bool l2_four_extreme(struct rte_mbuf *const *m)
{
	bool any = false;

	for (unsigned i = 0; i < L2_FOUR; i++)
		any |= (frame_load64(rte_pktmbuf_mtod(m[i], const uint8_t *)) & 0xffffff) ==
		       L2_EXTREME_OUI;
	return any;
}

/* Their tags, and what of their keys is not the address; false when one may not enter or is not learned. */
static inline bool l2_four_tagged(
	const struct l2 *self, struct l2_burst *b, const __m256i head[2], __m256i fid[2])
{
	const __m256i swap = l2_lanes(0x8080808080800e0f, 0x8080808080800e0f);
	const __m256i live = _mm256_set1_epi64x((int64_t)FDB_KEY_LIVE);
	const __m256i shape = _mm256_set1_epi64x(L2_TAG(0, VLAN_TAGGED, 0));
	const uint8_t *in = self->map->in;
	uint64_t *to = &b->tag[b->n];
	unsigned rights = VLAN_ENTER | VLAN_LEARN;
	bool vids = true;
	__m256i tag[2];

	for (unsigned k = 0; k < 2; k++) {
		__m256i tci = _mm256_shuffle_epi8(head[k], swap);
		__m256i vid = _mm256_and_si256(tci, _mm256_set1_epi64x(VLAN_VID_MASK));

		tag[k] = _mm256_or_si256(_mm256_or_si256(vid, shape), _mm256_slli_epi64(tci, 32));
		fid[k] = _mm256_or_si256(_mm256_slli_epi64(vid, FDB_VLAN_SHIFT), live);
	}
	/* Each is there twice, once a station. */
	_mm256_storeu_si256((__m256i *)to,
		_mm256_permute4x64_epi64(_mm256_unpacklo_epi64(tag[0], tag[1]), 0xd8));
	for (unsigned k = 0; k < L2_FOUR; k++) {
		rights &= in[L2_VID(to[k])];
		vids &= L2_VID(to[k]) != 0;
	}
	return rights == (VLAN_ENTER | VLAN_LEARN) && vids;
}

/* Admit them, or leave them to admit() and return false. Counts their bytes in any case. */
static inline bool l2_admit_four(
	const struct l2 *self, struct l2_burst *b, struct rte_mbuf *const *m, l2_four_bytes *bytes)
{
	/* Type of a tagged frame; and the first two bytes of Extreme's addresses, and of many more. */
	const __m256i special = l2_lanes(UINT64_MAX << 16 | (L2_EXTREME_OUI & 0xffff),
		UINT64_MAX << 48 | (uint64_t)L2_TYPE_TAGGED << 32 | UINT32_MAX);
	const uint32_t type = 0x30003000, extreme = 0x00030003; /* of a mask by bytes */
	__m256i fields[2] = { l2_fields(m), l2_fields(m + 2) };
	__m256i head[2] = { l2_head(m), l2_head(m + 2) }, fid[2];
	__m256i is[2] = { _mm256_cmpeq_epi16(head[0], special),
		_mm256_cmpeq_epi16(head[1], special) };
	uint32_t some = _mm256_movemask_epi8(_mm256_or_si256(is[0], is[1]));
	unsigned i = b->n;

	*bytes = _mm256_add_epi32(*bytes, _mm256_add_epi32(fields[0], fields[1]));
	if (unlikely(l2_four_odd(b, fields, head)))
		return false;
	if (unlikely(some & extreme && l2_four_extreme(m)))
		return false;
	if (some & type) {
		uint32_t all = _mm256_movemask_epi8(_mm256_and_si256(is[0], is[1]));

		if (unlikely((all & type) != type || !l2_four_tagged(self, b, head, fid)))
			return false;
	} else {
		uint64_t tag = L2_TAG(self->map->native, VLAN_UNTAGGED, 0);

		if (unlikely(self->map->untagged != (VLAN_ENTER | VLAN_LEARN)))
			return false;
		_mm256_storeu_si256((__m256i *)&b->tag[i], _mm256_set1_epi64x((int64_t)tag));
		fid[0] = fid[1] = _mm256_set1_epi64x((int64_t)fdb_key(self->map->native, 0));
	}
	_mm256_storeu_si256((__m256i *)&b->pkt[i], _mm256_loadu_si256((const __m256i *)m));
	l2_locate_two(self, b, i, head[0], fid[0]);
	l2_locate_two(self, b, i + 2, head[1], fid[1]);
	b->n = i + L2_FOUR;
	return true;
}

#endif

#endif

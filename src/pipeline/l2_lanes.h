/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two packets in a vector of 256 bits. Empty without AVX2.
 *
 * A lane of 128 bits is a packet: its first 16 bytes (dst 6, src 6, type 2, tag control 2), or those of
 * its buffer's fields (packet type 4, pkt_len 4, data_len 2, and what is of no interest). The bytes are read
 * before the length is looked at, which the room of a packet buffer allows.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_L2_LANES_H
#define PIPELINE_L2_LANES_H

#include <stdint.h>

#include <rte_mbuf.h>

#ifdef __AVX2__
#include <immintrin.h>

/* The same in both lanes. */
static inline __m256i l2_lanes(uint64_t low, uint64_t high)
{
	return _mm256_set_epi64x((int64_t)high, (int64_t)low, (int64_t)high, (int64_t)low);
}

static inline __m256i l2_two(const void *a, const void *b)
{
	return _mm256_inserti128_si256(
		_mm256_castsi128_si256(_mm_loadu_si128(a)), _mm_loadu_si128(b), 1);
}

static inline __m256i l2_fields(struct rte_mbuf *const *m)
{
	return l2_two(&m[0]->rx_descriptor_fields1, &m[1]->rx_descriptor_fields1);
}

static inline __m256i l2_head(struct rte_mbuf *const *m)
{
	return l2_two(rte_pktmbuf_mtod(m[0], void *), rte_pktmbuf_mtod(m[1], void *));
}

#endif
#endif

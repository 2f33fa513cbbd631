/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In the place of the compiler's <x86intrin.h>, found before it: what DPDK's headers need of it. GCC's reads 63,000 lines of
 * intrinsics, whatever the processor, and rte_mbuf.h asks for it: it made four fifths of the compilation of half of our files.
 * Who needs more than SSE4.2 includes <immintrin.h>.
 */
#if defined(__AVX__) || !defined(__x86_64__)
#include_next <x86intrin.h>
#else
#include <nmmintrin.h>
#endif

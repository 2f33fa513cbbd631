/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The choice of vector instructions. Asked of the compiler's own run time and not of DPDK: that also looks at
 * whether the operating system saves the wide registers.
 */
/* Of rte_vect.h: exported since 20.11 and called experimental in 22.11. */
#define ALLOW_EXPERIMENTAL_API

#include <sw/simd.h>

#include <stdbool.h>

#include <rte_vect.h>

static enum sw_simd limit = SW_SIMD_COUNT - 1;

static bool cpu_has_avx2(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
#else
	return false;
#endif
}

static bool eal_allows_avx2(void)
{
	return rte_vect_get_max_simd_bitwidth() >= RTE_VECT_SIMD_256;
}

enum sw_simd sw_simd(void)
{
	return limit >= SW_SIMD_AVX2 && eal_allows_avx2() && cpu_has_avx2() ? SW_SIMD_AVX2
									    : SW_SIMD_BASE;
}

const char *sw_simd_text(void)
{
	if (sw_simd() == SW_SIMD_AVX2)
		return "avx2";
	if (!cpu_has_avx2())
		return "baseline: the CPU has no AVX2";
	if (!eal_allows_avx2())
		return "baseline: --force-max-simd-bitwidth in eal-args is below 256";
	return "baseline: held to it";
}

void sw_simd_limit(enum sw_simd most)
{
	limit = most;
}

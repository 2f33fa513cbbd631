/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which vector instructions the packet path uses. The switch is built for the CPUs that DPDK is built for;
 * code for which wider vectors are measurably faster is built a second time from the same source, and
 * control takes one of the two where it compiles what workers run. Both do the same to every packet.
 *
 * What is taken: the widest that the CPU and its operating system have, of no more bits than DPDK is held to
 * (256 unless eal-args says --force-max-simd-bitwidth).
 *
 * room: base. Thread: control, after EAL's start.
 */
#ifndef SW_SIMD_H
#define SW_SIMD_H

enum sw_simd {
	SW_SIMD_BASE, /* what DPDK takes for granted: SSE4.2 on x86 */
	SW_SIMD_AVX2, /* and BMI1, BMI2 */
	SW_SIMD_COUNT
};

enum sw_simd sw_simd(void);

/* "avx2", or "baseline" and why it is no more. A constant. */
const char *sw_simd_text(void);

/* No wider than this from now on, for tests and benchmarks; programs compiled before stay as they are. */
void sw_simd_limit(enum sw_simd most);

#endif

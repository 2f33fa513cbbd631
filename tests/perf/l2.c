/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ingress program costs, alone: bursts of prebuilt packets straight into it, a sink that takes
 * them and does nothing. Prints time-stamp counts a packet, median over bursts (a burst that was
 * interrupted does not count for more than one), and the tenth percentile.
 *
 * Not a test: a number on a busy machine is not a verdict. Run it alone, with a core to pin:
 *
 *	build/tests/perf/perf_l2 [core [base]]
 *
 * base: the build for every CPU, not the one for what this CPU has (sw/simd.h).
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include <sw/simd.h>

#include "rig.h"
#include "swtest.h"

#define BURSTS 4001
#define WARM   20000 /* packets after learning */

static uint64_t one(struct rig *rig, const struct scene *sc, unsigned from, unsigned n)
{
	struct rte_mbuf **pkts = rig_fill(rig, sc, from, n);
	uint64_t start = rte_rdtsc_precise();

	rig_run(rig, from, pkts, n);
	return rte_rdtsc_precise() - start;
}

static void measure(struct rig *rig, const struct scene *sc, unsigned n)
{
	static uint64_t cycles[BURSTS];

	for (unsigned i = 0; i < WARM / n; i++)
		one(rig, sc, i % sc->ports, n);
	for (unsigned i = 0; i < BURSTS; i++)
		cycles[i] = one(rig, sc, i % sc->ports, n);
	swtest_sort(cycles, BURSTS);
	printf("%-22s %6u stations a port  burst %2u  %6.1f cycles a packet (p10 %.1f)\n", sc->what,
		sc->stations, n, (double)cycles[BURSTS / 2] / n, (double)cycles[BURSTS / 10] / n);
	fflush(stdout);
}

static void play(struct rig *rig, struct scene sc)
{
	rig_enter(rig, &sc);
	measure(rig, &sc, SW_BURST);
	measure(rig, &sc, 8);
	rig_leave(rig);
}

static void play_all(struct rig *rig)
{
	static const uint32_t n[] = { 10, 1000, 10000, 100000 };

	play(rig, (struct scene){ "cross-connect", 2, true, false, { -1, -1 }, 10 });
	for (unsigned i = 0; i < RTE_DIM(n); i++)
		play(rig, (struct scene){ "l2 untagged", 2, false, false, { -1, -1 }, n[i] });
	for (unsigned i = 0; i < RTE_DIM(n); i++)
		play(rig, (struct scene){ "l2 tagged", 2, false, false, { 10, 10 }, n[i] });
	for (unsigned i = 0; i < RTE_DIM(n); i++)
		play(rig, (struct scene){
				  "l2 any to any", PORTS, false, true, { -1, -1 }, n[i] / 8 + 1 });
	for (unsigned i = 0; i < RTE_DIM(n); i++)
		play(rig,
			(struct scene){ "l2 access <-> trunk", 2, false, false, { -1, 10 }, n[i] });
}

int main(int argc, char **argv)
{
	static struct rig rig;

	rig_pin(argc, argv);
	rig_start(&rig);
	if (argc > 2)
		sw_simd_limit(SW_SIMD_BASE);
	printf("vector instructions: %s\n", sw_simd_text());
	play_all(&rig);
	return 0;
}

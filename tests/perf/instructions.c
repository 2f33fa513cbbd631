/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingress programs for callgrind: each scene once with N and once with 2N packets. instructions.py runs it
 * under valgrind, counts what measured_burst does, between calls of scene_part, and takes the
 * difference: instructions of N packets, with nothing else in it.
 *
 * Everything is the same in each run: the packets, and the secret of the station hash, which decides how
 * often a station is in its second bucket.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sw/simd.h>
#include <sw/worker.h>

#include "rig.h"

#define WARM 64 /* bursts */

/* The rooms' own call ends here: no two runs shall hash differently. */
ssize_t getrandom(void *to, size_t len, unsigned flags)
{
	memset(to, 0x5a, len);
	return len;
}

__attribute__((noinline)) void measured_burst(
	struct rig *rig, unsigned from, struct rte_mbuf **pkts);
__attribute__((noinline)) void scene_part(void);

void measured_burst(struct rig *rig, unsigned from, struct rte_mbuf **pkts)
{
	rig_run(rig, from, pkts, SW_BURST);
}

/* callgrind writes its counts whenever this is entered. */
void scene_part(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Bursts from all ports in turn, or from one. */
static void run(struct rig *rig, const struct scene *sc, int from, unsigned bursts)
{
	for (unsigned i = 0; i < bursts; i++) {
		unsigned port = from < 0 ? i % sc->ports : (unsigned)from;

		measured_burst(rig, port, rig_fill(rig, sc, port, SW_BURST));
	}
}

static uint64_t sent(const struct rig *rig)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < PORTS; i++)
		n += rig->lane[i]->stats.tx_packets;
	return n;
}

static void play(struct rig *rig, const struct scene *sc, int from, unsigned bursts)
{
	uint64_t before;

	rig_enter(rig, sc);
	run(rig, sc, from, WARM);
	before = sent(rig);
	scene_part();
	run(rig, sc, from, bursts);
	scene_part();
	run(rig, sc, from, 2 * bursts);
	scene_part();
	/* What is dropped is cheap, and what is flooded is sent twice: neither is the scene. */
	if (sent(rig) - before != 3ull * bursts * SW_BURST) {
		fprintf(stderr, "%s: not each packet left by one port\n", sc->what);
		exit(1);
	}
	printf("%s\n", sc->what);
	rig_leave(rig);
}

int main(int argc, char **argv)
{
	static struct rig rig;
	unsigned bursts = argc > 1 ? atoi(argv[1]) : 0;

	if (!bursts) {
		fprintf(stderr, "usage: perf_instructions BURSTS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	rig_start(&rig);
	sw_simd_limit(SW_SIMD_BASE);
	play(&rig, &(struct scene){ "cross-connect", 2, true, false, { -1, -1 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "l2-one-way", 2, false, false, { -1, -1 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "l2-mixed", PORTS, false, true, { -1, -1 }, 125 }, -1, bursts);
	play(&rig, &(struct scene){ "vlan-push", 2, false, false, { -1, 10 }, 1000 }, 0, bursts);
	play(&rig, &(struct scene){ "vlan-pop", 2, false, false, { -1, 10 }, 1000 }, 1, bursts);
	sw_simd_limit(SW_SIMD_AVX2);
	if (sw_simd() != SW_SIMD_AVX2)
		return 0; /* instructions.py knows */
	play(&rig, &(struct scene){ "l2-one-way-avx2", 2, false, false, { -1, -1 }, 1000 }, 0,
		bursts);
	play(&rig, &(struct scene){ "l2-mixed-avx2", PORTS, false, true, { -1, -1 }, 125 }, -1,
		bursts);
	play(&rig, &(struct scene){ "vlan-push-avx2", 2, false, false, { -1, 10 }, 1000 }, 0,
		bursts);
	play(&rig, &(struct scene){ "vlan-pop-avx2", 2, false, false, { -1, 10 }, 1000 }, 1,
		bursts);
	return 0;
}

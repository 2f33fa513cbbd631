/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What reading the fields of a packet costs, alone: bursts of prebuilt packets in warm caches. Prints
 * time-stamp counts a packet, median over bursts, and the tenth percentile: all fields, and offsets only.
 *
 * Not a test. Run it alone, with a core to pin: build/tests/perf/perf_fields [core]
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "../../src/pipeline/field/extract.h"
#include "packet.h"
#include "swtest.h"

#define BURST	32
#define PACKETS 256
#define BURSTS	4001
#define WARM	2000

#define MACS "020000000001 020000000002"
#define IPV4 "0800 4500 0028 1234 4000 40 06 0000 0a000001 0a000002"
#define TCP  "3039 0050 00000001 00000002 5018 2000 0000 0000"
#define IPV6 \
	"86dd 60012345 0014 06 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002"

static const struct kind {
	const char *what, *hex;
	uint16_t cut; /* 0: in one buffer */
} kinds[] = {
	{ "TCP, IPv4", MACS IPV4 TCP, 0 },
	{ "UDP, IPv4",
		MACS "0800 4500 001c 1234 4000 40 11 0000 0a000001 0a000002 3039 0050 0008 0000",
		0 },
	{ "TCP, IPv4, tagged", MACS "8100 0064" IPV4 TCP, 0 },
	{ "TCP, IPv4, two tags", MACS "88a8 0064 8100 0065" IPV4 TCP, 0 },
	{ "TCP, IPv4, header cut", MACS IPV4 TCP, 20 },
	{ "TCP, IPv6", MACS IPV6 TCP, 0 },
	{ "TCP, IPv6, two extension headers",
		MACS
		"86dd 60012345 0024 00 40 20010db8 00000000 00000000 00000001 20010db8 00000000 "
		"00000000 00000002 3c00 050200000000 0600 010400000000" TCP,
		0 },
	{ "neighbour solicitation",
		MACS
		"86dd 60000000 0020 3a ff 20010db8 00000000 00000000 00000001 20010db8 00000000 "
		"00000000 00000002 87 00 0000 00000000 fe800000 00000000 00000000 00000003 0101 "
		"020000000001",
		0 },
	{ "ARP", MACS "0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002", 0 },
	{ "MPLS", MACS "8847 00064140" IPV4, 0 },
	{ "802.3, SNAP", MACS "0030 aaaa03 000000" IPV4 TCP, 0 },
};

static struct rte_mbuf *pkt[PACKETS];

static void build(const struct kind *k)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		struct packet_bytes p = { .len = 0 };

		packet_hex(&p, k->hex);
		p.b[5] = (uint8_t)i;
		pkt[i] = packet_mbuf(p.b, p.len, &k->cut, k->cut ? 1 : 0);
	}
}

static uint64_t all_fields(unsigned from)
{
	static struct sw_fields f[BURST];
	uint64_t start = rte_rdtsc_precise();

	for (unsigned i = 0; i < BURST; i++)
		fields_extract(pkt[from + i], 7, &f[i]);
	return rte_rdtsc_precise() - start;
}

static uint64_t offsets(unsigned from)
{
	static struct fields_at at[BURST];
	uint64_t start = rte_rdtsc_precise();

	for (unsigned i = 0; i < BURST; i++)
		fields_find(pkt[from + i], &at[i]);
	return rte_rdtsc_precise() - start;
}

static void measure(const char *what, uint64_t (*run)(unsigned from))
{
	static uint64_t cycles[BURSTS];

	for (unsigned i = 0; i < WARM; i++)
		run(i * BURST % PACKETS);
	for (unsigned i = 0; i < BURSTS; i++)
		cycles[i] = run(i * BURST % PACKETS);
	swtest_sort(cycles, BURSTS);
	printf("  %s %5.1f (%.1f)", what, (double)cycles[BURSTS / 2] / BURST,
		(double)cycles[BURSTS / 10] / BURST);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(atoi(argv[1]), &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	printf("cycles a packet: median (tenth percentile)\n");
	for (unsigned i = 0; i < RTE_DIM(kinds); i++) {
		build(&kinds[i]);
		printf("%-34s", kinds[i].what);
		measure("fields", all_fields);
		measure("offsets", offsets);
		printf("\n");
		fflush(stdout);
		for (unsigned k = 0; k < PACKETS; k++)
			packet_free(pkt[k]);
	}
	return 0;
}

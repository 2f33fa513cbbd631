/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a change of a large bridge costs the control thread: sw_bridge_set() with a thousand members, from
 * check to publication. Prints milliseconds, median and worst of some rounds. Not a test, see l2.c.
 *
 *	build/tests/perf/perf_bridge
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/port.h>
#include <sw/rcu.h>

#include "swtest.h"

#define PORTS  1000
#define ROUNDS 15

static struct sw_port ports[PORTS];
static struct sw_member_conf members[PORTS];
static struct sw_bridge_conf conf = { .name = "br", .mac_table_size = 8192, .mac_aging_time = 300 };

static void all_access(unsigned round)
{
	for (unsigned i = 0; i < PORTS; i++)
		members[i] = (struct sw_member_conf){ .port = &ports[i],
			.mode = SW_VLAN_ACCESS,
			.tag = 1 + (i + round) % 4000,
			.flood = true };
}

/* Everyone a list of its own. */
static void all_trunks(unsigned round)
{
	for (unsigned i = 0; i < PORTS; i++) {
		members[i] = (struct sw_member_conf){ .port = &ports[i], .flood = true };
		for (unsigned k = 0; k < 20; k++) {
			unsigned vid = 1 + (i + round + 101 * k) % 4000;

			members[i].trunks[vid / 8] |= 1u << vid % 8;
		}
	}
}

static void one_changes(unsigned round)
{
	members[PORTS / 2].mode = SW_VLAN_ACCESS;
	members[PORTS / 2].tag = 1 + round;
}

static void flood_vlans(unsigned round)
{
	conf.no_learn[round] ^= 0xff;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct sw_bridge *bridge, const char *what, void (*change)(unsigned round))
{
	double ms[ROUNDS];
	struct sw_err err;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start;

		change(round);
		start = sw_clock_ns();
		if (sw_bridge_set(bridge, &conf, members, PORTS, &err)) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
		ms[round] = (sw_clock_ns() - start) / 1e6;
		sw_rcu_poll();
	}
	qsort(ms, ROUNDS, sizeof(ms[0]), by_value);
	printf("%-34s %6.2f ms (worst %.2f)\n", what, ms[ROUNDS / 2], ms[ROUNDS - 1]);
}

int main(void)
{
	struct sw_bridge *bridge;
	struct sw_err err;

	swtest_eal();
	for (unsigned i = 0; i < PORTS; i++) {
		ports[i].index = i;
		snprintf(ports[i].name, sizeof(ports[i].name), "p%u", i);
	}
	bridge = sw_bridge_create(&conf, &err);
	if (!bridge)
		return 1;
	measure(bridge, "1000 access ports, all change", all_access);
	measure(bridge, "1000 access ports, one changes", one_changes);
	measure(bridge, "1000 trunks of their own, all change", all_trunks);
	measure(bridge, "1000 trunks, one changes", one_changes);
	measure(bridge, "1000 trunks, flood_vlans change", flood_vlans);
	sw_bridge_destroy(bridge);
	sw_rcu_poll();
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which station is behind which port of a switch: (VLAN, MAC) to port, in sets of four, so that a flood of addresses
 * costs nothing but the stations it pushes out: the one of its set that was silent the longest.
 */
#ifndef SWCONTROLLER_STATIONS_H
#define SWCONTROLLER_STATIONS_H

#include <stdbool.h>
#include <stdint.h>

#define STATIONS_SETS 2048
#define STATIONS_WAYS 4
#define STATIONS_AGE  300 /* seconds of silence after which one is forgotten */

#define STATION_UNKNOWN UINT32_MAX /* in place of a port */

struct station {
	uint64_t key; /* VLAN << 48 | MAC; VLAN 0xfff: none; 0: free */
	uint32_t port;
	uint32_t seen; /* seconds of the caller's clock */
};

struct stations {
	uint64_t secret; /* nobody outside can choose addresses that share a set */
	unsigned n;
	struct station set[STATIONS_SETS][STATIONS_WAYS];
};

struct stations *stations_create(void); /* free() it */

uint64_t station_key(uint16_t vlan, const uint8_t mac[6]);
void station_mac(uint64_t key, uint8_t mac[6]);

/* The port it was behind until now, when that is another one; else STATION_UNKNOWN. */
uint32_t stations_learn(struct stations *s, uint64_t key, uint32_t port, uint32_t now);

uint32_t stations_find(const struct stations *s, uint64_t key, uint32_t now);

/* Forget those behind a port; fn gets each. */
void stations_forget(
	struct stations *s, uint32_t port, void (*fn)(void *arg, uint64_t key), void *arg);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See stations.h.
 */
#include "stations.h"

#include <string.h>

#include <sys/random.h>

#include <sw/mem.h>

struct stations *stations_create(void)
{
	struct stations *s = sw_xcalloc(1, sizeof(*s));

	if (getrandom(&s->secret, sizeof(s->secret), GRND_NONBLOCK) != sizeof(s->secret))
		s->secret = (uintptr_t)s;
	return s;
}

uint64_t station_key(uint16_t vlan, const uint8_t mac[6])
{
	uint64_t key = vlan;

	for (unsigned i = 0; i < 6; i++)
		key = key << 8 | mac[i];
	return key;
}

void station_mac(uint64_t key, uint8_t mac[6])
{
	for (unsigned i = 6; i--; key >>= 8)
		mac[i] = key;
}

/* The mixing of splitmix64 over key and secret. */
static struct station *set_of(const struct stations *s, uint64_t key)
{
	uint64_t x = key ^ s->secret;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (struct station *)s->set[(x ^ x >> 31) % STATIONS_SETS];
}

static bool is_old(const struct station *st, uint32_t now)
{
	return now - st->seen > STATIONS_AGE;
}

/* The place for a new one: free, or the longest silent. */
static struct station *oldest(struct station *set, uint32_t now)
{
	struct station *found = set;

	for (struct station *st = set; st < set + STATIONS_WAYS; st++) {
		if (!st->key)
			return st;
		if (now - st->seen > now - found->seen)
			found = st;
	}
	return found;
}

static struct station *find(struct station *set, uint64_t key)
{
	for (struct station *st = set; st < set + STATIONS_WAYS; st++)
		if (st->key == key)
			return st;
	return NULL;
}

uint32_t stations_learn(struct stations *s, uint64_t key, uint32_t port, uint32_t now)
{
	struct station *set = set_of(s, key), *st = find(set, key);
	uint32_t before = STATION_UNKNOWN;

	if (st && st->port != port)
		before = st->port;
	if (!st) {
		st = oldest(set, now);
		s->n += !st->key;
	}
	*st = (struct station){ key, port, now };
	return before;
}

uint32_t stations_find(const struct stations *s, uint64_t key, uint32_t now)
{
	const struct station *st = find(set_of(s, key), key);

	return st && !is_old(st, now) ? st->port : STATION_UNKNOWN;
}

void stations_forget(
	struct stations *s, uint32_t port, void (*fn)(void *arg, uint64_t key), void *arg)
{
	struct station *end = &s->set[STATIONS_SETS - 1][STATIONS_WAYS];

	for (struct station *st = s->set[0]; st < end; st++) {
		if (!st->key || st->port != port)
			continue;
		fn(arg, st->key);
		st->key = 0;
		s->n--;
	}
}

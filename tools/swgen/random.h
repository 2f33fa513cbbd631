/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random numbers for traffic: repeatable from a seed, a few cycles each. Not for secrets.
 */
#ifndef SWGEN_RANDOM_H
#define SWGEN_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* splitmix64: every seed is good, neighbours too. */
static inline uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Of 32 random bits a number below n; for n up to 2^20 no value is more than 0.03 % off. */
static inline uint32_t random_below(uint32_t bits, uint32_t n)
{
	return (uint64_t)bits * n >> 32;
}

/* A number to a number that looks random, always the same. */
static inline uint32_t random_mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x85ebca6b;
	x = (x ^ x >> 13) * 0xc2b2ae35;
	return x ^ x >> 16;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making the alias table: each number's share times n is split so that every entry holds exactly 1, of at
 * most two numbers. Poor entries (below 1) are filled up from rich ones.
 */
#include "zipf.h"

#include <math.h>
#include <stdlib.h>

#include <sw/mem.h>

#include "big.h"

static void shares(double *share, uint32_t n, double s)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += share[i] = pow(i + 1, -s);
	for (uint32_t i = 0; i < n; i++)
		share[i] *= n / sum;
}

static uint32_t to_bits(double part)
{
	return part >= 1 ? UINT32_MAX : (uint32_t)(part * 4294967296.0);
}

void zipf_init(struct zipf *z, uint32_t n, double s)
{
	double *share = sw_xcalloc(n, sizeof(*share));
	uint32_t *stack = sw_xcalloc(n, sizeof(*stack));
	uint32_t poor = 0, rich = n; /* poor grow from below, rich from above */

	z->n = n;
	z->entries = big_alloc(n, sizeof(*z->entries));
	shares(share, n, s);
	for (uint32_t i = 0; i < n; i++)
		stack[share[i] < 1 ? poor++ : --rich] = i;
	while (poor && rich < n) {
		uint32_t low = stack[--poor], high = stack[rich];

		z->entries[low] = (struct zipf_entry){ to_bits(share[low]), high };
		share[high] -= 1 - share[low];
		if (share[high] < 1) {
			rich++;
			stack[poor++] = high;
		}
	}
	/* What rounding left holds 1 each. */
	for (uint32_t i = 0; i < poor; i++)
		z->entries[stack[i]] = (struct zipf_entry){ UINT32_MAX, stack[i] };
	for (; rich < n; rich++)
		z->entries[stack[rich]] = (struct zipf_entry){ UINT32_MAX, stack[rich] };
	free(share);
	free(stack);
}

void zipf_fini(struct zipf *z)
{
	free(z->entries);
	z->entries = NULL;
}

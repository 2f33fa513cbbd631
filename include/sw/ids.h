/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorted arrays of things that have a 32-bit id.
 *
 * room: base. Thread: any.
 */
#ifndef SW_IDS_H
#define SW_IDS_H

#include <stddef.h>
#include <stdint.h>

/* Where the id is among n of them, or has its place: `ids` is the id of the first, each other one `stride` bytes behind the one
 * before, ascending. */
static inline unsigned sw_ids_place(const uint32_t *ids, unsigned n, size_t stride, uint32_t id)
{
	unsigned from = 0;

	while (from < n) {
		unsigned mid = (from + n) / 2;

		if (*(const uint32_t *)((const char *)ids + mid * stride) < id)
			from = mid + 1;
		else
			n = mid;
	}
	return from;
}

#endif

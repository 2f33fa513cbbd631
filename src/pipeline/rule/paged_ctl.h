/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arrays in pages of 64 KiB, which grow without being copied, and are freed in shares. Items keep their place and are zeros at first.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_PAGED_CTL_H
#define RULE_PAGED_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <rte_common.h>

#include <sw/mem.h>

#define PAGED_BYTES 65536

struct paged {
	size_t size;	/* of an item, at most PAGED_BYTES */
	unsigned shift; /* items in a page, as a power of two */
	uint32_t n;
	unsigned pages, room;
	char **page;
};

static inline void paged_init(struct paged *p, size_t size)
{
	*p = (struct paged){ .size = size, .shift = rte_log2_u32(PAGED_BYTES / size + 1) };
	if (size << p->shift > PAGED_BYTES)
		p->shift--;
}

static inline void *paged_at(const struct paged *p, uint32_t i)
{
	return p->page[i >> p->shift] + (i & ((1u << p->shift) - 1)) * p->size;
}

/* One item more, at the end. */
static inline uint32_t paged_add(struct paged *p)
{
	if (p->n >> p->shift == p->pages) {
		if (p->pages == p->room) {
			p->room = RTE_MAX(8u, 2 * p->room);
			p->page = sw_xrealloc(p->page, p->room, sizeof(p->page[0]));
		}
		p->page[p->pages++] = sw_xcalloc(1u << p->shift, p->size);
	}
	return p->n++;
}

/* At most *most pages; false: it is over. */
static inline bool paged_free(struct paged *p, unsigned *most)
{
	for (; p->pages && *most; --*most)
		free(p->page[--p->pages]);
	if (p->pages)
		return true;
	free(p->page);
	p->page = NULL;
	return false;
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages for slabs, of all bridges: cut from pieces of 2 MiB that the kernel may back by one huge page, so that a
 * million rules do not cost a miss of the TLB each. What workers count lies behind the pages of its piece. A piece of
 * which nothing is used goes back, but for one. While one is filled the next is made ready.
 *
 * Control thread only.
 */
#include "chunk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_debug.h>

#include <sw/mem.h>

#include "ready.h"

#define CHUNK  (2u << 20)
#define GROUPS (CHUNK / RULE_SLAB_SIZE / 64)

struct rule_chunk {
	char *base;
	struct rule_counts *counts; /* in it: `workers` of each page */
	unsigned workers, pages, used;
	uint64_t free[GROUPS];
	struct rule_chunk *next, **at; /* among those with room; at NULL: has none */
	struct rule_ready ready;
};

static struct rule_chunk *roomy;
static struct rule_chunk *spare; /* that is made ready */
static unsigned empty;
static uint64_t bytes;

uint64_t rule_chunk_bytes(void)
{
	return bytes;
}

void *rule_align(size_t size)
{
	void *p = NULL;

	if (posix_memalign(&p, RTE_CACHE_LINE_SIZE, size)) {
		fputs("swd: out of memory\n", stderr);
		abort();
	}
	return memset(p, 0, size);
}

void *rule_map(size_t size)
{
	size_t all = size + CHUNK;
	char *p = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *start;

	if (p == MAP_FAILED)
		return NULL;
	start = (char *)RTE_ALIGN_CEIL((uintptr_t)p, CHUNK);
	if (start > p)
		munmap(p, start - p);
	munmap(start + size, p + all - (start + size));
	madvise(start, size, MADV_HUGEPAGE);
	return start;
}

static void enter(struct rule_chunk *c)
{
	c->next = roomy;
	c->at = &roomy;
	if (roomy)
		roomy->at = &c->next;
	roomy = c;
}

static void leave(struct rule_chunk *c)
{
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	c->at = NULL;
}

static void all_free(struct rule_chunk *c)
{
	for (unsigned i = 0; i < c->pages; i++)
		c->free[i / 64] |= 1ull << i % 64;
}

static void give_back(struct rule_chunk *c)
{
	munmap(c->base, CHUNK);
	bytes -= CHUNK;
	free(c);
}

static struct rule_chunk *map_one(unsigned workers)
{
	struct rule_chunk *c = sw_xcalloc(1, sizeof(*c));

	RTE_BUILD_BUG_ON(RULE_SLAB_SIZE + SW_WORKER_MAX * sizeof(c->counts[0]) > CHUNK);
	c->base = rule_map(CHUNK);
	if (!c->base) {
		free(c);
		return NULL;
	}
	c->workers = workers;
	c->pages = CHUNK / (RULE_SLAB_SIZE + workers * sizeof(c->counts[0]));
	c->counts = (struct rule_counts *)(c->base + c->pages * RULE_SLAB_SIZE);
	all_free(c);
	bytes += CHUNK;
	return c;
}

static struct rule_chunk *make(unsigned workers)
{
	struct rule_chunk *c = map_one(workers);

	if (!c)
		return NULL;
	empty++;
	enter(c);
	return c;
}

/* Behind the others: what is begun is filled first. */
static void enter_last(struct rule_chunk *c)
{
	struct rule_chunk **at = &roomy;

	while (*at)
		at = &(*at)->next;
	c->next = NULL;
	c->at = at;
	*at = c;
}

static void spare_ready(struct rule_ready *r)
{
	struct rule_chunk *c = spare;

	spare = NULL;
	if (empty) {
		give_back(c);
		return;
	}
	empty++;
	enter_last(c);
}

static void make_spare(unsigned workers)
{
	if (spare || empty)
		return;
	spare = map_one(workers);
	if (spare)
		rule_ready_begin(&spare->ready, spare->base, CHUNK, spare_ready);
}

/* Those that were made for another number of workers come to an end. */
static struct rule_chunk *with_room(unsigned workers)
{
	struct rule_chunk *c = roomy;

	while (c && c->workers != workers)
		c = c->next;
	return c ? c : make(workers);
}

void *rule_page_take(unsigned workers, struct rule_chunk **chunk, struct rule_counts **counts)
{
	struct rule_chunk *c = with_room(workers);
	unsigned i = 0, bit;

	if (!c)
		return NULL;
	while (!c->free[i])
		i++;
	bit = __builtin_ctzll(c->free[i]);
	c->free[i] &= c->free[i] - 1;
	i = i * 64 + bit;
	empty -= !c->used++;
	if (c->used == c->pages)
		leave(c);
	if (c->used == c->pages / 2)
		make_spare(workers);
	*chunk = c;
	*counts = &c->counts[i * workers];
	memset(*counts, 0, workers * sizeof(**counts));
	return c->base + (size_t)i * RULE_SLAB_SIZE;
}

void rule_page_put(struct rule_chunk *c, void *page)
{
	unsigned i = ((char *)page - c->base) / RULE_SLAB_SIZE;

	RTE_ASSERT(i < c->pages && !(c->free[i / 64] >> i % 64 & 1));
	c->free[i / 64] |= 1ull << i % 64;
	c->used--;
	if (!c->at)
		enter(c);
	if (c->used || !empty++)
		return;
	empty--;
	leave(c);
	give_back(c);
}

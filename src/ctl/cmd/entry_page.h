/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers in pages, of groups and meters of a bridge, in order of their ids: each carries the argument of --from that asks for
 * the next one, as of fdb show.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_ENTRY_PAGE_H
#define CTL_CMD_ENTRY_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct sw_call;
struct sw_err;

struct entry_page {
	int64_t after; /* the last id that was shown; -1 none */
	uint64_t left; /* entries still wanted */
	unsigned room; /* rows of the answer that are still free */
};

enum { ENTRY_LIMIT, ENTRY_FROM, ENTRY_OPTIONS };
#define ENTRY_PAGE_OPTIONS                                                                   \
	[ENTRY_LIMIT] = { "limit", "N", "no more than N" }, [ENTRY_FROM] = { "from", "NEXT", \
		"go on after the answer that said \"next\" (swctl does it itself)" }

int entry_page_begin(struct entry_page *page, const struct sw_call *call, struct sw_err *err);

/* Is there room for one of so many rows? Then it is taken. */
bool entry_page_take(struct entry_page *page, uint32_t id, unsigned rows);

/* There are more: tell how to get them, if they are wanted. */
void entry_page_more(const struct entry_page *page, struct sw_call *call);

#endif

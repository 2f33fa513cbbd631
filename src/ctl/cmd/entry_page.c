/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See entry_page.h. Control thread.
 */
#include "entry_page.h"

#include <inttypes.h>
#include <stdio.h>

#include <sw/cmd.h>
#include <sw/err.h>

#include "option.h"

#define PAGE_ROWS 512 /* one takes some 5 us to print, a group of many buckets more */

int entry_page_begin(struct entry_page *page, const struct sw_call *call, struct sw_err *err)
{
	const char *limit = call->option[ENTRY_LIMIT], *from = call->option[ENTRY_FROM];
	int used = 0;

	*page = (struct entry_page){ .after = -1, .left = UINT64_MAX, .room = PAGE_ROWS };
	if (option_limit(limit, &page->left, err))
		return sw_err_errno(err->code);
	if (!from)
		return 0;
	if (sscanf(from, "%" SCNu64 ":%" SCNd64 "%n", &page->left, &page->after, &used) != 2 ||
		from[used] || !page->left || page->after < 0 || page->after > UINT32_MAX)
		return option_bad_from(from, err);
	return 0;
}

bool entry_page_take(struct entry_page *page, uint32_t id, unsigned rows)
{
	bool first = page->room == PAGE_ROWS;

	if (!page->left || (!first && page->room < rows))
		return false;
	page->room -= page->room < rows ? page->room : rows;
	page->left--;
	page->after = id;
	return true;
}

void entry_page_more(const struct entry_page *page, struct sw_call *call)
{
	if (page->left)
		json_object_set_new(call->result, "next",
			json_sprintf("%" PRIu64 ":%" PRId64, page->left, page->after));
}

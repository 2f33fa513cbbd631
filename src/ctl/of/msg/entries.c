/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See entries.h. Control thread.
 */
#include "entries.h"

#include <stdlib.h>

#include <sw/mem.h>

#include "../bridge.h"

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct of_entries *e = sw_container_of(work, struct of_entries, work);
	const void *thing;

	if (!e->counted && of_users_walk(&e->users, c->bridge->rules, slice))
		return SLICE_MORE;
	e->counted = true;
	while ((thing = e->kind->next(c, e, e->last))) {
		e->kind->put(e, of_parts_entry(&e->parts), thing);
		of_parts_entry_end(c, &e->parts);
		e->last = e->kind->id(thing);
		if (slice_over(slice) || of_conn_is_full(c))
			return SLICE_MORE;
	}
	of_parts_end(c, &e->parts);
	return 0;
}

static void entries_free(struct of_work *work)
{
	struct of_entries *e = sw_container_of(work, struct of_entries, work);

	of_users_fini(&e->users);
	of_parts_fini(&e->parts);
	free(e);
}

void of_entries_begin(struct of_conn *c, const struct of_msg *msg,
	const struct of_entries_kind *kind, uint32_t asked)
{
	struct of_entries *e = sw_xcalloc(1, sizeof(*e));
	const void *thing;

	e->work = (struct of_work){ step, entries_free };
	e->kind = kind;
	e->asked = asked;
	e->last = -1;
	e->users.count = kind->count;
	of_parts_begin(&e->parts, msg);
	for (int64_t id = -1; kind->count && (thing = kind->next(c, e, id)); id = kind->id(thing))
		of_users_add(&e->users, kind->id(thing));
	c->work = &e->work;
}

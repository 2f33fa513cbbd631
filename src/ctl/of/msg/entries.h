/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An answer with an entry for each group or meter, in order of their ids, made in slices; where it tells how many rules use them, after
 * these are counted.
 *
 * Thread: control.
 */
#ifndef CTL_OF_ENTRIES_H
#define CTL_OF_ENTRIES_H

#include "../conn/reply.h"
#include "../flow/users.h"

struct of_entries;

struct of_entries_kind {
	/* The one after `last` (-1: the first) of those that are asked for, or NULL. */
	const void *(*next)(struct of_conn *c, const struct of_entries *e, int64_t last);
	uint32_t (*id)(const void *thing);
	void (*put)(const struct of_entries *e, struct of_buf *out, const void *thing);
	/* What an action uses: of_users_count. NULL: nobody wants to know. */
	void (*count)(struct of_users *users, const struct sw_action *a);
};

struct of_entries {
	struct of_work work;
	const struct of_entries_kind *kind;
	struct of_parts parts;
	struct of_users users;
	uint32_t asked; /* an id, or what stands for all */
	int64_t last;	/* that was told */
	bool counted;
};

/* It becomes the connection's work. */
void of_entries_begin(struct of_conn *c, const struct of_msg *msg,
	const struct of_entries_kind *kind, uint32_t asked);

#endif

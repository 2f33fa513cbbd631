/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of apply: between the passes over the document (apply.c) and references (apply_refs.c). */
#ifndef CTL_APPLY_IN_H
#define CTL_APPLY_IN_H

#include <stdbool.h>

#include "apply.h"
#include "draft.h"

/* A record of the document. */
struct item {
	const struct table *table;
	const char *name;
	json_t *columns;
};

struct apply {
	json_t *document;
	unsigned flags;
	struct item *items;
	unsigned n;
	unsigned pass, at;
	json_t *owners; /* by table, by record: who owns it in the document, as text */
};

/* Is the record in the document? */
bool apply_mentions(const struct apply *a, const struct table *table, const char *name);

/* The row of a table by the name that the document uses, or NULL. */
const struct row *apply_find(
	const struct draft *draft, const struct table *table, const char *name);

/* Set a column of references; json NULL: not mentioned. */
int apply_refs(struct apply *a, struct draft *draft, const struct item *item,
	const struct column *column, const json_t *json, struct sw_err *err);

/* The bridges of the switch are those of the document. */
void apply_implied(struct apply *a, struct draft *draft);

/* Does any record refer to this one? */
int apply_check_reached(
	struct apply *a, struct draft *draft, const struct item *item, struct sw_err *err);

#endif

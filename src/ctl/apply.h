/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A document (document.h) put into a draft: what swctl apply and config rollback do.
 *
 * A record in the document becomes exactly what is written there: a column that is not mentioned gets its
 * initial value. What happens to all else depends:
 *
 *  - as it is, nothing goes: records that are not mentioned stay, and references (Bridge.ports) are added to
 *    those that are there. A record another one referred to moves.
 *  - exact: references are what is written, so that records not mentioned go, and every record that is
 *    referred to must be in the document.
 *
 * Thread: apply_new on any; the rest on control.
 */
#ifndef CTL_APPLY_H
#define CTL_APPLY_H

#include <jansson.h>

struct apply;
struct draft;
struct sw_err;

enum {
	APPLY_EXACT = 1,    /* what the document does not have goes */
	APPLY_WHOLE = 2,    /* a document of our own, made "whole" */
	APPLY_MAY_WAIT = 4, /* devices need not be there */
};

/* Check the form of a document: version, tables, records. The apply keeps a reference. */
int apply_new(json_t *document, unsigned flags, struct apply **apply, struct sw_err *err);
void apply_free(struct apply *apply);

/* The next few records. 0 when all is done, SW_CMD_MORE, or an error with the place in the document as its
 * path ("Bridge.br0.other_config:mac-table-size"). */
int apply_step(struct apply *apply, struct draft *draft, struct sw_err *err);

#endif

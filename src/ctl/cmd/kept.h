/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers that are longer than a message: made whole, and given out in pieces. Each piece but the last comes with a name for what is
 * left, which whoever may run the command asks for with --from; it is good once, for KEPT_MS. What all of them have is bounded.
 *
 * Thread: control; the job thread frees what nobody fetched.
 */
#ifndef CTL_CMD_KEPT_H
#define CTL_CMD_KEPT_H

#include <stddef.h>

#include <jansson.h>

struct kept;
struct sw_err;

#define KEPT_PIECE \
	(4 * 1024 * 1024) /* bytes of text in a piece, about: below API_OUTPUT_MAX as JSON */
#define KEPT_MAX     (128 * 1024 * 1024) /* of an answer, as of an input */
#define KEPT_ALL_MAX (256 * 1024 * 1024) /* of all there are */
#define KEPT_MS	     30000

struct kept *kept_new(void);
/* A line more; or SW_CODE_LIMIT: there is no room. */
int kept_add(struct kept *k, char sign, const char *text, struct sw_err *err);
void kept_free(struct kept *k);

/* The first piece, an array; *next, a string for --from, where there is more, else NULL. k is used up. */
json_t *kept_begin(struct kept *k, json_t **next);
/* The next one. NULL with err: there is no such answer any more. */
json_t *kept_go_on(const char *from, json_t **next, struct sw_err *err);

/* Each second: forget what nobody fetches. */
void kept_sweep(void);
/* The switch stops. */
void kept_stop(void);

#endif

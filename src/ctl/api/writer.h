/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message becomes text in pieces, so that one of several MiB is no long step of the control loop. What is
 * written is let go of at once where nobody else holds it, so that freeing it is no long step either.
 *
 * room: ctl/api. Thread: control.
 */
#ifndef CTL_API_WRITER_H
#define CTL_API_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <sw/line.h>

#define WRITER_DEPTH 16 /* levels that are taken apart; what is deeper is written whole */

struct writer {
	struct sw_bytes text; /* what is written so far */
	unsigned depth;
	bool failed; /* it cannot be written as JSON */
	struct writer_level {
		json_t *value; /* an array or object; that of level 0 is ours */
		size_t at;
		void *iter; /* of an object */
	} level[WRITER_DEPTH];
};

/* Begin; takes the message, an object. */
void writer_init(struct writer *w, json_t *message);
void writer_fini(struct writer *w);

/* Write about so many bytes more. True when all is written, or failed. */
bool writer_step(struct writer *w, size_t about);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that goes along with a transaction and came in parts, since it is longer than a message: the lines of a file, say. Its
 * parts lie one behind the other; what all such texts together hold is bounded, whoever has them.
 *
 * Thread: control.
 */
#ifndef CTL_INPUT_H
#define CTL_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include <sw/err.h>
#include <sw/line.h>

#define INPUT_MAX     (128 * 1024 * 1024) /* bytes of one: a million rules of 100 bytes fit */
#define INPUT_ALL_MAX (256 * 1024 * 1024) /* of all there are */

struct input {
	struct sw_bytes text;
	unsigned parts;
	uint64_t hash;	     /* of the text, for request_id */
	struct sw_err fault; /* .text not empty: it is lost, and this is why */
};

struct input *input_new(void);
/* The job thread frees it; NULL is fine. */
void input_free(struct input *in);

/* One part more, copied: 0, or SW_CODE_LIMIT from then on. */
int input_add(struct input *in, const char *part, size_t len, struct sw_err *err);

/* All of it, ended by NUL. */
const char *input_text(struct input *in);

#endif

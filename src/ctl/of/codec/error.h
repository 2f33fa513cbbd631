/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow's errors by one name for all versions; a decoder returns one, 0 is "fine". How a version says it, as a
 * type and a code or as an experimenter's error, is decided when the message is made.
 *
 * Thread: control.
 */
#ifndef CTL_OF_ERROR_H
#define CTL_OF_ERROR_H

#include <stdint.h>

#include "buf.h"

#define E(name, ...)  name,
#define E3(name, ...) name,
enum of_error {
	OF_FINE,
#include "errors.def"
	OF_ERRORS,
	OF_MORE /* none: what was asked for takes long, and is to be gone on with */
};
#undef E
#undef E3

/* "OFPBRC_BAD_TYPE"; as the version tells it. */
const char *of_error_name(enum of_error error);

struct of_error_number {
	uint32_t experimenter; /* 0: a standard error */
	uint16_t type, code;   /* of an experimenter's error from 1.3 on: type alone */
};
/* Every error has one in every version: where the version has none of its own, the nearest it has. */
struct of_error_number of_error_number(enum of_error error, uint8_t version);

/* A whole error message with what it was about: `data`, of which at most OF_ERROR_DATA bytes are sent, at least 64
 * of those there are (1.3.5, 7.4.4). */
#define OF_ERROR_DATA 128
void of_put_error(struct of_buf *out, enum of_error error, uint8_t version, uint32_t xid,
	const void *data, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HELLO and the version that comes of it (OpenFlow 1.3.5, 6.3.1, 7.5.1).
 */
#ifndef SWCONTROLLER_HELLO_H
#define SWCONTROLLER_HELLO_H

#include <stddef.h>
#include <stdint.h>

struct peer;

void hello_send(struct peer *p);

/* The first message of a switch. It may end the switch. */
void hello_take(struct peer *p, const uint8_t *bytes, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ports of a switch: their numbers and names, which queue packets from one go to (--port-queue), and which stations
 * are gone with one.
 */
#ifndef SWCONTROLLER_PORTS_H
#define SWCONTROLLER_PORTS_H

#include <stdint.h>

#include "../../src/ctl/of/codec/cursor.h"

struct peer;

#define PORTS_MAX 65536 /* of a switch that are remembered */

/* Ports one after the other, to the end. */
void ports_take(struct peer *p, struct of_cursor c);
/* The body of a port_status. */
void ports_take_status(struct peer *p, struct of_cursor c);

/* Say which names of --port-queue are no ports of the switch. */
void ports_check(struct peer *p);

/* The queue for what came in by a port, NO_QUEUE: none. */
uint32_t ports_queue(const struct peer *p, uint32_t port);

#endif

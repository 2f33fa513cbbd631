/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where switches come in: a method of the command line at work. A passive one listens; an active one connects, and again
 * when the switch is gone, after a second and then after twice as long each time, up to eight.
 */
#ifndef SWCONTROLLER_DOOR_H
#define SWCONTROLLER_DOOR_H

#include <stdbool.h>

struct controller;
struct door;
struct method;
struct sw_err;

/* Open one and keep it with the controller's. */
int door_create(struct controller *c, const struct method *m, struct sw_err *err);
void door_destroy(struct door *door);

/* Of a switch that came by it: it is there; it is gone. */
void door_opened(struct door *door);
void door_closed(struct door *door);

/* Is that something that was not said before? An attempt that fails again as before is not. */
bool door_is_news(struct door *door, const char *why);

#endif

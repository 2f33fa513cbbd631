/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands of workers and queues share. Control thread. */
#ifndef CTL_CMD_RUN_QUEUE_H
#define CTL_CMD_RUN_QUEUE_H

#include <jansson.h>

struct sw_err;

#define CMD_SECS_NOW \
	10 /* what is loaded "now": the last seconds, where --secs says no other number */

/* --secs=N: how many of the last seconds, 1 to SW_LOAD_SECONDS; text NULL: CMD_SECS_NOW. */
int cmd_read_seconds(const char *text, unsigned *seconds, struct sw_err *err);

/* part / whole with one digit after the point; null when there is nothing to divide by. */
json_t *cmd_ratio(double part, double whole);

#endif

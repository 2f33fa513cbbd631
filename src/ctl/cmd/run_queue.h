/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands of workers and queues share. Control thread. */
#ifndef CTL_CMD_RUN_QUEUE_H
#define CTL_CMD_RUN_QUEUE_H

struct sw_err;

/* --secs=N: how many of the last seconds, 1 to SW_LOAD_SECONDS. */
int cmd_read_seconds(const char *text, unsigned otherwise, unsigned *seconds, struct sw_err *err);

#endif

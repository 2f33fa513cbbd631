/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A thread of its own for what the polling cores have no time for: a line about the run in hand every
 * interval, and the end of what takes too long inside of a driver.
 */
#ifndef SWGEN_CLERK_H
#define SWGEN_CLERK_H

struct bench;
struct sw_err;

/* Before DPDK starts, so that it may run on any core. */
int clerk_start(struct sw_err *err);

/* Within so many seconds clerk_attached must be called; else the program ends with a sentence about `device`. */
void clerk_attaching(const char *device, double seconds);
void clerk_attached(void);

/* A line about b's run every so many seconds, on standard error. */
void clerk_watch(const struct bench *b, double seconds);

/* Ended and joined; before b goes. */
void clerk_stop(void);

#endif

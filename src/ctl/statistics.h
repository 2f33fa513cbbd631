/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics of a port by the names of OVS's Interface.statistics.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_STATISTICS_H
#define CTL_STATISTICS_H

#include <stdint.h>

#include <sw/drop.h>

struct sw_port;

#define STATISTICS_MAX 128 /* names of one port at most */

/* Call add for each statistic the port has: what the workers counted, the drop reasons summed as OVS
 * groups them, and what its class reads from the device. A name the two sides share is given once, as
 * the sum. What is unknown is left out. */
void port_statistics(const struct sw_port *port,
	void (*add)(void *arg, const char *name, uint64_t value), void *arg);

/* The statistic that a drop reason adds to. */
const char *statistics_name(enum sw_drop_as as);

#endif

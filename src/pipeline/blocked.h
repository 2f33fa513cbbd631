/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program of ports that are not to receive: its object.
 *
 * room: pipeline (private). Thread: compiled by control, then immutable; workers.
 */
#ifndef PIPELINE_BLOCKED_H
#define PIPELINE_BLOCKED_H

#include <sw/port.h>

struct blocked {
	struct sw_ingress ingress;
	unsigned why; /* drop reason */
};

void blocked_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n);

#endif

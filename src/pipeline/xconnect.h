/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cross-connect program's object for a port.
 *
 * room: pipeline (private). Thread: compiled by control, then immutable; workers.
 */
#ifndef PIPELINE_XCONNECT_H
#define PIPELINE_XCONNECT_H

#include <stdbool.h>

#include <sw/port.h>

struct xconnect {
	struct sw_ingress ingress;
	uint16_t peer;
	bool has_peer;
};

void xconnect_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n);

#endif

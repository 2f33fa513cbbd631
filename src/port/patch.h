/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of a patch port; see patch.c. */
#ifndef PORT_PATCH_H
#define PORT_PATCH_H

#include <sys/queue.h>

#include <sw/port.h>

#define PATCH_NO_PEER UINT32_MAX
#define PATCH_MTU_MAX 9702 /* as a dpdk port's */

struct patch {
	struct sw_port port;
	uint32_t
		peer; /* index of the port at the other end or PATCH_NO_PEER; atomic, control writes */
	char peer_name[SW_NAME_SIZE];
	LIST_ENTRY(patch) next; /* all open patch ports; patch_ctl.c */
};

static inline struct patch *patch_of(struct sw_port *port)
{
	return (struct patch *)port;
}

/* The class's worker half. */
unsigned patch_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n);
unsigned patch_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

#endif

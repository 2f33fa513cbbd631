/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of vhost-user ports share: ports with a front end of our own in the same process. The
 * library's thread is real, so they wait for events, each with a limit. One worker, made by hand, whose
 * lane is that of the port opened last.
 */
#ifndef TESTS_VHOST_COMMON_H
#define TESTS_VHOST_COMMON_H

#include "front.h"
#include "swtest.h"

#include <sw/err.h>
#include <sw/pool.h>
#include <sw/port.h>

extern struct sw_err vt_err;
extern struct sw_worker vt_worker;
extern struct sw_lane vt_lane;

/* Some keys of a port's status. */
struct vt_seen {
	char socket[128], status[32], fault[256], vring[32], stuck[8], mode[16];
};

int vt_set_up(void **state);
int vt_tear_down(void **state);

/* A path in the test's folder; two calls' results live at once. */
const char *vt_in_dir(const char *name);

/* A port, client with a path, server without; opened; closed and freed. */
struct sw_port *vt_make(const char *name, const char *path, uint16_t mtu);
struct sw_port *vt_open_port(const char *name, const char *path, uint16_t mtu);
void vt_drop_port(struct sw_port *port);

/* A client port "c0" with a front end that is up; both taken down, and no packet buffer is missing. */
struct sw_port *vt_up(struct front *f, unsigned n_pairs, uint16_t mtu);
void vt_down(struct sw_port *port, struct front *f);
void vt_no_leak(void);

struct sw_port_status vt_status_of(struct sw_port *port, struct vt_seen *seen);
void vt_wait_link(struct sw_port *port, bool up);
void vt_wait_rxq(struct sw_port *port, unsigned n);

/* A burst from the guest; n packets of len bytes, each of the byte fill, to the guest: how many went. */
unsigned vt_rx(struct sw_port *port, unsigned queue, struct rte_mbuf **pkts);
/* The same, until a burst is not empty: the library's thread holds a ring for moments after it came up. */
unsigned vt_rx_some(struct sw_port *port, unsigned queue, struct rte_mbuf **pkts);
unsigned vt_tx(struct sw_port *port, unsigned n, unsigned len, uint8_t fill);

#endif

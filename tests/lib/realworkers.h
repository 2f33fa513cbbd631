/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A switch with two workers that really run, on the first two cores there are (or one twice), and the control thread's
 * part done by hand: what tests need that change things under traffic. Everything waits by counting steps.
 */
#ifndef REALWORKERS_H
#define REALWORKERS_H

#include "testswitch.h"

#include <sw/bridge.h>
#include <sw/port.h>

#define RW_BUFFERS 4095

/* EAL, buffers, workers; and down again, with every buffer back. */
void rw_start(void);
void rw_stop(void);
int rw_setup(void **state); /* the same for cmocka */
int rw_teardown(void **state);

/* One turn of what the control loop does. */
void rw_step(void);

/*
 * May one wait on after so many steps? From some thousands on it sleeps a moment each time: beside other work a
 * thread that only yields keeps a worker that hardly ever asks for its core from it for seconds.
 */
bool rw_waits(unsigned steps);

/* A dummy port, open and polled; and gone. */
struct sw_port *rw_port(const char *name);
void rw_port_gone(struct sw_port *port);

/* A bridge without rules of ports p1 to p4, of the same numbers. */
#define RW_PORTS 4
struct rw_bridge {
	struct ts_bridge br;
	struct sw_bridge_conf conf;
	struct sw_member_conf member[RW_PORTS];
	struct sw_port *port[RW_PORTS + 1]; /* by number */
};
void rw_bridge_make(struct rw_bridge *b);
void rw_bridge_gone(struct rw_bridge *b);
/* Only ports 1 to n are in it. */
void rw_bridge_members(struct rw_bridge *b, unsigned n);
/* n packets of UDP by port 1 and as many by port 2, no two alike in a round. */
void rw_inject(struct rw_bridge *b, unsigned round, unsigned n);

/* Steps until n packets have been sent by these ports, which are freed. */
void rw_wait_sent(unsigned n, struct sw_port *const *ports, unsigned n_ports);

#endif

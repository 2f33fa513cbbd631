/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingress programs without a switch around them: ports that take everything and do nothing, bursts of
 * prebuilt packets, one worker. Shared by the benchmarks of programs.
 */
#ifndef PERF_RIG_H
#define PERF_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/bridge.h>
#include <sw/port.h>
#include <sw/rule.h>
#include <sw/text.h>

#define PORTS	8
#define PACKETS 64 /* buffers in turn, as a driver's cache of free ones gives */

struct rig {
	struct sw_worker *w;
	struct sw_port *port[PORTS];
	struct sw_lane *lane[PORTS];
	struct rte_mbuf *pkt[PACKETS];
	struct sw_bridge *bridge;
	uint64_t random;
	unsigned next;
	unsigned runs;
};

/* Who speaks to whom. */
struct scene {
	const char *what;
	unsigned ports;
	bool cross;
	bool any;	   /* any station to any other, else in pairs */
	int vid[2];	   /* of frames on the first port and on the others; -1 untagged */
	uint32_t stations; /* behind each port */
};

/* Onto the core that the first argument says, if there is one. */
void rig_pin(int argc, char **argv);

/* EAL, the pool, one worker and PORTS ports. Ends the process when that does not work. */
void rig_start(struct rig *rig);

/* The scene's bridge, with every station learned; port 0 is an access port where the scene has its frames
 * untagged and the others' tagged. Free it before the next. */
void rig_enter(struct rig *rig, const struct scene *sc);
void rig_leave(struct rig *rig);

/* n packets of random stations behind a port, in the next buffers. */
struct rte_mbuf **rig_fill(struct rig *rig, const struct scene *sc, unsigned from, unsigned n);

/* A rule as text into the bridge, or out of it. Ends the process when it is refused. */
void rig_rule(struct rig *rig, enum sw_rule_verb verb, const char *text);

/* Likewise a group. */
void rig_group(struct rig *rig, const char *text);

/* A packet of TCP over IPv4 of flow f: 10.x.y.z:p -> 10.200.0.1:80, where f tells x, y, z and p; and its match. */
void rig_flow(struct rte_mbuf *m, uint32_t f);
void rig_flow_match(struct sw_str *match, uint32_t f);

/* A packet of TCP or UDP over IPv4 with these addresses, protocol and ports. */
void rig_packet(struct rte_mbuf *m, const struct sw_fields *key);

/* What is kept of the bridge is forgotten; and, when on, nothing more is kept: each packet is walked. */
void rig_walk_all(struct rig *rig, bool on);

/* Cycles a packet of bursts of so many flows, when all are known: the median of 4001 that `one` measures. */
double rig_measure(uint64_t (*one)(uint32_t flows), uint32_t flows);

/* The burst through the port's program and out of the send buffers. */
void rig_run(struct rig *rig, unsigned from, struct rte_mbuf **pkts, unsigned n);

#endif

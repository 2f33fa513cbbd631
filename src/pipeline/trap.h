/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The workers' end of <sw/trap.h>. A place for each packet that is waited for: the worker that takes one by the counter fills it in and
 * says so; control reads it then. Nobody waits for anybody.
 *
 * room: pipeline (private). Thread: workers run trap_run; control does the rest.
 */
#ifndef PIPELINE_TRAP_H
#define PIPELINE_TRAP_H

#include <rte_common.h>

#include <sw/field.h>
#include <sw/late.h>
#include <sw/port.h>
#include <sw/trace.h>
#include <sw/trap.h>

struct sw_rules;

#define TRAP_LOOKS 8 /* packets of a burst */
#define TRAP_WORDS (sizeof(struct sw_fields) / sizeof(uint64_t))

struct trap_word {
	unsigned at;
	uint64_t value, mask;
};

struct trap_place {
	uint32_t done; /* atomic: the rest is written */
	uint16_t port, worker;
	uint64_t port_serial, tsc;
	struct sw_trap_packet told;   /* but for what points somewhere */
	int why;		      /* a drop reason, or -1 */
	uint64_t before[SW_PORT_MAX]; /* packets that each lane had been given */
	uint8_t bytes[SW_TRACE_BYTES];
};

/* A worker's own counters; control reads them. */
struct trap_part {
	uint64_t looked, passed;
	uint32_t turn; /* where in a burst it looks next */
} __rte_cache_aligned;

struct sw_trap {
	unsigned n_words;
	struct trap_word word[TRAP_WORDS]; /* that the match looks at */
	const struct sw_rules *rules;
	uint32_t count;
	uint32_t taken __rte_cache_aligned; /* atomic: places given out; more than count: all are */
	struct sw_late late;
	struct trap_part part[SW_WORKER_MAX];
	/* control's */
	struct sw_bridge *bridge;   /* NULL: gone */
	const struct sw_port *port; /* NULL: any */
	bool port_gone;
	bool told[SW_TRAP_MOST];		  /* by place */
	struct trap_ingress *around[SW_PORT_MAX]; /* by port index */
	struct trap_place *place;		  /* count */
};

/* The program of a port with the trap around it. */
struct trap_ingress {
	struct sw_ingress ingress; /* its program is that of inner */
	const struct sw_ingress *inner;
	struct sw_trap *trap;
	uint32_t number; /* the port's, of OpenFlow */
};

void trap_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n);

/* What a port runs when there is no trap. NULL stays NULL. */
static inline const struct sw_ingress *trap_inner(const struct sw_ingress *ingress)
{
	return ingress && ingress->run == trap_run ? ((const struct trap_ingress *)ingress)->inner
						   : ingress;
}

/* Publish a port's program, with the trap (NULL: none) around it if it is for that port. */
void trap_publish(struct sw_trap *trap, struct sw_port *port, uint32_t number,
	const struct sw_ingress *inner);
/* The port has left the bridge, and runs nothing; the bridge goes, after its ports. trap NULL: nothing. */
void trap_port_gone(struct sw_trap *trap, const struct sw_port *port);
void trap_bridge_gone(struct sw_trap *trap);

#endif

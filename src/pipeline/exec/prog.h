/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules program's object for a port, and what all of a bridge share: the ports by their OpenFlow numbers, the
 * store of rules, groups and meters, and the L2 program that NORMAL is.
 *
 * room: pipeline (private). Thread: compiled by control, then immutable; workers.
 */
#ifndef PIPELINE_EXEC_PROG_H
#define PIPELINE_EXEC_PROG_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include <sw/action.h>
#include <sw/lane.h>
#include <sw/port.h>

#include "../frame.h"
#include "../port_live.h"

struct exec;
struct l2;
struct sw_groups;
struct sw_member_conf;
struct sw_meters;
struct sw_program_job;
struct sw_rules;
struct walk;

#define PORT_NONE UINT16_MAX /* no port has the number */

/* A member of the bridge as rules know it. */
struct of_port {
	uint32_t number;
	uint16_t index, member; /* of the port, and its place in the membership */
	bool no_flood, protect;
};

/* Made with a membership, and gone with it. */
struct of_ports {
	unsigned n;
	struct of_port *list;
	uint16_t local;	  /* index of LOCAL, or PORT_NONE */
	uint32_t serial;  /* never given twice */
	uint32_t n_index; /* numbers below it are in index_of */
	uint16_t index_of[];
};

/* Of a bridge, as long as it is there. */
struct of_shared {
	struct cache_masks *masks; /* rcu */
	bool wide;	  /* control: the masks have bits that rules look at no more, ... */
	uint64_t wide_ms; /* ... since then */
	uint8_t asked;	  /* control: SW_BRIDGE_* */
};

struct rules_prog {
	struct sw_ingress ingress;
	const struct of_ports *ports;
	struct sw_rules *rules;
	const struct sw_groups *groups;
	const struct sw_meters *meters;
	const struct of_shared *shared;
	const struct l2 *normal;
	uint32_t
		id; /* the same as long as the port is in the bridge by its number; never given twice */
	uint32_t number; /* of the port it is for */
	uint16_t index;
	bool no_packet_in; /* of the rule for the rest */
	uint8_t asked;	   /* SW_BRIDGE_* of <sw/bridge.h> */
};

static inline unsigned of_port_index(const struct of_ports *ports, uint32_t number)
{
	if (number < ports->n_index)
		return ports->index_of[number];
	return number == SW_OFPP_LOCAL ? ports->local : PORT_NONE;
}

/* Can the port of the number send? */
static inline bool port_lives(const struct rules_prog *prog, uint32_t number)
{
	unsigned index = of_port_index(prog->ports, number);

	return likely(index != PORT_NONE) && likely(port_is_live(index));
}

/* What the answers of port_lives() hold for: it is another one after any of them may have changed. */
static inline uint64_t ports_serial(const struct rules_prog *prog)
{
	return (uint64_t)prog->ports->serial << 32 |
	       __atomic_load_n(&port_live_serial, __ATOMIC_ACQUIRE);
}

/* All of it that is the bridge's; the rest is 0. Control. */
struct rules_prog rules_prog_of(const struct sw_program_job *job);

/* From members; of_ports_destroy after a grace period. Control. */
struct of_ports *of_ports_create(const struct sw_member_conf *members, unsigned n);
void of_ports_destroy(struct of_ports *ports);

/* Are there rules to look at, or is all done that they and what is asked (SW_BRIDGE_*) say without? Control. */
bool rules_are_looked_at(const struct sw_rules *rules, uint8_t asked);

/* Before a commit of rules is visible, or a change of groups (NULL: there are none yet): masks for what they look at. New masks make all that was kept void; those that have more than
 * is looked at are right, too, and stay for ten seconds, as rules that come and go again and again do. Control. */
void of_shared_update(
	struct of_shared *shared, const struct sw_rules *rules, const struct sw_groups *groups);
/* Now and then: those ten seconds may be over. */
void of_shared_rest(
	struct of_shared *shared, const struct sw_rules *rules, const struct sw_groups *groups);

/* What walks came to before is not used again: flows that were kept are void. Control. */
void of_shared_void(struct of_shared *shared);

/* The program: consumes pkts[0..n). Workers. */
void rules_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n);

/* Memory of each worker for walks, by how many patch ports were crossed; made by control before a bridge has rules. */
extern struct walk *walks[SW_WORKER_MAX];
void walks_create(void);

/*
 * The parts of it that a trace does, too: is a packet admitted (else it is dropped); the fields of x's one packet; its walk through
 * the tables; and what the walk came to, which consumes the packet.
 */
void rules_refuse(struct sw_lane *in, struct rte_mbuf *m);
static inline bool rules_admit(struct sw_lane *in, struct rte_mbuf *m)
{
	if (likely(m->pkt_len >= FRAME_MIN && m->pkt_len <= sw_lane_rx_max_len(in)))
		return true;
	rules_refuse(in, m);
	return false;
}
void rules_fields(struct exec *x, struct walk *walk);
void rules_walk(struct exec *x, struct walk *walk);
void rules_do(struct exec *x, const struct walk *walk);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingress programs: what a worker runs on the bursts of a port. When a bridge changes, control asks the
 * registered programs in order of priority which one fits a member, and has that one compile an
 * immutable object for exactly what the port needs. A new kind of switching is a new program in a
 * file of its own; the bridge needs no change.
 *
 * room: pipeline. Thread: control; what is compiled is run by workers.
 */
#ifndef SW_PROGRAM_H
#define SW_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/reg.h>

struct domain;	  /* membership compiled for workers; pipeline's own */
struct of_ports;  /* members by their OpenFlow numbers; likewise */
struct of_shared; /* likewise */
struct sw_rules;
struct fdb_table; /* stations; pipeline's own */
struct sw_bridge_conf;
struct sw_ingress;
struct sw_groups;
struct sw_member_conf;
struct sw_meters;

/* What there is to compile: one member of a bridge and all that is around it. */
struct sw_program_job {
	const struct sw_bridge_conf *bridge;
	const struct sw_member_conf *members;
	unsigned n;		      /* members */
	unsigned at;		      /* the member to compile for */
	const struct domain *domain;  /* outlives what is compiled */
	struct fdb_table *fdb;	      /* likewise */
	const struct of_ports *ports; /* likewise */
	struct sw_rules *rules;	      /* of the bridge, as the next ones */
	const struct sw_groups *groups;
	const struct sw_meters *meters;
	const struct of_shared *shared; /* what its programs of rules have in common */
	uint8_t asked;			/* SW_BRIDGE_* */
};

struct sw_program {
	const char *name; /* as swctl shows it */
	const char *help;
	int priority; /* the highest that fits is taken; no two programs have the same */
	bool (*fits)(const struct sw_program_job *job);
	/* Never fails. The caller sets ->program, publishes it in port->ingress, and calls destroy
	 * after a grace period. */
	struct sw_ingress *(*compile)(const struct sw_program_job *job);
	void (*destroy)(struct sw_ingress *ingress);
};
SW_REG_KIND_DECLARE(program);

#endif

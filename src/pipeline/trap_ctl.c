/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traps set, kept around the programs of a bridge while these change, read, and taken away.
 *
 * Control thread only.
 */
#include "trap.h"

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rcu.h>

#include "bridge_check.h"
#include "exec/packet_in.h"
#include "rule/lookup.h"

static uint32_t news;

static void wake(struct sw_late *late)
{
	__atomic_store_n(&news, 1, __ATOMIC_RELEASE);
	packet_in_wake(late);
}

bool sw_trap_news(void)
{
	return __atomic_exchange_n(&news, 0, __ATOMIC_ACQUIRE);
}

/* --- around programs --- */

void trap_publish(
	struct sw_trap *trap, struct sw_port *port, uint32_t number, const struct sw_ingress *inner)
{
	struct trap_ingress *around, *before;

	if (!trap || trap->port_gone || (trap->port && trap->port != port)) {
		sw_rcu_set(port->ingress, inner);
		return;
	}
	around = sw_xcalloc(1, sizeof(*around));
	*around = (struct trap_ingress){
		.ingress = { .run = trap_run, .program = inner->program },
		.inner = inner,
		.trap = trap,
		.number = number,
	};
	before = trap->around[port->index];
	trap->around[port->index] = around;
	sw_rcu_set(port->ingress, &around->ingress);
	if (before)
		sw_rcu_defer(free, before);
}

void trap_port_gone(struct sw_trap *trap, const struct sw_port *port)
{
	if (!trap)
		return;
	if (trap->around[port->index])
		sw_rcu_defer(free, trap->around[port->index]);
	trap->around[port->index] = NULL;
	trap->port_gone |= trap->port == port;
}

void trap_bridge_gone(struct sw_trap *trap)
{
	if (trap)
		trap->bridge = NULL;
}

/* --- life --- */

/* What no packet brings along from outside: registers, metadata and the like are 0 until rules write them. */
static int check_match(const struct sw_match *match, struct sw_err *err)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		int rc;

		if (f->offset >= offsetof(struct sw_fields, pbb_isid) ||
			f->offset == offsetof(struct sw_fields, in_port) ||
			sw_field_is_zero(f, &match->mask))
			continue;
		rc = sw_err_set(err, SW_CODE_INVALID,
			"no packet has %s when it comes in: rules write it later", f->name);
		sw_err_given(err, "%s", f->name);
		sw_err_allowed(err, "in_port and fields of packets");
		return rc;
	}
	return 0;
}

static void fill_words(struct sw_trap *trap, const struct sw_match *match)
{
	const uint64_t *value = (const uint64_t *)&match->value;
	const uint64_t *mask = (const uint64_t *)&match->mask;

	for (unsigned i = 0; i < TRAP_WORDS; i++)
		if (mask[i])
			trap->word[trap->n_words++] = (struct trap_word){ i, value[i], mask[i] };
}

static void *alloc(size_t size)
{
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN(size, RTE_CACHE_LINE_SIZE));

	if (!p)
		abort(); /* as sw_xcalloc */
	return memset(p, 0, size);
}

static void trap_free(void *arg)
{
	struct sw_trap *trap = arg;

	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		free(trap->around[i]);
	free(trap->place);
	free(trap);
}

struct sw_trap *sw_trap_set(struct sw_bridge *bridge, const struct sw_port *port,
	const struct sw_match *match, unsigned count, struct sw_err *err)
{
	struct sw_trap *trap;

	if (check_match(match, err))
		return NULL;
	if (bridge_trap(bridge)) {
		sw_err_set(err, SW_CODE_CONFLICT, "somebody follows packets of bridge %s already",
			sw_bridge_name(bridge));
		sw_err_hint(err, "again when that one has ended: a bridge has one at a time");
		return NULL;
	}
	trap = alloc(sizeof(*trap));
	fill_words(trap, match);
	trap->rules = sw_bridge_rules(bridge);
	trap->count = count;
	trap->late.run = wake;
	trap->bridge = bridge;
	trap->port = port;
	trap->place = sw_xcalloc(count, sizeof(*trap->place));
	bridge_set_trap(bridge, trap);
	return trap;
}

void sw_trap_remove(struct sw_trap *trap)
{
	if (!trap)
		return;
	if (trap->bridge)
		bridge_set_trap(trap->bridge, NULL);
	sw_rcu_defer(trap_free, trap);
}

/* --- what was caught --- */

static void read_place(const struct trap_place *p, struct sw_trap_packet *out)
{
	const struct sw_port *port = sw_port_by_index(p->port);

	*out = p->told;
	out->port = port && port->serial == p->port_serial ? port : NULL;
	out->worker = p->worker;
	out->bytes = p->bytes;
	out->age_us = (rte_rdtsc() - p->tsc) * 1000000 / rte_get_tsc_hz();
	out->why = p->why < 0 ? NULL : sw_reg_kind_drop.by_id[p->why]->desc;
}

bool sw_trap_next(struct sw_trap *trap, struct sw_trap_packet *out)
{
	for (unsigned i = 0; i < trap->count; i++) {
		if (trap->told[i] || !__atomic_load_n(&trap->place[i].done, __ATOMIC_ACQUIRE))
			continue;
		trap->told[i] = true;
		read_place(&trap->place[i], out);
		return true;
	}
	return false;
}

void sw_trap_state(const struct sw_trap *trap, struct sw_trap_state *out)
{
	*out = (struct sw_trap_state){ .bridge_gone = !trap->bridge,
		.port_gone = trap->port_gone,
		.version = trap->bridge ? rules_version(trap->rules) : 0 };
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		out->looked += __atomic_load_n(&trap->part[i].looked, __ATOMIC_RELAXED);
		out->passed += __atomic_load_n(&trap->part[i].passed, __ATOMIC_RELAXED);
	}
}

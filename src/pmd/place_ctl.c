/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which worker polls which queue. A queue goes to the worker with the fewest queues, lowest id first,
 * among those on the device's NUMA node (all, when none is there), and stays with it until it is moved
 * (move_ctl.c), also when it goes and comes again: a worker may poll for the rest of its turn what was taken off its list, and a queue is
 * for one worker. Every worker has a lane of every attached port, since any of them may send to it.
 *
 * Publishing: lanes first, then the lists that make workers use them. Removal is in two phases: the
 * queues leave the lists and the lanes the workers' tables; after a grace period no worker can reach
 * them, and since a worker is quiescent only with empty send buffers, nothing waits in them either.
 * Then they are freed and the caller is told.
 *
 * A place remembers what lanes had counted when they went, under the port's serial number, so that
 * detaching and attaching a port loses no count; another port with that index or name starts at 0.
 *
 * Control thread only.
 */
#include "pmd.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/port_state.h>

#include "place.h"

SW_LOG_USE(pmd);

struct place *pmd_places[SW_PORT_MAX];

/* The place of a port, or NULL: another port may have had the index. */
struct place *pmd_place_of(const struct sw_port *port)
{
	struct place *place = pmd_places[port->index];

	return place && place->serial == port->serial ? place : NULL;
}

static struct place *place_take(struct sw_port *port)
{
	struct place *place = pmd_place_of(port);

	if (place)
		return place;
	place = pmd_places[port->index];
	if (place && (place->now || place->leaving))
		return NULL; /* its last user has not let go yet */
	if (!place)
		place = pmd_places[port->index] = sw_xcalloc(1, sizeof(*place));
	free(place->home);
	memset(place, 0, sizeof(*place));
	place->serial = port->serial;
	return place;
}

static void placement_free(struct placement *pl)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++)
		pmd_free(pl->lanes[i]);
	for (unsigned i = 0; i < pl->n_queues; i++)
		pmd_free(pl->queues[i]);
	free(pl->queues);
	free(pl->loads);
	free(pl);
}

static struct pmd_worker *choose_worker(int numa)
{
	struct pmd_worker *best = NULL;

	for (unsigned id = 0; id < pmd_n_workers; id++) {
		struct pmd_worker *pw = pmd_workers[id];
		bool near = numa < 0 || pw->w.numa < 0 || pw->w.numa == numa;

		if (near && (!best || pw->n_queues < best->n_queues))
			best = pw;
	}
	return best || numa < 0 ? best : choose_worker(-1);
}

/* The worker of the place's queue: whoever had it, else the one with the fewest. */
static struct pmd_worker *queue_home(struct place *place, unsigned queue, int numa)
{
	while (place->n_home <= queue) {
		struct pmd_worker *pw = choose_worker(numa);

		place->home = sw_xrealloc(place->home, queue + 1, sizeof(*place->home));
		place->home[place->n_home++] = pw->w.id;
	}
	return pmd_workers[place->home[queue]];
}

void pmd_queue_give(struct placement *pl, unsigned queue, uint16_t worker)
{
	struct pmd_queue *q = pl->queues[queue];

	q->lane = pl->lanes[worker];
	q->worker = worker;
	q->spent = 0; /* what it spent at another worker is nothing here */
	pmd_workers[worker]->n_queues++;
	pmd_workers[worker]->list_stale = true;
}

/* Make the queues that are missing below n_rxq; -ENOMEM leaves what is there usable. */
static int queues_grow(
	struct place *place, struct placement *pl, struct sw_port *port, unsigned n_rxq)
{
	if (n_rxq > pl->n_queues) {
		pl->queues = sw_xrealloc(pl->queues, n_rxq, sizeof(*pl->queues));
		pl->loads = sw_xrealloc(pl->loads, n_rxq, sizeof(*pl->loads));
	}
	while (pl->n_queues < n_rxq) {
		struct pmd_worker *pw = queue_home(place, pl->n_queues, port->numa);
		struct pmd_queue *q = pmd_alloc(sizeof(*q), pw->w.numa);

		if (!q)
			return -ENOMEM;
		q->port = port;
		q->rx = port->cls->rx;
		q->queue = pl->n_queues;
		memset(&pl->loads[pl->n_queues], 0, sizeof(*pl->loads));
		pl->queues[pl->n_queues++] = q;
		pmd_queue_give(pl, q->queue, pw->w.id);
	}
	return 0;
}

void pmd_queue_take(struct pmd_queue *q)
{
	if (q->worker == PMD_NOBODY)
		return;
	pmd_workers[q->worker]->n_queues--;
	pmd_workers[q->worker]->list_stale = true;
	q->worker = PMD_NOBODY;
}

static void list_fill(struct pmd_list *list, unsigned worker)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		struct placement *pl = pmd_places[i] ? pmd_places[i]->now : NULL;

		for (unsigned k = 0; pl && k < pl->n_queues; k++) {
			if (pl->queues[k]->worker == worker)
				list->queues[list->n++] = pl->queues[k];
		}
	}
}

/* Publish a new list for every worker whose queues changed. */
void pmd_publish_lists(void)
{
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		struct pmd_worker *pw = pmd_workers[id];
		const struct pmd_list *old = pw->list;
		struct pmd_list *list;

		if (!pw->list_stale)
			continue;
		list = sw_xcalloc(1, sizeof(*list) + pw->n_queues * sizeof(list->queues[0]));
		list_fill(list, id);
		sw_rcu_set(pw->list, list);
		pw->list_stale = false;
		if (old != &pmd_empty_list)
			sw_rcu_defer(free, (void *)old);
	}
}

static void lanes_set_max_len(struct placement *pl, const struct sw_port *port)
{
	uint32_t max_len = port->mtu + FRAME_OVERHEAD;
	uint16_t shut = sw_port_shut_reason(port);

	for (unsigned id = 0; id < pmd_n_workers; id++) {
		struct sw_lane *lane = pl->lanes[id];

		__atomic_store_n(&lane->shut, shut, __ATOMIC_RELAXED);
		__atomic_store_n(&lane->rx_max_len, max_len, __ATOMIC_RELAXED);
		__atomic_store_n(&lane->max_len, shut ? 0 : max_len, __ATOMIC_RELEASE);
	}
}

static struct placement *placement_create(struct sw_port *port)
{
	struct placement *pl = sw_xcalloc(1, sizeof(*pl));

	for (unsigned id = 0; id < pmd_n_workers; id++) {
		pl->lanes[id] = pmd_alloc(sizeof(*pl->lanes[id]), pmd_workers[id]->w.numa);
		if (!pl->lanes[id]) {
			placement_free(pl);
			return NULL;
		}
		pl->lanes[id]->port = port;
	}
	lanes_set_max_len(pl, port);
	return pl;
}

static int no_memory(const struct sw_port *port, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_LIMIT, "no memory for the lanes of port %s on %u workers",
		port->name, pmd_n_workers);
	sw_err_hint(err, "give the switch more with size-mb= in section [memory]");
	return sw_err_errno(SW_CODE_LIMIT);
}

int sw_pmd_attach(struct sw_port *port, struct sw_err *err)
{
	struct place *place;
	struct placement *pl;

	if (!pmd_n_workers)
		return sw_err_set(
			err, SW_CODE_CONFLICT, "no worker runs to poll port %s", port->name);
	place = place_take(port);
	if (!place || place->now)
		return sw_err_set(err, SW_CODE_EXISTS, "port %s is attached to the workers already",
			port->name);
	pl = placement_create(port);
	if (!pl)
		return no_memory(port, err);
	if (queues_grow(place, pl, port, __atomic_load_n(&port->n_rxq, __ATOMIC_ACQUIRE))) {
		for (unsigned i = 0; i < pl->n_queues; i++)
			pmd_queue_take(pl->queues[i]);
		placement_free(pl);
		return no_memory(port, err);
	}
	for (unsigned id = 0; id < pmd_n_workers; id++)
		sw_rcu_set(pmd_workers[id]->w.lanes[port->index], pl->lanes[id]);
	place->now = pl;
	pmd_publish_lists();
	return 0;
}

/* Take the queues from n_rxq on out of the lists, then have them freed. */
static void queues_shrink(struct placement *pl, unsigned n_rxq)
{
	unsigned n = pl->n_queues;

	for (unsigned i = n_rxq; i < n; i++)
		pmd_queue_take(pl->queues[i]);
	pl->n_queues = n_rxq;
	pmd_publish_lists();
	for (unsigned i = n_rxq; i < n; i++)
		sw_rcu_defer(pmd_free, pl->queues[i]);
}

void sw_pmd_refresh(struct sw_port *port)
{
	struct place *place = pmd_place_of(port);
	unsigned n_rxq = __atomic_load_n(&port->n_rxq, __ATOMIC_ACQUIRE);
	struct placement *pl;

	if (!place || !place->now)
		return;
	pl = place->now;
	lanes_set_max_len(pl, port);
	if (n_rxq < pl->n_queues)
		queues_shrink(pl, n_rxq);
	else if (queues_grow(place, pl, port, n_rxq))
		sw_warn("%s: no memory to poll more than %u of %u queues", port->name, pl->n_queues,
			n_rxq);
	pmd_publish_lists();
}

static void place_unlink(struct place *place, struct placement *pl)
{
	struct placement **at = &place->leaving;

	while (*at != pl)
		at = &(*at)->next;
	*at = pl->next;
}

/* A grace period later. */
static void detached(void *arg)
{
	struct placement *pl = arg;
	void (*done)(void *arg) = pl->done;
	void *done_arg = pl->done_arg;

	place_unlink(pl->place, pl);
	pmd_placement_sum(pl, &pl->place->gone);
	placement_free(pl);
	if (done)
		done(done_arg);
}

void sw_pmd_detach(struct sw_port *port, void (*done)(void *arg), void *arg)
{
	struct place *place = pmd_place_of(port);
	struct placement *pl = place ? place->now : NULL;

	if (!pl) { /* not attached: yet what was retired before this call still comes first */
		if (done)
			sw_rcu_defer(done, arg);
		return;
	}
	for (unsigned i = 0; i < pl->n_queues; i++)
		pmd_queue_take(pl->queues[i]);
	for (unsigned id = 0; id < pmd_n_workers; id++)
		sw_rcu_set(pmd_workers[id]->w.lanes[port->index], NULL);
	place->now = NULL;
	pmd_publish_lists();
	pl->place = place;
	pl->next = place->leaving;
	place->leaving = pl;
	pl->done = done;
	pl->done_arg = arg;
	sw_rcu_defer(detached, pl);
}

void pmd_place_reset(void)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		if (pmd_places[i] && pmd_places[i]->now)
			placement_free(pmd_places[i]->now);
		if (pmd_places[i])
			free(pmd_places[i]->home);
		free(pmd_places[i]);
		pmd_places[i] = NULL;
	}
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		if (pmd_workers[id]->list != &pmd_empty_list)
			free((void *)pmd_workers[id]->list);
		pmd_workers[id]->list = &pmd_empty_list;
	}
}

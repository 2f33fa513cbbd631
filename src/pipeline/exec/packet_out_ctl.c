/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of controllers, into the ring: made whole and compiled before the worker sees them, taken back when it is done.
 *
 * Control thread only.
 */
#include "packet_out.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include <sw/action_text.h>
#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/pool.h>
#include <sw/program.h>
#include <sw/rcu.h>
#include <sw/rule.h>

#include "../domain.h"
#include "code.h"
#include "pause.h"
#include "wish.h"

SW_USE(housekeep, packet_out);

#define OUR_WORKER 0

/* In the order of the ring. */
static STAILQ_HEAD(, packet_out) learning = STAILQ_HEAD_INITIALIZER(learning);

/* --- gates ---------------------------------------------------------------------------------------------------- */

struct packet_out_gate *packet_out_gate_create(void)
{
	struct packet_out_gate *gate = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*gate));

	if (!gate)
		abort(); /* as sw_xcalloc */
	memset(gate, 0, sizeof(*gate));
	gate->refs = 1;
	gate->lane.rx_max_len = UINT32_MAX;
	return gate;
}

void packet_out_view_init(struct packet_out_view *view, const struct sw_program_job *job)
{
	view->prog = rules_prog_of(job);
	view->prog.index = PORT_NONE;
	view->normal = (struct l2){
		.ingress.run = l2_from_none,
		.fdb = job->fdb,
		.domain = job->domain,
		.out = job->domain->out,
		.port = PORT_NONE,
		.forward_bpdu = job->bridge->forward_bpdu,
	};
}

static void gate_put(struct packet_out_gate *gate)
{
	if (!--gate->refs)
		free(gate);
}

void packet_out_gate_shut(struct packet_out_gate *gate)
{
	sw_rcu_set(gate->view, NULL);
	gate_put(gate);
}

/* --- packets -------------------------------------------------------------------------------------------------- */

static void packet_free(struct packet_out *out)
{
	gate_put(out->gate);
	code_destroy(out->code);
	pause_free(out->resumed);
	free(out);
}

/* Whether some were among them. */
static bool free_learned(void)
{
	struct packet_out *first;
	bool any = false;

	while ((first = STAILQ_FIRST(&learning)) && wish_settled(OUR_WORKER, first->wishes)) {
		STAILQ_REMOVE_HEAD(&learning, learning);
		packet_free(first);
		any = true;
	}
	return any;
}

static void reap(struct packet_out_ring *ring)
{
	uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);

	for (; ring->reaped != tail; ring->reaped++) {
		struct packet_out *packet = ring->at[ring->reaped % SW_PACKET_OUT_RING];

		if (packet->wished)
			STAILQ_INSERT_TAIL(&learning, packet, learning);
		else
			packet_free(packet);
	}
	free_learned();
}

void packet_out_learned(void)
{
	uint64_t one = 1;
	ssize_t rc;

	if (STAILQ_EMPTY(&learning) || !free_learned())
		return;
	rc = write(packet_out_fd, &one, sizeof(one));
	(void)rc; /* as where the worker does it */
}

static bool is_full(const struct packet_out_ring *ring)
{
	return ring->head - ring->reaped == SW_PACKET_OUT_RING;
}

static struct packet_out *packet_create(
	struct packet_out_gate *gate, const struct sw_packet_out *out)
{
	struct packet_out *packet = sw_xcalloc(1, sizeof(*packet));

	packet->gate = gate;
	packet->in_port = out->in_port;
	packet->fields = out->fields;
	packet->m = sw_pool_packet(out->bytes, out->len);
	gate->refs++;
	if (packet->m)
		return packet;
	gate->no_buffer++;
	packet_free(packet);
	return NULL;
}

static void post(struct packet_out_ring *ring, struct packet_out *packet)
{
	ring->at[ring->head % SW_PACKET_OUT_RING] = packet;
	__atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
	packet->gate->posted++;
	sw_housekeep_ask(SW_ID(housekeep, packet_out));
}

enum sw_packet_out_fault packet_out_post(struct packet_out_gate *gate,
	const struct sw_packet_out *out, struct code *code, struct sw_pause *resumed,
	uint32_t *ticket, struct sw_err *err)
{
	struct packet_out_ring *ring = &packet_out_ring;
	struct packet_out *packet;

	reap(ring);
	if (is_full(ring)) {
		sw_err_set(err, SW_CODE_LIMIT, "%u packets of controllers wait for the worker",
			SW_PACKET_OUT_RING);
		return SW_PACKET_OUT_FULL;
	}
	walks_create();
	packet = packet_create(gate, out);
	if (!packet) {
		sw_err_set(err, SW_CODE_LIMIT, "there is no packet buffer for %zu bytes", out->len);
		sw_err_hint(err, "raise mbufs in section [memory] of the boot file");
		return SW_PACKET_OUT_NO_BUFFER;
	}
	packet->code = code;
	packet->resumed = resumed;
	packet->learns = sw_actions_learn(out->actions);
	if (packet->learns)
		wish_prepare();
	post(ring, packet);
	*ticket = packet->ticket = ring->head;
	return SW_PACKET_OUT_FINE;
}

enum sw_packet_out_fault sw_packet_out_post(struct sw_bridge *bridge,
	const struct sw_packet_out *out, uint32_t *ticket, struct sw_err *err)
{
	struct code *code = code_create_packet_out(out->actions, sw_bridge_rules(bridge), err);
	enum sw_packet_out_fault fault;

	if (!code)
		return SW_PACKET_OUT_BAD_ACTION;
	fault = packet_out_post(bridge_gate(bridge), out, code, NULL, ticket, err);
	if (fault != SW_PACKET_OUT_FINE)
		code_destroy(code);
	return fault;
}

enum sw_packet_out_fault sw_packet_out_check(struct sw_actions *actions, struct sw_err *err)
{
	struct code *code = code_create_packet_out(actions, NULL, err);

	code_destroy(code);
	return code ? SW_PACKET_OUT_FINE : SW_PACKET_OUT_BAD_ACTION;
}

bool sw_packet_out_done(uint32_t ticket)
{
	uint32_t tail = __atomic_load_n(&packet_out_ring.tail, __ATOMIC_ACQUIRE);
	const struct packet_out *first;

	if ((int32_t)(tail - ticket) < 0)
		return false;
	reap(&packet_out_ring);
	first = STAILQ_FIRST(&learning);
	return !first || (int32_t)(first->ticket - ticket) > 0;
}

int sw_packet_out_fd(void)
{
	if (packet_out_fd < 0)
		packet_out_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return packet_out_fd;
}

void sw_packet_out_reap(void)
{
	uint64_t count;
	ssize_t rc;

	rc = read(packet_out_fd, &count, sizeof(count));
	(void)rc; /* nothing was done since */
	reap(&packet_out_ring);
}

static int packet_out_init(const struct sw_boot *boot, struct sw_err *err)
{
	if (sw_packet_out_fd() >= 0)
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL, "no descriptor for packets of controllers: %m");
}

/* Workers are stopped. */
static void packet_out_fini(void)
{
	struct packet_out_ring *ring = &packet_out_ring;

	reap(ring);
	for (; ring->reaped != ring->head; ring->reaped++) {
		rte_pktmbuf_free(ring->at[ring->reaped % SW_PACKET_OUT_RING]->m);
		packet_free(ring->at[ring->reaped % SW_PACKET_OUT_RING]);
	}
	ring->tail = ring->head;
	while (!STAILQ_EMPTY(&learning)) {
		struct packet_out *packet = STAILQ_FIRST(&learning);

		STAILQ_REMOVE_HEAD(&learning, learning);
		packet_free(packet);
	}
	close(packet_out_fd);
	packet_out_fd = -1;
}

SW_REGISTER(module, packet_out) = {
	.name = "packet-out",
	.help = "packets from controllers to workers",
	.after = (const char *const[]){ "pool", NULL },
	.before = (const char *const[]){ "pmd", NULL },
	.init = packet_out_init,
	.fini = packet_out_fini,
};

void sw_packet_out_stats(const struct sw_bridge *bridge, struct sw_packet_out_stats *out)
{
	const struct packet_out_gate *gate = bridge_gate(bridge);

	*out = (struct sw_packet_out_stats){ .posted = gate->posted, .no_buffer = gate->no_buffer };
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		out->drops[i] = __atomic_load_n(&gate->lane.stats.drops[i], __ATOMIC_RELAXED);
}

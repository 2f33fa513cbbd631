/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker's turn: poll each queue of its list once, hand every burst to the port's ingress program,
 * flush what it filled. Turns come in batches of 64; between batches its send buffers are empty, so there it refreshes its coarse
 * clock and, on worker 0, runs one slice of housekeeping a millisecond, and those that somebody asked for. Then it does what was put
 * off until now (late.h), holds no pointer it got under RCU any more, and reports quiescent.
 *
 * One turn in SW_STAGE_EVERY is measured by stage, so that the figures of all others are not changed by it.
 *
 * Accounting costs one read of the time-stamp counter a turn and one a burst that had packets. A turn is
 * busy when it got a packet. The cycles of a queue run from the end of the burst before it, so they
 * include the empty polls on the way.
 */
#include "share.h"

#include <rte_cycles.h>

#include <sw/clock.h>
#include <sw/housekeep.h>
#include <sw/stage.h>

SW_USE(drop, no_bridge);
SW_REGISTER(stage, receive) = {
	.name = "receive",
	.help = "the input port's driver is polled, queues without packets on the way included",
};

static void drop_no_bridge(struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	lane->stats.rx_bytes += sw_bytes(pkts, n);
	lane->stats.rx_packets += n;
	sw_drop_many(lane, SW_ID(drop, no_bridge), pkts, n);
}

static unsigned poll_queues(struct pmd_worker *pw)
{
	const struct pmd_list *list = sw_rcu_get(pw->list);
	struct rte_mbuf *pkts[SW_BURST];
	struct pmd_turn_share turn = { .low = UINT64_MAX };
	uint64_t start = pw->w.now_tsc, end;
	unsigned total = 0;

	for (unsigned i = 0; i < list->n; i++) {
		struct pmd_queue *q = list->queues[i];
		const struct sw_ingress *ingress;
		unsigned n;

		if (!share_may_poll(&pw->share, q))
			continue;
		n = q->rx(q->port, q->queue, q->lane, pkts, SW_BURST);
		if (!n)
			continue;
		sw_stage_end(&pw->w, SW_ID(stage, receive), n);
		ingress = sw_rcu_get(q->port->ingress);
		if (likely(ingress != NULL))
			ingress->run(&pw->w, ingress, q->lane, pkts, n);
		else
			drop_no_bridge(q->lane, pkts, n);
		end = rte_rdtsc();
		q->packets += n;
		q->bursts++;
		q->cycles += end - start;
		share_charge(&pw->share, &turn, q, n, end - start);
		start = end;
		total += n;
	}
	share_turn(&pw->share, &turn);
	if (pw->w.dirty || pw->w.late)
		sw_flush(&pw->w);
	return total;
}

/* One turn with a look at the clock between stages. */
static __rte_noinline unsigned poll_measured(struct pmd_worker *pw)
{
	unsigned n;

	pw->measure_in = SW_STAGE_EVERY;
	pw->w.stages = &pw->stages;
	pw->stages.tsc = rte_rdtsc();
	n = poll_queues(pw);
	pw->w.stages = NULL;
	return n;
}

unsigned pmd_turn(struct pmd_worker *pw)
{
	unsigned n = likely(--pw->measure_in) ? poll_queues(pw) : poll_measured(pw);
	uint64_t now = rte_rdtsc();
	uint64_t cycles = now - pw->w.now_tsc;

	pw->w.now_tsc = now;
	pw->turns++;
	if (n) {
		pw->busy_turns++;
		pw->busy_cycles += cycles;
		pw->packets += n;
	} else {
		pw->idle_cycles += cycles;
	}
	return n;
}

void pmd_housekeep(struct pmd_worker *pw)
{
	const struct sw_housekeep *task;

	if (pw->w.id || !sw_reg_kind_housekeep.count)
		return;
	if (pw->next_task >= sw_reg_kind_housekeep.count)
		pw->next_task = 0;
	task = sw_reg_get(&sw_reg_kind_housekeep, pw->next_task++);
	task->slice(&pw->w);
	if (pw->w.dirty || pw->w.late)
		sw_flush(&pw->w);
}

void pmd_housekeep_asked(struct pmd_worker *pw)
{
	uint64_t asked;

	if (pw->w.id)
		return;
	asked = __atomic_exchange_n(&sw_housekeep_asked, 0, __ATOMIC_ACQ_REL);
	for (; asked; asked &= asked - 1) {
		const struct sw_housekeep *task =
			sw_reg_get(&sw_reg_kind_housekeep, __builtin_ctzll(asked));

		task->slice(&pw->w);
	}
	if (pw->w.dirty || pw->w.late)
		sw_flush(&pw->w);
}

static void each_ms(struct pmd_worker *pw)
{
	pw->next_ms_tsc = pw->w.now_tsc + pw->ms_cycles;
	sw_worker_read_clock(&pw->w);
	pmd_housekeep(pw);
}

void pmd_run(struct pmd_worker *pw)
{
	pw->w.now_tsc = rte_rdtsc();
	while (!__atomic_load_n(&pw->stop, __ATOMIC_RELAXED)) {
		unsigned turns = pw->sleep_us ? 1 : PMD_QUIESCENT_TURNS;
		unsigned packets = 0;

		while (turns--)
			packets += pmd_turn(pw);
		if (unlikely(__atomic_load_n(&sw_housekeep_asked, __ATOMIC_RELAXED)))
			pmd_housekeep_asked(pw);
		if (pw->w.now_tsc >= pw->next_ms_tsc)
			each_ms(pw);
		pmd_quiescent(pw);
		pmd_rest_if_idle(pw, packets);
	}
}

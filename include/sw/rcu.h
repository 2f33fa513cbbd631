/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Read-copy-update between the control side (writes, publishes, retires) and the workers (read), on
 * DPDK's rte_rcu_qsbr. A worker reports quiescent states between turns, when it holds no pointer it
 * got by sw_rcu_get(). Nothing on the control thread ever waits for a grace period: what is retired is
 * freed by a later sw_rcu_poll().
 *
 * room: base. Thread: as each function says.
 */
#ifndef SW_RCU_H
#define SW_RCU_H

#include <stdbool.h>
#include <stddef.h>

#define SW_WORKER_MAX 64 /* workers at most; ids 0..SW_WORKER_MAX-1 */

struct sw_err;

/* Read a published pointer (worker or control) and publish one (control). */
#define sw_rcu_get(p)	 __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define sw_rcu_set(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

/* Set up and tear down; control, once. fini runs what is still pending: no reader may be left. */
int sw_rcu_init(struct sw_err *err);
void sw_rcu_fini(void);

/* A reader begins, reports "I hold nothing", and ends. Worker `id` itself, or the control thread on
 * behalf of a worker that does not run (stepped tests). */
void sw_rcu_online(unsigned id);
void sw_rcu_quiescent(unsigned id);
void sw_rcu_offline(unsigned id);

/* Call fn(arg) after every reader online now was quiescent. The call happens in sw_rcu_poll() on the
 * control thread. Thread: any but workers. Never fails: memory for the note is small and lasting. */
void sw_rcu_defer(void (*fn)(void *arg), void *arg);

/* Run what is ripe, in the order of sw_rcu_defer(), but for what these calls defer themselves: who has much to
 * do does a share and defers the rest. Control. Returns how many are still waiting. */
unsigned sw_rcu_poll(void);

/* Wait for a grace period. For threads that may block (a library's callback thread, a job): never the
 * control thread, never a worker. */
void sw_rcu_synchronize(void);

#endif

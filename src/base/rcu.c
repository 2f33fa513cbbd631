/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RCU on rte_rcu_qsbr: one variable, readers are workers. What is retired gets the token of its moment
 * and waits in order; a token is ripe when every online reader reported a quiescent state after it, and
 * tokens only grow, so the queue is looked at from its front.
 *
 * The list is under a mutex because a library's thread may retire too; workers never take it. Looking for
 * quiescent states is done under it as well: what one thread found out it leaves in the variable by a
 * relaxed store, on which another may rely only in order. Calls run on the control thread, without the
 * lock, so they may retire more.
 */
#include <sw/rcu.h>

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <rte_malloc.h>
#include <rte_rcu_qsbr.h>

#include <sw/err.h>
#include <sw/mem.h>

struct retired {
	void (*fn)(void *arg);
	void *arg;
	uint64_t token;
	STAILQ_ENTRY(retired) next;
};

static struct rte_rcu_qsbr *qsbr;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static STAILQ_HEAD(, retired) waiting = STAILQ_HEAD_INITIALIZER(waiting);
static unsigned n_waiting;

int sw_rcu_init(struct sw_err *err)
{
	size_t size = rte_rcu_qsbr_get_memsize(SW_WORKER_MAX);

	/* Not from the EAL heap: it must outlive what DPDK frees at its end. */
	if (posix_memalign((void **)&qsbr, RTE_CACHE_LINE_SIZE, size))
		return sw_err_set(err, SW_CODE_INTERNAL, "no memory for RCU (%zu bytes)", size);
	if (rte_rcu_qsbr_init(qsbr, SW_WORKER_MAX)) {
		free(qsbr);
		qsbr = NULL;
		return sw_err_set(err, SW_CODE_INTERNAL, "RCU cannot be set up for %d readers",
			SW_WORKER_MAX);
	}
	return 0;
}

void sw_rcu_fini(void)
{
	while (sw_rcu_poll())
		;
	free(qsbr);
	qsbr = NULL;
}

void sw_rcu_online(unsigned id)
{
	rte_rcu_qsbr_thread_register(qsbr, id);
	rte_rcu_qsbr_thread_online(qsbr, id);
}

void sw_rcu_quiescent(unsigned id)
{
	rte_rcu_qsbr_quiescent(qsbr, id);
}

void sw_rcu_offline(unsigned id)
{
	/* Stays registered: idle workers come and go thousands of times a second, an offline reader costs a
	 * grace period one load, and thread checkers see this store but not into the library. */
	rte_rcu_qsbr_thread_offline(qsbr, id);
}

void sw_rcu_defer(void (*fn)(void *arg), void *arg)
{
	struct retired *r = sw_xcalloc(1, sizeof(*r));

	r->fn = fn;
	r->arg = arg;
	pthread_mutex_lock(&lock);
	r->token = rte_rcu_qsbr_start(qsbr); /* under the lock: tokens grow along the list */
	STAILQ_INSERT_TAIL(&waiting, r, next);
	n_waiting++;
	pthread_mutex_unlock(&lock);
}

/* Unlink the first if it is ripe. */
static struct retired *take_ripe(void)
{
	struct retired *r;

	pthread_mutex_lock(&lock);
	r = STAILQ_FIRST(&waiting);
	if (r && rte_rcu_qsbr_check(qsbr, r->token, false) == 1) {
		STAILQ_REMOVE_HEAD(&waiting, next);
		n_waiting--;
	} else {
		r = NULL;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

static unsigned count_waiting(void)
{
	unsigned n;

	pthread_mutex_lock(&lock);
	n = n_waiting;
	pthread_mutex_unlock(&lock);
	return n;
}

unsigned sw_rcu_poll(void)
{
	struct retired *r;

	for (unsigned most = count_waiting(); most && (r = take_ripe()); most--) {
		r->fn(r->arg);
		free(r);
	}
	return count_waiting();
}

void sw_rcu_synchronize(void)
{
	uint64_t token;

	pthread_mutex_lock(&lock);
	token = rte_rcu_qsbr_start(qsbr);
	while (rte_rcu_qsbr_check(qsbr, token, false) != 1) {
		pthread_mutex_unlock(&lock);
		sched_yield();
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
}

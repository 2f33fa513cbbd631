/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting and stopping workers, and what can be asked of them.
 *
 * A worker is a thread of ours, pinned to its core and registered with DPDK (rte_thread_register), which
 * gives it an lcore id and with it the per-core caches of the mempool. EAL itself knows one lcore, the
 * control thread's: so cores above DPDK's own numbering work, and workers can be started and stopped
 * without starting EAL anew. Signals are for the control thread; workers block all but faults, which
 * only the thread that made one can take (a guest that took its memory away raises SIGBUS in whoever
 * copies from it).
 *
 * Control thread only, but for the body of the thread and its sleep.
 */
#include "pmd.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>

SW_LOG(pmd, "workers and the placement of queues");

struct pmd_worker *pmd_workers[SW_WORKER_MAX];
unsigned pmd_n_workers;

const struct pmd_list pmd_empty_list;

/* The NUMA node of a core by what the kernel shows of it; -1 when it does not say. */
static int core_numa(uint16_t core)
{
	char path[80];

	for (int node = 0; node < RTE_MAX_NUMA_NODES; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/node%d", core, node);
		if (!access(path, F_OK))
			return node;
	}
	return -1;
}

void pmd_sleep(unsigned us)
{
	struct timespec ts = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

static int thread_begin(struct pmd_worker *pw)
{
	char name[16];

	snprintf(name, sizeof(name), "swd-w%u", pw->w.id);
	pthread_setname_np(pthread_self(), name);
	prctl(PR_SET_TIMERSLACK, 1000ul, 0, 0, 0); /* ns; the default would make 1 us of sleep 50 */
	return rte_thread_register() ? rte_errno : 0;
}

static void *thread_main(void *arg)
{
	struct pmd_worker *pw = arg;

	pw->start_error = thread_begin(pw);
	if (pw->start_error) {
		sem_post(&pw->started);
		return NULL;
	}
	sw_rcu_online(pw->w.id);
	sem_post(&pw->started);
	pmd_run(pw);
	sw_rcu_offline(pw->w.id);
	rte_thread_unregister();
	return NULL;
}

static void block_all_but_faults(sigset_t *set)
{
	static const int faults[] = { SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP };

	sigfillset(set);
	for (unsigned i = 0; i < RTE_DIM(faults); i++)
		sigdelset(set, faults[i]);
}

/* Create the thread on its core. An errno, or 0. */
static int thread_create(struct pmd_worker *pw)
{
	sigset_t block, before;
	pthread_attr_t attr;
	cpu_set_t *set = CPU_ALLOC(pw->core + 1);
	size_t size = CPU_ALLOC_SIZE(pw->core + 1);
	int rc;

	if (!set)
		return ENOMEM;
	CPU_ZERO_S(size, set);
	CPU_SET_S(pw->core, size, set);
	pthread_attr_init(&attr);
	block_all_but_faults(&block);
	pthread_sigmask(SIG_SETMASK, &block, &before);
	rc = pthread_attr_setaffinity_np(&attr, size, set);
	if (!rc)
		rc = pthread_create(&pw->thread, &attr, thread_main, pw);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	CPU_FREE(set);
	return rc;
}

static int thread_start(struct pmd_worker *pw, struct sw_err *err)
{
	int rc;

	sem_init(&pw->started, 0, 0);
	rc = thread_create(pw);
	if (!rc) {
		while (sem_wait(&pw->started))
			;
		rc = pw->start_error;
		if (rc)
			pthread_join(pw->thread, NULL);
	}
	if (!rc)
		return 0;
	sem_destroy(&pw->started);
	sw_err_set(err, SW_CODE_INTERNAL, "worker %u cannot run on core %u: %s", pw->w.id, pw->core,
		strerror(rc));
	sw_err_given(err, "%u", pw->core);
	sw_err_hint(
		err, "name other cores in cores= of section [worker], within the affinity mask");
	return sw_err_errno(SW_CODE_INTERNAL);
}

static struct pmd_worker *worker_create(unsigned id, const uint16_t *cores, unsigned idle_sleep_us)
{
	int numa = cores ? core_numa(cores[id]) : -1;
	struct pmd_worker *pw = pmd_alloc(sizeof(*pw), numa);

	if (!pw)
		return NULL;
	pw->w.id = id;
	pw->w.numa = numa;
	sw_worker_read_clock(&pw->w);
	pw->w.events = &pw->ring;
	pw->list = &pmd_empty_list;
	pw->ms_cycles = rte_get_tsc_hz() / 1000;
	pw->idle_sleep_us = idle_sleep_us;
	pw->measure_in = 1; /* the first turn already, so that there is something to show */
	pw->stepped = !cores;
	pw->share.limit = UINT64_MAX;
	pw->share.dearest = cores ? PMD_DEAREST : 0; /* steps by hand do not depend on time */
	pw->core = cores ? cores[id] : PMD_NO_CORE;
	return pw;
}

static int worker_start(
	unsigned id, const uint16_t *cores, unsigned idle_sleep_us, struct sw_err *err)
{
	struct pmd_worker *pw = worker_create(id, cores, idle_sleep_us);
	int rc = 0;

	if (!pw)
		return sw_err_set(err, SW_CODE_LIMIT, "no memory for worker %u", id);
	if (pw->stepped)
		sw_rcu_online(id);
	else
		rc = thread_start(pw, err);
	if (rc) {
		pmd_free(pw);
		return rc;
	}
	pmd_workers[id] = pw;
	pmd_n_workers = id + 1;
	if (!pw->stepped)
		sw_info("worker %u polls on core %u, NUMA node %d", id, pw->core, pw->w.numa);
	return 0;
}

int sw_pmd_start(unsigned n, const uint16_t *cores, unsigned idle_sleep_us, struct sw_err *err)
{
	if (pmd_n_workers)
		return sw_err_set(err, SW_CODE_EXISTS, "%u workers run already", pmd_n_workers);
	if (!n || n > SW_WORKER_MAX) {
		sw_err_set(err, SW_CODE_INVALID, "%u workers are asked for", n);
		sw_err_allowed(err, "1 to %d", SW_WORKER_MAX);
		return sw_err_errno(SW_CODE_INVALID);
	}
	if (sw_reg_kind_stage.count > SW_STAGE_MAX)
		return sw_err_set(err, SW_CODE_INTERNAL,
			"%u stages are registered, a worker counts %u: raise SW_STAGE_MAX",
			sw_reg_kind_stage.count, SW_STAGE_MAX);
	sw_worker_count_set(n);
	for (unsigned id = 0; id < n; id++) {
		int rc = worker_start(id, cores, idle_sleep_us, err);

		if (rc) {
			sw_pmd_stop();
			return rc;
		}
	}
	sw_port_on_change(sw_pmd_refresh);
	return 0;
}

void sw_pmd_stop(void)
{
	for (unsigned id = 0; id < pmd_n_workers; id++)
		__atomic_store_n(&pmd_workers[id]->stop, 1, __ATOMIC_RELAXED);
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		struct pmd_worker *pw = pmd_workers[id];

		if (pw->stepped) {
			sw_rcu_offline(id);
			continue;
		}
		pthread_join(pw->thread, NULL);
		sem_destroy(&pw->started);
	}
	while (sw_rcu_poll()) /* no reader is left: all of it is ripe, and it may still name workers */
		;
	pmd_place_reset();
	pmd_load_reset();
	pmd_stages_reset();
	pmd_balance_reset();
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		pmd_free(pmd_workers[id]);
		pmd_workers[id] = NULL;
	}
	pmd_n_workers = 0;
}

void sw_pmd_turn(unsigned id)
{
	struct pmd_worker *pw = pmd_workers[id];

	sw_worker_read_clock(&pw->w);
	pw->w.now_tsc = rte_rdtsc();
	pmd_turn(pw);
	pmd_housekeep_asked(pw);
	pmd_housekeep(pw);
	pmd_quiescent(pw);
}

unsigned sw_pmd_workers(void)
{
	return pmd_n_workers;
}

/* Counters move under us: whole words, each right by itself, so the race is meant. */
__attribute__((no_sanitize("thread"))) int sw_pmd_worker_info(
	unsigned id, struct sw_worker_info *info)
{
	const struct pmd_worker *pw = id < pmd_n_workers ? pmd_workers[id] : NULL;

	if (!pw)
		return -ENOENT;
	*info = (struct sw_worker_info){
		.id = id,
		.core = pw->core,
		.numa = pw->w.numa,
		.stepped = pw->stepped,
		.turns = __atomic_load_n(&pw->turns, __ATOMIC_RELAXED),
		.busy_turns = __atomic_load_n(&pw->busy_turns, __ATOMIC_RELAXED),
		.busy_cycles = __atomic_load_n(&pw->busy_cycles, __ATOMIC_RELAXED),
		.idle_cycles = __atomic_load_n(&pw->idle_cycles, __ATOMIC_RELAXED),
		.sleep_us =
			__atomic_load_n(&pw->sleep_cycles, __ATOMIC_RELAXED) * 1000 / pw->ms_cycles,
		.packets = __atomic_load_n(&pw->packets, __ATOMIC_RELAXED),
		.events_lost = __atomic_load_n(&pw->ring.lost, __ATOMIC_RELAXED),
		.n_queues = pw->n_queues,
	};
	return 0;
}

void sw_pmd_events(void)
{
	for (unsigned id = 0; id < pmd_n_workers; id++)
		sw_event_drain(&pmd_workers[id]->ring);
}

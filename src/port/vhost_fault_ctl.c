/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Guest memory that goes away while it is touched harms its own port only.
 *
 * Guest memory is a file that the guest's process shares with us. When that process truncates it, or a
 * huge page of it cannot be had, the next touch raises SIGBUS in whatever thread copies: a worker that
 * serves a hundred other ports. Two ways out were looked at. Jumping out of the library (siglongjmp)
 * would leave its ring locked and its buffers half made. So the handler repairs instead: it maps
 * anonymous zeroed memory over the page and returns, the instruction runs again, the library finishes
 * its burst on zeros and returns by its own door. The device is marked broken, its rings are withdrawn,
 * the packets of that burst are dropped, and the link thread ends the connection, whose unmapping takes
 * our page away with the rest.
 *
 * 4 KiB are enough for a file of normal pages. A mapping of huge pages can be cut only at their size, which
 * the kernel says by EINVAL: then 2 MiB, then 1 GiB. A burst is bounded, so are the pages it can ask for.
 *
 * SIGSEGV is handled too, but only for an address where nothing is mapped: the library of 22.11 unmaps the
 * old memory of a running device before it knows that the new one can be mapped, and goes on. There the
 * page is put down only if the place is still free.
 *
 * Whose fault it is: vhost_serving, set by this thread around calls of the library, and an address that is
 * not DPDK's own memory. Anything else, and any signal sent by kill(2), meets the action that was there
 * before, usually the end of the process. Only async-signal-safe work is done here: mmap, write, loads and
 * stores; rte_mem_virt2memseg_list reads a fixed array.
 *
 * Known gap: EAL replaces the SIGBUS handler for the moment in which it takes one more huge page for its
 * heap; start-up reserves the memory at once so that this does not happen under traffic.
 */
#include "vhost_dev.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include <rte_memory.h>

#define LOWEST (1ul << 20) /* below it an address is a null pointer with an offset */

static struct sigaction former_bus, former_segv;

static bool put_page(uintptr_t addr, size_t size, int flags)
{
	void *at = (void *)(addr & ~(size - 1));

	return mmap(at, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0) == at;
}

static bool repair(int sig, const siginfo_t *info)
{
	uintptr_t addr = (uintptr_t)info->si_addr;

	if (rte_mem_virt2memseg_list(info->si_addr) || addr < LOWEST)
		return false;
	if (sig == SIGSEGV)
		return info->si_code == SEGV_MAPERR &&
		       put_page(addr, 1ul << 12, MAP_FIXED_NOREPLACE);
	if (info->si_code != BUS_ADRERR)
		return false;
	return put_page(addr, 1ul << 12, MAP_FIXED) || put_page(addr, 1ul << 21, MAP_FIXED) ||
	       put_page(addr, 1ul << 30, MAP_FIXED);
}

static struct vhost *serving(void)
{
	uint32_t n = vhost_serving;

	return n ? __atomic_load_n(&vhost_by_index[n - 1], __ATOMIC_ACQUIRE) : NULL;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct vhost *v = serving();
	int saved = errno;

	if (v && repair(sig, info)) {
		if (!__atomic_load_n(&v->broken, __ATOMIC_RELAXED))
			__atomic_store_n(
				&v->fault_addr, (uintptr_t)info->si_addr, __ATOMIC_RELAXED);
		sw_rcu_set(v->live, NULL);
		__atomic_store_n(&v->broken, 1, __ATOMIC_RELEASE);
		vhost_link_wake();
		errno = saved;
		return;
	}
	sigaction(sig, sig == SIGBUS ? &former_bus : &former_segv, NULL);
	if (info->si_code <= 0)
		raise(sig); /* sent, not caused: it would not come again by itself */
	errno = saved;
}

static void install(int sig, struct sigaction *former)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, now;

	if (!sigaction(sig, NULL, &now) && now.sa_sigaction == on_fault)
		return;
	*former = now;
	sigemptyset(&action.sa_mask);
	sigaction(sig, &action, NULL);
}

void vhost_fault_init(void)
{
	install(SIGBUS, &former_bus);
	install(SIGSEGV, &former_segv);
}

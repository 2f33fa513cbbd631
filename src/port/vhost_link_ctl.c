/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of vhost-user ports: made, made again, ended. One thread "vhost-link" for all ports.
 *
 * The library can reconnect by itself, but looks once a second only; so it is told not to
 * (RTE_VHOST_USER_NO_RECONNECT) and this thread does it: while a client port has no connection it looks
 * every PROBE_MS for a socket at the path and tries to connect. Looking is right for every file system and
 * costs one stat (0.7 us) a port and turn; with all ports connected the thread sleeps for good. A socket
 * nobody listens on (its owner was killed) refuses, and is tried again at the next turn.
 *
 * A connection must be unregistered before another is made for the path, and never on the library's
 * callback thread, which that call waits for. All register and unregister calls are made under `lock`
 * because the library's own table is not safe against two of them at once. Callbacks never take `lock`
 * (we may be waiting for one with it held); they find their port under `table`, which is held for moments.
 *
 * A port that was broken (its memory faulted, it sent what no front end sends) pauses: 1 s, doubling with
 * each time up to 64 s, so that a hostile peer cannot keep this thread and the library's busy.
 */
#include "vhost_dev.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_lcore.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>

#define PROBE_MS      20
#define PAUSE_MS      1000
#define PAUSE_DOUBLES 6
#define CALM_MS	      60000 /* a connection that lived as long clears the record */

SW_LOG_USE(vhost);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static TAILQ_HEAD(, vhost) ports = TAILQ_HEAD_INITIALIZER(ports); /* written under both */
static pthread_t thread;
static bool running;
static bool stopping; /* atomic */
static int wake_fd = -1;

void vhost_link_wake(void)
{
	uint64_t one = 1;
	ssize_t rc = write(wake_fd, &one, sizeof(one)); /* full: it is awake already */

	(void)rc;
}

struct vhost *vhost_link_find(const char *path)
{
	struct vhost *v;

	pthread_mutex_lock(&table);
	TAILQ_FOREACH (v, &ports, next) {
		if (!strcmp(v->path, path))
			break;
	}
	pthread_mutex_unlock(&table);
	return v;
}

static uint64_t pause_of(struct vhost *v, uint64_t now)
{
	if (now - v->since_ms > CALM_MS)
		v->faults = 0;
	if (v->faults < PAUSE_DOUBLES)
		v->faults++;
	return (uint64_t)PAUSE_MS << (v->faults - 1);
}

static void set_error(struct vhost *v, const char *text)
{
	bool differs;

	pthread_mutex_lock(&v->lock);
	differs = strcmp(v->info.error, text);
	snprintf(v->info.error, sizeof(v->info.error), "%s", text);
	pthread_mutex_unlock(&v->lock);
	if (differs)
		sw_port_changed(&v->port);
	if (differs && *text)
		sw_warn("%s: %s: %s", v->port.name, v->path, text);
}

static void end_broken(struct vhost *v, uint64_t now)
{
	uintptr_t addr = __atomic_exchange_n(&v->fault_addr, 0, __ATOMIC_RELAXED);
	uint64_t pause = pause_of(v, now);

	if (addr)
		vhost_dev_break(v, "the guest's memory is gone at %#lx", (unsigned long)addr);
	if (v->registered)
		vhost_dev_unregister(v);
	__atomic_store_n(&v->broken, 0, __ATOMIC_RELEASE);
	v->retry_ms = now + pause;
	sw_warn("%s: connection ended; next in %u s", v->port.name, (unsigned)(pause / 1000));
}

/* Is there something to connect to? Asked first because it is cheaper than trying. */
static bool has_socket(const struct vhost *v)
{
	struct stat st;

	return !stat(v->path, &st) && S_ISSOCK(st.st_mode);
}

static int connect_port(struct vhost *v, uint64_t now)
{
	int rc = vhost_dev_register(v);

	if (!rc || rc == -ECONNREFUSED || rc == -ENOENT || rc == -EAGAIN)
		set_error(v, "");
	else
		set_error(v, strerror(-rc));
	if (!rc)
		v->since_ms = now;
	return rc;
}

/* One look at a port; whether to look again soon. */
static bool tend(struct vhost *v)
{
	uint64_t now = sw_clock_ms();

	if (__atomic_load_n(&v->broken, __ATOMIC_ACQUIRE))
		end_broken(v, now);
	if (v->registered && !v->server && !__atomic_load_n(&v->connected, __ATOMIC_ACQUIRE))
		vhost_dev_unregister(v);
	if (!v->registered && now >= v->retry_ms && (v->server || has_socket(v)))
		connect_port(v, now);
	return !v->registered;
}

static void *link_run(void *arg)
{
	struct pollfd pfd = { .fd = wake_fd, .events = POLLIN };
	bool soon = false;
	struct vhost *v;
	uint64_t count;

	while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
		if (poll(&pfd, 1, soon ? PROBE_MS : -1) > 0 && read(wake_fd, &count, 8) < 0)
			continue;
		soon = false;
		pthread_mutex_lock(&lock);
		TAILQ_FOREACH (v, &ports, next)
			soon |= tend(v);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static int link_start(struct sw_err *err)
{
	int rc;

	if (running)
		return 0;
	if (wake_fd < 0)
		wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	__atomic_store_n(&stopping, false, __ATOMIC_RELEASE);
	rc = wake_fd < 0 ? -errno
			 : rte_ctrl_thread_create(&thread, "vhost-link", NULL, link_run, NULL);
	if (rc)
		return sw_err_set(err, SW_CODE_INTERNAL,
			"the thread that connects vhost-user ports cannot be started: %s",
			strerror(rc < 0 ? -rc : rc));
	running = true;
	return 0;
}

void vhost_link_stop(void)
{
	if (!running)
		return;
	__atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
	vhost_link_wake();
	pthread_join(thread, NULL);
	running = false;
}

/* Another port of the same socket, under the lock. */
static int check_taken(const struct vhost *v, struct sw_err *err)
{
	struct vhost *other;
	int rc;

	TAILQ_FOREACH (other, &ports, next) {
		if (strcmp(other->where, v->where))
			continue;
		rc = sw_err_set(err, SW_CODE_CONFLICT, "socket %s is the one of port %s already",
			v->path, other->port.name);
		sw_err_given(err, "%s", v->path);
		sw_err_hint(err, "give each port a socket of its own, or delete port %s",
			other->port.name);
		return rc;
	}
	return 0;
}

static void list(struct vhost *v, bool in)
{
	pthread_mutex_lock(&table);
	if (in)
		TAILQ_INSERT_TAIL(&ports, v, next);
	else
		TAILQ_REMOVE(&ports, v, next);
	pthread_mutex_unlock(&table);
}

int vhost_link_add(struct vhost *v, struct sw_err *err)
{
	int rc;

	pthread_mutex_lock(&lock);
	rc = check_taken(v, err);
	if (!rc)
		rc = link_start(err);
	if (rc)
		goto out;
	list(v, true);
	if (v->server && (rc = connect_port(v, sw_clock_ms()))) {
		list(v, false);
		rc = sw_err_set(err, SW_CODE_DEVICE, "socket %s cannot be made: %s", v->path,
			strerror(-rc));
		sw_err_given(err, "%s", v->path);
	}
out:
	pthread_mutex_unlock(&lock);
	if (!rc)
		vhost_link_wake();
	return rc;
}

void vhost_link_remove(struct vhost *v)
{
	pthread_mutex_lock(&lock);
	if (v->registered)
		vhost_dev_unregister(v);
	list(v, false);
	pthread_mutex_unlock(&lock);
}

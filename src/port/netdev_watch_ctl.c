/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * News of interfaces: one thread that sleeps on an rtnetlink socket (RTMGRP_LINK) while any port wants
 * to know, and posts to the control thread which port's interface something happened to. It exists from
 * the first watch to the last, so a switch without kernel ports has no such thread.
 *
 * Two locks: `life` orders start and end of the thread (held over pthread_join), `lock` guards the list
 * and is held by the control thread while changed() runs, which is what lets netdev_watch_stop() promise
 * silence to a job thread. The netdev thread never takes `life`.
 * When the kernel had more news than the socket could hold (ENOBUFS), every port is told.
 */
#include "netdev.h"

#include <sw/err.h>
#include <sw/post.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct netdev_watch *watches; /* lock */
static unsigned n_users;	     /* life */
static pthread_t thread;	     /* life */
static int news_fd = -1, stop_fd = -1;

/* Control: the port may have gone since. */
static void deliver(void *port)
{
	pthread_mutex_lock(&lock);
	for (struct netdev_watch *w = watches; w; w = w->next)
		if (w->port == port) {
			w->posted = false;
			w->changed(w->port);
		}
	pthread_mutex_unlock(&lock);
}

/* Post for every watch the news are about; NULL: for all. */
static void tell(const struct netdev_info *info)
{
	pthread_mutex_lock(&lock);
	for (struct netdev_watch *w = watches; w; w = w->next) {
		int ifindex = __atomic_load_n(&w->ifindex, __ATOMIC_RELAXED);

		if (w->posted || (info && info->ifindex != ifindex && strcmp(info->name, w->name)))
			continue;
		w->posted = true;
		sw_post(deliver, w->port);
	}
	pthread_mutex_unlock(&lock);
}

static void read_news(void)
{
	union {
		struct nlmsghdr nlh;
		char bytes[32768];
	} buf;
	ssize_t n = recv(news_fd, &buf, sizeof(buf), MSG_DONTWAIT);
	unsigned left = n > 0 ? (unsigned)n : 0;
	struct netdev_info info;

	if (n < 0 && errno == ENOBUFS)
		tell(NULL);
	for (struct nlmsghdr *nlh = &buf.nlh; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left))
		if (netdev_parse(nlh, &info))
			tell(&info);
}

static void *run(void *arg)
{
	struct pollfd fds[2] = { { .fd = news_fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN } };

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents)
			return arg;
		if (fds[0].revents)
			read_news();
	}
}

static int start_thread(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	sigset_t all, old;
	int rc;

	news_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	stop_fd = eventfd(0, EFD_CLOEXEC);
	if (news_fd < 0 || stop_fd < 0 || bind(news_fd, (void *)&addr, sizeof(addr)) < 0) {
		rc = errno;
		goto close_fds;
	}
	sigfillset(&all); /* signals are for the control thread */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc) {
		pthread_setname_np(thread, "swd-netdev");
		return 0;
	}
close_fds:
	if (news_fd >= 0)
		close(news_fd);
	if (stop_fd >= 0)
		close(stop_fd);
	return -rc;
}

static void stop_thread(void)
{
	uint64_t one = 1;

	while (write(stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(thread, NULL);
	close(news_fd);
	close(stop_fd);
}

int netdev_watch_start(struct netdev_watch *watch, struct sw_err *err)
{
	int rc = 0;

	pthread_mutex_lock(&life);
	if (!n_users)
		rc = start_thread();
	if (!rc) {
		n_users++;
		pthread_mutex_lock(&lock);
		watch->posted = false;
		watch->next = watches;
		watches = watch;
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_unlock(&life);
	return rc ? netdev_err(err, -rc, "listen for changes of interfaces") : 0;
}

void netdev_watch_stop(struct netdev_watch *watch)
{
	pthread_mutex_lock(&life);
	pthread_mutex_lock(&lock);
	for (struct netdev_watch **p = &watches; *p; p = &(*p)->next)
		if (*p == watch) {
			*p = watch->next;
			break;
		}
	pthread_mutex_unlock(&lock);
	if (!--n_users)
		stop_thread();
	pthread_mutex_unlock(&life);
}

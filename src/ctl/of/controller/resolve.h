/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of hosts to addresses without anybody waiting: /etc/hosts and the servers of /etc/resolv.conf, asked by
 * libevent (evdns). Both files are read again after a look-up that failed.
 *
 * Thread: control.
 */
#ifndef CTL_OF_RESOLVE_H
#define CTL_OF_RESOLVE_H

#include <stdint.h>

#include <event2/util.h>

struct event_base;
struct of_lookup;

/* `list` (for SOCK_STREAM, with the port in it) is the callee's: evutil_freeaddrinfo; NULL: `why` it is not known.
 * May be called before of_lookup_start returns, which is NULL then. */
typedef void of_lookup_done(void *arg, struct evutil_addrinfo *list, const char *why);

struct of_lookup *of_lookup_start(
	struct event_base *base, const char *name, uint16_t port, of_lookup_done *done, void *arg);
/* done is not called any more. NULL is fine. */
void of_lookup_cancel(struct of_lookup *lookup);

/* Before the loop goes. */
void of_lookup_stop(void);

#endif

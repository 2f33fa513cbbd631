/* SPDX-License-Identifier: BSD-3-Clause */
/* See resolve.h. Control thread. */
#include "resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <event2/dns.h>

#include <sw/log.h>
#include <sw/mem.h>

SW_LOG_USE(openflow);

struct of_lookup {
	of_lookup_done *done; /* NULL: nobody waits any more */
	void *arg;
	struct evdns_getaddrinfo_request *request;
	bool called;
};

static struct evdns_base *resolver;
static unsigned under_way;
static bool stale; /* the files may say something else by now */

static void hear_log(int is_warning, const char *text)
{
	sw_debug("name look-up: %s", text);
}

static struct evdns_base *resolver_of(struct event_base *base)
{
	if (resolver && stale && !under_way) {
		evdns_base_free(resolver, 0);
		resolver = NULL;
	}
	if (resolver)
		return resolver;
	stale = false;
	evdns_set_log_fn(hear_log);
	resolver = evdns_base_new(
		base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	return resolver;
}

static void on_answer(int result, struct evutil_addrinfo *list, void *arg)
{
	struct of_lookup *lookup = arg;
	of_lookup_done *done = lookup->done;
	void *to = lookup->arg;

	under_way--;
	if (result)
		stale = true;
	lookup->called = true;
	if (lookup->request)
		free(lookup); /* else of_lookup_start is still on the stack */
	if (!done && list)
		evutil_freeaddrinfo(list);
	if (done)
		done(to, result ? NULL : list, result ? evutil_gai_strerror(result) : NULL);
}

struct of_lookup *of_lookup_start(
	struct event_base *base, const char *name, uint16_t port, of_lookup_done *done, void *arg)
{
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct evdns_base *dns = resolver_of(base);
	struct of_lookup *lookup;
	struct evdns_getaddrinfo_request *request;
	char service[8];

	if (!dns) {
		done(arg, NULL, "/etc/resolv.conf cannot be read");
		return NULL;
	}
	snprintf(service, sizeof(service), "%u", port);
	lookup = sw_xcalloc(1, sizeof(*lookup));
	lookup->done = done;
	lookup->arg = arg;
	under_way++;
	request = evdns_getaddrinfo(dns, name, service, &hints, on_answer, lookup);
	if (!lookup->called) {
		lookup->request = request;
		return lookup;
	}
	free(lookup);
	return NULL;
}

void of_lookup_cancel(struct of_lookup *lookup)
{
	if (!lookup)
		return;
	lookup->done = NULL;
	evdns_getaddrinfo_cancel(lookup->request); /* on_answer comes and frees it */
}

void of_lookup_stop(void)
{
	if (resolver)
		evdns_base_free(resolver, 1);
	resolver = NULL;
	stale = false;
	under_way = 0;
}

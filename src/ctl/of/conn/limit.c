/* SPDX-License-Identifier: BSD-3-Clause */
/* See limit.h. Control thread. */
#include "limit.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define TOKEN 1000

struct packet {
	TAILQ_ENTRY(packet) next;
	size_t len;
	uint8_t bytes[];
};

struct of_limit_port {
	TAILQ_ENTRY(of_limit_port) turn;
	uint32_t port;
	unsigned n;
	TAILQ_HEAD(packets, packet) packets;
};

void of_limit_init(struct of_limit *limit)
{
	memset(limit, 0, sizeof(*limit));
	TAILQ_INIT(&limit->ports);
}

/* `p` is the first or the last of its port. */
static void drop_packet(struct of_limit *limit, struct of_limit_port *port, struct packet *p)
{
	TAILQ_REMOVE(&port->packets, p, next);
	limit->waiting--;
	limit->bytes -= p->len;
	free(p);
	if (--port->n)
		return;
	TAILQ_REMOVE(&limit->ports, port, turn);
	free(port);
}

void of_limit_fini(struct of_limit *limit)
{
	struct of_limit_port *port;

	while ((port = TAILQ_FIRST(&limit->ports)))
		drop_packet(limit, port, TAILQ_FIRST(&port->packets));
}

static void fill(struct of_limit *limit, uint64_t now_ms)
{
	uint64_t most = (uint64_t)limit->burst * TOKEN;

	/* so many milliseconds, so many thousandths */
	limit->tokens += (now_ms - limit->filled_ms) * limit->rate;
	limit->filled_ms = now_ms;
	if (limit->tokens > most)
		limit->tokens = most;
}

static struct of_limit_port *longest(const struct of_limit *limit)
{
	struct of_limit_port *port, *found = NULL;

	TAILQ_FOREACH (port, &limit->ports, turn)
		if (!found || port->n > found->n)
			found = port;
	return found;
}

static bool is_full(const struct of_limit *limit, size_t len)
{
	return limit->waiting >= limit->burst || limit->bytes + len > OF_LIMIT_BYTES;
}

static void drop_of_longest(struct of_limit *limit)
{
	struct of_limit_port *port = longest(limit);

	drop_packet(limit, port, TAILQ_LAST(&port->packets, packets));
	limit->count.dropped++;
}

void of_limit_set(struct of_limit *limit, uint32_t rate, uint32_t burst, uint64_t now_ms)
{
	if (limit->rate == rate && limit->burst == burst)
		return;
	if (limit->rate)
		fill(limit, now_ms);
	else
		limit->tokens = (uint64_t)burst * TOKEN;
	limit->rate = rate;
	limit->burst = burst;
	limit->filled_ms = now_ms;
	while (rate && limit->waiting > burst)
		drop_of_longest(limit);
}

static struct of_limit_port *find(const struct of_limit *limit, uint32_t number)
{
	struct of_limit_port *port;

	TAILQ_FOREACH (port, &limit->ports, turn)
		if (port->port == number)
			return port;
	return NULL;
}

enum of_limit_verdict of_limit_ask(
	struct of_limit *limit, uint32_t port, size_t len, uint64_t now_ms)
{
	const struct of_limit_port *own, *most;

	if (!limit->rate)
		return OF_LIMIT_SEND;
	fill(limit, now_ms);
	if (!limit->waiting && limit->tokens >= TOKEN) {
		limit->tokens -= TOKEN;
		limit->count.bypassed++;
		return OF_LIMIT_SEND;
	}
	while (is_full(limit, len)) {
		own = find(limit, port);
		most = longest(limit);
		if (!most || (own && own->n >= most->n)) {
			limit->count.dropped++;
			return OF_LIMIT_DROP;
		}
		drop_of_longest(limit);
	}
	return OF_LIMIT_QUEUE;
}

void of_limit_put(struct of_limit *limit, uint32_t number, const void *bytes, size_t len)
{
	struct of_limit_port *port = find(limit, number);
	struct packet *p = sw_xcalloc(1, sizeof(*p) + len);

	if (!port) {
		port = sw_xcalloc(1, sizeof(*port));
		port->port = number;
		TAILQ_INIT(&port->packets);
		TAILQ_INSERT_TAIL(&limit->ports, port, turn);
	}
	p->len = len;
	memcpy(p->bytes, bytes, len);
	TAILQ_INSERT_TAIL(&port->packets, p, next);
	port->n++;
	limit->waiting++;
	limit->bytes += len;
	limit->count.queued++;
}

bool of_limit_next(struct of_limit *limit, const void **bytes, size_t *len, uint64_t now_ms)
{
	struct of_limit_port *port = TAILQ_FIRST(&limit->ports);
	const struct packet *p;

	if (!port)
		return false;
	if (limit->rate) {
		fill(limit, now_ms);
		if (limit->tokens < TOKEN)
			return false;
		limit->tokens -= TOKEN;
	}
	p = TAILQ_FIRST(&port->packets);
	*bytes = p->bytes;
	*len = p->len;
	return true;
}

void of_limit_took(struct of_limit *limit)
{
	struct of_limit_port *port = TAILQ_FIRST(&limit->ports);
	bool more = port->n > 1;

	drop_packet(limit, port, TAILQ_FIRST(&port->packets));
	if (!more)
		return;
	TAILQ_REMOVE(&limit->ports, port, turn); /* the next port's turn */
	TAILQ_INSERT_TAIL(&limit->ports, port, turn);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many packet-ins a second a controller gets (Controller.controller_rate_limit, controller_burst_limit): a
 * bucket of tokens; who finds none waits in a queue of its port, ports take turns, and where the queues are full
 * the longest loses its newest. So a port that floods leaves room for the others.
 *
 * Thread: control.
 */
#ifndef CTL_OF_LIMIT_H
#define CTL_OF_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define OF_LIMIT_BYTES (1024 * 1024) /* that wait at most, besides the number of packets */

struct of_limit_port;

struct of_limit {
	uint32_t rate, burst; /* packets a second; packets; rate 0: no limit */
	uint64_t tokens;      /* in thousandths of a packet */
	uint64_t filled_ms;
	TAILQ_HEAD(of_limit_ports, of_limit_port) ports; /* that have packets, the next one first */
	unsigned waiting;
	size_t bytes;
	struct {
		uint64_t bypassed, queued, dropped;
	} count;
};

void of_limit_init(struct of_limit *limit);
void of_limit_fini(struct of_limit *limit); /* what waits is thrown away and not counted */

/* Another rate; what waits stays, but for what a smaller burst has no room for, and rate 0 lets all out at once. */
void of_limit_set(struct of_limit *limit, uint32_t rate, uint32_t burst, uint64_t now_ms);

/* What becomes of a packet of `len` bytes that came by a port. */
enum of_limit_verdict {
	OF_LIMIT_SEND,	/* now; counted */
	OF_LIMIT_QUEUE, /* of_limit_put it; there is room */
	OF_LIMIT_DROP	/* counted */
};
enum of_limit_verdict of_limit_ask(
	struct of_limit *limit, uint32_t port, size_t len, uint64_t now_ms);
void of_limit_put(struct of_limit *limit, uint32_t port, const void *bytes, size_t len);

/* The next that waits and has its token; false: none has. It is freed by of_limit_took(). */
bool of_limit_next(struct of_limit *limit, const void **bytes, size_t *len, uint64_t now_ms);
void of_limit_took(struct of_limit *limit);

#endif

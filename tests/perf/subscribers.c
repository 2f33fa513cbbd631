/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A running switch under a stream of transactions while 64 clients subscribe to all
 * of it, one of which reads nothing. Prints transactions a second; fails when a reader's copy is not the
 * end state, or when the one that reads nothing is not dropped with a reason.
 *
 *	perf_subscribers SOCKET [TRANSACTIONS [READERS]]
 *
 * The bridge br0 must be there. Without a socket it does nothing, so that it may stand among benchmarks.
 */
#include "feedclient.h"
#include "swtest.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <sw/mem.h>

#define READERS_MAX 63
#define AHEAD	    16 /* transactions under way */
#define KEYS	    50
#define LIMIT_S	    120

static struct client reader[READERS_MAX], idle, writer;
static unsigned n_readers = READERS_MAX;
static json_t *expected;

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
	fprintf(stderr, "subscribers: %s\n", what);
	exit(1);
}

static void subscribe(struct client *c, const char *path)
{
	feedclient_dial(c, path);
	feedclient_say(c, "subscribe", "{\"tables\":{\"*\":[]},\"events\":[\"*\"]}");
}

/* Wait for something to read, and read it. */
static void read_all(void)
{
	struct pollfd p[READERS_MAX + 1];

	for (unsigned i = 0; i < n_readers; i++)
		p[i] = (struct pollfd){ .fd = reader[i].fd, .events = POLLIN };
	p[n_readers] = (struct pollfd){ .fd = writer.fd, .events = POLLIN };
	poll(p, n_readers + 1, 100);
	for (unsigned i = 0; i < n_readers; i++)
		if (p[i].revents)
			feedclient_take(&reader[i], 1 << 16);
	if (p[n_readers].revents)
		feedclient_take(&writer, 1 << 16);
	if (writer.closed)
		give_up("the switch closed the writer's connection");
}

static void write_one(unsigned i)
{
	char *key = sw_xasprintf("k%u", i % KEYS), *value = sw_xasprintf("%u", i);
	char *params = sw_xasprintf(
		"{\"commands\":[[\"set\",\"bridge\",\"br0\",\"external_ids:%s=%s\"]]}", key, value);

	json_object_set_new(expected, key, json_string(value));
	feedclient_say(&writer, "transact", params);
	free(params);
	free(key);
	free(value);
}

static bool is_equal(const struct client *c)
{
	const char *uuid;
	json_t *row;

	json_object_foreach (c->copy.rows, uuid, row)
		if (!strcmp(json_string_value(json_object_get(row, "table")), "Bridge"))
			return json_equal(
				json_object_get(json_object_get(row, "columns"), "external_ids"),
				expected);
	return false;
}

static unsigned count_equal(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_readers; i++)
		n += is_equal(&reader[i]);
	return n;
}

static bool is_hung_up(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
}

static void report(unsigned n, double seconds, double end)
{
	unsigned updates = 0, coalesced = 0, events = 0, lost = 0;

	for (unsigned i = 0; i < n_readers; i++) {
		updates += reader[i].updates;
		coalesced += reader[i].coalesced;
		events += reader[i].events;
		lost += reader[i].lost;
	}
	printf("%u transactions in %.2f s: %.0f a second; all %u copies equal %.2f s later\n", n,
		seconds, n / seconds, n_readers, end);
	printf("updates read %u (%u coalesced), events %u (%u told as missed); idle reader: %s\n",
		updates, coalesced, events, lost, idle.dropped);
}

int main(int argc, char **argv)
{
	unsigned n = argc > 2 ? atoi(argv[2]) : 10000, sent = 0;
	double start, done, end;

	if (argc < 2)
		return 0;
	n_readers = argc > 3 && atoi(argv[3]) < READERS_MAX ? atoi(argv[3]) : READERS_MAX;
	expected = json_object();
	for (unsigned i = 0; i < n_readers; i++)
		subscribe(&reader[i], argv[1]);
	subscribe(&idle, argv[1]);
	feedclient_dial(&writer, argv[1]);
	start = now_s();
	while (writer.answered < (int)n && now_s() - start < LIMIT_S) {
		while (sent < n && sent - writer.answered < AHEAD)
			write_one(sent++);
		read_all();
	}
	done = now_s();
	while (count_equal() < n_readers && now_s() - done < LIMIT_S)
		read_all();
	end = now_s();
	while (!is_hung_up(idle.fd) && now_s() - end < LIMIT_S)
		read_all();
	while (feedclient_take(&idle, 1 << 16))
		;
	if (writer.answered < (int)n)
		give_up("not all transactions were answered in time");
	if (count_equal() < n_readers)
		give_up("a reader's copy is not the end state");
	if (!idle.closed || !idle.dropped[0])
		give_up("the idle reader was not dropped with a reason");
	report(n, done - start, end - done);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of load and loss: packets lost and why, buffers, workers, tables.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

/* Most of what a port lost, by its reason; others of the port are in port drops. */
struct loss {
	const char *port, *reason, *help;
	json_int_t packets, all;
};

static void add_loss(struct loss *loss, const json_t *table, const json_t *row)
{
	json_int_t packets = exam_cell_int(table, row, "Packets");

	loss->all += packets;
	if (packets <= loss->packets)
		return;
	loss->packets = packets;
	loss->reason = exam_cell_text(table, row, "Reason");
	loss->help = exam_cell_text(table, row, "Help");
}

static json_int_t count_passed(struct exam *e, const char *port)
{
	const json_t *stats = exam_ask(e, "port stats");
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(stats, "rows"), i, row)
		if (!strcmp(exam_cell_text(stats, row, "Port"), port))
			return exam_cell_int(stats, row, "rx_packets") +
			       exam_cell_int(stats, row, "tx_packets");
	return 0;
}

/* A few are lost in every network: groups nobody asked for, ports that come up. From 16 on, and one in a
 * thousand, somebody notices. */
static void tell_loss(struct exam *e, const struct loss *loss)
{
	json_int_t passed = count_passed(e, loss->port);

	if (loss->all < 16 || loss->all < passed / 1000) {
		check_pass(e, "%s lost %lld packets beside %lld that passed", loss->port,
			(long long)loss->all, (long long)passed);
		return;
	}
	check_warn(e, "%s lost %lld packets beside %lld that passed, most of them (%lld) as %s: %s",
		loss->port, (long long)loss->all, (long long)passed, (long long)loss->packets,
		loss->reason, loss->help);
	check_fix(e, "swctl port drops %s (all reasons; ask twice to see whether it goes on)",
		loss->port);
}

/* Rows come port by port. */
static void check_drops(struct exam *e)
{
	const json_t *table = exam_ask(e, "port drops"), *rows = json_object_get(table, "rows");
	struct loss loss = { NULL };
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *port = exam_cell_text(table, row, "Port");

		if (loss.port && strcmp(loss.port, port)) {
			tell_loss(e, &loss);
			loss = (struct loss){ NULL };
		}
		loss.port = port;
		add_loss(&loss, table, row);
	}
	if (loss.port)
		tell_loss(e, &loss);
	if (!check_found(e))
		check_pass(e, "no packet was lost since swd started");
}

SW_REGISTER(check, drops) = {
	.name = "drops",
	.help = "no port loses packets, or else which, and why",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_drops,
};

static json_int_t count_reason(struct exam *e, const char *part)
{
	const json_t *table = exam_ask(e, "port drops");
	json_int_t n = 0;
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(table, "rows"), i, row)
		if (strstr(exam_cell_text(table, row, "Reason"), part))
			n += exam_cell_int(table, row, "Packets");
	return n;
}

static void fix_pool(struct exam *e, json_int_t size)
{
	check_fix(e,
		"mbufs=%lld in [memory] of the boot file (and size-mb to hold them), then start "
		"swd again",
		(long long)size * 2);
}

/* Each worker keeps up to 768 buffers in its cache (DPDK's 512, and half as many again), a port a burst
 * for each worker and, of a NIC, its rings of about 1024 both ways. */
static json_int_t buffers_needed(struct exam *e)
{
	const json_t *daemon = exam_ask(e, "daemon show");
	json_int_t workers = json_integer_value(exam_fact(daemon, "workers"));
	json_int_t need = workers * 768;
	json_t *iface;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface)
		need += strcmp(exam_text(iface, "type"), "dpdk") ? 32 * workers : 2048;
	return need;
}

static void check_pool(struct exam *e)
{
	const json_t *table = exam_ask(e, "memory show");
	const json_t *row = json_array_get(json_object_get(table, "rows"), 0);
	json_int_t size = exam_cell_int(table, row, "Size"),
		   left = exam_cell_int(table, row, "Free");
	json_int_t lost = count_reason(e, "no_buffer"), need = buffers_needed(e);

	if (!size) {
		check_skip(e, "this swd does not tell");
	} else if (lost || left < size / 50) {
		check_fail(e,
			"%lld of %lld packet buffers are free, %lld packets were lost for want "
			"of one",
			(long long)left, (long long)size, (long long)lost);
		fix_pool(e, size);
	} else if (left < size / 10) {
		check_warn(e, "%lld of %lld packet buffers are free", (long long)left,
			(long long)size);
		fix_pool(e, size);
	} else if (size < need) {
		check_warn(e,
			"%lld packet buffers are few: caches and rings of these workers and "
			"ports may hold %lld",
			(long long)size, (long long)need);
		fix_pool(e, need > size * 2 ? need : size);
	} else {
		check_pass(e, "%lld of %lld packet buffers are free", (long long)left,
			(long long)size);
	}
}

SW_REGISTER(check, pool) = {
	.name = "packet-buffers",
	.help = "there are packet buffers enough",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_pool,
};

/* Above 90 % a burst finds the worker busy with the one before; the figure is since the start. */
static void check_workers(struct exam *e)
{
	const json_t *table = exam_ask(e, "worker show"), *rows = json_object_get(table, "rows");
	double least = 100, most = 0;
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const json_t *cell = exam_cell(table, row, "Busy %");
		double busy = json_is_number(cell) ? json_number_value(cell) : 0;

		least = busy < least ? busy : least;
		most = busy > most ? busy : most;
		if (busy < 90)
			continue;
		check_warn(e, "worker %lld on core %lld is busy for %.1f %% of the time",
			(long long)exam_cell_int(table, row, "Worker"),
			(long long)exam_cell_int(table, row, "Core"), busy);
		check_fix(e,
			"one core more in [worker] cores=, or more queues for its busiest port "
			"(swctl worker show)");
	}
	if (most > 70 && least < 20) {
		check_warn(
			e, "one worker is busy for %.1f %% and another for %.1f %%", most, least);
		check_fix(
			e, "swctl worker show (who polls what); more queues spread a port's load");
	}
	if (!check_found(e))
		check_pass(e, "the busiest of %zu is busy for %.1f %% of the time",
			json_array_size(rows), most);
}

SW_REGISTER(check, workers) = {
	.name = "worker-load",
	.help = "no worker is near its limit",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_workers,
};

static void check_fdb(struct exam *e)
{
	const json_t *table = exam_ask(e, "fdb stats"), *rows = json_object_get(table, "rows");
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		json_int_t now = exam_cell_int(table, row, "Current");
		json_int_t max = exam_cell_int(table, row, "Max");
		json_int_t full = exam_cell_int(table, row, "Refused (full)");
		json_int_t limit = exam_cell_int(table, row, "Refused (limit)");
		const char *bridge = exam_cell_text(table, row, "Bridge");

		if (limit) {
			check_warn(e, "bridge %s: %lld stations were refused by a limit", bridge,
				(long long)limit);
			check_fix(e, "swctl fdb show %s; swctl list port (whose limit)", bridge);
		}
		if (!full && now < max - max / 10)
			continue;
		check_warn(e,
			"bridge %s knows %lld of %lld stations, %lld were refused: the others' "
			"frames are flooded",
			bridge, (long long)now, (long long)max, (long long)full);
		check_fix(e, "swctl set bridge %s other_config:mac-table-size=%lld", bridge,
			(long long)max * 2);
	}
	if (!check_found(e))
		check_pass(e, "each of %zu bridges has room for stations", json_array_size(rows));
}

SW_REGISTER(check, fdb) = {
	.name = "fdb",
	.help = "the tables of stations are not full",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_fdb,
};

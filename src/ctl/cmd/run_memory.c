/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command memory show: packet buffers, and the memory of DPDK that holds them, rings and tables. A pool
 * whose free buffers come near nothing loses packets as no_buffer. Control thread.
 */
#include <sw/cmd.h>
#include <sw/pool.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "../table_out.h"

#define KIB 1024

static void add(json_t *table, const char *what, json_t *node, const uint64_t cell[3])
{
	json_t *row = table_row(table);

	json_array_append_new(row, json_string(what));
	json_array_append_new(row, node);
	for (unsigned i = 0; i < 3; i++)
		json_array_append_new(row, json_integer(cell[i]));
}

static void add_pool(json_t *table)
{
	struct sw_pool_info info;
	char what[64];

	if (sw_pool_info(&info))
		return;
	snprintf(what, sizeof(what), "packet buffers of %u bytes", info.buffer_bytes);
	add(table, what, json_null(), (uint64_t[]){ info.size, info.free, info.size - info.free });
}

static void add_heap(json_t *table, unsigned node)
{
	struct rte_malloc_socket_stats heap;

	if (rte_malloc_get_socket_stats(node, &heap) || !heap.heap_totalsz_bytes)
		return;
	add(table, rte_eal_has_hugepages() ? "KiB of huge pages" : "KiB of ordinary pages",
		json_integer(node),
		(uint64_t[]){ heap.heap_totalsz_bytes / KIB, heap.heap_freesz_bytes / KIB,
			heap.heap_allocsz_bytes / KIB });
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Memory", "NUMA", "Size", "Free", "Used", NULL };

	call->result = table_new(columns);
	add_pool(call->result);
	for (unsigned i = 0; i < rte_socket_count(); i++)
		add_heap(call->result, rte_socket_id_by_idx(i));
	return 0;
}

SW_REGISTER(cmd, memory_show) = {
	.name = "memory show",
	.help = "packet buffers and DPDK's memory: how much there is, how much of it is free",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run,
};

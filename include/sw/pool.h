/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet buffers: one pool of mbufs for all ports, data room 2048 + headroom, so that a jumbo frame is a
 * chain of segments; per-core caches. The size is a boot fact.
 *
 * room: port. Thread: created by a module on control; workers allocate from it.
 */
#ifndef SW_POOL_H
#define SW_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct rte_mbuf;
struct rte_mempool;
struct sw_err;

/* Made by module "pool"; NULL before. */
struct rte_mempool *sw_pool(void);

/* A packet of these bytes in as many buffers of the pool as it takes; NULL: there are not so many, or a packet cannot have so
 * many. Of 0 bytes: one empty buffer. The caller frees it. Control. */
struct rte_mbuf *sw_pool_packet(const void *bytes, size_t len);

/* What is in the pool now. Walks the caches of all cores: some microseconds. Control. */
struct sw_pool_info {
	const char *name;
	unsigned size, free;   /* buffers */
	unsigned buffer_bytes; /* memory of one, with its header and padding */
	bool huge;	       /* in huge pages */
};
int sw_pool_info(struct sw_pool_info *info); /* -ENOENT before there is one */

/* For tests that boot without the module: make a pool of n buffers; 0 or error. */
int sw_pool_create(unsigned n, struct sw_err *err);
void sw_pool_destroy(void);

#endif

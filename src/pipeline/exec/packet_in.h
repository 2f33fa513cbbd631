/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The workers' end of <sw/packet_in.h>: a ring each, single producer (the worker), single consumer (control).
 *
 * room: pipeline (private). Thread: workers, but for packet_in_prepare.
 */
#ifndef PIPELINE_EXEC_PACKET_IN_H
#define PIPELINE_EXEC_PACKET_IN_H

#include <stdint.h>

#include <sw/late.h>
#include <sw/packet_in.h>
#include <sw/rcu.h>

#define PACKET_IN_RING 512 /* packets a worker may have waiting */

struct packet_in_ring {
	uint32_t head __rte_cache_aligned; /* written by the worker */
	uint64_t lost;
	struct sw_late late;
	uint32_t tail __rte_cache_aligned; /* written by control */
	struct sw_packet_in in[PACKET_IN_RING];
};

/* By worker; NULL until control has prepared it. One more, for a trace. */
extern struct packet_in_ring *packet_in_rings[SW_WORKER_MAX + 1];
extern int packet_in_fd;

/* One to fill in, or NULL: full, which is counted. packet_in_post hands it over, with a reference to its packet. */
struct sw_packet_in *packet_in_next(struct sw_worker *w);
void packet_in_post(struct sw_worker *w);

/* What goes along with packets of an action; the reference that was made is given back by userdata_put. Control; workers take one for each packet. */
struct sw_userdata *userdata_create(const uint8_t *bytes, uint16_t n);
void userdata_put(struct sw_userdata *data); /* NULL is fine */
static inline struct sw_userdata *userdata_take(struct sw_userdata *data)
{
	if (data)
		__atomic_fetch_add(&data->refs, 1, __ATOMIC_RELAXED);
	return data;
}

/* Done with one that was handed over: the packet and what came along. Control. */
void packet_in_free(struct sw_packet_in *in);

/* Wake control: what sw_packet_in_run() does is waiting. */
void packet_in_wake(struct sw_late *late);

/* Have rings for all workers there are; control. */
void packet_in_prepare(void);

#endif

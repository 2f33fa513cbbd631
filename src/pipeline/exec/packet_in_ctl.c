/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets to controllers, into the control thread: rings made and emptied, listeners told.
 *
 * Control thread only.
 */
#include "packet_in.h"
#include "packet_out.h"
#include "pause.h"
#include "wish.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/module.h>

SW_REG_KIND_DEFINE(packet_in_listener);

static struct packet_in_ring *ring_create(void)
{
	struct packet_in_ring *ring = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*ring));

	if (!ring)
		abort(); /* as sw_xcalloc */
	return memset(ring, 0, sizeof(*ring));
}

void packet_in_prepare(void)
{
	for (unsigned i = 0; i < sw_worker_count(); i++)
		if (!packet_in_rings[i])
			packet_in_rings[i] = ring_create();
	wish_prepare();
	pause_prepare();
}

int sw_packet_in_fd(void)
{
	return packet_in_fd;
}

struct sw_userdata *userdata_create(const uint8_t *bytes, uint16_t n)
{
	struct sw_userdata *data = sw_xcalloc(1, sizeof(*data) + n);

	data->refs = 1;
	data->n = n;
	memcpy(data->bytes, bytes, n);
	return data;
}

void userdata_put(struct sw_userdata *data)
{
	if (data && !__atomic_sub_fetch(&data->refs, 1, __ATOMIC_ACQ_REL))
		free(data);
}

void packet_in_free(struct sw_packet_in *in)
{
	rte_pktmbuf_free(in->m);
	userdata_put(in->data);
}

static void tell(const struct sw_packet_in *in)
{
	const struct sw_packet_in_listener *l;

	SW_REG_FOREACH (packet_in_listener, const struct sw_packet_in_listener *, l)
		l->heard(in);
}

static unsigned empty(unsigned worker, unsigned most)
{
	struct packet_in_ring *ring = packet_in_rings[worker];
	uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE), tail = ring->tail;
	unsigned n = RTE_MIN(head - tail, most);

	for (unsigned i = 0; i < n; i++, tail++) {
		struct sw_packet_in *in = &ring->in[tail % PACKET_IN_RING];

		tell(in);
		pause_handed(worker, in);
		packet_in_free(in);
		__atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
	}
	return n;
}

static bool any_waiting(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		struct packet_in_ring *ring = packet_in_rings[i];

		if (ring && __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) != ring->tail)
			return true;
	}
	return false;
}

/* A share for each ring, so that one worker's flood leaves room for the others. */
unsigned sw_packet_in_run(unsigned most)
{
	uint64_t count, one = 1;
	unsigned n = 0;
	ssize_t rc;

	rc = read(packet_in_fd, &count, sizeof(count));
	for (unsigned i = 0; i < SW_WORKER_MAX; i++)
		if (packet_in_rings[i])
			n += empty(i, RTE_MAX(1u, most / sw_worker_count()));
	n += wish_run(most);
	packet_out_learned();
	if (any_waiting() || wish_waiting())
		rc = write(packet_in_fd, &one, sizeof(one));
	(void)rc;
	return n;
}

uint64_t sw_packet_in_lost(void)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < SW_WORKER_MAX; i++)
		if (packet_in_rings[i])
			lost += __atomic_load_n(&packet_in_rings[i]->lost, __ATOMIC_RELAXED);
	return lost;
}

static int packet_in_init(const struct sw_boot *boot, struct sw_err *err)
{
	packet_in_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (packet_in_fd >= 0)
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL, "no descriptor for packets to controllers: %m");
}

static void packet_in_fini(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		struct packet_in_ring *ring = packet_in_rings[i];

		for (; ring && ring->tail != ring->head; ring->tail++) {
			pause_handed(i, &ring->in[ring->tail % PACKET_IN_RING]);
			packet_in_free(&ring->in[ring->tail % PACKET_IN_RING]);
		}
		free(ring);
		packet_in_rings[i] = NULL;
	}
	wish_fini();
	pause_fini();
	close(packet_in_fd);
	packet_in_fd = -1;
}

SW_REGISTER(module, packet_in) = {
	.name = "packet-in",
	.help = "packets from workers to controllers",
	.after = (const char *const[]){ "pool", NULL },
	.before = (const char *const[]){ "pmd", NULL },
	.init = packet_in_init,
	.fini = packet_in_fini,
};

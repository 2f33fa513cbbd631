/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "tap" and "internal", worker half: readv() and writev() straight from and to packet buffers,
 * each with a struct virtio_net_hdr, so that super-packets cross in one piece (intake.h, merge.h).
 *
 * There is no memory to look at for a waiting packet, so an empty interface is read again only after a
 * pause that doubles from 5 to 200 us and is over with the first packet: a busy port never waits, an
 * idle one costs a read of the time-stamp counter a turn and one system call in 200 us, or in up to 16 ms
 * where there are so many that they would take the worker's time (tap_wait.h).
 * How long a packet is shows only when it is read: the first buffer's worth goes into that buffer, what
 * is more into the intake's memory behind the place where the first part then is copied to.
 */
#include "tap.h"

#include <sw/pool.h>

#include <rte_cycles.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "merge.h"
#include "tap_wait.h"

#define TAP_PIECES_MAX 64 /* of a message: a burst of one connection, or the longest chain */

SW_USE(drop, gso_malformed);

static __thread struct tap_idle idle;

/* The read that began then brought nothing. */
static void pause_reading(struct tap_port *tp, uint64_t began)
{
	uint64_t now = rte_rdtsc(), per_us = rte_get_tsc_hz() / 1000000;

	if (tp->wait_us >= TAP_WAIT_MAX_US)
		tap_idle_note(&idle, now, now - began, per_us);
	tp->wait_us = tap_idle_wait(&idle, tp->wait_us);
	tp->next_try = now + per_us * tp->wait_us;
}

/* Read one packet. 0: there is none; else 1, and *out is it or NULL when it is lost or to be cut. */
static unsigned read_packet(struct tap_port *tp, struct sw_lane *lane, struct rte_mbuf **out)
{
	struct rte_mbuf *m = tp->spare ? tp->spare : rte_pktmbuf_alloc(sw_pool());
	uint32_t room = m ? rte_pktmbuf_tailroom(m) : 0, len;
	int reason = SW_ID(drop, gso_malformed);
	uint8_t *big = intake_packet(&tp->in);
	struct virtio_net_hdr vh;
	struct iovec iov[3] = { { &vh, sizeof(vh) },
		{ m ? rte_pktmbuf_mtod(m, void *) : NULL, room },
		{ big + room, GSO_LEN_MAX - room } };
	ssize_t n = m ? readv(tp->fd, iov, 3) : -1;

	*out = NULL;
	tp->spare = m;
	if (n <= 0)
		return 0;
	len = (uint32_t)n - (uint32_t)sizeof(vh);
	if (n > (ssize_t)sizeof(vh) && len <= room) {
		reason = intake_take(&tp->in, &vh, (struct frame_tag){ 0 }, m, len, out);
	} else if (n > (ssize_t)sizeof(vh)) {
		memcpy(big, rte_pktmbuf_mtod(m, void *), room);
		reason = intake_take(&tp->in, &vh, (struct frame_tag){ 0 }, NULL, len, out);
	}
	if (*out == m)
		tp->spare = NULL;
	if (reason != INTAKE_OK)
		lane->stats.drops[reason]++;
	return 1;
}

unsigned tap_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane, struct rte_mbuf **pkts,
	unsigned n)
{
	struct tap_port *tp = tap_of(port);
	uint64_t began = tp->wait_us ? rte_rdtsc() : 0;
	unsigned got = 0;

	if (tp->wait_us && began < tp->next_try)
		return 0;
	/* Lost packets count towards n reads too: a flood of them ends the burst. */
	for (unsigned reads = 0; got < n && reads < n;) {
		if (tp->in.cutting) {
			got += intake_cut(&tp->in, lane, pkts + got, n - got);
			continue;
		}
		if (!read_packet(tp, lane, &pkts[got])) {
			pause_reading(tp, began);
			break;
		}
		tp->wait_us = 0;
		got += pkts[got] != NULL;
		reads++;
	}
	return got;
}

unsigned tap_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct tap_port *tp = tap_of(port);
	struct iovec iov[TAP_PIECES_MAX];
	struct merged head;
	unsigned done = 0;

	while (done < n) {
		unsigned used,
			k = merge_message(pkts + done, n - done, &head, iov, TAP_PIECES_MAX, &used);

		if (k && writev(tp->fd, iov, (int)used) >= 0) {
			rte_pktmbuf_free_bulk(pkts + done, k);
			done += k;
			continue;
		}
		k = frame_refused(w, k ? errno : EMSGSIZE, pkts + done, k ? k : 1, n - done);
		if (!k)
			break;
		done += k;
	}
	return done;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes "tap" and "internal", worker half: one readv() or writev() a packet, straight from and to
 * packet buffers.
 *
 * There is no memory to look at for a waiting packet, so an empty interface is read again only after a
 * pause that doubles from 5 to 200 us and is over with the first packet: a busy port never waits, an
 * idle one costs a read of the time-stamp counter a turn and one system call in 200 us.
 * Reading asks for one byte more than the longest frame, so that a longer one is noticed, not cut.
 */
#include "tap.h"

#include <sw/pool.h>

#include <rte_cycles.h>

#include <errno.h>
#include <unistd.h>

enum { WAIT_MIN_US = 5, WAIT_MAX_US = 200 };

SW_REGISTER(drop, rx_too_long) = {
	.name = "rx_too_long",
	.help = "longer than the MTU of the port it came in on",
	.as = SW_DROP_RX_ERRORS,
};

/* Buffers for a frame of the MTU, two VLAN tags, and a byte. 0: none left. */
static unsigned refill(struct tap_port *tp)
{
	uint32_t len = __atomic_load_n(&tp->port.mtu, __ATOMIC_RELAXED) + RTE_ETHER_HDR_LEN + 8 + 1;
	unsigned want = len / RTE_MBUF_DEFAULT_DATAROOM + 1;

	while (tp->n_spare < want) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

		if (!m)
			return 0;
		tp->spare[tp->n_spare++] = m;
	}
	return want;
}

/* The first buffers become a packet of len bytes. */
static struct rte_mbuf *take_spare(struct tap_port *tp, uint32_t len)
{
	struct rte_mbuf *head = tp->spare[0], *last = NULL;
	unsigned used = 0;

	head->pkt_len = len;
	do {
		struct rte_mbuf *m = tp->spare[used++];

		m->data_len = (uint16_t)RTE_MIN(len, (uint32_t)rte_pktmbuf_tailroom(m));
		len -= m->data_len;
		if (last)
			last->next = m;
		last = m;
	} while (len);
	head->nb_segs = (uint16_t)used;
	tp->n_spare -= used;
	for (unsigned i = 0; i < tp->n_spare; i++)
		tp->spare[i] = tp->spare[used + i];
	return head;
}

static void pause_reading(struct tap_port *tp)
{
	tp->wait_us = RTE_MIN(tp->wait_us ? tp->wait_us * 2 : WAIT_MIN_US, (uint32_t)WAIT_MAX_US);
	tp->next_try = rte_rdtsc() + rte_get_tsc_hz() / 1000000 * tp->wait_us;
}

unsigned tap_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane, struct rte_mbuf **pkts,
	unsigned n)
{
	struct tap_port *tp = tap_of(port);
	struct iovec iov[FRAME_SEGS_MAX];
	unsigned got = 0;

	if (tp->wait_us && rte_rdtsc() < tp->next_try)
		return 0;
	for (unsigned reads = 0; reads < n; reads++) {
		unsigned k = refill(tp);
		size_t room = 0;
		ssize_t len;

		for (unsigned i = 0; i < k; i++) {
			iov[i].iov_base = rte_pktmbuf_mtod(tp->spare[i], void *);
			iov[i].iov_len = rte_pktmbuf_tailroom(tp->spare[i]);
			room += iov[i].iov_len;
		}
		len = k ? readv(tp->fd, iov, (int)k) : -1;
		if (len <= 0) {
			pause_reading(tp);
			return got;
		}
		tp->wait_us = 0;
		if ((size_t)len == room)
			lane->stats.drops[SW_ID(drop, rx_too_long)]++;
		else
			pkts[got++] = take_spare(tp, (uint32_t)len);
	}
	return got;
}

unsigned tap_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct tap_port *tp = tap_of(port);
	struct iovec iov[FRAME_SEGS_MAX];
	unsigned done = 0;

	while (done < n) {
		unsigned k = frame_iov(pkts[done], iov, FRAME_SEGS_MAX);

		if (k && writev(tp->fd, iov, (int)k) >= 0) {
			rte_pktmbuf_free(pkts[done++]);
			continue;
		}
		k = frame_refused(w, k ? errno : EMSGSIZE, pkts + done, n - done);
		if (!k)
			break;
		done += k;
	}
	return done;
}

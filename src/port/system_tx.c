/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "system", sending half of the worker: AF_PACKET (packet(7)) on a socket of its own, with protocol
 * 0 so that it receives nothing. A burst is one sendmmsg(), in which TCP segments of one connection that
 * stand beside each other go as one super-packet (merge.c). Several workers may be in it at once.
 *
 * The socket does not bypass the queueing discipline: what the kernel cannot hand to a device whole, such
 * as a super-packet to a tap whose guest wants none, is cut only on that way; and tc and tcpdump on the
 * interface see what the switch sends.
 */
#include "system.h"

#include <errno.h>

#include <sys/socket.h>

#include "merge.h"

#define IOV_MAX_BURST (SW_BURST * 4) /* with longer chains a burst is sent in parts */

/* The messages of a part of a burst. */
struct batch {
	struct mmsghdr msgs[SW_BURST];
	struct iovec iov[IOV_MAX_BURST];
	struct merged heads[SW_BURST];
	uint8_t covers[SW_BURST]; /* packets of each message */
	unsigned n;
};

/* As many messages as there are pieces for; the first `alone` packets are not merged. */
static void fill(struct batch *b, struct rte_mbuf **pkts, unsigned n, unsigned alone)
{
	unsigned at = 0, used = 0, pieces;

	b->n = 0;
	while (at < n) {
		unsigned k = merge_message(pkts + at, at < alone ? 1 : n - at, &b->heads[b->n],
			b->iov + used, IOV_MAX_BURST - used, &pieces);

		if (!k)
			break;
		b->msgs[b->n].msg_hdr =
			(struct msghdr){ .msg_iov = b->iov + used, .msg_iovlen = pieces };
		b->covers[b->n++] = (uint8_t)k;
		used += pieces;
		at += k;
	}
}

unsigned system_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct system_port *sp = system_of(port);
	unsigned done = 0, alone = 0;
	struct batch b;

	while (done < n) {
		unsigned k = 0;
		int sent;

		fill(&b, pkts + done, n - done, alone);
		sent = b.n ? sendmmsg(sp->tx_fd, b.msgs, b.n, MSG_DONTWAIT) : -1;
		for (int i = 0; i < sent; i++)
			k += b.covers[i];
		alone = 0;
		if (k) {
			rte_pktmbuf_free_bulk(pkts + done, k);
		} else if (b.n && b.covers[0] > 1 && errno == EINVAL) {
			alone = b.covers[0]; /* this kernel wants no such super-packet */
			continue;
		} else {
			/* A chain of more pieces than there is room for is too long anywhere. */
			k = frame_refused(w, b.n ? errno : EMSGSIZE, pkts + done,
				b.n ? b.covers[0] : 1, n - done);
			if (!k)
				break;
		}
		done += k;
	}
	return done;
}

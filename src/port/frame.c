/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames between packet buffers and the kernel's calls, for the kernel-backed classes.
 *
 * Worker code. A frame that does not fit one buffer becomes a chain; every buffer but the last is full,
 * so all headers the pipeline looks at are in the first.
 */
#include "frame.h"

#include <sw/pool.h>
#include <sw/worker.h>

#include <errno.h>
#include <string.h>

enum { MACS_LEN = 12, TAG_LEN = 4 };

SW_REGISTER(drop, no_buffer) = {
	.name = "no_buffer",
	.help = "no packet buffer was free to receive into: raise mbufs or size-mb "
		"in section [memory] of the boot file",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, link_down) = {
	.name = "link_down",
	.help = "the interface it was to leave by was down or gone: ip link set NAME up",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, tx_refused) = {
	.name = "tx_refused",
	.help = "the kernel refused to send this packet: longer than the interface "
		"allows, or broken",
	.as = SW_DROP_TX_ERRORS,
};

/* Append bytes to the chain, growing it. False: no buffer left; what was appended stays. */
static bool append(struct rte_mbuf *head, struct rte_mbuf **tail, const uint8_t *p, uint32_t len)
{
	while (len) {
		uint32_t n = RTE_MIN(len, (uint32_t)rte_pktmbuf_tailroom(*tail));

		if (!n) {
			struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

			if (!m)
				return false;
			m->data_off = 0;
			(*tail)->next = m;
			*tail = m;
			head->nb_segs++;
			continue;
		}
		memcpy(rte_pktmbuf_mtod_offset(*tail, void *, (*tail)->data_len), p, n);
		(*tail)->data_len += (uint16_t)n;
		head->pkt_len += n;
		p += n;
		len -= n;
	}
	return true;
}

static void write_tag(uint8_t *p, struct frame_tag tag)
{
	p[0] = (uint8_t)(tag.tpid >> 8);
	p[1] = (uint8_t)tag.tpid;
	p[2] = (uint8_t)(tag.tci >> 8);
	p[3] = (uint8_t)tag.tci;
}

struct rte_mbuf *frame_build(struct frame_tag tag, const uint8_t *hdr, uint32_t hdr_len,
	const uint8_t *payload, uint32_t payload_len)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(sw_pool()), *tail = head;
	uint8_t bytes[TAG_LEN];

	if (!head)
		return NULL;
	if (tag.tpid) {
		write_tag(bytes, tag);
		append(head, &tail, hdr, MACS_LEN);
		append(head, &tail, bytes, TAG_LEN);
		hdr += MACS_LEN;
		hdr_len -= MACS_LEN;
	}
	if (append(head, &tail, hdr, hdr_len) && append(head, &tail, payload, payload_len))
		return head;
	rte_pktmbuf_free(head);
	return NULL;
}

void frame_push_tag(struct rte_mbuf *m, struct frame_tag tag)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

	if (!tag.tpid)
		return;
	memmove(p - TAG_LEN, p, MACS_LEN);
	write_tag(p - TAG_LEN + MACS_LEN, tag);
	m->data_off -= TAG_LEN;
	m->data_len += TAG_LEN;
	m->pkt_len += TAG_LEN;
}

unsigned frame_refused(
	struct sw_worker *w, int number, struct rte_mbuf **pkts, unsigned first, unsigned n)
{
	switch (number) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		return 0;
	case ENETDOWN:
	case ENXIO:
	case ENODEV:
	case EIO:    /* a tap that is down */
	case EBADFD: /* a tap that was deleted */
		sw_tx_drop(w, SW_ID(drop, link_down), pkts, n);
		return n;
	default:
		sw_tx_drop(w, SW_ID(drop, tx_refused), pkts, first);
		return first;
	}
}

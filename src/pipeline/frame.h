/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Ethernet header in a packet buffer: reading its 14 or 18 bytes by wide loads, and changing the
 * 802.1Q tag in place. IEEE 802.3 clause 3.2, 802.1Q clause 9.
 *
 * Changing needs a packet nobody else holds (rte_mbuf_refcnt_read() == 1) with its header in the first
 * segment; pushing needs four bytes of headroom.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_FRAME_H
#define PIPELINE_FRAME_H

#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "vlan.h"

#define FRAME_MAC_MASK	 0x0000ffffffffffffull /* six bytes in memory order, loaded little-endian */
#define FRAME_MIN	 14
#define FRAME_MIN_TAGGED 18
#define FRAME_TAG	 4
#define FRAME_TPID_BE	 RTE_BE16(0x8100)

/* Offloads whose packets carry the length of the Ethernet header. */
#define FRAME_OFFLOADS (RTE_MBUF_F_TX_OFFLOAD_MASK & ~RTE_MBUF_F_TX_VLAN)

static inline uint64_t frame_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return rte_le_to_cpu_64(v);
}

static inline uint16_t frame_tci(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p + 14, sizeof(v));
	return rte_be_to_cpu_16(v);
}

static inline void frame_set_tci(uint8_t *p, uint16_t tci)
{
	tci = rte_cpu_to_be_16(tci);
	memcpy(p + 14, &tci, sizeof(tci));
}

static inline void frame_pop(struct rte_mbuf *m)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t high;
	uint64_t low;

	memcpy(&low, p, 8);
	memcpy(&high, p + 8, 4);
	memcpy(p + FRAME_TAG, &low, 8);
	memcpy(p + FRAME_TAG + 8, &high, 4);
	m->data_off += FRAME_TAG;
	m->data_len -= FRAME_TAG;
	m->pkt_len -= FRAME_TAG;
	if (unlikely(m->ol_flags & FRAME_OFFLOADS))
		m->l2_len -= FRAME_TAG;
}

static inline void frame_push(struct rte_mbuf *m, uint16_t tci)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t tag = rte_cpu_to_be_32(0x81000000u | tci);
	uint32_t high;
	uint64_t low;

	memcpy(&low, p, 8);
	memcpy(&high, p + 8, 4);
	p -= FRAME_TAG;
	memcpy(p, &low, 8);
	memcpy(p + 8, &high, 4);
	memcpy(p + 12, &tag, 4);
	m->data_off -= FRAME_TAG;
	m->data_len += FRAME_TAG;
	m->pkt_len += FRAME_TAG;
	if (unlikely(m->ol_flags & FRAME_OFFLOADS))
		m->l2_len += FRAME_TAG;
}

/* May the header be changed where it lies? */
static inline bool frame_writable(const struct rte_mbuf *m)
{
	return rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) && m->data_off >= FRAME_TAG;
}

/* From the shape it has to the shape it is to have; tci is the tag it has, or 0. */
static inline void frame_reshape(
	struct rte_mbuf *m, enum vlan_shape has, enum vlan_shape want, uint16_t vid, uint16_t tci)
{
	uint16_t out = (tci & VLAN_PRIO_MASK) | (want == VLAN_TAGGED ? vid : 0);

	if (want == VLAN_UNTAGGED)
		frame_pop(m);
	else if (has == VLAN_UNTAGGED)
		frame_push(m, out);
	else
		frame_set_tci(rte_pktmbuf_mtod(m, uint8_t *), out);
}

#endif

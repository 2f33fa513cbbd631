/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that ops change, one after another, each with the places of its headers: options and tags differ from packet to
 * packet. A header that is cut short is not there (../field/extract.h says what is).
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_HEADERS_H
#define PIPELINE_EXEC_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "../field/extract.h"

struct exec;
struct op;

#define HEADERS_MAX \
	256 /* bytes that are made to lie together; what is behind them is not written */

/* Of one packet; the pointers are NULL where it has no such header. */
struct headers {
	struct rte_mbuf *m;
	uint8_t *l2;
	uint8_t *tag;		   /* the outermost tag, its TPID */
	uint8_t *payload;	   /* behind the EtherType that counts, which is payload[-2] */
	uint8_t *mpls, *pbb;	   /* the outermost label stack entry; an I-TAG */
	uint8_t *ip4, *ip6, *arp;  /* one at most */
	uint8_t *tcp, *udp, *sctp; /* one at most of these five */
	uint8_t *icmp, *icmp6;
	uint8_t *nd_sll, *nd_tll; /* the addresses */
	unsigned l4_len;	  /* to the end that IP says */
};

/* Has the packet what a field needs? */
bool headers_have(const struct headers *h, enum sw_prereq prereq);

/* Run n ops that change packets on each of x->pkts, one packet after another. */
void headers_change(struct exec *x, const struct op *ops, unsigned n);

/* n bytes more before offset `at`, with anything in them. false: no buffer, the packet was dropped. Or n bytes less
 * behind it. Pointers to headers are void then. */
bool headers_insert(struct exec *x, struct rte_mbuf **m, unsigned at, unsigned n);
void headers_remove(struct rte_mbuf *m, unsigned at, unsigned n);

#endif

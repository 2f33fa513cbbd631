/* SPDX-License-Identifier: BSD-3-Clause */
/* See packet.h. */
#include "packet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

static void add(struct packet_bytes *p, uint8_t byte)
{
	if (p->len < PACKET_MAX)
		p->b[p->len++] = byte;
}

void packet_hex(struct packet_bytes *p, const char *hex)
{
	for (; *hex; hex++) {
		char digits[3] = { hex[0], hex[1], 0 };

		if (isspace((unsigned char)*hex))
			continue;
		add(p, (uint8_t)strtoul(digits, NULL, 16));
		hex++;
	}
}

void packet_fill(struct packet_bytes *p, uint8_t byte, size_t n)
{
	while (n--)
		add(p, byte);
}

void packet_number(struct packet_bytes *p, uint64_t v, unsigned n)
{
	while (n--)
		add(p, (uint8_t)(n < 8 ? v >> 8 * n : 0));
}

static struct rte_mbuf *buffer(const uint8_t *b, size_t len)
{
	struct rte_mbuf *m = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*m));

	memset(m, 0, sizeof(*m));
	m->buf_addr = malloc(len ? len : 1);
	memcpy(m->buf_addr, b, len);
	m->data_len = (uint16_t)len;
	m->buf_len = (uint16_t)len;
	m->nb_segs = 1;
	m->refcnt = 1;
	return m;
}

struct rte_mbuf *packet_mbuf(const uint8_t *b, size_t len, const uint16_t *cut, unsigned cuts)
{
	struct rte_mbuf *head = NULL, *tail = NULL;
	size_t at = 0;

	for (unsigned i = 0; i <= cuts; i++) {
		size_t n = i < cuts ? RTE_MIN((size_t)cut[i], len - at) : len - at;
		struct rte_mbuf *m = buffer(b + at, n);

		if (tail)
			tail->next = m;
		else
			head = m;
		tail = m;
		at += n;
	}
	head->nb_segs = (uint16_t)(cuts + 1);
	head->pkt_len = (uint32_t)len;
	return head;
}

void packet_free(struct rte_mbuf *m)
{
	while (m) {
		struct rte_mbuf *next = m->next;

		free(m->buf_addr);
		free(m);
		m = next;
	}
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See snoop.h. Control thread.
 */
#include "snoop.h"

#include "../codec/version.h"

void of_snoop_add(const struct of_conn *c, const void *bytes, size_t len)
{
	const uint8_t *head = bytes;
	struct of_conn *s;

	TAILQ_FOREACH (s, &c->bridge->conns, peers) {
		if (!s->snoops || s->dropped || s->version != head[0])
			continue;
		if (of_conn_is_full(s))
			s->count.snoops_lost++;
		else
			of_conn_queue(s, bytes, len);
	}
}

uint32_t of_snoop_versions(const struct of_bridge *of)
{
	const struct of_conn *c;
	uint32_t spoken = 0;

	TAILQ_FOREACH (c, &of->conns, peers)
		if (c->controller && c->version)
			spoken |= OF_BIT(c->version);
	return spoken ? spoken : of->versions;
}

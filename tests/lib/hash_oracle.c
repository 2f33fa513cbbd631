/* SPDX-License-Identifier: BSD-3-Clause */
/* See hash_oracle.h. ovs-actions(7); RFC 2992. */
#include "hash_oracle.h"

#include "../../src/pipeline/exec/flow_hash.h"

static unsigned iterate(uint32_t hash, unsigned n, unsigned modulo)
{
	unsigned link, i = 0;

	if (modulo < n || modulo / 2 > n)
		for (modulo = 1; modulo < n; modulo *= 2)
			;
	do
		link = flow_hash_again(hash, i++) % modulo;
	while (link >= n);
	return link;
}

unsigned oracle_link(const struct sw_fields *f, const struct sw_multipath *m)
{
	uint32_t hash = flow_hash(f, m->fields, m->basis), link = 0;

	switch (m->algorithm) {
	case SW_MULTIPATH_MODULO_N:
		return hash % m->n_links;
	case SW_MULTIPATH_HASH_THRESHOLD:
		return (unsigned)((double)hash / 4294967296.0 * m->n_links);
	case SW_MULTIPATH_HRW:
		for (unsigned i = 1; i < m->n_links; i++)
			if (flow_hash_again(hash, i) > flow_hash_again(hash, link))
				link = i;
		return link;
	case SW_MULTIPATH_ITER_HASH:
		break;
	}
	return iterate(hash, m->n_links, m->arg);
}

int oracle_member(const struct sw_fields *f, const struct sw_bundle *b, const bool *live)
{
	uint32_t hash = flow_hash(f, b->fields, b->basis);
	int best = -1;

	for (int i = 0; i < (int)b->n; i++) {
		if (!live[i])
			continue;
		if (best < 0 || (b->algorithm == SW_BUNDLE_HRW &&
					flow_hash_again(hash, i) > flow_hash_again(hash, best)))
			best = i;
	}
	return best;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Random groups: see rules_random.h. */
#include "rules_random.h"

#include <sw/text.h>

#include "rules_words.h"

/* Sends to groups with lower ids only. */
static void add_bucket_actions(struct sw_str *t, unsigned id, uint64_t *rng)
{
	static const char *const what[] = {
		",push_vlan:0x8100", ",pop_vlan", ",dec_ttl", ",dec_ttl(4,1)", ",push_mpls:0x8847",
		",pop_mpls:0x0800", ",mod_vlan_vid:11", ",mod_tp_dst:81", ",push_pbb:0x88e7",
		",pop_pbb", ",set_queue:2", ",move:NXM_OF_IP_SRC[]->NXM_NX_REG1[]",
		",move:NXM_NX_REG0[0..7]->NXM_OF_ETH_DST[8..15]",
		",pop_pbb,move:OXM_OF_PBB_ISID[0..15]->NXM_NX_REG1[0..15],output:NXM_NX_REG1[0..1]",
		",push_pbb:0x88e7,move:OXM_OF_PBB_ISID[0..15]->NXM_NX_REG1[0..15],output:NXM_NX_REG1[0..1]"
	};

	for (unsigned i = 0; i < pick(rng, 3); i++)
		random_set(t, rng);
	if (!pick(rng, 3))
		sw_str_add(t, "%s", ONE_OF(rng, what));
	switch (pick(rng, 8)) {
	case 0:
		sw_str_add(t, ",resubmit(,%u)", RANDOM_TABLES - 1);
		break;
	case 1:
		sw_str_add(t, pick(rng, 2) ? ",in_port" : ",output:NXM_NX_REG1[0..15]");
		break;
	case 2:
		if (pick(rng, 2))
			random_controller(t, rng);
		else
			sw_str_add(t, ",drop");
		break;
	case 3:
	case 4:
		if (id)
			sw_str_add(t, ",group:%u", pick(rng, id));
		break;
	default:
		sw_str_add(t, ",output:%u", 1 + pick(rng, RANDOM_PORTS));
	}
}

void random_group(struct sw_str *text, unsigned id, uint64_t *rng)
{
	static const char *const types[] = { "all", "indirect", "ff", "select" };
	unsigned type = pick(rng, RTE_DIM(types));
	unsigned n = type == 1 || type == 3 ? 1 : 1 + pick(rng, 3);

	sw_str_add(text, "group_id=%u,type=%s", id, types[type]);
	for (unsigned i = 0; i < n; i++) {
		sw_str_add(text, ",bucket=");
		if (type == 3 && !pick(rng, 3))
			sw_str_add(text, "weight:7");
		else if (type >= 2 && !pick(rng, 3))
			sw_str_add(text, "watch_group:%u", pick(rng, RANDOM_GROUPS + 1));
		else if (type >= 2)
			sw_str_add(text, "watch_port:%u", 1 + pick(rng, RANDOM_PORTS + 1));
		else
			sw_str_add(text, "bucket_id:%u", i);
		add_bucket_actions(text, id, rng);
	}
}

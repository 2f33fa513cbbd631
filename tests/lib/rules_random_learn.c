/* SPDX-License-Identifier: BSD-3-Clause */
/* Random rules that learn: see rules_random.h. */
#include "rules_random.h"

#include <sw/text.h>

#include "rules_words.h"

/* What a learned rule matches by, and what a rule must match to learn that. */
static const struct shape {
	const char *needs, *match;
} shapes[] = {
	{ "", "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]" },
	{ "", "NXM_OF_ETH_SRC[0..7]" },
	{ "", "NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[0..15]=NXM_OF_ETH_SRC[0..15]" },
	{ "", "NXM_OF_IN_PORT[]" },
	{ "", "NXM_NX_REG0[0..2]=NXM_NX_REG1[0..2],dl_type=0x800" },
	{ "", "reg1=1,NXM_OF_ETH_DST[]" },
	{ "", "OXM_OF_METADATA[0..1],NXM_OF_ETH_DST[0..3]" },
	{ ",ip", "dl_type=0x800,NXM_OF_IP_SRC[]" },
	{ ",ip", "dl_type=0x800,NXM_OF_IP_SRC[8..31]" },
	{ ",ip", "dl_type=0x800,NXM_OF_IP_DST[0..7]=NXM_OF_IP_SRC[0..7]" },
	{ ",ip", "dl_type=0x800,NXM_OF_IP_PROTO[],NXM_OF_IP_DST[]" },
	{ ",tcp", "dl_type=0x800,nw_proto=6,NXM_OF_IP_DST[]=NXM_OF_IP_SRC[]" },
	{ ",tcp", "dl_type=0x800,nw_proto=6,NXM_OF_IP_SRC[],NXM_OF_TCP_DST[]" },
	{ ",tcp", "dl_type=0x800,nw_proto=6,NXM_OF_TCP_DST[0..3]=NXM_OF_TCP_SRC[0..3]" },
	{ ",udp", "dl_type=0x800,nw_proto=17,udp_src=80,NXM_OF_UDP_DST[]" },
	{ ",ipv6", "dl_type=0x86dd,NXM_NX_IPV6_SRC[0..15]" },
	{ ",ipv6", "dl_type=0x86dd,NXM_NX_IPV6_DST[]=NXM_NX_IPV6_SRC[]" },
};

static void add_timeouts(struct sw_str *t, const char *prefix, uint64_t *rng)
{
	if (pick(rng, 2))
		sw_str_add(t, ",%sidle_timeout=%u", prefix, 1 + pick(rng, 8));
	if (!pick(rng, 3))
		sw_str_add(t, ",%shard_timeout=%u", prefix, 1 + pick(rng, 8));
}

/* What a learned rule does. */
static void add_made(struct sw_str *t, bool ip, uint64_t *rng)
{
	static const char *const loads[] = { ",load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]",
		",load:3->NXM_NX_REG1[0..3]", ",load:NXM_OF_ETH_SRC[0..7]->NXM_NX_REG0[8..15]",
		",load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]",
		",load:NXM_NX_REG1[0..31]->NXM_NX_REG0[]" };
	static const char *const outputs[] = { ",output:NXM_OF_IN_PORT[]",
		",output:NXM_NX_REG0[0..15]", ",output:NXM_NX_REG1[0..2]",
		",output:NXM_NX_REG2[0..15]" };

	if (pick(rng, 2))
		sw_str_add(t, "%s", ONE_OF(rng, loads));
	if (ip && !pick(rng, 4))
		sw_str_add(t, ",load:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]");
	if (pick(rng, 3))
		sw_str_add(t, "%s", ONE_OF(rng, outputs));
}

static void add_learn(struct sw_str *t, unsigned shape, unsigned to, uint64_t *rng)
{
	bool ip = shapes[shape].needs[0] && shapes[shape].needs[1] != 'u' &&
		  !strstr(shapes[shape].needs, "6");

	sw_str_add(t, "learn(table=%u,priority=%u", to, RANDOM_LEARNED + shape);
	add_timeouts(t, "", rng);
	if (pick(rng, 2))
		add_timeouts(t, "fin_", rng);
	if (pick(rng, 2))
		sw_str_add(t, ",send_flow_rem");
	if (!pick(rng, 3))
		sw_str_add(t, ",delete_learned");
	sw_str_add(t, ",cookie=%u", pick(rng, RANDOM_COOKIES));
	if (pick(rng, 2))
		sw_str_add(t, ",limit=%u", 1 + pick(rng, 3));
	if (pick(rng, 2))
		sw_str_add(t, ",result_dst=NXM_NX_REG%u[%u]", pick(rng, 2), pick(rng, 3));
	sw_str_add(t, ",%s", shapes[shape].match);
	add_made(t, ip, rng);
	sw_str_add(t, ")");
}

static void add_actions(
	struct sw_str *t, unsigned shape, unsigned table, unsigned to, uint64_t *rng)
{
	static const uint16_t reserved[] = { 0xfff8, 0xfffb, 0xfffc, 0xfffe, 0xffff };
	bool tcp = strstr(shapes[shape].needs, "tcp");

	for (unsigned i = 0, n = pick(rng, 3); i < n; i++) {
		if (pick(rng, 2))
			random_set(t, rng);
		else
			random_header(t, rng);
	}
	if (!pick(rng, 4)) /* IN_PORT, FLOOD, ALL, LOCAL, NONE */
		sw_str_add(t, ",load:0x%x->NXM_NX_REG2[]", ONE_OF(rng, reserved));
	if (tcp && pick(rng, 2)) {
		sw_str_add(t, ",fin_timeout(idle_timeout=%u", 1 + pick(rng, 4));
		sw_str_add(t, pick(rng, 2) ? ",hard_timeout=%u)" : ")", 1 + pick(rng, 4));
	}
	for (unsigned i = 0, n = pick(rng, 4) ? 1 : pick(rng, 3); i < n; i++) {
		bool within = !pick(rng, 5);

		sw_str_add(t, within ? ",clone(" : ",");
		add_learn(t, shape, to, rng);
		sw_str_add(t, within ? ",output:%u)" : "", 1 + pick(rng, RANDOM_PORTS));
	}
	if (to > table && pick(rng, 2))
		sw_str_add(t, ",resubmit(,%u)", to);
	if (pick(rng, 2))
		random_output(t, table + 1 == RANDOM_TABLES, rng);
	if (to > table && pick(rng, 2))
		sw_str_add(t, ",goto_table:%u", to);
}

void random_learn_rule(struct sw_str *text, unsigned priority, uint64_t *rng)
{
	unsigned table = pick(rng, 3) ? 0 : pick(rng, RANDOM_TABLES);
	unsigned to = pick(rng, 6) && table + 1 < RANDOM_TABLES
			      ? table + 1 + pick(rng, RANDOM_TABLES - table - 1)
			      : pick(rng, RANDOM_TABLES);
	unsigned shape = pick(rng, RTE_DIM(shapes));
	struct sw_str does = { 0 };

	sw_str_add(text, "table=%u,priority=%u", table, priority);
	if (!pick(rng, 3))
		add_timeouts(text, "", rng);
	if (pick(rng, 2))
		sw_str_add(text, ",cookie=%u", pick(rng, RANDOM_COOKIES));
	if (pick(rng, 2))
		sw_str_add(text, ",send_flow_rem");
	sw_str_add(text, "%s", shapes[shape].needs);
	if (!pick(rng, 3))
		sw_str_add(text, ",in_port=%u", 1 + pick(rng, RANDOM_PORTS));
	if (!pick(rng, 4))
		sw_str_add(text, ",dl_dst=02:00:00:00:00:0%u", 1 + pick(rng, 2));
	add_actions(&does, shape, table, to, rng);
	sw_str_add(text, ",actions=%s", does.s ? does.s + 1 : "drop");
	free(does.s);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules from patterns. "$p" and the like become random values; what the letters mean is in value().
 */
#include "swtest.h"

#include "flow_gen.h"

#include <rte_common.h>

#include <sw/text.h>

const char *const gen_names[GEN_VERSIONS] = { "OpenFlow10", "OpenFlow13", "OpenFlow15" };

#define V10 (1u << GEN_10)
#define V13 (1u << GEN_13)
#define V15 (1u << GEN_15)
#define ALL (V10 | V13 | V15)

struct pattern {
	unsigned versions;
	const char *text;
};

/* ovs-ofctl converts most actions that set fields: mod_* are OpenFlow 1.0's, load is until 1.4, set_field with a mask
 * since 1.5. So each is compared where it stays what it is. */
static const struct pattern actions[] = {
	{ ALL, "output:$p" },
	{ ALL, "$p" },
	{ ALL, "LOCAL" },
	{ ALL, "in_port" },
	{ ALL, "NORMAL" },
	{ ALL, "flood" },
	{ ALL, "ALL" },
	{ ALL, "controller:$w" },
	{ ALL, "CONTROLLER" },
	{ ALL, "controller(id=$w,max_len=$w)" },
	{ ALL, "controller(reason=no_match,userdata=0$3.1$3,id=$w)" },
	{ ALL, "controller(userdata=a$3.b$3.c$3,meter_id=1$b)" },
	{ ALL, "controller(id=$w,pause)" },
	{ ALL, "output(port=$p,max_len=1$b$3)" },
	{ ALL, "output(port=LOCAL,max_len=1$b$3)" },
	{ ALL, "output:reg$r[]" },
	{ ALL, "output:reg$r[16..31]" },
	{ ALL, "output:NXM_NX_REG$r[$3..2$3]" },
	{ ALL, "set_queue:$d" },
	{ ALL, "pop_queue" },
	{ ALL, "group:$w" },
	{ V10 | V13, "load:$d->reg$r[]" },
	{ V10 | V13, "load:$d->NXM_NX_REG$r[]" },
	{ V10 | V13, "load:$3->reg$r[$3..2$3]" },
	{ V10 | V13, "load:1->reg$r[$3]" },
	{ V10 | V13, "load:$b->metadata[0..15]" },
	{ V10 | V13, "load:$w->eth_dst[16..31]" },
	{ V10 | V13, "load:1->vlan_tci[12]" },
	{ V10 | V13, "load:0x1f->ip_src[0..4]" },
	{ V10 | V13, "load:$3->tcp_dst[0..2]" },
	{ V10 | V13, "load:$q->ipv6_dst[0..63]" },
	{ ALL, "move:reg$r[0..15]->reg$r[16..31]" },
	{ ALL, "move:eth_src[]->eth_dst[]" },
	{ ALL, "move:NXM_NX_REG$r[]->ip_dst[]" },
	{ ALL, "move:ip_src->reg$r" },
	{ ALL, "move:in_port->reg$r[0..15]" },
	{ ALL, "move:tcp_src[]->tcp_dst[]" },
	{ ALL, "move:vlan_tci[0..11]->reg$r[0..11]" },
	{ ALL, "push:reg$r[$3..1$3]" },
	{ ALL, "push:NXM_OF_IN_PORT[]" },
	{ ALL, "push:eth_src[]" },
	{ ALL, "check_pkt_larger($w)->reg$r[$3]" },
	{ ALL, "check_pkt_larger($b)->NXM_OF_ETH_DST[2$3]" },
	{ ALL, "pop:reg$r[]" },
	{ ALL, "pop:eth_dst[0..15]" },
	{ ALL, "dec_ttl" },
	{ ALL, "dec_ttl($w,$w)" },
	{ ALL, "dec_ttl(0)" },
	{ V13 | V15, "mod_nw_ttl:$b" },
	{ ALL, "strip_vlan" },
	{ ALL, "pop_vlan" },
	{ V13 | V15, "push_vlan:0x8100" },
	{ V13 | V15, "push_vlan:0x88a8" },
	{ ALL, "push_mpls:0x8847" },
	{ ALL, "pop_mpls:0x0800" },
	{ ALL, "pop_mpls:0x8848" },
	{ ALL, "dec_mpls_ttl" },
	{ V10 | V13, "set_mpls_ttl:$b" },
	{ V10, "mod_dl_src:$m" },
	{ V10, "mod_dl_dst:$m" },
	{ V10, "mod_nw_src:$4" },
	{ V10, "mod_nw_dst:$4" },
	{ V10, "mod_nw_tos:$f" },
	{ V10, "mod_tp_src:$w" },
	{ V10, "mod_tp_dst:$w" },
	{ V10, "mod_vlan_vid:$v" },
	{ V10, "mod_vlan_pcp:$3" },
	{ V10, "enqueue:$p:$b" },
	{ V10, "enqueue(LOCAL,$b)" },
	{ V10, "set_tunnel:$d" },
	{ V10, "set_tunnel64:$q" },
	{ V13 | V15, "set_field:$m->eth_src" },
	{ V13 | V15, "set_field:$4->nw_src" },
	{ V13 | V15, "set_field:$4->ip_dst" },
	{ V13 | V15, "set_field:$6->ipv6_src" },
	{ V13 | V15, "set_field:$w->tcp_dst" },
	{ V13 | V15, "set_field:$w->udp_src" },
	{ V13 | V15, "set_field:$w->sctp_src" },
	{ V13 | V15, "set_field:$V->vlan_vid" },
	{ V13 | V15, "set_field:$3->vlan_pcp" },
	{ V13 | V15, "set_field:$d->reg$r" },
	{ V13 | V15, "set_field:$q->metadata" },
	{ V13 | V15, "set_field:$q->tun_id" },
	{ V13 | V15, "set_field:$w->mpls_label" },
	{ V13 | V15, "set_field:$3->mpls_tc" },
	{ V13 | V15, "set_field:$3->ip_dscp" },
	{ V13 | V15, "set_field:1->nw_ecn" },
	{ V13 | V15, "set_field:$4->arp_spa" },
	{ V13 | V15, "set_field:2->arp_op" },
	{ V13 | V15, "set_field:$m->arp_tha" },
	{ V13 | V15, "set_field:0x$v->ipv6_label" },
	{ V15, "set_field:0x10/0xf0->reg$r" },
	{ V15, "set_field:10.0.0.0/255.0.0.0->ip_src" },
	{ V15, "set_field:01:00:00:00:00:00/01:00:00:00:00:00->eth_dst" },
	{ V15, "set_field:0x5/0x7->metadata" },
	{ ALL, "resubmit:$p" },
	{ ALL, "resubmit(,$t)" },
	{ ALL, "resubmit($p,$t)" },
	{ ALL, "resubmit(LOCAL,$t)" },
	{ ALL, "note:0$3.1$3.23.45.67.89" },
	{ ALL, "note:0$3.1$3.23.45.67.89.01.02.03.04.05.06.07.08" },
	{ ALL, "exit" },
	{ ALL, "clone(output:$p,dec_ttl)" },
	{ ALL, "clone()" },
	{ ALL, "fin_timeout(idle_timeout=$w,hard_timeout=$w)" },
	{ ALL, "fin_timeout(hard_timeout=1$b)" },
	{ ALL, "multipath(eth_src,$w,modulo_n,1$b,0,reg$r[])" },
	{ ALL, "multipath(symmetric_l3l4+udp,$w,iter_hash,16,24,reg$r[0..3])" },
	{ ALL, "bundle(symmetric_l4,$w,hrw,ofport,members:$p,$p,$p)" },
	{ ALL, "bundle(nw_src,$w,active_backup,ofport,slaves:$p)" },
	{ ALL, "bundle_load(eth_src,0,hrw,ofport,reg$r[0..15],members:$p,$p)" },
	{ ALL, "learn(table=$t,idle_timeout=$w,vlan_tci[0..11],eth_dst=eth_src,output:in_port)" },
	{ ALL, "learn(priority=$w,cookie=$q,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15])" },
	{ ALL, "learn(table=$t,eth_type=0x800,nw_proto=6,ip_src=$4,tcp_dst=$w,load:$3->reg$r[$3..1$3])" },
	{ ALL, "learn(hard_timeout=$w,send_flow_rem,delete_learned,limit=$w,result_dst=reg$r[$3],reg$r=$d)" },
	{ ALL, "learn(fin_idle_timeout=$w,fin_hard_timeout=$w,reg$r[0..7]=reg$r[8..15])" },
};

/* Nothing but notes stands beside them. */
static const struct pattern clauses[] = {
	{ ALL, "conjunction($w,1/2)" },
	{ ALL, "conjunction($d,1$3/64),conjunction($w,64/64)" },
	{ ALL, "conjunction($b,2/2),note:0$3.1$3.23.45.67.89,conjunction($w,3/5)" },
};

static const struct pattern instructions[] = {
	{ V13 | V15, "clear_actions" },
	{ V13 | V15, "write_actions(output:$p,group:$w)" },
	{ V13 | V15, "write_actions(set_field:$m->eth_src,dec_ttl,output:$p)" },
	{ V13 | V15, "write_metadata:$q" },
	{ V13 | V15, "write_metadata:0x$3/0xff" },
	{ V13 | V15, "goto_table:253" },
};

static const struct pattern matches[] = {
	{ ALL, "" },
	{ ALL, "in_port=$p," },
	{ ALL, "ip," },
	{ ALL, "tcp," },
	{ ALL, "tp_dst=$w,tcp,nw_src=$4," },
	{ ALL, "udp,udp_src=$w," },
	{ ALL, "sctp," },
	{ ALL, "icmp," },
	{ ALL, "ipv6," },
	{ ALL, "tcp6,ipv6_src=$6," },
	{ ALL, "arp," },
	{ ALL, "dl_vlan=$v," },
	{ ALL, "dl_vlan=$v,tcp," },
	{ ALL, "mpls," },
	{ ALL, "reg0=$d,dl_src=$m," },
	{ ALL, "conj_id=$w," },
	{ ALL, "conj_id=$w,tcp," },
};

static const struct pattern options[] = {
	{ ALL, "table=$t" },
	{ ALL, "priority=$w" },
	{ ALL, "cookie=$q" },
	{ ALL, "idle_timeout=$w" },
	{ ALL, "hard_timeout=$w" },
	{ ALL, "send_flow_rem" },
	{ ALL, "check_overlap" },
	{ V13 | V15, "reset_counts" },
	{ V13 | V15, "no_packet_counts" },
	{ V13 | V15, "no_byte_counts" },
	{ V15, "importance=$w" },
};

static unsigned below(uint64_t *rng, unsigned n)
{
	return (unsigned)(swtest_rand(rng) % n);
}

static void number(struct sw_str *out, unsigned n)
{
	sw_str_add(out, "%u", n);
}

static void value(struct sw_str *out, char kind, uint64_t *rng)
{
	uint64_t v = swtest_rand(rng);

	switch (kind) {
	case 'p': /* a port */
		number(out, 1 + (unsigned)(v % 0xfeff));
		break;
	case 'b':
		number(out, v & 0xff);
		break;
	case 'w':
		number(out, v & 0xffff);
		break;
	case 'f': /* multiple of 4 */
		number(out, v & 0xfc);
		break;
	case 'd':
		sw_str_add(out, "0x%x", (uint32_t)v & 0xfffffffe);
		break;
	case 'q':
		sw_str_add(out, "0x%llx", (unsigned long long)v);
		break;
	case 'm':
		sw_str_add(out, "02:00:%02x:%02x:%02x:%02x", (int)v & 255, (int)(v >> 8) & 255,
			(int)(v >> 16) & 255, (int)(v >> 24) & 255);
		break;
	case '4':
		sw_str_add(out, "10.%d.%d.%d", (int)v & 255, (int)(v >> 8) & 255,
			(int)(v >> 16) & 255);
		break;
	case '6':
		sw_str_add(
			out, "2001:db8::%x:%x", (unsigned)v & 0xffff, (unsigned)(v >> 16) & 0xffff);
		break;
	case 'v': /* VLAN */
		number(out, v & 0xfff);
		break;
	case 'V':
		number(out, 0x1000 | (v & 0xfff));
		break;
	case '3':
		number(out, v & 7);
		break;
	case 'r': /* register */
		number(out, v & 15);
		break;
	case 't': /* table */
		number(out, 1 + (unsigned)(v % 250));
		break;
	default:
		fail_msg("a pattern has $%c", kind);
	}
}

static void fill(struct sw_str *out, const char *text, uint64_t *rng)
{
	for (; *text; text++) {
		if (*text == '$')
			value(out, *++text, rng);
		else
			sw_str_add_bytes(out, text, 1);
	}
}

static bool fits(const struct pattern *t, enum gen_version version)
{
	return t->versions >> version & 1;
}

/* One that the version has. */
static void pick(struct sw_str *out, const struct pattern *of, unsigned n, enum gen_version version,
	uint64_t *rng)
{
	const struct pattern *t;

	do {
		t = &of[below(rng, n)];
	} while (!fits(t, version));
	fill(out, t->text, rng);
}

static void gen_options(struct sw_str *out, enum gen_version version, uint64_t *rng)
{
	for (unsigned i = 0; i < RTE_DIM(options); i++) {
		if (below(rng, 4) || !fits(&options[i], version))
			continue;
		fill(out, options[i].text, rng);
		sw_str_add(out, below(rng, 4) ? "," : " ");
	}
}

static void gen_does(struct sw_str *out, enum gen_version version, uint64_t *rng)
{
	unsigned n = below(rng, 5);
	bool any = false;

	for (unsigned i = 0; i < n; i++, any = true) {
		if (i)
			sw_str_add(out, ",");
		pick(out, actions, RTE_DIM(actions), version, rng);
	}
	for (unsigned i = 0; i < RTE_DIM(instructions); i++) {
		/* The second of write_actions and of write_metadata is another form. */
		bool second = i == 2 || i == 4;

		if (below(rng, 6) || !fits(&instructions[i], version) ||
			(second && strstr(out->s, i == 2 ? "write_actions" : "write_metadata")))
			continue;
		if (any)
			sw_str_add(out, ",");
		fill(out, instructions[i].text, rng);
		any = true;
	}
	if (!any)
		sw_str_add(out, "drop");
}

void gen_rule(struct sw_str *out, enum gen_version version, uint64_t *rng)
{
	sw_str_add_bytes(out, "", 0);
	gen_options(out, version, rng);
	pick(out, matches, RTE_DIM(matches), version, rng);
	sw_str_add(out, "actions=");
	if (below(rng, 12))
		gen_does(out, version, rng);
	else
		pick(out, clauses, RTE_DIM(clauses), version, rng);
}

static const char *const bucket_actions[] = { "output:$p", "group:$w", "dec_ttl,$p",
	"push_vlan:0x8100,LOCAL", "set_field:$4->ip_src,output:$p", "resubmit(,$t)", "drop",
	"actions=output:$p,set_queue:$b" };
static const char *const group_types[] = { "all", "select", "indirect", "ff", "fast_failover" };
static const char *const hash_fields[] = { "", "fields=ip_src,",
	"fields(ip_src,ip_dst=255.255.0.0),", "fields(eth_src,tcp_dst,reg$r=0xff)," };

void gen_group(struct sw_str *out, uint64_t *rng)
{
	unsigned type = below(rng, RTE_DIM(group_types)), n = below(rng, 5);

	fill(out, "group_id=$w,type=", rng);
	sw_str_add(out, "%s,", group_types[type]);
	if (type == 1 && below(rng, 2)) {
		sw_str_add(out, "selection_method=hash,");
		fill(out, hash_fields[below(rng, RTE_DIM(hash_fields))], rng);
		if (below(rng, 2))
			fill(out, "selection_method_param=$w,", rng);
	}
	if (type == 2)
		n = 1;
	for (unsigned i = 0; i < n; i++) {
		sw_str_add(out, "%sbucket=", i ? "," : "");
		if (below(rng, 2))
			sw_str_add(out, "bucket_id:%u,", 10 + i);
		if (type == 1 && below(rng, 2))
			fill(out, "weight:$b,", rng);
		if (type == 3 || type == 4 || (type == 1 && below(rng, 4) == 0))
			fill(out, below(rng, 2) ? "watch_port:$p," : "watch_group:$w,", rng);
		fill(out, bucket_actions[below(rng, RTE_DIM(bucket_actions))], rng);
	}
}

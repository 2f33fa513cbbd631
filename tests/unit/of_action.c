/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions on the wire. Bytes written by hand after the layouts of the specifications and of nicira-ext.h stand beside
 * what they mean as text, and are held to it both ways; malformed ones beside their error.
 */
#include "of_hand.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/text.h>

#include "../../src/ctl/of/action/action.h"

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err) || of_actions_build(&err);
}

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* --- by hand ------------------------------------------------------------------------------------------------ */

#define NX "ffff LLLL 00002320 "

static const struct sample {
	unsigned versions;
	const char *bytes; /* LLLL: their length */
	const char *text;
	bool one_way; /* only read: another form is sent */
} samples[] = {
	{ OF_V10, "0000 0008 0003 0000", "output:3" },
	{ OF_V10, "0000 0008 fffd 0040", "CONTROLLER:64" },
	{ OF_V10, "0000 0008 fffb 0000", "FLOOD" },
	{ OF_V10, "0001 0008 0064 0000", "mod_vlan_vid:100" },
	{ OF_V10, "0002 0008 05 000000", "mod_vlan_pcp:5" },
	{ OF_V10, "0003 0008 00000000", "pop_vlan" },
	{ OF_V10, "0004 0010 020000000001 000000000000", "mod_dl_src:02:00:00:00:00:01" },
	{ OF_V10, "0005 0010 020000000002 000000000000", "mod_dl_dst:02:00:00:00:00:02" },
	{ OF_V10, "0006 0008 0a000001", "mod_nw_src:10.0.0.1" },
	{ OF_V10, "0007 0008 0a000002", "mod_nw_dst:10.0.0.2" },
	{ OF_V10, "0008 0008 28 000000", "mod_nw_tos:40" },
	{ OF_V10, "0009 0008 0050 0000", "mod_tp_src:80" },
	{ OF_V10, "000a 0008 0051 0000", "mod_tp_dst:81" },
	{ OF_V10, "000b 0010 0002 000000000000 00000007", "enqueue:2:7" },
	{ OF_V13_UP, "0000 0010 00000003 0000 000000000000", "output:3" },
	{ OF_V13_UP, "0000 0010 fffffffd ffff 000000000000", "CONTROLLER:65535" },
	{ OF_V13_UP, "0000 0010 fffffffe 0000 000000000000", "LOCAL" },
	{ OF_V13_UP, "000b 0008 00000000", "copy_ttl_out" },
	{ OF_V13_UP, "000c 0008 00000000", "copy_ttl_in" },
	{ OF_V13_UP, "000f 0008 40 000000", "set_mpls_ttl(64)" },
	{ OF_V13_UP, "0010 0008 00000000", "dec_mpls_ttl" },
	{ OF_V13_UP, "0011 0008 8100 0000", "push_vlan:0x8100" },
	{ OF_V13_UP, "0011 0008 88a8 0000", "push_vlan:0x88a8" },
	{ OF_V13_UP, "0012 0008 00000000", "pop_vlan" },
	{ OF_V13_UP, "0013 0008 8847 0000", "push_mpls:0x8847" },
	{ OF_V13_UP, "0014 0008 0800 0000", "pop_mpls:0x0800" },
	{ OF_V13_UP, "0015 0008 00000009", "set_queue:9" },
	{ OF_V13_UP, "0016 0008 00000005", "group:5" },
	{ OF_V13_UP, "0017 0008 20 000000", "mod_nw_ttl:32" },
	{ OF_V13_UP, "0018 0008 00000000", "dec_ttl" },
	{ OF_V13_UP, "0019 0010 80000c02 1064 000000000000", "set_field:4196->vlan_vid" },
	{ OF_V13_UP, "0019 0010 80001804 0a000001 00000000", "set_field:10.0.0.1->ip_dst" },
	{ OF_V13_UP, "0019 0010 80000606 020000000001 0000",
		"set_field:02:00:00:00:00:01->eth_dst" },
	{ OF_V13_UP, "0019 0010 80000c02 0064 000000000000", "set_field:4196->vlan_vid", true },
	{ OF_V13_UP, "0019 0010 80000c02 1064 abcdabcdabcd", "set_field:4196->vlan_vid", true },
	{ OF_V13_UP, "001a 0008 88e7 0000", "push_pbb:0x88e7" },
	{ OF_V13_UP, "001b 0008 00000000", "pop_pbb" },
	{ OF_V15, "0019 0018 80000510 0000000000000012 00000000000000ff",
		"set_field:0x12/0xff->metadata" },
	{ OF_V15, "001c 0018 0010 0000 0010 0000 00010004 00010204 00000000",
		"move:reg0[0..15]->reg1[16..31]" },
	{ OF_V15, "001d 0008 00000007", "meter:7" },
	/* Nicira's */
	{ OF_ALL, NX "0001 0005 00000000", "resubmit:5" },
	{ OF_ALL, NX "000e fff8 02 000000", "resubmit(,2)" },
	{ OF_ALL, NX "000e 0005 02 000000", "resubmit(5,2)" },
	{ OF_ALL, NX "0002 0000 0000002a", "set_tunnel:0x2a" },
	{ OF_ALL, NX "0009 000000000000 000000010000002a", "set_tunnel64:0x10000002a" },
	{ OF_V10, NX "0004 0000 00000009", "set_queue:9" },
	{ OF_ALL, NX "0005 000000000000", "pop_queue" },
	{ OF_V10 | OF_V13_V14, NX "0006 0010 0000 0010 00010004 00010204",
		"move:reg0[0..15]->reg1[16..31]" },
	{ OF_V10 | OF_V13_V14, NX "0007 040f 00010004 0000000000001234",
		"load:0x1234->reg0[16..31]" },
	{ OF_V10 | OF_V13_V14, NX "0007 000f 00000002 000000000000fffe",
		"load:0xfffffffe->in_port[]", false },
	{ OF_ALL, NX "0008 010203000000", "note:01.02.03.00.00.00" },
	{ OF_ALL, NX "0022 00 02 000004d2", "conjunction(1234,1/2)" },
	{ OF_ALL, NX "0022 3f 40 ffffffff", "conjunction(4294967295,64/64)" },
	{ OF_ALL, NX "000f 000f 00010004 ffff 000000000000", "output:reg0[0..15]" },
	{ OF_ALL, NX "0011 000000000000", "exit" },
	{ OF_V10, NX "0012 000000000000", "dec_ttl" },
	{ OF_ALL, NX "0013 000a 0014 0000", "fin_timeout(idle_timeout=10,hard_timeout=20)" },
	{ OF_ALL, NX "0014 0080 0007 02 00", "controller(reason=invalid_ttl,max_len=128,id=7)" },
	{ OF_ALL, NX "0014 0080 0000 01 00", "CONTROLLER:128", true },
	{ OF_ALL, NX "0015 0002 00000000 0001 0002 00000000", "dec_ttl(1,2)" },
	{ OF_V10, NX "0017 8847 00000000", "push_mpls:0x8847" },
	{ OF_V10, NX "0018 0800 00000000", "pop_mpls:0x0800" },
	{ OF_V10, NX "0019 40 0000000000", "set_mpls_ttl(64)" },
	{ OF_V10, NX "001a 000000000000", "dec_mpls_ttl" },
	{ OF_ALL, NX "001b 0004 00010004 0008 000000000000", "push:reg0[4..11]" },
	{ OF_ALL, NX "001c 0000 00010204 0020 000000000000", "pop:reg1[]" },
	{ OF_V10, NX "001e 0000 00000010", "set_field:16->mpls_label", true },
	{ OF_V10 | OF_V13_V14, NX "0021 00010108 00000012 000000ff 0000",
		"set_field:0x12/0xff->reg0" },
	{ OF_ALL,
		NX
		"0025 000000000000 / 0000 0006 0100 0000 / 0003 0006 0102 0000 / 0005 0008 00000003",
		"controller(max_len=256,userdata=01.02,meter_id=3)" },
	{ OF_ALL, NX "0027 0002 00000064", "output(port=2,max_len=100)" },
	{ OF_V10, NX "0028 0000 00000005", "group:5" },
	{ OF_V13_UP,
		NX "002a 000000000000 / 0018 0008 00000000 / 0000 0010 00000002 0000 000000000000",
		"clone(dec_ttl,output:2)" },
	{ OF_ALL, NX "000a 0001 0032 0000 0000 0003 00000000 0000 000f 00010004",
		"multipath(symmetric_l4,50,modulo_n,4,0,reg0[0..15])" },
	{ OF_ALL, NX "000c 0000 0000 0000 00000002 0002 0000 00000000 00000000 0004 0008 00000000",
		"bundle(eth_src,0,active_backup,ofport,members:4,8)" },
	{ OF_ALL, NX "000d 0001 0001 0005 00000002 0002 000f 00010004 00000000 0004 0008 00000000",
		"bundle_load(symmetric_l4,5,hrw,ofport,reg0[0..15],members:4,8)" },
	{ OF_ALL,
		NX "0010 000a 0014 8000 0000000000000005 0001 01 00 0000 0000"
		   "/ 0030 00000406 0000 00000206 0000 / 1010 00000002 0000 / 0000",
		"learn(table=1,idle_timeout=10,hard_timeout=20,send_flow_rem,cookie=0x5,"
		"eth_dst=eth_src,output:in_port)" },
	{ OF_ALL,
		NX
		"0010 0000 0000 8000 0000000000000000 0000 01 00 0000 0000"
		"/ 200c 0064 00000802 0000 / 2010 0806 00000602 0000 / 2820 00000007 00010004 0000",
		"learn(table=1,vlan_tci[0..11]=100,eth_type=0x806,load:7->reg0[])" },
	{ OF_ALL,
		NX "002d 0000 0000 8000 0000000000000000 0004 01 00 0000 0000 00000009 0003 0000"
		   "00010004 / 0030 00000406 0000 00000206 0000 / 000000000000",
		"learn(table=1,limit=9,result_dst=reg0[3],eth_dst=eth_src)" },
	{ OF_ALL, NX "0025 000000000000 / 0004 0004 00000000", "controller(pause)" },
};

/* With the length of Nicira's actions put in. */
static struct of_bytes bytes_of(const char *text)
{
	char copy[600], *at;
	struct of_bytes b;

	strcpy(copy, text);
	at = strstr(copy, "LLLL");
	if (at)
		memcpy(at, "0000", 4);
	b = of_hex(copy);
	if (at) {
		b.bytes[2] = b.len >> 8;
		b.bytes[3] = b.len;
	}
	return b;
}

static char *text_of(const struct sw_actions *list)
{
	struct sw_str s = { 0 };

	sw_actions_print(list, &s);
	return s.s;
}

static void sent(const struct sample *s, uint8_t version, const struct sw_actions *list)
{
	struct of_bytes want = bytes_of(s->bytes);
	struct of_buf buf = { 0 };

	of_put_actions(&buf, list, version);
	if (buf.len != want.len || memcmp(buf.bytes, want.bytes, buf.len)) {
		for (size_t i = 0; i < buf.len; i++)
			fprintf(stderr, "%02x%s", buf.bytes[i], i % 2 ? " " : "");
		fail_msg(" is sent in version %u, not %s", version, s->bytes);
	}
	of_buf_fini(&buf);
}

static void both_ways(const struct sample *s, uint8_t version)
{
	struct of_bytes b = bytes_of(s->bytes);
	struct sw_actions *list, *read;
	struct sw_err err;
	enum of_error error = of_get_actions(of_at(&b), version, &list);
	char *text;

	if (error)
		fail_msg("version %u: %s: %s", version, s->bytes, of_error_name(error));
	if (sw_actions_parse(s->text, &read, &err))
		fail_msg("%s: %s", s->text, err.text);
	text = text_of(list);
	if (!sw_actions_equal(list, read))
		fail_msg("version %u: %s: %s, not %s", version, s->bytes, text, s->text);
	free(text);
	if (!s->one_way)
		sent(s, version, read);
	sw_actions_free(list);
	sw_actions_free(read);
}

static void by_hand(void **state)
{
	for (unsigned i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (unsigned v = 0; v < 4; v++)
			if (samples[i].versions & OF_BIT(versions[v]))
				both_ways(&samples[i], versions[v]);
}

/* --- malformed ---------------------------------------------------------------------------------------------- */

static const struct {
	unsigned versions;
	const char *bytes;
	enum of_error error;
} wrong[] = {
	{ OF_ALL, "0000", OFPBAC_BAD_LEN },
	{ OF_ALL, "0000 0000 00000000", OFPBAC_BAD_LEN },
	{ OF_ALL, "0000 0004 00000000", OFPBAC_BAD_LEN },
	{ OF_ALL, "0000 0009 00000000 00", OFPBAC_BAD_LEN },
	{ OF_ALL, "0000 0018 00000001 0000 000000000000", OFPBAC_BAD_LEN },
	{ OF_ALL, "0000 fff8 00000001 0000 000000000000", OFPBAC_BAD_LEN },
	{ OF_V13_UP, "0000 0008 00000001", OFPBAC_BAD_LEN },
	{ OF_ALL, "0063 0008 00000000", OFPBAC_BAD_TYPE },
	{ OF_V10, "0011 0008 8100 0000", OFPBAC_BAD_TYPE },
	{ OF_V13_UP, "0001 0008 0064 0000", OFPBAC_BAD_TYPE },
	{ OF_V13_V14, "001c 0018 0010 0000 0010 0000 00010004 00010204 00000000", OFPBAC_BAD_TYPE },
	{ OF_ALL, "ffff 0010 12345678 0001 0005 00000000", OFPBAC_BAD_EXPERIMENTER },
	{ OF_ALL, "ffff 0008 00002320", OFPBAC_BAD_LEN },
	{ OF_ALL, "ffff 0010 00002320 fffe 0005 00000000", OFPBAC_BAD_EXP_TYPE },
	{ OF_ALL, "ffff 0010 00002320 0015 0000 00000000", OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, "ffff 0010 00002320 0015 0001 00000000", OFPBAC_BAD_LEN },
	{ OF_ALL, "ffff 0010 00002320 0022 02 02 00000001", NXBAC_BAD_CONJUNCTION },
	{ OF_ALL, "ffff 0010 00002320 0022 00 01 00000001", NXBAC_BAD_CONJUNCTION },
	{ OF_ALL, "ffff 0010 00002320 0022 00 00 00000001", NXBAC_BAD_CONJUNCTION },
	{ OF_ALL, "ffff 0010 00002320 0022 00 41 00000001", NXBAC_BAD_CONJUNCTION },
	{ OF_ALL, "ffff 0018 00002320 0022 00 02 00000001 0000000000000000", OFPBAC_BAD_LEN },
	{ OF_V13_UP, "0000 0010 ffffffff 0000 000000000000", OFPBAC_BAD_OUT_PORT },
	{ OF_V13_UP, "0000 0010 ffffff01 0000 000000000000", OFPBAC_BAD_OUT_PORT },
	{ OF_V10, "0000 0008 ffff 0000", OFPBAC_BAD_OUT_PORT },
	{ OF_V10, "0000 0008 ff10 0000", OFPBAC_BAD_OUT_PORT },
	{ OF_V10, "000b 0010 fffd 000000000000 00000007", OFPBAC_BAD_OUT_PORT },
	{ OF_V10, "0001 0008 1000 0000", OFPBAC_BAD_ARGUMENT },
	{ OF_V10, "0002 0008 08 000000", OFPBAC_BAD_ARGUMENT },
	{ OF_V10, "0008 0008 29 000000", OFPBAC_BAD_ARGUMENT },
	{ OF_V13_UP, "0011 0008 8200 0000", OFPBAC_BAD_ARGUMENT },
	{ OF_V13_UP, "0013 0008 0800 0000", OFPBAC_BAD_ARGUMENT },
	{ OF_V13_UP, "001a 0008 0800 0000", OFPBAC_BAD_ARGUMENT },
	{ OF_V13_UP, "0016 0008 ffffff01", OFPBAC_BAD_OUT_GROUP },
	{ OF_V15, "001d 0008 00000000", OFPMMFC_INVALID_METER },
	/* set_field */
	{ OF_V13_UP, "0019 0008 00000000", OFPBAC_BAD_SET_LEN },
	{ OF_V13_UP, "0019 0010 8000fe02 0064 000000000000", OFPBAC_BAD_SET_TYPE },
	{ OF_V13_UP, "0019 0010 80000c04 0064 000000000000", OFPBAC_BAD_SET_LEN },
	{ OF_V13_UP, "0019 0010 80000c0a 0064 000000000000", OFPBAC_BAD_SET_LEN },
	{ OF_V13_UP, "0019 0010 80000c02 2000 000000000000", OFPBAC_BAD_SET_ARGUMENT },
	{ OF_V13_UP, "0019 0010 80004e02 0001 000000000000",
		OFPBAC_BAD_SET_TYPE }, /* ipv6_exthdr */
	{ OF_V13_V14, "0019 0010 80000d04 1064 1fff 00000000", OFPBAC_BAD_SET_MASK },
	{ OF_V15, "0019 0010 80000d04 1064 1000 00000000", OFPBAC_BAD_SET_ARGUMENT },
	/* Nicira's */
	{ OF_ALL, NX "0002 0000 0000002a 0000000000000000", OFPBAC_BAD_LEN },
	{ OF_V10, NX "0007 07c3 00010004 0000000000001234", OFPBAC_BAD_SET_LEN }, /* reg0[31..34] */
	{ OF_V10, NX "0007 0003 00010004 0000000000000010", OFPBAC_BAD_SET_ARGUMENT },
	{ OF_V10, NX "0007 000b 00014402 0000000000000012",
		OFPBAC_BAD_SET_ARGUMENT }, /* tcp_flags */
	{ OF_V10, NX "0007 000f 00000002 000000000000ff10", OFPBAC_BAD_SET_ARGUMENT },
	{ OF_V10, NX "0006 0010 0000 0011 00010004 00010204", OFPBAC_BAD_SET_LEN },
	{ OF_V10, NX "0006 0000 0000 0000 00010004 00010204", OFPBAC_BAD_SET_LEN },
	{ OF_V10, NX "0006 0010 0000 0000 00010004", OFPBAC_BAD_LEN },
	{ OF_V10, NX "0006 000c 0000 0000 00010004 00014402", OFPBAC_BAD_SET_ARGUMENT },
	{ OF_ALL, NX "000e fff8 02 000001", NXBAC_MUST_BE_ZERO },
	{ OF_ALL, NX "0011 000000000001", NXBAC_MUST_BE_ZERO },
	{ OF_ALL, NX "0014 0080 0007 09 00", OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "0015 0009 00000000 0001 0002 00000000", OFPBAC_BAD_LEN },
	{ OF_ALL, NX "0015 0000 00000000 0001 0002 00000000", OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "0025 000000000000 / 0009 0006 0100 0000", OFPBPC_BAD_TYPE },
	{ OF_ALL, NX "0025 000000000000 / 0000 0008 0100 0000", OFPBPC_BAD_LEN },
	{ OF_ALL, NX "0025 000000000000 / 0003 0008 0100 0000 / 0000 0003 00000000",
		OFPBPC_BAD_LEN },
	{ OF_ALL, NX "0025 000000000000 / 0004 0008 00000000", OFPBPC_BAD_LEN }, /* pause */
	{ OF_ALL, NX "0027 0002 00000009", OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "0027 fffb 00000064", OFPBAC_BAD_OUT_PORT },
	{ OF_V13, NX "002a 000000000000 / 0018 0010 00000000", OFPBAC_BAD_LEN },
	{ OF_ALL, NX "000a 0001 0032 0000 0000 0003 00000000 0000 0000 00010004",
		OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "000a 0009 0032 0000 0000 0003 00000000 0000 000f 00010004",
		OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "000c 0000 0000 0000 00000002 0009 0000 00000000 00000000 0004 0008 00000000",
		OFPBAC_BAD_LEN },
	{ OF_ALL, NX "000c 0000 0000 0000 00000002 0001 0000 00000000 00000000 ff10 0000 00000000",
		OFPBAC_BAD_OUT_PORT },
	{ OF_ALL,
		NX "0010 0000 0000 8000 0000000000000000 0000 01 00 0000 0000"
		   "/ 0030 00000406 0000 00000206 0000 / 0030",
		OFPBAC_BAD_SET_LEN },
	{ OF_ALL, NX "0010 0000 0000 8000 0000000000000000 0008 01 00 0000 0000",
		OFPBAC_BAD_ARGUMENT },
	{ OF_ALL, NX "0010 0000 0000 8000 0000000000000000 0000 ff 00 0000 0000",
		OFPBAC_BAD_ARGUMENT },
	{ OF_ALL,
		NX "0010 0000 0000 8000 0000000000000000 0000 01 00 0000 0000 / 8030 0000 00000000",
		OFPBAC_BAD_ARGUMENT },
	{ OF_ALL,
		NX "0010 0000 0000 8000 0000000000000000 0000 01 00 0000 0000"
		   "/ 0031 00000406 0000 00000206 0000 0000",
		OFPBAC_BAD_SET_LEN },
};

static void malformed(void **state)
{
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		for (unsigned v = 0; v < 4; v++) {
			struct of_bytes b = bytes_of(wrong[i].bytes);
			struct sw_actions *list = (void *)1;
			enum of_error got;

			if (!(wrong[i].versions & OF_BIT(versions[v])))
				continue;
			got = of_get_actions(of_at(&b), versions[v], &list);
			if (got != wrong[i].error)
				fail_msg("version %u: %s: %s, not %s", versions[v], wrong[i].bytes,
					of_error_name(got), of_error_name(wrong[i].error));
			assert_null(list);
		}
	}
}

/* Clones in clones, to a depth that is bounded. */
static void nested(void **state)
{
	struct sw_actions *list;

	for (unsigned depth = 1; depth < 100; depth++) {
		struct of_buf buf = { 0 };

		for (unsigned i = 0; i < depth; i++) {
			of_put_u16(&buf, 0xffff);
			of_put_u16(&buf, 16 * (depth - i));
			of_put_u32(&buf, OF_NICIRA);
			of_put_u16(&buf, 42);
			of_room(&buf, 6);
		}
		assert_error(of_get_actions(of_cursor(buf.bytes, buf.len), OF13, &list),
			depth <= OF_ACTION_DEPTH ? OF_FINE : OFPBAC_TOO_MANY);
		sw_actions_free(list);
		of_buf_fini(&buf);
	}
}

static void too_many(void **state)
{
	struct of_buf buf = { 0 };
	struct sw_actions *list;

	for (unsigned i = 0; i <= OF_ACTIONS_MAX; i++)
		of_hex_buf(&buf, "0018 0008 00000000");
	assert_error(of_get_actions(of_cursor(buf.bytes, buf.len), OF13, &list), OFPBAC_TOO_MANY);
	assert_error(of_get_actions(of_cursor(buf.bytes, buf.len - 8), OF13, &list), OF_FINE);
	assert_int_equal(list->n, OF_ACTIONS_MAX);
	sw_actions_free(list);
	of_buf_fini(&buf);
}

/* Noise: an error and nothing kept, or a list that can be sent and read again. */
static void noise(void **state)
{
	uint64_t seed = swtest_seed(0x0f21);
	unsigned fine = 0;

	for (unsigned i = 0; i < 200000; i++) {
		const struct sample *s =
			&samples[swtest_rand(&seed) % (sizeof(samples) / sizeof(samples[0]))];
		struct of_bytes b = bytes_of(s->bytes);
		uint8_t version = versions[swtest_rand(&seed) % 4];
		uint8_t *exact = malloc(b.len);
		struct sw_actions *list;

		for (unsigned n = swtest_rand(&seed) % 4; n--;)
			b.bytes[swtest_rand(&seed) % b.len] = swtest_rand(&seed) >> 40;
		memcpy(exact, b.bytes, b.len); /* so that a sanitizer sees one byte too many */
		if (!of_get_actions(of_cursor(exact, b.len), version, &list)) {
			struct of_buf buf = { 0 };
			struct sw_actions *again;

			fine++;
			of_put_actions(&buf, list, version);
			assert_error(of_get_actions(of_cursor(buf.bytes, buf.len), version, &again),
				OF_FINE);
			sw_actions_free(again);
			of_buf_fini(&buf);
		}
		sw_actions_free(list);
		free(exact);
	}
	assert_true(fine > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(malformed),
		cmocka_unit_test(nested),
		cmocka_unit_test(too_many),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

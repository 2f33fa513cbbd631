/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups and meters as text: read, printed, refused, compared, copied.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/group.h>
#include <sw/meter.h>
#include <sw/reg.h>
#include <sw/text.h>

/* --- groups --- */

static struct sw_group_change parse(const char *text, enum sw_group_verb verb)
{
	struct sw_group_change c;
	struct sw_err err = { 0 };

	if (sw_group_parse(text, verb, &c, &err))
		fail_msg("%s: %s (%s)", text, err.text, err.path);
	return c;
}

static void reads(const char *in, const char *out)
{
	struct sw_group_change c = parse(in, SW_GROUP_ADD), again;
	struct sw_group_conf copy;
	struct sw_str text = { 0 };

	sw_group_print(&c.conf, &text);
	assert_string_equal(text.s, out ? out : in);
	again = parse(text.s, SW_GROUP_MODIFY);
	assert_true(sw_group_equal(&c.conf, &again.conf));
	sw_group_copy(&copy, &c.conf);
	sw_group_fini(&c.conf);
	assert_true(sw_group_equal(&copy, &again.conf));
	sw_group_fini(&copy);
	sw_group_fini(&again.conf);
	free(text.s);
}

static struct sw_err refuses_for(const char *text, enum sw_group_verb verb, const char *place)
{
	struct sw_group_change c;
	struct sw_err err = { 0 };

	if (!sw_group_parse(text, verb, &c, &err))
		fail_msg("\"%s\" was accepted", text);
	assert_true(err.text[0]);
	if (place && strcmp(err.path, place))
		fail_msg("\"%s\": %s at %s, not at %s", text, err.text, err.path, place);
	return err;
}

static void refuses(const char *text, const char *place)
{
	refuses_for(text, SW_GROUP_ADD, place);
}

static void test_group_reads(void **state)
{
	reads("group_id=1,type=all", NULL);
	reads("group_id=1,type=all,bucket=output:3,bucket=actions=output:4,5",
		"group_id=1,type=all,bucket=bucket_id:0,actions=output:3,bucket=bucket_id:1,actions=output:4,output:5");
	reads("group_id=1 type=all bucket=2 bucket=drop",
		"group_id=1,type=all,bucket=bucket_id:0,actions=output:2,bucket=bucket_id:1,actions=drop");
	reads("group_id=1,type=select,bucket=weight:7,output:3,bucket=weight=0,4,bucket=weight:1,5",
		"group_id=1,type=select,bucket=bucket_id:0,weight:7,actions=output:3,bucket=bucket_id:1,weight:0,"
		"actions=output:4,bucket=bucket_id:2,actions=output:5");
	reads("group_id=0xffffff00,type=fast_failover,bucket=watch_port:1,output:3,bucket=watch_group:4,output:5",
		"group_id=4294967040,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:3,bucket=bucket_id:1,"
		"watch_group:4,actions=output:5");
	reads("group_id=1,type=indirect,bucket=dec_ttl,push_vlan:0x8100,set_field:4101->vlan_vid,resubmit(,1)",
		"group_id=1,type=indirect,bucket=bucket_id:0,actions=dec_ttl,push_vlan:0x8100,"
		"set_field:4101->vlan_vid,resubmit(,1)");
	reads("group_id=1,type=select,selection_method=dp_hash,selection_method_param=0x100000005,bucket=3",
		"group_id=1,type=select,selection_method=dp_hash,selection_method_param=4294967301,"
		"bucket=bucket_id:0,actions=output:3");
	reads("group_id=1,type=select,fields(ip_src,nw_dst=255.255.0.0),selection_method=hash,fields=eth_dst,bucket=3",
		"group_id=1,type=select,selection_method=hash,fields(ip_src,ip_dst=255.255.0.0,eth_dst),"
		"bucket=bucket_id:0,actions=output:3");
	/* Ids that are not given are the lowest that are free. */
	reads("group_id=1,type=all,bucket=1,bucket=bucket_id:1,2,bucket=3,bucket=bucket_id:0,4,bucket=5",
		"group_id=1,type=all,bucket=bucket_id:2,actions=output:1,bucket=bucket_id:1,actions=output:2,"
		"bucket=bucket_id:3,actions=output:3,bucket=bucket_id:0,actions=output:4,bucket=bucket_id:4,"
		"actions=output:5");
	/* "bucket=" within brackets is not the next one. */
	reads("group_id=1,type=all,bucket=resubmit( 1 , 2 ),bucket_id:5",
		"group_id=1,type=all,bucket=bucket_id:5,actions=resubmit(1,2)");
	reads("group_id=1,type=select,bucket=weight:2,watch_port:LOCAL,1,bucket=watch_port:any,2",
		"group_id=1,type=select,bucket=bucket_id:0,weight:2,watch_port:LOCAL,actions=output:1,"
		"bucket=bucket_id:1,actions=output:2");
}

static void test_group_refuses(void **state)
{
	refuses("", "");
	refuses("type=all", "");
	refuses("group_id=1", "");
	refuses("group_id=0xffffff01,type=all", "column 1");
	refuses("group_id=all,type=all", "column 1");
	refuses("group_id=1,type=some", "column 12");
	refuses("group_id=1,type=all,foo=3,bucket=1", "column 21");
	refuses("group_id=1,type=all,command_bucket_id=3,bucket=1", "column 21");
	refuses("group_id=1,type=indirect,bucket=1,bucket=2", "");
	refuses("group_id=1,type=ff,bucket=1", "");
	refuses("group_id=1,type=ff,bucket=watch_port:any,1", "");
	refuses("group_id=1,type=all,bucket=watch_port:1,1", "");
	refuses("group_id=1,type=all,bucket=weight:1,1", "");
	refuses("group_id=1,type=select,bucket=weight:65536,1", "column 31");
	refuses("group_id=1,type=select,bucket=weight:5", "column 24");
	refuses("group_id=1,type=all,bucket=", "column 21");
	refuses("group_id=1,type=all,bucket=1,bucket=", "column 30");
	refuses("group_id=1,type=all,bucket=1,bucket=2,foo", "column 39");
	refuses("group_id=1,type=all,bucket=actions=1,foo", "column 38");
	refuses("group_id=1,type=all,bucket=1,drop", "column 30");
	refuses("group_id=1,type=all,bucket=bucket_id:1,1,bucket=bucket_id:1,2", "");
	refuses("group_id=1,type=all,bucket=bucket_id:0xffffff01,1", "column 28");
	refuses("group_id=1,type=ff,bucket=watch_port:normal,1", "column 27");
	refuses("group_id=1,type=all,bucket=push:reg0", "actions[0]");
	refuses("group_id=1,type=all,selection_method=hash,bucket=1", "");
	refuses("group_id=1,type=select,selection_method=foo,bucket=1", "column 24");
	refuses("group_id=1,type=select,selection_method_param=3,bucket=1", "");
	refuses("group_id=1,type=select,fields(eth_src),bucket=1", "");
	refuses("group_id=1,type=select,selection_method=dp_hash,fields(eth_src),bucket=1", "");
	refuses("group_id=1,type=select,selection_method=hash,fields(eth_src,foo),bucket=1",
		"column 61");
	refuses("group_id=1,type=select,selection_method=hash,fields(ip_src,nw_src),bucket=1",
		"column 60");
	refuses("group_id=1,type=select,selection_method=hash,fields(ip_src=0.0.0.0),bucket=1",
		"column 53");
	refuses("group_id=1,type=select,selection_method=hash,fields(vlan_pcp=1),bucket=1",
		"column 53");
}

static void test_group_verbs(void **state)
{
	struct sw_group_change c = parse("", SW_GROUP_DELETE);

	assert_int_equal(c.conf.id, SW_GROUP_ALL);
	c = parse("group_id=all", SW_GROUP_DELETE);
	assert_int_equal(c.conf.id, SW_GROUP_ALL);
	c = parse("group_id=7", SW_GROUP_DELETE);
	assert_int_equal(c.conf.id, 7);
	refuses_for("group_id=7,type=all", SW_GROUP_DELETE, "column 12");
	refuses_for("group_id=7,bucket=1", SW_GROUP_DELETE, "column 12");
	c = parse("group_id=7,command_bucket_id=last,bucket=1,bucket=bucket_id:3,weight:4,2",
		SW_GROUP_INSERT_BUCKETS);
	assert_int_equal(c.bucket, SW_BUCKET_LAST);
	assert_int_equal(c.conf.n_buckets, 2);
	assert_int_equal(c.conf.buckets[0].id, SW_GROUP_ANY);
	assert_int_equal(c.conf.buckets[1].id, 3);
	assert_int_equal(c.conf.buckets[1].weight, 4);
	sw_group_number_buckets(&c.conf);
	assert_int_equal(c.conf.buckets[0].id, 0);
	sw_group_fini(&c.conf);
	c = parse("group_id=7,command_bucket_id=all", SW_GROUP_REMOVE_BUCKETS);
	assert_int_equal(c.bucket, SW_BUCKET_ALL);
	c = parse("group_id=7,command_bucket_id=5", SW_GROUP_REMOVE_BUCKETS);
	assert_int_equal(c.bucket, 5);
	refuses_for("group_id=7", SW_GROUP_REMOVE_BUCKETS, "");
	refuses_for(
		"group_id=7,command_bucket_id=all,bucket=1", SW_GROUP_INSERT_BUCKETS, "column 12");
	refuses_for("command_bucket_id=first,bucket=1", SW_GROUP_INSERT_BUCKETS, "");
}

static void test_group_equal(void **state)
{
	static const char *const all[] = { "group_id=1,type=all,bucket=1",
		"group_id=2,type=all,bucket=1", "group_id=1,type=select,bucket=1",
		"group_id=1,type=all,bucket=2", "group_id=1,type=all,bucket=1,bucket=1",
		"group_id=1,type=select,bucket=weight:2,1",
		"group_id=1,type=select,bucket=watch_port:2,1",
		"group_id=1,type=select,bucket=watch_group:2,1",
		"group_id=1,type=select,bucket=bucket_id:2,1",
		"group_id=1,type=select,selection_method=hash,bucket=1",
		"group_id=1,type=select,selection_method=dp_hash,bucket=1",
		"group_id=1,type=select,selection_method=hash,selection_method_param=1,bucket=1",
		"group_id=1,type=select,selection_method=hash,fields=ip_src,bucket=1",
		"group_id=1,type=select,selection_method=hash,fields=ip_dst,bucket=1",
		"group_id=1,type=select,selection_method=hash,fields(ip_dst=255.0.0.0),bucket=1" };

	for (unsigned i = 0; i < RTE_DIM(all); i++)
		for (unsigned j = 0; j < RTE_DIM(all); j++) {
			struct sw_group_change a = parse(all[i], SW_GROUP_ADD),
					       b = parse(all[j], SW_GROUP_ADD);

			assert_int_equal(sw_group_equal(&a.conf, &b.conf), i == j);
			sw_group_fini(&a.conf);
			sw_group_fini(&b.conf);
		}
}

/* --- meters --- */

static void meter_reads(const char *in, const char *out)
{
	struct sw_meter_conf conf, again;
	struct sw_err err = { 0 };
	struct sw_str text = { 0 };

	if (sw_meter_parse(in, &conf, &err))
		fail_msg("%s: %s (%s)", in, err.text, err.path);
	sw_meter_print(&conf, &text);
	assert_string_equal(text.s, out ? out : in);
	assert_int_equal(sw_meter_parse(text.s, &again, NULL), 0);
	assert_true(sw_meter_equal(&conf, &again));
	sw_meter_fini(&again);
	sw_meter_copy(&again, &conf);
	assert_true(sw_meter_equal(&conf, &again));
	again.bands[0].rate++;
	assert_false(sw_meter_equal(&conf, &again));
	sw_meter_fini(&again);
	sw_meter_fini(&conf);
	free(text.s);
}

static void meter_refuses(const char *text, const char *place)
{
	struct sw_meter_conf conf;
	struct sw_err err = { 0 };

	if (!sw_meter_parse(text, &conf, &err))
		fail_msg("\"%s\" was accepted", text);
	assert_true(err.text[0]);
	if (place && strcmp(err.path, place))
		fail_msg("\"%s\": %s at %s, not at %s", text, err.text, err.path, place);
}

static void test_meter_reads(void **state)
{
	meter_reads("meter=1 kbps bands=type=drop rate=100", NULL);
	meter_reads("meter=1,kbps,burst,stats,bands=type=drop,rate=100,burst_size=20",
		"meter=1 kbps burst stats bands=type=drop rate=100 burst_size=20");
	meter_reads(
		"meter=controller pktps bands=type=drop rate=5 type=dscp_remark rate=4 prec_level=1",
		NULL);
	meter_reads("meter=slowpath stats kbps band=type=drop rate=5",
		"meter=slowpath kbps stats bands=type=drop rate=5");
	meter_reads("meter=0xffff0000 kbps bands=\ntype=drop rate=5\ntype=drop rate=6",
		"meter=4294901760 kbps bands=type=drop rate=5 type=drop rate=6");
}

static void test_meter_refuses(void **state)
{
	meter_refuses("kbps bands=type=drop rate=5", "");
	meter_refuses("meter=1 bands=type=drop rate=5", "");
	meter_refuses("meter=1 kbps pktps bands=type=drop rate=5", "");
	meter_refuses("meter=1 kbps", "");
	meter_refuses("meter=1 kbps bands=", "");
	meter_refuses("meter=1 kbps bands=type=drop", "");
	meter_refuses("meter=1 kbps bands=type=drop rate=0", "");
	meter_refuses("meter=1 kbps bands=type=drop rate=4294967296", "column 30");
	meter_refuses("meter=all kbps bands=type=drop rate=5", "column 1");
	meter_refuses("meter=0 kbps bands=type=drop rate=5", "column 1");
	meter_refuses("meter=0xffff0001 kbps bands=type=drop rate=5", "column 1");
	meter_refuses("meter=1 kbps bands=type=drop rate=5 burst_size=3", "");
	meter_refuses("meter=1 kbps burst bands=type=drop rate=5", "");
	meter_refuses("meter=1 kbps bands=type=drop rate=5,bands=type=drop rate=6", "column 37");
	meter_refuses("meter=1 kbps foo bands=type=drop rate=5", "column 14");
	meter_refuses("meter=1 kbps=3 bands=type=drop rate=5", "column 9");
	meter_refuses("meter=1 kbps bands=rate=5", "column 20");
	meter_refuses("meter=1 kbps bands=type=foo rate=5", "column 20");
	meter_refuses("meter=1 kbps bands=type=drop rate=5 prec_level=3", "");
	meter_refuses("meter=1 kbps bands=type=dscp_remark rate=5", "");
	meter_refuses("meter=1 kbps bands=type=dscp_remark rate=5 prec_level=4", "column 44");
	meter_refuses(
		"meter=1 kbps bands=type=drop rate=1 type=drop rate=1 type=drop rate=1 type=drop rate=1 "
		"type=drop rate=1 type=drop rate=1 type=drop rate=1 type=drop rate=1 type=drop rate=1 "
		"type=drop rate=1 type=drop rate=1 type=drop rate=1 type=drop rate=1 type=drop rate=1 "
		"type=drop rate=1 type=drop rate=1 type=drop rate=1",
		NULL);
}

static void test_meter_id(void **state)
{
	uint32_t id;

	assert_int_equal(sw_meter_parse_id("", &id, NULL), 0);
	assert_int_equal(id, SW_METER_ALL);
	assert_int_equal(sw_meter_parse_id("meter=all", &id, NULL), 0);
	assert_int_equal(id, SW_METER_ALL);
	assert_int_equal(sw_meter_parse_id("meter=5", &id, NULL), 0);
	assert_int_equal(id, 5);
	assert_int_equal(sw_meter_parse_id("meter=0", &id, NULL), -EINVAL);
	assert_int_equal(sw_meter_parse_id("foo=5", &id, NULL), -EINVAL);
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_reads),
		cmocka_unit_test(test_group_refuses),
		cmocka_unit_test(test_group_verbs),
		cmocka_unit_test(test_group_equal),
		cmocka_unit_test(test_meter_reads),
		cmocka_unit_test(test_meter_refuses),
		cmocka_unit_test(test_meter_id),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packets of swgen, read the slow way: addresses, tags, lengths and checksums of each are what the options
 * say, whatever is combined. And the options themselves: what is refused, and in which words.
 */
#include "swtest.h"

#include <arpa/inet.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include <sw/err.h>

#include "../../tools/swgen/write.h"

static uint64_t seed;

static uint16_t be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* Of our own bytes: as the machine has it. */
static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* RFC 1071, byte by byte. */
static uint32_t add(uint32_t sum, const uint8_t *p, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

struct parsed {
	uint32_t station[2], ip[2];
	uint16_t vid[2], port[2], tags;
	const uint8_t *payload;
};

static unsigned parse_l4(
	const uint8_t *p, unsigned len, uint8_t proto, uint32_t pseudo, struct parsed *out)
{
	bool tcp = proto == IPPROTO_TCP;

	assert_true(tcp || proto == IPPROTO_UDP);
	if (!tcp) {
		assert_int_equal(be16(p + 4), len);
		assert_int_not_equal(be16(p + 6), 0);
	} else {
		assert_int_equal(p[12], 0x50);
	}
	assert_int_equal(fold(add(pseudo + proto + len, p, len)), 0xffff);
	out->port[0] = be16(p);
	out->port[1] = be16(p + 2);
	return tcp ? 20 : 8;
}

static void parse_ip(const uint8_t *p, unsigned len, uint16_t type, struct parsed *out)
{
	if (type == RTE_ETHER_TYPE_IPV4) {
		assert_int_equal(p[0], 0x45);
		assert_int_equal(be16(p + 2), len);
		assert_int_equal(fold(add(0, p, 20)), 0xffff);
		out->ip[0] = be32(p + 12);
		out->ip[1] = be32(p + 16);
		out->payload = p + 20 + parse_l4(p + 20, len - 20, p[9], add(0, p + 12, 8), out);
		return;
	}
	assert_int_equal(type, RTE_ETHER_TYPE_IPV6);
	assert_int_equal(p[0], 0x60);
	assert_int_equal(be16(p + 4), len - 40);
	assert_int_equal(be16(p + 8), 0xfd5d);
	assert_int_equal(be16(p + 24), 0xfd5d);
	out->ip[0] = be32(p + 20);
	out->ip[1] = be32(p + 36);
	out->payload = p + 40 + parse_l4(p + 40, len - 40, p[6], add(0, p + 8, 32), out);
}

static void parse(const uint8_t *p, unsigned len, struct parsed *out)
{
	unsigned at = 12;

	memset(out, 0, sizeof(*out));
	assert_int_equal(be16(p), 0x025d);
	assert_int_equal(be16(p + 6), 0x025d);
	out->station[0] = be32(p + 8);
	out->station[1] = be32(p + 2);
	for (; be16(p + at) == RTE_ETHER_TYPE_VLAN || be16(p + at) == RTE_ETHER_TYPE_QINQ; at += 4)
		out->vid[out->tags++] = be16(p + at + 2);
	parse_ip(p + at + 2, len - at - 2, be16(p + at), out);
}

static void random_options(struct options *o)
{
	char *argv[] = { "swgen", "--port", "a", "--port", "b" };
	enum cli_action action;
	uint64_t r = swtest_rand(&seed);
	struct layout at;

	assert_int_equal(options_parse(5, argv, o, &action, NULL), 0);
	o->proto = r % 4;
	o->pattern = r % 32 < 8 ? PATTERN_MESH : (r >> 2) % 3;
	if (r & 16)
		o->vlan = (struct vids){ 10, 10 + (r >> 8) % 20 };
	if ((r & 48) == 48)
		o->outer = (struct vids){ 4094, 4094 };
	o->mutate = r & 64 ? (r >> 16) % 128 : 0;
	o->macs = 1 + (r >> 24) % 1000;
	o->flows = o->macs + (r >> 34) % 1000;
	layout_init(&at, o);
	o->mix.frame[0] = layout_smallest(&at) + (r & 128 ? (r >> 44) % 1400 : 0);
}

static void check_fields(
	const struct options *o, const struct parsed *p, uint32_t flow, bool reverse)
{
	unsigned a = reverse, b = !reverse;

	assert_int_equal(p->tags, !!o->vlan.to + !!o->outer.to);
	if (p->tags)
		assert_in_range(p->vid[p->tags - 1], o->vlan.from, o->vlan.to);
	if (p->tags == 2)
		assert_int_equal(p->vid[0], 4094);
	if (o->mutate)
		return;
	assert_int_equal(p->station[a], flow % o->macs);
	assert_int_equal(p->station[b] >> 24, 1);
	assert_in_range(p->station[b] & 0xffffff, 0, o->macs - 1);
	if (o->pattern == PATTERN_PAIRS)
		assert_int_equal(p->station[b] & 0xffffff, flow % o->macs);
	if (o->pattern == PATTERN_MESH)
		assert_int_equal(p->station[b] & 0xffffff, flow / o->macs % o->macs);
	if (o->pattern == PATTERN_SAME)
		assert_int_equal(p->station[b] & 0xffffff, 0);
	assert_int_equal(p->ip[a], 0x0a000000 + flow);
	assert_int_equal(p->ip[b], 0x0a100000 + flow);
	assert_true(p->port[a] >= 49152 && p->port[b] == 7);
}

static void packets_are_what_the_options_say(void **state)
{
	static uint8_t buffer[FRAME_MAX + 64];

	for (unsigned i = 0; i < 5000; i++) {
		struct build_packet pkt = { .seq = swtest_rand(&seed),
			.stamp = swtest_rand(&seed),
			.noise = swtest_rand(&seed) };
		struct build *b = aligned_alloc(64, RTE_ALIGN(sizeof(*b), 64));
		bool reverse = i % 2;
		struct options o;
		struct parsed p;

		random_options(&o);
		build_init(b, &o, reverse);
		build_run(b, i);
		pkt.flow = swtest_rand(&seed) % o.flows;
		memset(buffer, 0, sizeof(buffer));
		build_packet(b, 0, buffer, &pkt);
		assert_int_equal(b->templates[0].len, o.mix.frame[0] - 4);
		parse(buffer, b->templates[0].len, &p);
		check_fields(&o, &p, pkt.flow, reverse);
		assert_ptr_equal(p.payload, buffer + b->at.data);
		assert_int_equal(word(p.payload + 2), (i & 255) << 24 | reverse << 23 | pkt.flow);
		assert_int_equal(word(p.payload + 6), pkt.seq);
		assert_int_equal(word(p.payload + 10), pkt.stamp);
		/* a new stamp, and all is right again */
		build_stamp(b, buffer, pkt.stamp * 3 + 1);
		parse(buffer, b->templates[0].len, &p);
		assert_int_equal(word(p.payload + 10), (uint32_t)(pkt.stamp * 3 + 1));
		free(b);
	}
}

static int parse_words(const char *line, struct options *o, struct sw_err *err)
{
	char copy[256], *rest = copy, *argv[20] = { "swgen" };
	enum cli_action action;
	int argc = 1, rc;

	snprintf(copy, sizeof(copy), "%s", line);
	while (*line && (argv[argc] = strsep(&rest, " ")))
		argc++;
	memset(err, 0, sizeof(*err));
	rc = options_parse(argc, argv, o, &action, err);
	return rc ? rc : options_check(o, err);
}

/* What is refused, and what the sentence or the list of what is allowed must say. */
static void wrong_options_are_named(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "no port" },
		{ "--port a --port b --port c", "third port" },
		{ "--port a --both", "second --port" },
		{ "--port a b", "\"b\" is not an option" },
		{ "--port a -b", "no option -b" },
		{ "--port a --flow 3", "no option --flow" },
		{ "--port a --json=1", "no value" },
		{ "--port a --flows", "needs a value" },
		{ "--port a --flows 0", "1 to 1048576" },
		{ "--port a --flows 1.5", "1 to 1048576" },
		{ "--port a --flows 1048577", "1 to 1048576" },
		{ "--port a --macs 10 --flows 9", "10 to 1048576" },
		{ "--port a --macs 1025 --pattern mesh", "1024 stations" },
		{ "--port a --rx-queues 0", "1 to 64" },
		{ "--port a --dist zipf:11", "0 to 10" },
		{ "--port a --dist zip", "uniform, zipf, sequential" },
		{ "--port a --vlan 4095", "1 to 4094" },
		{ "--port a --vlan 20-10", "1 to 4094" },
		{ "--port a --vlan 0", "1 to 4094" },
		{ "--port a --outer-vlan 5", "--vlan" },
		{ "--port a --mutate vlan", "--vlan" },
		{ "--port a --mutate src-mac,dst", "dst-mac" },
		{ "--port a --size 60", "64 to 9018" },
		{ "--port a --proto udp6", "80 to 9018" },
		{ "--port a --proto tcp6", "92 to 9018" },
		{ "--port a --proto tcp", "72 to 9018" },
		{ "--port a --vlan 1 --outer-vlan 2", "68 to 9018" },
		{ "--port a --rate 0", "10Gbps" },
		{ "--port a --rate 101%", "percent" },
		{ "--port a --rate 0x10", "10Gbps" },
		{ "--port a --rate -3", "10Gbps" },
		{ "--port a --rate 3Mbit", "10Gbps" },
		{ "--port a --time nan", "0.001 to" },
		{ "--port a --core 1 --rx-core 1", "sends" },
		{ "--port a --speed 2", "--pcap" },
		{ "--port a --pcap f --flows 3", "--flows" },
		{ "--port a --pcap f --rfc2544", "--speed max" },
	};
	struct options o;
	struct sw_err err;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char all[1024];

		assert_true(parse_words(wrong[i][0], &o, &err) < 0);
		snprintf(all, sizeof(all), "%s | %s | %s", err.text, err.allowed, err.hint);
		if (!strstr(all, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], all);
	}
}

static void values_are_read(void **state)
{
	struct options o;
	struct sw_err err;

	assert_int_equal(
		parse_words("--port=a --port b --flows 1M --macs 2k --vlan 7-9 --rate 1.5Mpps", &o,
			&err),
		0);
	assert_int_equal(o.n_ports, 2);
	assert_int_equal(o.flows, 1000000);
	assert_int_equal(o.macs, 2000);
	assert_true(o.vlan.from == 7 && o.vlan.to == 9);
	assert_true(o.rate.unit == RATE_PPS && o.rate.value == 1.5e6);
	assert_int_equal(
		parse_words(
			"--port=a --macs 5 --rate 10Gbps --dist zipf:0.9 --vlan random", &o, &err),
		0);
	assert_int_equal(o.flows, 5);
	assert_true(o.rate.unit == RATE_BPS && o.rate.value == 1e10);
	assert_true(o.dist == DIST_ZIPF && o.zipf == 0.9);
	assert_true(o.vlan.from == 1 && o.vlan.to == 4094 && o.mutate == MUTATE_VLAN);
	assert_int_equal(parse_words("--port=a --macs 1000 --pattern mesh", &o, &err), 0);
	assert_int_equal(o.flows, 1000000);
	assert_int_equal(parse_words("--port=a --rate 12.5% --dist zipf", &o, &err), 0);
	assert_true(o.rate.unit == RATE_PERCENT && o.rate.value == 12.5 && o.zipf == 1.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_what_the_options_say),
		cmocka_unit_test(wrong_options_are_named),
		cmocka_unit_test(values_are_read),
	};

	seed = swtest_seed(20220644);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

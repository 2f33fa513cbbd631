/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches as text beside the real ovs-ofctl: written ones, and random ones made from the registered fields,
 * go through `ovs-ofctl -F nxm parse-flow(s)` and through sw_match_parse() and sw_match_print(). Normal forms
 * must be equal. Where ours differs on purpose the table says how and why, and that OVS still does what
 * it is said to. Skipped only where ovs-ofctl is not installed.
 */
#include <ctype.h>
#include <stdbool.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

#include "match_ovs_cases.h"
#include "swtest.h"

static uint64_t rng;

static int setup(void **state)
{
	struct sw_err err = { 0 };

	rng = swtest_seed(20260214);
	return sw_reg_seal(&err);
}

static void need_ovs(void)
{
	if (system("command -v ovs-ofctl >/dev/null 2>&1")) {
		print_message("ovs-ofctl (package openvswitch-common) is not installed\n");
		skip();
	}
}

/* The match in a line of ovs-ofctl's, in place; NULL: the line has none. */
static char *match_in(char *line)
{
	char *at = strstr(line, ": ADD "), *end = strstr(line, "actions=");

	if (!at || !end)
		return NULL;
	at += strlen(": ADD ");
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return at;
}

/* What ovs-ofctl makes of one; "refused" when it makes nothing of it. */
static const char *ovs_normal(const char *text, char *out, size_t size)
{
	char command[1024], line[4096];
	FILE *pipe;

	assert_null(strchr(text, '\''));
	snprintf(command, sizeof(command),
		"ovs-ofctl -F nxm parse-flow '%s%sactions=drop' 2>/dev/null", text,
		*text ? "," : "");
	snprintf(out, size, "refused");
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		char *match = match_in(line);

		if (match)
			snprintf(out, size, "%s", match);
	}
	pclose(pipe);
	return out;
}

static const char *our_normal(const char *text, char *out, size_t size)
{
	struct sw_str str = { 0 };
	struct sw_err err = { 0 };
	struct sw_match match;

	if (sw_match_parse(text, &match, &err)) {
		assert_true(err.text[0]);
		snprintf(out, size, "refused");
		return out;
	}
	sw_match_print(&match, &str);
	snprintf(out, size, "%s", str.s);
	free(str.s);
	return out;
}

static void test_same(void **state)
{
	unsigned wrong = 0;

	need_ovs();
	for (unsigned i = 0; i < ovs_n_same; i++) {
		char ovs[2048], ours[2048];

		ovs_normal(ovs_same[i], ovs, sizeof(ovs));
		our_normal(ovs_same[i], ours, sizeof(ours));
		if (!strcmp(ovs, ours))
			continue;
		print_error("\"%s\": ovs-ofctl \"%s\", ours \"%s\"\n", ovs_same[i], ovs, ours);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_differences(void **state)
{
	unsigned wrong = 0;

	need_ovs();
	for (unsigned i = 0; i < ovs_n_differences; i++) {
		const struct ovs_difference *d = &ovs_differences[i];
		char ovs[2048], ours[2048];

		ovs_normal(d->text, ovs, sizeof(ovs));
		our_normal(d->text, ours, sizeof(ours));
		if (!strcmp(ovs, d->ovs) && !strcmp(ours, d->ours))
			continue;
		print_error("\"%s\": ovs-ofctl \"%s\", ours \"%s\"\n", d->text, ovs, ours);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* --- random ones --------------------------------------------------------------------------------- */

#define FLOWS	   1500
#define FIELDS_MAX 24

static unsigned below(unsigned n)
{
	return (unsigned)(swtest_rand(&rng) >> 33) % n;
}

struct flow {
	struct sw_match match;
	char *token[FIELDS_MAX];
	unsigned n;
};

/* A part as text, which must be right. */
static void part(struct flow *flow, const char *name, const char *value)
{
	struct sw_err err = { 0 };
	struct sw_str str = { 0 };

	sw_str_add(&str, "%s%s%s", name, value ? "=" : "", value ? value : "");
	flow->token[flow->n++] = str.s;
	if (sw_match_add(&flow->match, name, value, &err))
		fail_msg("%s: %s", str.s, err.text);
}

/* Fields of ours that OVS does not know, those it knows less of, and those that part_kind() gives. */
static bool left_out(const struct sw_field *f)
{
	static const char *const names[] = { "in_phy_port", "pbb_isid", "pbb_uca", "ipv6_exthdr",
		"packet_type", "eth_type", "nw_proto", "vlan_vid", "vlan_pcp", "vlan_tci",
		"icmp_type", "icmpv6_type", "icmp_code", "icmpv6_code" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(f->name, names[i]))
			return true;
	return false;
}

/* One of its names that OVS knows, too. */
static const char *name_of(const struct sw_field *f)
{
	static const char *const ours[] = { "ipv4_src", "ipv4_dst", "ipv6_flabel", "ip_ttl",
		"ipv6_nd_target", "ipv6_nd_sll", "ipv6_nd_tll", "in_port_oxm" };
	const char *name = f->aliases[below(2)];

	if (!name || !below(2) || isupper((unsigned char)*name))
		return f->name;
	for (unsigned i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcmp(name, ours[i]))
			return f->name;
	return name;
}

/* All bits, a prefix, or any bits of the field. */
static void random_mask(const struct sw_field *f, uint8_t *mask)
{
	struct sw_fields all;
	unsigned kind = f->maskable ? below(3) : 0, bits = f->bits, keep = below(bits) + 1;

	memset(&all, kind == 2 ? 0 : 0xff, sizeof(all));
	if (kind == 2)
		for (unsigned i = 0; i < sizeof(all); i++)
			((uint8_t *)&all)[i] = (uint8_t)(swtest_rand(&rng) >> 40);
	sw_field_get(f, &all, mask);
	if (f->form == SW_FORM_IPV6)
		mask[0] |= 0xf0; /* one that begins with a digit OVS takes for a prefix length */
	for (unsigned i = 0; kind == 1 && i < bits - keep; i++)
		mask[sw_field_bytes(f) - 1 - i / 8] &= (uint8_t) ~(1u << i % 8);
}

static void part_field(struct flow *flow, const struct sw_field *f)
{
	static const char *const frags[] = { "no", "yes", "first", "not_later", "later" };
	unsigned n = sw_field_bytes(f);
	struct sw_str str = { 0 };
	struct sw_fields random;
	uint8_t value[16], mask[16];

	if (f->form == SW_FORM_FRAG) { /* later ones have no L4 fields */
		part(flow, name_of(f), frags[below(flow->match.mask.ip_proto ? 4 : 5)]);
		return;
	}

	for (unsigned i = 0; i < sizeof(random); i++)
		((uint8_t *)&random)[i] = (uint8_t)(swtest_rand(&rng) >> 40);
	random_mask(f, mask);
	sw_field_get(f, &random, value);
	for (unsigned i = 0; i < n; i++)
		value[i] &= mask[i];
	if (f->form == SW_FORM_PORT)
		memset(value, 0, 2); /* numbers that OVS has */
	if (!strcmp(f->name, "arp_op"))
		value[0] = 0;
	sw_field_print(f, value, mask, &str);
	part(flow, name_of(f), str.s);
	free(str.s);
}

/* Is it a register of which OVS would forget what was said of its parts, or the other way round? */
static bool overlaps(const struct sw_field *f, const struct sw_match *match)
{
	unsigned first = offsetof(struct sw_fields, reg), quad = (f->offset - first) / 16 * 4;

	if (f->offset < first || f->offset >= first + sizeof(match->mask.reg))
		return false;
	for (unsigned i = quad; i < quad + 4; i++)
		if (match->mask.reg[i])
			return true;
	return false;
}

static void part_kind(struct flow *flow)
{
	static const char *const kinds[] = { "ip", "ipv6", "tcp", "tcp6", "udp", "udp6", "sctp",
		"sctp6", "icmp", "icmp6", "arp", "rarp", "mpls", "mplsm" };
	static const char *const vlans[] = { "0xffff", "0", "5", "0x5", "4095" };
	static const char *const tcis[] = { "0", "0x1000/0x1000", "0x5005", "0x4005/0xefff",
		"0x0005/0x0fff", "0x2000/0xe000" };
	const char *kind = kinds[below(sizeof(kinds) / sizeof(kinds[0]))];

	if (below(8))
		part(flow, kind, NULL);
	else
		part(flow, "dl_type", below(2) ? "0x1234" : "0x86dd");
	if (!strcmp(kind, "icmp6") && flow->match.mask.ip_proto) {
		part(flow, "icmp_type", below(2) ? "135" : "136");
		if (below(2))
			part(flow, "icmp_code", "0");
	}
	if (!below(4))
		part(flow, "dl_vlan", vlans[below(5)]);
	else if (!below(4))
		part(flow, "vlan_tci", tcis[below(6)]);
}

/* Its parts in any order. */
static void make_flow(char *text, size_t size)
{
	struct flow flow = { .n = 0 };
	unsigned more = below(10);
	size_t len = 0;

	part_kind(&flow);
	for (unsigned i = 0; i < 300 && more; i++) {
		const struct sw_field *f =
			sw_reg_get(&sw_reg_kind_field, below(sw_reg_kind_field.count));

		if (left_out(f) || !sw_prereq_met(f->prereq, &flow.match) ||
			!sw_field_is_zero(f, &flow.match.mask) || overlaps(f, &flow.match))
			continue;
		part_field(&flow, f);
		more--;
	}
	while (flow.n) {
		unsigned k = below(flow.n);

		len += snprintf(text + len, size - len, "%s%s", len ? "," : "", flow.token[k]);
		assert_true(len < size);
		free(flow.token[k]);
		flow.token[k] = flow.token[--flow.n];
	}
}

/* All of them in one run of ovs-ofctl. */
static void test_random(void **state)
{
	static char flows[FLOWS][2048];
	char path[] = "/tmp/match_ovs_XXXXXX", command[128], line[4096];
	FILE *file, *pipe;
	unsigned n = 0, wrong = 0;

	need_ovs();
	file = fdopen(mkstemp(path), "w");
	assert_non_null(file);
	for (unsigned i = 0; i < FLOWS; i++) {
		make_flow(flows[i], sizeof(flows[i]));
		fprintf(file, "%s,actions=drop\n", flows[i]);
	}
	fclose(file);
	snprintf(command, sizeof(command), "ovs-ofctl -F nxm parse-flows %s 2>&1", path);
	pipe = popen(command, "r");
	while (fgets(line, sizeof(line), pipe)) {
		char *match = match_in(line), ours[2048];

		if (!match) {
			if (strstr(line, "ovs-ofctl:"))
				print_error("%s", line);
			continue;
		}
		assert_true(n < FLOWS);
		our_normal(flows[n], ours, sizeof(ours));
		if (strcmp(match, ours) && wrong++ < 10)
			print_error("\"%s\":\n\tovs-ofctl \"%s\",\n\tours \"%s\"\n", flows[n],
				match, ours);
		n++;
	}
	pclose(pipe);
	unlink(path);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, FLOWS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

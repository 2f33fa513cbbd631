/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of packets against the second parser of tests/lib/fields_oracle.c: random packets of all protocols,
 * most of them damaged, in one buffer and cut into several. SWTEST_PACKETS says how many.
 */
#include <stdbool.h>

#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/field.h>

#include "../../src/pipeline/field/extract.h"
#include "fields_oracle.h"
#include "packet.h"
#include "swtest.h"

static uint64_t rng;
static struct {
	unsigned all, ip, ip6, l4, later, nd, extensions, disorder, repeated, tags[3];
} seen;

static int setup(void **state)
{
	struct sw_err err = { 0 };

	rng = swtest_seed(20260213);
	return sw_reg_seal(&err);
}

static void count(const struct sw_fields *f, const struct oracle_at *at)
{
	seen.all++;
	seen.ip += at->l3 && f->eth_type == RTE_BE16(0x800);
	seen.ip6 += at->l3 && f->eth_type == RTE_BE16(0x86dd);
	seen.l4 += at->l4 != 0;
	seen.later += f->ip_frag == 3;
	seen.nd += at->nd_sll || at->nd_tll;
	seen.extensions += f->ipv6_exthdr != 0;
	seen.disorder += (f->ipv6_exthdr & RTE_BE16(0x100)) != 0;
	seen.repeated += (f->ipv6_exthdr & RTE_BE16(0x80)) != 0;
	seen.tags[at->tags]++;
}

static void fail_with(
	const struct packet_bytes *p, const struct sw_fields *got, const struct sw_fields *want)
{
	const struct sw_field *f;
	char hex[2 * PACKET_MAX + 1] = "";

	for (size_t i = 0; i < p->len; i++)
		sprintf(hex + 2 * i, "%02x", p->b[i]);
	print_error("packet %s\n", hex);
	SW_REG_FOREACH (field, const struct sw_field *, f) {
		uint8_t a[16], b[16];

		sw_field_get(f, got, a);
		sw_field_get(f, want, b);
		if (memcmp(a, b, sw_field_bytes(f)))
			print_error("%s differs\n", f->name);
	}
	fail();
}

static unsigned proto_of(const struct fields_at *at, const struct sw_fields *f)
{
	bool ip4 = f->eth_type == RTE_BE16(0x0800), ip6 = f->eth_type == RTE_BE16(0x86dd);

	return at->proto || !at->l3 || !(ip4 || ip6) ? at->proto : at->l3 + (ip4 ? 9 : 6);
}

static void compare(const struct packet_bytes *p)
{
	struct rte_mbuf *m = packet_scatter(p, &rng);
	uint32_t port = (uint32_t)swtest_rand(&rng);
	struct sw_fields got, want;
	struct oracle_at at;
	struct fields_at found;

	memset(&got, 0xa5, sizeof(got));
	memset(&found, 0xa5, sizeof(found));
	fields_extract(m, port, &got);
	fields_find(m, &found);
	oracle_fields(p->b, p->len, port, &want, &at);
	if (memcmp(&got, &want, sizeof(got)))
		fail_with(p, &got, &want);
	if (found.end != at.end || found.payload != at.payload || found.l3 != at.l3 ||
		found.l4 != at.l4 || proto_of(&found, &got) != at.proto ||
		found.nd_sll != at.nd_sll || found.nd_tll != at.nd_tll || found.tags != at.tags)
		fail_with(p, &got, &want);
	/* Again: what is of the packet changes, the rest stays. */
	memset(&got, 0xa5, sizeof(got));
	fields_extract_again(m, &got);
	for (size_t i = 0; i < offsetof(struct sw_fields, pbb_isid); i++)
		assert_int_equal(((uint8_t *)&got)[i], 0xa5);
	assert_memory_equal(
		&got.pbb_isid, &want.pbb_isid, sizeof(got) - offsetof(struct sw_fields, pbb_isid));
	packet_free(m);
	count(&want, &at);
}

static void test_random(void **state)
{
	const char *env = getenv("SWTEST_PACKETS");
	unsigned long n = env ? strtoul(env, NULL, 0) : 3000000;
	struct packet_bytes p;

	for (unsigned long i = 0; i < n; i++) {
		packet_random(&p, &rng);
		if (i % 2)
			packet_damage(&p, &rng);
		compare(&p);
	}
	/* The generator is worth something only while it makes all of this. */
	assert_true(seen.ip > seen.all / 10 && seen.ip6 > seen.all / 10 && seen.l4 > seen.all / 8);
	assert_true(seen.later > seen.all / 100 && seen.nd > seen.all / 500);
	assert_true(seen.extensions > seen.all / 20 && seen.disorder > seen.all / 100 &&
		    seen.repeated > seen.all / 100);
	assert_true(seen.tags[1] > seen.all / 20 && seen.tags[2] > seen.all / 20);
}

/* Every packet at every length, and cut in two at every byte. */
static void test_every_cut(void **state)
{
	for (unsigned i = 0; i < 300; i++) {
		struct packet_bytes p;

		packet_random(&p, &rng);
		for (size_t len = p.len; len--;) {
			struct packet_bytes less = p;
			uint16_t cut = (uint16_t)len;
			struct rte_mbuf *m = packet_mbuf(p.b, p.len, &cut, 1);
			struct sw_fields got, want;
			struct oracle_at at;

			fields_extract(m, 1, &got);
			packet_free(m);
			oracle_fields(p.b, p.len, 1, &want, &at);
			assert_memory_equal(&got, &want, sizeof(got));
			less.len = len;
			compare(&less);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

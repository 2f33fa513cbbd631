/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checksums that ops correct, at every place a header may have: the CRC of SCTP by its check values (RFC 3720, B.4), and the
 * Internet checksum after a change against one that is made anew (RFC 1624). Under the sanitizers a load that asks for more
 * alignment than the place has fails here, whatever packets other tests draw.
 */
#include "swtest.h"

#include "../../src/pipeline/exec/checksum.h"
#include "../../src/pipeline/exec/crc32c.h"

#define PLACES 16

static void test_crc(void **state)
{
	_Alignas(16) uint8_t room[PLACES + 48];

	for (unsigned at = 0; at < PLACES; at++) {
		uint8_t *p = room + at;

		memcpy(p, "123456789", 9);
		assert_int_equal(~crc32c_add(p, 9, UINT32_MAX), 0xe3069283);
		memset(p, 0, 32);
		assert_int_equal(~crc32c_add(p, 32, UINT32_MAX), 0x8a9136aa);
		for (unsigned i = 0; i < 32; i++)
			p[i] = (uint8_t)i;
		assert_int_equal(~crc32c_add(p, 32, UINT32_MAX), 0x46dd794e);
		for (unsigned cut = 0; cut <= 32; cut++) /* as in a packet of two buffers */
			assert_int_equal(
				~crc32c_add(p + cut, 32 - cut, crc32c_add(p, cut, UINT32_MAX)),
				0x46dd794e);
	}
}

static uint16_t checksum_of(const uint8_t *p, unsigned words)
{
	uint32_t sum = checksum_sum(p, words);

	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* The header has its checksum at `sum`; both zeros are right. */
static bool is_right(const uint8_t *p, unsigned words)
{
	uint16_t c = checksum_of(p, words);

	return c == 0 || c == 0xffff;
}

static void test_fix(void **state)
{
	_Alignas(16) uint8_t room[PLACES + 20];
	uint64_t rng = swtest_seed(2);

	for (unsigned i = 0; i < 100000; i++) {
		uint8_t *p = room + i % PLACES;
		unsigned at = 2 * (swtest_rand(&rng) % 5); /* before the checksum, which is at 10 */
		uint32_t was;
		uint16_t c;

		for (unsigned k = 0; k < 20; k++)
			p[k] = swtest_rand(&rng) % 3 ? (uint8_t)swtest_rand(&rng) : 0;
		memset(p + 10, 0, 2);
		c = checksum_of(p, 10);
		memcpy(p + 10, &c, 2);
		was = checksum_sum(p + at, 1);
		p[at] = (uint8_t)swtest_rand(&rng);
		p[at + 1] = (uint8_t)swtest_rand(&rng);
		checksum_fix(p + 10, was, checksum_sum(p + at, 1));
		assert_true(is_right(p, 10));
	}
}

/* Of UDP none stays none, and one that comes to 0 is sent as its other zero. */
static void test_udp(void **state)
{
	uint8_t none[2] = { 0, 0 }, one[2] = { 0x12, 0x34 };
	uint16_t value;

	checksum_fix_udp(none, 1, 2);
	assert_int_equal(none[0] | none[1], 0);
	memcpy(&value, one, 2);
	checksum_fix_udp(one, 0, value);
	assert_int_equal(one[0] & one[1], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_fix),
		cmocka_unit_test(test_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table features, told and asked for (1.3.5, 7.3.5.5): what a switch says of itself it must take back, whole; names change; what
 * asks for more than there is, or not for every table, changes nothing and is told so once.
 */
#include "of_rules.h"

#include <sw/err.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/codec/head.h"

#define PART_MAX 60000
#define NAME_AT	 8
#define HEAD	 64

/* All entries of the answer, one behind the other. */
static void hear_all(int fd, uint32_t xid, struct of_buf *all)
{
	bool more = true;

	all->len = 0;
	while (more) {
		const struct op_message *m = op_hear_type(fd, 19);

		assert_int_equal(m->xid, xid);
		assert_int_equal(op_u16(m, 0), 12);
		more = op_u16(m, 2) & 1;
		of_put(all, m->body + 8, m->len - 8);
	}
}

static void ask(int fd, uint8_t version, struct of_buf *all)
{
	op_say(fd, version, 18, 7, "000c 0000 00000000");
	hear_all(fd, 7, all);
}

static size_t entry_len(const struct of_buf *all, size_t at)
{
	return all->bytes[at] << 8 | all->bytes[at + 1];
}

/* Bytes [from, end) as one part. */
static void say_part(
	int fd, uint8_t version, const struct of_buf *all, size_t from, size_t end, bool more)
{
	struct of_buf part = { 0 };
	size_t at = of_begin(&part, version, 18, 8);

	of_put_u16(&part, 12);
	of_put_u16(&part, more);
	of_put_u32(&part, 0);
	of_put(&part, all->bytes + from, end - from);
	of_end(&part, at);
	op_say_raw(fd, part.bytes, part.len);
	of_buf_fini(&part);
}

static void say_all(int fd, uint8_t version, const struct of_buf *all)
{
	size_t from = 0;

	for (size_t at = 0, end; at < all->len; at = end) {
		end = at + entry_len(all, at);
		if (end == all->len || end + entry_len(all, end) - from > PART_MAX) {
			say_part(fd, version, all, from, end, end < all->len);
			op_turn(2);
			from = end;
		}
	}
}

static void expect_same(const struct of_buf *a, const struct of_buf *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
}

static void taken_back(void **state)
{
	static const uint8_t versions[] = { OF13, OF14, OF15 };
	struct of_buf told = { 0 }, again = { 0 };

	for (unsigned v = 0; v < 3; v++) {
		int fd = op_dial_as("br0", versions[v]);

		ask(fd, versions[v], &told);
		say_all(fd, versions[v], &told);
		hear_all(fd, 8, &again);
		expect_same(&again, &told);
		op_close(fd);
	}
	of_buf_fini(&told);
	of_buf_fini(&again);
}

/* Names are kept, for other connections and versions, too; rules stay. */
static void names(void **state)
{
	int fd = or_dial(OF13), ten = op_dial_as("br0", OF10);
	struct of_buf told = { 0 }, want = { 0 }, got = { 0 };
	const struct op_message *m;

	or_flow_mod(fd, OF13, OR_ADD, "tcp,actions=output:1");
	ask(fd, OF13, &told);
	assert_int_equal(told.bytes[NAME_AT], 0); /* nobody gave one */
	of_put(&want, told.bytes, told.len);
	memcpy(want.bytes + NAME_AT, "classify\0", 9);
	say_all(fd, OF13, &want);
	hear_all(fd, 8, &got);
	expect_same(&got, &want);
	or_expect(fd, OF13, "tcp actions=output:1\n");
	op_say(ten, OF10, 16, 1, "0003 0000");
	m = op_hear_type(ten, 17);
	assert_string_equal((const char *)m->body + 4 + 4, "classify");
	say_all(fd, OF13, &told);
	hear_all(fd, 8, &got);
	expect_same(&got, &told);
	or_clear(fd, OF13);
	op_close(ten);
	op_close(fd);
	of_buf_fini(&told);
	of_buf_fini(&want);
	of_buf_fini(&got);
}

/* --- what is refused ----------------------------------------------------------------------------------------------------- */

/* A property of the first table: where it begins. */
static size_t property(const struct of_buf *all, uint16_t type)
{
	size_t at = HEAD, len;

	for (; at < entry_len(all, 0); at += (len + 7) / 8 * 8) {
		len = entry_len(all, at + 2);
		if (entry_len(all, at) == type)
			return at;
	}
	fail_msg("no property %u", type);
	return 0;
}

static void put16(struct of_buf *all, size_t at, uint16_t v)
{
	of_patch_u16(all, at, v);
}

enum {
	BAD_TABLE,
	TWICE,
	CONFIG,
	ENTRIES,
	NAME,
	SHORT,
	TYPE,
	PROPERTY_LEN,
	INSTRUCTION,
	BACK,
	ACTION,
	FIELD,
	WRITTEN,
	DOUBLE,
	LEFT_OUT,
	CASES
};

static void spoil(struct of_buf *all, unsigned how)
{
	switch (how) {
	case BAD_TABLE:
		all->bytes[2] = 254;
		break;
	case TWICE:
		all->bytes[2] = 1;
		break;
	case CONFIG:
		all->bytes[56 + 3] = 4;
		break;
	case ENTRIES:
		memset(all->bytes + 60, 0xff, 4);
		break;
	case NAME:
		memset(all->bytes + NAME_AT, 'x', 32);
		break;
	case SHORT:
		put16(all, 0, 63);
		break;
	case TYPE:
		put16(all, property(all, 14), 99);
		break;
	case PROPERTY_LEN:
		put16(all, property(all, 14) + 2, 3);
		break;
	case INSTRUCTION:
		put16(all, property(all, 0) + 4, 77);
		break;
	case BACK:
		all->bytes[property(all, 2) + 4] = 0;
		break;
	case ACTION:
		put16(all, property(all, 4) + 4, 1);
		break;
	case FIELD:
		put16(all, property(all, 8) + 4, 0x7777);
		break;
	case WRITTEN: /* ipv6_exthdr */
		put16(all, property(all, 12) + 4, 0x8000);
		put16(all, property(all, 12) + 6, 0x4e02);
		break;
	case DOUBLE:
		put16(all, property(all, 14), 12);
		break;
	case LEFT_OUT: /* the last table */
		for (size_t at = 0; at < all->len; at += entry_len(all, at))
			if (at + entry_len(all, at) == all->len) {
				all->len = at;
				break;
			}
	}
}

static void refused(void **state)
{
	static const uint16_t codes[CASES] = { [BAD_TABLE] = 0,
		[TWICE] = 4,
		[CONFIG] = 4,
		[ENTRIES] = 4,
		[NAME] = 4,
		[SHORT] = 3,
		[TYPE] = 2,
		[PROPERTY_LEN] = 3,
		[INSTRUCTION] = 4,
		[BACK] = 4,
		[ACTION] = 4,
		[FIELD] = 4,
		[WRITTEN] = 4,
		[DOUBLE] = 4,
		[LEFT_OUT] = 5 };
	int fd = or_dial(OF13), slave = op_dial_as("br0", OF13);
	struct of_buf told = { 0 }, bad = { 0 };

	ask(fd, OF13, &told);
	for (unsigned i = 0; i < CASES; i++) {
		bad.len = 0;
		of_put(&bad, told.bytes, told.len);
		memcpy(bad.bytes + entry_len(&bad, 0) + NAME_AT, "renamed\0", 8);
		spoil(&bad, i);
		if (i == SHORT) /* alone: nobody knows where the next begins */
			say_part(fd, OF13, &bad, 0, 64, false);
		else
			say_all(fd, OF13, &bad);
		op_hear_error(fd, 13, codes[i]);
		op_echo(fd, OF13);
		ask(fd, OF13, &bad);
		expect_same(&bad, &told);
	}
	/* A request that is followed by another before its end was none. */
	say_part(fd, OF13, &told, 0, entry_len(&told, 0), true);
	ask(fd, OF13, &bad);
	expect_same(&bad, &told);
	op_say(slave, OF13, 24, 1, "00000003 00000000 0000000000000001");
	op_hear_type(slave, 25);
	say_part(slave, OF13, &told, 0, entry_len(&told, 0), false);
	op_hear_error(slave, 1, 10);
	ask(slave, OF13, &bad);
	op_close(slave);
	op_close(fd);
	of_buf_fini(&told);
	of_buf_fini(&bad);
}

/* --- 1.5: commands ------------------------------------------------------------------------------------------------------- */

#define COMMAND_AT 3
enum { REPLACE, MODIFY, ENABLE, DISABLE };

/* Two tables, the second the one that follows `first` in the answer. */
static void two(struct of_buf *out, const struct of_buf *told, size_t first, uint8_t command)
{
	size_t second = first + entry_len(told, first);

	out->len = 0;
	of_put(out, told->bytes + first, second + entry_len(told, second) - first);
	out->bytes[COMMAND_AT] = out->bytes[second - first + COMMAND_AT] = command;
}

static void commands(void **state)
{
	struct of_buf told = { 0 }, part = { 0 }, got = { 0 };
	int fd = op_dial_as("br0", OF15);
	size_t second;

	ask(fd, OF15, &told);
	second = entry_len(&told, 0);
	/* Some tables: the others are as they were. */
	two(&part, &told, 0, MODIFY);
	memcpy(part.bytes + second + NAME_AT, "renamed\0", 8);
	say_part(fd, OF15, &part, 0, part.len, false);
	memcpy(told.bytes + second + NAME_AT, "renamed\0", 8);
	hear_all(fd, 8, &got);
	expect_same(&got, &told);
	/* They are in the pipeline, whatever else is said of them, and stay there. */
	two(&part, &told, 0, ENABLE);
	memset(part.bytes + NAME_AT, 0, HEAD - NAME_AT);
	put16(&part, 0, HEAD);
	say_part(fd, OF15, &part, 0, HEAD, true);
	op_turn(2);
	op_hear_nothing(fd);
	say_part(fd, OF15, &part, 0, HEAD, false);
	hear_all(fd, 8, &got);
	expect_same(&got, &told);
	two(&part, &told, 0, DISABLE);
	say_part(fd, OF15, &part, 0, part.len, false);
	op_hear_error(fd, 13, 5);
	two(&part, &told, 0, REPLACE);
	say_part(fd, OF15, &part, 0, part.len, false);
	op_hear_error(fd, 13, 5);
	ask(fd, OF15, &got);
	expect_same(&got, &told);
	op_close(fd);
	of_buf_fini(&told);
	of_buf_fini(&part);
	of_buf_fini(&got);
}

static void commands_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
		uint16_t type, code;
	} cases[] = {
		{ 2, 254, 13, 0 },			  /* no such table */
		{ COMMAND_AT, 4, 13, 9 },		  /* no such command */
		{ COMMAND_AT, ENABLE, 13, 9 },		  /* another one than the first table's */
		{ 4 + 3, 2, 13, 8 },			  /* an egress table */
		{ 4, 0x80, 13, 8 }, { 56 + 3, 4, 13, 6 }, /* capabilities */
		{ 60, 0xff, 13, 7 },			  /* entries */
		{ 2, 0, 14, 2 },			  /* the first table again */
	};
	struct of_buf told = { 0 }, part = { 0 }, got = { 0 };
	int fd = op_dial_as("br0", OF15);
	size_t second;

	ask(fd, OF15, &told);
	second = entry_len(&told, 0);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		two(&part, &told, 0, MODIFY);
		memcpy(part.bytes + NAME_AT, "other\0", 6);
		part.bytes[second + cases[i].at] = cases[i].byte;
		say_part(fd, OF15, &part, 0, part.len, false);
		op_hear_error(fd, cases[i].type, cases[i].code);
		ask(fd, OF15, &got);
		expect_same(&got, &told);
	}
	op_close(fd);
	of_buf_fini(&told);
	of_buf_fini(&part);
	of_buf_fini(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_back),
		cmocka_unit_test(names),
		cmocka_unit_test(refused),
		cmocka_unit_test(commands),
		cmocka_unit_test(commands_refused),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}

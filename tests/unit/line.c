/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of a stream socket: the same lines come out however the bytes are cut; a line over the limit is
 * reported once, costs no memory and does not take its neighbours with it.
 */
#include <sw/line.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static void feed(struct sw_line *l, const char *p, size_t n)
{
	if (n)
		memcpy(sw_line_room(l, n), p, n);
	sw_line_filled(l, n);
}

static void expect_line(struct sw_line *l, const char *want)
{
	const char *line;
	size_t len;

	assert_int_equal(sw_line_next(l, &line, &len), SW_LINE_WHOLE);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(line, want, len);
}

static void expect_none(struct sw_line *l)
{
	const char *line;
	size_t len;

	assert_int_equal(sw_line_next(l, &line, &len), SW_LINE_NONE);
}

static void whole_lines_in_order(void **state)
{
	struct sw_line l;

	sw_line_init(&l, 100);
	expect_none(&l);
	feed(&l, "one\n\ntwo\nthr", 12);
	assert_int_equal(l.ready, 3);
	assert_int_equal(sw_line_partial(&l), 3);
	expect_line(&l, "one");
	assert_int_equal(sw_line_partial(&l), 3);
	expect_line(&l, "");
	expect_line(&l, "two");
	expect_none(&l);
	feed(&l, "ee\n", 3);
	expect_line(&l, "three");
	expect_none(&l);
	assert_int_equal(sw_line_partial(&l), 0);
	sw_line_fini(&l);
}

static void long_line_is_told_once(void **state)
{
	const char *line;
	size_t len;
	struct sw_line l;

	sw_line_init(&l, 4);
	feed(&l, "abcd\nabcde\nok\n", 14);
	expect_line(&l, "abcd");
	assert_int_equal(sw_line_next(&l, &line, &len), SW_LINE_TOO_LONG);
	expect_line(&l, "ok");

	feed(&l, "abcd", 4);
	expect_none(&l);
	feed(&l, "e", 1);
	assert_int_equal(sw_line_next(&l, &line, &len), SW_LINE_TOO_LONG);
	expect_none(&l);
	for (int i = 0; i < 1000; i++) {
		feed(&l, "xxxxxxxxxx", 10);
		expect_none(&l);
		assert_int_equal(l.in.len, 0);
	}
	feed(&l, "x\nyes\nno", 8);
	expect_line(&l, "yes");
	expect_none(&l);
	assert_int_equal(sw_line_partial(&l), 2);
	sw_line_fini(&l);
}

/* Random text in random pieces against a plain split of the whole. */
static void any_cut_gives_the_same_lines(void **state)
{
	char text[4096];

	srand(7);
	for (int round = 0; round < 300; round++) {
		size_t n = rand() % sizeof(text), fed = 0;
		const char *want = text;
		struct sw_line l;

		for (size_t i = 0; i < n; i++)
			text[i] = rand() % 12 ? 'a' + rand() % 26 : '\n';
		sw_line_init(&l, 20);
		while (fed < n || l.ready) {
			const char *line;
			size_t len, piece = rand() % 64;

			if (piece > n - fed)
				piece = n - fed;
			feed(&l, text + fed, piece);
			fed += piece;
			for (enum sw_line_got got; (got = sw_line_next(&l, &line, &len));) {
				const char *nl = memchr(want, '\n', text + n - want);
				size_t whole = nl ? (size_t)(nl - want) : (size_t)(text + n - want);

				if (got == SW_LINE_WHOLE) {
					assert_non_null(nl);
					assert_int_equal(len, whole);
					assert_memory_equal(line, want, len);
				} else {
					assert_true(whole > 20);
				}
				want += whole + 1;
			}
		}
		sw_line_fini(&l);
	}
}

static void bytes_leave_in_order(void **state)
{
	struct sw_bytes b = { 0 };
	uint8_t next_in = 0, next_out = 0;
	size_t held = 0;

	srand(11);
	for (int i = 0; i < 20000; i++) {
		uint8_t piece[700];
		size_t n = rand() % sizeof(piece), k = rand() % (sizeof(piece) + 50);

		for (size_t j = 0; j < n; j++)
			piece[j] = next_in++;
		sw_bytes_add(&b, piece, n);
		held += n;
		assert_int_equal(b.len, held);
		k = k > held ? held : k;
		for (size_t j = 0; j < k; j++)
			assert_int_equal((uint8_t)b.buf[b.start + j], next_out++);
		sw_bytes_take(&b, k);
		held -= k;
	}
	sw_bytes_fini(&b);
}

static void bytes_join(void **state)
{
	struct sw_bytes a = { 0 }, b = { 0 };
	char *was;

	sw_bytes_add(&b, "xone", 4);
	sw_bytes_take(&b, 1);
	was = b.buf;
	sw_bytes_join(&a, &b);
	assert_ptr_equal(a.buf, was); /* taken over, not copied */
	assert_null(b.buf);
	sw_bytes_add(&b, "two", 3);
	sw_bytes_join(&a, &b);
	sw_bytes_join(&a, &b); /* of nothing */
	assert_int_equal(a.len, 6);
	assert_memory_equal(a.buf + a.start, "onetwo", 6);
	sw_bytes_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lines_in_order),
		cmocka_unit_test(bytes_join),
		cmocka_unit_test(long_line_is_told_once),
		cmocka_unit_test(any_cut_gives_the_same_lines),
		cmocka_unit_test(bytes_leave_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

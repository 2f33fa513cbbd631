/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that comes in parts: it is the parts one behind the other, hashed alike however it is cut, and bounded alone and
 * with all others.
 */
#include "../lib/swtest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/post.h>

#include "../../src/ctl/input.h"
#include "../../src/ctl/job.h"

#define MIB (1024 * 1024)

static char part[MIB];

static int setup(void **state)
{
	struct sw_err err;

	memset(part, 'x', sizeof(part));
	return job_start(&err);
}

static int teardown(void **state)
{
	job_stop();
	sw_post_run();
	return 0;
}

static void add(struct input *in, const char *text)
{
	struct sw_err err;

	assert_int_equal(input_add(in, text, strlen(text), &err), 0);
}

static void is_its_parts(void **state)
{
	struct input *one = input_new(), *three = input_new(), *other = input_new();

	add(one, "priority=1,actions=drop\n");
	add(three, "prior");
	add(three, "");
	add(three, "ity=1,actions=drop\n");
	add(other, "priority=1,actions=drop");
	assert_string_equal(input_text(three), "priority=1,actions=drop\n");
	assert_string_equal(input_text(one), input_text(three));
	assert_int_equal(three->parts, 3);
	assert_true(one->hash == three->hash);
	assert_true(one->hash != other->hash);
	input_free(one);
	input_free(three);
	input_free(other);
	input_free(NULL);
}

static int fill(struct input *in, unsigned mib, struct sw_err *err)
{
	for (unsigned i = 0; i < mib; i++)
		if (input_add(in, part, sizeof(part), err))
			return -1;
	return 0;
}

/* What is too long is lost at once, stays refused, and counts no more when the job thread has freed it. */
static void is_bounded(void **state)
{
	struct input *a = input_new(), *b = input_new(), *c = input_new();
	struct sw_err err = { 0 };

	assert_int_equal(fill(a, INPUT_MAX / MIB, &err), 0);
	assert_int_equal(fill(b, INPUT_MAX / MIB, &err), 0);
	assert_int_equal(input_add(c, "x", 1, &err), sw_err_errno(SW_CODE_LIMIT));
	assert_non_null(strstr(err.allowed, "256 MiB in those of all clients"));
	assert_int_equal(input_add(a, "x", 1, &err), sw_err_errno(SW_CODE_LIMIT));
	assert_string_equal(err.allowed, "at most 128 MiB");
	assert_int_equal(a->text.len, 0);
	for (unsigned tries = 0; input_add(a, "x", 1, &err) && tries < 3; tries++)
		;
	assert_int_equal(a->parts, INPUT_MAX / MIB + 5);
	input_free(a);
	input_free(b);
	teardown(NULL);
	setup(NULL);
	assert_int_equal(
		input_add(c, "x", 1, &err), sw_err_errno(SW_CODE_LIMIT)); /* a part is lost */
	input_free(c);
	c = input_new();
	assert_int_equal(fill(c, INPUT_MAX / MIB, &err), 0);
	input_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_its_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

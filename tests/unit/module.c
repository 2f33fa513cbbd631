/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order of modules. The list of the daemon's own modules is set aside and one of our own put in its
 * place, so nothing real starts.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/err.h>
#include <sw/module.h>

static char story[64];
static bool c_fails;

static void tell(char c)
{
	size_t len = strlen(story);

	assert_true(len + 1 < sizeof(story));
	story[len] = c;
}

#define INIT(c)                                                             \
	static int init_##c(const struct sw_boot *boot, struct sw_err *err) \
	{                                                                   \
		if (*#c == 'c' && c_fails)                                  \
			return sw_err_set(err, SW_CODE_DEVICE, "no luck");  \
		tell(*#c);                                                  \
		return 0;                                                   \
	}                                                                   \
	static void fini_##c(void)                                          \
	{                                                                   \
		tell(*#c - 'a' + 'A');                                      \
	}
INIT(a)
INIT(b)
INIT(c)
INIT(d)

static const char *a_after[2], *b_after[2], *d_before[2];
static const struct sw_module modules[] = {
	{ .name = "a", .after = a_after, .init = init_a, .fini = fini_a },
	{ .name = "b", .after = b_after, .init = init_b, .fini = fini_b },
	{ .name = "c", .init = init_c, .fini = fini_c },
	{ .name = "d", .before = d_before, .init = init_d, .fini = fini_d },
	{ .name = "e" },
};
static struct sw_reg_node nodes[5];

static int setup(void **state)
{
	struct sw_err err;

	memset(&sw_reg_kind_module, 0, sizeof(sw_reg_kind_module));
	sw_reg_kind_module.name = "module";
	sw_reg_kind_module.listed = true; /* sealed below by our own listing */
	memset(nodes, 0, sizeof(nodes));
	for (unsigned i = 0; i < 5; i++) {
		nodes[i].desc = &modules[i];
		nodes[i].file = __FILE__;
		sw_reg_link(&sw_reg_kind_module, &nodes[i]);
	}
	sw_reg_kind_module.by_id = calloc(5, sizeof(*sw_reg_kind_module.by_id));
	for (unsigned i = 0; i < 5; i++)
		sw_reg_kind_module.by_id[i] = &nodes[i];
	a_after[0] = b_after[0] = d_before[0] = NULL;
	memset(story, 0, sizeof(story));
	c_fails = false;
	return sw_reg_seal(&err);
}

static int teardown(void **state)
{
	free(sw_reg_kind_module.by_id);
	sw_reg_kind_module.by_id = NULL;
	return 0;
}

static void test_by_name_where_nobody_asks(void **state)
{
	struct sw_err err;

	assert_int_equal(sw_modules_init(NULL, &err), 0);
	sw_modules_fini();
	assert_string_equal(story, "abcdDCBA");
	sw_modules_fini();
	assert_string_equal(story, "abcdDCBA");
}

static void test_after_and_before(void **state)
{
	struct sw_err err;

	a_after[0] = "c";
	d_before[0] = "a";
	assert_int_equal(sw_modules_init(NULL, &err), 0);
	sw_modules_fini();
	assert_string_equal(story, "bcdaADCB");
}

static void test_failure_unwinds(void **state)
{
	struct sw_err err;

	c_fails = true;
	assert_int_equal(sw_modules_init(NULL, &err), -EIO);
	assert_string_equal(story, "abBA");
	assert_string_equal(err.text, "start of c failed: no luck");
}

static void test_unknown_names(void **state)
{
	struct sw_err err;

	a_after[0] = "z";
	assert_int_equal(sw_modules_init(NULL, &err), -EFAULT);
	assert_string_equal(err.text, "module a comes after \"z\", which no module is called");
	a_after[0] = NULL;
	d_before[0] = "y";
	assert_int_equal(sw_modules_init(NULL, &err), -EFAULT);
	assert_string_equal(err.text, "module d comes before \"y\", which no module is called");
	assert_string_equal(story, "");
}

static void test_loop(void **state)
{
	struct sw_err err;

	b_after[0] = "d";
	a_after[0] = "b";
	d_before[0] = "b";
	assert_int_equal(sw_modules_init(NULL, &err), 0);
	sw_modules_fini();
	memset(story, 0, sizeof(story));
	a_after[0] = "b";
	b_after[0] = "a";
	assert_int_equal(sw_modules_init(NULL, &err), -EFAULT);
	assert_non_null(strstr(err.text, "a waits for b"));
	assert_string_equal(story, "cdDC");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_by_name_where_nobody_asks),
		T(test_after_and_before),
		T(test_failure_unwinds),
		T(test_unknown_names),
		T(test_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

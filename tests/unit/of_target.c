/* SPDX-License-Identifier: BSD-3-Clause */
/* Controller.target: what it says, and what is refused. */
#include "swtest.h"

#include <sw/err.h>

#include "../../src/ctl/of/controller/target.h"

static struct of_target parse(const char *text)
{
	struct of_target t;
	struct sw_err err = { 0 };

	if (of_target_parse(text, 1, &t, &err))
		fail_msg("%s: %s", text, err.text);
	return t;
}

static void expect(const char *text, enum of_target_kind kind, bool passive, const char *host,
	unsigned port, bool is_name)
{
	struct of_target t = parse(text);

	assert_int_equal(t.kind, kind);
	assert_int_equal(t.passive, passive);
	assert_string_equal(t.host, host);
	assert_int_equal(t.port, port);
	assert_int_equal(t.is_name, is_name);
}

static void test_hosts(void **state)
{
	expect("tcp:10.0.0.1", OF_TARGET_TCP, false, "10.0.0.1", 6653, false);
	expect("tcp:10.0.0.1:1", OF_TARGET_TCP, false, "10.0.0.1", 1, false);
	expect("ssl:[::1]:65535", OF_TARGET_TLS, false, "::1", 65535, false);
	expect("tcp:[fe80::1%eth0]", OF_TARGET_TCP, false, "fe80::1%eth0", 6653, false);
	expect("tcp:a-b.example:7", OF_TARGET_TCP, false, "a-b.example", 7, true);
	expect("tcp:1.example", OF_TARGET_TCP, false, "1.example", 6653, true);
	expect("ptcp:", OF_TARGET_TCP, true, "", 6653, false);
	expect("ptcp:7000", OF_TARGET_TCP, true, "", 7000, false);
	expect("ptcp::127.0.0.1", OF_TARGET_TCP, true, "127.0.0.1", 6653, false);
	expect("pssl:7:[::]", OF_TARGET_TLS, true, "::", 7, false);
}

static void test_files(void **state)
{
	struct of_target t = parse("unix:ctl.sock");

	assert_string_equal(t.path, "ctl.sock");
	assert_false(t.passive);
	t = parse("punix:/run/swd/a:b");
	assert_string_equal(t.path, "/run/swd/a:b");
	assert_true(t.passive);
}

static void refuses(const char *text, const char *says)
{
	struct sw_err err = { 0 };

	assert_int_not_equal(of_target_check(text, &err), 0);
	assert_int_equal(err.code, SW_CODE_INVALID);
	if (!strstr(err.text, says))
		fail_msg("%s: %s", text, err.text);
	assert_non_null(strstr(err.allowed, "tcp:HOST[:PORT]"));
}

static void test_refused(void **state)
{
	char name[400];

	refuses("", "is no way");
	refuses("tcp", "is no way");
	refuses("TCP:10.0.0.1", "is no way");
	refuses("tcp:", "names no host");
	refuses("tcp::1", "names no host");
	refuses("tcp:10.0.0.1:", "port");
	refuses("tcp:10.0.0.1:0", "port");
	refuses("tcp:10.0.0.1:65536", "port");
	refuses("tcp:10.0.0.1:1x", "port");
	refuses("tcp:10.0.0.1:1:2", "port");
	refuses("tcp:10.0.0.256", "neither");
	refuses("tcp:10.0.0", "neither");
	refuses("tcp:a..b", "neither");
	refuses("tcp:.a", "neither");
	refuses("tcp:a b", "neither");
	refuses("tcp:::1", "names no host");
	refuses("tcp:[::1", "without ]");
	refuses("tcp:[]", "names no host");
	refuses("tcp:[10.0.0.1]", "IPv6");
	refuses("tcp:[::1]6653", "behind");
	refuses("ptcp:x", "port");
	refuses("ptcp:123456789", "port");
	refuses("ptcp:6653:host", "address of ours");
	refuses("ptcp:6653:", "names no host");
	refuses("ptcp:6653:10.0.0.1:1", "behind");
	refuses("unix:", "names no file");
	memset(name, 'a', sizeof(name));
	memcpy(name, "tcp:", 4);
	name[4 + 256] = '\0';
	refuses(name, "253");
	name[4 + 64] = '\0'; /* a label of 64 */
	refuses(name, "neither");
	name[4 + 63] = '\0';
	assert_true(parse(name).is_name);
	memcpy(name, "unix:", 5);
	name[63] = 'a';
	name[64 + 4] = 'a';
	name[5 + 108] = '\0';
	memset(name + 5, 'a', 108);
	refuses(name, "107");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

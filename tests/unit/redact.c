/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secrets are removed in every form in which texts and JSON carry them, and what is none stays.
 */
#include "swtest.h"

#include "../../tools/swctl/report/redact.h"

static void text_is(const char *text, const char *want)
{
	struct redact r = { 0 };
	char *got = redact_text(&r, text);

	assert_string_equal(got, want);
	free(got);
	redact_fini(&r);
}

static void names(void **state)
{
	static const char *const secrets[] = { "password", "Password", "db_password", "PSK", "psk",
		"private_key", "private-key", "key", "in_key", "api.token", "sshkey",
		"client_secret_2", "passphrase", "credentials", "authpwd" };
	static const char *const others[] = { "", "tag", "keyboard", "tokenizer", "bypass", "pass",
		"passed", "n_rxq", "sec" };

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (!redact_is_name(secrets[i], strlen(secrets[i])))
			fail_msg("%s", secrets[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (redact_is_name(others[i], strlen(others[i])))
			fail_msg("%s", others[i]);
}

static void texts(void **state)
{
	text_is("", "");
	text_is("tag=5 trunks=1,2", "tag=5 trunks=1,2");
	text_is("set interface v options:psk=hunter22 tag=5",
		"set interface v options:psk=(removed) tag=5");
	text_is("options={psk=hunter22, remote_ip=1.2.3.4}",
		"options={psk=(removed), remote_ip=1.2.3.4}");
	text_is("{psk=\"hun ter\\\" 22\", a=b}", "{psk=\"(removed)\", a=b}");
	text_is("{\"psk\":\"hunter22\",\"a\":1}", "{\"psk\":\"(removed)\",\"a\":1}");
	text_is("{\\\"psk\\\":\\\"hunter22\\\",\\\"a\\\":1}",
		"{\\\"psk\\\":\\\"(removed)\\\",\\\"a\\\":1}");
	text_is("a=1\n  password = hunter twenty-two # x\nb=2", "a=1\n  password = (removed)\nb=2");
	text_is("prog --password hunter22 --verbose", "prog --password (removed) --verbose");
	text_is("qemu\n-object\nsecret,id=s0,data=x\n--token\nhunter22\n-m",
		"qemu\n-object\nsecret,id=s0,data=(removed)\n--token\n(removed)\n-m");
	text_is("-object {\"qom-type\":\"secret\",\"data\":\"x\"}",
		"-object {\"qom-type\":\"secret\",\"data\":\"(removed)\"}");
	text_is("no secret in data=5", "no secret in data=5");
	text_is("get http://me:hunter22@host/x", "get http://me:(removed)@host/x");
	text_is("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest",
		"(removed)\nrest");
	text_is("a psk=(removed), b=1", "a psk=(removed), b=1");
	text_is("x -----BEGIN PRIVATE KEY-----\nno end", "x (removed)");
	text_is("set ssl key=-----BEGIN EC PRIVATE KEY-----\nab+/=\n-----END EC PRIVATE KEY-----\nb=2",
		"set ssl key=(removed)\nb=2");
	text_is("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"
		"-----BEGIN PRIVATE KEY-----\ndef\n-----END PRIVATE KEY-----\n",
		"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n(removed)\n");
	text_is("no key here, and no password", "no key here, and no password");
	text_is("password=", "password=");
	text_is("password: \"", "password: \"");
	text_is("psk='a", "psk='(removed)");
}

static void json_is(const char *text, const char *want)
{
	json_t *value = json_loads(text, 0, NULL), *wanted = json_loads(want, 0, NULL);
	struct redact r = { 0 };

	assert_non_null(value);
	assert_non_null(wanted);
	redact_json(&r, value);
	if (!json_equal(value, wanted))
		fail_msg("%s: %s", text, json_dumps(value, 0));
	json_decref(value);
	json_decref(wanted);
	redact_fini(&r);
}

static void json(void **state)
{
	json_is("{\"a\":1,\"password\":\"hunter22\",\"key\":5,\"psk\":null}",
		"{\"a\":1,\"password\":\"(removed)\",\"key\":\"(removed)\",\"psk\":null}");
	json_is("{\"options\":{\"psk\":\"x\",\"tag\":5}}",
		"{\"options\":{\"psk\":\"(removed)\",\"tag\":5}}");
	json_is("{\"secrets\":{\"a\":[\"x\",{\"b\":\"y\"}]}}", "{\"secrets\":\"(removed)\"}");
	json_is("[[\"set\",\"ssl\",\"private_key=/k\"],[\"br-set-external-id\",\"br0\",\"psk\",\"x\"]]",
		"[[\"set\",\"ssl\",\"private_key=(removed)\"],"
		"[\"br-set-external-id\",\"br0\",\"psk\",\"(removed)\"]]");
	json_is("[\"--password\",\"x\",\"y\"]", "[\"--password\",\"(removed)\",\"(removed)\"]");
	json_is("{\"columns\":[\"Key\",\"Value\"],\"rows\":[[\"psk\",\"x\"],[\"tag\",\"5\"]]}",
		"{\"columns\":[\"Key\",\"Value\"],\"rows\":[[\"psk\",\"(removed)\"],[\"tag\",\"5\"]]}");
	json_is("{\"columns\":[\"Port\",\"PSK\"],\"rows\":[[\"v\",\"x\"]]}",
		"{\"columns\":[\"Port\",\"PSK\"],\"rows\":[[\"v\",\"(removed)\"]]}");
	json_is("{\"key\":\"psk\",\"value\":\"x\"}",
		"{\"key\":\"(removed)\",\"value\":\"(removed)\"}");
	json_is("{\"columns\":[\"Fact\",\"Value\"],\"rows\":[[\"psk\",\"x\"],[\"tag\",\"5\"]]}",
		"{\"columns\":[\"Fact\",\"Value\"],\"rows\":[[\"psk\",\"(removed)\"],[\"tag\",\"5\"]]}");
	json_is("{\"name\":\"psk\",\"value\":\"x\",\"help\":\"h\"}",
		"{\"name\":\"psk\",\"value\":\"(removed)\",\"help\":\"h\"}");
}

static void known_values(void **state)
{
	struct redact r = { 0 };
	char *text;

	free(redact_text(&r, "set psk=hunter22 key=100 token=true password=abc"));
	assert_int_equal(r.n, 1); /* 100, true and abc are everywhere */
	text = redact_known(&r, strdup("cannot use hunter22 (100), nor hunter22"));
	assert_string_equal(text, "cannot use (removed) (100), nor (removed)");
	free(text);
	free(redact_text(&r, "password = swordfish # of the door"));
	text = redact_known(&r, strdup("wrong: swordfish"));
	assert_string_equal(text, "wrong: (removed)");
	free(text);
	redact_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(texts),
		cmocka_unit_test(json),
		cmocka_unit_test(known_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* The port table and what is asked of ports: names, types, options, ranges, life, news. */
#include "swtest.h"

#include <errno.h>

#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pool.h>
#include <sw/port.h>
#include <sw/post.h>

static struct sw_err err;

static struct sw_port *make(const char *name, const char *type, unsigned n, const char *opts[][2])
{
	struct sw_port_conf conf = { .name = name, .type = type, .n_options = n, .options = opts };

	return sw_port_new(&conf, &err);
}

static void refused(const char *name, const char *type, unsigned n, const char *opts[][2],
	enum sw_code code, const char *text)
{
	assert_null(make(name, type, n, opts));
	assert_int_equal(err.code, code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" has no \"%s\"", err.text, text);
}

static void bad_names(void **state)
{
	refused("", "dummy", 0, NULL, SW_CODE_INVALID, "name \"\"");
	refused("a/b", "dummy", 0, NULL, SW_CODE_INVALID, "a/b");
	refused("0123456789abcdef", "dummy", 0, NULL, SW_CODE_INVALID, "at most 15");
	refused("..", "dummy", 0, NULL, SW_CODE_INVALID, "..");
}

static void unknown_type(void **state)
{
	refused("p0", "dumy", 0, NULL, SW_CODE_INVALID, "port p0: there is no port type \"dumy\"");
	assert_string_equal(err.nearest, "dummy");
	assert_string_equal(err.given, "dumy");
	assert_non_null(strstr(err.allowed, "dummy, "));
	assert_non_null(strstr(err.allowed, "patch"));
	assert_null(sw_port_by_name("p0"));
}

static void bad_options(void **state)
{
	refused("p0", "dummy", 1, (const char *[][2]){ { "n_rx", "1" } }, SW_CODE_INVALID,
		"a dummy port has no option \"n_rx\"");
	assert_string_equal(err.nearest, "n_rxq");
	assert_string_equal(err.path, "options:n_rx");
	refused("p0", "dummy", 1, (const char *[][2]){ { "n_rxq", "0" } }, SW_CODE_INVALID,
		"options:n_rxq of a dummy port is \"0\", which is not a number from 1 to 64");
	refused("p0", "dummy", 1, (const char *[][2]){ { "n_rxq", "1 " } }, SW_CODE_INVALID, "1 ");
	refused("p0", "dummy", 1, (const char *[][2]){ { "link", "yes" } }, SW_CODE_INVALID,
		"true or false");
	refused("p0", "dummy", 1, (const char *[][2]){ { "fail_open", "" } }, SW_CODE_INVALID,
		"one byte or more");
	refused("p0", "dummy", 2, (const char *[][2]){ { "n_rxq", "1" }, { "n_rxq", "2" } },
		SW_CODE_INVALID, "twice");
	refused("p0", "patch", 0, NULL, SW_CODE_INVALID, "a patch port needs options:peer");
	assert_null(sw_port_by_name("p0"));
	assert_null(sw_port_by_index(0));
}

static void bad_numbers(void **state)
{
	struct sw_port_conf conf = { .name = "p0", .type = "dummy", .mtu = 67 };

	assert_null(sw_port_new(&conf, &err));
	assert_non_null(strstr(err.text, "mtu_request is 67; a dummy port takes 68 to 9702"));
	conf.mtu = 9703;
	assert_null(sw_port_new(&conf, &err));
	conf.mtu = 0;
	conf.has_mac = true;
	conf.mac.addr_bytes[0] = 1;
	assert_null(sw_port_new(&conf, &err));
	assert_non_null(strstr(err.text, "01:00:00:00:00:00"));
}

static void names_and_indices(void **state)
{
	struct sw_port *a = make("a", "dummy", 0, NULL), *b = make("b", "dummy", 0, NULL);

	assert_non_null(a);
	assert_int_equal(a->index, 0);
	assert_int_equal(b->index, 1);
	assert_ptr_equal(sw_port_by_name("b"), b);
	assert_ptr_equal(sw_port_by_index(1), b);
	assert_null(sw_port_by_index(SW_PORT_MAX));
	refused("a", "dummy", 0, NULL, SW_CODE_EXISTS, "a port named a exists already");
	sw_port_free(a);
	assert_null(sw_port_by_name("a"));
	a = make("c", "dummy", 0, NULL);
	assert_int_equal(a->index, 0);
	sw_port_free(a);
	sw_port_free(b);
}

static void table_full(void **state)
{
	struct sw_port *ports[SW_PORT_MAX];
	char name[SW_NAME_SIZE];

	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		ports[i] = make(name, "dummy", 0, NULL);
		assert_non_null(ports[i]);
	}
	refused("more", "dummy", 0, NULL, SW_CODE_LIMIT, "1024 ports already");
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		sw_port_free(ports[i]);
}

static void conf_is_copied(void **state)
{
	char name[] = "p0", type[] = "dummy", key[] = "n_rxq", value[] = "3";
	const char *opts[][2] = { { key, value } };
	struct sw_port *port = make(name, type, 1, opts);

	memset(name, 'x', 2);
	memset(type, 'x', 5);
	memset(key, 'x', 5);
	value[0] = 'x';
	assert_string_equal(port->name, "p0");
	assert_string_equal(port->conf.name, "p0");
	assert_string_equal(port->conf.type, "dummy");
	assert_string_equal(sw_port_option(&port->conf, "n_rxq"), "3");
	assert_null(sw_port_option(&port->conf, "link"));
	assert_int_equal(sw_port_open(port, &err), 0);
	assert_int_equal(port->n_rxq, 3);
	assert_int_equal(port->mtu, 1500);
	sw_port_close(port);
	assert_int_equal(port->n_rxq, 0);
	sw_port_free(port);
}

static void open_fails_whole(void **state)
{
	struct sw_port *port =
		make("p0", "dummy", 1, (const char *[][2]){ { "fail_open", "on fire" } });

	assert_int_equal(sw_port_open(port, &err), -EIO);
	assert_string_equal(err.text, "port p0: cannot be opened: on fire");
	assert_false(port->opened);
	sw_port_close(port); /* harmless */
	sw_port_free(port);
}

static void set_applies_or_refuses(void **state)
{
	struct sw_port *port = make("p0", "dummy", 0, NULL);
	const char *three[][2] = { { "n_rxq", "3" } }, *bad[][2] = { { "n_rxq", "x" } };
	const char *fire[][2] = { { "fail_open", "x" } };
	struct sw_port_conf conf = { .name = "p0", .type = "dummy", .n_options = 1, .mtu = 9000 };

	assert_int_equal(sw_port_open(port, &err), 0);
	conf.options = bad;
	assert_int_equal(sw_port_set(port, &conf, &err), -EINVAL);
	assert_int_equal(port->conf.n_options, 0);
	assert_int_equal(port->mtu, 1500);
	conf.options = fire;
	assert_int_equal(sw_port_set(port, &conf, &err), SW_PORT_RECREATE);
	assert_int_equal(port->conf.n_options, 0);
	conf.options = three;
	assert_int_equal(sw_port_set(port, &conf, &err), 0);
	assert_int_equal(port->n_rxq, 3);
	assert_int_equal(port->mtu, 9000);
	assert_string_equal(sw_port_option(&port->conf, "n_rxq"), "3");
	conf.name = "p1";
	assert_int_equal(sw_port_set(port, &conf, &err), SW_PORT_RECREATE);
	conf.name = "p0";
	conf.type = "patch";
	assert_int_equal(sw_port_set(port, &conf, &err), -EINVAL);
	sw_port_close(port);
	sw_port_free(port);
	sw_post_run();
}

static unsigned told;
static struct sw_port *told_of;

static void listener(struct sw_port *port)
{
	told++;
	told_of = port;
}

static void news_come_once(void **state)
{
	struct sw_port *port = make("p0", "dummy", 0, NULL);
	struct sw_port_status status = { 0 };

	sw_port_on_change(listener);
	assert_int_equal(sw_port_open(port, &err), 0);
	sw_dummy_set_link(port, false);
	sw_dummy_set_link(port, true);
	sw_dummy_set_n_rxq(port, 2);
	assert_int_equal(told, 0);
	sw_post_run();
	assert_int_equal(told, 1);
	assert_ptr_equal(told_of, port);
	port->cls->status(port, &status);
	assert_true(status.link_up);
	assert_int_equal(status.link_resets, 2);
	sw_dummy_set_link(port, false);
	sw_port_close(port);
	sw_port_free(port);
	sw_post_run();
	assert_int_equal(told, 1); /* nothing of a port that is gone */
	sw_port_on_change(NULL);
}

static int setup(void **state)
{
	swtest_eal();
	return sw_pool_create(1023, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_names),
		cmocka_unit_test(unknown_type),
		cmocka_unit_test(bad_options),
		cmocka_unit_test(bad_numbers),
		cmocka_unit_test(names_and_indices),
		cmocka_unit_test(table_full),
		cmocka_unit_test(conf_is_copied),
		cmocka_unit_test(open_fails_whole),
		cmocka_unit_test(set_applies_or_refuses),
		cmocka_unit_test(news_come_once),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

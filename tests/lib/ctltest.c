/* SPDX-License-Identifier: BSD-3-Clause */
/* See ctltest.h. */
#include "ctltest.h"

#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/loop.h>
#include <sw/pmd.h>
#include <sw/port.h>
#include <sw/post.h>
#include <sw/rcu.h>
#include <sw/text.h>

#include "testswitch.h"

#include "../../src/ctl/store.h"
#include "../../src/ctl/txn.h"

#define LIMIT_US 20000000

struct ct_answer ct;
static char dir[64];
static bool answered;
static json_t *input;

const char *ct_dir(void)
{
	return dir;
}

static void one_round(void)
{
	for (unsigned id = 0; id < sw_pmd_workers(); id++)
		sw_pmd_turn(id);
	sw_rcu_poll();
	sw_post_run();
	if (sw_loop_base())
		event_base_loop(sw_loop_base(), EVLOOP_NONBLOCK);
	usleep(20); /* the job thread's turn; no test depends on how long it takes */
}

static void settle(const bool *until)
{
	for (unsigned us = 0; until ? !*until : !txn_idle(); us += 20) {
		if (us > LIMIT_US)
			fail_msg("a transaction does not end");
		one_round();
	}
}

void ct_settle(void)
{
	settle(NULL);
}

static void open_store(void)
{
	struct sw_err err = { 0 };

	if (store_open(dir, &err))
		fail_msg("%s", err.text);
	settle(NULL);
}

void ct_start(void)
{
	strcpy(dir, access("/dev/shm", W_OK) ? "/tmp/swtest.XXXXXX" : "/dev/shm/swtest.XXXXXX");
	assert_non_null(mkdtemp(dir));
	open_store();
}

int ct_setup(void **state)
{
	ts_start(1);
	ct_start();
	return 0;
}

int ct_teardown(void **state)
{
	ct_stop();
	ts_stop();
	return 0;
}

void ct_restart(void)
{
	store_close();
	open_store();
}

static void forget(void)
{
	json_decref(ct.results);
	json_decref(ct.plan);
	memset(&ct, 0, sizeof(ct));
}

void ct_stop(void)
{
	DIR *d;
	struct dirent *e;

	store_close();
	forget();
	ct_input(NULL);
	d = opendir(dir);
	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(dir);
}

static void on_answer(void *arg, struct txn_reply *reply)
{
	ct.rc = reply->rc;
	ct.err = reply->err;
	ct.failed_at = reply->failed_at;
	ct.exit_status = reply->exit_status;
	ct.generation = reply->generation;
	ct.results = json_incref(reply->results);
	ct.plan = json_incref(reply->plan);
	answered = true;
}

static json_t *read_line(const char *p)
{
	json_t *commands = json_array(), *words = json_array();

	while (*p) {
		char word[4096];
		size_t n = 0;

		for (; isspace((unsigned char)*p); p++)
			;
		if (!*p)
			break;
		for (bool quoted = false; *p && (quoted || !isspace((unsigned char)*p)); p++) {
			if (*p == '\'')
				quoted = !quoted;
			else
				word[n++] = *p;
		}
		word[n] = '\0';
		if (strcmp(word, "--")) {
			json_array_append_new(words, json_string(word));
			continue;
		}
		json_array_append_new(commands, words);
		words = json_array();
	}
	json_array_append_new(commands, words);
	return commands;
}

void ct_input(const char *text)
{
	json_decref(input);
	input = text ? json_string(text) : NULL;
}

static int submit(const char *line, bool dry_run)
{
	struct txn_request req = {
		.user = "test", .role = SW_ROLE_ADMIN, .dry_run = dry_run, .input = input
	};

	forget();
	answered = false;
	req.commands = read_line(line);
	ct.rc = txn_submit(&req, on_answer, &ct, &ct.err);
	json_decref(req.commands);
	if (!ct.rc)
		settle(&answered);
	return ct.rc;
}

static char *format(const char *fmt, va_list ap)
{
	char *line = NULL;

	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	return line;
}

int ct_run(const char *fmt, ...)
{
	va_list ap;
	char *line;
	int rc;

	va_start(ap, fmt);
	line = format(fmt, ap);
	va_end(ap);
	rc = submit(line, false);
	free(line);
	return rc;
}

int ct_dry_run(const char *line)
{
	return submit(line, true);
}

void ct_ok(const char *fmt, ...)
{
	va_list ap;
	char *line;

	va_start(ap, fmt);
	line = format(fmt, ap);
	va_end(ap);
	if (submit(line, false))
		fail_msg("%s: %s (%s)", line, ct.err.text, ct.err.path);
	free(line);
}

void ct_fails(enum sw_code code, const char *fmt, ...)
{
	va_list ap;
	char *line;

	va_start(ap, fmt);
	line = format(fmt, ap);
	va_end(ap);
	if (!submit(line, false))
		fail_msg("%s: was accepted", line);
	if (ct.err.code != code)
		fail_msg("%s: %s instead of %s: %s", line, sw_err_code_name(ct.err.code),
			sw_err_code_name(code), ct.err.text);
	assert_true(ct.err.text[0]);
	free(line);
}

static void add_text(struct sw_str *out, const json_t *value)
{
	const char *text = json_string_value(value);
	char *dump;

	if (text) {
		sw_str_add(out, "%s\n", text);
		return;
	}
	dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	sw_str_add(out, "%s\n", dump);
	free(dump);
}

const char *ct_text(const char *fmt, ...)
{
	static struct sw_str out;
	const json_t *last, *value, *item;
	const char *kind;
	va_list ap;
	char *line;
	size_t i;

	va_start(ap, fmt);
	line = format(fmt, ap);
	va_end(ap);
	ct_ok("%s", line);
	free(line);
	free(out.s);
	memset(&out, 0, sizeof(out));
	sw_str_add(&out, "%s", "");
	last = json_array_get(ct.results, json_array_size(ct.results) - 1);
	kind = json_string_value(json_object_get(last, "output"));
	value = json_object_get(last, "value");
	if (!strcmp(kind, "tree")) {
		sw_str_add(&out, "%s", json_string_value(json_object_get(value, "text")));
	} else if (!strcmp(kind, "lines")) {
		json_array_foreach (value, i, item)
			add_text(&out, item);
	} else if (!json_is_null(value)) {
		add_text(&out, value);
	}
	return out.s;
}

void ct_bridge(const char *name)
{
	ct_ok("add-br %s -- set interface %s type=dummy", name, name);
}

void ct_ports(const char *bridge, struct sw_port **port, unsigned n)
{
	port[0] = sw_port_by_name(bridge);
	for (unsigned i = 1; i <= n; i++) {
		char name[8];

		snprintf(name, sizeof(name), "p%u", i);
		ct_ok("add-port %s %s -- set interface %s type=dummy ofport_request=%u", bridge,
			name, name, i);
		port[i] = sw_port_by_name(name);
	}
}

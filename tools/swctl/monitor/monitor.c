/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command monitor: events and changes of rows as they happen, a line each. It outlives the switch: when
 * that comes back it goes on from where it was, or shows what is different.
 */
#include "../local.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "copy.h"

#define AGAIN_MS 200
#define TEXT_MAX 60 /* of a value; longer ones are told as a number of entries */

enum { COUNT, FOR, INTERVAL };

struct monitor {
	const struct local_call *call;
	struct link link;
	struct copy copy;
	json_t *params; /* of subscribe */
	char *epoch;
	json_int_t seq; /* of the last update that was not followed by more */
	uint64_t left;	/* lines to print; 0: enough */
	int64_t end_ms; /* monotonic; -1: never */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* Local time of day: of the text of an event's time, or now. */
static void put_time(const char *text)
{
	struct timespec ts;
	struct tm tm = { 0 };
	const char *dot = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	char buf[16];

	clock_gettime(CLOCK_REALTIME, &ts);
	if (dot) {
		ts.tv_sec = timegm(&tm);
		ts.tv_nsec = *dot == '.' ? atoi(dot + 1) * 1000000l : 0;
	}
	localtime_r(&ts.tv_sec, &tm);
	strftime(buf, sizeof(buf), "%H:%M:%S", &tm);
	printf("%s.%03ld  ", buf, ts.tv_nsec / 1000000);
}

static void put_line(struct monitor *m, const char *time, const char *kind, const char *text)
{
	struct sw_bytes b = { 0 };

	if (!m->left)
		return;
	render_text(&b, text);
	put_time(time);
	printf("%-12s %.*s\n", kind, (int)b.len, b.buf ? b.buf + b.start : "");
	sw_bytes_fini(&b);
	m->left--;
}

static void add_value(struct sw_str *out, const json_t *value)
{
	struct sw_bytes b = { 0 };
	size_t n = json_is_array(value) ? json_array_size(value) : json_object_size(value);

	render_value(&b, value);
	if (n && b.len > TEXT_MAX)
		sw_str_add(out, "(%zu entries)", n);
	else if (b.len)
		sw_str_add_bytes(out, b.buf + b.start, b.len);
	else
		sw_str_add(out, "[]");
	sw_bytes_fini(&b);
}

static bool is_empty(const json_t *value)
{
	return !value || json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

/* A row that came: what it holds; one that changed: what it was and is; one that went: its name. */
static void show_row(void *arg, const char *table, const char *uuid, json_t *was, json_t *is)
{
	struct monitor *m = arg;
	const char *name = json_string_value(json_object_get(is ? is : was, "name"));
	const char *column, *sign = was ? is ? "changed" : "gone" : "new";
	struct sw_str text = { 0 };
	json_t *value;

	sw_str_add(&text, "%s %s", table, name ? name : uuid);
	json_object_foreach (is, column, value) {
		const json_t *before = json_object_get(was, column);

		if (!strcmp(column, "name") || (was ? json_equal(before, value) : is_empty(value)))
			continue;
		sw_str_add(&text, "  %s=", column);
		if (was) {
			add_value(&text, before);
			sw_str_add(&text, " -> ");
		}
		add_value(&text, value);
	}
	put_line(m, NULL, sign, text.s);
	free(text.s);
}

static void show_event(struct monitor *m, const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));
	const char *text = json_string_value(json_object_get(event, "text"));

	put_line(m, json_string_value(json_object_get(event, "time")), kind ? kind : "?",
		text ? text : "");
}

static void show_json(struct monitor *m, const json_t *json)
{
	if (!m->left)
		return;
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	m->left--;
}

/* All rows are there: from here on lines come as things happen. Not counted by --count. */
static void say_ready(void)
{
	put_time(NULL);
	printf("%-12s watching; Ctrl-C ends\n", "monitor");
}

static void take_update(struct monitor *m, const json_t *params)
{
	bool more = json_is_true(json_object_get(params, "more"));
	const json_t *event = json_object_get(params, "event");
	const json_t *lost = json_object_get(params, "events_lost");
	char text[80];

	if (!more)
		m->seq = json_integer_value(json_object_get(params, "seq"));
	if (m->call->global->json) {
		show_json(m, params);
		return;
	}
	copy_apply(&m->copy, params, show_row, m);
	if (json_object_get(params, "snapshot") && !more)
		say_ready();
	if (event)
		show_event(m, event);
	if (!lost)
		return;
	snprintf(
		text, sizeof(text), "%lld events were missed", (long long)json_integer_value(lost));
	put_line(
		m, NULL, "monitor", json_is_null(lost) ? "some events may have been missed" : text);
}

/* What happens to the monitor itself. */
static void say(struct monitor *m, const char *word, const char *text)
{
	json_t *json;

	if (!m->call->global->json) {
		put_line(m, NULL, "monitor", text);
		return;
	}
	json = json_pack("{s:s, s:s}", "monitor", word, "text", text);
	show_json(m, json);
	json_decref(json);
}

static void take_message(struct monitor *m, const json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	const json_t *params = json_object_get(message, "params");
	const char *reason = json_string_value(json_object_get(params, "reason"));

	if (method && !strcmp(method, "update"))
		take_update(m, params);
	else if (method && !strcmp(method, "dropped"))
		say(m, "dropped", reason ? reason : "the switch dropped this client");
	fflush(stdout);
}

static bool is_over(const struct monitor *m)
{
	return !m->left || link_was_interrupted() || ferror(stdout) ||
	       (m->end_ms >= 0 && now_ms() >= m->end_ms);
}

/* Ask for the updates. Not quiet: 0, or an exit status with the fault shown. */
static int subscribe(struct monitor *m)
{
	json_t *params = json_copy(m->params), *error = NULL, *result;
	int status = 0;
	bool again = m->epoch != NULL;

	if (again)
		json_object_set_new(params, "resume",
			json_pack("{s:s, s:I}", "epoch", m->epoch, "seq", m->seq));
	result = link_ask(&m->link, "subscribe", params, &error, &status);
	if (error)
		status = fault_show_error(error, NULL);
	json_decref(error);
	if (!result)
		return status;
	free(m->epoch);
	m->epoch = sw_xstrdup(json_string_value(json_object_get(result, "epoch")));
	m->seq = json_integer_value(json_object_get(result, "seq"));
	if (again && json_is_true(json_object_get(result, "resumed")))
		say(m, "resumed", "connected again; nothing was missed");
	else if (again)
		say(m, "restarted", "the switch was restarted; what is different follows");
	fflush(stdout);
	json_decref(result);
	return 0;
}

/* Take updates until it is over or the connection is. */
static void follow(struct monitor *m)
{
	int status = 0;

	while (!status && !is_over(m)) {
		json_t *message = link_hear(&m->link, m->end_ms, &status);

		if (message)
			take_message(m, message);
		json_decref(message);
	}
}

/* Connect again, for as long as that takes. */
static void come_back(struct monitor *m)
{
	struct fault fault = { 0 };
	bool back = false;

	link_close(&m->link);
	if (is_over(m))
		return;
	say(m, "away", "the switch is away; waiting for it");
	fflush(stdout);
	fault_keep(&fault);
	while (!back && !is_over(m)) {
		link_sleep(AGAIN_MS);
		back = !is_over(m) && !link_open(&m->link, m->call->global, true) && !subscribe(m);
		if (!back)
			link_close(&m->link);
	}
	fault_keep(NULL);
}

static int take_number(const struct local_call *call, unsigned option, uint64_t max, uint64_t *out)
{
	static const char *const names[] = {
		[COUNT] = "count", [FOR] = "for", [INTERVAL] = "interval"
	};

	if (!call->option[option] || !sw_parse_u64(call->option[option], 1, max, out))
		return 0;
	return fault_show(EXIT_USAGE, NULL, "--%s=%s is not a number from 1 to %llu", names[option],
		call->option[option], (unsigned long long)max);
}

/* "Table" or "Table:column,column", with a capital as tables have; "events"; or a kind of events. */
static void add_topic(json_t *tables, json_t *events, const char *topic)
{
	const char *colon = strchr(topic, ':');
	char *copy, *save = NULL, *name;
	json_t *columns;

	if (!colon && (*topic < 'A' || *topic > 'Z')) {
		json_array_append_new(events, json_string(strcmp(topic, "events") ? topic : "*"));
		return;
	}
	copy = sw_xstrdup(topic);
	columns = json_array();
	copy[strcspn(copy, ":")] = '\0';
	for (name = colon ? strtok_r(copy + (colon - topic) + 1, ",", &save) : NULL; name;
		name = strtok_r(NULL, ",", &save))
		json_array_append_new(columns, json_string(name));
	if (json_array_size(columns)) /* a row needs its name in its line */
		json_array_append_new(columns, json_string("name"));
	json_object_set_new(tables, copy, columns);
	free(copy);
}

static json_t *read_topics(const struct local_call *call)
{
	static const char *const usual[] = { "events", "Bridge", "Port", "Interface" };
	json_t *tables = json_object(), *events = json_array();

	for (unsigned i = 0; i < (call->n_args ? call->n_args : 4); i++)
		add_topic(tables, events, call->n_args ? call->args[i] : usual[i]);
	return json_pack("{s:o, s:o}", "tables", tables, "events", events);
}

static int run(const struct local_call *call)
{
	struct monitor m = { .call = call, .left = UINT64_MAX, .end_ms = -1 };
	uint64_t seconds = 0, interval = 0;
	int status = take_number(call, COUNT, UINT32_MAX, &m.left);

	if (!status)
		status = take_number(call, FOR, UINT32_MAX, &seconds);
	if (!status)
		status = take_number(call, INTERVAL, 60000, &interval);
	if (status)
		return status;
	m.end_ms = seconds ? now_ms() + (int64_t)seconds * 1000 : -1;
	m.params = read_topics(call);
	if (interval)
		json_object_set_new(m.params, "interval", json_integer(interval));
	link_catch_interrupt(true);
	status = link_open(&m.link, call->global, false);
	if (!status)
		status = subscribe(&m);
	while (!status && !is_over(&m)) {
		follow(&m);
		if (!is_over(&m))
			come_back(&m);
	}
	link_close(&m.link);
	link_catch_interrupt(false);
	copy_fini(&m.copy);
	json_decref(m.params);
	free(m.epoch);
	return status;
}

static const struct sw_cmd_option options[] = {
	[COUNT] = { "count", "N", "end after N lines" },
	[FOR] = { "for", "SECONDS", "end after that time" },
	[INTERVAL] = { "interval", "MS",
		"look at computed columns this often, 100 to 60000; 1000 when not given" },
	{ 0 },
};

SW_REGISTER(local, monitor) = {
	.name = "monitor",
	.help = "events and changes as they happen: events, a kind of them (event list), Table, "
		"Table:column,column",
	.usage = "[TOPIC]...",
	.options = options,
	.max_args = 32,
	.watch = LOCAL_GOES_ON,
	.run = run,
};

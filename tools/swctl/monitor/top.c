/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command top: the busiest ports, the workers' load, the control loop's longest step, made of two answers of
 * the switch each time. On a terminal one picture in place of the other, as many ports as fit; elsewhere a
 * table each time.
 */
#include "../local.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "rates.h"

enum { COUNT, INTERVAL, SORT };

static const char screen_on[] = "\033[?1049h\033[?25l", screen_off[] = "\033[?25h\033[?1049l";
static const char *const sorts[] = { "rx_pps", "rx_bps", "tx_pps", "tx_bps", "drops", "load" };

struct top {
	const struct local_call *call;
	struct link link;
	bool terminal, paused, quit;
	enum rate sort;
	uint64_t left, interval_ms;
	json_t *before; /* the last answer ... */
	double before_s;
	bool sampled; /* ... and what it made with the one before */
	struct rates rates;
	struct termios was;
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* 1234567 as "1.23M". */
static const char *short_number(char buf[16], double n)
{
	static const char units[] = " kMGTPE";
	unsigned unit = 0;

	for (; n >= 1000 && units[unit + 1]; unit++)
		n /= 1000;
	if (unit)
		snprintf(buf, 16, "%.*f%c", n < 10 ? 2 : n < 100 ? 1 : 0, n, units[unit]);
	else
		snprintf(buf, 16, "%.0f", n);
	return buf;
}

/* The share of the busiest port as a bar. */
static void put_bar(double n, double most)
{
	unsigned len = most > 0 ? (unsigned)(10 * n / most + 0.5) : 0;

	printf("  %.*s%*s", len, "##########", 10 - len, "");
}

static void put_port(const struct top *t, const struct port_rate *p, double most)
{
	char buf[16];

	printf("%-15s", p->name);
	for (unsigned k = 0; k < RATE_LOAD; k++)
		printf(" %9s", short_number(buf, p->rate[k]));
	printf(" %6.1f", p->rate[RATE_LOAD]);
	put_bar(p->rate[t->sort], most);
	printf(" %s", p->reason ? p->reason : "");
}

static void end_line(const struct top *t)
{
	fputs(t->terminal ? "\033[K\r\n" : "\n", stdout);
}

static void put_workers(const struct top *t, const struct rates *r)
{
	char pps[16], cycles[16];

	for (unsigned i = 0; i < r->n_workers; i++) {
		const struct worker_rate *w = &r->workers[i];

		printf("worker %-3lld busy %5.1f %%  %9s packets/s  %s cycles/packet",
			(long long)w->id, w->busy, short_number(pps, w->pps),
			w->cycles > 0 ? short_number(cycles, w->cycles) : "-");
		end_line(t);
	}
	printf("control    longest step %lld us", (long long)r->worst_us);
	end_line(t);
}

static unsigned rows_that_fit(const struct top *t, const struct rates *r)
{
	struct winsize size;
	unsigned used = r->n_workers + 6;

	if (!t->terminal)
		return r->n_ports;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		size.ws_row = 24;
	return size.ws_row > used ? size.ws_row - used : 1;
}

static void draw(struct top *t)
{
	struct rates *r = &t->rates;
	unsigned n = rows_that_fit(t, r);
	double most;

	rates_sort(r, t->sort);
	most = r->n_ports ? r->ports[0].rate[t->sort] : 0;
	fputs(t->terminal ? "\033[H" : "", stdout);
	put_workers(t, r);
	printf("%s%-15s %9s %9s %9s %9s %9s %6s  %-10s %s%s", t->terminal ? "\033[7m" : "", "Port",
		"rx pkt/s", "rx bit/s", "tx pkt/s", "tx bit/s", "drops/s", "load %", sorts[t->sort],
		"reason", t->terminal ? "\033[27m" : "");
	end_line(t);
	for (unsigned i = 0; i < r->n_ports && i < n; i++) {
		bool hot = t->terminal && !i && most > 0;

		fputs(hot ? "\033[1m" : "", stdout);
		put_port(t, &r->ports[i], most);
		fputs(hot ? "\033[22m" : "", stdout);
		end_line(t);
	}
	if (r->n_ports > n) {
		printf("... %u ports more", r->n_ports - n);
		end_line(t);
	}
	put_port(t, &r->total, r->total.rate[t->sort]);
	end_line(t);
	if (t->terminal)
		printf("%sq quit, p pause, sort: r rx packets, R rx bits, t tx packets, T tx bits, d drops, l load"
		       "\033[K\033[J",
			t->paused ? "PAUSED  " : "");
	else
		putchar('\n');
	fflush(stdout);
}

static json_t *port_json(const struct port_rate *p)
{
	return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:s?}", "port", p->name, "rx_pps",
		p->rate[RATE_RX_PPS], "rx_bps", p->rate[RATE_RX_BPS], "tx_pps",
		p->rate[RATE_TX_PPS], "tx_bps", p->rate[RATE_TX_BPS], "drops", p->rate[RATE_DROPS],
		"load_percent", p->rate[RATE_LOAD], "reason", p->reason);
}

static void print_json(struct top *t)
{
	struct rates *r = &t->rates;
	json_t *ports = json_array(), *workers = json_array(), *json;

	rates_sort(r, t->sort);
	for (unsigned i = 0; i < r->n_ports; i++)
		json_array_append_new(ports, port_json(&r->ports[i]));
	for (unsigned i = 0; i < r->n_workers; i++)
		json_array_append_new(
			workers, json_pack("{s:I, s:f, s:f, s:f}", "worker", r->workers[i].id,
					 "busy_percent", r->workers[i].busy, "cycles_per_packet",
					 r->workers[i].cycles, "pps", r->workers[i].pps));
	json = json_pack("{s:o, s:o, s:o, s:I}", "ports", ports, "total", port_json(&r->total),
		"workers", workers, "worst_step_us", r->worst_us);
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	fflush(stdout);
	json_decref(json);
}

/* Ask, and show what went on since the answer before. */
static int sample(struct top *t)
{
	json_t *commands = rates_commands(t->interval_ms / 1000), *reply, *results;
	int status = 0;
	double now;

	reply = ask_transact(&t->link, t->call->global, commands, &status);
	json_decref(commands);
	if (!reply)
		return status;
	now = now_s();
	results = json_incref(json_object_get(reply, "results"));
	json_decref(reply);
	if (t->before) {
		rates_fini(&t->rates);
		rates_make(&t->rates, t->before, results, now - t->before_s);
		t->sampled = true;
		if (t->call->global->json)
			print_json(t);
		else
			draw(t);
		t->left--;
	}
	json_decref(t->before);
	t->before = results;
	t->before_s = now;
	return 0;
}

static void take_key(struct top *t, char key)
{
	static const char keys[RATES + 1] = "rRtTdl";
	const char *sort = key ? strchr(keys, key) : NULL;

	if (key == 'q' || key == 3)
		t->quit = true;
	else if (key == 'p')
		t->paused = !t->paused;
	else if (key == 's')
		t->sort = (t->sort + 1) % RATES;
	else if (sort)
		t->sort = sort - keys;
}

/* Until the next picture is due. A key changes the one that is there, also while it stands still. */
static void rest(struct top *t)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	double due = now_s() + t->interval_ms / 1000.0, left;
	char key;

	if (!t->terminal) {
		link_sleep(t->interval_ms);
		return;
	}
	while (left = due - now_s(), !t->quit && (t->paused || left > 0)) {
		if (poll(&p, 1, t->paused ? -1 : (int)(left * 1000) + 1) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1)
			t->quit = true;
		else
			take_key(t, key);
		if (t->sampled)
			draw(t);
	}
}

static void terminal(struct top *t, bool on)
{
	struct termios raw = t->was;

	if (!t->terminal)
		return;
	if (on) {
		tcgetattr(STDIN_FILENO, &t->was);
		raw = t->was;
		raw.c_lflag &=
			~(ICANON | ECHO | ISIG); /* Ctrl-C is a key, so the screen comes back */
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs(on ? screen_on : screen_off, stdout);
	fflush(stdout);
}

static int read_options(struct top *t)
{
	const struct local_call *call = t->call;
	const char *sort = call->option[SORT];
	uint64_t seconds = 1;

	if (call->option[COUNT] && sw_parse_u64(call->option[COUNT], 1, UINT32_MAX, &t->left))
		return fault_show(EXIT_USAGE, NULL, "--count=%s is not a number of pictures",
			call->option[COUNT]);
	if (call->option[INTERVAL] && sw_parse_u64(call->option[INTERVAL], 1, 3600, &seconds))
		return fault_show(EXIT_USAGE, NULL, "--interval=%s is not 1 to 3600 seconds",
			call->option[INTERVAL]);
	t->interval_ms = seconds * 1000;
	if (!sort)
		return 0;
	for (t->sort = 0; t->sort < RATES && strcmp(sort, sorts[t->sort]); t->sort++)
		;
	return t->sort < RATES
		       ? 0
		       : fault_show(EXIT_USAGE, "rx_pps, rx_bps, tx_pps, tx_bps, drops or load",
				 "there is nothing to sort by named \"%s\"", sort);
}

static int run(const struct local_call *call)
{
	struct top t = { .call = call, .left = UINT64_MAX, .sort = RATE_RX_BPS };
	struct fault fault = { 0 };
	int status = read_options(&t);

	if (status)
		return status;
	t.terminal = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && !call->global->json;
	status = link_open(&t.link, call->global, false);
	if (!status && !t.terminal)
		link_catch_interrupt(true);
	t.terminal &= !status;
	terminal(&t, true);
	if (t.terminal)
		fault_keep(&fault); /* to be seen when the screen is as before */
	while (!status && t.left && !t.quit && !link_was_interrupted()) {
		status = sample(&t);
		if (!status && t.left)
			rest(&t);
	}
	terminal(&t, false);
	fault_keep(NULL);
	if (fault.status)
		fault_show(fault.status, NULL, "%s", fault.text);
	link_catch_interrupt(false);
	link_close(&t.link);
	rates_fini(&t.rates);
	json_decref(t.before);
	return status == EXIT_INTERRUPTED ? EXIT_DONE : status;
}

static const struct sw_cmd_option options[] = {
	[COUNT] = { "count", "N", "end after N pictures" },
	[INTERVAL] = { "interval", "SECONDS", "between two pictures; 1 when not given" },
	[SORT] = { "sort", "RATE",
		"rx_pps, rx_bps (when not given), tx_pps, tx_bps, drops or load" },
	{ 0 },
};

SW_REGISTER(local, top) = {
	.name = "top",
	.help = "the busiest ports, what they lose and why, and the workers' load, again and again",
	.usage = "",
	.options = options,
	.watch = LOCAL_GOES_ON,
	.run = run,
};

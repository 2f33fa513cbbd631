/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection: a question and its answer. The time-out counts anew from each question, so that a long
 * table in many pages may take longer than one answer may. The socket never blocks; waiting is poll(2)
 * with the time that is left.
 */
#include "swctl.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK		 (64 * 1024)
#define SAY_MAX		 (1024 * 1024)
#define LINE_MAX_BYTES	 (16 * 1024 * 1024) /* twice what the daemon keeps for a client */
#define BACKLOG_RETRY_MS 20
#define AGAIN_MS	 50 /* between two looks whether the switch is back */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static const char *default_path(char *buf, size_t size)
{
	const char *env = getenv("SWD_SOCKET"), *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (env && *env)
		return env;
	if (geteuid()) {
		/* An ordinary user's own switch comes before the system's; its place is swd's default. */
		if (run && *run)
			snprintf(buf, size, "%s/swd/swd.sock", run);
		else
			snprintf(buf, size, "/tmp/swd-%u/swd.sock", (unsigned)getuid());
		/* In /tmp anybody may have made one of that name to be believed. */
		if (!stat(buf, &st) && st.st_uid == geteuid())
			return buf;
	}
	return "/run/swd/swd.sock";
}

/* What to do when a question is out and no answer came. */
static const char *how_to_know(const struct link *link, char *buf, size_t size)
{
	if (!link->request_id)
		return "nothing was to be changed: ask again";
	snprintf(buf, size, "it may be applied or not: the same with --request-id=%s makes sure",
		link->request_id);
	return buf;
}

static int timed_out(const struct link *link)
{
	char buf[160];

	if (link->mute)
		return EXIT_TIMED_OUT;
	return fault_show(EXIT_TIMED_OUT,
		link->asked
			? how_to_know(link, buf, sizeof(buf))
			: "is the switch overloaded or stopped by a debugger? -t SECONDS waits longer",
		"the switch at %s did not answer within %u s", link->path, link->timeout_s);
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = 1;
}

bool link_catch_interrupt(bool on)
{
	static bool catching;
	static struct sigaction before;
	/* Without SA_RESTART, so that a read from the terminal ends too. */
	struct sigaction action = { .sa_handler = on_interrupt };
	bool was = catching;

	interrupted = 0;
	if (on != catching)
		sigaction(SIGINT, on ? &action : &before, on ? &before : NULL);
	catching = on;
	return was;
}

bool link_was_interrupted(void)
{
	return interrupted;
}

int link_poll(struct pollfd *p, int64_t left_ms, const volatile sig_atomic_t *news)
{
	const struct timespec ts = { left_ms / 1000, left_ms % 1000 * 1000000 };
	sigset_t all, before;
	int n = -1, number = EINTR;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (!interrupted && !(news && *news)) {
		n = ppoll(p, p ? 1 : 0, left_ms < 0 ? NULL : &ts, &before);
		number = errno;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = number;
	return n;
}

void link_sleep(unsigned ms)
{
	link_poll(NULL, ms, NULL);
}

static int was_interrupted(const struct link *link)
{
	return fault_show(EXIT_INTERRUPTED,
		link->asked ? "whether a change was applied is not known: look with \"show\""
			    : NULL,
		"interrupted");
}

/* Wait for the socket; 0, or an exit status with the fault shown. */
static int wait_for(struct link *link, short events)
{
	for (;;) {
		struct pollfd p = { .fd = link->fd, .events = events };
		int64_t left = link->deadline_ms < 0 ? -1 : link->deadline_ms - now_ms();
		int n;

		if (link->deadline_ms >= 0 && left <= 0)
			return timed_out(link);
		n = link_poll(&p, left, NULL);
		if (n > 0)
			return 0;
		if (interrupted)
			return was_interrupted(link);
		if (n < 0 && errno != EINTR)
			return fault_show(EXIT_REFUSED, NULL, "poll: %s", strerror(errno));
	}
}

static int connection_lost(struct link *link, int number)
{
	char buf[160];

	link->lost = true;
	if (link->mute)
		return EXIT_NO_DAEMON;
	return fault_show(EXIT_NO_DAEMON,
		link->asked ? how_to_know(link, buf, sizeof(buf)) : "look at its log",
		"the switch at %s closed the connection%s%s", link->path, number ? ": " : "",
		number ? strerror(number) : "");
}

/* The next line as JSON; NULL with *status when there is none. */
static json_t *hear(struct link *link, int *status)
{
	enum sw_line_got got;
	const char *line;
	json_t *root;
	size_t len;

	while (!(got = sw_line_next(&link->in, &line, &len))) {
		ssize_t n = recv(link->fd, sw_line_room(&link->in, CHUNK), CHUNK, MSG_DONTWAIT);

		if (n > 0) {
			sw_line_filled(&link->in, n);
			continue;
		}
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			*status = wait_for(link, POLLIN);
			if (*status)
				return NULL;
			continue;
		}
		*status = connection_lost(link, n ? errno : 0);
		return NULL;
	}
	root = got == SW_LINE_WHOLE ? json_loadb(line, len, 0, NULL) : NULL;
	if (!json_is_object(root)) {
		json_decref(root);
		*status = fault_show(EXIT_NO_DAEMON, "--socket names the control socket of swd",
			"what answers at %s is not swd", link->path);
		return NULL;
	}
	return root;
}

json_t *link_hear(struct link *link, int64_t until_ms, int *status)
{
	struct fault fault = { 0 };
	json_t *message;

	link->deadline_ms = until_ms;
	fault_keep(&fault);
	message = hear(link, status);
	fault_keep(NULL);
	return message;
}

static int say(struct link *link, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(link->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		int rc;

		if (n > 0) {
			text += n;
			len -= n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return connection_lost(link, errno);
		rc = wait_for(link, POLLOUT);
		if (rc)
			return rc;
	}
	return 0;
}

static int show_no_daemon(const char *path, int number)
{
	if (number == EACCES || number == EPERM)
		return fault_show(EXIT_NOT_PERMITTED,
			"run as root, or as a member of the group that owns the socket",
			"you may not talk to the switch at %s: %s", path, strerror(number));
	return fault_show(EXIT_NO_DAEMON,
		"start swd, or name its socket with --socket PATH or SWD_SOCKET=PATH",
		"no switch answers at %s: %s", path, strerror(number));
}

static int dial(struct link *link, bool quiet)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (!*link->path || strlen(link->path) >= sizeof(addr.sun_path))
		return quiet ? EXIT_USAGE
			     : fault_show(EXIT_USAGE,
				       "a shorter path can be had by a link to its folder",
				       "the socket's path \"%s\" is not of 1 to %zu bytes",
				       link->path, sizeof(addr.sun_path) - 1);
	strcpy(addr.sun_path, link->path);
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	while (link->fd < 0 || connect(link->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		if (link->fd < 0 || errno != EAGAIN)
			return quiet ? EXIT_NO_DAEMON : show_no_daemon(link->path, errno);
		/* Its queue of new clients is full: it is busy or stuck. */
		if (link->deadline_ms >= 0 && now_ms() >= link->deadline_ms)
			return quiet ? EXIT_TIMED_OUT : timed_out(link);
		poll(NULL, 0, BACKLOG_RETRY_MS);
	}
	return 0;
}

static void start_waiting(struct link *link)
{
	link->deadline_ms = link->timeout_s ? now_ms() + link->timeout_s * 1000ll : -1;
}

int link_open(struct link *link, const struct args *args, bool quiet)
{
	json_t *greeting;
	int status;

	memset(link, 0, sizeof(*link));
	link->path =
		args->socket ? args->socket : default_path(link->own_path, sizeof(link->own_path));
	link->timeout_s = args->timeout_s;
	start_waiting(link);
	sw_line_init(&link->in, LINE_MAX_BYTES);
	status = dial(link, quiet);
	if (status)
		return status;
	greeting = hear(link, &status);
	if (!greeting)
		return status;
	if (json_object_get(greeting, "error"))
		status = fault_show_error(json_object_get(greeting, "error"), NULL);
	else if (!json_object_get(greeting, "swd"))
		status = fault_show(EXIT_NO_DAEMON, "--socket names the control socket of swd",
			"what answers at %s is not swd", link->path);
	json_decref(greeting);
	return status;
}

void link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	sw_line_fini(&link->in);
}

bool link_is_closed(const struct link *link)
{
	char byte;
	ssize_t n = recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return !n || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* The switch went away with our question: wait until one is there that hears it. */
static int reopen(struct link *link)
{
	char buf[160];
	int status;

	do {
		json_t *greeting = NULL;
		bool good;

		link_close(link);
		sw_line_init(&link->in, LINE_MAX_BYTES);
		if (!dial(link, true))
			greeting = hear(link, &status);
		good = json_object_get(greeting, "swd") != NULL;
		json_decref(greeting);
		if (good)
			return 0;
		link_sleep(AGAIN_MS);
	} while (!interrupted && (link->deadline_ms < 0 || now_ms() < link->deadline_ms));
	if (interrupted)
		return was_interrupted(link);
	return fault_show(EXIT_NO_DAEMON, how_to_know(link, buf, sizeof(buf)),
		"the switch at %s went away and was not back within %u s", link->path,
		link->timeout_s);
}

/* What goes ahead, and the question. The time-out counts anew from each piece that went out, but when it is asked again. */
static int say_all(struct link *link, const char *text, size_t len, bool again)
{
	size_t n = link->ahead ? link->ahead->len : 0;
	const char *p = n ? link->ahead->buf + link->ahead->start : NULL;
	int status = 0;

	while (n && !status) {
		size_t piece = n < SAY_MAX ? n : SAY_MAX;

		status = say(link, p, piece);
		if (!again)
			start_waiting(link);
		p += piece;
		n -= piece;
	}
	return status ? status : say(link, text, len);
}

/* Send the question and hear the answer, again where that can do no harm. */
static json_t *ask_text(struct link *link, const char *text, size_t len, int *status)
{
	bool again = false;
	json_t *answer;

	start_waiting(link);
	for (;; again = true) {
		link->asked = true;
		link->lost = false;
		link->mute = link->request_id != NULL;
		*status = say_all(link, text, len, again);
		answer = *status ? NULL : hear(link, status);
		if (answer || !link->lost || !link->request_id)
			break;
		*status = reopen(link);
		if (*status)
			break;
	}
	link->mute = false;
	if (!answer && *status == EXIT_TIMED_OUT)
		timed_out(link);
	link->asked = false;
	link->lost = !answer;
	return answer;
}

json_t *link_ask(struct link *link, const char *method, json_t *params, json_t **error, int *status)
{
	json_t *question = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", ++link->id,
		"method", method, "params", params);
	char *text = json_dumps(question, JSON_COMPACT);
	size_t len = strlen(text);
	json_t *answer, *result;

	text[len] = '\n';
	*error = NULL;
	answer = ask_text(link, text, len + 1, status);
	free(text);
	json_decref(question);
	if (!answer)
		return NULL;
	result = json_incref(json_object_get(answer, "result"));
	if (!result) {
		*error = json_incref(json_object_get(answer, "error"));
		*status = EXIT_REFUSED;
	}
	json_decref(answer);
	return result;
}

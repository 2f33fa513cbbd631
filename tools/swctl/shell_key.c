/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of the shell: a reader of characters for libedit, and the signals that concern the terminal.
 * libedit has both, but sees a signal only while it reads: Ctrl-C between two reads, as while Tab waits for
 * the switch, would be seen at the next key. Here the terminal and the signals are one wait, that of
 * link.c, so none falls between.
 */
#include "shell.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static volatile sig_atomic_t news, stop_asked, is_back, resized;
static struct termios as_found;

static void on_news(int number)
{
	if (number == SIGTSTP)
		stop_asked = 1;
	else if (number == SIGCONT)
		is_back = 1;
	else
		resized = 1;
	news = 1;
}

static void on_end(int number)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &as_found);
	signal(number, SIG_DFL);
	raise(number);
}

static void handle(int number, void (*handler)(int))
{
	/* Without SA_RESTART, so that a wait ends. */
	struct sigaction action = { .sa_handler = handler };

	sigaction(number, &action, NULL);
}

void shell_catch_signals(bool on)
{
	static const int ends[] = { SIGHUP, SIGQUIT, SIGTERM },
			 tells[] = { SIGTSTP, SIGCONT, SIGWINCH };

	if (on)
		tcgetattr(STDIN_FILENO, &as_found);
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		handle(ends[i], on ? on_end : SIG_DFL);
	for (unsigned i = 0; i < sizeof(tells) / sizeof(tells[0]); i++)
		handle(tells[i], on ? on_news : SIG_DFL);
}

/* Ctrl-Z: the terminal is given back as it was found. Goes on when it is ours again. */
static void stop(EditLine *el)
{
	el_set(el, EL_PREP_TERM, 0);
	handle(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	handle(SIGTSTP, on_news);
	is_back = 1;
}

/* Each is forgotten before it is served, so that one that comes meanwhile is served again. */
static void serve_news(EditLine *el)
{
	news = 0;
	if (stop_asked) {
		stop_asked = 0;
		stop(el);
	}
	if (resized) {
		resized = 0;
		el_resize(el);
	}
	if (is_back) {
		is_back = 0;
		el_set(el, EL_PREP_TERM, 1);
		el_set(el, EL_REFRESH);
	}
}

/* As read(2) of one byte; -1 also when Ctrl-C came, whenever since it is caught. */
static ssize_t read_byte(EditLine *el, char *byte)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!link_was_interrupted()) {
		ssize_t n = -1;

		if (news)
			serve_news(el);
		if (link_poll(&p, -1, &news) > 0)
			n = read(STDIN_FILENO, byte, 1);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
	}
	errno = EINTR;
	return -1;
}

int shell_key(EditLine *el, wchar_t *key)
{
	mbstate_t state = { 0 };
	ssize_t n;
	char byte;

	while ((n = read_byte(el, &byte)) > 0) {
		size_t used = mbrtowc(key, &byte, 1, &state);

		/* What is no UTF-8 is left out, but may be followed by the start of what is. */
		if (used == (size_t)-1) {
			memset(&state, 0, sizeof(state));
			used = mbrtowc(key, &byte, 1, &state);
		}
		if (used == (size_t)-1)
			memset(&state, 0, sizeof(state));
		else if (used != (size_t)-2)
			return 1;
	}
	return n;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output of another program, within a time: it may wait for ever on the same thing that the switch does.
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sw/text.h>

#define OUTPUT_MAX (4 * 1024 * 1024)

extern char **environ;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* Start it with its output into a pipe; the end to read, or -errno. */
static int start(const char *const *argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	rc = posix_spawnp(pid, argv[0], &actions, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!rc)
		return ends[0];
	close(ends[0]);
	return -rc;
}

/* Everything up to its end. False when the time is over. */
static bool hear(int fd, int64_t deadline, struct sw_str *out)
{
	char chunk[16384];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (left <= 0 || (poll(&p, 1, left) < 0 && errno != EINTR))
			return false;
		if (!p.revents)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return true;
		if (out->len < OUTPUT_MAX)
			sw_str_add_bytes(out, chunk, n);
	}
}

char *program_run(const char *const *argv, unsigned seconds, char why[128])
{
	struct sw_str out = { 0 };
	int fd, status;
	bool done;
	pid_t pid;

	fd = start(argv, &pid);
	if (fd < 0) {
		snprintf(why, 128, "%s: %s", argv[0], strerror(-fd));
		return NULL;
	}
	done = hear(fd, now_ms() + seconds * 1000ll, &out);
	close(fd);
	kill(pid, SIGKILL); /* it has closed its output and has no more to say */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!done) {
		snprintf(why, 128, "%s: not done within %u s", argv[0], seconds);
		free(out.s);
		return NULL;
	}
	if (!out.s)
		sw_str_add(&out, "%s", "");
	return out.s;
}

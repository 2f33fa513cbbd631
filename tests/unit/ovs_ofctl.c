/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs ovs-ofctl and reads what it prints.
 */
#include "swtest.h"

#include "ovs_ofctl.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/field_text.h>
#include <sw/text.h>

static char *read_all(int fd)
{
	struct sw_str out = { 0 };
	char buf[4096];
	ssize_t n;

	sw_str_add_bytes(&out, "", 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sw_str_add_bytes(&out, buf, (size_t)n);
	return out.s;
}

char *ovs_run(int *status, ...)
{
	const char *argv[16] = { "ovs-ofctl", "-vconsole:off" };
	int pipes[2], code;
	unsigned n = 2;
	va_list ap;
	char *out;
	pid_t pid;

	va_start(ap, status);
	while ((argv[n] = va_arg(ap, const char *)))
		assert_true(++n < 16);
	va_end(ap);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		close(pipes[0]);
		close(pipes[1]);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pipes[1]);
	out = read_all(pipes[0]);
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	*status = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
	if (*status != 127)
		return out;
	free(out);
	return NULL;
}

static char path[64];

static void remove_file(void)
{
	unlink(path);
}

const char *ovs_file(const char *text)
{
	int fd;

	if (!path[0]) {
		snprintf(path, sizeof(path), "/tmp/swd-ovs-%d", (int)getpid());
		atexit(remove_file);
	}
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

/* "NAME:" as a word of its own to "NAME=". */
static void equal_sign(char *text, const char *end, const char *name, const char *as)
{
	size_t len = strlen(name);
	char *at = text;

	while ((at = strstr(at, name)) && at < end) {
		if (at > text && at[-1] == ' ')
			memcpy(at, as, len);
		at += len;
	}
}

/* "OFPT_FLOW_MOD (OF1.3) (xid=0x1): ADD table:3 tcp cookie:0x1 idle:5 ... actions=..." */
char *ovs_rule(char *printed)
{
	char *rule = strstr(printed, ": ADD"), *actions;

	assert_non_null(rule);
	rule += strlen(": ADD");
	actions = strstr(rule, "actions=");
	assert_non_null(actions);
	equal_sign(rule, actions, "table:", "table=");
	equal_sign(rule, actions, "cookie:", "cookie=");
	equal_sign(rule, actions, "importance:", "importance=");
	return rule;
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* One name of NXM or OXM at p; returns what is behind it. */
static const char *one_name(const char *p, struct sw_str *out)
{
	const struct sw_field *f;
	char name[64];
	size_t len = 0;

	while (in_name(p[len]) && len < sizeof(name) - 1) {
		name[len] = p[len];
		len++;
	}
	name[len] = '\0';
	f = sw_field_find(name, NULL, NULL);
	sw_str_add(out, "%s", f ? f->name : name);
	return p + len;
}

char *ovs_names(const char *text)
{
	struct sw_str out = { 0 };

	sw_str_add_bytes(&out, "", 0);
	while (*text) {
		if (!strncmp(text, "NXM_", 4) || !strncmp(text, "OXM_", 4))
			text = one_name(text, &out);
		else
			sw_str_add_bytes(&out, text++, 1);
	}
	return out.s;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* The sandbox from inside: child processes put themselves into it and try what they may and may not. */
#include "swtest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/sandbox.h>

static char dir[] = "/tmp/swd-sandbox-XXXXXX", inside[80], outside[80], socket_path[100];
static struct sw_boot boot;

/* What a child found out: 0, or the line of the first surprise. */
#define EXPECT(condition)                          \
	do {                                       \
		if (!(condition))                  \
			_exit(__LINE__ % 251 + 1); \
	} while (0)

static int in_child(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void *in_thread(void *arg)
{
	long rc = syscall(SYS_swapoff, "/nowhere");

	*(int *)arg = rc < 0 ? errno : 0;
	return NULL;
}

static void try_calls(void)
{
	struct sw_err err;
	pthread_t thread;
	int number = 0, fd;

	EXPECT(!sw_sandbox_calls(&boot, &err));
	EXPECT(syscall(SYS_swapoff, "/nowhere") < 0 && errno == EPERM);
	EXPECT(syscall(SYS_mount, "a", "/tmp", "tmpfs", 0, NULL) < 0 && errno == EPERM);
	EXPECT(syscall(SYS_bpf, 0, NULL, 0) < 0 && errno == EPERM);
	EXPECT(syscall(SYS_kill, getppid(), 0) < 0 && errno == EPERM);
	EXPECT(syscall(SYS_unshare, 0) < 0 && errno == EPERM);
	EXPECT(fork() < 0);
	EXPECT(socket(AF_BLUETOOTH, SOCK_RAW, 0) < 0 && errno == EPERM);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(fd >= 0 && !close(fd));
	EXPECT(!pthread_create(&thread, NULL, in_thread, &number));
	EXPECT(!pthread_join(thread, NULL) && number == EPERM);
}

static void try_bpf(void)
{
	struct sw_err err;

	boot.af_xdp = true;
	EXPECT(!sw_sandbox_calls(&boot, &err));
	EXPECT(syscall(SYS_bpf, 9999, NULL, 0) < 0 && errno != EPERM);
}

/* A file can be given to whom the boot file names, and to nobody else. */
static void try_giving(void)
{
	struct sw_err err;

	EXPECT(!sw_sandbox_calls(&boot, &err));
	EXPECT(chown("/nowhere/at/all", -1, -1) < 0 && errno == EPERM);
}

static void try_giving_to_group(void)
{
	struct sw_err err;

	boot.access.has_group = true;
	boot.access.group = 7005;
	EXPECT(!sw_sandbox_calls(&boot, &err));
	EXPECT(chown("/nowhere/at/all", -1, 7005) < 0 && errno == ENOENT);
	EXPECT(fchownat(AT_FDCWD, "/nowhere/at/all", -1, 7005, 0) < 0 && errno == ENOENT);
	EXPECT(chown("/nowhere/at/all", -1, 0) < 0 && errno == EPERM);
	EXPECT(chown("/nowhere/at/all", 0, 7005) < 0 && errno == EPERM);
	EXPECT(chown("/nowhere/at/all", 7005, -1) < 0 && errno == EPERM);
	EXPECT(lchown("/nowhere/at/all", -1, 7005) < 0 && errno == EPERM);
}

static void try_giving_to_owner(void)
{
	struct sw_err err;

	boot.access.has_owner = boot.access.has_group = true;
	boot.access.owner = 6003;
	boot.access.group = 0;
	EXPECT(!sw_sandbox_calls(&boot, &err));
	EXPECT(chown("/nowhere/at/all", 6003, 0) < 0 && errno == ENOENT);
	EXPECT(chown("/nowhere/at/all", 0, 0) < 0 && errno == EPERM);
	EXPECT(chown("/nowhere/at/all", 6003, -1) < 0 && errno == EPERM);
}

static void try_execve(void)
{
	struct sw_err err;
	char *words[] = { "true", NULL };

	EXPECT(!sw_sandbox_calls(&boot, &err));
	execv("/bin/true", words);
}

static void try_log(void)
{
	struct sw_err err;
	char text[96];

	boot.sandbox = SW_SANDBOX_LOG;
	EXPECT(!sw_sandbox_files(&boot, &err) && !sw_sandbox_calls(&boot, &err));
	EXPECT(syscall(SYS_swapoff, "/nowhere") < 0 && errno != 0);
	EXPECT(open(outside, O_RDWR | O_CREAT, 0600) >= 0);
	EXPECT(!strncmp(sw_sandbox_text(text, sizeof(text)), "log", 3));
}

static void try_files(void)
{
	struct sw_err err;
	char text[96];

	EXPECT(!sw_sandbox_files(&boot, &err));
	if (strstr(sw_sandbox_text(text, sizeof(text)), "files: not held"))
		_exit(0); /* this kernel has no Landlock */
	EXPECT(open(outside, O_RDWR | O_CREAT, 0600) < 0 && errno == EACCES);
	EXPECT(open(inside, O_RDWR | O_CREAT, 0600) >= 0);
	EXPECT(!unlink(inside));
	EXPECT(open("/etc/passwd", O_RDONLY) >= 0);
	EXPECT(open("/etc/passwd", O_RDWR) < 0 && errno == EACCES);
	EXPECT(open("/root", O_RDONLY | O_DIRECTORY) < 0);
	EXPECT(sw_sandbox_shuts_out(outside) && !sw_sandbox_shuts_out(inside));
	EXPECT(!sw_sandbox_shuts_out("/nowhere/at/all"));
}

static void calls(void **state)
{
	assert_int_equal(in_child(try_calls), 0);
	assert_int_equal(in_child(try_bpf), 0);
}

static void giving(void **state)
{
	assert_int_equal(in_child(try_giving), 0);
	assert_int_equal(in_child(try_giving_to_group), 0);
	assert_int_equal(in_child(try_giving_to_owner), 0);
}

static void some_calls_are_fatal(void **state)
{
	int status = in_child(try_execve);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void log_only(void **state)
{
	assert_int_equal(in_child(try_log), 0);
	assert_int_equal(unlink(outside), 0);
}

static void files(void **state)
{
	struct sw_err err;

	assert_int_equal(in_child(try_files), 0);
	boot.extra_dirs = "/nowhere/extra";
	if (sw_sandbox_files(&boot, &err)) {
		assert_int_equal(err.code, SW_CODE_DEVICE);
		assert_non_null(strstr(err.text, "/nowhere/extra"));
		assert_non_null(strstr(err.hint, "extra-dirs="));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(giving),
		cmocka_unit_test(some_calls_are_fatal),
		cmocka_unit_test(log_only),
		cmocka_unit_test(files),
	};
	char below[64];
	int rc;

	assert_non_null(mkdtemp(dir));
	snprintf(below, sizeof(below), "%s/own", dir);
	assert_int_equal(mkdir(below, 0700), 0);
	snprintf(inside, sizeof(inside), "%s/file", below);
	snprintf(outside, sizeof(outside), "%s/file", dir);
	snprintf(socket_path, sizeof(socket_path), "%s/swd.sock", below);
	boot = (struct sw_boot){
		.state_dir = below, .run_dir = below, .vhost_dir = below, .socket_path = socket_path
	};
	sw_log_set("sandbox", SW_LOG_OFF);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(below);
	rmdir(dir);
	return rc;
}

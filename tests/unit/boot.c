/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The boot file and its errors, log levels, the plan for machines of every kind, folders and locks.
 */
#include "swtest.h"

#include <errno.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/boot.h>
#include <sw/dir.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_LOG(boot_test, "the unit test of boot");

static char dir[] = "/tmp/swd-boot-XXXXXX";
static char path[64];
static struct sw_err err;

static void write_bytes(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Read a text; errors leave `boot` freed. */
static int read_text(struct sw_boot *boot, const char *text)
{
	int rc;

	write_bytes(text, strlen(text));
	memset(&err, 0, sizeof(err));
	sw_boot_defaults(boot);
	rc = sw_boot_read(boot, path, &err);
	if (rc)
		sw_boot_fini(boot);
	return rc;
}

static void test_every_key(void **state)
{
	struct sw_boot boot;

	assert_int_equal(read_text(&boot, "# a comment\r\n"
					  "\n"
					  "[worker]\n"
					  "cores = 2-4,7\n"
					  "  control-core=1\n"
					  "idle-sleep-us=250\n"
					  "; another comment\n"
					  "[memory]\n"
					  "hugepages=yes\nsize-mb=1024\nmbufs=0x1000\n"
					  "[control]\n"
					  "socket=/a/b.sock\nstate=/c\nrun-dir=/d\nhistory-mb=5\n"
					  "[access]\nsocket-owner=12\nsocket-group=root\n"
					  "socket-mode=0600\nadmin=root, @13\noperate=*\nread=14\n"
					  "[vhost]\nsocket-dir=/e\n"
					  "[dpdk]\neal-args=--foo=1 --bar\n"
					  "[log]\nlevels=warn,boot_test=dbg"),
		0);
	assert_int_equal(boot.n_cores, 4);
	assert_int_equal(boot.cores[0], 2);
	assert_int_equal(boot.cores[3], 7);
	assert_int_equal(boot.control_core, 1);
	assert_int_equal(boot.idle_sleep_us, 250);
	assert_int_equal(boot.hugepages, SW_HUGE_YES);
	assert_int_equal(boot.memory_mb, 1024);
	assert_int_equal(boot.mbufs, 4096);
	assert_string_equal(boot.socket_path, "/a/b.sock");
	assert_string_equal(boot.state_dir, "/c");
	assert_string_equal(boot.run_dir, "/d");
	assert_int_equal(boot.history_mb, 5);
	assert_true(boot.access.has_owner && boot.access.owner == 12);
	assert_true(boot.access.has_group && boot.access.group == 0);
	assert_int_equal(boot.access.mode, 0600);
	assert_int_equal(boot.access.n, 4);
	assert_int_equal(boot.access.entry[1].who, SW_WHO_GROUP);
	assert_int_equal(boot.access.entry[1].id, 13);
	assert_int_equal(boot.access.entry[1].role, SW_ROLE_ADMIN);
	assert_int_equal(boot.access.entry[2].who, SW_WHO_ALL);
	assert_int_equal(boot.access.entry[3].role, SW_ROLE_READ);
	assert_string_equal(boot.vhost_dir, "/e");
	assert_string_equal(boot.eal_args, "--foo=1 --bar");
	assert_string_equal(boot.log_levels, "warn,boot_test=dbg");
	assert_string_equal(boot.config_path, path);
	sw_boot_fini(&boot);
}

static void test_paths_follow(void **state)
{
	struct sw_boot boot;

	assert_int_equal(read_text(&boot, "[control]\nrun-dir=/d\n"), 0);
	sw_boot_finish(&boot);
	assert_string_equal(boot.socket_path, "/d/swd.sock");
	assert_string_equal(boot.vhost_dir, "/d");
	sw_boot_fini(&boot);
}

/* What a bad file is told: text has a part, place, nearest, part of what is allowed. */
static const struct bad {
	const char *text, *says, *line, *nearest, *allowed;
} bad_files[] = {
	{ "[worker]\ncore=1\n", "no key \"core\"", ":2", "cores", "control-core" },
	{ "\n\n[wroker]\n", "no section [wroker]", ":3", "worker", "memory" },
	{ "cores=1\n", "before any section", ":1", "", "" },
	{ "[worker\n", "closing bracket", ":1", "", "" },
	{ "[]\n", "no section []", ":1", "", "worker" },
	{ "[worker]\ncores\n", "neither [section] nor key=value", ":2", "", "" },
	{ "[worker]\ncores=\n", "has no value", ":2", "", "" },
	{ "[worker]\ncores=1,,2\n", "\"1,,2\" is not a value of cores", ":2", "", "0,2-5" },
	{ "[worker]\ncores=5-2\n", "\"5-2\"", ":2", "", "0,2-5" },
	{ "[worker]\ncores=1,1\n", "\"1,1\"", ":2", "", "0,2-5" },
	{ "[worker]\ncores=1024\n", "\"1024\"", ":2", "", "0,2-5" },
	{ "[worker]\ncores=0-64\n", "\"0-64\"", ":2", "", "at most 64" },
	{ "[worker]\ncores=1\ncores=2\n", "given twice", ":3", "", "" },
	{ "[worker]\nidle-sleep-us=100001\n", "\"100001\"", ":2", "", "0 to 100000" },
	{ "[worker]\nidle-sleep-us=-1\n", "\"-1\"", ":2", "", "0 to 100000" },
	{ "[memory]\nhugepages=maybe\n", "\"maybe\"", ":2", "", "auto, yes or no" },
	{ "[memory]\nsize-mb=12 MB\n", "\"12 MB\"", ":2", "", "64 to" },
	{ "[access]\nadmin=no-such-user\n", "no user \"no-such-user\"", ":2", "", "getent passwd" },
	{ "[access]\nread=@no-such\n", "no group \"no-such\"", ":2", "", "getent group" },
	{ "[access]\nread=root,\n", "no user \"\"", ":2", "", "" },
	{ "[access]\nread=4294967295\n", "no user", ":2", "", "" },
	{ "[access]\nsocket-mode=0470\n", "\"0470\"", ":2", "", "0660" },
	{ "[access]\nsocket-mode=660x\n", "\"660x\"", ":2", "", "0660" },
	{ "[log]\nlevels=inf\n", "\"inf\" is not a log level", ":2", "info", "off, err" },
	{ "[log]\nlevels=info,boot_tset=dbg\n", "no log called \"boot_tset\"", ":2", "boot_test",
		"all, " },
};

static void test_bad_files(void **state)
{
	struct sw_boot boot;

	for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		const struct bad *bad = &bad_files[i];

		print_message("%s", bad->text);
		assert_int_equal(read_text(&boot, bad->text), -EINVAL);
		assert_non_null(strstr(err.text, bad->says));
		assert_true(!strncmp(err.path, path, strlen(path)));
		assert_string_equal(err.path + strlen(path), bad->line);
		assert_string_equal(err.nearest, bad->nearest);
		assert_non_null(strstr(err.allowed, bad->allowed));
	}
}

static void test_not_a_text_file(void **state)
{
	struct sw_boot boot;
	char *text = sw_xcalloc(1, 5000);

	memset(text, 'x', 4999);
	assert_int_equal(read_text(&boot, text), -EINVAL);
	assert_non_null(strstr(err.text, "longer than"));
	free(text);
	write_bytes("[worker]\ncores=1\0002\n", 19);
	sw_boot_defaults(&boot);
	assert_int_equal(sw_boot_read(&boot, path, &err), -EINVAL);
	assert_non_null(strstr(err.text, "zero byte"));
	assert_int_equal(sw_boot_read(&boot, "/nonexistent/swd.conf", &err), -ENOENT);
	assert_string_equal(err.given, "/nonexistent/swd.conf");
	assert_int_equal(sw_boot_read(&boot, dir, &err), -EIO);
	sw_boot_fini(&boot);
}

/* The folders a service manager made are ours, whoever we are; a boot file and options win. */
static void test_places_of_a_service(void **state)
{
	struct sw_boot boot;

	setenv("RUNTIME_DIRECTORY", "/run/one:/run/two", 1);
	setenv("STATE_DIRECTORY", "/var/lib/one", 1);
	sw_boot_defaults(&boot);
	sw_boot_finish(&boot);
	assert_string_equal(boot.run_dir, "/run/one");
	assert_string_equal(boot.socket_path, "/run/one/swd.sock");
	assert_string_equal(boot.state_dir, "/var/lib/one");
	sw_boot_fini(&boot);
	assert_int_equal(read_text(&boot, "[control]\nstate=/var/lib/mine\n"), 0);
	assert_string_equal(boot.state_dir, "/var/lib/mine");
	sw_boot_fini(&boot);
	setenv("RUNTIME_DIRECTORY", "", 1);
	unsetenv("STATE_DIRECTORY");
	sw_boot_defaults(&boot);
	assert_string_not_equal(boot.run_dir, "");
	assert_string_not_equal(boot.state_dir, "/var/lib/one");
	sw_boot_fini(&boot);
	unsetenv("RUNTIME_DIRECTORY");
}

/* Random bytes and random pieces of good files: never more than an error. */
static void test_random_files(void **state)
{
	static const char *const pieces[] = { "[", "]", "worker", "\n", "=", "cores", "1", "-", ",",
		"memory", "size-mb", "access", "read", "*", "@", "socket-mode",
		"99999999999999999999", "#", " ", "hugepages", "auto", "log", "levels", "info",
		"\r", "\xff", "idle-sleep-us" };
	uint64_t seed = swtest_seed(20260101);
	struct sw_boot boot;

	for (unsigned i = 0; i < 3000; i++) {
		struct sw_str str = { 0 };

		for (unsigned n = swtest_rand(&seed) % 30; n; n--)
			sw_str_add(&str, "%s",
				pieces[swtest_rand(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
		if (!read_text(&boot, str.s ? str.s : ""))
			sw_boot_fini(&boot);
		else
			assert_true(err.text[0] && err.path[0]);
		free(str.s);
	}
}

static void test_log_levels(void **state)
{
	sw_log_set("boot_test", SW_LOG_INFO);
	sw_debug("not to be seen");
	assert_int_equal(sw_boot_log("boot_test=dbg,boot_test=oops", true, &err), -EINVAL);
	assert_int_equal(*sw_log_boot_test.level, SW_LOG_INFO); /* nothing was set */
	assert_int_equal(sw_boot_log("warn,boot_test=dbg", true, &err), 0);
	assert_int_equal(*sw_log_boot_test.level, SW_LOG_DBG);
	assert_int_equal(sw_boot_log("", true, &err), -EINVAL);
	assert_int_equal(sw_boot_log("all=info", true, &err), 0);
	assert_int_equal(*sw_log_boot_test.level, SW_LOG_INFO);
}

static struct sw_machine machine_of(const char *cpus, uint64_t huge_free_mb)
{
	struct sw_machine machine = { .huge_free_mb = huge_free_mb };

	assert_int_equal(sw_parse_ranges(cpus, machine.cpus, SW_CORE_MAX), 0);
	return machine;
}

static const char *control_of(const struct sw_boot *boot)
{
	static char text[64];

	return sw_format_ranges(text, sizeof(text), boot->control_cpus, SW_CORE_MAX);
}

/* Plan with some fields given; the fields are in `boot`. */
static int plan(struct sw_boot *boot, const char *cpus, uint64_t huge_free_mb)
{
	struct sw_machine machine = machine_of(cpus, huge_free_mb);

	return sw_boot_plan(boot, &machine, &err);
}

static const struct sw_boot nothing_said = { .control_core = -1, .idle_sleep_us = -1 };

static void test_plan_laptop(void **state)
{
	struct sw_boot boot = nothing_said;

	assert_int_equal(plan(&boot, "0-7", 511), 0);
	assert_true(boot.laptop);
	assert_int_equal(boot.memory_mb, 256);
	assert_int_equal(boot.n_cores, 2);
	assert_int_equal(boot.cores[0], 1);
	assert_int_equal(boot.cores[1], 2);
	assert_string_equal(control_of(&boot), "0,3-7");
	assert_int_equal(boot.idle_sleep_us, 500);
	assert_false(boot.shared);
}

static void test_plan_huge(void **state)
{
	struct sw_boot boot = nothing_said;

	assert_int_equal(plan(&boot, "4-7,1000-1023", 512), 0);
	assert_false(boot.laptop);
	assert_int_equal(boot.memory_mb, 512);
	assert_int_equal(boot.n_cores, 27);
	assert_int_equal(boot.cores[0], 5);
	assert_int_equal(boot.cores[26], 1023);
	assert_string_equal(control_of(&boot), "4");
	assert_int_equal(boot.idle_sleep_us, 0);
}

static void test_plan_many_cores(void **state)
{
	struct sw_boot boot = nothing_said;

	assert_int_equal(plan(&boot, "0-255", 4096), 0);
	assert_int_equal(boot.n_cores, SW_WORKER_MAX);
	assert_string_equal(control_of(&boot), "0,65-255");
}

static void test_plan_one_core(void **state)
{
	struct sw_boot boot = nothing_said;

	assert_int_equal(plan(&boot, "3", 4096), 0);
	assert_int_equal(boot.n_cores, 1);
	assert_int_equal(boot.cores[0], 3);
	assert_string_equal(control_of(&boot), "3");
	assert_true(boot.shared);
	assert_int_equal(boot.idle_sleep_us, 500); /* or control would hardly ever run */
}

static void test_plan_listed_cores(void **state)
{
	struct sw_boot boot = nothing_said;

	boot.n_cores = 2;
	boot.cores[0] = 0;
	boot.cores[1] = 2;
	boot.idle_sleep_us = 0;
	assert_int_equal(plan(&boot, "0-3", 0), 0);
	assert_string_equal(control_of(&boot), "1,3");
	assert_int_equal(boot.idle_sleep_us, 0); /* what was said stands */
	boot.control_core = 2;
	assert_int_equal(plan(&boot, "0-3", 0), 0);
	assert_string_equal(control_of(&boot), "2");
	assert_true(boot.shared);
	boot.control_core = -1;
	assert_int_equal(plan(&boot, "0,2", 0), 0);
	assert_string_equal(control_of(&boot), "0");
	assert_true(boot.shared);
}

/* With isolcpus=2,3 no mask has cores 2 and 3, yet they are set aside for just this. */
static void test_plan_isolated_cores(void **state)
{
	struct sw_boot boot = nothing_said;
	struct sw_machine machine = machine_of("0-1", 0);

	assert_int_equal(sw_parse_ranges("2-3", machine.isolated, SW_CORE_MAX), 0);
	boot.n_cores = 2;
	boot.cores[0] = 2;
	boot.cores[1] = 3;
	assert_int_equal(sw_boot_plan(&boot, &machine, &err), 0);
	assert_string_equal(control_of(&boot), "0-1");
	boot.cores[1] = 4;
	assert_int_equal(sw_boot_plan(&boot, &machine, &err), -EINVAL);
	assert_string_equal(err.allowed, "0-3");
	boot = nothing_said;
	assert_int_equal(sw_boot_plan(&boot, &machine, &err), 0);
	assert_int_equal(boot.n_cores, 1);
	assert_int_equal(boot.cores[0], 1); /* chosen from the mask only: others may want them */
}

static void test_plan_refuses(void **state)
{
	struct sw_boot boot = nothing_said;

	boot.n_cores = 1;
	boot.cores[0] = 7;
	assert_int_equal(plan(&boot, "0-3", 0), -EINVAL);
	assert_string_equal(err.given, "7");
	assert_string_equal(err.allowed, "0-3");
	boot = nothing_said;
	boot.control_core = 9;
	assert_int_equal(plan(&boot, "0-3", 0), -EINVAL);
	assert_non_null(strstr(err.text, "control-core"));
	boot = nothing_said;
	boot.hugepages = SW_HUGE_YES;
	boot.memory_mb = 2048;
	assert_int_equal(plan(&boot, "0-3", 2047), -ENOSPC);
	assert_non_null(strstr(err.text, "2047 MiB"));
	assert_non_null(strstr(err.hint, "vm.nr_hugepages=1024"));
	boot.hugepages = SW_HUGE_NO;
	assert_int_equal(plan(&boot, "0-3", 4096), 0);
	assert_true(boot.laptop);
	assert_int_equal(boot.memory_mb, 2048);
}

static void test_machine_is_read(void **state)
{
	struct sw_machine machine;
	unsigned n = 0;
	cpu_set_t set;

	sw_machine_read(&machine);
	for (unsigned i = 0; i < SW_CORE_MAX; i++)
		n += machine.cpus[i / 8] >> i % 8 & 1;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(n, CPU_COUNT(&set));
}

static void test_folders(void **state)
{
	char deep[64], file[80];
	struct stat st;

	snprintf(deep, sizeof(deep), "%s/a/b/c", dir);
	assert_int_equal(sw_dir_make(deep, 0750, &err), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	assert_int_equal(sw_dir_make(deep, 0700, &err), 0);
	assert_int_equal(sw_dir_make("/", 0700, &err), 0);
	snprintf(file, sizeof(file), "%s/d/e.sock", dir);
	assert_int_equal(sw_dir_make_for(file, 0755, &err), 0);
	assert_int_equal(sw_dir_make_for("e.sock", 0755, &err), 0);
	write_bytes("x", 1);
	snprintf(file, sizeof(file), "%s/below", path);
	assert_int_equal(sw_dir_make(file, 0755, &err), -EIO);
	assert_non_null(strstr(err.text, "cannot be made"));
}

/* flock is by open file, so a second open in one process meets the lock as another process would. */
static void test_locks(void **state)
{
	char file[80];
	int fd, again;

	snprintf(file, sizeof(file), "%s/lock", dir);
	fd = sw_lock_take(file, "the thing", &err);
	assert_true(fd >= 0);
	again = sw_lock_take(file, "the thing", &err);
	assert_int_equal(again, -EBUSY);
	assert_non_null(strstr(err.text, "the thing is in use by another process"));
	assert_int_equal(atoi(strrchr(err.text, ' ')), getpid());
	sw_lock_drop(file, fd);
	assert_int_equal(access(file, F_OK), -1);
	fd = sw_lock_take(file, "the thing", &err);
	assert_true(fd >= 0);
	sw_lock_drop(file, fd);
	assert_true(sw_lock_take("/nonexistent/lock", "it", &err) < 0);
}

static int setup(void **state)
{
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/swd.conf", dir);
	return sw_reg_seal(&err);
}

static int teardown(void **state)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_paths_follow),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_not_a_text_file),
		cmocka_unit_test(test_places_of_a_service),
		cmocka_unit_test(test_random_files),
		cmocka_unit_test(test_log_levels),
		cmocka_unit_test(test_plan_laptop),
		cmocka_unit_test(test_plan_huge),
		cmocka_unit_test(test_plan_many_cores),
		cmocka_unit_test(test_plan_one_core),
		cmocka_unit_test(test_plan_listed_cores),
		cmocka_unit_test(test_plan_isolated_cores),
		cmocka_unit_test(test_plan_refuses),
		cmocka_unit_test(test_machine_is_read),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_locks),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal when the system fails it: a script of 220 transactions (journal_script.h) is run once for
 * every system call it makes and for every way in which that call can go wrong (fault_shim.h). After each
 * run the folder is opened again: every acknowledged change is there, and none that was refused. Where the
 * process was killed, this is so for every state in which a loss of power could have left the disk.
 *
 * The cases are dealt to a process a core.
 */
#include "swtest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/reg.h>

#include "../../src/ctl/history.h"
#include "fault_shim.h"
#include "journal_script.h"

#define WORKERS_MAX  16
#define PAIRS	     400 /* an error, and a kill somewhere after it */
#define SCRIPT_LIMIT 200 /* transactions the script must have at least */

/* A sanitizer makes each fork and run many times as long: there every so many-th case is run. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 16
#else
#define STRIDE 1
#endif

static char dir[64], image[80];
static struct script script;

/* Shared by all processes. */
static struct count {
	unsigned long cases[FAULT_COUNT], images, refused, worst_names;
} * count;

static void complain(const char *what, const char *detail)
{
	fprintf(stderr, "%s at call %lu (and EIO at %lu): %s%s\n", fault_names[shim.fault], shim.at,
		shim.eio_at, what, detail);
	_exit(1);
}

static bool is(const struct db *db, const char *have)
{
	char *wanted = db ? journal_describe(db) : NULL;
	bool same = wanted && !strcmp(wanted, have);

	free(wanted);
	return same;
}

/* Between the oldest and the newest every generation has its record. */
static void check_history(const struct journal *j)
{
	struct history *h;

	if (history_open(j, &h, NULL))
		complain("history cannot be opened", "");
	for (uint64_t g = history_newest(h); g > history_oldest(h); g--) {
		json_t *record = history_record(h, g);

		if (!record)
			complain("a generation is missing in history", "");
		json_decref(record);
	}
	history_close(h);
}

/* Open a folder as the next start of the switch does, and compare. */
static void check_folder(
	const char *path, const struct db *acked, const struct db *maybe, bool history)
{
	struct sw_err err = { 0 };
	struct journal *j;
	struct db *db;
	char *have;

	if (journal_open(path, &j, &db, &err))
		complain("it cannot be opened again: ", err.text);
	have = journal_describe(db);
	if (acked ? !is(acked, have) && !is(maybe, have) : db->generation && !is(maybe, have))
		complain(
			"what is there is neither what was acknowledged nor what was being written",
			"");
	if (history)
		check_history(j);
	free(have);
	journal_close(j);
	db_unref(db);
}

/* In place of the fatal call: all that may be left of the folder. */
static void killed(void)
{
	unsigned names = shim_names();

	shim.armed = false; /* but the model goes on */
	__atomic_add_fetch(&count->cases[FAULT_KILL], 1, __ATOMIC_RELAXED);
	if (names > count->worst_names)
		count->worst_names = names;
	for (unsigned n = 0; n <= names; n++)
		for (enum tail tail = 0; tail < TAIL_COUNT; tail++) {
			shim_clear(image);
			shim_image(image, n, tail);
			check_folder(image, script.db, script.maybe, true);
			__atomic_add_fetch(&count->images, 1, __ATOMIC_RELAXED);
		}
	_exit(0);
}

static void run_to_kill(unsigned long at, unsigned long eio_at)
{
	int status;
	pid_t pid;

	shim.fault = FAULT_KILL;
	shim.at = at;
	shim.eio_at = eio_at;
	shim.on_kill = killed;
	pid = fork();
	if (!pid) {
		shim_clear(dir);
		shim_arm(dir, true);
		script_run(&script);
		_exit(0); /* fewer calls than that: an error before made it shorter */
	}
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(1);
	shim.eio_at = 0;
}

/* The call fails; the rest of the script goes on, and when all is well again so does the journal. */
static void run_to_fault(enum fault fault, unsigned long at)
{
	shim_clear(dir);
	shim.fault = fault;
	shim.at = at;
	shim_arm(dir, false);
	script_run(&script);
	shim_disarm();
	__atomic_add_fetch(&count->cases[fault], 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&count->refused, script.refused, __ATOMIC_RELAXED);
	if (fault == FAULT_EINTR && (script.refused || script.failed_opens))
		complain("a signal made something fail", "");
	if (script.journal && !script_one_more(&script))
		complain("it does not heal", "");
	journal_close(script.journal);
	script.journal = NULL;
	check_folder(dir, script.db, script.maybe, false);
	script_end(&script);
	script = (struct script){ .dir = dir };
}

static void run_case(unsigned long n, unsigned long calls)
{
	enum fault fault = FAULT_EIO + n / calls;
	unsigned long at = 1 + n % calls;

	if (fault == FAULT_KILL)
		run_to_kill(at, 0);
	else
		run_to_fault(fault, at);
}

static void run_pair(unsigned n, unsigned long calls)
{
	uint64_t seed = 0xfa17 + n;
	unsigned long eio = 1 + swtest_rand(&seed) % (calls - 1);

	run_to_kill(eio + 1 + swtest_rand(&seed) % (calls - eio), eio);
}

static void make_folders(unsigned worker)
{
	const char *base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";

	snprintf(dir, sizeof(dir), "%s/swtest-%d-%u", base, (int)getppid(), worker);
	snprintf(image, sizeof(image), "%s.image", dir);
	if (mkdir(dir, 0700) || mkdir(image, 0700))
		_exit(2);
	script = (struct script){ .dir = dir };
}

static void remove_folders(void)
{
	shim_clear(dir);
	shim_clear(image);
	rmdir(dir);
	rmdir(image);
}

static void work(unsigned worker, unsigned workers, unsigned long calls)
{
	make_folders(worker);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned long n = worker; n < calls * FAULT_KILL / STRIDE; n += workers)
		run_case(n * STRIDE, calls);
	for (unsigned n = worker; n < PAIRS / STRIDE; n += workers)
		run_pair(n, calls);
	remove_folders();
	_exit(0);
}

/* Without a fault: how many calls there are, and that history says what was. */
static unsigned long count_calls(void)
{
	unsigned long calls;

	make_folders(WORKERS_MAX);
	shim.fault = FAULT_NONE;
	shim.at = ULONG_MAX;
	shim_arm(dir, false);
	script_run(&script);
	calls = shim.calls;
	shim_disarm();
	assert_int_equal(script.acked, SCRIPT_CHANGES);
	assert_true(script.acked >= SCRIPT_LIMIT);
	assert_true(script.rewritten > 5);
	journal_close(script.journal);
	script.journal = NULL;
	check_folder(dir, script.db, NULL, true);
	script_end(&script);
	remove_folders();
	return calls;
}

static void test_every_call(void **state)
{
	unsigned workers = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long calls = count_calls(), cases = 0;
	int failed = 0, status;

	workers = workers > WORKERS_MAX ? WORKERS_MAX : workers;
	for (unsigned i = 0; i < workers; i++)
		if (!fork())
			work(i, workers, calls);
	for (unsigned i = 0; i < workers; i++)
		failed += wait(&status) < 0 || status;
	assert_int_equal(failed, 0);
	for (int f = FAULT_EIO; f < FAULT_KILL; f++) {
		assert_true(count->cases[f] >= calls / STRIDE);
		cases += count->cases[f];
	}
	assert_true(count->cases[FAULT_KILL] >= calls / STRIDE);
	assert_true(count->refused > calls / STRIDE);
	assert_true(count->images > 4 * calls / STRIDE);
	print_message("%u transactions, %lu system calls; %lu runs with a fault (%lu transactions "
		      "refused), %lu kills and %lu states of the disk after them, of up to %lu "
		      "names not synced\n",
		SCRIPT_CHANGES, calls, cases, count->refused, count->cases[FAULT_KILL],
		count->images, count->worst_names);
}

/* A damaged file that cannot be put aside stays where it is, and nothing takes its place. */
static void test_damaged_is_never_deleted(void **state)
{
	struct sw_err err = { 0 };
	char path[128], before[64], after[64];
	struct draft *draft;
	struct journal *j;
	struct db *db;
	off_t size;
	int fd;

	make_folders(WORKERS_MAX);
	script_run(&script);
	journal_close(script.journal);
	script.journal = NULL;
	snprintf(path, sizeof(path), "%s/journal", dir);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	assert_int_equal(write(fd, "damage\n", 7), 7);
	assert_int_equal(pread(fd, before, sizeof(before), size + 7 - 64), 64);
	close(fd);
	shim.no_links = true;
	assert_int_equal(journal_open(dir, &j, &db, &err), 0);
	draft = draft_new(db);
	assert_int_not_equal(journal_append(j, draft, NULL, &err), 0);
	assert_int_not_equal(journal_compact(j, db, &err), 0);
	draft_free(draft);
	journal_close(j);
	db_unref(db);
	shim.no_links = false;
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), size + 7);
	assert_int_equal(pread(fd, after, sizeof(after), size + 7 - 64), 64);
	assert_memory_equal(before, after, sizeof(before));
	close(fd);
	/* with links it is kept and the journal goes on */
	check_folder(dir, script.db, NULL, false);
	check_folder(dir, script.db, NULL, false);
	script_end(&script);
	remove_folders();
}

static void hide(void *arg, const char *line)
{
}

static int setup(void **state)
{
	struct sw_err err = { 0 };

	if (sw_reg_seal(&err) || schema_build(&err))
		fail_msg("%s", err.text);
	sw_log_sink(hide, NULL);
	count = mmap(
		NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(count, MAP_FAILED);
	return 0;
}

static int teardown(void **state)
{
	munmap(count, sizeof(*count));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call),
		cmocka_unit_test(test_damaged_is_never_deleted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

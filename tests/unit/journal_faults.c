/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal when the system fails it: a script of 220 transactions (journal_script.h) is run for every
 * system call it makes and for every way in which that call can go wrong (fault_shim.h), from the opening of
 * the journal before it until a rewriting and another opening behind it. After each run the folder is opened
 * again: every acknowledged change is there, and none that was refused. Where the
 * process was killed, this is so for every state in which a loss of power could have left the disk. Ids of
 * requests are part of what is compared, and the request that got no answer is asked again: it is applied once.
 *
 * A sync that fails is worse than one call that fails, as later ones say nothing of what it should have
 * written: every third of them is followed by a loss of power somewhere behind it, with a new start between the
 * two or without.
 *
 * The cases are dealt to a process a core.
 */
#include "swtest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/reg.h>

#include "fault_shim.h"
#include "journal_check.h"
#include "journal_script.h"

#define WORKERS_MAX  16
#define PAIRS	     400 /* an error, and a kill somewhere after it */
#define LIES_EVERY   3	 /* each so many-th call, when it is a sync, writes nothing later either */
#define RESTARTS     2	 /* of the process, for each sync that fails */
#define GO_ON	     25	 /* transactions behind a part, or after a restart: a rewriting is in it */
#define GO_ON_CALLS  40	 /* in which the power goes; some 10 of them open the journal */
#define SCRIPT_LIMIT 200 /* transactions the script must have at least */

/* A sanitizer makes each fork and run many times as long: there every so many-th case is run. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 16
#else
#define STRIDE 1
#endif

static char base[48], dir[64], image[80];
static struct script script;

/* The script from one opening of the journal to the next, and the folder where it begins: a fault in it needs
 * nothing of what was before. */
#define PARTS (SCRIPT_CHANGES / SCRIPT_PART)
static struct part {
	char dir[80];
	struct script script;
	unsigned long calls;
	bool syncs[SHIM_CALLS];
} parts[PARTS];

/* Shared by all processes. */
static struct count {
	unsigned long cases[FAULT_COUNT], images, refused, worst_names;
	unsigned long lies, restarts, applied; /* failed syncs, starts after them, requests again */
	unsigned long lied;		       /* images that lack what a sync was for */
} * count;

static unsigned long after_restart; /* calls until the power goes */

/* All that may be left of the folder when the power goes. */
static void check_images(void)
{
	unsigned names = shim_names();
	bool lied = shim_lied();

	shim.armed = false; /* but the model goes on */
	if (names > count->worst_names)
		count->worst_names = names;
	for (unsigned n = 0; n <= names; n++)
		for (enum tail tail = 0; tail < (lied ? TAIL_COUNT : TAIL_LIED); tail++) {
			shim_clear(image);
			shim_image(image, n, tail);
			__atomic_add_fetch(
				&count->applied, check_again(&script, image), __ATOMIC_RELAXED);
			__atomic_add_fetch(&count->images, 1, __ATOMIC_RELAXED);
			__atomic_add_fetch(&count->lied, lied, __ATOMIC_RELAXED);
		}
}

static void copy_file(int from, int to, const char *name)
{
	int in = openat(from, name, O_RDONLY | O_CLOEXEC);
	int out = openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) ||
		sendfile(out, in, NULL, st.st_size) != st.st_size)
		_exit(2);
	close(in);
	close(out);
}

static void copy_folder(const char *from, const char *to)
{
	int out = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *in = opendir(from);
	struct dirent *entry;

	if (out < 0 || !in)
		_exit(2);
	while ((entry = readdir(in)))
		if (entry->d_name[0] != '.')
			copy_file(dirfd(in), out, entry->d_name);
	closedir(in);
	close(out);
}

/* In place of the fatal call. */
static void killed(void)
{
	__atomic_add_fetch(&count->cases[FAULT_KILL], 1, __ATOMIC_RELAXED);
	check_images();
	_exit(0);
}

/* In place of the fatal call: the process is gone, but the power stays until some calls later. */
static void killed_and_started(void)
{
	shim_restart(dir);
	script.journal = NULL;
	shim.on_kill = killed;
	shim.at = shim.calls + after_restart;
	__atomic_add_fetch(&count->restarts, 1, __ATOMIC_RELAXED);
	if (!script_run(&script, GO_ON))
		complain("a start after the kill does not go on where it was", "");
	killed();
}

/* The folder and the script as they are where a part begins. */
static void begin_part(const struct part *p)
{
	shim_clear(dir);
	copy_folder(p->dir, dir);
	script = p->script;
	script.dir = dir;
	if (script.db)
		db_ref(script.db);
}

static void run_to_kill(
	const struct part *p, unsigned long at, unsigned long eio_at, void (*on_kill)(void))
{
	int status;
	pid_t pid;

	shim.fault = FAULT_KILL;
	shim.at = at;
	shim.eio_at = eio_at;
	shim.on_kill = on_kill;
	pid = fork();
	if (!pid) {
		begin_part(p);
		shim_arm(dir, true);
		script_run(&script, SCRIPT_PART + GO_ON);
		_exit(0); /* fewer calls than that: an error before made it shorter */
	}
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(1);
	shim.eio_at = 0;
}

/* The call fails; the script goes on, and when all is well again so does the journal. */
static void run_to_fault(const struct part *p, enum fault fault, unsigned long at)
{
	begin_part(p);
	shim.fault = fault;
	shim.at = at;
	shim_arm(dir, false);
	script_run(&script, SCRIPT_PART + GO_ON);
	shim_disarm();
	__atomic_add_fetch(&count->cases[fault], 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&count->refused, script.refused, __ATOMIC_RELAXED);
	if (fault == FAULT_EINTR && (script.refused || script.failed_opens))
		complain("a signal made something fail", "");
	if (script.journal && !script_one_more(&script))
		complain("it does not heal", "");
	journal_close(script.journal);
	script.journal = NULL;
	check_folder(&script, dir);
	script_end(&script);
}

static void run_pair(unsigned n)
{
	uint64_t seed = 0xfa17 + n;
	const struct part *p = &parts[n % PARTS];
	unsigned long eio = 1 + swtest_rand(&seed) % (p->calls - 1);

	run_to_kill(p, eio + 1 + swtest_rand(&seed) % (p->calls - eio), eio, killed);
}

/* A sync fails, and the power goes: at once, somewhere behind it, or after a start in between. */
static void run_lie(const struct part *p, unsigned long sync)
{
	uint64_t seed = 0x11e + sync + (p - parts) * SHIM_CALLS;

	__atomic_add_fetch(&count->lies, 1, __ATOMIC_RELAXED);
	run_to_kill(p, sync + 1, sync, killed);
	run_to_kill(p, sync + 2 + swtest_rand(&seed) % GO_ON_CALLS, sync, killed);
	for (unsigned i = 0; i < RESTARTS; i++) {
		after_restart = 1 + swtest_rand(&seed) % GO_ON_CALLS;
		run_to_kill(p, sync + 1, sync, killed_and_started);
	}
}

/* All that can happen at one call. */
static void run_call(const struct part *p, unsigned long at)
{
	for (enum fault fault = FAULT_EIO; fault < FAULT_KILL; fault++)
		run_to_fault(p, fault, at);
	run_to_kill(p, at, 0, killed);
	if (p->syncs[at] && (at + (p - parts)) % LIES_EVERY == 0)
		run_lie(p, at);
}

static void name_folders(unsigned worker)
{
	snprintf(dir, sizeof(dir), "%s/%u", base, worker);
	snprintf(image, sizeof(image), "%s.image", dir);
	if (mkdir(dir, 0700) || mkdir(image, 0700))
		_exit(2);
	script = (struct script){ .dir = dir, .seed = SCRIPT_SEED };
}

static void remove_folders(void)
{
	shim_clear(dir);
	shim_clear(image);
	rmdir(dir);
	rmdir(image);
}

/* Calls are dealt one by one: the last parts have more files to look through. */
static void work(unsigned worker, unsigned workers)
{
	unsigned long n = 0;

	name_folders(worker);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (const struct part *p = parts; p < parts + PARTS; p++)
		for (unsigned long at = 1; at <= p->calls; at++, n++)
			if (n % STRIDE == 0 && n / STRIDE % workers == worker)
				run_call(p, at);
	for (unsigned i = worker; i < PAIRS / STRIDE; i += workers)
		run_pair(i);
	remove_folders();
	_exit(0);
}

/* A part without a fault; what it began with is kept. */
static void run_part(struct part *p)
{
	snprintf(p->dir, sizeof(p->dir), "%s/part-%td", base, p - parts);
	assert_int_equal(mkdir(p->dir, 0700), 0);
	copy_folder(dir, p->dir);
	p->script = script;
	if (script.db)
		db_ref(script.db);
	shim.fault = FAULT_NONE;
	shim.at = ULONG_MAX;
	shim_arm(dir, false);
	assert_true(script_run(&script, SCRIPT_PART));
	shim_disarm();
	p->calls = shim.calls;
	assert_true(p->calls < SHIM_CALLS);
	memcpy(p->syncs, shim.syncs, sizeof(p->syncs));
	journal_close(script.journal);
	script.journal = NULL;
	check_folder(&script, dir);
}

/* Without a fault: how many calls there are, and that history says what was. */
static unsigned long run_parts(void)
{
	unsigned long calls = 0;

	name_folders(WORKERS_MAX);
	for (unsigned i = 0; i < PARTS; i++) {
		run_part(&parts[i]);
		calls += parts[i].calls;
	}
	assert_int_equal(script.acked, SCRIPT_CHANGES);
	assert_true(script.acked >= SCRIPT_LIMIT);
	assert_true(script.rewritten > 5);
	script_end(&script);
	remove_folders();
	return calls;
}

static void forget_parts(void)
{
	for (unsigned i = 0; i < PARTS; i++) {
		shim_clear(parts[i].dir);
		rmdir(parts[i].dir);
		db_unref(parts[i].script.db);
	}
}

static void test_every_call(void **state)
{
	unsigned workers = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long calls = run_parts(), cases = 0;
	int failed = 0, status;

	workers = workers > WORKERS_MAX ? WORKERS_MAX : workers;
	for (unsigned i = 0; i < workers; i++)
		if (!fork())
			work(i, workers);
	for (unsigned i = 0; i < workers; i++)
		failed += wait(&status) < 0 || status;
	forget_parts();
	assert_int_equal(failed, 0);
	for (int f = FAULT_EIO; f < FAULT_KILL; f++) {
		assert_true(count->cases[f] >= calls / STRIDE);
		cases += count->cases[f];
	}
	print_message("%u transactions, %lu system calls; %lu runs with a fault (%lu transactions "
		      "refused), %lu kills and %lu states of the disk after them, of up to %lu "
		      "names not synced\n",
		SCRIPT_CHANGES, calls, cases, count->refused, count->cases[FAULT_KILL],
		count->images, count->worst_names);
	print_message("%lu syncs failed and wrote nothing later either: %lu starts after that, "
		      "%lu states of the disk; a request asked again was applied %lu times\n",
		count->lies, count->restarts, count->lied, count->applied);
	assert_true(count->cases[FAULT_KILL] >= calls / STRIDE);
	assert_true(count->refused > calls / STRIDE);
	assert_true(count->images > 4 * calls / STRIDE);
	assert_true(count->lies >= SCRIPT_LIMIT / LIES_EVERY / STRIDE);
	assert_true(count->restarts >= count->lies);
	assert_true(count->lied >= 4 * count->lies);
	assert_true(count->applied > count->cases[FAULT_KILL] / 4);
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

	name_folders(WORKERS_MAX);
	assert_true(script_run(&script, SCRIPT_PART));
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
	check_folder(&script, dir);
	check_folder(&script, dir);
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
	snprintf(base, sizeof(base), "%s/swtest-%d", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
		(int)getpid());
	if (mkdir(base, 0700))
		fail_msg("%s cannot be made", base);
	count = mmap(
		NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(count, MAP_FAILED);
	return 0;
}

static int teardown(void **state)
{
	munmap(count, sizeof(*count));
	rmdir(base);
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

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of a bridge's rules when the system fails it, as journal_faults.c does it: a script of changes, rewritings with
 * changes in the middle of them, and new starts is run for every system call that it makes and every way in which that can go
 * wrong (fault_shim.h). After each run, and where the process was killed for every state in which a loss of
 * power could have left the disk, the file is opened again: it says what was acknowledged, or that and later
 * changes, each of them whole; and it was never taken for damaged.
 */
#include "swtest.h"

#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>

#include "fault_shim.h"
#include "persist_hand.h"

#define CHANGES	      60
#define START_EVERY   13
#define REWRITE_EVERY 7
#define KILLS_LATER   3	 /* of each sync that fails: places where the power goes */
#define KILL_WITHIN   40 /* calls behind it */
#define POSSIBLE      64

/* A sanitizer makes each run many times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 8
#else
#define STRIDE 1
#endif

static char dir[64], image[80];

static struct script {
	struct persist_file *f;
	struct hand_table t; /* in force */
	uint64_t seed;
	/* What the disk may say: first what was acknowledged, then all that was in force since. */
	struct hand_table possible[POSSIBLE];
	unsigned n, acked, refused;
} s;

static struct count {
	unsigned long runs, refused, images, kills, lies;
} * count;

static void complain(const char *what)
{
	fprintf(stderr, "%s at call %lu of %lu (%s): %s\n", "the file of rules", shim.at,
		shim.calls, fault_names[shim.fault], what);
	_exit(1);
}

/* From here on the disk may say it. */
static void in_force(void)
{
	s.possible[s.n++] = s.t;
	if (s.n == POSSIBLE)
		complain("nothing is acknowledged any more");
}

static void end_change(bool acked)
{
	s.acked += acked;
	s.refused += !acked;
	if (!acked)
		return;
	s.possible[0] = s.t;
	s.n = 1;
}

static bool is_possible(const struct hand_table *t)
{
	for (unsigned i = 0; i < s.n; i++)
		if (!memcmp(t, &s.possible[i], sizeof(*t)))
			return true;
	return false;
}

/* A start: what is there is read, and written anew. */
static void start(void)
{
	enum persist_found found;
	struct hand_table t;

	s.f = hand_open(dir, &t, &found);
	if (!s.f)
		return;
	if (found == PERSIST_DAMAGED)
		complain("taken for damaged");
	if (!is_possible(&t))
		complain("a start reads what never was");
	s.t = t;
	end_change(hand_rewrite(s.f, &s.t));
}

/* A rewriting with a change in the middle of it. */
static void rewrite_and_change(uint32_t value)
{
	struct persist_chunks before = TAILQ_HEAD_INITIALIZER(before),
			      change = TAILQ_HEAD_INITIALIZER(change),
			      after = TAILQ_HEAD_INITIALIZER(after);
	struct sw_err err;
	bool ok;

	hand_put(&before, &s.t, 0, HAND_KEYS / 2, 4);
	hand_change(&change, &s.t, value, &s.seed);
	hand_put(&after, &s.t, HAND_KEYS / 2, HAND_KEYS, 4);
	in_force();
	ok = !persist_file_begin(s.f, &err) && !persist_file_add(s.f, &before, &err);
	end_change(persist_file_is_sound(s.f) && !persist_file_append(s.f, &change, &err));
	ok = ok && !persist_file_add(s.f, &change, &err) && !persist_file_add(s.f, &after, &err) &&
	     !persist_file_swap(s.f, &err);
	if (ok)
		end_change(true);
	persist_chunks_free(&before);
	persist_chunks_free(&change);
	persist_chunks_free(&after);
}

static void append_or_rewrite(uint32_t value)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);
	struct sw_err err;
	bool acked;

	hand_change(&chunks, &s.t, value, &s.seed);
	in_force();
	acked = persist_file_is_sound(s.f) && !persist_file_append(s.f, &chunks, &err);
	end_change(acked || hand_rewrite(s.f, &s.t));
	persist_chunks_free(&chunks);
}

static void change(uint32_t value)
{
	if (s.f && value % START_EVERY == 0) {
		persist_file_free(s.f);
		s.f = NULL;
	}
	if (!s.f)
		start();
	else if (value % REWRITE_EVERY == 0)
		rewrite_and_change(value);
	else
		append_or_rewrite(value);
}

static void begin_script(bool crash)
{
	shim_clear(dir);
	memset(&s, 0, sizeof(s));
	s.seed = 0x9e755;
	s.n = 1; /* of no file: nothing */
	shim_arm(dir, crash);
}

static void run_script(void)
{
	for (uint32_t value = 1; value <= CHANGES; value++)
		change(value);
}

static void end_script(void)
{
	persist_file_free(s.f);
	s.f = NULL;
}

static void check_folder(const char *folder)
{
	enum persist_found found;
	struct hand_table t, again;
	struct persist_file *f = hand_open(folder, &t, &found);

	if (!f || found == PERSIST_DAMAGED)
		complain("it cannot be read again");
	if (!is_possible(&t))
		complain("it does not say what was acknowledged");
	if (!hand_rewrite(f, &t) || !hand_append(f, &t, 1000, &s.seed))
		complain("it does not go on");
	persist_file_free(f);
	f = hand_open(folder, &again, &found);
	if (!f || memcmp(&t, &again, sizeof(t)))
		complain("what came after it is lost");
	persist_file_free(f);
}

static void killed(void)
{
	unsigned names = shim_names();
	bool lied = shim_lied();

	shim.armed = false; /* but the model goes on */
	for (unsigned n = 0; n <= names; n++)
		for (enum tail tail = 0; tail < (lied ? TAIL_COUNT : TAIL_LIED); tail++) {
			shim_clear(image);
			shim_image(image, n, tail);
			check_folder(image);
			__atomic_add_fetch(&count->images, 1, __ATOMIC_RELAXED);
		}
	__atomic_add_fetch(&count->kills, 1, __ATOMIC_RELAXED);
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
		begin_script(true);
		run_script();
		_exit(0); /* fewer calls than that */
	}
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(1);
	shim.eio_at = 0;
}

static void run_to_fault(enum fault fault, unsigned long at)
{
	shim.fault = fault;
	shim.at = at;
	begin_script(false);
	run_script();
	shim_disarm();
	__atomic_add_fetch(&count->runs, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&count->refused, s.refused, __ATOMIC_RELAXED);
	if (fault == FAULT_EINTR && s.refused)
		complain("a signal made something fail");
	if (!s.f)
		start();
	if (!s.f || (!persist_file_is_sound(s.f) && !hand_rewrite(s.f, &s.t)))
		complain("it does not heal");
	end_change(true);
	end_script();
	check_folder(dir);
}

static void run_call(unsigned long at, bool is_sync)
{
	uint64_t seed = 0x9e756 + at;

	for (enum fault fault = FAULT_EIO; fault < FAULT_KILL; fault++)
		run_to_fault(fault, at);
	run_to_kill(at, 0);
	if (!is_sync)
		return;
	__atomic_add_fetch(&count->lies, 1, __ATOMIC_RELAXED);
	run_to_kill(at + 1, at);
	for (unsigned i = 0; i < KILLS_LATER; i++)
		run_to_kill(at + 2 + swtest_rand(&seed) % KILL_WITHIN, at);
}

static void name_folders(unsigned worker)
{
	const char *base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";

	snprintf(dir, sizeof(dir), "%s/swtest-%d-%u", base, (int)getpid(), worker);
	snprintf(image, sizeof(image), "%s.image", dir);
	if (mkdir(dir, 0700) || mkdir(image, 0700))
		_exit(2);
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
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	name_folders(worker);
	for (unsigned long at = 1; at <= calls; at++)
		if (at % STRIDE == 0 && at / STRIDE % workers == worker)
			run_call(at, shim.syncs[at]);
	remove_folders();
	_exit(0);
}

static void every_call(void **state)
{
	unsigned workers = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long calls;
	int failed = 0, status;

	workers = workers > 16 ? 16 : workers;
	name_folders(99);
	shim.fault = FAULT_NONE;
	shim.at = ULONG_MAX;
	begin_script(false);
	run_script();
	shim_disarm();
	calls = shim.calls;
	assert_true(calls < SHIM_CALLS);
	assert_true(s.acked >= CHANGES);
	assert_int_equal(s.refused, 0);
	end_script();
	check_folder(dir);
	remove_folders();
	for (unsigned i = 0; i < workers; i++)
		if (!fork())
			work(i, workers, calls);
	for (unsigned i = 0; i < workers; i++)
		failed += wait(&status) < 0 || status;
	assert_int_equal(failed, 0);
	print_message("%u changes, %lu system calls; %lu runs with a fault (%lu changes not "
		      "acknowledged), %lu kills and %lu states of the disk after them, %lu syncs "
		      "that lied\n",
		CHANGES, calls, count->runs, count->refused, count->kills, count->images,
		count->lies);
	assert_true(count->runs >= calls / STRIDE * (FAULT_KILL - FAULT_EIO));
	assert_true(count->refused > calls / STRIDE);
	assert_true(count->kills > calls / STRIDE);
	assert_true(count->images > 4 * calls / STRIDE);
	assert_true(count->lies > CHANGES / 2 / STRIDE);
}

static void hide(void *arg, const char *line)
{
}

static int setup(void **state)
{
	sw_log_sink(hide, NULL);
	count = mmap(
		NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return count == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_call) };

	return cmocka_run_group_tests(tests, setup, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal when the system fails it: a script of changes and compactions is run once for every system
 * call it makes, and at that call the call fails once, writes only a part, fails from there on, or the
 * process is killed. After each run the folder is opened again: every acknowledged change is there, and
 * none that was refused.
 *
 * The calls are caught by functions of libc's names in this program, which win over the library's.
 */
#include "swtest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/reg.h>

#include "../../src/ctl/columns.h"
#include "../../src/ctl/draft.h"
#include "../../src/ctl/journal.h"
#include "../../src/ctl/record.h"

enum fault { NONE, FAIL_ONCE, PART_ONCE, FAIL_FROM_HERE, KILL };

static const char *const fault_names[] = { "none", "fail once", "part once", "fail from here",
	"kill" };

static enum fault fault;
static unsigned long calls, at_call; /* made since the script began; the one to fail */

/* Must this call fail? */
static bool hit(void)
{
	calls++;
	if (fault == KILL && calls == at_call)
		_exit(0);
	return (fault == FAIL_ONCE && calls == at_call) ||
	       (fault == FAIL_FROM_HERE && calls >= at_call);
}

#define CAUGHT(call)                 \
	do {                         \
		if (hit()) {         \
			errno = EIO; \
			return -1;   \
		}                    \
		return call;         \
	} while (0)

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	if (fault == PART_ONCE && calls + 1 == at_call && n > 1)
		n /= 2;
	if (fault == KILL && calls + 1 == at_call) /* killed in the middle of the write */
		syscall(SYS_pwrite64, fd, buf, n / 2, at);
	CAUGHT(syscall(SYS_pwrite64, fd, buf, n, at));
}

int fdatasync(int fd)
{
	CAUGHT(syscall(SYS_fdatasync, fd));
}

int fsync(int fd)
{
	CAUGHT(syscall(SYS_fsync, fd));
}

int ftruncate(int fd, off_t size)
{
	CAUGHT(syscall(SYS_ftruncate, fd, size));
}

int renameat(int from, const char *old, int to, const char *name)
{
	CAUGHT(syscall(SYS_renameat, from, old, to, name));
}

static bool no_links; /* as on a file system that has none */

int linkat(int from, const char *old, int to, const char *name, int flags)
{
	if (no_links) {
		errno = EPERM;
		return -1;
	}
	CAUGHT(syscall(SYS_linkat, from, old, to, name, flags));
}

int unlinkat(int dir, const char *name, int flags)
{
	CAUGHT(syscall(SYS_unlinkat, dir, name, flags));
}

int openat(int dir, const char *name, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	CAUGHT(syscall(SYS_openat, dir, name, flags, mode));
}

static char dir[64];
static unsigned *acked; /* shared with the child that is killed */

#define N_CHANGES 24

/* Change n sets Open_vSwitch.external_ids:n, so that the keys tell which changes are there. */
static struct draft *make_change(struct db *db, unsigned n)
{
	const struct table *table = TABLE(open_vswitch);
	const struct column *c = schema_column(table, "external_ids", NULL);
	struct draft *draft = draft_new(db);
	struct value *one = value_new(c->desc->type);
	char key[16];

	snprintf(key, sizeof(key), "%u", n);
	value_add_pair(one, key, "x");
	draft_set(draft, draft_root(draft), c, value_plus(row_get(draft_root(draft), c), one));
	value_unref(one);
	return draft;
}

/* Apply all changes; bit n of *done says that change n was acknowledged. */
static void run_script(unsigned *done)
{
	struct journal *j;
	struct db *db;

	if (journal_open(dir, &j, &db, NULL))
		return;
	for (unsigned n = 0; n < N_CHANGES; n++) {
		struct draft *draft = make_change(db, n);

		if (!journal_append(j, draft, NULL, NULL)) {
			struct db *next = draft_store(draft);

			*done |= 1u << n;
			db_unref(db);
			db = next;
		}
		draft_free(draft);
		if (n % 8 == 5)
			journal_compact(j, db, NULL);
	}
	journal_close(j);
	db_unref(db);
}

static void clear_dir(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		syscall(SYS_unlinkat, dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

/* Which changes does the folder hold? */
static unsigned read_back(void)
{
	const struct column *c = schema_column(TABLE(open_vswitch), "external_ids", NULL);
	struct sw_err err = { 0 };
	struct draft *draft;
	struct journal *j;
	struct db *db;
	unsigned have = 0;
	const struct value *v;

	if (journal_open(dir, &j, &db, &err))
		fail_msg("%s", err.text);
	draft = draft_new(db);
	v = row_get(draft_root(draft), c);
	for (unsigned i = 0; i < v->n; i++)
		have |= 1u << atoi(v->keys[i].string);
	draft_free(draft);
	journal_close(j);
	db_unref(db);
	return have;
}

/* One change beyond the acknowledged ones may be there when nobody could say it is refused: the process
 * was killed, or no call worked any more that could have taken it back. */
static bool is_one_more(unsigned have, unsigned done)
{
	unsigned more = have & ~done;

	return (have & done) == done && !(more & (more - 1));
}

static void check(unsigned have, unsigned done)
{
	bool good = have == done;

	if (fault == KILL || fault == FAIL_FROM_HERE)
		good = is_one_more(have, done);
	if (!good)
		fail_msg("%s at call %lu: acknowledged %#x, there %#x", fault_names[fault], at_call,
			done, have);
}

static void run_once(enum fault what, unsigned long at)
{
	enum fault was;

	clear_dir();
	*acked = 0;
	calls = 0;
	at_call = at;
	fault = what;
	if (what == KILL) {
		pid_t pid = fork();

		if (!pid) {
			run_script(acked);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	} else {
		run_script(acked);
	}
	was = fault;
	fault = NONE;
	unsigned have = read_back();
	fault = was;
	check(have, *acked);
	fault = NONE;
}

static void test_every_call(void **state)
{
	unsigned long n;

	run_once(NONE, 0);
	n = calls;
	assert_int_equal(*acked, (1u << N_CHANGES) - 1);
	assert_true(n > 2 * N_CHANGES);
	for (int what = FAIL_ONCE; what <= KILL; what++)
		for (unsigned long at = 1; at <= n; at++)
			run_once(what, at);
	print_message("%lu calls, each failed in %d ways\n", n, KILL);
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

	run_once(NONE, 0);
	snprintf(path, sizeof(path), "%s/journal", dir);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	assert_int_equal(write(fd, "damage\n", 7), 7);
	assert_int_equal(syscall(SYS_pread64, fd, before, sizeof(before), size + 7 - 64), 64);
	close(fd);
	no_links = true;
	assert_int_equal(journal_open(dir, &j, &db, &err), 0);
	draft = draft_new(db);
	assert_int_not_equal(journal_append(j, draft, NULL, &err), 0);
	assert_int_not_equal(journal_compact(j, db, &err), 0);
	draft_free(draft);
	journal_close(j);
	db_unref(db);
	no_links = false;
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), size + 7);
	assert_int_equal(syscall(SYS_pread64, fd, after, sizeof(after), size + 7 - 64), 64);
	assert_memory_equal(before, after, sizeof(before));
	close(fd);
	read_back(); /* with links it is kept and the journal goes on */
	assert_int_equal(read_back(), (1u << N_CHANGES) - 1);
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
	strcpy(dir, access("/dev/shm", W_OK) ? "/tmp/swtest.XXXXXX" : "/dev/shm/swtest.XXXXXX");
	assert_non_null(mkdtemp(dir));
	acked = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(acked, MAP_FAILED);
	return 0;
}

static int teardown(void **state)
{
	clear_dir();
	rmdir(dir);
	munmap(acked, 4096);
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

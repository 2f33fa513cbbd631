/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of a bridge's rules: cut at every byte it says what was whole, damaged at every byte it says what was before, and is kept as
 * it was.
 */
#include "swtest.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>

#include "fault_shim.h"
#include "persist_hand.h"

#define BATCHES 5

static char dir[64], path[96], aside[96], aside_too[96];
static struct {
	struct hand_table t;
	off_t end; /* of the file, with it */
} after[BATCHES + 1];
static char *whole; /* the file */
static off_t size;

static off_t slurp(const char *name, char *bytes, size_t most)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, most);

	close(fd);
	return n;
}

static void spill(const char *bytes, size_t n)
{
	int fd;

	shim_clear(dir);
	fd = open(path, O_WRONLY | O_CREAT, 0640);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static off_t length(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : st.st_size;
}

/* How many batches it has, which must be of the first ones. */
static int batches(enum persist_found *found)
{
	struct hand_table t;
	struct persist_file *f = hand_open(dir, &t, found);

	assert_non_null(f);
	persist_file_free(f);
	for (int i = BATCHES; i >= 0; i--)
		if (!memcmp(&t, &after[i].t, sizeof(t)))
			return i;
	return -1;
}

static int whole_up_to(off_t at)
{
	int n = 0;

	while (n < BATCHES && after[n + 1].end <= at)
		n++;
	return n;
}

static void cut(void **state)
{
	enum persist_found found;

	for (off_t at = after[0].end; at <= size; at++) {
		spill(whole, at);
		assert_int_equal(batches(&found), whole_up_to(at));
		assert_int_equal(found, PERSIST_WHOLE);
		assert_int_equal(length(aside), -1);
	}
}

/* The last batch may be there in size only. */
static void zeros(void **state)
{
	char *bytes = calloc(1, size);
	enum persist_found found;

	for (off_t at = after[BATCHES - 1].end; at < size; at++) {
		memset(bytes, 0, size);
		memcpy(bytes, whole, at);
		spill(bytes, size);
		assert_int_equal(batches(&found), BATCHES - 1);
		assert_int_equal(found, PERSIST_WHOLE);
	}
	free(bytes);
}

/* One byte is another: what was before it holds, and the file is there under another name. */
static void damage(void **state)
{
	char *bytes = malloc(size), *kept = malloc(size);
	enum persist_found found;

	for (off_t at = 0; at < size; at++) {
		int before = whole_up_to(at);

		memcpy(bytes, whole, size);
		bytes[at] ^= 0x41;
		spill(bytes, size);
		assert_int_equal(batches(&found), before);
		assert_int_equal(found, PERSIST_DAMAGED);
		assert_int_equal(slurp(aside, kept, size), size);
		assert_memory_equal(kept, bytes, size);
	}
	free(bytes);
	free(kept);
}

/* A hole in what was acknowledged, and a batch behind it. */
static void hole(void **state)
{
	char *bytes = malloc(size);
	enum persist_found found;

	memcpy(bytes, whole, size);
	memset(bytes + after[2].end, 0, after[3].end - after[2].end);
	spill(bytes, size);
	assert_int_equal(batches(&found), 2);
	assert_int_equal(found, PERSIST_DAMAGED);
	free(bytes);
}

/* Where it cannot be kept nothing takes its place; when it can, all goes on. */
static void kept_first(void **state)
{
	char *bytes = malloc(size), *now = malloc(size);
	enum persist_found found;
	struct persist_file *f;
	struct hand_table t;

	memcpy(bytes, whole, size);
	bytes[size / 2] ^= 1;
	spill(bytes, size);
	shim.no_links = true;
	f = hand_open(dir, &t, &found);
	assert_non_null(f);
	assert_int_equal(found, PERSIST_DAMAGED);
	assert_false(persist_file_is_sound(f));
	assert_false(hand_rewrite(f, &t));
	assert_int_equal(slurp(path, now, size), size);
	assert_memory_equal(now, bytes, size);
	shim.no_links = false;
	assert_true(hand_rewrite(f, &t));
	assert_int_equal(slurp(aside, now, size), size);
	assert_memory_equal(now, bytes, size);
	persist_file_free(f);
	free(bytes);
	free(now);
}

/* So many of the calls that open something succeed. */
static struct rlimit allow_opens(unsigned n)
{
	struct rlimit was, now;
	int next = open("/dev/null", O_RDONLY);

	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	now = was;
	now.rlim_cur = next + n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	return was;
}

/* What cannot be opened, itself or its folder, is kept as well, if it is there; if not, all goes on. */
static void not_opened(void **state)
{
	char *now = malloc(size);

	for (unsigned i = 0; i < 3; i++) { /* opens that succeed; at last without a file */
		bool there = i < 2;
		struct persist_file *f = persist_file_new(dir, "br0", &hand_uuid);
		enum persist_found found;
		struct hand_table t = { { 7 } };
		struct sw_err err = { 0 };
		struct rlimit was;

		spill(whole, size);
		if (!there)
			unlink(path);
		was = allow_opens(i % 2);
		assert_int_not_equal(persist_file_open(f, &found, &err), 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
		assert_non_null(strstr(err.text, "Too many open files"));
		persist_file_keep(f);
		assert_true(hand_rewrite(f, &t));
		assert_int_equal(slurp(aside, now, size), there ? size : -1);
		if (there)
			assert_memory_equal(now, whole, size);
		assert_true(hand_rewrite(f, &t)); /* once is enough */
		assert_int_equal(length(aside_too), -1);
		persist_file_free(f);
	}
	free(now);
}

/* A bridge of the same name that was removed left its file behind. */
static void of_another(void **state)
{
	const struct uuid other = { { 9 } };
	struct persist_file *f;
	enum persist_found found;
	const uint8_t *entries;
	struct sw_err err;
	size_t len;

	spill(whole, size);
	f = persist_file_new(dir, "br0", &other);
	assert_int_equal(persist_file_open(f, &found, &err), 0);
	assert_int_equal(found, PERSIST_NOTHING);
	assert_int_equal(persist_file_read(f, &entries, &len, &err), 0);
	assert_int_equal(len, 0);
	assert_int_equal(persist_file_remove(f, &err), 0);
	assert_int_equal(length(path), -1);
	persist_file_free(f);
}

/* What is no file, in its place: an error, and nobody waits for the other end of a FIFO. */
static void no_file(void **state)
{
	struct persist_file *f = persist_file_new(dir, "br0", &hand_uuid);
	enum persist_found found;
	struct sw_err err = { 0 };

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_not_equal(persist_file_open(f, &found, &err), 0);
	assert_non_null(strstr(err.text, path));
	persist_file_free(f);
	assert_int_equal(unlink(path), 0);
}

/* A folder that is not there and cannot be made: errors that say what and where. */
static void no_folder(void **state)
{
	struct persist_file *f = persist_file_new("/proc/nowhere", "br0", &hand_uuid);
	enum persist_found found;
	struct sw_err err = { 0 };

	assert_int_not_equal(persist_file_open(f, &found, &err), 0);
	assert_non_null(strstr(err.text, "rules of bridge br0"));
	assert_non_null(strstr(err.text, "/proc/nowhere/rules.br0"));
	assert_int_not_equal(persist_file_begin(f, &err), 0);
	assert_int_not_equal(persist_file_remove(f, &err), 0);
	persist_file_free(f);
}

static void hide(void *arg, const char *line)
{
}

static int setup(void **state)
{
	uint64_t seed = 0x9e757;
	enum persist_found found;
	struct persist_file *f;
	struct hand_table t;

	sw_log_sink(hide, NULL);
	snprintf(dir, sizeof(dir), "%s/swtest-%d", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
		(int)getpid());
	snprintf(path, sizeof(path), "%s/rules.br0", dir);
	snprintf(aside, sizeof(aside), "%s/rules-damaged.1.br0", dir);
	snprintf(aside_too, sizeof(aside_too), "%s/rules-damaged.2.br0", dir);
	if (mkdir(dir, 0700))
		return -1;
	f = hand_open(dir, &t, &found);
	assert_non_null(f);
	assert_int_equal(found, PERSIST_NOTHING);
	assert_true(hand_rewrite(f, &t));
	after[0].t = t;
	after[0].end = persist_file_bytes(f);
	for (unsigned i = 1; i <= BATCHES; i++) {
		assert_true(hand_append(f, &t, i, &seed));
		after[i].t = t;
		after[i].end = persist_file_bytes(f);
	}
	persist_file_free(f);
	size = length(path);
	assert_int_equal(size, after[BATCHES].end);
	whole = malloc(size);
	assert_int_equal(slurp(path, whole, size), size);
	return 0;
}

static int teardown(void **state)
{
	free(whole);
	shim_clear(dir);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut),
		cmocka_unit_test(zeros),
		cmocka_unit_test(damage),
		cmocka_unit_test(hole),
		cmocka_unit_test(kept_first),
		cmocka_unit_test(not_opened),
		cmocka_unit_test(of_another),
		cmocka_unit_test(no_file),
		cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

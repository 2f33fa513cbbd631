/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: what was appended is what is read, after a cut at every byte and damage to every byte,
 * over compaction, and when the folder cannot be written or belongs to another process.
 */
#include "swtest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/reg.h>

#include "../../src/ctl/columns.h"
#include "../../src/ctl/draft.h"
#include "../../src/ctl/journal.h"
#include "../../src/ctl/record.h"
#include "journal_script.h"

#define N_STATES 8

static char dir[64], path[128];
static char *states[N_STATES]; /* what each generation looks like */
static size_t ends[N_STATES];  /* where its record ends */
static char *bytes;	       /* of the whole file */
static size_t size;

static void set(struct draft *d, const struct row *row, const struct column *c, const char *text)
{
	struct value *v;

	assert_int_equal(value_from_text(c->desc->type, text, &v, NULL), 0);
	draft_set(d, row, c, v);
}

/* One small change after another: insert, modify of every kind, delete. */
static void change(struct draft *d, unsigned n)
{
	const struct row *root = draft_root(d), *row;
	const struct row *br = draft_find_name(d, TABLE(bridge), "br0");
	const struct row *port = draft_find_name(d, TABLE(port), "p1");

	switch (n) {
	case 1:
		row = draft_insert(d, TABLE(bridge), "br0");
		draft_refer(d, root, COLUMN(open_bridges), row);
		break;
	case 2:
		row = draft_insert(d, TABLE(port), "p1");
		draft_refer(
			d, row, COLUMN(port_interfaces), draft_insert(d, TABLE(interface), "p1"));
		draft_refer(d, br, COLUMN(bridge_ports), row);
		break;
	case 3:
		set(d, port, COLUMN(port_tag), "10");
		set(d, port, COLUMN(port_trunks), "1-3");
		break;
	case 4:
		set(d, port, COLUMN(port_trunks), "2,9");
		set(d, br, COLUMN(bridge_other_config), "mac-table-size=100,forward-bpdu=true");
		break;
	case 5:
		set(d, port, COLUMN(port_tag), "[]");
		set(d, br, COLUMN(bridge_other_config), "mac-table-size=200");
		break;
	case 6:
		set(d, br, COLUMN(bridge_external_ids), "a=\"\xc3\xa9\\n\"");
		break;
	case 7:
		draft_unrefer(d, br, COLUMN(bridge_ports), port);
		draft_collect(d, &(int){ 0 }, NULL);
		break;
	}
}

static void read_file(void)
{
	FILE *f = fopen(path, "rb");

	free(bytes);
	bytes = malloc(1 << 20);
	size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
}

static void write_file(const char *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

static struct journal *reopen(struct db **db)
{
	struct journal *j;
	struct sw_err err = { 0 };

	if (journal_open(dir, &j, db, &err))
		fail_msg("%s", err.text);
	return j;
}

static struct db *append(struct journal *j, struct db *db, unsigned n)
{
	struct draft *draft = draft_new(db);
	struct record_note note = { .user = "test" };
	struct sw_err err = { 0 };
	struct db *next;

	change(draft, n);
	if (journal_append(j, draft, &note, &err))
		fail_msg("%s", err.text);
	next = draft_store(draft);
	draft_free(draft);
	db_unref(db);
	return next;
}

static void clear_dir(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

static void drop_line(void *arg, const char *line)
{
}

static int group_setup(void **state)
{
	struct sw_err err = { 0 };
	struct journal *j;
	struct stat st;
	struct db *db;

	if (sw_reg_seal(&err) || schema_build(&err))
		fail_msg("%s", err.text);
	sw_log_sink(drop_line, NULL);
	/* memory is enough: what is tested is not the disk */
	strcpy(dir, access("/dev/shm", W_OK) ? "/tmp/swtest.XXXXXX" : "/dev/shm/swtest.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/journal", dir);
	j = reopen(&db);
	for (unsigned n = 0; n < N_STATES; n++) {
		if (n)
			db = append(j, db, n);
		states[n] = journal_describe(db);
		stat(path, &st);
		ends[n] = st.st_size;
	}
	journal_close(j);
	db_unref(db);
	read_file();
	return 0;
}

static int group_teardown(void **state)
{
	clear_dir();
	rmdir(dir);
	for (unsigned n = 0; n < N_STATES; n++)
		free(states[n]);
	free(bytes);
	return 0;
}

/* The state after the last record that ends at or before `len`. */
static int state_at(size_t len)
{
	int n = -1;

	while (n + 1 < N_STATES && ends[n + 1] <= len)
		n++;
	return n;
}

static unsigned count_damaged(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	while ((e = readdir(d)))
		n += !strncmp(e->d_name, "journal.damaged-", 16);
	closedir(d);
	return n;
}

static void expect_state(int n, struct db *db)
{
	char *now = journal_describe(db);

	if (n >= 0)
		assert_string_equal(now, states[n]);
	else
		assert_int_equal(db->generation, 0); /* nothing was there: a new one */
	free(now);
}

static void test_reads_back(void **state)
{
	struct journal *j;
	struct db *db;

	write_file(bytes, size);
	j = reopen(&db);
	expect_state(N_STATES - 1, db);
	journal_close(j);
	db_unref(db);
	assert_int_equal(count_damaged(), 0);
}

/* A write that was cut off anywhere: what was before is there, nothing is set aside, and it goes on. */
static void test_cut_at_every_byte(void **state)
{
	for (size_t len = 0; len <= size; len++) {
		struct journal *j;
		struct db *db;
		int n = state_at(len);

		clear_dir();
		write_file(bytes, len);
		j = reopen(&db);
		expect_state(n, db);
		assert_int_equal(count_damaged(), 0);
		if (n >= 0 && n < N_STATES - 1 && n > 0) {
			db = append(j, db, n + 1);
			journal_close(j);
			db_unref(db);
			j = reopen(&db);
			assert_int_equal(db->generation, n + 1);
		}
		journal_close(j);
		db_unref(db);
	}
}

/* A power cut may leave zeros where the data was to be. */
static void test_zeros_at_the_end(void **state)
{
	char *longer = calloc(1, size + 4096);
	struct journal *j;
	struct db *db;

	clear_dir();
	memcpy(longer, bytes, size);
	write_file(longer, size + 4096);
	j = reopen(&db);
	expect_state(N_STATES - 1, db);
	assert_int_equal(count_damaged(), 0);
	journal_close(j);
	db_unref(db);
	free(longer);
}

static void expect_kept(const char *damaged)
{
	char name[160], *kept = malloc(size);
	FILE *f;

	snprintf(name, sizeof(name), "%s/journal.damaged-1", dir);
	f = fopen(name, "rb");
	assert_non_null(f);
	assert_int_equal(fread(kept, 1, size, f), size);
	assert_memory_equal(kept, damaged, size);
	fclose(f);
	free(kept);
}

/* One byte differs: the file is kept as it was, and what was before the damage is in force. */
static void damage(size_t at, char mask)
{
	char *damaged = malloc(size);
	struct journal *j;
	struct db *db;
	int n = -1;

	while (ends[n + 1] <= at)
		n++;
	memcpy(damaged, bytes, size);
	damaged[at] ^= mask;
	clear_dir();
	write_file(damaged, size);
	j = reopen(&db);
	expect_state(n, db);
	expect_kept(damaged);
	journal_close(j);
	db_unref(db);
	j = reopen(&db); /* and it stays so */
	expect_state(n, db);
	assert_int_equal(count_damaged(), 1);
	journal_close(j);
	db_unref(db);
	free(damaged);
}

static void test_damage_at_every_byte(void **state)
{
	uint64_t seed = swtest_seed(0xdead);

	for (size_t at = 0; at < size; at++) {
		char mask = 1 << swtest_rand(&seed) % 8;

		damage(at, mask);
	}
}

static void test_garbage(void **state)
{
	uint64_t seed = swtest_seed(0xfade);

	for (int round = 0; round < 200; round++) {
		char *longer = malloc(size + 64);
		size_t extra = 1 + swtest_rand(&seed) % 60;
		struct journal *j;
		struct db *db;

		memcpy(longer, bytes, size);
		for (size_t i = 0; i < extra; i++)
			longer[size + i] = swtest_rand(&seed);
		clear_dir();
		write_file(longer, size + extra);
		j = reopen(&db);
		expect_state(N_STATES - 1, db);
		journal_close(j);
		db_unref(db);
		free(longer);
	}
}

static void test_compaction(void **state)
{
	struct journal_health health;
	struct journal *j;
	struct stat st;
	struct db *db;
	char name[160];

	clear_dir();
	write_file(bytes, size);
	j = reopen(&db);
	assert_int_equal(journal_compact(j, db, NULL), 0);
	journal_health(j, &health);
	assert_int_equal(health.records, 0);
	stat(path, &st);
	assert_int_equal(health.bytes, st.st_size);
	assert_true((size_t)st.st_size < size);
	expect_state(N_STATES - 1, db);
	db = append(j, db, 2);
	journal_close(j);
	db_unref(db);
	j = reopen(&db);
	assert_int_equal(db->generation, N_STATES);
	assert_non_null(rows_find_name(db->tables[TABLE(port)->id], "p1"));
	journal_close(j);
	db_unref(db);
	snprintf(name, sizeof(name), "%s/journal.0", dir);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_size, size); /* the history before */
}

static void test_second_instance(void **state)
{
	struct sw_err err = { 0 };
	struct journal *j, *second;
	struct db *db, *db2;

	clear_dir();
	j = reopen(&db);
	assert_int_equal(journal_open(dir, &second, &db2, &err), -EBUSY);
	assert_int_equal(err.code, SW_CODE_CONFLICT);
	assert_non_null(strstr(err.text, dir));
	assert_true(err.hint[0]);
	journal_close(j);
	db_unref(db);
}

static void test_no_folder(void **state)
{
	struct sw_err err = { 0 };
	struct journal *j;
	struct db *db;

	assert_int_not_equal(journal_open("/proc/no/such", &j, &db, &err), 0);
	assert_int_equal(err.code, SW_CODE_DEVICE);
	assert_true(err.hint[0]);
	clear_dir();
	write_file("x", 1);
	assert_int_not_equal(journal_open(path, &j, &db, &err), 0); /* a file */
	assert_true(err.text[0]);
}

/* The descriptor of the journal that is open. */
static int find_fd(void)
{
	for (int fd = 3; fd < 100; fd++) {
		char link[64], target[160];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strcmp(target, path))
			return fd;
	}
	fail_msg("the journal is not open");
	return -1;
}

/* The disk is full: refused, nothing lost, and it goes on when there is room again. /dev/full stands in
 * for the file; since it cannot be cut either, the file's state is in doubt afterwards. */
static void test_full_disk(void **state)
{
	struct sw_err err = { 0 };
	struct draft *draft;
	struct journal *j;
	struct db *db;
	int fd;

	clear_dir();
	write_file(bytes, ends[6]);
	j = reopen(&db);
	draft = draft_new(db);
	change(draft, 7);
	fd = open("/dev/full", O_RDWR);
	dup2(fd, find_fd());
	assert_int_equal(journal_append(j, draft, NULL, &err), -ENOSPC);
	assert_int_equal(err.code, SW_CODE_LIMIT);
	assert_true(err.hint[0]);
	expect_state(6, db);
	memset(&err, 0, sizeof(err));
	if (journal_append(j, draft, NULL, &err))
		fail_msg("%s", err.text);
	journal_close(j);
	draft_free(draft);
	db_unref(db);
	close(fd);
	j = reopen(&db);
	assert_int_equal(db->generation, 7);
	assert_null(rows_find_name(db->tables[TABLE(port)->id], "p1"));
	journal_close(j);
	db_unref(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_back),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_zeros_at_the_end),
		cmocka_unit_test(test_damage_at_every_byte),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_compaction),
		cmocka_unit_test(test_second_instance),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
